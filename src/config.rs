//! `plimsoll.yaml`: what a team says of its own repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobMatcher};

use crate::artefact::git_root;
use crate::input::deployments::Environment;
use crate::located::{Dialect, Limits, Value};
use crate::problem::{Problem, ProblemKind};
use crate::rule::metadata::{SEVERITIES, suggest};
use crate::rule::{Rule, Severity};
use crate::secrets::control::Control;
use crate::syntax::scalar::Scalar;
use crate::syntax::{Format, parse};

mod render;
mod secrets;

pub use render::{Chart, Render};

/// Name of the file.
pub const NAME: &str = "plimsoll.yaml";

/// The config of a run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Globs of paths that are not read.
    pub exclude: Vec<String>,
    pub rules: BTreeMap<String, RuleConfig>,
    /// Folders of own policies, as the config's folder sees them.
    pub policies: Vec<PathBuf>,
    pub deployments: Vec<ConfiguredDeployment>,
    pub waivers: Vec<Waiver>,
    pub limits: Limits,
    /// Whether development and test deployments are judged too; the command line says so, not the file.
    pub all: bool,
    /// What is rendered by the programs that are installed for it.
    pub render: Render,
    /// What counts as a secret here besides, and what does not.
    pub secrets: Arc<Control>,
    /// The baseline that counts where the command line names none.
    pub baseline: Option<PathBuf>,
    /// Path of the file that was read, empty without one.
    pub path: Arc<str>,
    /// Its text, for what is said about it later.
    pub text: Arc<str>,
}

/// What the config says of one rule.
#[derive(Clone, Debug, Default)]
pub struct RuleConfig {
    /// Why it does not apply here.
    pub off: Option<String>,
    pub severity: Option<Severity>,
    pub params: BTreeMap<String, serde_json::Value>,
}

/// An accepted finding.
#[derive(Clone, Debug)]
pub struct Waiver {
    pub rule: String,
    /// Glob of the paths that it covers.
    pub path: GlobMatcher,
    /// Covers only this finding, if given.
    pub fingerprint: Option<String>,
    pub reason: String,
    pub owner: String,
    /// Last day on which it counts, YYYY-MM-DD in UTC.
    pub expires: String,
    /// Place in the config, for what is said about it.
    pub span: crate::located::Span,
}

/// A deployment that the config names.
#[derive(Clone, Debug)]
pub struct ConfiguredDeployment {
    pub name: String,
    /// Place in the config, for what is said about it.
    pub span: crate::located::Span,
    /// Absent: its name tells.
    pub environment: Option<Environment>,
    pub source: DeploymentSource,
}

/// What a configured deployment is made of; paths and globs are relative to the root of the run.
#[derive(Clone, Debug)]
pub enum DeploymentSource {
    Compose(Vec<String>),
    /// An inventory, or a folder of them.
    Inventory(String),
    Manifests(Vec<String>),
}

impl Config {
    /// Whether the config names targets, so that probes are expected.
    pub fn has_targets(&self) -> bool {
        false
    }

    /// The config that counts for a path: the nearest `plimsoll.yaml` from its folder up to the git root.
    pub fn find(start: &Path) -> Option<PathBuf> {
        let start = fs::canonicalize(start).ok()?;
        let folder = if start.is_dir() { start } else { start.parent()?.to_path_buf() };
        let root = git_root(&folder).unwrap_or_else(|| folder.clone());
        let folders = folder.ancestors().take_while(|folder| folder.starts_with(&root));
        let mut files = folders.map(|folder| folder.join(NAME));
        files.find(|file| file.is_file())
    }

    /// Reads a config; `rules` are the ids and parameters that it may name. Beside what is sound in it stands everything that
    /// is wrong with it, each at its place.
    pub fn read(file: &Path, rules: &[Arc<Rule>]) -> (Self, Vec<Problem>) {
        let path: Arc<str> = shown(file).into();
        let text: Arc<str> = match fs::read_to_string(file) {
            Ok(text) => text.into(),
            Err(error) => {
                let problem = Problem::new(ProblemKind::Fault, path, format!("the config cannot be read: {error}"));
                return (Config::default(), vec![problem.help("name a readable file with --config")]);
            }
        };
        let parsed = parse(Format::Yaml, path.clone(), text.clone(), Limits::default());
        let mut reader = Reader { path: &path, problems: Vec::new(), rules };
        for fault in parsed.faults {
            let problem = Problem::new(ProblemKind::Fault, path.clone(), fault.message).at(fault.span).help(fault.help);
            reader.problems.push(problem);
        }
        let mut located = parsed.located;
        located.dialect = Dialect::Compose;
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut config = Config { path: path.clone(), text: text.clone(), ..Config::default() };
        if let Some(root) = located.root().filter(|root| !root.is_null()) {
            reader.config(root, folder, &mut config);
        }
        if let Some(second) = located.documents().nth(1) {
            reader.problem(second, "a config is one document", "remove the line `---` and what follows it");
        }
        (config, reader.problems)
    }
}

