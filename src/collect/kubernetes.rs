//! Kubernetes manifests: objects of any kind, what they run, and what selects what.

use crate::artefact::render::{Build, Files};
use crate::artefact::trace::Trace;
use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, Part, Reference};
use crate::config::{Config, Render};
use crate::located::{Dialect, Value};
use crate::problem::Problem;
use crate::syntax::Format;

mod edges;
mod environment;
mod ingress;
mod managers;
mod nearest;
mod objects;
mod pods;
mod policies;
mod quantity;
mod rendered;
mod rollout;
mod scaling;
mod selectors;
mod threshold;
mod workloads;

pub struct Kubernetes;

/// What a broken manifest spoils.
const SPOILS: &[&str] = &["kubernetes", "deployments", "settings", "workloads", "edges"];

/// Whether a text that need not be sound states a key, in whatever style, outside of comments.
fn states(text: &str, key: &str) -> bool {
    let apart = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    let colon = |after: &str| after.trim_start_matches(['"', '\'']).trim_start().starts_with(':');
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines
        .into_iter()
        .any(|line| line.match_indices(key).any(|(at, _)| apart(&line[..at]) && colon(&line[at + key.len()..])))
}

impl Collector for Kubernetes {
    fn section(&self) -> &'static str {
        "kubernetes"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "settings", "workloads", "edges"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Kubernetes
    }

    fn numbered(&self) -> bool {
        true
    }

    fn claims(&self, path: &str) -> Claim {
        if rendered::is_kustomization(path) {
            return Claim::Yes(Format::Yaml);
        }
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("yaml" | "yml") => Claim::Maybe(Format::Yaml),
            Some("json") => Claim::Maybe(Format::Json),
            _ => Claim::No,
        }
    }

    fn recognises(&self, document: Value<'_>) -> bool {
        let text = |key| document.get(key).and_then(Value::text).is_some_and(|text| !text.is_empty());
        text("apiVersion") && text("kind")
    }

    fn suspects(&self, _path: &str, text: &str) -> bool {
        states(text, "apiVersion") && states(text, "kind")
    }

    fn references(&self, artefact: &Artefact) -> Vec<Reference> {
        let format = |path: &str| if path.ends_with(".json") { Format::Json } else { Format::Yaml };
        let reference = |path: String| Reference { format: format(&path), path, section: self.section() };
        rendered::listed(artefact).into_iter().map(reference).collect()
    }

    fn parts<'a>(&self, artefact: &'a Artefact) -> Vec<Part<'a>> {
        objects::config_maps(artefact).flat_map(environment::parts).collect()
    }

    fn leaves_out(&self, paths: &[&str]) -> Vec<(String, Problem)> {
        rendered::charts(paths, SPOILS)
    }

    fn builds(&self, bundle: &Bundle, files: &Files<'_>, config: &Render) -> Vec<Build> {
        rendered::builds(bundle, files, config)
    }

    fn trace(&self, build: &Build, rendered: &Artefact, files: &Files<'_>) -> Trace {
        rendered::trace(build, rendered, files)
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let kustomized = rendered::kustomizations(bundle, SPOILS);
        let mut objects = objects::read(bundle, config, &kustomized);
        objects::finish(&mut objects.deployments);
        let (mut stores, mut problems) = environment::Stores::new(&objects.all, bundle, SPOILS);
        problems.extend(kustomized.problems);
        let (workloads, mut settings) = workloads::build(&objects, &mut stores);
        settings.extend(stores.rest(&objects.all, |n| objects::name_of(&objects.deployments, n)));
        problems.extend(stores.unseen().into_iter().chain(stores.unread()));
        problems.extend(objects.all.iter().filter_map(|object| pods::unreadable(object, &["settings", "workloads"])));
        let edges = edges::build(&objects);
        Contribution {
            settings,
            workloads,
            edges,
            problems,
            deployments: objects.deployments,
            ..Contribution::default()
        }
    }
}
