//! The view part of the section `secrets`: one entry a secret, never with a part of it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::Tracked;
use crate::input::deployments::Environment;
use crate::located::At;
use crate::secrets::Strength;

/// One secret that stands in a text.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Secret<'a> {
    pub at: At<'a>,
    pub path: Arc<str>,
    /// `credential` where a name and a literal told it, else the id of a provider's format.
    pub detector: Arc<str>,
    /// What it is, e.g. `password` or `GitHub token`.
    pub title: Arc<str>,
    /// The name that it is given to; empty where it stands alone.
    pub key: String,
    /// What a setting of that name is for, as in the section `settings`.
    pub role: Option<&'static str>,
    pub strength: Strength,
    /// Characters.
    pub length: usize,
    /// Shannon estimate in bits a character.
    pub entropy: f64,
    /// Tells equal secrets of one run from different ones; salted anew in every run.
    pub digest: String,
    /// Whether it stands in program code.
    pub code: bool,
    /// Whether only the file's owner may read it; absent where the system does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
    /// By the names of the file and its folders.
    pub environment: Environment,
    /// Whether its environment is judged, or `--all` was given.
    pub judged: bool,
    /// A pattern file (`.env.example`).
    pub template: bool,
    pub tracked: Tracked,
    /// Whether a `.gitignore` of the tree matches the file.
    pub ignored: bool,
}
