//! Ingresses and Traefik routes: where the internet meets the cluster.

use std::borrow::Cow;
use std::sync::Arc;

use crate::collect::kubernetes::ingress::NGINX;
use crate::collect::kubernetes::nearest::Nearest;
use crate::collect::kubernetes::objects::{Object, Objects, name_of};
use crate::collect::kubernetes::pods::is_template;
use crate::collect::traefik::{Opt, Route, hosts, is_secure, options};
use crate::input::edges::{Cors, Edge, EdgeKind, Origin};
use crate::located::Value;

/// The edges of all manifests.
pub fn build<'a>(objects: &Objects<'a>) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    let mut known: Option<Middlewares<'a>> = None;
    for object in &objects.all {
        match object.kind {
            "Ingress" if object.api.starts_with("networking.k8s.io/") || object.api.starts_with("extensions/") => {
                edges.push(ingress(object, name_of(&objects.deployments, object.deployment)));
            }
            "IngressRoute" => {
                let known = known.get_or_insert_with(|| middlewares(objects));
                edges.extend(route(object, name_of(&objects.deployments, object.deployment), known));
            }
            _ => {}
        }
    }
    edges
}

fn ingress<'a>(object: &Object<'a>, deployment: Arc<str>) -> Edge<'a> {
    let rules = object.root.path(&["spec", "rules"]).into_iter().flat_map(Value::items);
    let hosts = rules.filter_map(|rule| rule.get("host")).filter_map(Value::text).map(Cow::Borrowed).collect();
    let tls = object.root.path(&["spec", "tls"]).is_some_and(|tls| tls.items().next().is_some());
    let mut edge = Edge::new(deployment, EdgeKind::Ingress, object.name.into(), object.place().into());
    edge.hosts = hosts;
    edge.ports = if tls { vec![80, 443] } else { vec![80] };
    edge.cors = cors(object);
    edge.locations = super::ingress::locations(object, tls);
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
        items.map(move |origin| Origin::new(origin.into(), at.into()))
    });
    // A list that something fills in later is no empty list.
    if is_template(text) { None } else { Some(Cors { at: enabled.into(), origins: origins.collect() }) }
}

fn route<'a>(object: &Object<'a>, deployment: Arc<str>, middlewares: &Middlewares<'a>) -> Vec<Edge<'a>> {
    let entries = object.root.path(&["spec", "entryPoints"]).into_iter().flat_map(Value::items).filter_map(Value::text);
    let secure =
        object.root.path(&["spec", "tls"]).is_some() || entries.map(str::to_lowercase).any(|entry| is_secure(&entry));
    let rules = object.root.path(&["spec", "routes"]).into_iter().flat_map(Value::items);
    let edge = |rule: Value<'a>| {
        let text = rule.get("match").and_then(Value::text).unwrap_or_default();
        let at = rule.get("match").unwrap_or(rule);
        let mut route = Route::new(text.into(), at.into());
        for used in rule.get("middlewares").into_iter().flat_map(Value::items) {
            let Some(name) = used.get("name") else { continue };
            let text = name.text().unwrap_or_default();
            let there = used.get("namespace").and_then(Value::text).filter(|there| *there != object.namespace);
            match middlewares.get(object, text).filter(|_| there.is_none()) {
                Some(options) => route.apply(options, name.into()),
                None => route.unseen(name.into(), text),
            }
        }
        let mut edge = Edge::new(deployment.clone(), EdgeKind::Router, object.name.into(), at.into());
        edge.hosts = hosts(text).into_iter().map(Cow::Owned).collect();
        edge.ports = vec![if secure { 443 } else { 80 }];
        edge.cors = route.origins.first().map(|first| Cors { at: first.at, origins: route.origins.clone() });
        edge.locations = vec![route.location];
        edge
    };
    rules.map(edge).collect()
}

type Middlewares<'a> = Nearest<'a, &'a str, Vec<Opt<'a>>>;

/// The Middleware resources of Traefik with their options.
fn middlewares<'a>(objects: &Objects<'a>) -> Middlewares<'a> {
    let mut all = Nearest::default();
    for object in objects.all.iter().filter(|object| object.kind == "Middleware" && object.api.contains("traefik")) {
        all.insert(object, object.name, object.spec().map(options).unwrap_or_default());
    }
    all
}
