//! Pod templates and their containers.

use std::borrow::Cow;

use crate::collect::kubernetes::objects::Object;
use crate::collect::kubernetes::quantity;
use crate::collect::kubernetes::scaling::number as number_of;
use crate::input::products;
use crate::input::scheduling::Probe;
use crate::input::workloads::{
    Amounts, Container, ContainerPort, ContainerRole, PublishedPort, Quantity, Resources, Word,
};
use crate::located::Value;
use crate::problem::{Problem, ProblemKind};
use crate::syntax::scalar::Scalar;

/// Where `spec.template` may lie below an object's spec; a CronJob's lies in its job template.
const DEEPEST: usize = 8;

/// A pod that an object runs.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'a> {
    /// The mapping that holds `metadata` and `spec`.
    pub root: Value<'a>,
    /// What holds the template, and says how many of it run.
    pub holder: Option<Value<'a>>,
}

/// The pods of an object: custom resources may run several kinds; CustomResourceDefinitions only describe some.
pub fn of<'a>(object: &Object<'a>) -> Vec<Pod<'a>> {
    let mut found = Vec::new();
    match (object.kind, object.spec()) {
        ("CustomResourceDefinition", _) | (_, None) => {}
        (_, Some(spec)) => match known(object) {
            Some(pod) => found.extend(pod.filter(|pod| containers_of(pod.root).next().is_some())),
            None => search(spec, DEEPEST, &mut found),
        },
    }
    found
}

/// The pod of a kind of Kubernetes or Knative, whose template lies at one place, if it is there; None for every other
/// kind.
fn known<'a>(object: &Object<'a>) -> Option<Option<Pod<'a>>> {
    let holder: &[&str] = match (object.api.split_once('/').map_or("", |(group, _)| group), object.kind) {
        ("", "Pod") => return Some(Some(Pod { root: object.root, holder: None })),
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec"],
        ("apps" | "extensions", "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("batch", "Job")
        | ("serving.knative.dev", "Service" | "Configuration") => &["spec"],
        _ => return None,
    };
    let holder = object.root.path(holder);
    Some(holder.and_then(|holder| Some(Pod { root: stated(holder, &["template"])?, holder: Some(holder) })))
}

/// Entries of a pod's `containers` that are containers.
fn containers_of(pod: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    pod.path(&["spec", "containers"]).into_iter().flat_map(Value::items).filter(|one| one.is_mapping())
}

/// What keeps the containers of an object from being read: what a tool fills in later, or no list of containers at all.
/// A template that says nothing of containers is a patch, which no rule can judge either.
pub fn unreadable(object: &Object<'_>, spoils: &[&'static str]) -> Option<Problem> {
    let pod = known(object)??.root;
    let problem = |kind, at: Value<'_>, message: String, help: &str| {
        let problem = Problem::new(kind, at.located().path.clone(), message).at(at.pointer());
        Some(problem.help(help).spoils(spoils))
    };
    for key in ["containers", "initContainers"] {
        let Some(list) = stated(pod, &["spec", key]) else { continue };
        let wrong =
            list.items().find(|one| !one.is_mapping()).or_else(|| Some(list).filter(|list| !list.is_sequence()));
        let Some(wrong) = wrong else { continue };
        if let Some(text) = wrong.text().filter(|text| is_template(text)) {
            let message = format!("`{text}` hides containers of {}", object.name);
            return problem(ProblemKind::Limit, wrong, message, "give the rendered manifest");
        }
        let message = format!("`{key}` of {} holds what is no container", object.name);
        return problem(ProblemKind::Fault, wrong, message, "list each container with `name` and `image`");
    }
    if containers_of(pod).next().is_some() {
        return None;
    }
    let template = pod.text().filter(|text| is_template(text)).is_some();
    match stated(pod, &["spec", "containers"]) {
        Some(list) => {
            let message = format!("{} has no container", object.name);
            problem(ProblemKind::Fault, list, message, "list each container with `name` and `image`")
        }
        None => {
            let message = format!("the pod of {} states no containers, so nothing of it is judged", object.name);
            let help = if template {
                "give the rendered manifest"
            } else {
                "list them, or let a kustomization name the patch"
            };
            problem(ProblemKind::Limit, object.place(), message, help)
        }
    }
}

