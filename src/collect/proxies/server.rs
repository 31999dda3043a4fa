//! The servers of nginx, each with its locations.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::artefact::Bundle;
use crate::collect::proxies::context::{self, Http, Level, is_known};
use crate::collect::proxies::directives::{Block, Directive};
use crate::collect::proxies::variables::{Test, Variables};
use crate::input::edges::{
    Answers, Aspect, Cors, Edge, EdgeKind, Header, Location, Matching, Origin, Redirect, Unseen,
};
use crate::located::Value;

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// Every server of every file that no other file of the tree includes.
pub fn edges(bundle: &Bundle) -> Vec<Edge<'_>> {
    let mut included: BTreeSet<Arc<str>> = BTreeSet::new();
    let roots: Vec<(&crate::artefact::Artefact, Value<'_>)> =
        bundle.section("proxies").filter_map(|artefact| Some((artefact, artefact.located.root()?))).collect();
    for (artefact, root) in &roots {
        let mut lists = vec![*root];
        while let Some(list) = lists.pop() {
            let block = Block::read(list, bundle);
            included.extend(block.files.iter().filter(|file| **file != artefact.path).cloned());
            lists.extend(list.items().filter_map(|item| item.get("block")));
        }
    }
    let mut edges = Vec::new();
    for (artefact, root) in roots.iter().filter(|(artefact, _)| !included.contains(&artefact.path)) {
        let top = Block::read(*root, bundle);
        let http = match top.last("http").and_then(|http| http.block) {
            Some(http) => Block::read(http, bundle),
            None => top,
        };
        let facts = Http::new(&http, bundle);
        let level = Level::default().inside(&http, &facts);
        let first = edges.len();
        let mut used: BTreeSet<&str> = level.zones.iter().copied().collect();
        for server in http.all("server") {
            let Some(list) = server.block else { continue };
            let mut edge = build(server, list, &level, &facts, bundle, &mut used);
            edge.files.push(artefact.path.clone());
            edges.push(edge);
        }
        // A zone is unused wherever it stands; the first server of the file says so.
        if let Some(edge) = edges.get_mut(first) {
            let unused = facts.zones.iter().filter(|(name, _)| !used.contains(*name));
            edge.unused_limits = unused.map(|(name, (_, at))| Origin::new((*name).into(), (*at).into())).collect();
            edge.unused_limits.sort_by(|a, b| a.value.cmp(&b.value));
        }
    }
    edges
}

fn build<'a>(
    server: &Directive<'a>,
    list: Value<'a>,
    outer: &Level<'a>,
    http: &Http<'a>,
    bundle: &'a Bundle,
    used: &mut BTreeSet<&'a str>,
) -> Edge<'a> {
    let block = Block::read(list, bundle);
    let level = outer.inside(&block, http);
    used.extend(level.zones.iter());
    let names: Vec<&str> = block.all("server_name").flat_map(Directive::words).collect();
    let known = |name: &&&str| !matches!(**name, "_" | "" | "localhost") && is_known(name);
    let hosts: Vec<Cow<'a, str>> = names.iter().filter(known).map(|name| Cow::Borrowed(*name)).collect();
    let name = hosts.first().cloned().unwrap_or(Cow::Borrowed("server"));
    let mut edge = Edge::new("".into(), EdgeKind::Server, name, server.at.into());
    edge.files = vec![server.at.located().key().clone()];
    edge.ports = ports(&block);
    edge.hosts = hosts;
    let errors: BTreeSet<&str> = block.all("error_page").filter_map(|page| page.words().last()).collect();
    let mut found = Found::default();
    let variables = Variables::new(http, bundle).after(&block);
    let decided = redirect(&block, bundle);
    let whole = decided.as_ref().is_some_and(|(_, always)| *always) || fixed(&block);
    let mut walker = Walker { http, bundle, variables: &variables, used, errors, server: decided, found: &mut found };
    if !whole {
        walker.locations(&block, &level);
    }
    if walker.found.locations.is_empty() {
        let at = server.at;
        walker.location((at, "/", Matching::Prefix), &block, &level, &variables);
    } else {
        // What locations inherit counts there; of the server itself its conditions are left.
        walker.origins(&block, &Level { headers: Vec::new(), ..level.clone() }, &variables);
    }
    edge.locations = found.locations;
    edge.unseen = found.unseen;
    // A place that counts for programs too counts for them.
    found.origins.sort_by_key(|origin| origin.files_only);
    let mut seen = BTreeSet::new();
    found.origins.retain(|origin| seen.insert((origin.at.0.span().start, origin.value.to_string())));
    edge.cors = found.origins.first().map(|first| Cors { at: first.at, origins: found.origins.clone() });
    edge
}

