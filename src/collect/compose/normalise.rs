//! Short syntax to long syntax, so that merging and reading know one form.

use std::borrow::Cow;

use crate::collect::compose::effective::{Content, Effective, Map};
use crate::collect::interpolate::{Variables, interpolate};
use crate::input::settings::Via;

/// Keys of a service whose list form `NAME=value` stands for a mapping.
const PAIRS: &[&str] = &["environment", "labels", "annotations", "sysctls", "extra_hosts"];

/// Keys of a service whose list form names the keys of a mapping.
const NAMES: &[&str] = &["depends_on", "networks"];

/// Brings a service to its long form; `way` leads from the project's folder to the one that its env files are seen from.
pub fn service(service: &mut Effective<'_>, way: &str) {
    let Content::Map(map) = &mut service.content else { return };
    for key in PAIRS {
        if let Some(value) = map.get_mut(*key) {
            pairs(value);
        }
    }
    for key in NAMES {
        if let Some(value) = map.get_mut(*key) {
            names(value);
        }
    }
    if let Some(build) = map.get_mut("build") {
        if let Content::Text(context) = &build.content {
            let context = Effective { content: Content::Text(context.clone()), ..build.clone() };
            build.content = Content::Map(Map::from_iter([(Cow::Borrowed("context"), context)]));
        }
        if let Content::Map(build) = &mut build.content {
            for key in ["args", "labels"] {
                if let Some(value) = build.get_mut(key) {
                    pairs(value);
                }
            }
        }
    }
    if let Some(deploy) = map.get_mut("deploy")
        && let Content::Map(deploy) = &mut deploy.content
        && let Some(labels) = deploy.get_mut("labels")
    {
        pairs(labels);
    }
    if let Some(files) = map.get_mut("env_file") {
        env_files(files, way);
    }
}

/// `[A=1, B]` or `{A: 1, B: null}` to a mapping.
fn pairs(value: &mut Effective<'_>) {
    let items = match &mut value.content {
        Content::List(items) => items,
        Content::Map(map) => {
            for value in map.values_mut() {
                if let Some(text) = number(value) {
                    value.content = Content::Text(Cow::Owned(text));
                }
            }
            return;
        }
        _ => return,
    };
    let mut map = Map::new();
    for item in std::mem::take(items) {
        let Some(text) = item.text() else { continue };
        let (name, content) = match text.split_once('=') {
            Some((name, rest)) => (name.to_string(), Content::Text(Cow::Owned(rest.to_string()))),
            None => (text.to_string(), Content::Null),
        };
        map.insert(Cow::Owned(name), from_variable(Effective { content, ..item }));
    }
    value.content = Content::Map(map);
}

/// A number as compose hands it to the container: `1.10` is 1.1 and `0644` is 420.
fn number(value: &Effective<'_>) -> Option<String> {
    match value.content {
        Content::Int(number) => Some(number.to_string()),
        Content::Float(number) => {
            let exact = value.at.text().filter(|text| text.parse::<u64>().is_ok());
            let magnitude = number.abs();
            if exact.is_some() || !number.is_finite() || magnitude != 0.0 && !(1e-4..1e21).contains(&magnitude) {
                // Beyond what a float tells apart, and with an exponent, it stays as it is written.
                return value.at.text().map(str::to_string);
            }
            Some(number.to_string())
        }
        _ => None,
    }
}

