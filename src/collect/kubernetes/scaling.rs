//! Autoscalers of manifests: what they scale, between which bounds, and by what.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::HashSet;

use crate::collect::kubernetes::nearest::Nearest;
use crate::collect::kubernetes::objects::{Object, Objects};
use crate::collect::kubernetes::pods::{int, stated};
use crate::input::scheduling::{Metric, Number, Scaler};
use crate::input::workloads::{Autoscaler, Workloads};
use crate::located::Value;

/// What an autoscaler names: the kind and name of its target, and the bounds that it states.
struct Stated<'a> {
    keda: bool,
    kind: &'a str,
    target: &'a str,
    min: Option<Number<'a>>,
    max: Option<Number<'a>>,
}

/// The autoscalers among the objects: those of Kubernetes, and ScaledObjects of KEDA, which scale Deployments by default.
fn stated_by<'a>(object: &Object<'a>) -> Option<Stated<'a>> {
    let keda = match object.kind {
        "HorizontalPodAutoscaler" => false,
        "ScaledObject" if object.api.starts_with("keda.sh/") => true,
        _ => return None,
    };
    let text = |key| object.root.path(&["spec", "scaleTargetRef", key]).and_then(Value::text);
    let (min, max) = if keda { ("minReplicaCount", "maxReplicaCount") } else { ("minReplicas", "maxReplicas") };
    Some(Stated {
        keda,
        kind: text("kind").unwrap_or(if keda { "Deployment" } else { "" }),
        target: text("name").unwrap_or_default(),
        min: number(object.root, &["spec", min]),
        max: number(object.root, &["spec", max]),
    })
}

/// Autoscalers by kind and name of what they scale.
pub struct Autoscalers<'a>(Nearest<'a, (&'a str, &'a str), Autoscaler<'a>>);

impl<'a> Autoscalers<'a> {
    pub fn new(objects: &Objects<'a>) -> Self {
        let mut found = Nearest::default();
        for object in &objects.all {
            let Some(Stated { keda, kind, target, min, max }) = stated_by(object) else { continue };
            // An absent minimum is 1 to Kubernetes and 0 to KEDA.
            let least = min.map_or(Some(if keda { 0 } else { 1 }), |min| min.value);
            let at = min.map_or(object.place().into(), |min| min.at);
            let autoscaler = Autoscaler { at, min: least, max: max.and_then(|max| max.value) };
            found.insert(object, (kind, target), autoscaler);
        }
        Self(found)
    }

    /// The one that scales an object.
    pub fn of(&self, object: &Object<'a>) -> Option<&Autoscaler<'a>> {
        self.0.get(object, (object.kind, object.name))
    }
}

/// Adds the autoscalers; `owners` are the objects of the view's workloads, in order.
pub fn scalers<'a>(
    objects: &Objects<'a>,
    owners: &[Object<'a>],
    view: &mut Workloads<'a>,
    name: &impl Fn(usize) -> Arc<str>,
) {
    let mut found = objects.all.iter().filter_map(|object| Some((object, stated_by(object)?))).peekable();
    if found.peek().is_none() {
        return;
    }
    let known: HashSet<((usize, &str), &str, &str)> =
        objects.all.iter().map(|object| (object.scope(), object.kind, object.name)).collect();
    let mut workloads: Nearest<'a, (&str, &str), usize> = Nearest::default();
    for (n, owner) in owners.iter().enumerate() {
        workloads.insert(owner, (owner.kind, owner.name), n);
    }
    for (object, Stated { keda, kind, target, min, max }) in found {
        let reference = object.root.path(&["spec", "scaleTargetRef"]);
        let scales = workloads.get(object, (kind, target)).map(|n| {
            view.all[*n].autoscaled = true;
            view.all[*n].at
        });
        view.autoscalers.push(Scaler {
            deployment: name(object.deployment),
            kind: object.kind.into(),
            api: object.api.into(),
            name: object.name.into(),
            at: object.place().into(),
            target: format!("{kind}/{target}").into(),
            target_at: reference.and_then(|one| one.get("name")).or(reference).unwrap_or(object.place()).into(),
            target_exists: known.contains(&(object.scope(), kind, target)),
            scales: scales.into_iter().collect(),
            min,
            max,
            metrics: if keda { triggers(object) } else { metrics(object) },
        });
    }
}

/// A number that is stated.
pub fn number<'a>(value: Value<'a>, keys: &[&str]) -> Option<Number<'a>> {
    stated(value, keys).map(|at| Number { value: int(at), at: at.into() })
}

/// Metrics of every version of autoscaling.
fn metrics<'a>(object: &Object<'a>) -> Vec<Metric<'a>> {
    let cpu = stated(object.root, &["spec", "targetCPUUtilizationPercentage"]).map(|at| Metric {
        at: at.into(),
        resource: Some("cpu".into()),
        target: "Utilization".into(),
        percent: int(at),
    });
    let listed = object.root.path(&["spec", "metrics"]).into_iter().flat_map(Value::items).map(|entry| {
        let by = entry.get("resource").or_else(|| entry.get("containerResource"));
        let Some(by) = by else {
            let target = entry.get("type").and_then(Value::text).unwrap_or_default();
            return Metric { at: entry.into(), resource: None, target: target.into(), percent: None };
        };
        // Before autoscaling/v2beta2 the target stood beside the name.
        let percent =
            stated(by, &["target", "averageUtilization"]).or_else(|| stated(by, &["targetAverageUtilization"]));
        let value = stated(by, &["target", "averageValue"]).or_else(|| stated(by, &["targetAverageValue"]));
        let target = match (percent, value) {
            (Some(_), _) => Cow::Borrowed("Utilization"),
            (None, Some(_)) => Cow::Borrowed("AverageValue"),
            (None, None) => by.path(&["target", "type"]).and_then(Value::text).unwrap_or_default().into(),
        };
        Metric {
            at: percent.or(value).unwrap_or(by).into(),
            resource: by.get("name").and_then(Value::text).map(Cow::Borrowed),
            target,
            percent: percent.and_then(int),
        }
    });
    cpu.into_iter().chain(listed).collect()
}

/// Triggers of KEDA, of which cpu and memory are metrics of the resource.
fn triggers<'a>(object: &Object<'a>) -> Vec<Metric<'a>> {
    let trigger = |entry: Value<'a>| {
        let kind = entry.get("type").and_then(Value::text).unwrap_or_default();
        let resource = matches!(kind, "cpu" | "memory").then_some(Cow::Borrowed(kind));
        let value = entry.path(&["metadata", "value"]);
        let target = entry.get("metricType").or_else(|| entry.path(&["metadata", "type"])).and_then(Value::text);
        Metric {
            at: value.filter(|_| resource.is_some()).unwrap_or(entry).into(),
            target: if resource.is_some() { target.unwrap_or("Utilization").into() } else { kind.into() },
            percent: value.and_then(Value::text).and_then(|text| text.parse().ok()),
            resource,
        }
    };
    object.root.path(&["spec", "triggers"]).into_iter().flat_map(Value::items).map(trigger).collect()
}
