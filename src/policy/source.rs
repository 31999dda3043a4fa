//! Policy files: the embedded ones and those of a team's own folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::embedded::{METADATA, POLICIES, TABLES};
use crate::input::tables;
use crate::located::{Dialect, Limits};
use crate::problem::{Problem, ProblemKind};
use crate::rule::Rule;
use crate::rule::metadata;
use crate::syntax::{Format, parse};

use super::RegoValue;
use super::value::{Strings, convert};

/// One file of a policy folder.
#[derive(Clone, Debug)]
pub struct Module {
    /// Embedded ones begin with `policies/`; own ones with the folder that was given.
    pub path: Arc<str>,
    pub text: Arc<str>,
    /// The path below its policy folder, e.g. `rules/web/cors_no_wildcard.rego`.
    pub inside: String,
    /// Whether it is one of the binary's own.
    pub embedded: bool,
}

impl Module {
    pub fn is_data(&self) -> bool {
        self.inside.starts_with("data/") && self.inside.ends_with(".yaml")
    }

    pub fn is_test(&self) -> bool {
        self.inside.ends_with("_test.rego")
    }

    pub fn is_lib(&self) -> bool {
        !self.is_test() && self.package().is_some_and(|package| package.starts_with("lib."))
    }

    pub fn is_rule(&self) -> bool {
        !self.is_test() && self.inside.ends_with(".rego") && !self.is_lib()
    }

    /// The package that the file declares, without `data.`.
    pub fn package(&self) -> Option<&str> {
        let line = self.text.lines().find(|line| line.starts_with("package "))?;
        line["package ".len()..].split(['#', ' ']).next().map(str::trim)
    }

    /// What the module adds below `data`: its package, or a table.
    pub fn mounted(&self) -> Option<String> {
        let table = || self.inside.trim_start_matches("data/").trim_end_matches(".yaml");
        if self.is_data() { Some(format!("data.{}", table())) } else { self.package().map(str::to_string) }
    }

    /// Area and name of the rule by the file's path: its last two parts.
    fn place(&self) -> Option<(&str, &str)> {
        let mut parts = self.inside.trim_end_matches(".rego").rsplit('/');
        let name = parts.next()?;
        Some((parts.next()?, name))
    }

    /// The rule that the module holds.
    ///
    /// # Errors
    ///
    /// A package that does not agree with the path, and everything that is wrong with its METADATA.
    pub fn rule(&self) -> Result<Rule, Vec<Problem>> {
        let problem = |message: String, help: String| {
            let at = self.text.find("package ").unwrap_or(0);
            let end = at + self.text[at..].find('\n').unwrap_or(self.text.len() - at);
            vec![
                Problem::new(ProblemKind::Fault, self.path.clone(), message)
                    .at(crate::located::Span::new(at, end))
                    .help(help),
            ]
        };
        let Some((area, name)) = self.place() else {
            let message = "a rule stands in a folder that names its area".to_string();
            return Err(problem(message, "move it to rules/<area>/<rule>.rego".to_string()));
        };
        let package = format!("rules.{area}.{name}");
        if self.package() != Some(package.as_str()) {
            let message = format!("the package is `{}`", self.package().unwrap_or_default());
            return Err(problem(message, format!("its path asks for `package {package}`")));
        }
        let id = format!("{area}/{}", name.replace('_', "-"));
        let embedded = METADATA.iter().find(|(path, _)| self.embedded && *path == &*self.path).map(|(_, json)| *json);
        metadata::read(&self.path, &self.text, embedded, &id, &format!("data.{package}"))
    }

    /// The content of a table, as OPA mounts it: below the name of its folder.
    pub(super) fn data(&self) -> Result<RegoValue, String> {
        let located = match TABLES.iter().find(|(path, _)| self.embedded && *path == &*self.path) {
            Some((path, json)) => tables::embedded(path, json),
            None => {
                let parsed = parse(Format::Yaml, self.path.clone(), self.text.clone(), Limits::default());
                if let Some(fault) = parsed.faults.first() {
                    return Err(format!("{}: {}", self.path, fault.message));
                }
                let mut located = parsed.located;
                located.dialect = Dialect::Compose;
                located
            }
        };
        let content = located.root().map(|root| convert(&root, &Strings::default()));
        let content = content.transpose().map_err(|error| format!("{}: {error}", self.path))?;
        let mut outer = RegoValue::new_object();
        super::insert(&mut outer, "data", content.unwrap_or_else(RegoValue::new_object));
        Ok(outer)
    }
}

/// The policies in the binary.
pub fn embedded() -> Vec<Module> {
    let module = |(path, bytes): &(&str, &[u8])| {
        let text = std::str::from_utf8(bytes).ok()?;
        let inside = path.strip_prefix("policies/").unwrap_or(path).to_string();
        Some(Module { path: (*path).into(), text: text.into(), inside, embedded: true })
    };
    let wanted = |(path, _): &&(&str, &[u8])| path.ends_with(".rego") || path.starts_with("policies/data/");
    POLICIES.iter().filter(wanted).filter_map(module).collect()
}

/// The files of a team's own policy folders.
pub fn read(folders: &[PathBuf]) -> (Vec<Module>, Vec<Problem>) {
    let (mut modules, mut problems) = (Vec::new(), Vec::new());
    for folder in folders {
        let name = folder.to_string_lossy().replace('\\', "/");
        let mut files = Vec::new();
        if let Err(error) = list(folder, &mut files) {
            problems.push(
                Problem::new(ProblemKind::Fault, name.as_str(), format!("the policy folder cannot be read: {error}"))
                    .help("name a folder with Rego files"),
            );
            continue;
        }
        if files.is_empty() {
            problems.push(
                Problem::new(ProblemKind::Fault, name.as_str(), "the policy folder holds no policies")
                    .help("name a folder with `rules/<area>/<rule>.rego`"),
            );
        }
        files.sort();
        for file in files {
            let inside = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let path: Arc<str> = format!("{}/{inside}", name.trim_end_matches('/')).into();
            match fs::read_to_string(&file) {
                Ok(text) => modules.push(Module { path, text: text.into(), inside, embedded: false }),
                Err(error) => problems.push(
                    Problem::new(ProblemKind::Fault, path, format!("cannot be read: {error}"))
                        .help("give read permission and write it in UTF-8"),
                ),
            }
        }
    }
    (modules, problems)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ends = |ending: &str| path.to_str().is_some_and(|text| text.ends_with(ending));
        if path.is_dir() {
            list(&path, files)?;
        } else if ends(".rego") || ends(".yaml") && path.parent().is_some_and(|parent| parent.ends_with("data")) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_metadata_is_that_of_the_file() {
        let mut rules = 0;
        for module in embedded().into_iter().filter(Module::is_rule) {
            let json = |module: &Module| module.rule().map(|rule| serde_json::to_value(rule).expect("rules serialise"));
            let by_file = json(&Module { embedded: false, ..module.clone() });
            assert_eq!(json(&module).map_err(|_| ()), by_file.map_err(|_| ()), "{}", module.path);
            assert!(json(&module).is_ok(), "{}", module.path);
            rules += 1;
        }
        assert_eq!(rules, METADATA.len());
    }
}
