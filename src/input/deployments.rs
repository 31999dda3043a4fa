//! The view `deployments`: what is deployed, and into which environment.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::Gathered;
use crate::config::{Config, DeploymentSource};
use crate::located::At;
use crate::problem::{Problem, ProblemKind};

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
    /// Containers that the plays of a playbook start.
    Playbook,
    /// A file of a proxy that no service of the tree mounts.
    Proxy,
    /// A Dockerfile that no service of the tree builds: its image is deployed by something that the tree does not show.
    Dockerfile,
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

/// What the config says a deployment is made of and is not there.
pub fn absent(config: &Config, gathered: &Gathered) -> Vec<Problem> {
    let is_there = |path: &str| gathered.bundle.get(path).is_some() || gathered.root.join(path).exists();
    let mut problems = Vec::new();
    for deployment in &config.deployments {
        let (named, spoiled): (Vec<&String>, _) = match &deployment.source {
            DeploymentSource::Compose(files) => (files.iter().collect(), "compose"),
            DeploymentSource::Inventory(file) => (vec![file], "inventories"),
            DeploymentSource::Manifests(globs) => (globs.iter().collect(), "kubernetes"),
        };
        for path in named.into_iter().filter(|path| !is_there(before_glob(path))) {
            let message = format!("the deployment `{}` names `{path}`, which is not there", deployment.name);
            let problem = Problem::new(ProblemKind::Fault, config.path.clone(), message).at(deployment.span);
            let spoils = [spoiled, "deployments", "settings", "workloads", "edges"];
            problems.push(problem.help("mend the path, or take the line out").spoils(&spoils));
        }
    }
    problems
}

/// The folders of a glob before its first wildcard; a path without one is itself.
fn before_glob(path: &str) -> &str {
    match path.find(['*', '?', '[', '{']) {
        Some(at) => path[..at].rsplit_once('/').map_or("", |(folder, _)| folder),
        None => path,
    }
}
