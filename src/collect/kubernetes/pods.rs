//! Pod templates and their containers.

use std::borrow::Cow;

use crate::collect::kubernetes::objects::Object;
use crate::collect::kubernetes::quantity;
use crate::input::products;
use crate::input::workloads::{Container, ContainerPort, ContainerRole, PublishedPort, Quantity, Resources, Word};
use crate::located::Value;
use crate::syntax::scalar::Scalar;

/// Where `spec.template` may lie below an object's spec; a CronJob's lies in its job template.
const DEEPEST: usize = 6;

/// The pod of an object: the mapping that holds `metadata` and `spec`; CustomResourceDefinitions only describe some.
pub fn template<'a>(object: &Object<'a>) -> Option<Value<'a>> {
    match object.kind {
        "CustomResourceDefinition" => None,
        "Pod" => Some(object.root),
        _ => search(object.spec()?, DEEPEST),
    }
}

fn search(value: Value<'_>, depth: usize) -> Option<Value<'_>> {
    if let Some(template) = value.get("template").filter(|template| is_pod(*template)) {
        return Some(template);
    }
    if depth == 0 || !value.is_mapping() {
        return None;
    }
    value.entries().into_iter().find_map(|(_, child)| search(child, depth - 1))
}

fn is_pod(template: Value<'_>) -> bool {
    let containers: Vec<Value<'_>> =
        template.path(&["spec", "containers"]).into_iter().flat_map(Value::items).collect();
    !containers.is_empty() && containers.iter().all(|one| one.get("name").is_some() && one.get("image").is_some())
}

/// All containers of a pod, init containers first as they run.
pub fn containers<'a>(pod: Value<'a>) -> Vec<(Value<'a>, Container<'a>)> {
    let list = |key: &str| pod.path(&["spec", key]).into_iter().flat_map(Value::items).collect::<Vec<_>>();
    let init = list("initContainers").into_iter().map(|one| {
        let always = one.get("restartPolicy").and_then(Value::text) == Some("Always");
        (one, if always { ContainerRole::Sidecar } else { ContainerRole::Init })
    });
    let main = list("containers").into_iter().map(|one| (one, ContainerRole::Main));
    init.chain(main).filter(|(one, _)| one.is_mapping()).map(|(one, role)| (one, container(one, role))).collect()
}

fn container(value: Value<'_>, role: ContainerRole) -> Container<'_> {
    let name = value.get("name");
    let image = value.get("image");
    let image_text = image.and_then(Value::text).filter(|text| !is_template(text));
    let ports = value.get("ports").into_iter().flat_map(Value::items);
    let words = ["command", "args"].into_iter().filter_map(|key| value.get(key)).flat_map(Value::items);
    Container {
        name: name.and_then(Value::text).unwrap_or_default().into(),
        at: name.unwrap_or(value).into(),
        role,
        image: image_text.map(Cow::Borrowed),
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
        resources: resources(value.get("resources")),
        liveness: probe(value, "livenessProbe"),
        readiness: probe(value, "readinessProbe"),
        startup: probe(value, "startupProbe"),
    }
}

/// A probe that does something; `null` and `{}` switch it off.
fn probe<'a>(container: Value<'a>, key: &str) -> Option<crate::located::At<'a>> {
    const ACTIONS: &[&str] = &["httpGet", "exec", "tcpSocket", "grpc"];
    let probe = container.get(key)?;
    ACTIONS.iter().any(|action| probe.get(action).is_some()).then(|| probe.into())
}

/// `requests` and `limits` of a block, also of a LimitRange's `defaultRequest` and `default`.
pub fn resources(block: Option<Value<'_>>) -> Resources<'_> {
    let mut resources = Resources { at: block.map(Into::into), ..Resources::default() };
    let Some(block) = block else { return resources };
    for (key, requests) in [("requests", true), ("limits", false), ("defaultRequest", true), ("default", false)] {
        for (name, known) in [("cpu", "cpu"), ("memory", "memory")] {
            let Some(value) = block.path(&[key, name]) else { continue };
            let Some(text) = value.text().filter(|text| !text.is_empty()) else { continue };
            let quantity = Quantity { text: text.into(), milli: quantity::milli(text), at: value.into() };
            let target = if requests { &mut resources.requests } else { &mut resources.limits };
            target.insert(known, quantity);
        }
    }
    resources
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

/// Whether a text waits for a tool to fill it in (`${NAME}`, `{{ name }}`).
pub fn is_template(text: &str) -> bool {
    text.contains("${") || text.contains("{{")
}
