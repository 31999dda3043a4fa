//! Ingresses and Traefik routes: where the internet meets the cluster.

use std::borrow::Cow;
use std::sync::Arc;

use crate::collect::kubernetes::objects::{Object, Objects, name_of};
use crate::collect::kubernetes::pods::is_template;
use crate::input::edges::{Cors, Edge, EdgeKind, Origin};
use crate::located::Value;

/// Annotations of ingress-nginx.
const NGINX: &str = "nginx.ingress.kubernetes.io/";

/// The edges of all manifests.
pub fn build<'a>(objects: &Objects<'a>) -> Vec<Edge<'a>> {
    let edges = objects.all.iter().filter_map(|object| {
        let deployment = name_of(&objects.deployments, object.deployment);
        match object.kind {
            "Ingress" if object.api.starts_with("networking.k8s.io/") || object.api.starts_with("extensions/") => {
                Some(ingress(object, deployment))
            }
            "IngressRoute" => Some(route(object, deployment)),
            _ => None,
        }
    });
    edges.collect()
}

fn ingress<'a>(object: &Object<'a>, deployment: Arc<str>) -> Edge<'a> {
    let rules = object.root.path(&["spec", "rules"]).into_iter().flat_map(Value::items);
    let hosts = rules.filter_map(|rule| rule.get("host")).filter_map(Value::text).map(Cow::Borrowed).collect();
    let tls = object.root.path(&["spec", "tls"]).is_some_and(|tls| tls.items().next().is_some());
    let mut edge = Edge::new(deployment, EdgeKind::Ingress, object.name.into(), object.place().into());
    edge.hosts = hosts;
    edge.ports = if tls { vec![80, 443] } else { vec![80] };
    edge.cors = cors(object);
    edge
}

/// What ingress-nginx answers to other origins: without a list of its own it allows all of them.
fn cors<'a>(object: &Object<'a>) -> Option<Cors<'a>> {
    let annotations = object.root.path(&["metadata", "annotations"])?;
    let annotation = |name: &str| annotations.get(&format!("{NGINX}{name}"));
    let enabled = annotation("enable-cors").filter(|value| value.text() == Some("true"))?;
    let list = annotation("cors-allow-origin");
    let text = list.and_then(Value::text).unwrap_or_default();
    let origins = list.into_iter().flat_map(|at| {
        let items = text.split(',').map(str::trim).filter(|origin| !origin.is_empty() && !is_template(origin));
        items.map(move |origin| Origin { value: origin.into(), at: at.into() })
    });
    // A list that something fills in later is no empty list.
    if is_template(text) { None } else { Some(Cors { at: enabled.into(), origins: origins.collect() }) }
}

fn route<'a>(object: &Object<'a>, deployment: Arc<str>) -> Edge<'a> {
    let entries = object.root.path(&["spec", "entryPoints"]).into_iter().flat_map(Value::items).filter_map(Value::text);
    let secure = object.root.path(&["spec", "tls"]).is_some()
        || entries.map(str::to_lowercase).any(|entry| entry == "websecure" || entry == "https");
    let rules = object.root.path(&["spec", "routes"]).into_iter().flat_map(Value::items);
    let matches = rules.filter_map(|rule| rule.get("match").and_then(Value::text));
    let hosts = matches.flat_map(|rule| rule.split("Host(").skip(1)).filter_map(|rest| rest.split(')').next());
    let hosts = hosts.flat_map(|list| list.split(',')).map(|host| host.trim().trim_matches(['`', '"']));
    let mut edge = Edge::new(deployment, EdgeKind::Router, object.name.into(), object.place().into());
    edge.hosts = hosts.map(Cow::Borrowed).collect();
    edge.ports = vec![if secure { 443 } else { 80 }];
    edge
}
