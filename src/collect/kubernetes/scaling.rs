//! Autoscalers of manifests: what they scale, between which bounds, and by what.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::HashSet;

use crate::collect::kubernetes::nearest::Nearest;
use crate::collect::kubernetes::objects::{Object, Objects};
use crate::collect::kubernetes::pods::{int, stated};
use crate::input::scheduling::{Metric, Number, Scaler};
use crate::input::workloads::Workloads;
use crate::located::Value;

/// Adds the autoscalers; `owners` are the objects of the view's workloads, in order.
pub fn scalers<'a>(
    objects: &Objects<'a>,
    owners: &[Object<'a>],
    view: &mut Workloads<'a>,
    name: &impl Fn(usize) -> Arc<str>,
) {
    let scaler = |object: &&Object<'a>| {
        object.kind == "HorizontalPodAutoscaler" || object.kind == "ScaledObject" && object.api.starts_with("keda.sh/")
    };
    let mut found = objects.all.iter().filter(scaler).peekable();
    if found.peek().is_none() {
        return;
    }
    let known: HashSet<((usize, &str), &str, &str)> =
        objects.all.iter().map(|object| (object.scope(), object.kind, object.name)).collect();
    let mut workloads: Nearest<'a, (&str, &str), usize> = Nearest::default();
    for (n, owner) in owners.iter().enumerate() {
        workloads.insert(owner, (owner.kind, owner.name), n);
    }
    for object in found {
        let keda = object.kind == "ScaledObject";
        let reference = object.root.path(&["spec", "scaleTargetRef"]);
        let text = |key| reference.and_then(|reference| reference.get(key)).and_then(Value::text);
        let kind = text("kind").unwrap_or(if keda { "Deployment" } else { "" });
        let target = text("name").unwrap_or_default();
        let (min, max) = if keda { ("minReplicaCount", "maxReplicaCount") } else { ("minReplicas", "maxReplicas") };
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
            min: number(object.root, &["spec", min]),
            max: number(object.root, &["spec", max]),
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
