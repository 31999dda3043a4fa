//! PodDisruptionBudgets, NetworkPolicies and namespaces, joined with the workloads that they govern.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::collect::kubernetes::objects::{Object, Objects, labels};
use crate::collect::kubernetes::pods::{self, int, is_text, stated};
use crate::collect::kubernetes::selectors::Pods;
use crate::collect::kubernetes::threshold::{self, Round};
use crate::input::guards::{Budget, Namespace, NetworkPolicy, Peer, PolicyRule};
use crate::input::workloads::{ReplicaSource, Workloads};
use crate::located::{At, Value};

/// Labels that say which application a pod belongs to.
const NAMES: &[&str] = &["app.kubernetes.io/name", "app.kubernetes.io/instance", "app", "name", "k8s-app"];

/// Adds the PodDisruptionBudgets, and each to the workloads that it selects or was meant for.
pub fn budgets<'a>(
    objects: &Objects<'a>,
    by_labels: &Pods<'a>,
    owners: &[Object<'a>],
    view: &mut Workloads<'a>,
    name: &impl Fn(usize) -> Arc<str>,
) {
    let mut by_name: HashMap<(usize, &str, &str), Vec<usize>> = HashMap::default();
    for (n, owner) in owners.iter().enumerate() {
        let (scope, namespace) = owner.scope();
        by_name.entry((scope, namespace, owner.name)).or_default().push(n);
    }
    let (operated, of_operators) = operated(objects);
    let anywhere = OnceCell::new();
    for object in objects.all.iter().filter(|object| object.kind == "PodDisruptionBudget") {
        let selector = stated(object.root, &["spec", "selector"]);
        let empty = selector.is_none_or(selects_all);
        let selected = match selector {
            None => Vec::new(),
            Some(selector) if unclear(selector) => Vec::new(),
            // Under policy/v1beta1 an empty selector selected nothing.
            Some(_) if empty && object.api.ends_with("v1beta1") => Vec::new(),
            Some(selector) => by_labels.selected(object, selector),
        };
        let at = object.place().into();
        let by_operator = match selector.filter(|_| selected.is_empty() && !empty) {
            Some(selector) => of_operators.selected(object, selector),
            None => Vec::new(),
        };
        let none = selected.is_empty() && by_operator.is_empty();
        // `kubectl apply -n` may bring together what states a namespace and what states none.
        let elsewhere: Vec<usize> = match selector.filter(|selector| none && !unclear(*selector)) {
            Some(selector) => {
                let anywhere = anywhere.get_or_init(|| by_labels.anywhere(owners));
                let found = anywhere.selected(&Object { namespace: "", ..*object }, selector);
                let fits = |n: &usize| owners[*n].namespace.is_empty() != object.namespace.is_empty();
                found.into_iter().filter(fits).collect()
            }
            None => Vec::new(),
        };
        if none {
            let (scope, namespace) = object.scope();
            let wanted = labels(selector.and_then(|selector| selector.get("matchLabels")));
            let bare = object.name.trim_end_matches("-pdb");
            let meant = NAMES.iter().filter_map(|key| wanted.get(key).copied()).chain([object.name, bare]);
            let mut found: Vec<usize> =
                meant.filter_map(|name| by_name.get(&(scope, namespace, name))).flatten().copied().collect();
            found.extend(&elsewhere);
            found.sort_unstable();
            found.dedup();
            for n in found {
                view.all[n].intended_budgets.push(at);
            }
        }
        let mut replicas = Some(0_i64);
        for n in &selected {
            let workload = &mut view.all[*n];
            workload.budgets.push(at);
            let own = workload.replicas.value;
            // What is scaled to nothing for now is scaled up again before it is evicted.
            let own =
                own.map(|own| if workload.replicas.source == ReplicaSource::Autoscaler { own.max(1) } else { own });
            replicas = replicas.zip(own).map(|(sum, own)| sum.saturating_add(own));
        }
        for n in &by_operator {
            let stated = operated[*n].root.path(&["spec", "replicas"]).and_then(int);
            replicas = replicas.zip(stated).map(|(sum, own)| sum.saturating_add(own));
        }
        let threshold = |key: &str| Some(threshold::read(stated(object.root, &["spec", key])?, replicas, Round::Up));
        view.budgets.push(Budget {
            deployment: name(object.deployment),
            name: object.name.into(),
            at,
            min_available: threshold("minAvailable"),
            max_unavailable: threshold("maxUnavailable"),
            selects: selected
                .iter()
                .map(|n| view.all[*n].at)
                .chain(by_operator.iter().map(|n| operated[*n].place().into()))
                .collect(),
            unclear: match selector {
                Some(selector) if unclear(selector) => Some("selector"),
                _ => (!elsewhere.is_empty()).then_some("namespace"),
            },
            replicas: replicas.filter(|_| !none),
        });
    }
}

