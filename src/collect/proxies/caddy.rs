//! The sites of Caddy, each with what it answers.
//!
//! Sources: <https://caddyserver.com/docs/caddyfile/concepts>, <https://caddyserver.com/docs/automatic-https>,
//! <https://caddyserver.com/docs/caddyfile/directives>.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::proxies::answer::Found;
use crate::collect::proxies::environment::{Environment, Environments};
use crate::input::edges::{Answers, Aspect, Edge, EdgeKind, Location, Matching, Redirect, Unseen};
use crate::located::Value;

mod address;
mod directives;
mod header;
mod lines;
mod matchers;
mod site;

use address::Address;
use lines::{Line, Source};

pub use lines::named;

/// The lines of a file of Caddy; None for other files.
fn root(artefact: &Artefact) -> Option<Value<'_>> {
    artefact.located.root()?.get("caddyfile")
}

/// What the block of global options decides.
struct Options<'a> {
    http_port: u16,
    https_port: u16,
    /// Whether plain HTTP is redirected where nobody says otherwise.
    redirects: bool,
    /// `order NAME before|after|first|last [OTHER]`.
    orders: Vec<Line<'a>>,
    /// Addresses that sites bind to where they do not say.
    bind: Option<Line<'a>>,
    unseen: Vec<Unseen<'a>>,
}

impl<'a> Options<'a> {
    fn read(lines: &[Line<'a>]) -> Self {
        let mut options = Self {
            http_port: 80,
            https_port: 443,
            redirects: true,
            orders: Vec::new(),
            bind: None,
            unseen: Vec::new(),
        };
        for line in lines {
            let port = line.word(0).and_then(|word| word.parse().ok());
            match &*line.name.text {
                "http_port" => options.http_port = port.unwrap_or(80),
                "https_port" => options.https_port = port.unwrap_or(443),
                "auto_https" if matches!(line.word(0), Some("off" | "disable_redirects")) => options.redirects = false,
                "order" => options.orders.push(line.clone()),
                "default_bind" => options.bind = Some(line.clone()),
                _ => {}
            }
            if let Some(message) = &line.unseen {
                options.unseen.push(Unseen {
                    at: line.name.at.into(),
                    aspects: vec![Aspect::Redirect],
                    message: message.clone().into(),
                    give: "the file or variable".into(),
                });
            }
        }
        options
    }
}

/// The sites of every file that no other file of the tree imports.
pub fn edges<'a>(bundle: &'a Bundle, environments: &Environments<'a>) -> Vec<Edge<'a>> {
    let files: Vec<&Artefact> = bundle.section("proxies").filter(|artefact| root(artefact).is_some()).collect();
    let imported: BTreeSet<Arc<str>> = files.iter().flat_map(|artefact| lines::imported(bundle, artefact)).collect();
    let roots = files.into_iter().filter(|artefact| !imported.contains(&artefact.path));
    let with_environments = |artefact: &'a Artefact| {
        let found = environments.of(artefact).into_iter();
        found.flat_map(move |(environment, users)| {
            let mut edges = of_file(bundle, artefact, environment);
            edges.iter_mut().for_each(|edge| edge.users.clone_from(&users));
            edges
        })
    };
    roots.flat_map(with_environments).collect()
}

fn of_file<'a>(bundle: &'a Bundle, artefact: &'a Artefact, environment: Environment<'a>) -> Vec<Edge<'a>> {
    let Some(list) = root(artefact) else { return Vec::new() };
    let source = Source::read(bundle, list, environment);
    let options = Options::read(&source.options);
    // Names that a site serves without TLS are not redirected.
    let of_site = |site: &Line<'a>| Address::list(site, &options);
    let addresses: Vec<Vec<Address<'a>>> = source.sites.iter().map(of_site).collect();
    let plain: BTreeSet<String> =
        addresses.iter().flatten().filter(|address| !address.tls).map(|address| address.host.to_lowercase()).collect();
    let mut edges = Vec::new();
    for (site, addresses) in source.sites.iter().zip(&addresses) {
        edges.extend(of_site_and_addresses(site, addresses, &source, &options, &plain));
    }
    for missing in &source.missing {
        let mut edge = Edge::new("".into(), EdgeKind::Server, missing.name.text.clone(), missing.name.at.into());
        edge.ports = vec![options.http_port, options.https_port];
        edge.unseen.push(Unseen {
            at: missing.args.first().map_or(missing.name.at, |word| word.at).into(),
            aspects: Aspect::ALL.to_vec(),
            message: missing.unseen.clone().unwrap_or_default().into(),
            give: "the file or variable".into(),
        });
        edges.push(edge);
    }
    for edge in &mut edges {
        edge.files = vec![edge.at.0.located().key().clone(), artefact.path.clone()];
    }
    edges
}

