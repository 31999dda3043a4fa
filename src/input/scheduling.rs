//! Parts of the view `workloads`: how copies are started, watched, replaced, spread and scaled.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::guards::Threshold;
use crate::located::At;

/// A number of a manifest.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Number<'a> {
    /// Absent where it is no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    pub at: At<'a>,
}

/// A probe that does something; what it leaves out has Kubernetes' defaults: a period of 10 s, a timeout of 1 s,
/// 3 failures, no delay (<https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>).
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Probe<'a> {
    pub at: At<'a>,
    /// Seconds from one probe to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Number<'a>>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Number<'a>>,
    /// Failures in a row until the container is restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<Number<'a>>,
    /// Seconds before the first probe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_delay: Option<Number<'a>>,
}

/// How copies are replaced: `strategy` of a Deployment, `deploy.update_config` of a compose service.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Strategy<'a> {
    pub at: At<'a>,
    /// `RollingUpdate`, `Recreate`; of compose `start-first`, `stop-first`.
    pub kind: Cow<'a, str>,
    /// Copies that may be missing meanwhile; percentages rounded down as Kubernetes does, of compose `parallelism`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Threshold<'a>>,
}

/// What keeps copies apart: a topology spread constraint, or a term of pod anti-affinity.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Spread<'a> {
    pub at: At<'a>,
    pub kind: SpreadKind,
    /// Label of nodes whose values are kept apart.
    pub key: Cow<'a, str>,
    /// Whether its selector selects the workload's own pods.
    pub selects_own: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpreadKind {
    /// A topology spread constraint, which is about the workload's own pods.
    Constraint,
    /// A term of pod anti-affinity, which may keep away from other pods.
    AntiAffinity,
}

/// A HorizontalPodAutoscaler, or a ScaledObject of KEDA.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Scaler<'a> {
    pub deployment: Arc<str>,
    pub kind: Cow<'a, str>,
    /// As stated, e.g. `autoscaling/v2`.
    pub api: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub at: At<'a>,
    /// Kind and name of what it scales.
    pub target: Cow<'a, str>,
    pub target_at: At<'a>,
    /// Whether the tree holds an object of that kind and name.
    pub target_exists: bool,
    /// Workloads that it scales, by place.
    pub scales: Vec<At<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Number<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Number<'a>>,
    pub metrics: Vec<Metric<'a>>,
}

/// What an autoscaler goes by.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Metric<'a> {
    pub at: At<'a>,
    /// `cpu` or `memory`; absent for every other metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Cow<'a, str>>,
    /// `Utilization`, `AverageValue`, ... as stated.
    pub target: Cow<'a, str>,
    /// Percent of the request, for a utilisation; absent where it is no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<i64>,
}
