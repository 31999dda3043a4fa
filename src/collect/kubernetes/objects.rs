//! The objects of all manifests, each in its deployment.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::artefact::{Artefact, Bundle};
use crate::collect::kubernetes::rendered::{self, Kustomized};
use crate::collect::paths;
use crate::config::{Config, DeploymentSource};
use crate::input::deployments::{Deployment, DeploymentKind, Environment};
use crate::input::environment;
use crate::located::Value;

/// One object of a manifest; items of a `List` are objects of their own.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    pub root: Value<'a>,
    pub kind: &'a str,
    pub api: &'a str,
    pub name: &'a str,
    /// As stated; "" where none is.
    pub namespace: &'a str,
    /// Index of its deployment.
    pub deployment: usize,
}

impl<'a> Object<'a> {
    /// Place of the name, or of the kind where there is none (`generateName`).
    pub fn place(&self) -> Value<'a> {
        let name = self.root.path(&["metadata", "name"]);
        name.or_else(|| self.root.path(&["metadata", "generateName"]))
            .or_else(|| self.root.get("kind"))
            .unwrap_or(self.root)
    }

    pub fn spec(&self) -> Option<Value<'a>> {
        self.root.get("spec")
    }

    /// Its file, the folder of that, and "" for all of its deployment: nearest first, each once.
    pub fn places(&self) -> Vec<&'a str> {
        let file: &'a str = &self.root.located().path;
        let mut places = vec![file, paths::folder(file), ""];
        places.dedup();
        places
    }

    /// The namespace that joins go by: absent is `default`.
    pub fn scope(&self) -> (usize, &'a str) {
        (self.deployment, if self.namespace.is_empty() { "default" } else { self.namespace })
    }
}

/// All objects, and the deployments that they belong to.
pub struct Objects<'a> {
    pub all: Vec<Object<'a>>,
    pub deployments: Vec<Deployment<'a>>,
}

/// Reads every manifest of the bundle that no build of kustomize stands before.
pub fn read<'a>(bundle: &'a Bundle, config: &Config, kustomized: &Kustomized) -> Objects<'a> {
    let mut objects = Objects { all: Vec::new(), deployments: Vec::new() };
    let mut known: HashMap<String, usize> = HashMap::default();
    let configured = configured(config);
    for artefact in bundle.section("kubernetes").filter(|artefact| !kustomized.left_out.contains(&*artefact.path)) {
        let mut here: Vec<Unpacked<'a>> = Vec::new();
        for document in artefact.located.documents() {
            unpack(document, None, &mut here, 0);
        }
        if here.is_empty() {
            continue;
        }
        // What was rendered belongs where its chart or its kustomization does.
        let file = bundle.trace(&artefact.path).map_or(&*artefact.path, |trace| &*trace.home.path);
        for (name, environment) in homes(artefact, file, &configured, kustomized) {
            let deployment = *known.entry(name.clone()).or_insert_with(|| {
                objects.deployments.push(Deployment {
                    name: name.as_str().into(),
                    kind: DeploymentKind::Kubernetes,
                    environment,
                    judged: false,
                    artefacts: Vec::new(),
                    at: here[0].root.into(),
                });
                objects.deployments.len() - 1
            });
            objects.deployments[deployment].artefacts.push(artefact.path.clone());
            objects.all.extend(here.iter().map(|found| object(*found, deployment)));
        }
    }
    objects
}

/// The ConfigMaps of a file.
pub fn config_maps(artefact: &Artefact) -> impl Iterator<Item = Value<'_>> {
    let mut here = Vec::new();
    for document in artefact.located.documents() {
        unpack(document, None, &mut here, 0);
    }
    here.into_iter().filter(|found| found.kind == "ConfigMap").map(|found| found.root)
}

/// A document or an item of a list, with what says what it is.
#[derive(Clone, Copy)]
struct Unpacked<'a> {
    root: Value<'a>,
    kind: &'a str,
    api: &'a str,
}

fn object<'a>(found: Unpacked<'a>, deployment: usize) -> Object<'a> {
    let Unpacked { root, kind, api } = found;
    let text = |keys: &[&str]| root.path(keys).and_then(Value::text).unwrap_or_default();
    let (name, namespace) = (text(&["metadata", "name"]), text(&["metadata", "namespace"]));
    Object { root, kind, api, name, namespace, deployment }
}

/// Lists of lists are legal; nobody writes them this deep.
const DEEPEST: usize = 8;

