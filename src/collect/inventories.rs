//! Ansible: inventories in INI and YAML, the variables beside them and beside the playbooks, and plays.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::SchemaGenerator;

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, paths};
use crate::config::{Config, DeploymentSource};
use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::environment;
use crate::input::inventories::{Inventory, Play};
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod groups;
mod plays;
mod settings;
mod tasks;
mod variables;

pub struct Inventories;

/// Names of inventories in INI that have no ending.
const NAMES: &[&str] = &["hosts", "inventory"];

impl Collector for Inventories {
    fn section(&self) -> &'static str {
        "inventories"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "settings"]
    }

    /// Ansible reads YAML 1.1, in which texts are what they are to rules: only scalars as text are asked for.
    fn dialect(&self) -> Dialect {
        Dialect::Kubernetes
    }

    fn claims(&self, path: &str) -> Claim {
        let name = path.rsplit('/').next().unwrap_or(path);
        if variables::is_file(path) {
            return Claim::Yes(Format::Yaml);
        }
        if name.ends_with(".yml") || name.ends_with(".yaml") {
            return Claim::Maybe(Format::Yaml);
        }
        let folder = paths::folder(path).rsplit('/').next().unwrap_or_default();
        let ini =
            NAMES.contains(&name) || name.ends_with(".ini") || name.starts_with("hosts.") && !name.ends_with(".j2");
        let among = matches!(folder, "inventory" | "inventories") && !name.contains('.');
        if ini || among { Claim::Maybe(Format::Inventory) } else { Claim::No }
    }

    fn recognises(&self, document: Value<'_>) -> bool {
        if document.is_sequence() {
            return groups::is_ini(document) || plays::are(document);
        }
        groups::is_yaml(document)
    }

    fn suspects(&self, path: &str, text: &str) -> bool {
        if path.ends_with(".yml") || path.ends_with(".yaml") {
            return false;
        }
        let begins = || text.lines().any(|line| line.starts_with('['));
        text.contains("ansible_")
            || is_named(path) && begins()
            || text.lines().any(|line| {
                let line = line.trim();
                line.starts_with('[') && (line.ends_with(":vars]") || line.ends_with(":children]"))
            })
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let mut contribution = Contribution::default();
        let mut inventories: Vec<Inventory<'a>> = Vec::new();
        let mut all: Vec<Play<'a>> = Vec::new();
        let files = variables::Files::new(bundle);
        let mut used: BTreeSet<Arc<str>> = BTreeSet::new();
        for artefact in bundle.section(self.section()) {
            let Some(root) = artefact.located.root() else { continue };
            if plays::are(root) {
                all.extend(root.items().filter_map(plays::read));
                tasks::add(artefact, root, &mut contribution);
            } else if is_inventory(artefact, root) {
                let deployment = deployment(artefact, root, &files, config);
                // A pattern of an inventory is no inventory: whoever copies it gets the variables beside it.
                if !environment::is_template(&artefact.path) {
                    used.extend(deployment.artefacts.iter().cloned());
                }
                let tree = groups::Tree::read(root);
                let effective = variables::effective(&tree, &files, &artefact.path);
                settings::of_inventory(&effective, &deployment, bundle, &mut contribution);
                inventories.push(Inventory {
                    deployment: deployment.name.clone(),
                    path: artefact.path.clone(),
                    at: root.into(),
                    hosts: effective.hosts,
                });
                contribution.deployments.push(deployment);
            }
        }
        // Which hosts a dynamic inventory has, the tree does not say; what their variables hold stands in it all the same.
        for (owner, artefact) in files.all().filter(|(_, artefact)| !used.contains(&artefact.path)) {
            settings::of_file(owner, artefact, &mut contribution);
        }
        if inventories.is_empty() && all.is_empty() {
            return contribution;
        }
        contribution.beside = vec![("all", Box::new(inventories)), ("plays", Box::new(all))];
        contribution
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![
            ("all", generator.subschema_for::<Vec<Inventory<'_>>>()),
            ("plays", generator.subschema_for::<Vec<Play<'_>>>()),
        ]
    }
}

/// An inventory as a deployment, with the variables beside it.
fn deployment<'a>(
    artefact: &'a Artefact,
    root: Value<'a>,
    files: &variables::Files<'a>,
    config: &Config,
) -> Deployment<'a> {
    let is_named =
        |source: &DeploymentSource| matches!(source, DeploymentSource::Inventory(path) if **path == *artefact.path);
    let named = config.deployments.iter().find(|one| is_named(&one.source));
    let name: Arc<str> = named.map_or_else(|| artefact.path.clone(), |one| one.name.as_str().into());
    let mut artefacts = files.used(&artefact.path);
    artefacts.push(artefact.path.clone());
    artefacts.sort();
    let stated = named.and_then(|one| one.environment);
    Deployment {
        kind: DeploymentKind::Inventory,
        environment: stated.unwrap_or_else(|| environment::of_path(&name)),
        judged: false,
        artefacts,
        at: root.into(),
        name,
    }
}

/// Whether the name of a file, or of its folder, is one that people give to inventories in INI.
fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = paths::folder(path).rsplit('/').next().unwrap_or_default();
    let among = matches!(folder, "inventory" | "inventories") && !name.contains('.');
    NAMES.contains(&name) || name.starts_with("hosts.") && !name.ends_with(".j2") || among
}

fn is_inventory(artefact: &Artefact, root: Value<'_>) -> bool {
    !variables::is_file(&artefact.path) && (root.is_sequence() || groups::is_yaml(root))
}
