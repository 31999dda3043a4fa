//! Routers of Traefik that the labels of a project define, with the middlewares and entry points that they use.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::collect::compose::effective::{Effective, Map};
use crate::collect::compose::services;
use crate::collect::traefik::{Opt, Route, hosts, is_secure};
use crate::input::edges::{Answers, Cors, Edge, EdgeKind, Location, Redirect};
use crate::input::workloads::Word;
use crate::located::Value;

/// Middlewares inside chains of middlewares.
const DEEPEST: usize = 8;

/// The routers of a project, each an edge.
pub fn edges<'a>(services: &Map<'a>, deployment: &Arc<str>) -> Vec<Edge<'a>> {
    let project = Labels::read(services);
    let entry_points = EntryPoints::read(services);
    project
        .routers
        .iter()
        .filter_map(|(name, router)| edge(name, router, &project, &entry_points, deployment))
        .collect()
}

/// A label's value where it is known.
#[derive(Clone)]
struct Label<'a> {
    value: Option<Cow<'a, str>>,
    at: Value<'a>,
}

/// Options by router and by middleware; names and options in lower case.
#[derive(Default)]
struct Labels<'a> {
    routers: BTreeMap<String, BTreeMap<String, Label<'a>>>,
    middlewares: BTreeMap<String, Vec<Opt<'a>>>,
}

impl<'a> Labels<'a> {
    fn read(services: &Map<'a>) -> Self {
        let mut all = Self::default();
        for service in services.values() {
            let labels = [service.get("labels"), service.path(&["deploy", "labels"])];
            let entries: Vec<(&Cow<'a, str>, &Effective<'a>)> =
                labels.into_iter().flatten().filter_map(Effective::map).flatten().collect();
            let off = entries.iter().any(|(key, value)| {
                key.eq_ignore_ascii_case("traefik.enable") && value.text().as_deref() == Some("false")
            });
            for (key, value) in entries.into_iter().filter(|_| !off) {
                let key = key.to_lowercase();
                let text = if value.is_unknown() { None } else { Some(value.text().unwrap_or_default()) };
                if let Some((name, option)) =
                    key.strip_prefix("traefik.http.routers.").and_then(|rest| rest.split_once('.'))
                {
                    let label = Label { value: text, at: value.at };
                    all.routers.entry(name.to_string()).or_default().insert(option.to_string(), label);
                } else if let Some((name, option)) =
                    key.strip_prefix("traefik.http.middlewares.").and_then(|rest| rest.split_once('.'))
                {
                    let option = Opt { name: option.to_string(), value: text.unwrap_or_default(), at: value.at };
                    all.middlewares.entry(name.to_string()).or_default().push(option);
                }
            }
        }
        all
    }

    fn apply(&self, route: &mut Route<'a>, list: &str, at: Value<'a>, depth: usize) {
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let (own, provider) = name.split_once('@').unwrap_or((name, "docker"));
            let options = self.middlewares.get(&own.to_lowercase());
            let here = matches!(provider, "docker" | "swarm");
            let Some(options) = options.filter(|_| here && depth < DEEPEST) else {
                route.unseen(at.into(), name);
                continue;
            };
            route.apply(options, at.into());
            for chain in options.iter().filter(|option| option.name == "chain.middlewares") {
                self.apply(route, &chain.value, chain.at, depth + 1);
            }
        }
    }
}

/// Entry points by name in lower case, from the flags of Traefik.
#[derive(Default)]
struct EntryPoints<'a> {
    ports: BTreeMap<String, u16>,
    /// Those that redirect everything, and whether to https.
    redirects: BTreeMap<String, (bool, Value<'a>)>,
}

impl<'a> EntryPoints<'a> {
    fn read(services: &Map<'a>) -> Self {
        Self::of(services.values().flat_map(services::command).collect())
    }

