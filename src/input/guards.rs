//! Parts of the view `workloads`: what guards pods, against evictions and against each other.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::located::At;

/// A PodDisruptionBudget.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Budget<'a> {
    pub deployment: Arc<str>,
    pub name: Cow<'a, str>,
    pub at: At<'a>,
    /// As written: a number or a percentage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_available: Option<Threshold<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Threshold<'a>>,
    /// Whether its selector is empty or absent and so selects all or nothing by its API version.
    pub selects: Vec<At<'a>>,
    /// Pods that the selected workloads run together; absent where it cannot be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i64>,
}

/// A number of pods, of which percentages are already worked out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Threshold<'a> {
    pub text: Cow<'a, str>,
    /// Pods, percentages rounded up as Kubernetes does; absent where it cannot be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<i64>,
    pub at: At<'a>,
}

/// A NetworkPolicy.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NetworkPolicy<'a> {
    pub deployment: Arc<str>,
    pub name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Cow<'a, str>>,
    pub at: At<'a>,
    /// Whether it governs this direction, inferred as Kubernetes does.
    pub governs_ingress: bool,
    pub governs_egress: bool,
    /// Whether it selects every pod of its namespace.
    pub selects_all: bool,
    pub ingress: Vec<PolicyRule<'a>>,
    pub egress: Vec<PolicyRule<'a>>,
}

/// One entry of `ingress` or `egress`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PolicyRule<'a> {
    pub at: At<'a>,
    /// No `from` or `to`, or an empty one: every peer.
    pub any_peer: bool,
    pub peers: Vec<Peer<'a>>,
    /// Whether it names ports.
    pub ports: bool,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Peer<'a> {
    pub at: At<'a>,
    /// `namespaceSelector: {}` alone: every namespace.
    pub every_namespace: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Cow<'a, str>>,
    pub except: Vec<Cow<'a, str>>,
}

/// A namespace that manifests of the tree state.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Namespace<'a> {
    pub deployment: Arc<str>,
    pub name: Cow<'a, str>,
    /// The first place that states it: the Namespace's name, else the first `metadata.namespace`.
    pub at: At<'a>,
    /// Whether a policy selects every pod of it and allows nothing by itself.
    pub default_deny_ingress: bool,
    pub default_deny_egress: bool,
    /// Whether any policy governs what goes out of it.
    pub governs_egress: bool,
    /// Whether workloads of the tree run in it.
    pub has_workloads: bool,
}
