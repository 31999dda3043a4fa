//! Plimsoll decides whether a deployment may go live.

pub mod artefact;
pub mod collect;
pub mod config;
pub mod input;
pub mod located;
pub mod policy;
pub mod problem;
pub mod rule;
pub mod syntax;
pub mod verdict;
