//! Containers that tasks of plays start.
//!
//! Sources: <https://docs.ansible.com/projects/ansible/latest/collections/community/docker/docker_container_module.html>,
//! <https://docs.ansible.com/projects/ansible/latest/collections/community/docker/docker_swarm_service_module.html>.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::artefact::Artefact;
use crate::collect::Contribution;
use crate::collect::compose::{Port, published, range, short_port};
use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::settings::{Holder, Setting, State};
use crate::input::workloads::{
    Container, ContainerPort, ContainerRole, Platform, PublishedPort, Resources, Word, Workload,
};
use crate::input::{environment, products};
use crate::located::Value;

/// Modules that run a container, without their collection.
const MODULES: &[&str] = &["docker_container", "docker_swarm_service"];

/// Blocks inside blocks.
const DEEPEST: usize = 16;

/// Adds the containers of a playbook: a deployment of its own, one for each pattern of hosts that tells of development or
/// tests.
pub fn add<'a>(artefact: &'a Artefact, root: Value<'a>, contribution: &mut Contribution<'a>) {
    let mut deployments: BTreeMap<Arc<str>, Deployment<'a>> = BTreeMap::new();
    for play in root.items() {
        let hosts = play.get("hosts").and_then(Value::text).unwrap_or_default();
        let mut started = Vec::new();
        for list in ["pre_tasks", "tasks", "post_tasks", "handlers"].iter().filter_map(|key| play.get(key)) {
            find(list, &mut started, 0);
        }
        if started.is_empty() {
            continue;
        }
        let (own, of_file) = (environment::of_path(hosts), environment::of_path(&artefact.path));
        let (name, environment) = match own.judged() || !of_file.judged() {
            true => (artefact.path.clone(), of_file),
            false => (format!("{} ({hosts})", artefact.path).into(), own),
        };
        for (module, arguments) in started {
            contribution.workloads.all.push(workload(&name, module, arguments));
            contribution.settings.extend(settings(&name, arguments, artefact));
        }
        deployments.entry(name.clone()).or_insert_with(|| Deployment {
            name,
            kind: DeploymentKind::Playbook,
            environment,
            judged: false,
            artefacts: vec![artefact.path.clone()],
            at: root.into(),
        });
    }
    contribution.deployments.extend(deployments.into_values());
}

/// The arguments of each task of a list that starts a container, those of its blocks too.
fn find<'a>(list: Value<'a>, found: &mut Vec<(&'a str, Value<'a>)>, depth: usize) {
    for task in list.items() {
        for inner in ["block", "rescue", "always"].iter().filter_map(|key| task.get(key)) {
            if depth < DEEPEST && !inner.is_alias() {
                find(inner, found, depth + 1);
            }
        }
        let starts = |(key, arguments): &(&'a str, Value<'a>)| {
            let name = key.rsplit('.').next().unwrap_or(key);
            let state = arguments.get("state").and_then(Value::text);
            MODULES.contains(&name) && arguments.is_mapping() && !matches!(state, Some("absent" | "stopped"))
        };
        found.extend(task.entries().into_iter().filter(starts));
    }
}

/// The text of a scalar that Jinja does not make.
fn plain(value: Value<'_>) -> Option<&str> {
    value.text().filter(|text| !text.contains("{{") && !text.contains("{%"))
}

