//! Files of reverse proxies: the servers of nginx, with what counts at each of their locations.

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, Reference};
use crate::config::Config;
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod context;
mod directives;
mod include;
mod server;

pub use context::bytes;

pub struct Proxies;

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
        let ending = [".conf", ".conf.template", ".nginx"].iter().any(|ending| name.ends_with(ending));
        let site = parts.next().is_some_and(|folder| folder == "sites-available" || folder == "sites-enabled");
        if ending || site { Claim::Maybe(Format::Nginx) } else { Claim::No }
    }

    fn recognises(&self, document: Value<'_>) -> bool {
        let is_block = |item: Value<'_>| {
            let name = item.get("directive").and_then(Value::text);
            item.get("block").is_some() && name.is_some_and(|name| BLOCKS.contains(&name))
        };
        document.items().any(is_block)
    }

    fn suspects(&self, _path: &str, text: &str) -> bool {
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
        let paths = include::named(artefact).into_iter();
        paths.map(|path| Reference { path, section: self.section(), format: Format::Nginx }).collect()
    }

    fn collect<'a>(&self, bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        Contribution { edges: server::edges(bundle), ..Contribution::default() }
    }
}
