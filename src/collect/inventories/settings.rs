//! Effective variables as settings: a value that several hosts share is one of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle, Tracked};
use crate::collect::Contribution;
use crate::collect::inventories::variables::{Effective, Held, Layer, variable};
use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::settings::{Holder, Reach, Setting, State, Via};
use crate::input::{environment, roles};
use crate::located::Value;

/// Mappings inside mappings; the names of deeper ones tell nothing.
const DEEPEST: usize = 8;

/// Variables that stand for others.
const STEPS: usize = 8;

/// Adds what counts for the hosts of an inventory. What belongs to a group for development or tests is a deployment of its
/// own.
pub fn of_inventory<'a>(
    effective: &Effective<'a>,
    deployment: &Deployment<'a>,
    bundle: &'a Bundle,
    contribution: &mut Contribution<'a>,
) {
    let mut adder = Adder { seen: HashSet::new(), settings: Vec::new() };
    let mut narrowed: BTreeMap<Arc<str>, Deployment<'a>> = BTreeMap::new();
    let mut take = |name: &'a str, held: Held<'a>, layers: &[&Layer<'a>]| {
        let environment = environment::of_path(&held.owner);
        let home = if environment.judged() || !deployment.environment.judged() {
            deployment
        } else {
            narrowed.entry(held.owner.clone()).or_insert_with(|| Deployment {
                name: format!("{} ({})", deployment.name, held.owner).into(),
                environment,
                artefacts: Vec::new(),
                ..deployment.clone()
            })
        };
        adder.add(&home.name, name, held.value, layers);
    };
    for shared in &effective.shared {
        shared.counting().for_each(|(name, held)| take(name, held, &[&shared.layer]));
    }
    for (index, own) in &effective.own {
        own.iter().for_each(|(name, held)| take(name, held.clone(), &[own, &effective.shared[*index].layer]));
    }
    let tracked = |at: Value<'_>| bundle.get(&at.located().path).map_or(Tracked::Unknown, |artefact| artefact.tracked);
    adder.settings.iter_mut().for_each(|setting| setting.tracked = tracked(setting.at.0));
    contribution.settings.extend(adder.finish());
    contribution.deployments.extend(narrowed.into_values());
}

/// Adds what a file of variables holds that lies beside no inventory of the tree.
pub fn of_file<'a>(owner: &str, artefact: &'a Artefact, contribution: &mut Contribution<'a>) {
    let Some(root) = artefact.located.root().filter(|root| root.is_mapping()) else { return };
    let mut adder = Adder { seen: HashSet::new(), settings: Vec::new() };
    let entries = root.entries();
    let held = |value: &Value<'a>| Held { value: *value, owner: owner.into() };
    let layer: Layer<'a> = entries.iter().map(|(name, value)| (*name, held(value))).collect();
    for (name, value) in entries {
        adder.add(&artefact.path, name, value, &[&layer]);
    }
    adder.settings.iter_mut().for_each(|setting| setting.tracked = artefact.tracked);
    contribution.settings.extend(adder.finish());
    let own = environment::of_path(owner);
    contribution.deployments.push(Deployment {
        name: artefact.path.clone(),
        kind: DeploymentKind::Inventory,
        environment: if own.judged() { environment::of_path(&artefact.path) } else { own },
        judged: false,
        artefacts: vec![artefact.path.clone()],
        at: root.into(),
    });
}

struct Adder<'a> {
    /// Collections that were walked, and scalars that were taken, by name.
    seen: HashSet<(Arc<str>, String, Value<'a>)>,
    settings: Vec<Setting<'a>>,
}

impl<'a> Adder<'a> {
    /// What a variable without a meaning of its own passes on is judged as the variable that takes it.
    fn finish(self) -> Vec<Setting<'a>> {
        let passed: HashSet<Value<'a>> =
            self.settings.iter().filter(|one| !one.via.is_empty()).map(|one| one.at.0).collect();
        let counts = |one: &Setting<'a>| {
            !one.via.is_empty() || !passed.contains(&one.at.0) || roles::of(&one.name).role.is_some()
        };
        self.settings.into_iter().filter(counts).collect()
    }

    /// A variable of Ansible itself says how it works, unless it is a password.
    fn add(&mut self, deployment: &Arc<str>, name: &str, value: Value<'a>, layers: &[&Layer<'a>]) {
        if !name.starts_with("ansible_") || roles::of(name).secret {
            self.walk(deployment, name.to_string(), value, layers, 0);
        }
    }

    /// `postgres: {password: x}` is called `postgres.password`; the items of a list are called as it is.
    fn walk(&mut self, home: &Arc<str>, name: String, value: Value<'a>, layers: &[&Layer<'a>], depth: usize) {
        // A list or mapping that an alias repeats is judged where it stands.
        if depth > 0 && value.is_alias() && value.kind() != crate::located::Kind::Scalar || depth > DEEPEST {
            return;
        }
        if !self.seen.insert((home.clone(), if depth == 0 { name.clone() } else { String::new() }, value.resolved())) {
            return;
        }
        if value.is_mapping() {
            for (key, inner) in value.entries() {
                self.walk(home, format!("{name}.{key}"), inner, layers, depth + 1);
            }
        } else if value.is_sequence() {
            let listed = roles::of(&name).role == Some("cors_origins");
            for item in value.items().filter(|item| listed || item.text().is_none()) {
                self.walk(home, name.clone(), item, layers, depth + 1);
            }
            if listed && value.items().next().is_none() {
                let setting = setting(home, name, value);
                self.settings.push(setting.with_value(Cow::Borrowed(""), State::Literal));
            }
        } else {
            self.settings.push(scalar(home, name, value, layers));
        }
    }
}

fn setting<'a>(home: &Arc<str>, name: String, at: Value<'a>) -> Setting<'a> {
    let consumer: &'a str = &at.located().path;
    let mut setting = Setting::new(home.clone(), consumer.into(), name.into(), at.into());
    (setting.reaches, setting.holder) = (Reach::Inventory, Holder::Inventory);
    setting
}

/// A scalar with the value that it comes to: `{{ other }}` is what the other variable holds.
fn scalar<'a>(home: &Arc<str>, name: String, value: Value<'a>, layers: &[&Layer<'a>]) -> Setting<'a> {
    let mut at = value;
    let mut via = Vec::new();
    while let Some(other) = whole(at).filter(|_| via.len() < STEPS) {
        let Some(held) = layers.iter().find_map(|layer| layer.get(other)).filter(|held| held.value.text().is_some())
        else {
            break;
        };
        via.push(Via { at: at.into(), label: "used here".into() });
        at = held.value;
    }
    let mut setting = setting(home, name, at);
    setting.via = via;
    let found = variable("", at);
    match (found.state, found.value) {
        (State::Literal, Some(text)) if !at.is_null() => setting.with_value(text, State::Literal),
        (State::Reference, _) => {
            setting.state = State::Reference;
            setting.manager = Some("ansible-vault".into());
            setting
        }
        _ => setting,
    }
}

/// The variable of a text that is nothing but its name in braces.
fn whole(value: Value<'_>) -> Option<&str> {
    let name = value.text()?.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !name.is_empty() && value.tag().is_none_or(|tag| !tag.starts_with("!unsafe"))).then_some(name)
}
