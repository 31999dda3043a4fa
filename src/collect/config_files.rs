//! Files of settings that applications read, as values of other artefacts hold them: properties, YAML and JSON.

use std::borrow::Cow;

use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::input::roles;
use crate::input::settings::State;
use crate::located::{Dialect, Located, Value};
use crate::syntax::Format;

pub struct ConfigFiles;

impl Collector for ConfigFiles {
    fn section(&self) -> &'static str {
        "config_files"
    }

    fn views(&self) -> &'static [&'static str] {
        &["settings"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Kubernetes
    }

    /// No path tells that an application reads a file.
    fn claims(&self, _path: &str) -> Claim {
        Claim::No
    }

    /// What they set belongs to those who hold them, see [`settings`].
    fn collect<'a>(&self, _bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        Contribution::default()
    }
}

/// The grammar of a file, by its name; None for one that cannot be read.
pub fn format(name: &str) -> Option<Format> {
    match ending(name) {
        "properties" => Some(Format::Properties),
        "yaml" | "yml" => Some(Format::Yaml),
        "json" => Some(Format::Json),
        _ => None,
    }
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a file that is not read looks as if it set something that rules ask for.
pub fn may_set(name: &str, text: &str) -> bool {
    let known = format(name).is_some() || matches!(ending(name), "toml" | "ini" | "conf" | "cfg" | "cnf");
    let names_role = |line: &str| {
        let (name, value) = line.split_once(['=', ':']).unwrap_or_default();
        let name = name.trim().trim_matches(['"', '\'']);
        !name.starts_with(['#', ';', '/']) && !value.trim().is_empty() && roles::of(name).role.is_some()
    };
    known && text.lines().any(names_role)
}

/// One setting of a file.
pub struct Entry<'a> {
    /// The keys that lead to it, with dots; items of a list have the name of the list.
    pub name: Cow<'a, str>,
    pub at: Value<'a>,
    pub state: State,
    /// The value, where it is known.
    pub value: Option<&'a str>,
}

/// Keys inside keys.
const DEEPEST: usize = 8;

/// The settings of a file whose names mean something.
pub fn settings(file: &Located) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    for document in file.documents() {
        let is_manifest = document.get("apiVersion").is_some() && document.get("kind").is_some();
        if !is_manifest {
            flatten(document, Cow::Borrowed(""), &mut found, 0);
        }
    }
    found
}

fn flatten<'a>(value: Value<'a>, name: Cow<'a, str>, found: &mut Vec<Entry<'a>>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    if value.is_sequence() {
        value.items().for_each(|item| flatten(item, name.clone(), found, depth + 1));
        return;
    }
    if let Some(text) = value.text().filter(|_| !value.is_null()) {
        let plain: &str = name.split('[').next().unwrap_or(&name);
        let meaning = roles::of(plain);
        if meaning.role.is_some() || meaning.secret {
            let (state, text) = known(text);
            let name = if plain.len() == name.len() { name } else { Cow::Owned(plain.to_string()) };
            found.push(Entry { name, at: value, state, value: text });
        }
        return;
    }
    for (key, child) in value.entries() {
        let name = if name.is_empty() { Cow::Borrowed(key) } else { Cow::Owned(format!("{name}.{key}")) };
        flatten(child, name, found, depth + 1);
    }
}

/// What a value is after what Spring and its like make of `${NAME}` and `${NAME:default}`.
fn known(text: &str) -> (State, Option<&str>) {
    let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('$'));
    match whole.map(|name| name.split_once(':')) {
        Some(Some((_, default))) => (State::Default, Some(default.strip_prefix('-').unwrap_or(default))),
        Some(None) => (State::Reference, None),
        None if text.contains("${") || text.contains("{{") => (State::Unknown, None),
        None => (State::Literal, Some(text)),
    }
}
