//! Dockerfiles: what the image of the final stage is left with.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::workloads::Word;
use crate::located::At;

/// One Dockerfile.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Dockerfile<'a> {
    pub path: Arc<str>,
    pub stages: Vec<Stage<'a>>,
}

/// A stage with what it has from the stages that it builds on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Stage<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    pub at: At<'a>,
    /// The image that it begins with, after the stages of the file.
    pub base: Cow<'a, str>,
    /// The user of the last USER.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text<'a>>,
    /// The last HEALTHCHECK; its text is `NONE` where it is turned off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Text<'a>>,
    pub exposed: Vec<Text<'a>>,
    /// What ENV sets, the last of each name.
    pub env: Vec<Env<'a>>,
    /// The words of the last ENTRYPOINT, one of the whole line where it is written for a shell.
    pub entrypoint: Vec<Word<'a>>,
    /// Those of the CMD that counts beside it.
    pub command: Vec<Word<'a>>,
}

/// A variable of an image.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Env<'a> {
    pub name: Cow<'a, str>,
    /// Absent where a build argument without default, or the image that the stage begins with, decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    /// Build arguments whose defaults are in the value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defaults_of: Vec<String>,
    pub at: At<'a>,
}

/// A text at its place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Text<'a> {
    pub text: Cow<'a, str>,
    pub at: At<'a>,
}
