//! Text to [`Located`]: a file a format.

use std::sync::Arc;

use crate::located::{Limits, Located, Span, Value};

pub mod dotenv;
pub mod json;
pub mod lines;
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
    }
}

/// A fault for each key that stands twice in one mapping, with both places.
fn duplicate_faults(located: &Located) -> Vec<Fault> {
    let fault = |(first, later): (Value<'_>, Value<'_>)| Fault {
        span: later.span(),
        related: Some((first.span(), "first written here".to_string())),
        message: format!("the key `{}` stands twice in one mapping", later.text().unwrap_or_default()),
        help: "keep one of the two; readers disagree on which one counts".to_string(),
    };
    located.duplicate_keys().map(fault).collect()
}
