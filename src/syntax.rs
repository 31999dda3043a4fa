//! Text to [`Located`]: a file a format.

use std::sync::Arc;

use crate::located::{Limits, Located, Span};

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
    match format {
        Format::Yaml => yaml::parse(path, text, limits),
        Format::Json => json::parse(path, text, limits),
        Format::Dotenv => dotenv::parse(path, text, limits),
        Format::Lines => lines::parse(path, text, limits),
    }
}