/// Custom resources that say how many pods an operator runs for them, by the labels that those pods get.
fn operated<'a>(objects: &Objects<'a>) -> (Vec<Object<'a>>, Pods<'a>) {
    let runs = |object: &&Object<'a>| {
        object.api.contains('.') && object.root.path(&["spec", "replicas"]).is_some() && pods::of(object).is_empty()
    };
    let found: Vec<Object<'a>> = objects.all.iter().filter(runs).copied().collect();
    let of_pods = |object: &Object<'a>| {
        let mut all = labels(object.root.path(&["metadata", "labels"]));
        all.extend(labels(object.root.path(&["spec", "podMetadata", "labels"])));
        (*object, all)
    };
    let index = Pods::new(found.iter().map(of_pods).collect());
    (found, index)
}

/// Adds the NetworkPolicies, and each to the workloads that it selects.
pub fn network<'a>(
    objects: &Objects<'a>,
    by_labels: &Pods<'a>,
    view: &mut Workloads<'a>,
    name: &impl Fn(usize) -> Arc<str>,
) {
    for object in objects.all.iter().filter(|object| is_policy(object)) {
        // An absent selector is an empty one here, and selects every pod.
        let selector = stated(object.root, &["spec", "podSelector"]);
        let selected = selector.map_or_else(|| by_labels.all(object), |selector| by_labels.selected(object, selector));
        for n in selected {
            view.all[n].network_policies.push(object.place().into());
        }
        let types: Vec<&str> = object
            .root
            .path(&["spec", "policyTypes"])
            .into_iter()
            .flat_map(Value::items)
            .filter_map(Value::text)
            .collect();
        let (ingress, egress) = (object.root.path(&["spec", "ingress"]), object.root.path(&["spec", "egress"]));
        let governs = |direction: &str, inferred: bool| {
            if types.is_empty() { inferred } else { types.contains(&direction) }
        };
        view.network_policies.push(NetworkPolicy {
            deployment: name(object.deployment),
            name: object.name.into(),
            namespace: (!object.namespace.is_empty()).then(|| object.namespace.into()),
            at: object.place().into(),
            governs_ingress: governs("Ingress", true),
            governs_egress: governs("Egress", egress.is_some_and(|egress| egress.items().next().is_some())),
            selects_all: selector.is_none_or(selects_all),
            ingress: rules(ingress, "from"),
            egress: rules(egress, "to"),
        });
    }
}

fn is_policy(object: &Object<'_>) -> bool {
    object.kind == "NetworkPolicy"
        && (object.api.starts_with("networking.k8s.io/") || object.api.starts_with("extensions/"))
}

/// Whether a label selector is empty.
fn selects_all(selector: Value<'_>) -> bool {
    let none = |key| {
        stated(selector, &[key])
            .is_none_or(|value| value.entries().is_empty() && value.items().next().is_none() && !is_text(value))
    };
    selector.is_mapping() && none("matchLabels") && none("matchExpressions")
}

/// Whether a text stands in place of a label selector, or of a part of it.
fn unclear(selector: Value<'_>) -> bool {
    is_text(selector) || ["matchLabels", "matchExpressions"].iter().any(|key| selector.get(key).is_some_and(is_text))
}

/// The entries of `ingress` or `egress`; null is an entry that says nothing.
fn rules<'a>(list: Option<Value<'a>>, key: &str) -> Vec<PolicyRule<'a>> {
    let rule = |rule: Value<'a>| {
        let listed = stated(rule, &[key]);
        let unclear = is_text(rule) || listed.is_some_and(is_text);
        let peers: Vec<Value<'a>> = listed.into_iter().flat_map(Value::items).collect();
        let at: At<'a> = listed.filter(|_| unclear).unwrap_or(rule).into();
        let any_peer = peers.is_empty() && !unclear;
        let peers: Vec<Peer<'a>> = peers.into_iter().map(peer).collect();
        let open = peers.iter().filter(|peer| peer.every_address.is_none()).map(|peer| peer.at);
        PolicyRule {
            at,
            any_peer,
            unclear: unclear.then_some(at).into_iter().chain(open).collect(),
            peers,
            ports: rule.get("ports").is_some_and(|ports| ports.items().next().is_some()),
        }
    };
    let whole = list.filter(|list| is_text(*list));
    list.into_iter().flat_map(Value::items).chain(whole).map(rule).collect()
}

fn peer(peer: Value<'_>) -> Peer<'_> {
    let block = stated(peer, &["ipBlock"]);
    let cidr = block.and_then(|block| stated(block, &["cidr"]));
    let except = peer.path(&["ipBlock", "except"]).into_iter().flat_map(Value::items).filter_map(Value::text);
    let (namespaces, pods) = (stated(peer, &["namespaceSelector"]), stated(peer, &["podSelector"]));
    let selectors = || [namespaces, pods].into_iter().flatten();
    Peer {
        at: cidr.or(namespaces).unwrap_or(peer).into(),
        every_namespace: namespaces.is_some_and(selects_all) && pods.is_none_or(selects_all),
        every_address: match (block, selectors().next()) {
            (Some(_), _) => cidr.and_then(Value::text).and_then(every_address),
            (None, Some(_)) => (!selectors().any(unclear)).then_some(false),
            (None, None) => None,
        },
        cidr: cidr.and_then(Value::text).map(Cow::Borrowed),
        except: except.map(Cow::Borrowed).collect(),
    }
}

/// Whether a range in CIDR notation holds every address of its family; None if the text is no range.
fn every_address(cidr: &str) -> Option<bool> {
    let (address, prefix) = cidr.split_once('/')?;
    let longest = if address.parse::<IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= longest)?;
    Some(prefix == 0)
}

