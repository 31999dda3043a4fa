//! What rules and functions call, so that none of them calls itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;

use crate::problem::Problem;

use super::Module;
use super::check::at;
use super::references::{Reference, chain, references};

/// A rule or function: its package and its name.
type Node = (String, String);

/// Rules and functions of these modules that reach themselves, also by way of one another: the engine would overflow
/// its stack.
pub fn recursion(modules: &[(Module, Json)], problems: &mut Vec<Problem>) {
    let mut calls: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
    let mut places: BTreeMap<Node, (&Module, &Json)> = BTreeMap::new();
    for (module, tree) in modules {
        let package = module.package().unwrap_or_default().to_string();
        let aliases = aliases(tree);
        let rules: Vec<(String, &Json)> =
            tree["rules"].as_array().into_iter().flatten().filter_map(|rule| Some((head(rule)?, rule))).collect();
        let own: BTreeSet<&str> = rules.iter().map(|(name, _)| name.as_str()).collect();
        for (name, rule) in &rules {
            let node = (package.clone(), name.clone());
            places.entry(node.clone()).or_insert((module, &rule["Spec"]["span"]));
            let mut found = Vec::new();
            references(&rule["Spec"]["bodies"], &mut found);
            let spec = &rule["Spec"]["head"];
            for part in [&spec["Func"]["assign"], &spec["Compr"]["assign"], &spec["Set"]["key"]] {
                references(part, &mut found);
            }
            let called = found.iter().filter_map(|reference| called(reference, &package, &own, &aliases));
            calls.entry(node).or_default().extend(called);
        }
    }
    for (node, (module, span)) in &places {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<&Node> = calls.get(node).into_iter().flatten().collect();
        while let Some(next) = stack.pop() {
            if next == node {
                problems.push(at(module, span, format!("`{}` calls itself", node.1), "write it without recursion"));
                break;
            }
            if seen.insert(next) {
                stack.extend(calls.get(next).into_iter().flatten());
            }
        }
    }
}

/// The name that a rule defines.
pub fn head(rule: &Json) -> Option<String> {
    let spec = if rule["Spec"].is_object() { &rule["Spec"]["head"] } else { &rule["Default"] };
    let refr = ["Func", "Compr", "Set"].iter().map(|kind| &spec[*kind]["refr"]).find(|refr| refr.is_object());
    let mut parts = Vec::new();
    chain(refr.unwrap_or(&spec["refr"]), &mut parts, &mut Vec::new())?;
    parts.pop().flatten()
}

/// The packages that imports name, by the name that they get here.
fn aliases(tree: &Json) -> HashMap<String, String> {
    let mut aliases = HashMap::new();
    for import in tree["imports"].as_array().into_iter().flatten() {
        let mut parts = Vec::new();
        if chain(&import["refr"], &mut parts, &mut Vec::new()).is_none() {
            continue;
        }
        parts.reverse();
        let names: Vec<String> = parts.into_iter().flatten().collect();
        if let (Some("data"), Some(last)) = (names.first().map(String::as_str), names.last()) {
            aliases.insert(last.clone(), names[1..].join("."));
        }
    }
    aliases
}

/// What a reference calls, if it is a rule or function of a policy.
fn called(
    reference: &Reference,
    package: &str,
    own: &BTreeSet<&str>,
    aliases: &HashMap<String, String>,
) -> Option<Node> {
    let part = |n: usize| reference.parts.get(n).and_then(Option::as_deref);
    let first = part(0)?;
    if own.contains(first) {
        return Some((package.to_string(), first.to_string()));
    }
    if let Some(package) = aliases.get(first) {
        return Some((package.clone(), part(1)?.to_string()));
    }
    match (first, part(1)?) {
        ("data", "lib") => Some((format!("lib.{}", part(2)?), part(3)?.to_string())),
        ("data", "rules") => Some((format!("rules.{}.{}", part(2)?, part(3)?), part(4)?.to_string())),
        _ => None,
    }
}
