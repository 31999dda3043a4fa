//! Compose files: which projects exist, and what each of them runs.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::artefact::{Artefact, Bundle};
use crate::collect::proxies::MOUNTS;
use crate::collect::{Claim, Collector, Contribution, Part, Reference, paths};
use crate::config::{Config, DeploymentSource};
use crate::input::deployments::{Deployment, DeploymentKind, Environment};
use crate::input::environment;
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod effective;
mod invalid;
mod merge;
mod normalise;
mod project;
mod routers;
mod services;
mod views;

pub use normalise::{Port, range, short_port};
pub use services::published;

use effective::Effective;
use project::Project;

pub struct Compose;

/// Names that `docker compose` looks for, in its order.
const DEFAULTS: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Names of the overrides that it lays on them.
const OVERRIDES: &[&str] =
    &["compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// The effective configuration of one project.
#[derive(Serialize, JsonSchema)]
struct Effectively<'a> {
    deployment: Arc<str>,
    files: Vec<Arc<str>>,
    #[schemars(with = "serde_json::Value")]
    configuration: Effective<'a>,
}

impl Collector for Compose {
    fn section(&self) -> &'static str {
        "compose"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "settings", "workloads", "edges"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Compose
    }

    fn claims(&self, path: &str) -> Claim {
        let name = path.rsplit('/').next().unwrap_or(path);
        if DEFAULTS.contains(&name) || OVERRIDES.contains(&name) {
            return Claim::Yes(Format::Yaml);
        }
        if name.ends_with(".yml") || name.ends_with(".yaml") { Claim::Maybe(Format::Yaml) } else { Claim::No }
    }

    /// A mapping `services` of mappings that say what to run.
    fn recognises(&self, document: Value<'_>) -> bool {
        const TELLS: &[&str] = &[
            "image",
            "build",
            "extends",
            "ports",
            "environment",
            "env_file",
            "volumes",
            "deploy",
            "command",
            "depends_on",
            "healthcheck",
            "restart",
            "profiles",
            "labels",
            "networks",
        ];
        if document.get("apiVersion").is_some() || document.get("jobs").is_some() || document.get("stages").is_some() {
            return false;
        }
        let services = document.get("services").map(Value::entries).unwrap_or_default();
        let tells = |service: Value<'_>| TELLS.iter().any(|key| service.get(key).is_some());
        let included = document.get("include").is_some_and(|include| include.is_sequence());
        !services.is_empty() && services.iter().any(|(_, service)| tells(*service))
            || included && services.is_empty() && document.entries().len() <= 4
    }

    fn suspects(&self, path: &str, text: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.contains("compose") || text.lines().any(|line| line.trim_end() == "services:")
    }

    fn references(&self, artefact: &Artefact) -> Vec<Reference> {
        let folder = paths::folder(&artefact.path);
        let mut references = Vec::new();
        let mut add = |path: Option<&str>, section: &'static str, format: Format| {
            if let Some(path) = path.and_then(|path| paths::join(folder, path)) {
                references.push(Reference { path, section, format });
            }
        };
        if artefact.located.section == "env_files" {
            for file in compose_file(artefact).unwrap_or_default() {
                add(Some(&file), "compose", Format::Yaml);
            }
            return references;
        }
        if artefact.located.section != self.section() {
            return references;
        }
        add(Some(".env"), "env_files", Format::Dotenv);
        for document in artefact.located.documents() {
            for (_, service) in document.get("services").map(Value::entries).unwrap_or_default() {
                for entry in one_or_many(service.get("env_file")) {
                    add(entry.get("path").unwrap_or(entry).text(), "env_files", Format::Dotenv);
                }
                add(service.path(&["extends", "file"]).and_then(Value::text), "compose", Format::Yaml);
                for config in service.get("configs").into_iter().flat_map(Value::items) {
                    let name = config.get("source").unwrap_or(config).text().unwrap_or_default();
                    let own = format!("/{name}");
                    let target = config.get("target").and_then(Value::text).unwrap_or(&own);
                    let known = MOUNTS.iter().find(|(place, _)| target == *place);
                    let file = document.path(&["configs", name, "file"]).and_then(Value::text);
                    known.into_iter().for_each(|(_, format)| add(file, "proxies", *format));
                }
                for volume in service.get("volumes").into_iter().flat_map(Value::items) {
                    let (source, target) = mounted(volume);
                    let known = MOUNTS.iter().find(|(place, _)| target == Some(place));
                    known.into_iter().for_each(|(_, format)| add(source, "proxies", *format));
                }
            }
            for entry in one_or_many(document.get("include")) {
                for path in one_or_many(Some(entry.get("path").unwrap_or(entry))) {
                    add(path.text(), "compose", Format::Yaml);
                }
            }
        }
        references
    }

    /// The `content` of configs, which is interpolated: what a variable of compose decides is left out.
    fn parts<'a>(&self, artefact: &'a Artefact) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        for document in artefact.located.documents() {
            let Some(configs) = document.get("configs") else { continue };
            let services = document.get("services").map(Value::entries).unwrap_or_default();
            for entry in services.iter().filter_map(|(_, service)| service.get("configs")).flat_map(Value::items) {
                let name = entry.get("source").unwrap_or(entry).text().unwrap_or_default();
                let target = entry.get("target").and_then(Value::text).unwrap_or(name);
                let Some(value) = configs.path(&[name, "content"]) else { continue };
                let raw = value.text().unwrap_or_default();
                let escaped = raw.contains('$').then(|| raw.replace("$$", "\0"));
                if escaped.as_ref().is_some_and(|escaped| escaped.contains('$')) {
                    continue;
                }
                let text = escaped.map(|escaped| escaped.replace('\0', "$"));
                parts.push(Part { name: format!("configs/{name}"), target, value, reader: None, text });
            }
        }
        parts
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let mut contribution = Contribution::default();
        let mut effective: Vec<Effectively<'a>> = Vec::new();
        for planned in plan(bundle, config) {
            let Some(project) = project::load(bundle, &planned.files) else { continue };
            let name: Arc<str> = planned.name.as_str().into();
            let Some(root) = planned.files.first().and_then(|file| file.located.root()) else { continue };
            let settings = contribution.settings.len();
            views::add(&project, &name, &planned, bundle, &mut contribution);
            let Project { configuration, artefacts, problems, .. } = project;
            contribution.problems.extend(problems);
            let mut all = artefacts;
            all.extend(planned.files.iter().map(|file| file.path.clone()));
            let own = &contribution.settings[settings..];
            let mut sources: Vec<&Arc<str>> = own.iter().map(|setting| &setting.at.0.located().path).collect();
            sources.dedup();
            all.extend(sources.into_iter().cloned());
            all.sort();
            all.dedup();
            contribution.deployments.push(Deployment {
                name: name.clone(),
                kind: DeploymentKind::Compose,
                environment: planned.environment,
                judged: false,
                artefacts: all,
                at: root.into(),
            });
            let files = planned.files.iter().map(|file| file.path.clone()).collect();
            effective.push(Effectively { deployment: name, files, configuration });
        }
        contribution.beside.push(("projects", Box::new(effective)));
        contribution.problems.extend(invalid::values(bundle));
        // Projects share files, so each finds what is wrong with them once more.
        let mut seen = HashSet::new();
        contribution
            .problems
            .retain(|problem| seen.insert((problem.path.clone(), problem.span, problem.message.clone())));
        contribution
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("projects", generator.subschema_for::<Vec<Effectively<'_>>>())]
    }
}

