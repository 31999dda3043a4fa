//! `plimsoll.yaml`: what a team says of its own repository.

use crate::input::deployments::Environment;
use crate::located::Limits;

/// The config of a run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Globs of paths that are not read.
    pub exclude: Vec<String>,
    pub deployments: Vec<ConfiguredDeployment>,
    pub limits: Limits,
}

/// A deployment that the config names.
#[derive(Clone, Debug)]
pub struct ConfiguredDeployment {
    pub name: String,
    /// Absent: its name tells.
    pub environment: Option<Environment>,
    pub source: DeploymentSource,
}

/// What a configured deployment is made of; paths and globs are relative to the config's folder.
#[derive(Clone, Debug)]
pub enum DeploymentSource {
    Compose(Vec<String>),
    Inventory(String),
    Manifests(Vec<String>),
}
