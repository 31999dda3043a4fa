//! Effective variables of hosts.
//!
//! Precedence: <https://docs.ansible.com/projects/ansible/latest/playbook_guide/playbooks_variables.html#variable-precedence-where-should-i-put-a-variable>,
//! from the variables of an inventory's groups up to those of `host_vars` beside the playbooks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::collect::inventories::files::Files;
use crate::collect::inventories::groups::Tree;
use crate::input::inventories::{Host, Variable};
use crate::input::settings::State;
use crate::located::Value;

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
    /// What each of the hosts has for itself, and the index of what it shares.
    pub own: Vec<(usize, Layer<'a>)>,
}

impl<'a> Effective<'a> {
    /// Each host with all that counts for it.
    pub fn whole(&self) -> impl Iterator<Item = (&Host<'a>, BTreeMap<&'a str, Value<'a>>)> {
        self.hosts.iter().zip(&self.own).map(|(host, (index, own))| {
            let shared = self.shared.get(*index).into_iter().flat_map(|shared| &shared.layer);
            (host, shared.chain(own).map(|(name, held)| (*name, held.value)).collect())
        })
    }
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

/// The effective variables of an inventory's hosts; the inventory is a file in the folder, or all of it.
pub fn effective<'a>(tree: &Tree<'a>, files: &Files<'a>, folder: &'a str) -> Effective<'a> {
    let folders = files.folders(folder);
    let mut effective = Effective::default();
    let mut known: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for (name, host) in &tree.hosts {
        let Some(at) = host.at else { continue };
        let groups = tree.groups_of(name);
        let named = groups.iter().filter(|group| **group != "ungrouped").map(|group| group.to_string());
        let named: BTreeSet<String> = named.collect();
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
        let Some(shared) = effective.shared.get_mut(index) else { continue };
        shared.hosts += 1;
        own.keys().for_each(|name| *shared.replaced.entry(name).or_default() += 1);
        let connection = |layer: &Layer<'a>| {
            let of = layer.range("ansible_"..).take_while(|(name, _)| name.starts_with("ansible_"));
            of.map(|(name, held)| (*name, held.value)).collect::<BTreeMap<&'a str, Value<'a>>>()
        };
        let mut variables = connection(&shared.layer);
        variables.extend(connection(&own));
        effective.hosts.push(Host {
            name: name.clone(),
            at: at.into(),
            groups: named.into_iter().collect(),
            connection: variables.into_iter().map(|(name, value)| variable(name, value)).collect(),
        });
        effective.own.push((index, own));
    }
    effective
}

fn add<'a>(layer: &mut Layer<'a>, owner: &str, entries: impl IntoIterator<Item = (&'a str, Value<'a>)>) {
    let owner: Arc<str> = owner.into();
    layer.extend(entries.into_iter().map(|(name, value)| (name, Held { value, owner: owner.clone() })));
}

/// What a host has from its groups, which are in the order of their precedence.
fn of_groups<'a>(tree: &Tree<'a>, files: &Files<'a>, folders: &[&'a str], groups: &[&str]) -> Layer<'a> {
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