/// Source and target of a volume as written.
fn mounted(volume: Value<'_>) -> (Option<&str>, Option<&str>) {
    match volume.text() {
        Some(text) => {
            let mut parts = text.split(':');
            (parts.next(), parts.next())
        }
        None => (volume.get("source").and_then(Value::text), volume.get("target").and_then(Value::text)),
    }
}

fn one_or_many(value: Option<Value<'_>>) -> Vec<Value<'_>> {
    match value {
        None => Vec::new(),
        Some(list) if list.is_sequence() => list.items().collect(),
        Some(one) => vec![one],
    }
}

/// `COMPOSE_FILE` of a `.env`: the files that `docker compose` takes.
fn compose_file(env: &Artefact) -> Option<Vec<String>> {
    let root = env.located.root()?;
    let text = root.get("COMPOSE_FILE").and_then(Value::text)?;
    let separator = root.get("COMPOSE_PATH_SEPARATOR").and_then(Value::text).unwrap_or(":");
    let files = text.split(separator).filter(|file| !file.is_empty() && !file.contains('$')).map(str::to_string);
    Some(files.collect())
}

/// A project to be loaded.
struct Planned<'a> {
    name: String,
    environment: Environment,
    files: Vec<&'a Artefact>,
    /// Whether it lies on no base: what it lacks is unknown.
    overlay: bool,
}