fn many(value: Option<Value<'_>>) -> Vec<Value<'_>> {
    match value {
        Some(list) if list.is_sequence() => list.items().collect(),
        other => other.into_iter().collect(),
    }
}

fn name(arguments: Value<'_>) -> &str {
    arguments.get("name").and_then(Value::text).unwrap_or("a container")
}

fn workload<'a>(deployment: &Arc<str>, module: &'a str, arguments: Value<'a>) -> Workload<'a> {
    let at = arguments.get("name").or_else(|| arguments.key()).unwrap_or(arguments);
    let image = arguments.get("image");
    let image_text = image.and_then(plain);
    let (published, inside) = ports(arguments);
    let words = ["entrypoint", "command"].iter().flat_map(|key| many(arguments.get(key)));
    let command = words.filter_map(|word| Some(Word { text: word.text()?.into(), at: word.into() }));
    let host = ["network_mode", "networks"].iter().flat_map(|key| many(arguments.get(key)));
    let mut host = host.map(|network| network.get("name").unwrap_or(network));
    let kind = module.rsplit('.').next().unwrap_or(module);
    Workload {
        containers: vec![Container {
            name: name(arguments).into(),
            at: at.into(),
            role: ContainerRole::Main,
            image: image_text.map(Cow::Borrowed),
            image_at: image.map(Into::into),
            product: image_text.and_then(products::of),
            command: command.collect(),
            ports: inside,
            unclear: Box::default(),
            resources: Resources::default(),
            liveness: None,
            readiness: None,
            startup: None,
            healthcheck: None,
            mounts: Vec::new(),
            build: None,
        }],
        published,
        host_network: host.any(|network| network.text() == Some("host")),
        ..Workload::new(deployment.clone(), Platform::Ansible, kind.into(), name(arguments).into(), at.into())
    }
}

/// Ports of the host, and those of the container.
fn ports<'a>(arguments: Value<'a>) -> (Vec<PublishedPort<'a>>, Vec<ContainerPort<'a>>) {
    let (mut outside, mut inside) = (Vec::new(), Vec::new());
    let address = arguments.get("default_host_ip").and_then(plain).filter(|address| !address.is_empty());
    let lists = ["published_ports", "ports", "publish"].iter().flat_map(|key| many(arguments.get(key)));
    for entry in lists {
        let (port, at) = match entry.get("target_port") {
            Some(target) => (long(entry, target), entry.get("published_port").unwrap_or(target)),
            None => (plain(entry).and_then(short_port), entry),
        };
        let Some(mut port) = port else {
            // `all` publishes what the image exposes, and a port that Jinja makes is any.
            if entry.text().is_none_or(|text| text.contains("{{") || text == "all") {
                outside.push(open(at));
            }
            continue;
        };
        port.host_ip = port.host_ip.or(address.map(str::to_string));
        inside.push(ContainerPort { port: port.target.0, name: None, at: at.into() });
        outside.extend(published(&port, at, &[]));
    }
    (outside, inside)
}

/// `{published_port: 80, target_port: 8080}`.
fn long(entry: Value<'_>, target: Value<'_>) -> Option<Port> {
    let published = match entry.get("published_port") {
        Some(published) => Some(range(plain(published)?)?),
        None => None,
    };
    let protocol = entry.get("protocol").and_then(plain).unwrap_or("tcp").to_string();
    Some(Port { host_ip: None, published, target: range(plain(target)?)?, protocol })
}

/// A port of which only a part is written out.
fn open<'a>(at: Value<'a>) -> PublishedPort<'a> {
    let text = at.text().unwrap_or_default();
    let target = text.rsplit(':').next().and_then(|target| range(target.split('/').next().unwrap_or_default()));
    PublishedPort {
        host_ip: None,
        loopback: text.starts_with("127."),
        host_port: None,
        container_port: target.map(|(first, _)| first),
        protocol: "tcp".into(),
        known: false,
        at: at.into(),
        via: Vec::new(),
    }
}

/// `env` of a container, a mapping or a list of `NAME=value`.
fn settings<'a>(deployment: &Arc<str>, arguments: Value<'a>, artefact: &'a Artefact) -> Vec<Setting<'a>> {
    let image = arguments.get("image").and_then(plain).map(Cow::Borrowed);
    let variables = arguments.get("env");
    let listed = variables.into_iter().flat_map(Value::items).filter_map(|one| {
        let (name, value) = one.text()?.split_once('=')?;
        Some((name, value, one))
    });
    let mapped = variables.map(Value::entries).unwrap_or_default().into_iter();
    let mapped = mapped.filter_map(|(name, value)| Some((name, value.text()?, value)));
    let setting = |(variable, text, at): (&'a str, &'a str, Value<'a>)| {
        let mut setting = Setting::new(deployment.clone(), name(arguments).into(), variable.into(), at.into());
        (setting.holder, setting.tracked, setting.image) = (Holder::Inventory, artefact.tracked, image.clone());
        let vaulted = at.tag() == Some("!vault");
        match vaulted || plain(at).is_none() {
            false => setting.with_value(text.into(), State::Literal),
            true => Setting { state: if vaulted { State::Reference } else { State::Unknown }, ..setting },
        }
    };
    listed.chain(mapped).map(setting).collect()
}
