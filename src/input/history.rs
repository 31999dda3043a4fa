//! The view part of the section `history`: one entry a secret that a commit brought.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::secrets::Secret;

/// One secret of the history, at the oldest commit that holds it at its path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PastSecret<'a> {
    /// `path` is the path inside the commit.
    #[serde(flatten)]
    pub secret: Secret<'a>,
    /// The first twelve digits of the commit's name.
    pub commit: Arc<str>,
    /// Day of the commit's author, `YYYY-MM-DD`.
    pub date: Arc<str>,
    /// Whether HEAD holds the same value, at that path or at one to which the file was moved.
    pub in_head: bool,
}
