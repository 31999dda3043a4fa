//! The view `workloads` of manifests: pods with everything that selects them.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::collect::kubernetes::environment::{Stores, Taken};
use crate::collect::kubernetes::objects::{Object, Objects, labels, name_of};
use crate::collect::kubernetes::pods::{self, Pod, int, is_true, stated};
use crate::collect::kubernetes::policies;
use crate::collect::kubernetes::rollout;
use crate::collect::kubernetes::scaling::{self, Autoscalers};
use crate::collect::kubernetes::selectors::{Labels, Pods};
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
    let autoscalers = Autoscalers::new(objects);
    let ranges = limit_ranges(objects);
    let reading: &Stores<'a> = stores;
    let found = objects.all.par_iter().map(|object| {
        let mut taken = Taken::default();
        let pods = pods::of(object).into_iter().map(|pod| {
            let deployment = name(object.deployment);
            let mut containers = pods::containers(pod.root);
            for (place, container) in &mut containers {
                container.mounts = reading.mounts(object, pod.root, *place);
            }
            let settings: Vec<Setting<'a>> = containers
                .iter()
                .flat_map(|(place, container)| {
                    reading.container(&mut taken, object, &deployment, *place, container.image.as_ref())
                })
                .collect();
            let autoscaler = autoscalers.of(object).cloned();
            let limit_range = ranges.get(&object.scope()).cloned();
            let own_labels = labels(pod.root.path(&["metadata", "labels"]));
            let mut workload = workload(object, pod, deployment, containers, autoscaler, limit_range);
            workload.spread = rollout::spread(pod.root, &own_labels);
            (workload, settings, own_labels)
        });
        let pods: Vec<_> = pods.collect();
        (pods, taken)
    });
    let found: Vec<_> = found.collect();
    let pods = || found.iter().flat_map(|(pods, _)| pods);
    view.all.reserve_exact(pods().count());
    settings.reserve_exact(pods().map(|(_, settings, _)| settings.len()).sum());
    let mut owners: Vec<Object<'a>> = Vec::new();
    let mut own_labels = Vec::new();
    for (object, (pods, taken)) in objects.all.iter().zip(found) {
        stores.note(taken);
        for (workload, of_containers, of_pod) in pods {
            view.all.push(workload);
            settings.extend(of_containers);
            own_labels.push((*object, of_pod));
            owners.push(*object);
        }
    }
    scaling::scalers(objects, &owners, &mut view, &name);
    let by_labels = Pods::new(own_labels);
    services(objects, &by_labels, &mut view, &name);
    policies::budgets(objects, &by_labels, &owners, &mut view, &name);
    policies::network(objects, &by_labels, &mut view, &name);
    policies::namespaces(objects, &owners, &mut view, &name);
    (view, settings)
}

/// A workload that nothing selects yet.
fn workload<'a>(
    object: &Object<'a>,
    pod: Pod<'a>,
    deployment: Arc<str>,
    containers: Vec<(Value<'a>, Container<'a>)>,
    autoscaler: Option<Autoscaler<'a>>,
    limit_range: Option<Resources<'a>>,
) -> Workload<'a> {
    let host_network = pod.root.path(&["spec", "hostNetwork"]).is_some_and(is_true);
    let replicas = replicas(object, pod, autoscaler.as_ref());
    Workload {
        namespace: (!object.namespace.is_empty()).then(|| object.namespace.into()),
        strategy: rollout::strategy(object, replicas.value).map(Box::new),
        replicas,
        containers: containers.into_iter().map(|(_, container)| container).collect(),
        published: pods::published(pod.root, host_network),
        host_network,
        autoscaler,
        limit_range: limit_range.map(Box::new),
        ..Workload::new(deployment, Platform::Kubernetes, object.kind.into(), object.name.into(), object.place().into())
    }
}

