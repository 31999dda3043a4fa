//! The view `deployments`: what is deployed, and into which environment.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::located::At;

/// Where a deployment runs, as its config or its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Production,
    Development,
    Test,
    Unknown,
}

impl Environment {
    /// Production and unknown are judged; development and test only with `--all`.
    pub fn judged(self) -> bool {
        matches!(self, Environment::Production | Environment::Unknown)
    }
}

/// What kind of thing a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentKind {
    /// A compose project.
    Compose,
    /// Kubernetes manifests of one folder.
    Kubernetes,
    /// An Ansible inventory.
    Inventory,
    /// An env file that no other deployment of the tree uses.
    EnvFile,
}

/// One thing that is deployed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Deployment<'a> {
    /// Unique in a run: the config's name, else the file or folder, e.g. `docker-compose.yml`, `deploy/k8s`.
    pub name: Arc<str>,
    pub kind: DeploymentKind,
    pub environment: Environment,
    /// Whether rules see it: its environment is judged, or `--all` was given.
    pub judged: bool,
    /// Paths of the artefacts that it is made of, sorted.
    pub artefacts: Vec<Arc<str>>,
    /// Root of its first artefact.
    pub at: At<'a>,
}
