//! Addresses of sites: `[scheme://]host[:port][/path]`.

use std::borrow::Cow;

use crate::collect::proxies::caddy::Options;
use crate::collect::proxies::caddy::lines::{Line, Word};
use crate::located::Value;

#[derive(Clone, Debug)]
pub struct Address<'a> {
    pub at: Value<'a>,
    pub text: Cow<'a, str>,
    /// Empty for all hosts.
    pub host: Cow<'a, str>,
    /// Ports that it listens on; both where a variable decides.
    pub ports: Vec<u16>,
    pub tls: bool,
    /// Whether a variable decides it that is not in the tree.
    pub variable: bool,
    /// Whether only this machine can ask for it.
    pub local: bool,
}

impl<'a> Address<'a> {
    /// The addresses of a site.
    pub fn list(site: &Line<'a>, options: &Options<'a>) -> Vec<Self> {
        std::iter::once(&site.name).chain(&site.args).map(|word| Self::read(word, options)).collect()
    }

    fn read(word: &Word<'a>, options: &Options<'a>) -> Self {
        let text = &word.text;
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let rest = rest.split('/').next().unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            // A colon inside brackets belongs to the address.
            Some((host, port)) if !port.contains(']') && !port.contains('}') => (host, port.parse::<u16>().ok()),
            _ => (rest, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let plain = scheme == "http"
            || port == Some(options.http_port)
            || host.is_empty() && port.is_some_and(|port| port != options.https_port) && scheme != "https";
        // A variable that holds a host name alone leaves the port as it is.
        let set = scheme == "http" || scheme == "https" || port.is_some();
        let variable = word.variable && !set;
        let default = if plain { options.http_port } else { options.https_port };
        Self {
            at: word.at,
            text: text.clone(),
            host: host.to_string().into(),
            ports: if variable { vec![options.http_port, options.https_port] } else { vec![port.unwrap_or(default)] },
            tls: !plain,
            variable,
            local: !word.variable && is_local(host),
        }
    }
}

/// Whether a host name means the machine itself.
pub fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1"
}

/// Whether something that a site binds to is reached from this machine alone.
pub fn is_inside(bind: &str) -> bool {
    bind.starts_with("unix/") || bind.starts_with("fd/") || is_local(bind.trim_matches(['[', ']']))
}