fn replicas<'a>(object: &Object<'a>, pod: Pod<'a>, autoscaler: Option<&Autoscaler<'a>>) -> Replicas<'a> {
    let own = pod.holder.and_then(|holder| stated(holder, &["replicas"]));
    let stated = own.or_else(|| stated(object.root, &["spec", "replicas"]));
    let (value, source, at) = match (autoscaler, stated) {
        (Some(autoscaler), _) => (autoscaler.min, ReplicaSource::Autoscaler, autoscaler.at),
        (None, Some(value)) => (int(value), ReplicaSource::Stated, value.into()),
        // A DaemonSet runs one pod a node, and the tree does not say how many nodes there are.
        (None, None) => ((object.kind != "DaemonSet").then_some(1), ReplicaSource::Default, object.place().into()),
    };
    Replicas { value, source, at, via: Box::default() }
}

/// Defaults that LimitRanges give to containers, by deployment and namespace.
fn limit_ranges<'a>(objects: &Objects<'a>) -> HashMap<(usize, &'a str), Resources<'a>> {
    let mut found: HashMap<(usize, &'a str), Resources<'a>> = HashMap::new();
    for object in objects.all.iter().filter(|object| object.kind == "LimitRange") {
        for limit in object.root.path(&["spec", "limits"]).into_iter().flat_map(Value::items) {
            if limit.get("type").and_then(Value::text) == Some("Container") {
                // Each adds what the ones before it leave out.
                found.entry(object.scope()).or_default().fill(pods::defaults(limit));
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
        // A name of another host has no pods, whatever it selects.
        let external = kind_text == "ExternalName";
        let selector = if external { Labels::new() } else { labels(object.root.path(&["spec", "selector"])) };
        let addresses = object.root.path(&["spec", "externalIPs"]);
        let external_ips = addresses.filter(|list| !external && list.items().next().is_some());
        let selected = by_labels.with(object, &selector);
        let mut products: Vec<Product> = Vec::new();
        let mut places: Vec<At<'a>> = Vec::new();
        for n in &selected {
            let Some(workload) = view.all.get_mut(*n) else { continue };
            let mut targets: Vec<std::borrow::Cow<'a, str>> = Vec::new();
            let of_role = |role| workload.containers.iter().filter(move |one| one.role == role);
            // A sole container serves every port that no sidecar does, even one that it does not declare.
            let alone = of_role(ContainerRole::Main).count() == 1
                && (ports.is_empty()
                    || ports.iter().any(|port| !of_role(ContainerRole::Sidecar).any(|one| leads_to(*port, one))));
            for container in workload.containers.iter().filter(|one| one.role != ContainerRole::Init) {
                let hit = alone && container.role == ContainerRole::Main
                    || ports.iter().any(|port| leads_to(*port, container));
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
            let target = match stated(*value, &["targetPort"]) {
                Some(target) => pods::number(target).or_else(|| named(target.text()?, &selected, &view.all)),
                None => number("port"),
            };
            ServicePort { port: number("port"), target, node_port: number("nodePort"), at: at.into() }
        };
        let ports = ports.iter().map(port).collect();
        view.services.push(Service {
            deployment: name(object.deployment),
            name: object.name.into(),
            namespace: (!object.namespace.is_empty()).then(|| object.namespace.into()),
            kind: kind_text.into(),
            external_ips: external_ips.map(At::from),
            at: kind.unwrap_or(object.place()).into(),
            ports,
            products,
            selects: places,
        });
    }
}

/// Number of the port that the containers of some workloads call by a name.
fn named(name: &str, workloads: &[usize], all: &[Workload<'_>]) -> Option<u16> {
    let containers = workloads.iter().filter_map(|n| all.get(*n)).flat_map(|workload| &workload.containers);
    let mut ports = containers.flat_map(|container| &container.ports);
    ports.find(|port| port.name.as_deref() == Some(name)).map(|port| port.port)
}

/// Whether a port of a Service leads to a container, by number or by name.
fn leads_to(port: Value<'_>, container: &Container<'_>) -> bool {
    let target = stated(port, &["targetPort"]).or_else(|| port.get("port"));
    let Some(target) = target else { return false };
    match (pods::number(target), target.text()) {
        (Some(number), _) => container.ports.iter().any(|port| port.port == number),
        (None, Some(text)) => container.ports.iter().any(|port| port.name.as_deref() == Some(text)),
        _ => false,
    }
}
