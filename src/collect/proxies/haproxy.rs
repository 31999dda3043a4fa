//! The frontends of HAProxy, each with what it answers.
//!
//! Source: <https://docs.haproxy.org/3.0/configuration.html>.

use std::collections::BTreeSet;

use crate::artefact::{Artefact, Bundle};
use crate::collect::proxies::directives::Directive;
use crate::input::edges::{Edge, EdgeKind, Origin};
use crate::located::Value;

mod acls;
mod frontend;
mod sections;

use sections::{Section, Sections};

/// The sections of a file of HAProxy; None for other files.
fn root(artefact: &Artefact) -> Option<Value<'_>> {
    artefact.located.root()?.get("haproxy")
}

/// The frontends of every file.
pub fn edges(bundle: &Bundle) -> Vec<Edge<'_>> {
    bundle.section("proxies").filter_map(root).flat_map(of_file).collect()
}

fn of_file(list: Value<'_>) -> Vec<Edge<'_>> {
    let sections = Sections::read(list);
    let mut edges = Vec::new();
    for section in sections.all.iter().filter(|section| matches!(section.kind, "frontend" | "listen")) {
        for tls in [false, true] {
            let binds: Vec<Bind<'_>> =
                section.all("bind").filter_map(Bind::read).filter(|bind| bind.tls == tls).collect();
            let Some(first) = binds.first() else { continue };
            let mut edge = Edge::new("".into(), EdgeKind::Server, section.name.into(), section.at.into());
            let ports: BTreeSet<u16> = binds.iter().flat_map(|bind| bind.ports.iter().copied()).collect();
            edge.ports = ports.into_iter().collect();
            edge.files = vec![list.located().key().clone()];
            frontend::answers(section, &sections, first, &mut edge);
            edges.push(edge);
        }
    }
    // A table is unused wherever it stands; the first frontend of the file says so.
    if let Some(edge) = edges.first_mut() {
        edge.unused_limits = unused(&sections);
    }
    edges
}

/// Tables that count requests and that no condition asks.
fn unused<'a>(sections: &Sections<'a>) -> Vec<Origin<'a>> {
    let asks =
        |line: &Directive<'a>| line.name != "stick-table" && line.words().any(|word| word.contains("http_req_rate"));
    if sections.all.iter().flat_map(|section| &section.lines).any(asks) {
        return Vec::new();
    }
    let counts = |line: &&Directive<'a>| line.words().any(|word| word.contains("http_req_rate("));
    let named = |section: &Section<'a>| {
        let tables = section.own.iter().filter(|line| line.name == "stick-table").filter(counts);
        tables.map(|line| Origin::new(section.name.into(), line.at.into())).collect::<Vec<_>>()
    };
    sections.all.iter().flat_map(named).collect()
}

/// A `bind` line that is reached from outside.
struct Bind<'a> {
    ports: Vec<u16>,
    tls: bool,
    /// Where it asks for certificates of clients.
    clients: Option<Value<'a>>,
}

impl<'a> Bind<'a> {
    fn read(line: &Directive<'a>) -> Option<Self> {
        let ports: Vec<u16> = line.word(0)?.split(',').flat_map(ports).collect();
        let words: Vec<&str> = line.words().collect();
        let verifies = words.windows(2).any(|pair| pair == ["verify", "required"]);
        let inside = ports.is_empty();
        (!inside).then(|| Self { ports, tls: words.contains(&"ssl"), clients: verifies.then_some(line.at) })
    }
}

/// The ports of an address; none for sockets and addresses of this machine alone.
fn ports(address: &str) -> Vec<u16> {
    let local = ["127.", "localhost:", "[::1]", "ipv4@127.", "unix@", "abns@", "fd@", "sockpair@", "/"];
    if local.iter().any(|start| address.starts_with(start)) {
        return Vec::new();
    }
    let Some((_, port)) = address.rsplit_once(':') else { return Vec::new() };
    match port.split_once('-') {
        Some((from, to)) => match (from.parse::<u16>(), to.parse::<u16>()) {
            (Ok(from), Ok(to)) => [80, 443].into_iter().filter(|port| (from..=to).contains(port)).collect(),
            _ => Vec::new(),
        },
        None => port.parse().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_addresses() {
        for (address, expected) in [
            (":80", &[80][..]),
            ("*:443", &[443]),
            ("[::]:443", &[443]),
            ("10.0.0.1:8080", &[8080]),
            (":70-90", &[80]),
            ("127.0.0.1:80", &[]),
            ("unix@/run/x", &[]),
            ("${ADDRESS}", &[]),
        ] {
            assert_eq!(ports(address), expected, "{address}");
        }
    }
}
