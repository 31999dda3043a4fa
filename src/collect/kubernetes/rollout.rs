//! How the copies of a workload are replaced, and what keeps them apart.

use crate::collect::kubernetes::objects::Object;
use crate::collect::kubernetes::pods::{int, is_template, stated};
use crate::collect::kubernetes::selectors::{Labels, selects};
use crate::collect::kubernetes::threshold::{self, Round};
use crate::input::scheduling::{Spread, SpreadKind, Strategy};
use crate::located::Value;

/// The `strategy` of a Deployment, where it states one.
pub fn strategy<'a>(object: &Object<'a>, replicas: Option<i64>) -> Option<Strategy<'a>> {
    if object.kind != "Deployment" {
        return None;
    }
    let strategy = stated(object.root, &["spec", "strategy"])?;
    let kind = stated(strategy, &["type"]);
    let missing = stated(strategy, &["rollingUpdate", "maxUnavailable"]);
    Some(Strategy {
        at: kind.unwrap_or(strategy).into(),
        kind: kind.and_then(Value::text).unwrap_or("RollingUpdate").into(),
        max_unavailable: missing.map(|value| threshold::read(value, replicas, Round::Down)),
    })
}

/// Spread constraints and terms of pod anti-affinity; `own` are the labels of the pods.
pub fn spread<'a>(pod: Value<'a>, own: &Labels<'a>) -> Vec<Spread<'a>> {
    let constraints = pod.path(&["spec", "topologySpreadConstraints"]).into_iter().flat_map(Value::items);
    let apart = pod.path(&["spec", "affinity", "podAntiAffinity"]);
    let list = |key: &str| apart.and_then(|apart| apart.get(key)).into_iter().flat_map(Value::items);
    let required = list("requiredDuringSchedulingIgnoredDuringExecution");
    let preferred = list("preferredDuringSchedulingIgnoredDuringExecution");
    let terms = required.chain(preferred.filter_map(|one| one.get("podAffinityTerm")));
    let spread = |(kind, term): (SpreadKind, Value<'a>)| {
        let key = term.get("topologyKey")?;
        let selector = term.get("labelSelector");
        // What a tool still fills in may select anything.
        let templated = selector.is_some_and(|one| one.text().is_some_and(is_template));
        Some(Spread {
            at: selector.unwrap_or(key).into(),
            kind,
            key: key.text()?.into(),
            selects_own: templated || selects(selector, own),
        })
    };
    let constraints = constraints.filter(|one| is_constraint(*one)).map(|one| (SpreadKind::Constraint, one));
    constraints.chain(terms.map(|one| (SpreadKind::AntiAffinity, one))).filter_map(spread).collect()
}

/// Whether Kubernetes accepts a spread constraint; one that it refuses spreads nothing.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition>
fn is_constraint(constraint: Value<'_>) -> bool {
    let says = |key: &str, sound: &dyn Fn(Value<'_>) -> bool| {
        constraint.get(key).is_some_and(|value| value.text().is_some_and(is_template) || sound(value))
    };
    says("maxSkew", &|skew| int(skew).is_some_and(|skew| skew >= 1))
        && says("whenUnsatisfiable", &|what| matches!(what.text(), Some("DoNotSchedule" | "ScheduleAnyway")))
}