#[derive(Default)]
struct Found<'a> {
    locations: Vec<Location<'a>>,
    origins: Vec<Origin<'a>>,
    /// Cross-origin answers that variables decide which the tree does not show.
    unseen: Vec<Unseen<'a>>,
}

struct Walker<'w, 'a> {
    http: &'w Http<'a>,
    bundle: &'a Bundle,
    /// Those of the server.
    variables: &'w Variables<'w, 'a>,
    used: &'w mut BTreeSet<&'a str>,
    errors: BTreeSet<&'a str>,
    /// The redirection of the server as a whole.
    server: Option<(Redirect<'a>, bool)>,
    found: &'w mut Found<'a>,
}

impl<'a> Walker<'_, 'a> {
    fn locations(&mut self, outer: &Block<'a>, level: &Level<'a>) {
        for location in outer.all("location") {
            let Some(list) = location.block else { continue };
            let (matching, path) = match (location.word(0), location.args.get(1)) {
                (Some("="), Some(path)) => (Matching::Exact, *path),
                (Some("~" | "~*"), Some(path)) => (Matching::Expression, *path),
                (Some("^~"), Some(path)) => (Matching::Prefix, *path),
                _ => (Matching::Prefix, *location.args.first().unwrap_or(&location.at)),
            };
            let block = Block::read(list, self.bundle);
            let inner = level.inside(&block, self.http);
            self.used.extend(inner.zones.iter());
            let place = (path, path.text().unwrap_or_default(), matching);
            let variables = self.variables.after(&block);
            self.location(place, &block, &inner, &variables);
            self.locations(&block, &inner);
        }
    }

    fn location(
        &mut self,
        (at, path, matching): (Value<'a>, &'a str, Matching),
        block: &Block<'a>,
        level: &Level<'a>,
        variables: &Variables<'_, 'a>,
    ) {
        let own = redirect(block, self.bundle);
        let decided = own.or_else(|| self.server.clone());
        let passes = block.directives.iter().any(|one| one.name.ends_with("_pass") && one.name != "proxy_pass_header");
        let internal = path.starts_with('@') || block.last("internal").is_some() || self.errors.contains(path);
        let answers = match &decided {
            _ if internal => Answers::Internal,
            Some((_, true)) => Answers::Redirect,
            _ if fixed(block) => Answers::Fixed,
            _ if passes => Answers::Proxy,
            _ => Answers::Files,
        };
        let first = self.found.origins.len();
        self.origins(block, level, variables);
        let credentials = level.headers.iter().any(|header| header.name == "access-control-allow-credentials");
        for origin in &mut self.found.origins[first..] {
            origin.files_only = answers == Answers::Files && !credentials;
        }
        self.found.locations.push(Location {
            at: at.into(),
            path: path.into(),
            matching,
            answers,
            headers: level.headers.clone(),
            redirect: decided.map(|(redirect, _)| redirect),
            rate_limits: level.limits.clone(),
            upload: level.upload.clone(),
            access: level.access.clone(),
            unseen: level.unseen.clone(),
        });
        if matches!(answers, Answers::Proxy | Answers::Files) {
            self.conditions(block, level);
        }
    }

