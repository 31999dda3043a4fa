//! Effective variables of hosts.
//!
//! Precedence: <https://docs.ansible.com/projects/ansible/latest/playbook_guide/playbooks_variables.html#variable-precedence-where-should-i-put-a-variable>,
//! from the variables of an inventory's groups up to those of `host_vars` beside the playbooks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::inventories::groups::Tree;
use crate::collect::inventories::plays;
use crate::collect::paths;
use crate::input::inventories::{Host, Variable};
use crate::input::settings::State;
use crate::located::Value;

/// Whether a file holds variables of a group or host by its place.
pub fn is_file(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let plain = !name.contains('.') || name.ends_with(".yml") || name.ends_with(".yaml") || name.ends_with(".json");
    let near = parts.len().saturating_sub(2);
    plain && parts[near..].iter().any(|part| matches!(*part, "group_vars" | "host_vars"))
}

/// Files of variables by the folder that holds `group_vars` or `host_vars`, kind and name.
pub struct Files<'a> {
    by_place: BTreeMap<(String, &'static str, String), Vec<&'a Artefact>>,
    /// Folders that hold playbooks.
    playbooks: BTreeSet<&'a str>,
}

impl<'a> Files<'a> {
    pub fn new(bundle: &'a Bundle) -> Self {
        let mut files = Self { by_place: BTreeMap::new(), playbooks: BTreeSet::new() };
        for artefact in bundle.section("inventories") {
            if let Some((folder, kind, name)) = place(&artefact.path) {
                files.by_place.entry((folder.to_string(), kind, name.to_string())).or_default().push(artefact);
            } else if artefact.located.root().is_some_and(plays::are) {
                files.playbooks.insert(paths::folder(&artefact.path));
            }
        }
        files
    }

    /// Folders beside which the variables of an inventory lie, weakest first: its own, then those of the playbooks, which
    /// are the ones in its folder or above.
    fn folders(&self, inventory: &'a str) -> Vec<&str> {
        let own = paths::folder(inventory);
        let above = self.playbooks.iter().filter(|folder| {
            **folder != own
                && (folder.is_empty() || own.strip_prefix(**folder).is_some_and(|rest| rest.starts_with('/')))
        });
        std::iter::once(own).chain(above.copied()).collect()
    }

    fn of(&self, folder: &str, kind: &'static str, name: &str) -> impl Iterator<Item = Value<'a>> {
        let found = self.by_place.get(&(folder.to_string(), kind, name.to_string()));
        found.into_iter().flatten().filter_map(|artefact| artefact.located.root())
    }

    /// All of them, each with the group or host that it is about.
    pub fn all(&self) -> impl Iterator<Item = (&str, &'a Artefact)> {
        self.by_place.iter().flat_map(|((_, _, owner), files)| files.iter().map(move |file| (owner.as_str(), *file)))
    }

    /// The files beside an inventory.
    pub fn used(&self, inventory: &'a str) -> Vec<Arc<str>> {
        let folders = self.folders(inventory);
        let found = self.by_place.iter().filter(|((folder, _, _), _)| folders.contains(&folder.as_str()));
        found.flat_map(|(_, artefacts)| artefacts.iter().map(|artefact| artefact.path.clone())).collect()
    }
}

/// `x/group_vars/web.yml` and `x/group_vars/web/a.yml` are about `web`, beside `x`.
fn place(path: &str) -> Option<(&str, &'static str, &str)> {
    for kind in ["group_vars", "host_vars"] {
        let at = match path.strip_prefix(kind) {
            Some(rest) if rest.starts_with('/') => Some(0),
            _ => path.rfind(&format!("/{kind}/")).map(|at| at + 1),
        };
        if let Some(at) = at {
            let rest = &path[at + kind.len() + 1..];
            let name = rest.split('/').next().unwrap_or(rest);
            let name = if rest.contains('/') { name } else { name.split(".y").next().unwrap_or(name) };
            return Some((path[..at].trim_end_matches('/'), kind, name.trim_end_matches(".json")));
        }
    }
    None
}

/// A value that counts for some host.
#[derive(Clone)]
pub struct Held<'a> {
    pub value: Value<'a>,
    /// The group or host that it is given to.
    pub owner: Arc<str>,
}

pub type Layer<'a> = BTreeMap<&'a str, Held<'a>>;

/// What the hosts of an inventory are left with.
#[derive(Default)]
pub struct Effective<'a> {
    /// Each host with the variables of its connection.
    pub hosts: Vec<Host<'a>>,
    /// What hosts of the same groups share.
    pub shared: Vec<Shared<'a>>,
    /// What one host has for itself, and the index of what it shares.
    pub own: Vec<(usize, Layer<'a>)>,
}

