//! Hosts and groups of an inventory, in INI and in YAML.

use std::collections::{BTreeMap, BTreeSet};

use crate::located::Value;
use crate::syntax::inventory::split_port;

/// Hosts that one range may stand for.
const MOST: usize = 4096;

/// Groups inside groups.
const DEEPEST: usize = 64;

/// Variables with the place of each value.
pub type Vars<'a> = BTreeMap<&'a str, Value<'a>>;

#[derive(Default)]
pub struct Tree<'a> {
    pub hosts: BTreeMap<String, Host<'a>>,
    pub groups: BTreeMap<String, Group<'a>>,
}

#[derive(Default)]
pub struct Host<'a> {
    pub at: Option<Value<'a>>,
    pub vars: Vars<'a>,
}

#[derive(Default)]
pub struct Group<'a> {
    pub vars: Vars<'a>,
    pub hosts: BTreeSet<String>,
    pub children: BTreeSet<String>,
    /// `ansible_group_priority`, which is no variable to hosts.
    priority: Option<i64>,
}

impl<'a> Group<'a> {
    fn set(&mut self, vars: Vec<(&'a str, Value<'a>)>) {
        for (name, value) in vars {
            if name == "ansible_group_priority" {
                self.priority = value.text().and_then(|text| text.parse().ok()).or(self.priority);
            } else {
                self.vars.insert(name, value);
            }
        }
    }
}

/// Whether the sections of an INI file are those of an inventory: groups of groups, variables of connections, or nothing but
/// names of hosts.
pub fn is_ini(root: Value<'_>) -> bool {
    let sections = || root.items().filter(|item| item.get("section").is_some());
    let name = |value: Value<'_>, key: &str| value.get(key).and_then(Value::text).unwrap_or_default().to_string();
    let telling = |section: Value<'_>| {
        let section_name = name(section, "section");
        let connects = |entry: Value<'_>| variables(entry).iter().any(|(name, _)| name.starts_with("ansible_"));
        [":children", ":vars"].iter().any(|ending| section_name.ends_with(ending))
            || entries(section).into_iter().any(connects)
    };
    let hosts_alone = |section: Value<'_>| {
        let is_host = |entry: Value<'_>| {
            let host = name(entry, "name");
            !host.contains('=') && variables(entry).iter().all(|(name, _)| !name.is_empty())
        };
        entries(section).into_iter().all(is_host)
    };
    let mut named = sections().filter(|section| !name(*section, "section").is_empty()).peekable();
    sections().any(telling)
        || named.peek().is_some() && named.any(|section| !entries(section).is_empty()) && sections().all(hosts_alone)
}

fn entries(section: Value<'_>) -> Vec<Value<'_>> {
    section.get("entries").into_iter().flat_map(Value::items).collect()
}

fn variables(entry: Value<'_>) -> Vec<(&str, Value<'_>)> {
    entry.get("vars").map(Value::entries).unwrap_or_default()
}

/// Whether a mapping is an inventory in YAML: groups with hosts, children or variables and nothing else.
pub fn is_yaml(root: Value<'_>) -> bool {
    let groups = root.entries();
    let is_group = |group: Value<'_>| {
        group.is_mapping()
            && group.entries().iter().all(|(key, value)| {
                let is_name = *key != "vars" && value.text().is_some();
                matches!(*key, "hosts" | "children" | "vars") && (value.is_mapping() || value.is_null() || is_name)
            })
    };
    let named = groups.iter().any(|(name, group)| *name == "all" || group.get("hosts").is_some_and(Value::is_mapping));
    !groups.is_empty()
        && named
        && groups.iter().all(|(_, group)| is_group(*group))
        && groups.iter().any(|(_, group)| !group.entries().is_empty())
}

/// Hosts or children of a group: a mapping, or the name of the only one.
fn named<'a>(group: Value<'a>, key: &str) -> Vec<(&'a str, Value<'a>)> {
    match group.get(key).filter(|value| !value.is_null()) {
        Some(value) => value.text().map_or_else(|| value.entries(), |name| vec![(name, value)]),
        None => Vec::new(),
    }
}

impl<'a> Tree<'a> {
    /// The hosts and groups of an inventory, whose files may all add to a group.
    pub fn read(roots: impl IntoIterator<Item = Value<'a>>) -> Self {
        let mut tree = Self::default();
        for root in roots {
            if root.is_sequence() {
                root.items().for_each(|section| tree.section(section));
            } else {
                root.entries().into_iter().for_each(|(name, group)| tree.group(name, group, 0));
            }
        }
        tree
    }

