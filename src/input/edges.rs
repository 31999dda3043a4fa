//! The view `edges`: where the internet meets a deployment, and what it answers at each place.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::settings::Via;
use crate::located::At;

/// What an edge is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// A proxy's container that publishes port 80 or 443.
    Proxy,
    /// A server of a proxy's file: nginx `server`, a site of Caddy, a frontend of HAProxy.
    Server,
    /// A router of Traefik: labels, IngressRoute or dynamic file.
    Router,
    /// A Kubernetes Ingress.
    Ingress,
}

/// One edge.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Edge<'a> {
    pub deployment: Arc<str>,
    pub kind: EdgeKind,
    /// The compose service, the server's or router's name, or the Ingress.
    pub name: Cow<'a, str>,
    pub at: At<'a>,
    /// Host names that it serves, where they are known.
    pub hosts: Vec<Cow<'a, str>>,
    /// Ports that it serves (80, 443, ...).
    pub ports: Vec<u16>,
    /// Whether the same proxy serves one of its names on port 443 too.
    pub also_https: bool,
    /// Cross-origin answers; absent where the edge sends none that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors<'a>>,
    /// Where it answers requests; a server without places of its own has one, `/`.
    pub locations: Vec<Location<'a>>,
    /// Limits on requests that are defined for it and that nothing uses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused_limits: Vec<Origin<'a>>,
    /// Files of a proxy that it comes from, by which the service that mounts them is found.
    #[serde(skip)]
    #[schemars(skip)]
    pub files: Vec<Arc<str>>,
    /// Services in whose environment it is as it is, by deployment and name; empty for any that mounts its files.
    #[serde(skip)]
    #[schemars(skip)]
    pub users: BTreeSet<(Arc<str>, String)>,
    /// What the tree does not show of the edge as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<Unseen<'a>>,
}

impl<'a> Edge<'a> {
    /// An edge of which only its place is known.
    pub fn new(deployment: Arc<str>, kind: EdgeKind, name: Cow<'a, str>, at: At<'a>) -> Self {
        Self {
            deployment,
            kind,
            name,
            at,
            hosts: Vec::new(),
            ports: Vec::new(),
            also_https: false,
            cors: None,
            locations: Vec::new(),
            unused_limits: Vec::new(),
            files: Vec::new(),
            users: BTreeSet::new(),
            unseen: Vec::new(),
        }
    }
}

/// What an edge answers to requests of other origins.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cors<'a> {
    /// Place of the switch that turns it on.
    pub at: At<'a>,
    /// Allowed origins as written; empty where the controller's own default counts.
    pub origins: Vec<Origin<'a>>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Origin<'a> {
    /// As written; `$http_origin` where the origin that asks is sent back untested.
    pub value: Cow<'a, str>,
    pub at: At<'a>,
    /// Whether it counts for files alone, and without credentials.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    pub files_only: bool,
}

impl<'a> Origin<'a> {
    pub fn new(value: Cow<'a, str>, at: At<'a>) -> Self {
        Self { value, at, files_only: false }
    }
}

/// One place at which an edge answers, with what counts there after all inheritance.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Location<'a> {
    /// The name, path or rule that states it (a finding at the location points here).
    pub at: At<'a>,
    /// As matched: a prefix, a path, or an expression; `/` for everything.
    pub path: Cow<'a, str>,
    pub matching: Matching,
    pub answers: Answers,
    /// Headers that every answer of it carries.
    pub headers: Vec<Header<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect<'a>>,
    /// Limits on requests that are in force.
    pub rate_limits: Vec<RateLimit<'a>>,
    /// Largest body that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<Upload<'a>>,
    pub access: Access<'a>,
    /// What the tree does not show of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<Unseen<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Matching {
    Prefix,
    Exact,
    Expression,
}

/// What a location does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// Passes it on to a program.
    Proxy,
    /// Serves files.
    Files,
    /// Redirects it.
    Redirect,
    /// Answers a fixed status or text.
    Fixed,
    /// Answers nobody from outside (`internal`, error pages).
    Internal,
}

/// A header of an answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Header<'a> {
    /// In lower case.
    pub name: Cow<'a, str>,
    /// Absent where a variable decides that the tree does not show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    pub at: At<'a>,
    /// The places that it passed through: an include, a middleware's use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Via<'a>>,
}

/// A redirection.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Redirect<'a> {
    pub at: At<'a>,
    /// Whether it leads to https.
    pub to_https: bool,
}

/// A limit on requests.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RateLimit<'a> {
    pub at: At<'a>,
    /// Thousandths of a request a second that one client may send; 0 is a limit of nothing or none at all; absent where
    /// it cannot be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milli_per_second: Option<u64>,
}

/// A limit on the size of a request's body.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Upload<'a> {
    /// Bytes; 0 is no limit.
    pub max_bytes: u64,
    /// Where it is stated; absent where it is the proxy's own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At<'a>>,
}

/// Who may ask.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Access<'a> {
    /// Networks that may (CIDR, address, or `all`), where a list is in force; all others are refused only if `denies`.
    pub allow: Vec<Origin<'a>>,
    /// Whether whoever is not in the list is refused.
    pub denies: bool,
    /// Place of a check of who asks (basic auth, forward auth, client certificate).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticated: Option<At<'a>>,
}

/// What the tree does not show.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Unseen<'a> {
    pub at: At<'a>,
    /// Which of the location's or edge's parts it could set.
    pub aspects: Vec<Aspect>,
    /// What is missing, e.g. "the included file snippets/tls.conf is not in the tree".
    pub message: Cow<'a, str>,
    /// The evidence that would decide it.
    pub give: Cow<'a, str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    Locations,
    Headers,
    Redirect,
    RateLimits,
    Upload,
    Access,
    Cors,
}

impl Aspect {
    /// All of them, for an edge of which nothing is shown.
    pub const ALL: [Aspect; 7] = [
        Aspect::Locations,
        Aspect::Headers,
        Aspect::Redirect,
        Aspect::RateLimits,
        Aspect::Upload,
        Aspect::Access,
        Aspect::Cors,
    ];
}
