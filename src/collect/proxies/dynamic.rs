//! Dynamic files of Traefik: routers, and the middlewares that they use.
//!
//! Source: <https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/file/>. The files of one folder are
//! one configuration.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::artefact::{Artefact, Bundle};
use crate::collect::paths;
use crate::collect::traefik::{Opt, Route, hosts, is_secure, options};
use crate::input::edges::{Aspect, Cors, Edge, EdgeKind, Unseen};
use crate::located::Value;

/// Middlewares inside chains of middlewares.
const DEEPEST: usize = 8;

/// Whether a document is such a file.
pub fn recognises(document: Value<'_>) -> bool {
    let Some(http) = document.get("http") else { return false };
    ["routers", "middlewares"].iter().any(|key| http.get(key).is_some_and(|list| !list.entries().is_empty()))
}

/// Whether a text that could not be parsed looks like one.
pub fn suspects(text: &str) -> bool {
    let is = |key: &str| text.lines().any(|line| line.trim_end() == key);
    is("http:") && (is("  routers:") || is("  middlewares:"))
}

/// The routers of all files, each an edge.
pub fn edges(bundle: &Bundle) -> Vec<Edge<'_>> {
    let mut middlewares: BTreeMap<(&str, &str), Vec<Opt<'_>>> = BTreeMap::new();
    let files: Vec<(&Artefact, Value<'_>)> = bundle
        .section("proxies")
        .filter_map(|artefact| Some((artefact, artefact.located.root()?.get("http")?)))
        .collect();
    for (artefact, http) in &files {
        for (name, middleware) in http.get("middlewares").map(Value::entries).unwrap_or_default() {
            middlewares.insert((paths::folder(&artefact.path), name), options(middleware));
        }
    }
    let mut edges = Vec::new();
    for (artefact, http) in files {
        let routers = http.get("routers").map(Value::entries).unwrap_or_default().into_iter();
        let known = Known { folder: paths::folder(&artefact.path), all: &middlewares };
        edges.extend(routers.map(|(name, router)| edge(artefact, name, router, &known)));
    }
    edges
}

/// Users with the hashes of their passwords.
pub fn secrets(root: Value<'_>) -> Vec<Value<'_>> {
    let mut found = Vec::new();
    for (_, middleware) in root.path(&["http", "middlewares"]).map(Value::entries).unwrap_or_default() {
        let lists = ["basicAuth", "digestAuth"].into_iter().filter_map(|kind| middleware.path(&[kind, "users"]));
        found.extend(lists.flat_map(Value::items));
    }
    found
}

/// The middlewares that routers of a folder may use.
struct Known<'k, 'a> {
    folder: &'a str,
    all: &'k BTreeMap<(&'a str, &'a str), Vec<Opt<'a>>>,
}

impl<'a> Known<'_, 'a> {
    fn apply(&self, route: &mut Route<'a>, name: &str, at: Value<'a>, depth: usize) {
        let (own, provider) = name.split_once('@').unwrap_or((name, "file"));
        let found = self.all.get(&(self.folder, own)).filter(|_| provider == "file" && depth < DEEPEST);
        let Some(options) = found else { return route.unseen(at.into(), name) };
        let (open, known): (Vec<Opt<'a>>, Vec<Opt<'a>>) =
            options.iter().cloned().partition(|option| option.value.contains("{{"));
        if let Some(option) = open.first() {
            route.location.unseen.push(Unseen {
                at: option.at.into(),
                aspects: Aspect::ALL.to_vec(),
                message: format!("a template fills in the middleware {own}").into(),
                give: "the file as Traefik sees it".into(),
            });
        }
        route.apply(&known, at.into());
        for chain in known.iter().filter(|option| option.name == "chain.middlewares") {
            self.apply(route, &chain.value, chain.at, depth + 1);
        }
    }
}

fn edge<'a>(artefact: &'a Artefact, name: &'a str, router: Value<'a>, known: &Known<'_, 'a>) -> Edge<'a> {
    let rule = router.get("rule");
    let (text, at) = (rule.and_then(Value::text).unwrap_or_default(), rule.unwrap_or(router));
    let mut entries = router.get("entryPoints").into_iter().flat_map(Value::items).filter_map(Value::text);
    let secure = router.get("tls").is_some() || entries.any(|entry| is_secure(&entry.to_lowercase()));
    let mut route = Route::new(Cow::Borrowed(text), at.into());
    for used in router.get("middlewares").into_iter().flat_map(Value::items) {
        known.apply(&mut route, used.text().unwrap_or_default(), used, 0);
    }
    let mut edge = Edge::new("".into(), EdgeKind::Router, name.into(), at.into());
    edge.files = vec![artefact.path.clone()];
    edge.hosts = hosts(text).into_iter().filter(|host| !host.contains("{{")).map(Cow::Owned).collect();
    edge.ports = vec![if secure { 443 } else { 80 }];
    edge.cors = route.origins.first().map(|first| Cors { at: first.at, origins: route.origins.clone() });
    edge.locations = vec![route.location];
    edge
}
