//! Which inventories there are, each as a deployment.

use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::inventories::files::{self, Files};
use crate::collect::inventories::groups::{self, Tree};
use crate::collect::inventories::plays;
use crate::collect::paths;
use crate::config::{Config, ConfiguredDeployment, DeploymentSource};
use crate::input::deployments::{Deployment, DeploymentKind, Environment};
use crate::input::environment;
use crate::located::Value;

/// Folders and endings that Ansible passes over in a folder of inventories.
/// Source: <https://docs.ansible.com/projects/ansible/latest/reference_appendices/config.html#inventory-ignore-exts>.
const NO_INVENTORIES: &[&str] = &["group_vars", "host_vars", "vars_plugins"];
const NO_ENDINGS: &[&str] =
    &[".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];

/// An inventory: a file, or a folder of them if the config says so.
pub struct Source<'a> {
    /// Path of the file or folder.
    pub path: &'a str,
    /// Its first root.
    at: Value<'a>,
    /// Its files with their roots, in the order in which they are read.
    files: Vec<(&'a Artefact, Value<'a>)>,
    is_folder: bool,
    /// What the config calls it.
    name: Option<Arc<str>>,
    environment: Option<Environment>,
}

/// Every inventory of a run. A file of a folder that is one inventory is none of its own.
pub fn all<'a>(bundle: &'a Bundle, config: &Config) -> Vec<Source<'a>> {
    let mut files: Vec<(&'a Artefact, Value<'a>)> =
        bundle.section("inventories").filter_map(|artefact| Some((artefact, root(artefact)?))).collect();
    let named = || {
        config.deployments.iter().filter_map(|one| match &one.source {
            DeploymentSource::Inventory(path) if path == "." => Some(("", one)),
            DeploymentSource::Inventory(path) => Some((path.trim_end_matches('/').trim_end_matches("/."), one)),
            _ => None,
        })
    };
    let of_file = |artefact: &Artefact| named().find(|(path, _)| **path == *artefact.path).map(|(_, one)| one);
    let mut sources = Vec::new();
    for (folder, one) in named() {
        let is_below = |(artefact, _): &(&Artefact, Value<'_>)| {
            below(folder, &artefact.path).is_some() && of_file(artefact).is_none()
        };
        let (mut within, others): (Vec<_>, Vec<_>) = files.into_iter().partition(is_below);
        files = others;
        within.retain(|(artefact, _)| below(folder, &artefact.path).is_some_and(is_read));
        within.sort_by(|(one, _), (other, _)| one.path.split('/').cmp(other.path.split('/')));
        let Some((artefact, at)) = within.first().copied() else { continue };
        let path = artefact.path.get(..folder.len()).unwrap_or_default();
        sources.push(Source::new(path, at, within, Some(one)));
    }
    for (artefact, root) in files {
        sources.push(Source::new(&artefact.path, root, vec![(artefact, root)], of_file(artefact)));
    }
    sources.sort_by_key(|source| source.path);
    sources
}

/// The root of an inventory.
fn root(artefact: &Artefact) -> Option<Value<'_>> {
    let root = artefact.located.root()?;
    let is_one = !files::is_one(&artefact.path) && !plays::are(root);
    (is_one && (root.is_sequence() || groups::is_yaml(root))).then_some(root)
}

/// The path of a file below a folder.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// Whether Ansible reads a file, by its path below a folder of inventories.
fn is_read(path: &str) -> bool {
    let is_skipped = |part: &str| {
        part.starts_with('.')
            || NO_INVENTORIES.contains(&part)
            || NO_ENDINGS.iter().any(|ending| part.ends_with(ending))
    };
    !path.split('/').any(is_skipped)
}

impl<'a> Source<'a> {
    fn new(
        path: &'a str,
        at: Value<'a>,
        files: Vec<(&'a Artefact, Value<'a>)>,
        named: Option<&ConfiguredDeployment>,
    ) -> Self {
        Source {
            path,
            at,
            is_folder: files.iter().all(|(artefact, _)| *artefact.path != *path),
            files,
            name: named.map(|one| one.name.as_str().into()),
            environment: named.and_then(|one| one.environment),
        }
    }

    /// The folder beside which its variables lie.
    pub fn folder(&self) -> &'a str {
        if self.is_folder { self.path } else { paths::folder(self.path) }
    }

    pub fn tree(&self) -> Tree<'a> {
        Tree::read(self.files.iter().map(|(_, root)| *root))
    }

    /// It as a deployment, with the variables beside it.
    pub fn deployment(&self, files: &Files<'a>) -> Deployment<'a> {
        let name = self.name.clone().unwrap_or_else(|| self.path.into());
        let mut artefacts = files.used(self.folder());
        artefacts.extend(self.files.iter().map(|(artefact, _)| artefact.path.clone()));
        artefacts.sort();
        Deployment {
            kind: DeploymentKind::Inventory,
            environment: self.environment.unwrap_or_else(|| environment::of_path(&name)),
            judged: false,
            artefacts,
            at: self.at.into(),
            name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_folder_of_inventories() {
        assert!(is_read("hosts") && is_read("eu/b.yml"));
        for path in ["group_vars/all.yml", ".git/x", "hosts~", "hosts.bak", "README.md", "ansible.cfg"] {
            assert!(!is_read(path), "{path}");
        }
        assert_eq!(below("inventories/live", "inventories/live/hosts"), Some("hosts"));
        assert_eq!(below("inventories/live", "inventories/lively/hosts"), None);
        assert_eq!(below("", "hosts"), Some("hosts"));
    }
}