/// `A=${B}` and nothing more: where B is set is where A is, as it is for `A: ${B}`.
fn from_variable(mut item: Effective<'_>) -> Effective<'_> {
    let raw = item.at.text().and_then(|text| text.split_once('=')).map_or("", |(_, raw)| raw);
    let Some(name) = interpolate(raw, &Variables::new(0)).whole else { return item };
    let Some(set) = item.via.iter().position(|via| via.at.0.key_text() == Some(&*name)) else { return item };
    let place = item.via.remove(set).at.0;
    item.via.push(Via { at: item.at.into(), label: "used here".into() });
    item.at = place;
    item
}

fn names(value: &mut Effective<'_>) {
    let Content::List(items) = &mut value.content else { return };
    let mut map = Map::new();
    for item in std::mem::take(items) {
        if let Some(name) = item.text() {
            map.insert(name, Effective { content: Content::Null, ..item });
        }
    }
    value.content = Content::Map(map);
}

/// A text, a list of texts or of mappings to a list of mappings with `path`.
fn env_files(value: &mut Effective<'_>, way: &str) {
    let items = match &mut value.content {
        Content::List(items) => std::mem::take(items),
        Content::Text(_) => vec![value.clone()],
        _ => return,
    };
    let mut list = Vec::new();
    for mut item in items {
        if let Content::Map(map) = &mut item.content {
            if let Some(path) = map.get_mut("path") {
                rebase(path, way);
            }
            list.push(item);
        } else if item.text().is_some() {
            let outer = Effective::new(Content::Null, item.at);
            rebase(&mut item, way);
            let map = Map::from_iter([(Cow::Borrowed("path"), item)]);
            list.push(Effective { content: Content::Map(map), ..outer });
        }
    }
    value.content = Content::List(list);
}

/// Puts the way to its file's folder before a relative path.
fn rebase(path: &mut Effective<'_>, way: &str) {
    if let Content::Text(text) = &path.content
        && !way.is_empty()
        && !text.is_empty()
        && !text.starts_with(['/', '~'])
    {
        path.content = Content::Text(Cow::Owned(format!("{way}/{}", text.trim_start_matches("./"))));
    }
}

/// One `ports` entry, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    pub host_ip: Option<String>,
    /// First and last host port; None where the host picks one.
    pub published: Option<(u16, u16)>,
    /// First and last port of the container.
    pub target: (u16, u16),
    pub protocol: String,
}

/// Takes the short form `[[IP:]HOST:]CONTAINER[/PROTOCOL]` apart.
pub fn short_port(text: &str) -> Option<Port> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (before, target) = match ports.rsplit_once(':') {
        Some((before, target)) => (Some(before), target),
        None => (None, ports),
    };
    let target = range(target)?;
    let mut port = Port { target, protocol: protocol.to_string(), ..Port::default() };
    let Some(before) = before else { return Some(port) };
    let (ip, host) = match before.strip_prefix('[') {
        // An IPv6 address stands in brackets.
        Some(rest) => {
            let (ip, host) = rest.split_once(']')?;
            (Some(ip), host.strip_prefix(':').unwrap_or(host))
        }
        None => match before.rsplit_once(':') {
            Some((ip, host)) => (Some(ip), host),
            None => (None, before),
        },
    };
    port.host_ip = ip.map(str::to_string);
    port.published = if host.is_empty() { None } else { Some(range(host)?) };
    Some(port)
}

/// `80` or `8000-8010`.
pub fn range(text: &str) -> Option<(u16, u16)> {
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    match text.split_once('-') {
        Some((first, last)) => Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last),
        None => number(text).map(|port| (port, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_taken_apart() {
        let port = |ip: Option<&str>, published, target, protocol: &str| {
            Some(Port { host_ip: ip.map(str::to_string), published, target, protocol: protocol.to_string() })
        };
        for (text, expected) in [
            ("5432", port(None, None, (5432, 5432), "tcp")),
            ("5432:5432", port(None, Some((5432, 5432)), (5432, 5432), "tcp")),
            ("127.0.0.1:5432:5432", port(Some("127.0.0.1"), Some((5432, 5432)), (5432, 5432), "tcp")),
            ("127.0.0.1::5432", port(Some("127.0.0.1"), None, (5432, 5432), "tcp")),
            ("[::1]:5432:5432", port(Some("::1"), Some((5432, 5432)), (5432, 5432), "tcp")),
            ("8000-8002:9000-9002/udp", port(None, Some((8000, 8002)), (9000, 9002), "udp")),
            ("127.0.0.1:5432", None),
            ("abc:1", None),
            ("1:99999", None),
            ("", None),
        ] {
            assert_eq!(short_port(text), expected, "{text}");
        }
    }
}
