//! The view `workloads`: what runs, with everything that selects it already joined.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::dockerfiles::Stage;
use crate::input::guards::{Budget, Namespace, NetworkPolicy};
use crate::input::scheduling::{Probe, Scaler, Spread, Strategy};
use crate::input::settings::Via;
use crate::located::At;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// A task of a play starts it.
    Ansible,
    Compose,
    Kubernetes,
}

/// A service of a compose project, a Kubernetes object that holds a pod template, or a container that a task starts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Workload<'a> {
    pub deployment: Arc<str>,
    pub platform: Platform,
    /// `Deployment`, `StatefulSet`, `DaemonSet`, `Job`, `CronJob`, `Pod`, a custom kind; `service` in compose.
    pub kind: Cow<'a, str>,
    pub name: Cow<'a, str>,
    /// Kubernetes namespace as stated; absent where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Cow<'a, str>>,
    /// Place of the name (Kubernetes: `metadata.name`; compose: the service).
    pub at: At<'a>,
    pub replicas: Replicas<'a>,
    pub containers: Vec<Container<'a>>,
    /// Ports of the host that lead to it (compose `ports`, `hostPort`, host network).
    pub published: Vec<PublishedPort<'a>>,
    pub host_network: bool,
    /// Compose: further names by which others reach it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Cow<'a, str>>,
    /// How copies are replaced, where it is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Box<Strategy<'a>>>,
    /// What keeps copies apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spread: Vec<Spread<'a>>,
    /// Labels of a compose service, those of `deploy` included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label<'a>>,
    /// Kubernetes Services that select it.
    pub services: Vec<ServiceRef<'a>>,
    /// Autoscaler that targets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaler: Option<Autoscaler<'a>>,
    /// Whether an autoscaler of any kind scales it.
    pub autoscaled: bool,
    /// PodDisruptionBudgets that select it, by place.
    pub budgets: Vec<At<'a>>,
    /// PodDisruptionBudgets of the tree that select nothing but are meant for it (same name, same name label, or labels
    /// that fit where one of the two states no namespace).
    pub intended_budgets: Vec<At<'a>>,
    /// NetworkPolicies that select it, by place.
    pub network_policies: Vec<At<'a>>,
    /// LimitRange defaults of its namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_range: Option<Box<Resources<'a>>>,
    /// Whether its deployment has an edge (a proxy or Ingress that faces the internet).
    pub edge_in_deployment: bool,
    /// Compose: whether a base that the tree does not hold may state what it leaves out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overlay: bool,
}

impl<'a> Workload<'a> {
    /// A workload of one copy that states nothing, and that nothing selects.
    pub fn new(deployment: Arc<str>, platform: Platform, kind: Cow<'a, str>, name: Cow<'a, str>, at: At<'a>) -> Self {
        Self {
            deployment,
            platform,
            kind,
            name,
            namespace: None,
            at,
            replicas: Replicas { value: Some(1), source: ReplicaSource::Default, at, via: Box::default() },
            containers: Vec::new(),
            published: Vec::new(),
            host_network: false,
            aliases: Vec::new(),
            strategy: None,
            spread: Vec::new(),
            labels: Vec::new(),
            services: Vec::new(),
            autoscaler: None,
            autoscaled: false,
            budgets: Vec::new(),
            intended_budgets: Vec::new(),
            network_policies: Vec::new(),
            limit_range: None,
            edge_in_deployment: false,
            overlay: false,
        }
    }
}

/// How many copies run, after the autoscaler's minimum.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Replicas<'a> {
    /// Absent where it cannot be known (a value that is no number).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// `stated`, `autoscaler` or `default` (absent means 1).
    pub source: ReplicaSource,
    /// Place of the number, or of the workload's name where none is stated.
    pub at: At<'a>,
    /// The places that the number passed through.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub via: Box<[Via<'a>]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplicaSource {
    Stated,
    Autoscaler,
    Default,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Container<'a> {
    pub name: Cow<'a, str>,
    /// Place of the name; in compose, of the service.
    pub at: At<'a>,
    /// `main`, `init`, or `sidecar` (an init container that restarts always).
    pub role: ContainerRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_at: Option<At<'a>>,
    /// What the image is, from `policies/data/products.yaml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// `command`, `args`, `entrypoint` in order, each word or shell line with its place.
    pub command: Vec<Word<'a>>,
    pub ports: Vec<ContainerPort<'a>>,
    /// Kubernetes: keys whose value is stated but cannot be told before a tool fills it in: `ports`, `livenessProbe`,
    /// `readinessProbe`, `startupProbe`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub unclear: Box<[&'static str]>,
    pub resources: Resources<'a>,
    /// Each probe that is configured and does something; of the last two the place alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness: Option<Box<Probe<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness: Option<At<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup: Option<At<'a>>,
    /// Compose: the check that the service sets itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Box<Healthcheck<'a>>>,
    /// Compose: files and folders of the tree that it sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount<'a>>,
    /// Compose: what its image is built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<Box<Build<'a>>>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Label<'a> {
    pub name: Cow<'a, str>,
    /// Absent where a variable that nothing sets decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    pub at: At<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Via<'a>>,
}

