//! `.gitignore` files: whether git would commit an env file.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::artefact::{Artefact, Bundle, Tracked};
use crate::collect::env_files::env_file;
use crate::collect::{Claim, Collector, Contribution, paths};
use crate::config::Config;
use crate::located::{At, Dialect};
use crate::syntax::Format;

pub struct Gitignore;

/// Whether the `.gitignore` files match an env file that is there or may be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Coverage<'a> {
    /// Path of the env file, which need not exist.
    pub path: String,
    /// Its folder, "" for the root.
    pub folder: String,
    /// Whether it is ignored.
    pub ignored: bool,
    /// Root of the `.gitignore` that should say so, else of the env file.
    pub at: At<'a>,
    /// Paths of the artefacts because of which it counts, sorted.
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

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let mut paths: BTreeMap<String, Coverage<'a>> = BTreeMap::new();
        let ignore_root = bundle.get(".gitignore").and_then(|artefact| artefact.located.root());
        for artefact in bundle.artefacts() {
            let path = &*artefact.path;
            let Some(own) = artefact.located.root() else { continue };
            let named = match artefact.located.section {
                "env_files" => ignorable(artefact, config.all),
                "compose" => env_files_named(&artefact.located.text, paths::folder(path)),
                _ => BTreeSet::new(),
            };
            for named in named {
                let coverage = paths.entry(named.clone()).or_insert_with(|| Coverage {
                    folder: paths::folder(&named).to_string(),
                    ignored: bundle.ignores(&named),
                    path: named,
                    at: ignore_root.unwrap_or(own).into(),
                    because: Vec::new(),
                });
                coverage.because.push(artefact.path.clone());
            }
        }
        let coverage: Vec<Coverage<'a>> = paths.into_values().collect();
        Contribution { beside: vec![("coverage", Box::new(coverage))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("coverage", generator.subschema_for::<Vec<Coverage<'_>>>())]
    }
}

/// Paths that should be ignored because of an env file: `.env` beside it, and its own unless git tracks it.
fn ignorable(artefact: &Artefact, all: bool) -> BTreeSet<String> {
    let Some(file) = env_file(artefact, all).filter(|file| !file.template) else { return BTreeSet::new() };
    let (folder, name) = artefact.path.rsplit_once('/').unwrap_or(("", &*artefact.path));
    let dotenv = name.starts_with(".env");
    let beside = dotenv.then(|| paths::join(folder, ".env").unwrap_or_default());
    let own = file.judged
        && match file.tracked {
            Tracked::Yes => false,
            Tracked::No => dotenv || !file.credentials.is_empty(),
            // Outside git only names say that a file is to be ignored.
            Tracked::Unknown => dotenv,
        };
    beside.into_iter().chain(own.then(|| artefact.path.to_string())).collect()
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
    use crate::located::Limits;

    #[test]
    fn an_env_file_asks_for_a_pattern_of_its_own_and_for_the_usual_one() {
        let paths = |path: &str, tracked, text: &str| -> Vec<String> {
            let located = crate::syntax::parse(Format::Dotenv, path.into(), text.into(), Limits::default()).located;
            let artefact = Artefact { path: path.into(), located, tracked, ignored: false, given: true };
            ignorable(&artefact, false).into_iter().collect()
        };
        let secret = "API_KEY=kT8vqLw02zPfR7mXeY\n";
        assert_eq!(paths("a/.env.production", Tracked::No, "A=b\n"), ["a/.env", "a/.env.production"]);
        assert_eq!(paths(".env.production", Tracked::Unknown, "A=b\n"), [".env", ".env.production"]);
        assert_eq!(paths("a/.env.production", Tracked::Yes, secret), ["a/.env"]);
        assert_eq!(paths(".env.development", Tracked::No, secret), [".env"]);
        assert_eq!(paths("prod.env", Tracked::No, secret), ["prod.env"]);
        for (path, tracked, text) in [
            ("prod.env", Tracked::No, "A=b\n"),
            ("prod.env", Tracked::Unknown, secret),
            ("prod.env", Tracked::Yes, secret),
            (".env.example", Tracked::No, secret),
        ] {
            assert_eq!(paths(path, tracked, text), [""; 0], "{path}");
        }
    }

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
