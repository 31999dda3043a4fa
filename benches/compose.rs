//! What rules see of one compose project, as JSON: image, environment and published ports of each service.
//! `cargo run --example compose FILE...`; `benches/agreement.py compose` holds it against compose itself.

use std::path::PathBuf;

use plimsoll::artefact::{Sources, gather, git_root};
use plimsoll::config::{Config, ConfiguredDeployment, DeploymentSource};
use plimsoll::input::InputDocument;
use plimsoll::input::settings::{Reach, State};
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
    let project = ConfiguredDeployment { name: "project".to_string(), environment: None, source };
    let config = Config { deployments: vec![project], all: true, ..Config::default() };
    let gathered = gather(&Sources { paths: vec![folder], stdin: None }, &config);
    let (document, problems) = InputDocument::build(&gathered.bundle, &config);
    for problem in gathered.problems.iter().chain(&problems) {
        eprintln!("{}: {}", problem.path, problem.message);
    }
    let mut services = Map::new();
    for workload in document.workloads.all.iter().filter(|workload| &*workload.deployment == "project") {
        let mut environment = Map::new();
        for setting in document.settings.all.iter().filter(|setting| {
            &*setting.deployment == "project"
                && setting.consumer == workload.name
                && setting.reaches == Reach::Container
        }) {
            let value = match (setting.state, &setting.value) {
                (State::Unknown, _) => json!({ "unknown": true }),
                (State::Reference, _) => json!({ "reference": true }),
                (_, value) => json!(value),
            };
            environment.insert(setting.name.to_string(), value);
        }
        let ports: Vec<Value> = workload
            .published
            .iter()
            .map(|port| json!({ "known": port.known, "ip": port.host_ip, "host": port.host_port, "container": port.container_port, "protocol": port.protocol }))
            .collect();
        let image = workload.containers.first().and_then(|container| container.image.clone());
        services
            .insert(workload.name.to_string(), json!({ "image": image, "environment": environment, "ports": ports }));
    }
    println!("{}", json!({ "services": services }));
}
