//! `.gitignore` files: whether git would commit an env file.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution};
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
            let env_file = artefact.located.section == "env_files" && !environment::is_template(path);
            let uses = artefact.located.section == "compose" && names_env_file(&artefact.located.text);
            if !(env_file && name.starts_with(".env") || uses) {
                continue;
            }
            let Some(own) = artefact.located.root() else { continue };
            let named = if folder.is_empty() { ".env".to_string() } else { format!("{folder}/.env") };
            folders
                .entry(folder.to_string())
                .or_insert_with(|| Coverage {
                    folder: folder.to_string(),
                    ignored: bundle.ignores(&named),
                    at: ignore_root.unwrap_or(own).into(),
                    because: Vec::new(),
                })
                .because
                .push(artefact.path.clone());
        }
        let coverage: Vec<Coverage<'a>> = folders.into_values().collect();
        Contribution { beside: vec![("coverage", Box::new(coverage))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("coverage", generator.subschema_for::<Vec<Coverage<'_>>>())]
    }
}

/// Whether a text names a file `.env`, as opposed to `.env.example` or `app.env`, outside its comments.
fn names_env_file(text: &str) -> bool {
    let between = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_');
    let mut code = text.lines().map(|line| line.split('#').next().unwrap_or(line));
    code.any(|line| line.split(between).any(|word| word == ".env"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_itself_names_the_file() {
        for text in ["env_file: .env", "env_file: ./.env\n", "path: '.env'", "- ../.env"] {
            assert!(names_env_file(text), "{text}");
        }
        for text in ["env_file: app.env", "cp .env.example x", "process.env", "# see .env", "x/.environment"] {
            assert!(!names_env_file(text), "{text}");
        }
    }
}
