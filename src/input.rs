//! The input document: one section for each kind of artefact and one for each view, as rules see it.

pub mod deployments;
pub mod edges;
pub mod env_files;
pub mod environment;
pub mod products;
pub mod settings;
pub mod workloads;
