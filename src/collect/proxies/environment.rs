//! What the services that mount a file of a proxy give it in their environment.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::HashMap;

use crate::artefact::{Artefact, Bundle};
use crate::input::settings::{Reach, Setting};
use crate::input::workloads::Workloads;

/// Variables of a service that files of proxies use, by name; None where the tree does not hold the value.
pub type Environment<'a> = BTreeMap<String, Option<Cow<'a, str>>>;

/// Deployment and name of a service.
pub type User = (Arc<str>, String);

/// Who mounts files of proxies, and what those get.
pub struct Environments<'a> {
    /// Services by the file or folder that they mount.
    users: HashMap<String, BTreeSet<User>>,
    variables: HashMap<User, Environment<'a>>,
}

impl<'a> Environments<'a> {
    pub fn new(bundle: &'a Bundle, workloads: &Workloads<'a>, settings: &[Setting<'a>]) -> Self {
        let mut found = Self { users: HashMap::default(), variables: HashMap::default() };
        let texts = bundle.section("proxies").map(|artefact| &*artefact.located.text);
        let names: BTreeSet<&str> = texts.flat_map(names).collect();
        if names.is_empty() {
            return found;
        }
        for workload in &workloads.all {
            let user = || (workload.deployment.clone(), workload.name.to_string());
            for mount in workload.containers.iter().flat_map(|container| &container.mounts) {
                found.users.entry(mount.source.to_string()).or_default().insert(user());
            }
        }
        let mounting: BTreeSet<&User> = found.users.values().flatten().collect();
        for setting in settings.iter().filter(|setting| names.contains(&*setting.name)) {
            let user = (setting.deployment.clone(), setting.consumer.to_string());
            if setting.reaches == Reach::Container && mounting.contains(&user) {
                let known = found.variables.entry(user).or_default();
                known.insert(setting.name.to_string(), setting.value.clone());
            }
        }
        found
    }

    /// The environments that a file meets, each with the services that give it; none of them where nobody mounts the file.
    pub fn of(&self, artefact: &Artefact) -> Vec<(Environment<'a>, BTreeSet<User>)> {
        let path = &*artefact.path;
        let above = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
        let places = std::iter::once(path).chain(above).chain([""]);
        let users = places.filter_map(|place| self.users.get(place)).flatten();
        let mut by_environment: BTreeMap<Environment<'a>, BTreeSet<User>> = BTreeMap::new();
        for user in users {
            let environment = self.variables.get(user).cloned().unwrap_or_default();
            by_environment.entry(environment).or_default().insert(user.clone());
        }
        if by_environment.is_empty() {
            by_environment.insert(Environment::new(), BTreeSet::new());
        }
        by_environment.into_iter().collect()
    }
}

/// Names of the variables of a text of Caddy: `{$NAME}`, `{$NAME:default}`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("{$").map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        &rest[..rest.find([':', '}']).unwrap_or(rest.len())]
    })
}