#[derive(Default)]
pub struct Shared<'a> {
    pub layer: Layer<'a>,
    hosts: usize,
    /// How many of the hosts have a value of their own, by name.
    replaced: HashMap<&'a str, usize>,
}

impl<'a> Shared<'a> {
    /// What counts for at least one of the hosts.
    pub fn counting(&self) -> impl Iterator<Item = (&'a str, Held<'a>)> {
        let replaced = |name: &str| self.replaced.get(name).copied().unwrap_or_default();
        self.layer.iter().filter(move |(name, _)| replaced(name) < self.hosts).map(|(name, held)| (*name, held.clone()))
    }
}

/// The effective variables of an inventory's hosts.
pub fn effective<'a>(tree: &Tree<'a>, files: &Files<'a>, inventory: &'a str) -> Effective<'a> {
    let folders: Vec<String> = files.folders(inventory).into_iter().map(str::to_string).collect();
    let mut effective = Effective::default();
    let mut known: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for (name, host) in &tree.hosts {
        let groups = tree.groups_of(name);
        let index = *known.entry(groups).or_insert_with_key(|groups| {
            let layer = of_groups(tree, files, &folders, groups);
            effective.shared.push(Shared { layer, ..Shared::default() });
            effective.shared.len() - 1
        });
        let mut own = Layer::new();
        add(&mut own, name, host.vars.iter().map(|(name, value)| (*name, *value)));
        for folder in &folders {
            files.of(folder, "host_vars", name).for_each(|root| add(&mut own, name, root.entries()));
        }
        let shared = &mut effective.shared[index];
        shared.hosts += 1;
        own.keys().for_each(|name| *shared.replaced.entry(name).or_default() += 1);
        let groups = tree.groups_of(name).into_iter().filter(|group| *group != "ungrouped");
        if let Some(at) = host.at {
            let connection = |layer: &Layer<'a>| {
                let of = layer.range("ansible_"..).take_while(|(name, _)| name.starts_with("ansible_"));
                of.map(|(name, held)| (*name, held.value)).collect::<BTreeMap<&'a str, Value<'a>>>()
            };
            let mut variables = connection(&shared.layer);
            variables.extend(connection(&own));
            effective.hosts.push(Host {
                name: name.clone(),
                at: at.into(),
                groups: groups.map(str::to_string).collect::<BTreeSet<_>>().into_iter().collect(),
                connection: variables.into_iter().map(|(name, value)| variable(name, value)).collect(),
            });
        }
        if !own.is_empty() {
            effective.own.push((index, own));
        }
    }
    effective
}

fn add<'a>(layer: &mut Layer<'a>, owner: &str, entries: impl IntoIterator<Item = (&'a str, Value<'a>)>) {
    let owner: Arc<str> = owner.into();
    layer.extend(entries.into_iter().map(|(name, value)| (name, Held { value, owner: owner.clone() })));
}

/// What a host has from its groups, which are in the order of their precedence.
fn of_groups<'a>(tree: &Tree<'a>, files: &Files<'a>, folders: &[String], groups: &[&str]) -> Layer<'a> {
    let mut layer = Layer::new();
    for name in std::iter::once("all").chain(groups.iter().copied()) {
        let stated = tree.groups.get(name).into_iter().flat_map(|group| &group.vars);
        add(&mut layer, name, stated.map(|(name, value)| (*name, *value)));
    }
    for folder in folders {
        files.of(folder, "group_vars", "all").for_each(|root| add(&mut layer, "all", root.entries()));
    }
    for folder in folders {
        for group in groups {
            files.of(folder, "group_vars", group).for_each(|root| add(&mut layer, group, root.entries()));
        }
    }
    layer
}

/// A variable with what its value proves.
pub fn variable<'a>(name: &'a str, value: Value<'a>) -> Variable<'a> {
    let text = value.text();
    let vaulted = value.tag() == Some("!vault") || text.is_some_and(|text| text.starts_with("$ANSIBLE_VAULT"));
    let state = match text {
        _ if vaulted => State::Reference,
        Some(text) if text.contains("{{") || text.contains("{%") => State::Unknown,
        Some(_) => State::Literal,
        None => State::Unknown,
    };
    let value_text = text.filter(|_| state == State::Literal);
    Variable { name: name.into(), value: value_text.map(Into::into), state, at: value.into(), via: Vec::new() }
}
