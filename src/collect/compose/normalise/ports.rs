//! The short syntax of `ports`.

use std::borrow::Cow;

use crate::collect::compose::effective::{Content, Effective};

/// Ports of one range that are listed one by one; a longer range keeps its short form.
pub const RANGE: u16 = 64;

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
    port.host_ip = ip.filter(|ip| !ip.is_empty()).map(str::to_string);
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

/// Brings the entries of `ports` to the long form, a range of the short one to an entry a port. What is no port, and what
/// a variable decides that nothing sets, stays as it is.
pub fn long(value: &mut Effective<'_>) {
    let Content::List(items) = &mut value.content else { return };
    let mut list = Vec::with_capacity(items.len());
    for item in std::mem::take(items) {
        let text = if item.map().is_some() || item.is_unknown() { None } else { item.text() };
        match text.and_then(|text| short_port(&text)).filter(|port| port.count() <= RANGE) {
            Some(port) => list.extend((0..=port.count()).map(|n| entry(&item, &port, n))),
            None => list.push(with_defaults(item)),
        }
    }
    value.content = Content::List(list);
}

impl Port {
    /// Ports of the container beyond the first. For a single one the host picks one of its range.
    fn count(&self) -> u16 {
        self.target.1 - self.target.0
    }
}

fn entry<'a>(item: &Effective<'a>, port: &Port, n: u16) -> Effective<'a> {
    let mut fields = vec![("mode", "ingress".to_string()), ("target", port.target.0.saturating_add(n).to_string())];
    fields.extend(port.published.map(|(first, last)| {
        let picked = port.count() == 0 && first != last;
        ("published", if picked { format!("{first}-{last}") } else { first.saturating_add(n).min(last).to_string() })
    }));
    fields.push(("protocol", port.protocol.clone()));
    fields.extend(port.host_ip.clone().map(|ip| ("host_ip", ip)));
    item.with(fields.into_iter().map(|(key, text)| (key, item.part(Cow::Owned(text)))))
}

fn with_defaults(mut item: Effective<'_>) -> Effective<'_> {
    for (key, text) in [("mode", "ingress"), ("protocol", "tcp")] {
        let default = item.part(Cow::Borrowed(text));
        if let Content::Map(map) = &mut item.content {
            map.entry(Cow::Borrowed(key)).or_insert(default);
        }
    }
    item
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