/// Which projects exist (DECISIONS of the catalogue, 1).
fn plan<'a>(bundle: &'a Bundle, config: &Config) -> Vec<Planned<'a>> {
    let mut planned = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for deployment in &config.deployments {
        let DeploymentSource::Compose(files) = &deployment.source else { continue };
        let files: Vec<&Artefact> = files.iter().filter_map(|file| bundle.get(file)).collect();
        let Some(first) = files.first() else { continue };
        taken.extend(files.iter().map(|file| &*file.path));
        let environment = deployment.environment.unwrap_or_else(|| environment::of_path(&first.path));
        planned.push(Planned { name: deployment.name.clone(), environment, files, overlay: false });
    }
    let used = used_by_others(bundle);
    let mut folders: BTreeMap<&str, Vec<&Artefact>> = BTreeMap::new();
    for artefact in bundle.section("compose").filter(|artefact| !taken.contains(&*artefact.path)) {
        folders.entry(paths::folder(&artefact.path)).or_default().push(artefact);
    }
    for (folder, files) in folders {
        folder_projects(bundle, folder, files, &used, &mut planned);
    }
    planned
}

/// Files that others extend or include: they are no projects of their own.
fn used_by_others(bundle: &Bundle) -> BTreeSet<String> {
    let references = bundle.section("compose").flat_map(|artefact| Compose.references(artefact));
    references.filter(|reference| reference.section == "compose").map(|reference| reference.path).collect()
}

fn folder_projects<'a>(
    bundle: &'a Bundle,
    folder: &str,
    files: Vec<&'a Artefact>,
    used: &BTreeSet<String>,
    planned: &mut Vec<Planned<'a>>,
) {
    let name = |artefact: &Artefact| artefact.path.rsplit('/').next().unwrap_or_default().to_string();
    let find =
        |names: &[&str]| names.iter().find_map(|wanted| files.iter().find(|file| name(file) == *wanted).copied());
    let named = paths::join(folder, ".env").and_then(|path| bundle.get(&path)).and_then(compose_file);
    let named: Vec<&'a Artefact> =
        named.into_iter().flatten().filter_map(|file| bundle.get(&paths::join(folder, &file)?)).collect();
    let base = find(DEFAULTS);
    let layered = find(OVERRIDES);
    let mut done: Vec<&str> = Vec::new();
    let mut main: Option<&'a Artefact> = base;
    if let Some(first) = named.first() {
        done.extend(named.iter().map(|file| &*file.path));
        main = Some(first);
        let environment = environment::of_path(&named.last().unwrap_or(first).path);
        planned.push(Planned { name: title(&named), environment, files: named.clone(), overlay: false });
    } else if let Some(base) = base {
        done.push(&base.path);
        let environment = environment::of_path(&base.path);
        planned.push(Planned { name: base.path.to_string(), environment, files: vec![base], overlay: false });
        if let Some(layered) = layered {
            done.push(&layered.path);
            let files = vec![base, layered];
            planned.push(Planned { name: title(&files), environment: Environment::Development, files, overlay: false });
        }
    }
    for file in files.iter().copied().filter(|file| !done.contains(&&*file.path) && !used.contains(&*file.path)) {
        let environment = environment::of_path(&file.path);
        let (files, overlay) = match main {
            _ if stands_alone(file) => (vec![file], false),
            Some(base) => (vec![base, file], false),
            None => (vec![file], true),
        };
        planned.push(Planned { name: file.path.to_string(), environment, files, overlay });
    }
}

fn title(files: &[&Artefact]) -> String {
    files.iter().map(|file| &*file.path).collect::<Vec<_>>().join("+")
}

/// Whether every service of a file says what it runs.
fn stands_alone(file: &Artefact) -> bool {
    let services =
        file.located.documents().flat_map(|document| document.get("services").map(Value::entries).unwrap_or_default());
    let services: Vec<(&str, Value<'_>)> = services.collect();
    let runs = |service: Value<'_>| ["image", "build", "extends"].iter().any(|key| service.get(key).is_some());
    services.iter().all(|(_, service)| runs(*service))
}