/// Namespaces of which a policy makes something so, by direction (ingress or not).
#[derive(Default)]
struct Guards<'a> {
    certain: HashSet<((usize, &'a str), bool)>,
    /// Those where the policy may turn out to say something else.
    perhaps: HashSet<((usize, &'a str), bool)>,
    /// Deployments where the policy states no namespace.
    floating: HashSet<(usize, bool)>,
}

impl<'a> Guards<'a> {
    fn note(&mut self, policy: &Object<'a>, ingress: bool, certain: bool) {
        let set = if certain { &mut self.certain } else { &mut self.perhaps };
        set.insert((policy.scope(), ingress));
        if policy.namespace.is_empty() {
            self.floating.insert((policy.deployment, ingress));
        }
    }

    /// Whether it is so in a namespace, which something states or only what states none gets; None if nobody can tell.
    fn of(&self, namespace: (usize, &'a str), stated: bool, ingress: bool) -> Option<bool> {
        let certain = self.certain.contains(&(namespace, ingress));
        let perhaps = self.perhaps.contains(&(namespace, ingress)) || self.floating.contains(&(namespace.0, ingress));
        (certain || stated && !perhaps).then_some(certain)
    }
}

/// Adds the namespaces that manifests state, and whether all is denied in them unless allowed.
pub fn namespaces<'a>(
    objects: &Objects<'a>,
    owners: &[Object<'a>],
    view: &mut Workloads<'a>,
    name: &impl Fn(usize) -> Arc<str>,
) {
    let mut order: Vec<(usize, &'a str)> = Vec::new();
    let mut places: HashMap<(usize, &'a str), (Value<'a>, bool)> = HashMap::default();
    for object in &objects.all {
        let (stated, place, own) = if object.kind == "Namespace" {
            (object.name, Some(object.place()), true)
        } else {
            (object.namespace, object.root.path(&["metadata", "namespace"]), false)
        };
        let Some(place) = place.filter(|_| !stated.is_empty()) else { continue };
        let key = (object.deployment, stated);
        let known = places.entry(key).or_insert_with(|| {
            order.push(key);
            (place, own)
        });
        if own && !known.1 {
            *known = (place, true);
        }
    }
    let (mut denials, mut governments) = (Guards::default(), Guards::default());
    let mut with_policies: HashSet<usize> = HashSet::default();
    let policies = objects.all.iter().filter(|object| is_policy(object));
    for (object, policy) in policies.zip(&view.network_policies) {
        with_policies.insert(object.deployment);
        for (ingress, governs, rules) in
            [(true, policy.governs_ingress, &policy.ingress), (false, policy.governs_egress, &policy.egress)]
        {
            if !governs {
                continue;
            }
            governments.note(object, ingress, true);
            let unclear = stated(object.root, &["spec", "podSelector"]).is_some_and(unclear);
            if (policy.selects_all || unclear) && rules.iter().all(PolicyRule::is_hidden) {
                denials.note(object, ingress, rules.is_empty() && !unclear);
            }
        }
    }
    let stated: HashSet<(usize, &'a str)> = order.iter().copied().collect();
    // What states no namespace gets one only when it is applied.
    for object in
        owners.iter().filter(|object| object.namespace.is_empty() && with_policies.contains(&object.deployment))
    {
        places.entry(object.scope()).or_insert_with(|| {
            order.push(object.scope());
            (object.place(), false)
        });
    }
    let busy: HashSet<(usize, &str)> = owners.iter().map(Object::scope).collect();
    for key in order {
        let Some((place, _)) = places.get(&key) else { continue };
        view.namespaces.push(Namespace {
            deployment: name(key.0),
            name: key.1.into(),
            at: (*place).into(),
            default_deny_ingress: denials.of(key, stated.contains(&key), true),
            default_deny_egress: denials.of(key, stated.contains(&key), false),
            governs_egress: governments.of(key, stated.contains(&key), false),
            has_workloads: busy.contains(&key),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_every_address() {
        for (cidr, expected) in [
            ("0.0.0.0/0", Some(true)),
            ("10.0.0.0/0", Some(true)),
            ("::/0", Some(true)),
            ("0::/0", Some(true)),
            ("10.0.0.0/8", Some(false)),
            ("fd00::/8", Some(false)),
            ("0.0.0.0/33", None),
            ("0.0.0.0", None),
            ("${CIDR}", None),
            ("/0", None),
        ] {
            assert_eq!(every_address(cidr), expected, "{cidr}");
        }
    }
}
