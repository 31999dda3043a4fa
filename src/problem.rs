//! Problems: what kept plimsoll from seeing something, as opposed to findings, which say what it saw.

use std::sync::Arc;

use crate::located::Span;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Something is broken or refused: rules that read it become error, exit code 3.
    Fault,
    /// Something that plimsoll does not read as it stands: rules that would read it are not-evaluated.
    Limit,
    /// Worth knowing. What it concerns, if it names sections, is unknown to the rules that read them.
    Notice,
}

/// One problem, at the place that a person has to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Path as in the report; empty for the run as a whole.
    pub path: Arc<str>,
    pub span: Option<Span>,
    /// A second place that belongs to it, with its label (the first of two equal keys).
    pub related: Option<(Span, String)>,
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Sections of the input document that it spoils.
    pub sections: Vec<&'static str>,
}

impl Problem {
    pub fn new(kind: ProblemKind, path: impl Into<Arc<str>>, message: impl Into<String>) -> Self {
        let (message, path) = (message.into(), path.into());
        Self { kind, path, span: None, related: None, message, help: String::new(), sections: Vec::new() }
    }

    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    pub fn spoils(mut self, sections: &[&'static str]) -> Self {
        self.sections.extend_from_slice(sections);
        self
    }
}
