//! The view `edges`: where the internet meets a deployment.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::located::At;

/// What an edge is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// A proxy's container that publishes port 80 or 443.
    Proxy,
    /// A Kubernetes Ingress.
    Ingress,
}

/// One edge.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Edge<'a> {
    pub deployment: Arc<str>,
    pub kind: EdgeKind,
    /// The compose service, or the Ingress.
    pub name: Cow<'a, str>,
    pub at: At<'a>,
    /// Host names that it serves, where they are known.
    pub hosts: Vec<Cow<'a, str>>,
    /// Ports that it serves (80, 443, ...).
    pub ports: Vec<u16>,
    /// Cross-origin answers; absent where the edge sends none that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors<'a>>,
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
    pub value: Cow<'a, str>,
    pub at: At<'a>,
}