/// A health check as compose knows it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Healthcheck<'a> {
    pub at: At<'a>,
    /// `disable: true`, or a test of `NONE`.
    pub disabled: bool,
    /// The words of `test`, in order.
    pub test: Vec<Word<'a>>,
}

/// A file or folder of the tree that a container sees.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Mount<'a> {
    /// Path of the run.
    pub source: Cow<'a, str>,
    /// Path inside the container.
    pub target: Cow<'a, str>,
    pub at: At<'a>,
}

/// What an image is built from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Build<'a> {
    /// Path of the Dockerfile in the run, whether or not it is there.
    pub dockerfile: Cow<'a, str>,
    /// Stage that is built; absent for the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Cow<'a, str>>,
    pub at: At<'a>,
    /// The stage that is built, where the tree holds the Dockerfile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Box<Stage<'a>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContainerRole {
    Main,
    Init,
    Sidecar,
}

/// What an image is known to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Product {
    /// E.g. `postgres`.
    pub name: Cow<'static, str>,
    /// `database`, `cache`, `proxy`, ...
    pub kind: Cow<'static, str>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Word<'a> {
    pub text: Cow<'a, str>,
    pub at: At<'a>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ContainerPort<'a> {
    /// 1 to 65535.
    pub port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    pub at: At<'a>,
}

/// Requests and limits; compose: reservations and limits.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Resources<'a> {
    /// Place of the block that holds them, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At<'a>>,
    pub requests: Amounts<'a>,
    pub limits: Amounts<'a>,
}

impl<'a> Resources<'a> {
    /// Takes over what it does not state itself.
    pub fn fill(&mut self, other: Self) {
        self.at = self.at.or(other.at);
        for (own, other) in [(&mut self.requests, other.requests), (&mut self.limits, other.limits)] {
            own.cpu = own.cpu.take().or(other.cpu);
            own.memory = own.memory.take().or(other.memory);
        }
    }

    /// Every amount that is stated.
    pub fn all(&self) -> impl Iterator<Item = &Quantity<'a>> {
        let kinds = [&self.requests, &self.limits];
        kinds.into_iter().flat_map(|amounts| [&amounts.cpu, &amounts.memory]).flatten()
    }
}

/// Amounts of the resources that rules know.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Amounts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Quantity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Quantity<'a>>,
}

impl<'a> Amounts<'a> {
    /// The amount of one resource, None for one that rules do not know.
    pub fn get_mut(&mut self, resource: &str) -> Option<&mut Option<Quantity<'a>>> {
        match resource {
            "cpu" => Some(&mut self.cpu),
            "memory" => Some(&mut self.memory),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Quantity<'a> {
    /// As written, e.g. `500m`, `1Gi`.
    pub text: Cow<'a, str>,
    /// Thousandths of a CPU, or thousandths of a byte; absent if the text is no quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milli: Option<i64>,
    pub at: At<'a>,
    /// The places that the amount passed through.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub via: Box<[Via<'a>]>,
}

/// A port of the host.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PublishedPort<'a> {
    /// Address that it listens on; absent is every address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_ip: Option<Cow<'a, str>>,
    /// Whether the address is a loopback one.
    pub loopback: bool,
    /// Absent where the host picks one at random or it cannot be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_port: Option<u16>,
    /// Port inside the container; absent on a host network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_port: Option<u16>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: Cow<'a, str>,
    /// `literal` or `default` where the host port is known, `unknown` where a variable that nothing sets decides.
    pub known: bool,
    pub at: At<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Via<'a>>,
}

/// A Service as the workload that it selects sees it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ServiceRef<'a> {
    pub name: Cow<'a, str>,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    pub kind: Cow<'a, str>,
    pub at: At<'a>,
    /// Names of the containers that its ports lead to, in order, each once.
    pub targets: Vec<Cow<'a, str>>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Autoscaler<'a> {
    pub at: At<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// A Kubernetes Service on its own, whether or not the tree holds what it selects.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Service<'a> {
    pub deployment: Arc<str>,
    pub name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Cow<'a, str>>,
    pub kind: Cow<'a, str>,
    /// Place of `spec.externalIPs`, addresses outside of the cluster at which its ports answer, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ips: Option<At<'a>>,
    /// Place of `spec.type`, or of the name where it is absent.
    pub at: At<'a>,
    pub ports: Vec<ServicePort<'a>>,
    /// Products of the containers that it leads to (empty: it selects nothing in the tree).
    pub products: Vec<Product>,
    /// Workloads that it selects, by place.
    pub selects: Vec<At<'a>>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ServicePort<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Number of the container's port, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_port: Option<u16>,
    /// Place of the port's number.
    pub at: At<'a>,
}

/// The view.
#[derive(Debug, Default)]
pub struct Workloads<'a> {
    pub all: Vec<Workload<'a>>,
    pub services: Vec<Service<'a>>,
    pub autoscalers: Vec<Scaler<'a>>,
    pub budgets: Vec<Budget<'a>>,
    pub network_policies: Vec<NetworkPolicy<'a>>,
    pub namespaces: Vec<Namespace<'a>>,
}

impl Workloads<'_> {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
            && self.services.is_empty()
            && self.autoscalers.is_empty()
            && self.budgets.is_empty()
            && self.network_policies.is_empty()
            && self.namespaces.is_empty()
    }
}
