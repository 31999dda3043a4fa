//! Short syntax to long syntax, so that merging and reading know one form.

use std::borrow::Cow;

use crate::collect::compose::effective::{Content, Effective, Map};
use crate::collect::interpolate::{Variables, interpolate};
use crate::input::settings::{State, Via};

pub mod ports;
mod volumes;
mod words;

pub use ports::{Port, range, short_port};

/// Keys of a service whose list form `NAME=value` stands for a mapping.
const PAIRS: &[&str] = &["environment", "labels", "annotations", "sysctls", "extra_hosts"];

/// Keys of a service whose list form names the keys of a mapping.
const NAMES: &[&str] = &["depends_on", "networks"];

/// Keys of a service that take one text or a list.
const LISTS: &[&str] = &["dns", "dns_search", "tmpfs", "env_file", "label_file"];

/// Keys of a service whose entries may be the name of what they mount.
const MOUNTED: &[&str] = &["secrets", "configs"];

/// Brings a service to its long form; `way` leads from the project's folder to the one that its paths are seen from, and
/// `variables` are what a name without a value takes its value from.
pub fn service<'a>(service: &mut Effective<'a>, way: &str, variables: &Variables<'a>) {
    let Content::Map(map) = &mut service.content else { return };
    for key in PAIRS {
        if let Some(value) = map.get_mut(*key) {
            pairs(value);
        }
    }
    for key in NAMES {
        if let Some(value) = map.get_mut(*key) {
            names(value);
        }
    }
    if let Some(environment) = map.get_mut("environment") {
        from_variables(environment, variables);
    }
    for key in LISTS {
        if let Some(value) = map.get_mut(*key)
            && matches!(value.content, Content::Text(_))
        {
            value.content = Content::List(vec![value.clone()]);
        }
    }
    for key in MOUNTED {
        if let Some(Content::List(items)) = map.get_mut(*key).map(|value| &mut value.content) {
            for item in items.iter_mut() {
                if item.map().is_none() {
                    *item = item.with([("source", item.clone())]);
                }
                if *key == "secrets" {
                    mounted(item);
                }
            }
        }
    }
    if let Some(Content::Map(others)) = map.get_mut("depends_on").map(|value| &mut value.content) {
        others.values_mut().for_each(depends);
    }
    for (key, to_long) in
        [("ports", ports::long as fn(&mut Effective<'_>)), ("command", words::split), ("entrypoint", words::split)]
    {
        if let Some(value) = map.get_mut(key) {
            to_long(value);
        }
    }
    if let Some(value) = map.get_mut("volumes") {
        volumes::long(value, way);
    }
    if let Some(Content::Map(check)) = map.get_mut("healthcheck").map(|value| &mut value.content)
        && let Some(test) = check.get_mut("test")
    {
        words::test(test);
    }
    if let Some(build) = map.get_mut("build") {
        if let Content::Text(context) = &build.content {
            let context = Effective { content: Content::Text(context.clone()), ..build.clone() };
            build.content = Content::Map(Map::from_iter([(Cow::Borrowed("context"), context)]));
        }
        if let Content::Map(build) = &mut build.content {
            for key in ["args", "labels"] {
                if let Some(value) = build.get_mut(key) {
                    pairs(value);
                }
            }
            if let Some(args) = build.get_mut("args") {
                from_variables(args, variables);
            }
            if let Some(context) = build.get_mut("context") {
                rebase(context, way);
            }
        }
    }
    if let Some(deploy) = map.get_mut("deploy")
        && let Content::Map(deploy) = &mut deploy.content
        && let Some(labels) = deploy.get_mut("labels")
    {
        pairs(labels);
    }
    if let Some(files) = map.get_mut("env_file") {
        env_files(files, way);
    }
}

/// `[A=1, B]` or `{A: 1, B: null}` to a mapping.
fn pairs(value: &mut Effective<'_>) {
    let items = match &mut value.content {
        Content::List(items) => items,
        Content::Map(map) => {
            for value in map.values_mut() {
                if let Some(text) = number(value) {
                    value.content = Content::Text(Cow::Owned(text));
                }
            }
            return;
        }
        _ => return,
    };
    let mut map = Map::new();
    for item in std::mem::take(items) {
        let Some(text) = item.text() else { continue };
        let (name, content) = match text.split_once('=') {
            Some((name, rest)) => (name.to_string(), Content::Text(Cow::Owned(rest.to_string()))),
            None => (text.to_string(), Content::Null),
        };
        map.insert(Cow::Owned(name), from_variable(Effective { content, ..item }));
    }
    value.content = Content::Map(map);
}

/// A name without a value takes it from the project's `.env`, as it does for `NAME: ${NAME}`.
fn from_variables<'a>(pairs: &mut Effective<'a>, variables: &Variables<'a>) {
    let Content::Map(map) = &mut pairs.content else { return };
    // What names no variable is a problem that `invalid` tells.
    map.retain(|name, value| !matches!(value.content, Content::Null) || super::invalid::is_name(name));
    for (name, value) in map.iter_mut().filter(|(_, value)| matches!(value.content, Content::Null)) {
        match variables.get(name) {
            Some(variable) if !variable.unknown => {
                value.content = Content::Text(variable.text.clone());
                value.via.push(Via { at: value.at.into(), label: "used here".into() });
                value.at = variable.place;
            }
            _ => value.state = State::Unknown,
        }
    }
}

/// A secret stands below `/run/secrets` unless its target says otherwise.
fn mounted(secret: &mut Effective<'_>) {
    let Some(source) = secret.get("source").and_then(Effective::text) else { return };
    let target = secret.part(Cow::Owned(format!("/run/secrets/{source}")));
    if let Content::Map(map) = &mut secret.content {
        map.entry(Cow::Borrowed("target")).or_insert(target);
    }
}

/// What compose takes a dependency for that says nothing else.
fn depends(value: &mut Effective<'_>) {
    if matches!(value.content, Content::Null) {
        value.content = Content::Map(Map::new());
    }
    let condition = value.part(Cow::Borrowed("service_started"));
    let required = Effective { content: Content::Bool(true), ..value.part(Cow::Borrowed("")) };
    if let Content::Map(map) = &mut value.content {
        map.entry(Cow::Borrowed("condition")).or_insert(condition);
        map.entry(Cow::Borrowed("required")).or_insert(required);
    }
}

/// A number as compose hands it to the container: `1.10` is 1.1 and `0644` is 420.
fn number(value: &Effective<'_>) -> Option<String> {
    match value.content {
        Content::Bool(value) => Some(value.to_string()),
        Content::Int(number) => Some(number.to_string()),
        Content::Float(number) => {
            let exact = value.at.text().filter(|text| text.parse::<u64>().is_ok());
            let magnitude = number.abs();
            if exact.is_some() || !number.is_finite() || magnitude != 0.0 && !(1e-4..1e21).contains(&magnitude) {
                // Beyond what a float tells apart, and with an exponent, it stays as it is written.
                return value.at.text().map(str::to_string);
            }
            Some(number.to_string())
        }
        _ => None,
    }
}

/// `A=${B}` and nothing more: where B is set is where A is, as it is for `A: ${B}`.
fn from_variable(mut item: Effective<'_>) -> Effective<'_> {
    let raw = item.at.text().and_then(|text| text.split_once('=')).map_or("", |(_, raw)| raw);
    let Some(name) = interpolate(raw, &Variables::new(0)).whole else { return item };
    let Some(set) = item.via.iter().position(|via| via.at.0.key_text() == Some(&*name)) else { return item };
    let place = item.via.remove(set).at.0;
    item.via.push(Via { at: item.at.into(), label: "used here".into() });
    item.at = place;
    item
}

fn names(value: &mut Effective<'_>) {
    let Content::List(items) = &mut value.content else { return };
    let mut map = Map::new();
    for item in std::mem::take(items) {
        if let Some(name) = item.text() {
            map.insert(name, Effective { content: Content::Null, ..item });
        }
    }
    value.content = Content::Map(map);
}

/// A text, a list of texts or of mappings to a list of mappings with `path`.
fn env_files(value: &mut Effective<'_>, way: &str) {
    let items = match &mut value.content {
        Content::List(items) => std::mem::take(items),
        Content::Text(_) => vec![value.clone()],
        _ => return,
    };
    let mut list = Vec::new();
    for mut item in items {
        if let Content::Map(map) = &mut item.content {
            if let Some(path) = map.get_mut("path") {
                rebase(path, way);
            }
            list.push(item);
        } else if item.text().is_some() {
            let outer = Effective::new(Content::Null, item.at);
            rebase(&mut item, way);
            let map = Map::from_iter([(Cow::Borrowed("path"), item)]);
            list.push(Effective { content: Content::Map(map), ..outer });
        }
    }
    value.content = Content::List(list);
}

/// Puts the way to its file's folder before a relative path.
fn rebase(path: &mut Effective<'_>, way: &str) {
    if let Content::Text(text) = &path.content
        && !way.is_empty()
        && !text.is_empty()
        && !text.starts_with(['/', '~'])
    {
        path.content = Content::Text(Cow::Owned(format!("{way}/{}", text.trim_start_matches("./"))));
    }
}
