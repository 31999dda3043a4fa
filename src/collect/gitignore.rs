//! `.gitignore` files: whether git would commit an env file.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution, paths};
use crate::config::Config;
use crate::input::environment;
use crate::located::{At, Dialect};
use crate::syntax::Format;

pub struct Gitignore;

/// Whether the `.gitignore` files match `.env` in a folder that holds or may hold one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Coverage<'a> {
    /// The folder, "" for the root.
    pub folder: String,
    /// Whether `.env` in it is ignored.
    pub ignored: bool,
    /// Root of the `.gitignore` that should say so, else of the env file.
    pub at: At<'a>,
    /// Paths of the artefacts because of which the folder counts, sorted.
    pub because: Vec<std::sync::Arc<str>>,
}

impl Collector for Gitignore {
    fn section(&self) -> &'static str {
        "gitignore"
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    fn claims(&self, path: &str) -> Claim {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == ".gitignore" { Claim::Yes(Format::Lines) } else { Claim::No }
    }

    fn collect<'a>(&self, bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        let mut folders: BTreeMap<String, Coverage<'a>> = BTreeMap::new();
        let ignore_root = bundle.get(".gitignore").and_then(|artefact| artefact.located.root());
        for artefact in bundle.artefacts() {
            let path = &*artefact.path;
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let Some(own) = artefact.located.root() else { continue };
            let named = match artefact.located.section {
                "env_files" if name.starts_with(".env") && !environment::is_template(path) => {
                    BTreeSet::from([paths::join(folder, ".env").unwrap_or_default()])
                }
                "compose" => env_files_named(&artefact.located.text, folder),
                _ => BTreeSet::new(),
            };
            for named in named {
                let folder = paths::folder(&named).to_string();
                let coverage = folders.entry(folder.clone()).or_insert_with(|| Coverage {
                    folder,
                    ignored: bundle.ignores(&named),
                    at: ignore_root.unwrap_or(own).into(),
                    because: Vec::new(),
                });
                coverage.because.push(artefact.path.clone());
            }
        }
        let coverage: Vec<Coverage<'a>> = folders.into_values().collect();
        Contribution { beside: vec![("coverage", Box::new(coverage))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("coverage", generator.subschema_for::<Vec<Coverage<'_>>>())]
    }
}

/// Paths of the files called `.env` that a text names outside its comments, as seen from its folder; `.env.example` and
/// `app.env` are others, and what lies outside the tree is none of it.
fn env_files_named(text: &str, folder: &str) -> BTreeSet<String> {
    let between = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '/');
    let code = text.lines().map(|line| line.split('#').next().unwrap_or(line));
    let words = code.flat_map(|line| line.split(between)).filter(|word| word.rsplit('/').next() == Some(".env"));
    words.filter_map(|word| paths::join(folder, word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_itself_names_the_file() {
        for (text, path) in [
            ("env_file: .env", "deploy/.env"),
            ("env_file: ./.env\n", "deploy/.env"),
            ("path: '../.env'", ".env"),
            ("- ./api/.env # ../.env", "deploy/api/.env"),
        ] {
            assert_eq!(env_files_named(text, "deploy"), BTreeSet::from([path.to_string()]), "{text}");
        }
        for text in [
            "env_file: app.env",
            "cp .env.example x",
            "process.env",
            "# see .env",
            "x/.environment",
            "../../.env",
            "/.env",
        ] {
            assert_eq!(env_files_named(text, "deploy"), BTreeSet::new(), "{text}");
        }
    }
}