/// Adds a document's objects. Items of a typed list (`SecretList`) leave out their kind, which is then `typed`.
fn unpack<'a>(document: Value<'a>, typed: Option<(&'a str, &'a str)>, objects: &mut Vec<Unpacked<'a>>, depth: usize) {
    let text = |key: &str| document.get(key).and_then(Value::text);
    let (Some(kind), Some(api)) = (text("kind").or(typed.map(|of| of.0)), text("apiVersion").or(typed.map(|of| of.1)))
    else {
        return;
    };
    match document.get("items").filter(|items| kind.ends_with("List") && items.is_sequence() && depth < DEEPEST) {
        Some(items) => {
            let typed = kind.strip_suffix("List").filter(|kind| !kind.is_empty()).map(|kind| (kind, api));
            items.items().for_each(|item| unpack(item, typed, objects, depth + 1));
        }
        None => objects.push(Unpacked { root: document, kind, api }),
    }
}

/// Deployments that the config names: name, environment, globs.
fn configured(config: &Config) -> Vec<(String, Option<Environment>, GlobSet)> {
    let set = |globs: &[String]| {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            for form in [glob.clone(), format!("{}/**", glob.trim_end_matches('/'))] {
                if let Ok(glob) = GlobBuilder::new(&form).literal_separator(true).build() {
                    set.add(glob);
                }
            }
        }
        set.build().unwrap_or_else(|_| GlobSet::empty())
    };
    let manifests = config.deployments.iter().filter_map(|deployment| match &deployment.source {
        DeploymentSource::Manifests(globs) => Some((deployment.name.clone(), deployment.environment, set(globs))),
        _ => None,
    });
    manifests.collect()
}

/// The deployments that a file belongs to (DECISIONS of the catalogue, 1): those of the config; else those of the
/// kustomizations that list it; else the folder of a kustomization around it; else its top-level folder, or the folder below it whose name tells an environment.
fn homes(
    artefact: &Artefact,
    file: &str,
    configured: &[(String, Option<Environment>, GlobSet)],
    kustomized: &Kustomized,
) -> Vec<(String, Environment)> {
    let path = &*artefact.path;
    let by_config: Vec<(String, Environment)> = configured
        .iter()
        .filter(|(_, _, globs)| globs.is_match(file))
        .map(|(name, environment, _)| (name.clone(), environment.unwrap_or_else(|| environment::of_path(name))))
        .collect();
    if !by_config.is_empty() {
        return by_config;
    }
    if let Some(home) = rendered::home(path) {
        return vec![home];
    }
    if path == "-" {
        return vec![("-".to_string(), Environment::Unknown)];
    }
    if let Some(folders) = kustomized.listed.get(path) {
        let shown = |folder: &String| if folder.is_empty() { ".".to_string() } else { folder.clone() };
        return folders.iter().map(|folder| (shown(folder), environment::of_path(folder))).collect();
    }
    let parts: Vec<&str> = paths::folder(path).split('/').filter(|part| !part.is_empty()).collect();
    let up_to = |count: usize| parts[..count].join("/");
    let around = (1..=parts.len()).rev().map(up_to).find(|folder| kustomized.named.contains(folder));
    let telling = (1..=parts.len()).rev().find(|count| environment::of_path(parts[count - 1]) != Environment::Unknown);
    let home = match (around, telling) {
        (Some(folder), _) => folder,
        (None, Some(count)) => up_to(count),
        (None, None) if parts.is_empty() => ".".to_string(),
        (None, None) => up_to(1),
    };
    let environment = environment::of_path(&home);
    vec![(home, environment)]
}

/// The names of all artefacts of deployments, sorted.
pub fn finish(deployments: &mut [Deployment<'_>]) {
    for deployment in deployments {
        deployment.artefacts.sort();
        deployment.artefacts.dedup();
    }
}

/// Labels of a mapping.
pub fn labels<'a>(value: Option<Value<'a>>) -> BTreeMap<&'a str, &'a str> {
    let entries = value.map(Value::entries).unwrap_or_default();
    entries.into_iter().filter_map(|(key, value)| Some((key, value.text()?))).collect()
}

/// Name of a deployment for an entry of a view.
pub fn name_of(deployments: &[Deployment<'_>], index: usize) -> Arc<str> {
    deployments.get(index).map(|deployment| deployment.name.clone()).unwrap_or_default()
}
