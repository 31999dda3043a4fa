//! Policies: the only module that knows the Rego engine.

use std::sync::Arc;

use crate::located::Step;
use crate::rule::{Rule, Severity};

/// What one rule said about the input document; its routes are not located yet.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Routes examined, sorted, each once.
    pub subjects: Vec<Vec<Step>>,
    pub unknowns: Vec<UnknownSaid>,
    pub denies: Vec<DenySaid>,
    /// Why the rule failed, with its place in the Rego file, if it did.
    pub error: Option<String>,
}

/// An entry of `unknown`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownSaid {
    pub at: Vec<Step>,
    pub message: String,
    pub give: String,
    /// Counts in `review` only.
    pub in_review: bool,
}

/// An entry of `deny`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DenySaid {
    pub at: Vec<Step>,
    pub message: String,
    /// Route and label.
    pub related: Vec<(Vec<Step>, String)>,
    pub severity: Option<Severity>,
    pub absent: bool,
}

/// A rule with what it said.
#[derive(Clone, Debug)]
pub struct Evaluated {
    pub rule: Arc<Rule>,
    pub evaluation: Evaluation,
}
