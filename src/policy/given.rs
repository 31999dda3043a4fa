//! What each rule is given of the document: what its METADATA declares, and nothing else.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::input::{BY_ROLE, InputDocument};
use crate::rule::Rule;

use super::{RegoValue, top};

/// Whether anything is there that a rule could look at.
pub fn anything(rule: &Rule, document: &InputDocument<'_>, roles: &HashSet<&str>) -> bool {
    rule.input.iter().any(|name| match top(name) {
        "settings" if !rule.roles.is_empty() => rule.roles.iter().any(|role| roles.contains(role.as_str())),
        _ => document.has(name),
    })
}

/// The sections and lists that a rule declares; of settings, where it names roles, those of its roles alone.
pub fn sections(rule: &Rule, base: &[(&str, Option<&str>, RegoValue)]) -> RegoValue {
    let mut input = RegoValue::new_object();
    let declared = base.iter().filter(|(section, list, _)| rule.reads(section, *list)).collect::<Vec<_>>();
    for entries in declared.chunk_by(|a, b| a.0 == b.0) {
        let mut lists = RegoValue::new_object();
        for (section, list, value) in entries {
            match list {
                None => insert(&mut input, section, value.clone()),
                Some(list) if *section != "settings" || rule.roles.is_empty() => {
                    insert(&mut lists, list, value.clone())
                }
                Some("inventory") => {
                    let mut inventory = RegoValue::new_object();
                    for list in ["known", "unseen"] {
                        insert(&mut inventory, list, of_roles(rule, &value[list]));
                    }
                    insert(&mut lists, "inventory", inventory);
                }
                Some(list) if BY_ROLE.contains(list) => insert(&mut lists, list, of_roles(rule, value)),
                Some(_) => {}
            }
        }
        if let [(section, Some(_), _), ..] = entries {
            insert(&mut input, section, lists);
        }
    }
    input
}

/// The settings of a rule's roles, out of all settings by role.
fn of_roles(rule: &Rule, by_role: &RegoValue) -> RegoValue {
    let mut roles = RegoValue::new_object();
    for role in &rule.roles {
        if let Ok(found) = by_role.as_object()
            && let Some(settings) = found.get(&RegoValue::from(role.as_str()))
        {
            insert(&mut roles, role, settings.clone());
        }
    }
    roles
}

/// The roles that rules read; none where one of them names none, which may read them all.
pub fn roles<'r>(rules: &[&'r Arc<Rule>]) -> Vec<&'r str> {
    let reading = rules.iter().filter(|rule| rule.input.iter().any(|input| top(input) == "settings"));
    let mut roles = Vec::new();
    for rule in reading {
        if rule.roles.is_empty() {
            return Vec::new();
        }
        roles.extend(rule.roles.iter().map(String::as_str));
    }
    roles
}

/// The parameters of a rule, as the config sets them or with their defaults.
pub fn parameters(rule: &Rule, set: Option<&BTreeMap<String, serde_json::Value>>) -> RegoValue {
    let mut values = RegoValue::new_object();
    for param in &rule.params {
        let value = set.and_then(|set| set.get(&param.name)).unwrap_or(&param.default);
        insert(&mut values, &param.name, RegoValue::from(value.clone()));
    }
    values
}

pub fn insert(object: &mut RegoValue, key: &str, value: RegoValue) {
    if let Ok(object) = object.as_object_mut() {
        object.insert(RegoValue::from(key), value);
    }
}