/// The edges of a site: one for each port that it serves, and the one that redirects to it.
fn of_site_and_addresses<'a>(
    site: &Line<'a>,
    addresses: &[Address<'a>],
    source: &Source<'a>,
    options: &Options<'a>,
    plain: &BTreeSet<String>,
) -> Vec<Edge<'a>> {
    let block = site.block.as_deref().unwrap_or_default();
    let bind = block.iter().rfind(|line| line.name.text == "bind").or(options.bind.as_ref());
    let inside =
        bind.is_some_and(|bind| !bind.args.is_empty() && bind.args.iter().all(|word| address::is_inside(&word.text)));
    let groups: BTreeSet<(Vec<u16>, bool)> =
        addresses.iter().map(|address| (address.ports.clone(), address.tls)).collect();
    let mut edges = Vec::new();
    for (ports, tls) in groups {
        let group: Vec<&Address<'a>> =
            addresses.iter().filter(|address| address.ports == ports && address.tls == tls).collect();
        // What serves this machine alone is no edge, though its file is there.
        let open: Vec<&Address<'a>> = group.iter().copied().filter(|address| !address.local).collect();
        let shown = if open.is_empty() { &group } else { &open };
        let Some(first) = shown.first() else { continue };
        let mut edge = edge(first, shown);
        if !open.is_empty() && !inside {
            edge.ports.clone_from(&ports);
        }
        let mut found = Found::default();
        site::answers(block, &edge, tls, source, options, &mut found);
        found.into_edge(&mut edge);
        if let Some(variable) = shown.iter().find(|address| address.variable) {
            let unseen = Unseen {
                at: variable.at.into(),
                aspects: vec![Aspect::Redirect],
                message: "a variable decides the address of the site, and so whether plain HTTP is redirected".into(),
                give: "the environment of caddy".into(),
            };
            edge.locations.iter_mut().for_each(|location| location.unseen.push(unseen.clone()));
        }
        edges.push(edge);
        let bare = |address: &&Address<'a>| !address.variable && !plain.contains(&address.host.to_lowercase());
        let redirected: Vec<&Address<'a>> = open.iter().copied().filter(bare).collect();
        if let Some(first) = redirected.first().filter(|_| tls && options.redirects && !inside) {
            edges.push(redirection(first, &redirected, options));
        }
    }
    edges
}

fn edge<'a>(first: &Address<'a>, group: &[&Address<'a>]) -> Edge<'a> {
    let name = if first.host.is_empty() { first.text.clone() } else { first.host.clone() };
    let mut edge = Edge::new("".into(), EdgeKind::Server, name, first.at.into());
    edge.hosts = group.iter().map(|address| address.host.clone()).filter(|host| !host.is_empty()).collect();
    edge
}

/// What Caddy serves by itself beside a site with TLS.
fn redirection<'a>(first: &Address<'a>, group: &[&Address<'a>], options: &Options<'a>) -> Edge<'a> {
    let mut edge = edge(first, group);
    edge.ports = vec![options.http_port];
    edge.locations.push(Location {
        at: first.at.into(),
        path: Cow::Borrowed("/"),
        matching: Matching::Prefix,
        answers: Answers::Redirect,
        headers: Vec::new(),
        redirect: Some(Redirect { at: first.at.into(), to_https: true }),
        rate_limits: Vec::new(),
        upload: None,
        access: crate::input::edges::Access::default(),
        unseen: options.unseen.clone(),
    });
    edge
}
