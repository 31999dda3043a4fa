//! The view part of the section `env_files`: one entry a file, beside the raw contents.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::Tracked;
use crate::input::deployments::Environment;
use crate::located::At;

/// One env file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EnvFile<'a> {
    pub path: Arc<str>,
    /// Root of the file.
    pub at: At<'a>,
    /// A pattern file (`.env.example`), whose values are never judged.
    pub template: bool,
    pub environment: Environment,
    /// Whether rules look at it: its environment is judged, or `--all` was given.
    pub judged: bool,
    pub tracked: Tracked,
    /// Whether a `.gitignore` of the tree matches it.
    pub ignored: bool,
    /// Names with a credential literal in it.
    pub credentials: Vec<Credential<'a>>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Credential<'a> {
    pub name: Cow<'a, str>,
    pub at: At<'a>,
}
