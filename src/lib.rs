//! Plimsoll decides whether a deployment may go live.
//!
//! This page is the whole line: [`artefact::gather`] finds and reads, [`input::InputDocument::build`] lets the
//! collectors make one document of it, [`policy::Policies`] decide, [`verdict`] turns what they say into places and
//! verdicts, and [`report`] shows them.

use crate::artefact::Sources;
use crate::config::Config;

pub mod artefact;
pub mod collect;
pub mod config;
pub mod embedded;
pub mod input;
pub mod located;
pub mod policy;
pub mod problem;
pub mod rule;
pub mod syntax;
pub mod verdict;

/// What is asked of a run.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub sources: Sources,
    pub config: Config,
    /// Globs of rule ids to decide; empty for all.
    pub rules: Vec<String>,
    /// Globs of rule ids to leave out.
    pub skip: Vec<String>,
    /// Judges development and test deployments too.
    pub all: bool,
}