    /// An `if` with headers of its own answers in place of its location, without the headers around it; one that answers by
    /// itself, as to preflights, carries no page.
    /// <https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header>
    fn conditions(&mut self, block: &Block<'a>, level: &Level<'a>) {
        let Some(outer) = self.found.locations.last().cloned() else { return };
        for condition in block.all("if") {
            let Some(list) = condition.block else { continue };
            let inner = Block::read(list, self.bundle);
            let answers = inner.directives.iter().any(|one| matches!(one.name, "return" | "rewrite" | "break"));
            if answers || inner.all("add_header").next().is_none() {
                continue;
            }
            let headers = level.inside(&inner, self.http).headers;
            self.found.locations.push(Location { at: condition.at.into(), headers, ..outer.clone() });
        }
    }

    /// Origins that a level lets in, and those of its `if`s.
    fn origins(&mut self, block: &Block<'a>, level: &Level<'a>, variables: &Variables<'_, 'a>) {
        for header in level.headers.iter().filter(|header| header.name == ALLOW_ORIGIN) {
            self.allow(header, variables, &[Test::None]);
        }
        for condition in block.all("if") {
            let Some(list) = condition.block else { continue };
            let inner = Block::read(list, self.bundle);
            let headers = context::sent(&inner);
            let mut own = headers.iter().filter(|header| header.name == ALLOW_ORIGIN).peekable();
            if own.peek().is_none() {
                continue;
            }
            let (inside, tests) = variables.inside(condition, &inner, self.variables);
            for header in own {
                self.allow(header, &inside, &tests);
            }
        }
    }

    fn allow(&mut self, header: &Header<'a>, variables: &Variables<'_, 'a>, tests: &[Test<'a>]) {
        let text = context::written(header);
        let allowed = variables.origins(text, header.at.0, tests);
        self.found.origins.extend(allowed.origins);
        if allowed.open && self.found.unseen.iter().all(|known| known.at.0 != header.at.0) {
            self.found.unseen.push(Unseen {
                at: header.at,
                aspects: vec![Aspect::Cors],
                message: format!("which origins `{text}` lets in is decided by what the tree does not show").into(),
                give: "the file that sets its variables".into(),
            });
        }
    }
}

/// A redirection of a block, and whether every request gets it; an `if` about scheme, port or host asks for it alone.
fn redirect<'a>(block: &Block<'a>, bundle: &'a Bundle) -> Option<(Redirect<'a>, bool)> {
    let of = |one: &Directive<'a>| {
        let target = match (one.name, one.word(0), one.word(1)) {
            ("return", Some(code), Some(url)) if ["301", "302", "303", "307", "308"].contains(&code) => url,
            ("return", Some(url), None) if url.contains("://") => url,
            ("rewrite", Some(_), Some(url)) if url.contains("://") => url,
            _ => return None,
        };
        Some(Redirect { at: one.at.into(), to_https: target.starts_with("https://") })
    };
    if let Some(found) = block.directives.iter().find_map(of) {
        return Some((found, true));
    }
    let condition = block.all("if").find_map(|one| {
        let inner = Block::read(one.block?, bundle);
        inner.directives.iter().find_map(of)
    });
    condition.map(|found| (found, false))
}

/// Whether a block answers every request by itself.
fn fixed(block: &Block<'_>) -> bool {
    let answers = |one: &Directive<'_>| match one.name {
        "return" => one.word(0).is_some_and(|code| code.len() == 3 && !code.starts_with('3')),
        "stub_status" | "empty_gif" => true,
        _ => false,
    };
    block.directives.iter().any(answers)
}

/// Ports that a server listens on, loopback apart; without `listen` it is 80.
fn ports(block: &Block<'_>) -> Vec<u16> {
    let mut listens = block.all("listen").filter_map(|listen| listen.word(0)).peekable();
    if listens.peek().is_none() {
        return vec![80];
    }
    let port = |address: &str| {
        if address.starts_with("unix:")
            || address.starts_with("127.")
            || address.starts_with("[::1]")
            || address.starts_with("localhost")
        {
            return None;
        }
        let last = address.rsplit(':').next().unwrap_or(address);
        match last.parse::<u16>() {
            Ok(port) => Some(port),
            Err(_) => is_known(address).then_some(80),
        }
    };
    listens.filter_map(port).collect::<BTreeSet<u16>>().into_iter().collect()
}
