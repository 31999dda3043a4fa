//! The effective configuration of one compose project as JSON, with the environment that rules see: that of env files too.
//! A value that nothing sets is `{"unknown": true}`, one that is kept elsewhere `{"reference": true}`.
//! `cargo run --example compose FILE...`; `benches/agreement_compose.py` holds it against compose itself.

use std::path::PathBuf;

use plimsoll::artefact::{Sources, Wanted, gather, git_root};
use plimsoll::config::{Config, ConfiguredDeployment, DeploymentSource};
use plimsoll::input::InputDocument;
use plimsoll::input::settings::{Holder, Reach, State};
use plimsoll::located::Span;
use serde_json::{Map, Value, json};

fn main() {
    let files: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let folder = files.first().and_then(|file| file.parent()).map(PathBuf::from).unwrap_or_default();
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    let whole = std::fs::canonicalize(&folder).unwrap_or_default();
    let root = git_root(&whole).unwrap_or_else(|| whole.clone());
    let below = whole.strip_prefix(root).map(PathBuf::from).unwrap_or_default();
    let names =
        files.iter().filter_map(|file| Some(below.join(file.file_name()?).to_string_lossy().into_owned())).collect();
    let source = DeploymentSource::Compose(names);
    let project =
        ConfiguredDeployment { name: "project".to_string(), span: Span::default(), environment: None, source };
    let config = Config { deployments: vec![project], all: true, ..Config::default() };
    let gathered = gather(&Sources { paths: vec![folder], ..Sources::default() }, &config, Wanted::ALL);
    let (document, problems) = InputDocument::build(&gathered.bundle, &config);
    for problem in gathered.problems.iter().chain(&problems) {
        eprintln!("{}: {}", problem.path, problem.message);
    }
    let json = serde_json::to_value(&document).unwrap_or_default();
    let projects = json["compose"]["projects"].as_array().cloned().unwrap_or_default();
    let project = projects.into_iter().find(|project| project["deployment"] == "project").unwrap_or_default();
    let mut configuration = project["configuration"].clone();
    for (name, service) in configuration["services"].as_object_mut().into_iter().flatten() {
        service["environment"] = environment(&document, name);
    }
    println!("{configuration}");
}

fn environment(document: &InputDocument<'_>, service: &str) -> Value {
    let settings = document.settings.all.iter().filter(|setting| {
        // What the image sets is no part of the project to compose.
        setting.holder != Holder::Dockerfile
            && &*setting.deployment == "project"
            && setting.consumer == service
            && setting.reaches == Reach::Container
    });
    let value = |state, value: &Option<_>| match state {
        State::Unknown => json!({ "unknown": true }),
        State::Reference => json!({ "reference": true }),
        State::Literal | State::Default => json!(value),
    };
    let pairs = settings.map(|setting| (setting.name.to_string(), value(setting.state, &setting.value)));
    Value::Object(pairs.collect::<Map<_, _>>())
}
