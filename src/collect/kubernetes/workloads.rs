//! The view `workloads` of manifests: pods with everything that selects them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::collect::kubernetes::environment::Stores;
use crate::collect::kubernetes::objects::{Object, Objects, labels, name_of};
use crate::collect::kubernetes::pods::{self, int};
use crate::collect::kubernetes::policies;
use crate::collect::kubernetes::selectors::Pods;
use crate::input::settings::Setting;
use crate::input::workloads::{
    Autoscaler, Container, ContainerRole, Platform, Product, ReplicaSource, Replicas, Resources, Service, ServicePort,
    ServiceRef, Workload, Workloads,
};
use crate::located::{At, Value};

/// The view, and the settings of its containers.
pub fn build<'a>(objects: &Objects<'a>, stores: &mut Stores<'a>) -> (Workloads<'a>, Vec<Setting<'a>>) {
    let mut view = Workloads::default();
    let mut settings = Vec::new();
    let name = |n: usize| name_of(&objects.deployments, n);
    let autoscalers = autoscalers(objects);
    let ranges = limit_ranges(objects);
    let mut owners: Vec<Object<'a>> = Vec::new();
    let mut own_labels = Vec::new();
    for object in &objects.all {
        let Some(pod) = pods::template(object) else { continue };
        let deployment = name(object.deployment);
        let (scope, namespace) = object.scope();
        let found = pods::containers(pod);
        for (place, container) in &found {
            settings.extend(stores.container(object, &deployment, *place, container.image.as_ref()));
        }
        let host_network = pod.path(&["spec", "hostNetwork"]).and_then(Value::text) == Some("true");
        let autoscaler = autoscalers.get(&(scope, namespace, object.kind, object.name)).cloned();
        view.all.push(Workload {
            deployment,
            platform: Platform::Kubernetes,
            kind: object.kind.into(),
            name: object.name.into(),
            namespace: (!object.namespace.is_empty()).then(|| object.namespace.into()),
            at: object.place().into(),
            replicas: replicas(object, autoscaler.as_ref()),
            containers: found.into_iter().map(|(_, container)| container).collect(),
            published: pods::published(pod, host_network),
            host_network,
            services: Vec::new(),
            autoscaler,
            budgets: Vec::new(),
            intended_budgets: Vec::new(),
            network_policies: Vec::new(),
            limit_range: ranges.get(&(scope, namespace)).cloned(),
            edge_in_deployment: false,
        });
        own_labels.push(((scope, namespace), labels(pod.path(&["metadata", "labels"]))));
        owners.push(*object);
    }
    let by_labels = Pods::new(own_labels);
    services(objects, &by_labels, &mut view, &name);
    policies::budgets(objects, &by_labels, &owners, &mut view, &name);
    policies::network(objects, &by_labels, &mut view, &name);
    policies::namespaces(objects, &owners, &mut view, &name);
    (view, settings)
}

fn replicas<'a>(object: &Object<'a>, autoscaler: Option<&Autoscaler<'a>>) -> Replicas<'a> {
    let stated = object.root.path(&["spec", "replicas"]);
    if let Some(autoscaler) = autoscaler {
        return Replicas { value: autoscaler.min, source: ReplicaSource::Autoscaler, at: autoscaler.at };
    }
    match stated {
        Some(value) => Replicas { value: int(value), source: ReplicaSource::Stated, at: value.into() },
        None => Replicas { value: Some(1), source: ReplicaSource::Default, at: object.place().into() },
    }
}

type Target<'a> = (usize, &'a str, &'a str, &'a str);

