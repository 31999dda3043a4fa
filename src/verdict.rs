//! Verdicts: what a rule comes to. Green is proved, never assumed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::located::{Span, Step};
use crate::problem::Problem;
use crate::rule::{Rule, Severity};

mod decide;
pub mod trace;

pub use decide::{Circumstances, locate, settle};

/// What a rule comes to, worst first; a rule takes the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// At least one finding that is neither waived nor ignored.
    Fail,
    /// Something that the rule reads could not be read, or the rule itself failed.
    Error,
    /// The record that decides it is past its expiry.
    Expired,
    /// An unknown, a missing section, or no subject.
    NotEvaluated,
    /// Findings, all of them covered by live waivers or ignores.
    Waived,
    /// A live record decides what no machine can see.
    Attested,
    /// Subjects were examined, nothing was found, nothing was unknown, everything was collected whole.
    Pass,
    /// The config says so, with a reason.
    NotApplicable,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Open,
    /// Accepted in the config, with reason, owner and expiry.
    Waived,
    /// Accepted beside the line, with a reason.
    Ignored,
    Baselined,
}

/// A second place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    pub path: Arc<str>,
    pub span: Span,
    pub label: String,
    /// Whether it stands in rendered text, which nobody can open: reports show its line.
    pub rendered: bool,
}

/// One violation, at its place.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: Arc<str>,
    pub severity: Severity,
    pub message: String,
    /// What to write instead.
    pub help: String,
    pub path: Arc<str>,
    pub span: Span,
    pub route: Vec<Step>,
    /// The keys of the route below the file, with names of elements instead of indices where they have some.
    pub place: String,
    /// Name of the deployment that it was found in, if it belongs to one.
    pub deployment: Option<Arc<str>>,
    pub related: Vec<Related>,
    /// Hex digest that survives moved lines; holds no secret.
    pub fingerprint: String,
    pub status: Status,
    /// Why it is waived or ignored.
    pub reason: Option<String>,
    /// Whether it says that something required is not there.
    pub absent: bool,
    /// What spoke for it where a scan told it, for `--why`.
    pub why: Vec<String>,
}

/// Something that a rule looked at and could not decide.
#[derive(Clone, Debug)]
pub struct Unknown {
    pub path: Arc<str>,
    pub span: Span,
    pub route: Vec<Step>,
    pub message: String,
    /// The evidence that would decide it.
    pub give: String,
}

/// What one rule came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub rule: Arc<Rule>,
    /// After the config's `severity`.
    pub severity: Severity,
    pub verdict: Verdict,
    /// Number of distinct things examined.
    pub subjects: usize,
    pub findings: Vec<Finding>,
    pub unknowns: Vec<Unknown>,
    /// What went wrong inside the rule itself.
    pub failure: Option<String>,
    /// Why the verdict is neither pass nor fail, in a sentence; beside findings, what kept the rule from seeing everything.
    pub reason: Option<String>,
}

/// Figures of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Artefacts that were read.
    pub artefacts: usize,
    /// Texts in which secrets were looked for.
    pub texts: usize,
    /// Files that are no text, in which none were looked for.
    pub binary: usize,
    pub deployments_judged: usize,
    /// Development and test deployments, which count only with `--all`.
    pub deployments_not_judged: usize,
    pub rules: usize,
    /// Rules that looked at nothing.
    pub rules_without_subject: usize,
    /// Open findings by severity.
    pub critical: usize,
    pub high: usize,
    pub medium: usize,
    pub low: usize,
    pub info: usize,
    pub waived: usize,
    pub ignored: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Findings that the baseline knows and that are gone.
    pub fixed: usize,
    pub unknowns: usize,
    pub problems: usize,
}

/// Everything that a report shows.
#[derive(Clone, Debug)]
pub struct Review {
    /// `check` or `review`.
    pub command: &'static str,
    pub verdict: Verdict,
    pub summary: Summary,
    /// Sorted by rule id.
    pub outcomes: Vec<Outcome>,
    /// Sorted by path and place.
    pub problems: Vec<Problem>,
}