fn search<'a>(value: Value<'a>, depth: usize, found: &mut Vec<Pod<'a>>) {
    if depth == 0 {
        return;
    }
    let template = value.get("template").filter(|template| is_pod(*template));
    found.extend(template.map(|root| Pod { root, holder: Some(value) }));
    for (_, child) in value.entries() {
        if Some(child) != template {
            search(child, depth - 1, found);
        }
    }
    for child in value.items() {
        search(child, depth - 1, found);
    }
}

/// The value of a key, unless it is null, which to Kubernetes is the same as absent.
pub fn stated<'a>(value: Value<'a>, keys: &[&str]) -> Option<Value<'a>> {
    value.path(keys).filter(|value| !value.is_null())
}

/// Whether a scalar stands there that is not null.
pub fn is_text(value: Value<'_>) -> bool {
    value.scalar().is_some() && !value.is_null()
}

fn is_pod(template: Value<'_>) -> bool {
    let mut containers = template.path(&["spec", "containers"]).into_iter().flat_map(Value::items).peekable();
    containers.peek().is_some() && containers.all(|one| one.get("name").is_some() && one.get("image").is_some())
}

/// All containers of a pod, init containers first as they run.
pub fn containers<'a>(pod: Value<'a>) -> Vec<(Value<'a>, Container<'a>)> {
    let list = |key: &str| pod.path(&["spec", key]).into_iter().flat_map(Value::items).collect::<Vec<_>>();
    let init = list("initContainers").into_iter().map(|one| {
        let always = one.get("restartPolicy").and_then(Value::text) == Some("Always");
        (one, if always { ContainerRole::Sidecar } else { ContainerRole::Init })
    });
    let main = list("containers").into_iter().map(|one| (one, ContainerRole::Main));
    let all: Vec<_> = init.chain(main).filter(|(one, _)| one.is_mapping()).collect();
    // Containers are large and mostly alone, so the list is as long as they are many.
    all.into_iter().map(|(one, role)| (one, container(one, role))).collect()
}

fn container(value: Value<'_>, role: ContainerRole) -> Container<'_> {
    let name = value.get("name");
    let image = value.get("image");
    let image_text = image.and_then(Value::text);
    let ports = value.get("ports").into_iter().flat_map(Value::items);
    let words = ["command", "args"].into_iter().filter_map(|key| value.get(key)).flat_map(Value::items);
    Container {
        name: name.and_then(Value::text).unwrap_or("the container without a name").into(),
        at: name.unwrap_or(value).into(),
        role,
        image: image_text.filter(|text| !is_template(text)).map(Cow::Borrowed),
        image_at: image.map(Into::into),
        product: image_text.and_then(products::of),
        command: words.filter_map(|word| Some(Word { text: word.text()?.into(), at: word.into() })).collect(),
        ports: ports
            .filter_map(|port| {
                let at = port.get("containerPort")?;
                let name = port.get("name").and_then(Value::text).map(Cow::Borrowed);
                Some(ContainerPort { port: number(at)?, name, at: at.into() })
            })
            .collect(),
        unclear: unclear(value),
        resources: resources(value.get("resources")),
        liveness: probe(value, "livenessProbe").map(timing).map(Box::new),
        readiness: probe(value, "readinessProbe").map(Into::into),
        startup: probe(value, "startupProbe").map(Into::into),
        healthcheck: None,
        mounts: Vec::new(),
        build: None,
    }
}

/// Keys of a container whose value is a text where something else should stand, or a port that is no number.
fn unclear(container: Value<'_>) -> Box<[&'static str]> {
    const PROBES: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe"];
    let text = |key: &str| container.get(key).is_some_and(is_text);
    let mut ports = container.get("ports").into_iter().flat_map(Value::items);
    let unread = |port: Value<'_>| match stated(port, &["containerPort"]) {
        Some(port) => number(port).is_none(),
        None => is_text(port),
    };
    let ports = (text("ports") || ports.any(unread)).then_some("ports");
    ports.into_iter().chain(PROBES.iter().copied().filter(|probe| text(probe))).collect()
}

/// A probe that does something; `null` and `{}` switch it off.
fn probe<'a>(container: Value<'a>, key: &str) -> Option<Value<'a>> {
    const ACTIONS: &[&str] = &["httpGet", "exec", "tcpSocket", "grpc"];
    let probe = container.get(key)?;
    ACTIONS.iter().any(|action| stated(probe, &[action]).is_some()).then_some(probe)
}

