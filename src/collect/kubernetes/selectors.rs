//! What selects which pods, by an index of labels.

use std::collections::{BTreeMap, HashMap};

use crate::located::Value;

/// Index of a deployment, and a namespace in it.
pub type Scope<'a> = (usize, &'a str);

/// Labels by key.
pub type Labels<'a> = BTreeMap<&'a str, &'a str>;

/// Labels of the pods of workloads, by deployment, namespace, and one label.
pub struct Pods<'a> {
    labels: Vec<Labels<'a>>,
    by_label: HashMap<(usize, &'a str, &'a str, &'a str), Vec<usize>>,
    by_scope: HashMap<Scope<'a>, Vec<usize>>,
}

impl<'a> Pods<'a> {
    /// Scope and labels of each workload's pods, in the order of the workloads.
    pub fn new(pods: Vec<(Scope<'a>, Labels<'a>)>) -> Self {
        let mut by_label: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_scope: HashMap<_, Vec<usize>> = HashMap::new();
        let mut labels = Vec::with_capacity(pods.len());
        for (n, ((deployment, namespace), own)) in pods.into_iter().enumerate() {
            for (key, value) in &own {
                by_label.entry((deployment, namespace, *key, *value)).or_default().push(n);
            }
            by_scope.entry((deployment, namespace)).or_default().push(n);
            labels.push(own);
        }
        Self { labels, by_label, by_scope }
    }

    /// All workloads of a scope.
    pub fn all(&self, scope: Scope<'a>) -> Vec<usize> {
        self.by_scope.get(&scope).cloned().unwrap_or_default()
    }

    /// The workloads whose pods have all of the labels; an empty selector selects nothing here.
    pub fn with(&self, scope: Scope<'a>, wanted: &Labels<'a>) -> Vec<usize> {
        let lists = wanted.iter().map(|(key, value)| self.by_label.get(&(scope.0, scope.1, *key, *value)));
        // The shortest list of candidates is looked at, so that a label shared by all costs nothing.
        let Some(shortest) = lists.map(|list| list.map_or(&[][..], Vec::as_slice)).min_by_key(|list| list.len()) else {
            return Vec::new();
        };
        let has_all = |n: &&usize| wanted.iter().all(|(key, value)| self.labels[**n].get(key) == Some(value));
        shortest.iter().filter(has_all).copied().collect()
    }

    /// The workloads that a label selector selects: `matchLabels` and `matchExpressions`; an empty one selects all.
    pub fn selected(&self, scope: Scope<'a>, selector: Value<'a>) -> Vec<usize> {
        let wanted = super::objects::labels(selector.get("matchLabels"));
        let expressions: Vec<Value<'a>> = selector.get("matchExpressions").into_iter().flat_map(Value::items).collect();
        let candidates = if wanted.is_empty() { self.all(scope) } else { self.with(scope, &wanted) };
        candidates.into_iter().filter(|n| expressions.iter().all(|one| holds(*one, &self.labels[*n]))).collect()
    }
}

fn holds(expression: Value<'_>, labels: &BTreeMap<&str, &str>) -> bool {
    let text = |key| expression.get(key).and_then(Value::text).unwrap_or_default();
    let own = labels.get(text("key"));
    let listed = || {
        let values = expression.get("values").into_iter().flat_map(Value::items).filter_map(Value::text);
        own.is_some_and(|own| values.into_iter().any(|value| value == *own))
    };
    match text("operator") {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => own.is_some(),
        "DoesNotExist" => own.is_none(),
        _ => false,
    }
}