/// Autoscalers by what they scale: deployment, namespace, kind, name.
fn autoscalers<'a>(objects: &Objects<'a>) -> HashMap<Target<'a>, Autoscaler<'a>> {
    let mut found = HashMap::new();
    for object in objects.all.iter().filter(|object| object.kind == "HorizontalPodAutoscaler") {
        let text = |key| object.root.path(&["spec", "scaleTargetRef", key]).and_then(Value::text).unwrap_or_default();
        let (scope, namespace) = object.scope();
        let min = object.root.path(&["spec", "minReplicas"]);
        let max = object.root.path(&["spec", "maxReplicas"]).and_then(int);
        // An absent minimum is 1.
        let autoscaler = Autoscaler { at: min.unwrap_or(object.place()).into(), min: min.map_or(Some(1), int), max };
        found.insert((scope, namespace, text("kind"), text("name")), autoscaler);
    }
    found
}

/// Defaults that LimitRanges give to containers, by deployment and namespace.
fn limit_ranges<'a>(objects: &Objects<'a>) -> HashMap<(usize, &'a str), Resources<'a>> {
    let mut found = HashMap::new();
    for object in objects.all.iter().filter(|object| object.kind == "LimitRange") {
        for limit in object.root.path(&["spec", "limits"]).into_iter().flat_map(Value::items) {
            if limit.get("type").and_then(Value::text) == Some("Container") {
                found.insert(object.scope(), pods::resources(Some(limit)));
            }
        }
    }
    found
}

fn services<'a>(
    objects: &Objects<'a>,
    by_labels: &Pods<'a>,
    view: &mut Workloads<'a>,
    name: &impl Fn(usize) -> Arc<str>,
) {
    for object in objects.all.iter().filter(|object| object.kind == "Service" && object.api == "v1") {
        let kind = object.root.path(&["spec", "type"]);
        let kind_text = kind.and_then(Value::text).unwrap_or("ClusterIP");
        let ports: Vec<Value<'a>> = object.root.path(&["spec", "ports"]).into_iter().flat_map(Value::items).collect();
        let selector = labels(object.root.path(&["spec", "selector"]));
        let selected = by_labels.with(object.scope(), &selector);
        let mut products: Vec<Product> = Vec::new();
        let mut places: Vec<At<'a>> = Vec::new();
        for n in &selected {
            let Some(workload) = view.all.get_mut(*n) else { continue };
            let mut targets: Vec<std::borrow::Cow<'a, str>> = Vec::new();
            for container in workload.containers.iter().filter(|one| one.role != ContainerRole::Init) {
                let only = workload.containers.iter().filter(|one| one.role == ContainerRole::Main).count() == 1
                    && container.role == ContainerRole::Main;
                let hit = only || ports.iter().any(|port| leads_to(*port, container));
                if hit && !targets.contains(&container.name) {
                    targets.push(container.name.clone());
                    products.extend(container.product.clone().filter(|product| !products.contains(product)));
                }
            }
            workload.services.push(ServiceRef {
                name: object.name.into(),
                kind: kind_text.into(),
                at: object.place().into(),
                targets,
            });
            places.push(workload.at);
        }
        let port = |value: &Value<'a>| {
            let number = |key: &str| value.get(key).and_then(pods::number);
            let at = value.get("nodePort").or_else(|| value.get("port")).unwrap_or(*value);
            let target =
                number("targetPort").or_else(|| if value.get("targetPort").is_none() { number("port") } else { None });
            ServicePort { port: number("port"), target, node_port: number("nodePort"), at: at.into() }
        };
        view.services.push(Service {
            deployment: name(object.deployment),
            name: object.name.into(),
            namespace: (!object.namespace.is_empty()).then(|| object.namespace.into()),
            kind: kind_text.into(),
            at: kind.unwrap_or(object.place()).into(),
            ports: ports.iter().map(port).collect(),
            products,
            selects: places,
        });
    }
}

/// Whether a port of a Service leads to a container, by number or by name.
fn leads_to(port: Value<'_>, container: &Container<'_>) -> bool {
    let target = port.get("targetPort").or_else(|| port.get("port"));
    let Some(target) = target else { return false };
    match (pods::number(target), target.text()) {
        (Some(number), _) => container.ports.iter().any(|port| port.port == number),
        (None, Some(text)) => container.ports.iter().any(|port| port.name.as_deref() == Some(text)),
        _ => false,
    }
}
