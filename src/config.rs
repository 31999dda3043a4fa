//! `plimsoll.yaml`: what a team says of its own repository.

use std::collections::BTreeMap;

use crate::input::deployments::Environment;
use crate::located::Limits;
use crate::rule::Severity;

/// The config of a run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Globs of paths that are not read.
    pub exclude: Vec<String>,
    pub rules: BTreeMap<String, RuleConfig>,
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

/// What the config says of one rule.
#[derive(Clone, Debug, Default)]
pub struct RuleConfig {
    /// Why it does not apply here.
    pub off: Option<String>,
    pub severity: Option<Severity>,
    pub params: BTreeMap<String, serde_json::Value>,
}

impl Config {
    /// Whether the config names targets, so that probes are expected.
    pub fn has_targets(&self) -> bool {
        false
    }
}
