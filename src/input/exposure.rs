//! Which servers of proxies face the internet (DECISIONS of the catalogue, 7), and in which deployment.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::edges::{Aspect, Edge, EdgeKind, Unseen};
use crate::input::environment;
use crate::input::workloads::{Workload, Workloads};

/// Leaves of the servers of proxies those that are edges, and names the deployment of each: the one whose service mounts
/// its file, else a deployment of its own. A proxy whose file is not in the tree is an edge of which nothing is known.
pub fn complete<'a>(edges: &mut Vec<Edge<'a>>, workloads: &Workloads<'a>, deployments: &mut Vec<Deployment<'a>>) {
    let mut shown: BTreeSet<(Arc<str>, String)> = BTreeSet::new();
    let mut placed = Vec::with_capacity(edges.len());
    let servers = std::mem::take(edges);
    // A server for all names that serves TLS beside one without tells that the file is one of the outermost proxy.
    let unnamed =
        |edge: &&Edge<'a>| edge.kind == EdgeKind::Server && edge.hosts.is_empty() && edge.ports.contains(&443);
    let secured: BTreeSet<Arc<str>> =
        servers.iter().filter(unnamed).filter_map(|edge| edge.files.last()).cloned().collect();
    for edge in servers {
        if edge.files.is_empty() {
            placed.push(edge);
            continue;
        }
        // A router is an edge wherever Traefik itself runs.
        let router = edge.kind == EdgeKind::Router;
        let users: Vec<&Workload<'a>> = workloads.all.iter().filter(|workload| mounts(workload, &edge)).collect();
        for user in &users {
            if router {
                placed.push(Edge { deployment: user.deployment.clone(), ..edge.clone() });
                continue;
            }
            shown.insert((user.deployment.clone(), user.name.to_string()));
            let ports = outside(user, &edge.ports, workloads);
            if ports.iter().any(|port| matches!(port, 80 | 443)) || edge.ports.contains(&443) {
                let ports = if ports.is_empty() { edge.ports.clone() } else { ports };
                placed.push(Edge { deployment: user.deployment.clone(), ports, ..edge.clone() });
            }
        }
        let beside = edge.files.last().is_some_and(|file| secured.contains(file));
        let named = edge.ports.contains(&80) && (!edge.hosts.is_empty() || beside);
        // A value that nothing mounts is no file.
        let in_value = edge.at.0.located().part.is_some();
        if users.is_empty() && !in_value && (router || edge.ports.contains(&443) || named) {
            let file = edge.files.last().cloned().unwrap_or_default();
            if !deployments.iter().any(|known| known.kind == DeploymentKind::Proxy && known.name == file) {
                let mut artefacts = edge.files.clone();
                artefacts.sort();
                artefacts.dedup();
                deployments.push(Deployment {
                    name: file.clone(),
                    kind: DeploymentKind::Proxy,
                    environment: environment::of_path(&file),
                    judged: false,
                    artefacts,
                    at: edge.at,
                });
            }
            placed.push(Edge { deployment: file, ..edge });
        }
    }
    let routed: BTreeSet<Arc<str>> =
        placed.iter().filter(|edge| edge.kind == EdgeKind::Router).map(|edge| edge.deployment.clone()).collect();
    placed.retain(|edge| {
        edge.kind != EdgeKind::Proxy || !shown.contains(&(edge.deployment.clone(), edge.name.to_string()))
    });
    for edge in placed.iter_mut().filter(|edge| edge.kind == EdgeKind::Proxy && edge.locations.is_empty()) {
        if !routed.contains(&edge.deployment) {
            edge.unseen.push(Unseen {
                at: edge.at,
                aspects: Aspect::ALL.to_vec(),
                message: format!("the configuration of the proxy {} is not in the tree", edge.name).into(),
                give: "the proxy's configuration file".into(),
            });
        }
    }
    let secure: BTreeSet<(Arc<str>, String)> =
        placed.iter().filter(|edge| edge.ports.contains(&443)).flat_map(served).collect();
    for edge in &mut placed {
        let also = served(edge).any(|name| secure.contains(&name));
        edge.also_https = also;
    }
    *edges = placed;
}

/// Deployment and names of an edge; one without names serves every other.
fn served<'e>(edge: &'e Edge<'_>) -> impl Iterator<Item = (Arc<str>, String)> + 'e {
    let unnamed = edge.hosts.is_empty().then(String::new);
    let names = edge.hosts.iter().map(|host| host.to_lowercase()).chain(unnamed);
    names.map(|name| (edge.deployment.clone(), name))
}

fn mounts(workload: &Workload<'_>, edge: &Edge<'_>) -> bool {
    let user = || (workload.deployment.clone(), workload.name.to_string());
    if !edge.users.is_empty() && !edge.users.contains(&user()) {
        return false;
    }
    let mut sources = workload.containers.iter().flat_map(|container| &container.mounts).map(|mount| &*mount.source);
    sources.any(|source| {
        edge.files.iter().any(|file| {
            file.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || source.is_empty())
        })
    })
}

/// The ports of the host that lead to those of a server.
fn outside(workload: &Workload<'_>, inside: &[u16], workloads: &Workloads<'_>) -> Vec<u16> {
    if workload.host_network {
        return inside.to_vec();
    }
    let open = workload.published.iter().filter(|port| !port.loopback);
    let leading = open.filter(|port| port.container_port.is_some_and(|port| inside.contains(&port)));
    let balanced = workloads.services.iter().filter(|service| {
        service.kind == "LoadBalancer"
            && service.deployment == workload.deployment
            && service.selects.contains(&workload.at)
    });
    let balanced = balanced.flat_map(|service| &service.ports);
    let balanced = balanced.filter(|port| port.target.is_some_and(|target| inside.contains(&target)));
    let ports = leading.filter_map(|port| port.host_port).chain(balanced.filter_map(|port| port.port));
    ports.collect::<BTreeSet<u16>>().into_iter().collect()
}
