//! Text to [`Located`]: a file a format.

use std::sync::Arc;

use crate::located::{Dialect, Excess, Limits, Located, Span};

pub mod caddyfile;
pub mod dockerfile;
pub mod dotenv;
pub mod haproxy;
pub mod inventory;
pub mod json;
pub mod lines;
pub mod nginx;
pub mod properties;
mod python;
pub mod scalar;
pub mod yaml;

/// The grammar of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Json,
    Dotenv,
    /// A sequence of the lines that are neither empty nor comments (`.gitignore`).
    Lines,
    Nginx,
    Caddyfile,
    Haproxy,
    Dockerfile,
    /// An Ansible inventory in INI.
    Inventory,
    /// Properties of Java.
    Properties,
}

/// What is wrong with a text, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub span: Span,
    /// A second place that belongs to it, with its label.
    pub related: Option<(Span, String)>,
    pub message: String,
    pub help: String,
}

/// A tree of all that could be read, and what could not.
#[derive(Debug, Default)]
pub struct Parsed {
    pub located: Located,
    pub faults: Vec<Fault>,
}

impl Parsed {
    /// What a reader of lines or directives built, or why it is too large, with the faults that it met.
    fn of(built: Result<Located, Excess>, mut faults: Faults, limits: Limits, dialect: Dialect) -> Self {
        let mut located = built.unwrap_or_else(|excess| {
            faults.push(excess.fault(limits));
            Located::default()
        });
        located.dialect = dialect;
        Self { located, faults: faults.finish() }
    }
}

/// Reads a text. Never panics; whatever is broken becomes a fault and the rest is still in the tree.
pub fn parse(format: Format, path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    // Places are counted in 32 bits, one of which says where a scalar's text is kept.
    if text.len() > i32::MAX as usize {
        let fault = Fault {
            span: Span::default(),
            related: None,
            message: "is larger than 2 GiB".to_string(),
            help: "leave the file out with `exclude` in plimsoll.yaml".to_string(),
        };
        return Parsed { located: Located::default(), faults: vec![fault] };
    }
    match format {
        Format::Yaml => yaml::parse(path, text, limits),
        Format::Json => json::parse(path, text, limits),
        Format::Dotenv => dotenv::parse(path, text, limits),
        Format::Lines => lines::parse(path, text, limits),
        Format::Dockerfile => dockerfile::parse(path, text, limits),
        Format::Inventory => inventory::parse(path, text, limits),
        Format::Nginx => nginx::parse(path, text, limits),
        Format::Caddyfile => caddyfile::parse(path, text, limits),
        Format::Haproxy => haproxy::parse(path, text, limits),
        Format::Properties => properties::parse(path, text, limits),
    }
}

/// Faults of one file that are reported; of more only their number is.
const MOST_FAULTS: usize = 100;

/// The faults of one file, bounded, since a hostile file may hold millions.
#[derive(Default)]
struct Faults {
    list: Vec<Fault>,
    more: usize,
}

impl Faults {
    fn push(&mut self, fault: Fault) {
        if self.list.len() < MOST_FAULTS {
            self.list.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// Adds each key that stands twice in one mapping, with both places.
    fn add_duplicate_keys(&mut self, located: &Located) {
        for (first, later) in located.duplicate_keys() {
            self.push(Fault {
                span: later.span(),
                related: Some((first.span(), "first written here".to_string())),
                message: format!("the key `{}` stands twice in one mapping", later.text().unwrap_or_default()),
                help: "keep one of the two; readers disagree on which one counts".to_string(),
            });
        }
    }

    /// All of them in the order of the text; the last one says how many were left out.
    fn finish(mut self) -> Vec<Fault> {
        self.list.sort_by_key(|fault| fault.span);
        if let Some(last) = self.list.last_mut().filter(|_| self.more > 0) {
            last.help = format!("{} ({} more places of this file are as wrong)", last.help, self.more);
        }
        self.list
    }
}