/// What stands before a path of the config in paths of the run: its folder below the git root, with a slash.
fn prefix(folder: &Path) -> String {
    let Ok(folder) = fs::canonicalize(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) else {
        return String::new();
    };
    let below =
        git_root(&folder).and_then(|root| folder.strip_prefix(root).ok().map(Path::to_path_buf)).unwrap_or_default();
    let below = below.to_string_lossy().replace('\\', "/");
    if below.is_empty() { below } else { format!("{below}/") }
}

/// A config's path as reports show it: its name alone, since where it lies on the machine says nothing.
fn shown(file: &Path) -> String {
    file.file_name().map_or_else(|| NAME.to_string(), |name| name.to_string_lossy().into_owned())
}

struct Reader<'r> {
    path: &'r Arc<str>,
    problems: Vec<Problem>,
    rules: &'r [Arc<Rule>],
}

impl Reader<'_> {
    fn problem(&mut self, value: Value<'_>, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::new(ProblemKind::Fault, self.path.clone(), message).at(value.pointer()).help(help);
        self.problems.push(problem);
    }

    fn closed(&mut self, mapping: Value<'_>, known: &[&str]) -> bool {
        if !mapping.is_mapping() {
            self.problem(mapping, "a mapping is wanted here", format!("known keys are {}", known.join(", ")));
            return false;
        }
        for (key, value) in mapping.entries() {
            if !known.contains(&key) {
                let at = value.key().unwrap_or(value);
                self.problem(at, format!("unknown key `{key}`"), suggest(key, known));
            }
        }
        true
    }

    fn config(&mut self, root: Value<'_>, folder: &Path, config: &mut Config) {
        const KEYS: &[&str] =
            &["exclude", "rules", "policies", "deployments", "waivers", "limits", "render", "secrets", "baseline"];
        if !self.closed(root, KEYS) {
            return;
        }
        match root.get("baseline").map(|value| (value, value.text().filter(|path| !path.is_empty()))) {
            None => {}
            Some((_, Some(path))) => config.baseline = Some(folder.join(path)),
            Some((value, None)) => {
                self.problem(value, "`baseline` is no path", "write the path of the file, as seen from this one");
            }
        }
        let prefix = prefix(folder);
        if let Some(render) = root.get("render") {
            config.render = self.render(render, &prefix);
        }
        if let Some(secrets) = root.get("secrets") {
            config.secrets = Arc::new(self.secrets(secrets, &prefix));
        }
        for item in self.items(root.get("exclude")) {
            match item.text() {
                Some(glob) if Glob::new(glob).is_ok() => config.exclude.push(format!("{prefix}{glob}")),
                Some(glob) => {
                    self.problem(item, format!("`{glob}` is no glob"), "write a path with `*`, `**` or `?`");
                }
                None => self.problem(item, "a text is wanted here", "write one path a line"),
            }
        }
        config.policies = self.texts(root.get("policies")).iter().map(|path| folder.join(path)).collect();
        for (id, value) in self.entries(root.get("rules")) {
            if let Some(rule) = self.rule(id, value) {
                config.rules.insert(id.to_string(), rule);
            }
        }
        for item in self.items(root.get("deployments")) {
            config.deployments.extend(self.deployment(item, &prefix));
        }
        for item in self.items(root.get("waivers")) {
            config.waivers.extend(self.waiver(item, &prefix));
        }
        if let Some(limits) = root.get("limits")
            && self.closed(limits, &["file_bytes", "depth", "nodes", "expansion"])
        {
            for (key, target) in [
                ("file_bytes", &mut config.limits.file_bytes),
                ("depth", &mut config.limits.depth),
                ("nodes", &mut config.limits.nodes),
                ("expansion", &mut config.limits.expansion),
            ] {
                match limits.get(key).map(|value| (value, value.scalar())) {
                    None => {}
                    Some((_, Some(Scalar::Int(number)))) if number > 0 => {
                        *target = usize::try_from(number).unwrap_or(usize::MAX);
                    }
                    Some((value, _)) => self.problem(value, format!("`{key}` is no positive number"), "write e.g. 256"),
                }
            }
        }
    }

    fn entries<'v>(&mut self, mapping: Option<Value<'v>>) -> Vec<(&'v str, Value<'v>)> {
        match mapping {
            Some(mapping) if mapping.is_mapping() => mapping.entries(),
            Some(other) => {
                self.problem(other, "a mapping is wanted here", "write `NAME: ...` lines below it");
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn items<'v>(&mut self, list: Option<Value<'v>>) -> Vec<Value<'v>> {
        match list {
            Some(list) if list.is_sequence() => list.items().collect(),
            Some(list) => {
                self.problem(list, "a list is wanted here", "begin each entry with `- `");
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn texts(&mut self, list: Option<Value<'_>>) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.items(list) {
            match item.text() {
                Some(text) => texts.push(text.to_string()),
                None => self.problem(item, "a text is wanted here", "write one entry a line"),
            }
        }
        texts
    }

    /// Paths of the config as paths of the run.
    fn paths(&mut self, list: Value<'_>, prefix: &str) -> Vec<String> {
        let paths = self.texts(Some(list)).into_iter();
        paths.map(|path| format!("{prefix}{}", path.strip_prefix("./").unwrap_or(&path))).collect()
    }

    /// A text that may be left out, but that is nothing else where it stands.
    fn optional(&mut self, mapping: Value<'_>, key: &str) -> Option<String> {
        mapping.get(key).and_then(|_| self.text(mapping, key))
    }

    fn text(&mut self, mapping: Value<'_>, key: &str) -> Option<String> {
        let value = mapping.get(key);
        let text = value.and_then(Value::text).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let message = match value {
                Some(value) if value.text().is_none() => format!("`{key}` is no text"),
                Some(_) => format!("`{key}` is empty"),
                None => format!("`{key}` is missing"),
            };
            self.problem(value.unwrap_or(mapping), message, format!("write `{key}: ...` on one line"));
        }
        text.map(str::to_string)
    }

    fn known_rule(&mut self, id: &str, at: Value<'_>) -> Option<Arc<Rule>> {
        let found = self.rules.iter().find(|rule| &*rule.id == id).cloned();
        if found.is_none() {
            let ids: Vec<&str> = self.rules.iter().map(|rule| &*rule.id).collect();
            let near = crate::rule::metadata::near_rule(id, &ids);
            self.problem(at, format!("no rule is called `{id}`"), near);
        }
        found
    }

    fn rule(&mut self, id: &str, value: Value<'_>) -> Option<RuleConfig> {
        let rule = self.known_rule(id, value.key().unwrap_or(value));
        if !self.closed(value, &["off", "severity", "params"]) {
            return None;
        }
        let mut config = RuleConfig { off: self.optional(value, "off"), ..RuleConfig::default() };
        if let (Some(off), Some(Scalar::Bool(_))) = (value.get("off"), value.get("off").and_then(Value::scalar)) {
            self.problem(off, "`off` wants the reason", "write why the rule does not apply here");
        }
        if let Some(severity) = value.get("severity") {
            let text = severity.text().unwrap_or_default();
            config.severity = SEVERITIES.iter().find(|(name, _)| *name == text).map(|(_, severity)| *severity);
            if config.severity.is_none() {
                let names: Vec<&str> = SEVERITIES.iter().map(|(name, _)| *name).collect();
                self.problem(severity, format!("`{text}` is no severity"), suggest(text, &names));
            }
        }
        let rule = rule?;
        for (name, param) in self.entries(value.get("params")) {
            let Some(known) = rule.params.iter().find(|known| known.name == name) else {
                let names: Vec<&str> = rule.params.iter().map(|param| param.name.as_str()).collect();
                self.problem(
                    param.key().unwrap_or(param),
                    format!("{id} has no parameter `{name}`"),
                    suggest(name, &names),
                );
                continue;
            };
            let given = serde_json::to_value(param).unwrap_or_default();
            if !like(&given, &known.default) {
                self.problem(
                    param,
                    format!("`{name}` is not of the kind of its default {}", known.default),
                    &*known.meaning,
                );
                continue;
            }
            config.params.insert(name.to_string(), given);
        }
        Some(config)
    }

    fn deployment(&mut self, item: Value<'_>, prefix: &str) -> Option<ConfiguredDeployment> {
        if !self.closed(item, &["name", "environment", "compose", "inventory", "manifests"]) {
            return None;
        }
        let name = self.text(item, "name")?;
        let environment = match item.get("environment").map(|value| (value, value.text().unwrap_or_default())) {
            None => None,
            Some((_, "production" | "staging")) => Some(Environment::Production),
            Some((_, "development")) => Some(Environment::Development),
            Some((_, "test")) => Some(Environment::Test),
            Some((value, text)) => {
                let known = ["production", "staging", "development", "test"];
                self.problem(value, format!("`{text}` is no environment"), suggest(text, &known));
                None
            }
        };
        let source = match (item.get("compose"), item.get("inventory"), item.get("manifests")) {
            (Some(files), None, None) => DeploymentSource::Compose(self.paths(files, prefix)),
            (None, Some(file), None) => {
                let Some(path) = file.text() else {
                    self.problem(file, "a path is wanted here", "name one inventory, a file or a folder of them");
                    return None;
                };
                DeploymentSource::Inventory(format!("{prefix}{}", path.strip_prefix("./").unwrap_or(path)))
            }
            (None, None, Some(globs)) => DeploymentSource::Manifests(self.paths(globs, prefix)),
            _ => {
                self.problem(item, "one of compose, inventory and manifests is wanted", "say what it is made of");
                return None;
            }
        };
        Some(ConfiguredDeployment { name, span: item.pointer(), environment, source })
    }

    fn waiver(&mut self, item: Value<'_>, prefix: &str) -> Option<Waiver> {
        if !self.closed(item, &["rule", "path", "fingerprint", "reason", "owner", "expires"]) {
            return None;
        }
        let (rule, reason, owner) = (self.text(item, "rule"), self.text(item, "reason"), self.text(item, "owner"));
        if let (Some(rule), Some(at)) = (&rule, item.get("rule")) {
            self.known_rule(rule, at);
        }
        let expires = self.text(item, "expires")?;
        if !is_date(&expires) {
            self.problem(item.get("expires").unwrap_or(item), format!("`{expires}` is no date"), "write YYYY-MM-DD");
        }
        // What is not understood must not widen the waiver to all paths or to all findings.
        let (path, fingerprint) = (self.optional(item, "path"), self.optional(item, "fingerprint"));
        if path.is_none() && item.get("path").is_some() || fingerprint.is_none() && item.get("fingerprint").is_some() {
            return None;
        }
        let glob = path.as_deref().unwrap_or("**");
        let glob = format!("{}{}", globset::escape(prefix), glob.strip_prefix("./").unwrap_or(glob));
        let path = match GlobBuilder::new(&glob).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                self.problem(item.get("path").unwrap_or(item), format!("`path` is no glob: {error}"), "write a path");
                return None;
            }
        };
        let span = item.get("rule").unwrap_or(item).pointer();
        Some(Waiver { rule: rule?, path, fingerprint, reason: reason?, owner: owner?, expires, span })
    }
}

/// Whether a text is a day of the calendar, as YYYY-MM-DD.
fn is_date(text: &str) -> bool {
    let parts: Vec<u32> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = parts[..] else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    text.len() == 10 && (1..=days).contains(&day)
}

/// Whether a value has the type of a default: a whole number where that is one, none below zero where that is not, and
/// of a list every entry like those of the default.
fn like(given: &serde_json::Value, default: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (given, default) {
        (Json::Number(given), Json::Number(default)) => {
            (given.is_u64() || !default.is_u64()) && (given.as_f64() >= Some(0.0) || default.as_f64() < Some(0.0))
        }
        (Json::Array(given), Json::Array(default)) => {
            default.first().is_none_or(|default| given.iter().all(|one| like(one, default)))
        }
        _ => std::mem::discriminant(given) == std::mem::discriminant(default),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert!(is_date("2028-02-29") && is_date("2026-12-31"));
        assert!(!is_date("2026-02-29") && !is_date("2026-13-01") && !is_date("26-1-1") && !is_date("soon"));
    }
}