fn timing(probe: Value<'_>) -> Probe<'_> {
    let number = |key: &str| number_of(probe, &[key]);
    Probe {
        at: probe.into(),
        period: number("periodSeconds"),
        timeout: number("timeoutSeconds"),
        failures: number("failureThreshold"),
        initial_delay: number("initialDelaySeconds"),
    }
}

/// `requests` and `limits` of a container's block; nothing and less are no amount.
fn resources(block: Option<Value<'_>>) -> Resources<'_> {
    let mut resources = Resources { at: block.map(Into::into), ..Resources::default() };
    let Some(block) = block else { return resources };
    let some = |amount: &Quantity<'_>| amount.milli.is_none_or(|milli| milli > 0);
    resources.requests = amounts(|name| quantity(block, "requests", name).filter(some));
    resources.limits = amounts(|name| quantity(block, "limits", name).filter(some));
    resources
}

fn amounts<'a>(of: impl Fn(&str) -> Option<Quantity<'a>>) -> Amounts<'a> {
    Amounts { cpu: of("cpu"), memory: of("memory") }
}

/// An amount; where a text stands in place of the block or of a part of it, that hides the amount.
fn quantity<'a>(block: Value<'a>, key: &str, name: &str) -> Option<Quantity<'a>> {
    let part = if is_text(block) { block } else { stated(block, &[key])? };
    let (value, whole) = if is_text(part) { (part, true) } else { (stated(part, &[name])?, false) };
    let text = value.text().filter(|text| !text.is_empty())?;
    let milli = if whole { None } else { quantity::milli(text) };
    Some(Quantity { text: text.into(), milli, at: value.into(), via: Box::default() })
}

/// What an entry of a LimitRange gives to containers that state nothing, after Kubernetes' own defaults: `max` stands in
/// for a missing `default`, that or `min` for a missing `defaultRequest`.
pub fn defaults(limit: Value<'_>) -> Resources<'_> {
    let first = |keys: &[&str], name: &str| keys.iter().find_map(|key| quantity(limit, key, name));
    Resources {
        at: Some(limit.into()),
        limits: amounts(|name| first(&["default", "max"], name)),
        requests: amounts(|name| first(&["defaultRequest", "default", "max", "min"], name)),
    }
}

/// `hostPort`s, and every port of a pod on the host's network.
pub fn published<'a>(pod: Value<'a>, host_network: bool) -> Vec<PublishedPort<'a>> {
    let mut published = Vec::new();
    let lists = pod.path(&["spec", "containers"]).into_iter().flat_map(Value::items);
    for port in lists.filter_map(|one| one.get("ports")).flat_map(Value::items) {
        let inside = port.get("containerPort").and_then(number);
        let at = port.get("hostPort").or_else(|| port.get("containerPort").filter(|_| host_network));
        let Some(at) = at else { continue };
        let ip = port.get("hostIP").and_then(Value::text).filter(|ip| !ip.is_empty());
        published.push(PublishedPort {
            host_ip: ip.map(Cow::Borrowed),
            loopback: ip.is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())),
            host_port: number(at),
            container_port: inside,
            protocol: port.get("protocol").and_then(Value::text).unwrap_or("TCP").to_lowercase().into(),
            known: number(at).is_some(),
            at: at.into(),
            via: Vec::new(),
        });
    }
    published
}

/// A port number.
pub fn number(value: Value<'_>) -> Option<u16> {
    match value.scalar()? {
        Scalar::Int(number) => u16::try_from(number).ok().filter(|port| *port > 0),
        _ => None,
    }
}

/// A whole number.
pub fn int(value: Value<'_>) -> Option<i64> {
    match value.scalar()? {
        Scalar::Int(number) => Some(number),
        _ => None,
    }
}

/// Whether a scalar is true to the API server.
pub fn is_true(value: Value<'_>) -> bool {
    value.scalar() == Some(Scalar::Bool(true))
}

/// Whether a text waits for a tool to fill it in (`${NAME}`, `{{ name }}`, `{% if name %}`).
pub fn is_template(text: &str) -> bool {
    ["${", "{{", "{%"].iter().any(|mark| text.contains(mark))
}
