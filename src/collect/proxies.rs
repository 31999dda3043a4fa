//! Files of reverse proxies: the servers of nginx, the sites of Caddy, the frontends of HAProxy and the routers of Traefik, with
//! what counts at each of their locations.

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, Reference};
use crate::config::Config;
use crate::input::edges::Edge;
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod answer;
mod caddy;
mod condition;
mod context;
mod directives;
mod dynamic;
mod environment;
mod haproxy;
mod include;
mod pattern;
mod secrets;
mod server;
mod variables;

pub use context::bytes;
pub use environment::Environments;
pub use secrets::secrets;

pub struct Proxies;

/// Where images of proxies look for their configuration: the target of a mount, and the grammar of the file.
pub const MOUNTS: &[(&str, Format)] = &[
    ("/etc/caddy/Caddyfile", Format::Caddyfile),
    ("/usr/local/etc/haproxy/haproxy.cfg", Format::Haproxy),
    ("/etc/haproxy/haproxy.cfg", Format::Haproxy),
];

/// Endings of `Caddyfile.*` that make it something else.
const OTHERS: &[&str] =
    &["md", "rst", "j2", "tmpl", "tpl", "go", "py", "sh", "json", "lock", "yaml", "yml", "html", "txt"];

/// Blocks that only files of nginx have.
const BLOCKS: &[&str] = &["http", "server", "upstream", "location", "map", "geo", "stream"];

impl Collector for Proxies {
    fn section(&self) -> &'static str {
        "proxies"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "edges"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    fn claims(&self, path: &str) -> Claim {
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or(path);
        let lower = name.to_ascii_lowercase();
        let suffix = lower.strip_prefix("caddyfile.");
        let caddy = lower == "caddyfile" || suffix.is_some_and(|suffix| !OTHERS.contains(&suffix));
        if caddy || lower.ends_with(".caddyfile") || lower.ends_with(".caddy") {
            return Claim::Yes(Format::Caddyfile);
        }
        if lower.contains("haproxy") && lower.ends_with(".cfg") {
            return Claim::Yes(Format::Haproxy);
        }
        let ending = [".conf", ".conf.template", ".nginx"].iter().any(|ending| name.ends_with(ending));
        if is_yaml(name) {
            return Claim::Maybe(Format::Yaml);
        }
        let site = parts.next().is_some_and(|folder| folder == "sites-available" || folder == "sites-enabled");
        if ending || site { Claim::Maybe(Format::Nginx) } else { Claim::No }
    }

    fn recognises(&self, document: Value<'_>) -> bool {
        let is_block = |item: Value<'_>| {
            let name = item.get("directive").and_then(Value::text);
            item.get("block").is_some() && name.is_some_and(|name| BLOCKS.contains(&name))
        };
        dynamic::recognises(document) || document.items().any(is_block)
    }

    fn suspects(&self, path: &str, text: &str) -> bool {
        if is_yaml(path) {
            return dynamic::suspects(text);
        }
        text.lines().any(|line| {
            let line = line.trim_start();
            let word = line.split([' ', '\t', '{']).next().unwrap_or(line);
            BLOCKS.contains(&word) && (line.contains('{') || line.trim_end() == word)
        })
    }

    fn references(&self, artefact: &Artefact) -> Vec<Reference> {
        if artefact.located.section != self.section() {
            return Vec::new();
        }
        let of = |format| move |path| Reference { path, section: "proxies", format };
        let caddy = caddy::named(artefact).into_iter().map(of(Format::Caddyfile));
        include::named(artefact).into_iter().map(of(Format::Nginx)).chain(caddy).collect()
    }

    /// What the files come to depends on who mounts them, see [`edges`].
    fn collect<'a>(&self, _bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        Contribution::default()
    }
}

/// The servers of every file, whether they face the internet or not.
pub fn edges<'a>(bundle: &'a Bundle, environments: &Environments<'a>) -> Vec<Edge<'a>> {
    let mut edges = server::edges(bundle);
    edges.extend(caddy::edges(bundle, environments));
    edges.extend(haproxy::edges(bundle));
    edges.extend(dynamic::edges(bundle));
    edges
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

/// A time like `10s`, `1m`, `1h30m` or `500ms` in milliseconds; a number alone is milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "" | "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        rest = &rest[letters..];
        total = total.checked_add(number.checked_mul(unit)?)?;
    }
    Some(total)
}
