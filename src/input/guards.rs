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
    /// Workloads that it selects, by place.
    pub selects: Vec<At<'a>>,
    /// What decides which workloads it selects and is not in the tree: `namespace` (its labels fit workloads of which only
    /// they or only the budget state one) or `selector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unclear: Option<&'static str>,
    /// Pods that the selected workloads run together; absent where it cannot be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i64>,
}

/// A number of pods, of which percentages are already worked out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Threshold<'a> {
    pub text: Cow<'a, str>,
    /// Pods, percentages rounded as Kubernetes does; absent where it cannot be known, or Kubernetes takes no such number.
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
    /// Places that cannot be read, so that it may allow anything: its own where something else stands than a list of rules
    /// or peers, and those of peers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<At<'a>>,
    pub peers: Vec<Peer<'a>>,
    /// Whether it names ports.
    pub ports: bool,
}

impl PolicyRule<'_> {
    /// Whether nothing of it can be read.
    pub fn is_hidden(&self) -> bool {
        self.peers.is_empty() && !self.unclear.is_empty()
    }
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Peer<'a> {
    pub at: At<'a>,
    /// `namespaceSelector: {}`, alone or with an empty `podSelector`: every pod of every namespace.
    pub every_namespace: bool,
    /// Whether its address range, before exceptions, holds every address of a family; absent where the peer names nobody
    /// that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_address: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Cow<'a, str>>,
    pub except: Vec<Cow<'a, str>>,
}

/// A namespace that manifests of the tree state, or `default` for workloads that state none and stand beside policies.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Namespace<'a> {
    pub deployment: Arc<str>,
    pub name: Cow<'a, str>,
    /// The first place that states it: the Namespace's name, else the first `metadata.namespace`, else the
    /// first workload that states none.
    pub at: At<'a>,
    /// Whether a policy selects every pod of it and allows nothing by itself; absent, as the next two, where that depends
    /// on the namespace that a policy or the workloads get when they are applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_deny_ingress: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_deny_egress: Option<bool>,
    /// Whether any policy governs what goes out of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governs_egress: Option<bool>,
    /// Whether workloads of the tree run in it.
    pub has_workloads: bool,
}
