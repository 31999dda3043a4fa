//! What selects which pods, by an index of labels.

use std::borrow::Cow;
use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::collect::kubernetes::objects::{Object, labels};
use crate::located::Value;

/// Labels by key.
pub type Labels<'a> = BTreeMap<&'a str, &'a str>;

/// Deployment, namespace, and the file or folder that holds the workload ("" is all of them).
type Place<'a> = (usize, &'a str, &'a str);

/// Pods of workloads, by the labels that they carry.
///
/// A tree may hold several workloads of one kind, name and namespace, which no cluster can: variants, or one example a
/// folder. Of those a selector means the ones of its own file, else of its own folder, else all.
pub struct Pods<'a> {
    labels: Vec<Labels<'a>>,
    unique: Index<'a>,
    repeated: Index<'a>,
}

impl<'a> Pods<'a> {
    /// Owner and labels of each workload's pods, in the order of the workloads.
    pub fn new(pods: Vec<(Object<'a>, Labels<'a>)>) -> Self {
        let mut owners: HashMap<_, (Value<'a>, bool)> = HashMap::default();
        for (owner, _) in &pods {
            let known = owners.entry((owner.scope(), owner.kind, owner.name)).or_insert((owner.root, false));
            known.1 |= known.0 != owner.root;
        }
        let (mut unique, mut repeated) = (Index::default(), Index::default());
        let mut all = Vec::with_capacity(pods.len());
        for (n, (owner, own)) in pods.into_iter().enumerate() {
            let (deployment, namespace) = owner.scope();
            if owners.get(&((deployment, namespace), owner.kind, owner.name)).is_some_and(|known| known.1) {
                for place in owner.places() {
                    repeated.add((deployment, namespace, place), &own, n);
                }
            } else {
                unique.add((deployment, namespace, ""), &own, n);
            }
            all.push(own);
        }
        Self { labels: all, unique, repeated }
    }

    /// The same pods as if nothing stated a namespace; `owners` are the objects of the workloads, in order.
    pub fn anywhere(&self, owners: &[Object<'a>]) -> Self {
        let without = |owner: &Object<'a>| Object { namespace: "", ..*owner };
        Self::new(owners.iter().map(without).zip(self.labels.iter().cloned()).collect())
    }

    /// The workloads whose pods have all of the labels; an empty selector selects nothing here.
    pub fn with(&self, from: &Object<'a>, wanted: &Labels<'a>) -> Vec<usize> {
        if wanted.is_empty() { Vec::new() } else { self.find(from, wanted, &[]) }
    }

    /// The workloads that a label selector selects: `matchLabels` and `matchExpressions`; an empty one selects all.
    pub fn selected(&self, from: &Object<'a>, selector: Value<'a>) -> Vec<usize> {
        let expressions: Vec<Value<'a>> = selector.get("matchExpressions").into_iter().flat_map(Value::items).collect();
        self.find(from, &labels(selector.get("matchLabels")), &expressions)
    }

    /// Every workload of the object's namespace.
    pub fn all(&self, from: &Object<'a>) -> Vec<usize> {
        self.find(from, &Labels::new(), &[])
    }

    fn find(&self, from: &Object<'a>, wanted: &Labels<'a>, expressions: &[Value<'a>]) -> Vec<usize> {
        let (deployment, namespace) = from.scope();
        let within = |index: &Index<'a>, place| {
            let candidates = index.candidates((deployment, namespace, place), wanted, expressions);
            let fits = |n: &usize| {
                let own = &self.labels[*n];
                wanted.iter().all(|(key, value)| own.get(key) == Some(value))
                    && expressions.iter().all(|one| holds(*one, own))
            };
            candidates.iter().copied().filter(fits).collect::<Vec<_>>()
        };
        let mut found = within(&self.unique, "");
        let nearest =
            from.places().into_iter().map(|place| within(&self.repeated, place)).find(|near| !near.is_empty());
        found.extend(nearest.unwrap_or_default());
        found.sort_unstable();
        found
    }
}

#[derive(Default)]
struct Index<'a> {
    by_label: HashMap<(Place<'a>, &'a str, &'a str), Vec<usize>>,
    by_place: HashMap<Place<'a>, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn add(&mut self, place: Place<'a>, labels: &Labels<'a>, n: usize) {
        for (key, value) in labels {
            self.by_label.entry((place, key, value)).or_default().push(n);
        }
        self.by_place.entry(place).or_default().push(n);
    }

    fn labelled(&self, place: Place<'a>, key: &'a str, value: &'a str) -> &[usize] {
        self.by_label.get(&(place, key, value)).map_or(&[], Vec::as_slice)
    }

    /// The fewest workloads that hold every one that a selector can select, so that a label shared by all costs nothing.
    fn candidates(&self, place: Place<'a>, wanted: &Labels<'a>, expressions: &[Value<'a>]) -> Cow<'_, [usize]> {
        let lists = wanted.iter().map(|(key, value)| self.labelled(place, key, value));
        if let Some(shortest) = lists.min_by_key(|list| list.len()) {
            return Cow::Borrowed(shortest);
        }
        let listed = expressions.iter().find(|one| one.get("operator").and_then(Value::text) == Some("In"));
        if let Some((key, expression)) = listed.and_then(|one| Some((one.get("key")?.text()?, one))) {
            let values = expression.get("values").into_iter().flat_map(Value::items).filter_map(Value::text);
            let mut found: Vec<usize> = values.flat_map(|value| self.labelled(place, key, value)).copied().collect();
            found.sort_unstable();
            found.dedup();
            return Cow::Owned(found);
        }
        Cow::Borrowed(self.by_place.get(&place).map_or(&[], Vec::as_slice))
    }
}

/// Whether a label selector selects these labels; an empty one selects all, none selects nothing.
pub fn selects(selector: Option<Value<'_>>, own: &Labels<'_>) -> bool {
    selector.is_some_and(|selector| {
        let wanted = labels(selector.get("matchLabels"));
        let mut expressions = selector.get("matchExpressions").into_iter().flat_map(Value::items);
        wanted.iter().all(|(key, value)| own.get(key) == Some(value)) && expressions.all(|one| holds(one, own))
    })
}

fn holds(expression: Value<'_>, labels: &Labels<'_>) -> bool {
    let text = |key| expression.get(key).and_then(Value::text).unwrap_or_default();
    let own = labels.get(text("key"));
    let listed = || {
        let mut values = expression.get("values").into_iter().flat_map(Value::items).filter_map(Value::text);
        own.is_some_and(|own| values.any(|value| value == *own))
    };
    match text("operator") {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => own.is_some(),
        "DoesNotExist" => own.is_none(),
        _ => false,
    }
}