    fn of(flags: Vec<Word<'a>>) -> Self {
        let mut all = Self::default();
        let mut targets: BTreeMap<String, (String, Value<'a>)> = BTreeMap::new();
        for word in flags {
            let Some((flag, value)) = word.text.trim_start_matches('-').split_once('=') else { continue };
            let flag = flag.to_lowercase();
            let Some((name, option)) = flag.strip_prefix("entrypoints.").and_then(|rest| rest.split_once('.')) else {
                continue;
            };
            match option {
                "address" => {
                    let port = value.rsplit(':').next().and_then(|port| port.split('/').next()?.parse().ok());
                    all.ports.extend(port.map(|port| (name.to_string(), port)));
                }
                "http.redirections.entrypoint.to" => {
                    targets.insert(name.to_string(), (value.to_lowercase(), word.at.0));
                }
                _ => {}
            }
        }
        for (name, (to, at)) in targets {
            let port = all.ports.get(&to).copied().or_else(|| to.trim_start_matches(':').parse().ok());
            let secure = port == Some(443) || is_secure(&to);
            all.redirects.insert(name, (secure, at));
        }
        all
    }

    fn port(&self, name: &str) -> u16 {
        self.ports.get(name).copied().unwrap_or(if is_secure(name) { 443 } else { 80 })
    }
}

fn redirect<'a>(location: &mut Location<'a>, to_https: bool, at: Value<'a>) {
    location.redirect = Some(Redirect { at: at.into(), to_https });
    location.answers = Answers::Redirect;
}

/// What an entry point on port 80 answers to everybody, where it redirects.
pub fn entry_point<'a>(service: &Effective<'a>) -> Option<Location<'a>> {
    let entry_points = EntryPoints::of(services::command(service));
    let plain = entry_points.redirects.iter().find(|(name, _)| entry_points.port(name) == 80)?;
    let (to_https, at) = *plain.1;
    let mut location = Route::new(Cow::Borrowed(""), at.into()).location;
    redirect(&mut location, to_https, at);
    Some(location)
}

fn edge<'a>(
    name: &str,
    router: &BTreeMap<String, Label<'a>>,
    project: &Labels<'a>,
    entry_points: &EntryPoints<'a>,
    deployment: &Arc<str>,
) -> Option<Edge<'a>> {
    let rule = router.get("rule")?;
    let text = |option: &str| router.get(option).and_then(|label| label.value.as_deref()).unwrap_or_default();
    let listed: BTreeSet<String> =
        text("entrypoints").split(',').map(|one| one.trim().to_lowercase()).filter(|one| !one.is_empty()).collect();
    let tls = text("tls") == "true" || router.keys().any(|option| option.starts_with("tls."));
    // A router that names none is at all of them; without TLS nothing reaches it where TLS is spoken.
    let listed: BTreeSet<String> = match listed.is_empty() {
        true => entry_points.ports.keys().filter(|entry| tls || entry_points.port(entry) != 443).cloned().collect(),
        false => listed,
    };
    // What an entry point redirects never gets to the router; the edge of the proxy itself says that.
    let (redirected, open): (Vec<&String>, Vec<&String>) =
        listed.iter().partition(|entry| entry_points.redirects.contains_key(*entry));
    let counting = if open.is_empty() { &redirected } else { &open };
    let mut ports: BTreeSet<u16> = counting.iter().map(|entry| entry_points.port(entry)).collect();
    if ports.is_empty() {
        ports.insert(if tls { 443 } else { 80 });
    }
    let shown = rule.value.clone().unwrap_or_default();
    let mut route = Route::new(shown.clone(), rule.at.into());
    if rule.value.is_none() {
        route.unseen(rule.at.into(), "that the rule chooses");
    }
    if let Some(middlewares) = router.get("middlewares") {
        match &middlewares.value {
            Some(list) => project.apply(&mut route, list, middlewares.at, 0),
            None => route.unseen(middlewares.at.into(), "that a variable names"),
        }
    }
    if open.is_empty()
        && let Some((to_https, at)) = redirected.first().and_then(|entry| entry_points.redirects.get(*entry))
    {
        redirect(&mut route.location, *to_https, *at);
    }
    let mut edge = Edge::new(deployment.clone(), EdgeKind::Router, Cow::Owned(name.to_string()), rule.at.into());
    edge.hosts = hosts(&shown).into_iter().map(Cow::Owned).collect();
    edge.ports = ports.into_iter().collect();
    edge.cors = route.origins.first().map(|first| Cors { at: first.at, origins: route.origins.clone() });
    edge.locations = vec![route.location];
    Some(edge)
}