    fn section(&mut self, section: Value<'a>) {
        let name = section.get("section").and_then(Value::text).unwrap_or_default();
        let (group, kind) = name.split_once(':').unwrap_or((name, ""));
        let group = if group.is_empty() { "ungrouped" } else { group };
        for entry in section.get("entries").into_iter().flat_map(Value::items) {
            let vars = entry.get("vars").map(Value::entries).unwrap_or_default();
            let Some(place) = entry.get("name") else { continue };
            let name = place.text().unwrap_or_default();
            match kind {
                "vars" => self.groups.entry(group.to_string()).or_default().set(vars),
                "children" => {
                    self.groups.entry(name.to_string()).or_default();
                    self.groups.entry(group.to_string()).or_default().children.insert(name.to_string());
                }
                _ => {
                    for host in expand(name) {
                        let known = self.hosts.entry(host.clone()).or_default();
                        // A port counts where the host is first written.
                        if let Some(port) = entry.get("port").filter(|_| known.at.is_none()) {
                            known.vars.insert("ansible_port", port);
                        }
                        known.at.get_or_insert(place);
                        known.vars.extend(vars.iter().copied());
                        self.groups.entry(group.to_string()).or_default().hosts.insert(host);
                    }
                }
            }
        }
    }

    fn group(&mut self, name: &str, group: Value<'a>, depth: usize) {
        let vars = group.get("vars").map(Value::entries).unwrap_or_default();
        self.groups.entry(name.to_string()).or_default().set(vars);
        for (host, value) in named(group, "hosts") {
            let place = value.key().filter(|key| key.text() == Some(host)).unwrap_or(value);
            for host in expand(host) {
                let known = self.hosts.entry(host.clone()).or_default();
                known.at.get_or_insert(place);
                known.vars.extend(value.entries());
                self.groups.entry(name.to_string()).or_default().hosts.insert(host);
            }
        }
        for (child, value) in named(group, "children") {
            self.groups.entry(name.to_string()).or_default().children.insert(child.to_string());
            if depth < DEEPEST {
                self.group(child, value, depth + 1);
            }
        }
    }

    /// The groups of a host with their depth below `all`, `all` first: deeper ones count more, of equal ones the later by
    /// name, unless `ansible_group_priority` says otherwise.
    pub fn groups_of(&self, host: &str) -> Vec<&str> {
        let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
        let parents = |name: &str| {
            let name = name.to_string();
            self.groups
                .iter()
                .filter(move |(_, group)| group.children.contains(&name))
                .map(|(parent, _)| parent.as_str())
        };
        let own = self.groups.iter().filter(|(_, group)| group.hosts.contains(host)).map(|(name, _)| name.as_str());
        let mut open: Vec<&str> = own.filter(|name| !matches!(*name, "all" | "ungrouped")).collect();
        if open.is_empty() {
            open.push("ungrouped");
        }
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = open.pop() {
            if seen.insert(name) {
                open.extend(parents(name));
            }
        }
        for name in &seen {
            depths.insert(name, self.depth(name, 0));
        }
        let priority = |name: &str| self.groups.get(name).and_then(|group| group.priority).unwrap_or(1);
        let mut groups: Vec<&str> = seen.into_iter().filter(|name| *name != "all").collect();
        groups.sort_by_key(|name| (depths.get(name).copied().unwrap_or_default(), priority(name), name.to_string()));
        groups
    }

    /// The longest way from `all` to a group.
    fn depth(&self, name: &str, steps: usize) -> usize {
        if steps > DEEPEST || name == "all" {
            return 0;
        }
        let parents = self.groups.iter().filter(|(_, group)| group.children.contains(name));
        1 + parents.map(|(parent, _)| self.depth(parent, steps + 1)).max().unwrap_or_default()
    }
}

/// `web[01:03].x` and `db[a:c]` to the hosts that they stand for.
fn expand(pattern: &str) -> Vec<String> {
    let host = split_port(pattern).and_then(|(host, _)| pattern.get(host));
    let pattern = host.unwrap_or(pattern);
    let Some((before, rest)) = pattern.split_once('[') else { return vec![pattern.to_string()] };
    let Some((range, after)) = rest.split_once(']') else { return vec![pattern.to_string()] };
    let mut parts = range.split(':');
    let (Some(from), Some(to)) = (parts.next(), parts.next()) else { return vec![pattern.to_string()] };
    let step = parts.next().and_then(|step| step.parse::<usize>().ok()).unwrap_or(1).max(1);
    let middle: Vec<String> = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(first), Ok(last)) => {
            let width = if from.starts_with('0') { from.len() } else { 0 };
            (first..=last).step_by(step).take(MOST).map(|number| format!("{number:0width$}")).collect()
        }
        _ => match (from.chars().next(), to.chars().next()) {
            (Some(first), Some(last)) => (first..=last).step_by(step).take(MOST).map(String::from).collect(),
            _ => return vec![pattern.to_string()],
        },
    };
    let tails = expand(after);
    let hosts = middle.iter().flat_map(|middle| tails.iter().map(move |tail| format!("{before}{middle}{tail}")));
    hosts.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(expand("web[01:03].x"), ["web01.x", "web02.x", "web03.x"]);
        assert_eq!(expand("db[a:c]"), ["dba", "dbb", "dbc"]);
        assert_eq!(expand("n[1:5:2]"), ["n1", "n3", "n5"]);
        assert_eq!(expand("host:2222"), ["host"]);
        assert_eq!(expand("x[1:9999999]").len(), MOST);
    }
}
