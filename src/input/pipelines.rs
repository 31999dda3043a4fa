//! Pipelines: what their jobs run, and whether a failure stops anything.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::settings::Via;
use crate::located::At;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    Github,
    Gitlab,
}

/// A pipeline that something starts by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Pipeline<'a> {
    pub host: Host,
    pub at: At<'a>,
    /// Whether a push or a pull request starts it.
    pub on_change: bool,
    /// Whether the clock starts it.
    pub on_schedule: bool,
    pub steps: Vec<Step<'a>>,
}

/// One command or action.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Step<'a> {
    /// The job that runs it.
    pub job: Cow<'a, str>,
    pub kind: StepKind,
    /// What it runs, without arguments.
    pub what: String,
    pub at: At<'a>,
    /// What keeps its failure from stopping the pipeline, or it from running at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neutered: Option<Neutered<'a>>,
    /// A scan that reports and lets everything pass unless something else asks for its result.
    pub reports_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Via<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Build,
    Test,
    Deploy,
    Scan,
    /// A script or a workflow that the tree does not show.
    Unknown,
}

/// Why a failure does not count.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Neutered<'a> {
    pub at: At<'a>,
    /// E.g. `continue-on-error`.
    pub by: &'static str,
}
