//! Ansible: inventories in INI and YAML, the variables beside them and beside the playbooks, and plays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::SchemaGenerator;

use crate::artefact::Bundle;
use crate::collect::inventories::files::Files;
use crate::collect::inventories::sources::Source;
use crate::collect::{Claim, Collector, Contribution, paths};
use crate::config::Config;
use crate::input::environment;
use crate::input::inventories::{Inventory, Play};
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod files;
mod groups;
mod plays;
mod settings;
mod sources;
mod tasks;
mod variables;

pub struct Inventories;

/// Names of inventories without their ending.
const NAMES: &[&str] = &["hosts", "inventory"];

impl Collector for Inventories {
    fn section(&self) -> &'static str {
        "inventories"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "settings"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Ansible
    }

    fn claims(&self, path: &str) -> Claim {
        let name = path.rsplit('/').next().unwrap_or(path);
        if files::is_one(path) {
            return Claim::Yes(Format::Yaml);
        }
        if name.ends_with(".yml") || name.ends_with(".yaml") {
            return Claim::Maybe(Format::Yaml);
        }
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "json" if is_named(path) => Claim::Maybe(Format::Json),
            "json" | "toml" => Claim::No,
            ending if ending == "ini" || is_named(path) => Claim::Maybe(Format::Inventory),
            _ => Claim::No,
        }
    }

    fn recognises(&self, document: Value<'_>) -> bool {
        if document.is_sequence() {
            return groups::is_ini(document) || plays::are(document);
        }
        groups::is_yaml(document)
    }

    fn suspects(&self, path: &str, text: &str) -> bool {
        // A script prints an inventory, and is none.
        if path.ends_with(".yml") || path.ends_with(".yaml") || text.starts_with("#!") {
            return false;
        }
        if path.ends_with(".json") {
            return is_named(path) && text.contains("\"hosts\"");
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
        let mut all: Vec<Play<'a>> = Vec::new();
        for artefact in bundle.section(self.section()) {
            let Some(root) = artefact.located.root().filter(|root| plays::are(*root)) else { continue };
            all.extend(root.items().filter_map(plays::read));
            tasks::add(artefact, root, &mut contribution);
        }
        let files = Files::new(bundle);
        let mut inventories: Vec<Inventory<'a>> = Vec::new();
        let mut used: BTreeSet<Arc<str>> = BTreeSet::new();
        for source in sources::all(bundle, config) {
            let deployment = source.deployment(&files);
            // A pattern of an inventory is no inventory: whoever copies it gets the variables beside it.
            if !environment::is_template(source.path) {
                used.extend(deployment.artefacts.iter().cloned());
            }
            let effective = variables::effective(&source.tree(), &files, source.folder());
            settings::of_inventory(&effective, &deployment, bundle, &mut contribution);
            inventories.push(Inventory {
                deployment: deployment.name.clone(),
                path: source.path.into(),
                at: deployment.at,
                hosts: effective.hosts,
            });
            contribution.deployments.push(deployment);
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

/// An inventory with all variables of its hosts, of which rules see those of the connection and those with a meaning.
pub struct Whole<'a> {
    pub path: &'a str,
    /// Folders of the playbooks whose variables count, weakest first.
    pub playbooks: Vec<&'a str>,
    pub hosts: Vec<WholeHost<'a>>,
}

/// A host with its groups and all that counts for it, by name.
pub struct WholeHost<'a> {
    pub name: String,
    pub groups: Vec<String>,
    pub variables: BTreeMap<&'a str, Value<'a>>,
}

/// The effective variables of each inventory, from which the collector makes its hosts and settings.
pub fn whole<'a>(bundle: &'a Bundle, config: &'a Config) -> Vec<Whole<'a>> {
    let files = Files::new(bundle);
    let whole = |source: Source<'a>| {
        let effective = variables::effective(&source.tree(), &files, source.folder());
        let hosts = effective.whole().map(|(host, variables)| WholeHost {
            name: host.name.clone(),
            groups: host.groups.clone(),
            variables,
        });
        let playbooks = files.playbooks(source.folder());
        Whole { path: source.path, playbooks, hosts: hosts.collect() }
    };
    sources::all(bundle, config).into_iter().map(whole).collect()
}

/// Whether the name of a file, or of a folder above it, is one that people give to inventories in INI and JSON.
fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let among = || paths::folder(path).split('/').any(|folder| matches!(folder, "inventory" | "inventories"));
    let bare = name.strip_suffix(".json").unwrap_or(name);
    NAMES.contains(&bare)
        || name.starts_with("hosts.") && !name.ends_with(".j2")
        || !bare.contains('.') && !name.ends_with('~') && among()
}

#[cfg(test)]
mod tests;
