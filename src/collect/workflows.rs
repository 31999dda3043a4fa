//! Pipelines of GitHub Actions and GitLab CI.

use schemars::SchemaGenerator;

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, Reference, paths};
use crate::config::Config;
use crate::input::pipelines::Pipeline;
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod commands;
mod expressions;
mod github;
mod gitlab;
mod invalid;
mod settings;
mod shapes;

pub struct Workflows;

impl Collector for Workflows {
    fn section(&self) -> &'static str {
        "workflows"
    }

    /// What a pipeline says too little of spoils no setting of what is deployed.
    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    /// YAML 1.2: `on` is a key like any other.
    fn dialect(&self) -> Dialect {
        Dialect::Compose
    }

    fn claims(&self, path: &str) -> Claim {
        let yaml = path.ends_with(".yml") || path.ends_with(".yaml");
        if yaml && (github::is_workflow(path) || gitlab::is_pipeline(path)) {
            Claim::Yes(Format::Yaml)
        } else {
            Claim::No
        }
    }

    fn references(&self, artefact: &Artefact) -> Vec<Reference> {
        if artefact.located.section != self.section() {
            return Vec::new();
        }
        let root = artefact.located.root();
        let named = github::used(artefact).into_iter().chain(root.map(gitlab::included).unwrap_or_default());
        named.map(|path| Reference { path, section: self.section(), format: Format::Yaml }).collect()
    }

    fn collect<'a>(&self, bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        let mut all: Vec<Pipeline<'a>> = Vec::new();
        let mut problems = Vec::new();
        let mut settings = Vec::new();
        for artefact in bundle.section(self.section()) {
            if github::is_workflow(&artefact.path) {
                problems.extend(invalid::problems(artefact));
            }
            settings.extend(settings::of(artefact));
            let Some(root) = artefact.located.root().filter(|root| root.is_mapping()) else { continue };
            if github::is_workflow(&artefact.path) {
                all.extend(github::pipeline(root, bundle));
            } else if paths::folder(&artefact.path).is_empty() && gitlab::is_pipeline(&artefact.path)
                || artefact.path.ends_with("/.gitlab-ci.yml")
            {
                all.push(gitlab::pipeline(root, bundle));
            }
        }
        let mut contribution = Contribution { problems, settings, ..Contribution::default() };
        if !all.is_empty() {
            contribution.beside.push(("pipelines", Box::new(all)));
        }
        contribution
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("pipelines", generator.subschema_for::<Vec<Pipeline<'_>>>())]
    }
}

/// Whether a value is a boolean of that kind, also as an expression.
fn is(value: Value<'_>, on: bool) -> bool {
    let text = value.text().unwrap_or_default();
    let inside = text.trim().trim_start_matches("${{").trim_end_matches("}}").trim();
    inside == if on { "true" } else { "false" }
}
