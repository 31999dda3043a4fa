//! What a kustomize build is made of, in the order in which it is applied.

use std::sync::Arc;

use regex::Regex;

use crate::artefact::render::Files;
use crate::collect::kubernetes::rendered::kustomize;
use crate::collect::kubernetes::rendered::origins::{embedded, lines};
use crate::collect::paths;
use crate::located::{Limits, Located, Span, Value};
use crate::syntax::{Format, parse};

/// All parts; a later one changes what the earlier ones say.
#[derive(Debug, Default)]
pub struct Parts {
    pub all: Vec<Part>,
}

/// How a part speaks of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It is the object.
    Whole,
    /// It is merged into the object.
    Merge,
    /// A list of operations on the object (JSON Patch).
    Operations,
    /// Literals of a generated ConfigMap or Secret.
    Literals,
}

/// One document of a file, or of a text inside one.
#[derive(Debug)]
pub struct Part {
    pub path: Arc<str>,
    pub says: Says,
    located: Arc<Located>,
    /// Which document of it.
    document: usize,
    /// The generator of that document that it is, by key and number.
    generator: Option<(&'static str, usize)>,
    /// Where lines of an embedded text stand in the file.
    lines: Option<Vec<(u32, u32)>>,
    /// Names under which its object may be known when it is applied, the last one that of the build.
    names: Vec<String>,
    kind: String,
    target: Option<Target>,
}

/// What a patch is told to change.
#[derive(Clone, Debug)]
struct Target {
    kind: Option<String>,
    name: Option<String>,
    /// Whether labels or annotations choose too, which are not followed.
    chosen: bool,
}

/// Kinds whose names are never prefixed.
const EXEMPT: &[&str] = &["CustomResourceDefinition", "APIService", "Namespace"];

/// Deepest chain of kustomizations that is followed.
const DEEPEST: usize = 32;

impl Parts {
    /// The parts of the kustomization in a folder.
    pub fn of(folder: &str, files: &Files<'_>) -> Self {
        let mut parts = Self::default();
        parts.kustomization(folder, files, 0);
        parts
    }

    fn kustomization(&mut self, folder: &str, files: &Files<'_>, depth: usize) {
        let Some(located) = kustomize::read(folder, files).filter(|_| depth < DEEPEST).map(Arc::new) else { return };
        let Some(root) = located.root() else { return };
        let begin = self.all.len();
        let texts = |keys: &'static [&str]| keys.iter().filter_map(|key| root.get(key)).flat_map(Value::items);
        for entry in
            texts(&["resources", "bases"]).filter_map(Value::text).filter_map(|entry| paths::join(folder, entry))
        {
            match (files.read)(&entry) {
                Some(text) => self.objects(&entry, text, Says::Whole, None),
                None => self.kustomization(&entry, files, depth + 1),
            }
        }
        self.literals(&located);
        for entry in texts(&["components"]).filter_map(Value::text).filter_map(|entry| paths::join(folder, entry)) {
            self.kustomization(&entry, files, depth + 1);
        }
        for patch in texts(&["patchesStrategicMerge", "patches", "patchesJson6902"]) {
            self.patch(patch, folder, files);
        }
        let text = |key| root.get(key).and_then(Value::text).unwrap_or_default();
        for part in &mut self.all[begin..] {
            let last = part.names.last().cloned().unwrap_or_default();
            if !EXEMPT.contains(&part.kind.as_str()) {
                part.names.push(format!("{}{last}{}", text("namePrefix"), text("nameSuffix")));
            }
        }
    }

    /// Adds the documents of a text.
    fn objects(&mut self, path: &str, text: Arc<str>, says: Says, target: Option<&Target>) {
        let located = Arc::new(parse(Format::Yaml, path.into(), text, Limits::default()).located);
        for document in 0..located.documents().len() {
            self.add(located.clone(), document, says, target.cloned(), None);
        }
    }

    fn add(
        &mut self,
        located: Arc<Located>,
        document: usize,
        says: Says,
        target: Option<Target>,
        lines: Option<Vec<(u32, u32)>>,
    ) {
        let Some(root) = located.documents().nth(document) else { return };
        let text = |keys: &[&str]| root.path(keys).and_then(Value::text).unwrap_or_default().to_string();
        let (kind, names) = (text(&["kind"]), vec![text(&["metadata", "name"])]);
        let says = if root.is_sequence() { Says::Operations } else { says };
        let path = located.path.clone();
        self.all.push(Part { path, says, located, document, generator: None, lines, names, kind, target });
    }

    /// Adds a patch: a file, or a text in the kustomization.
    fn patch(&mut self, patch: Value<'_>, folder: &str, files: &Files<'_>) {
        let target = patch.get("target").map(|target| {
            let text = |key| target.get(key).and_then(Value::text).map(str::to_string);
            let chosen =
                ["labelSelector", "annotationSelector", "namespace"].iter().any(|key| target.get(key).is_some());
            Target { kind: text("kind"), name: text("name"), chosen }
        });
        let file = patch.get("path").unwrap_or(patch).text().filter(|text| !text.contains('\n'));
        if let Some(path) = file.and_then(|file| paths::join(folder, file)) {
            if let Some(text) = (files.read)(&path) {
                self.objects(&path, text, Says::Merge, target.as_ref());
            }
        } else if let Some(block) = patch.get("patch").or(Some(patch))
            && let (Some(text), lines) = (block.text(), lines(block))
        {
            let path = block.located().path.clone();
            let located = Arc::new(parse(Format::Yaml, path, text.into(), Limits::default()).located);
            // A text whose lines are not found again says something, but where it does is not told.
            self.add(located, 0, Says::Merge, target, Some(lines.unwrap_or_default()));
        }
    }

    /// Adds the generators of a kustomization, one part each.
    fn literals(&mut self, located: &Arc<Located>) {
        for (key, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
            let generators = located.root().and_then(|root| root.get(key)).into_iter().flat_map(Value::items);
            for (n, generator) in generators.enumerate() {
                self.all.push(Part {
                    path: located.path.clone(),
                    says: Says::Literals,
                    located: located.clone(),
                    document: 0,
                    generator: Some((key, n)),
                    lines: None,
                    names: vec![generator.get("name").and_then(Value::text).unwrap_or_default().to_string()],
                    kind: kind.to_string(),
                    target: None,
                });
            }
        }
    }
}

impl Part {
    /// Whether this part speaks of an object: None if it does not, else whether it surely does.
    pub fn says_of(&self, kind: &str, name: &str, namespace: &str, parts: &Parts) -> Option<bool> {
        let built = |part: &Part| part.names.last().is_some_and(|last| last == name) && part.kind == kind;
        match (self.says, &self.target) {
            (Says::Literals, _) => {
                let generated = self.names.last().and_then(|last| name.strip_prefix(last.as_str()));
                let hashed = generated.is_some_and(|hash| hash.is_empty() || hash.len() == 11 && hash.starts_with('-'));
                (self.kind == kind && hashed).then_some(false)
            }
            (Says::Whole, _) => (built(self) && self.fits(namespace)).then_some(true),
            (Says::Merge, None) => {
                let mut whole = parts.all.iter().filter(|part| part.says == Says::Whole && built(part));
                let known = |part: &Part| part.names.iter().any(|name| self.names.first() == Some(name));
                (self.kind == kind && (whole.any(known) || built(self))).then_some(true)
            }
            (Says::Operations, None) => Some(false),
            (Says::Merge | Says::Operations, Some(target)) => {
                let fits = |pattern: &Option<String>, texts: &[&str]| {
                    let Some(pattern) = pattern else { return true };
                    // What is no pattern here may be one to kustomize.
                    Regex::new(&format!("^(?:{pattern})$"))
                        .map_or(true, |regex| texts.iter().any(|text| regex.is_match(text)))
                };
                let mut whole = parts.all.iter().filter(|part| part.says == Says::Whole && built(part));
                let names: Vec<&str> =
                    whole.next().map_or(vec![name], |part| part.names.iter().map(String::as_str).collect());
                let chosen = fits(&target.kind, &[kind]) && fits(&target.name, &names);
                chosen.then_some(!target.chosen)
            }
        }
    }

    /// Whether an object of a namespace may be this one; a build may set the namespace of all.
    fn fits(&self, namespace: &str) -> bool {
        let own = self.root().and_then(|root| root.path(&["metadata", "namespace"])).and_then(Value::text);
        own.is_none_or(|own| own == namespace || own.is_empty()) || namespace.is_empty()
    }

    fn root(&self) -> Option<Value<'_>> {
        let root = self.located.documents().nth(self.document)?;
        match self.generator {
            None => Some(root),
            Some((key, n)) => root.get(key)?.items().nth(n)?.get("literals"),
        }
    }

    /// What it says, each with the keys that lead there from the object's root.
    pub fn roots(&self) -> Vec<(Vec<String>, Value<'_>)> {
        let Some(root) = self.root() else { return Vec::new() };
        match self.says {
            Says::Whole | Says::Merge => vec![(Vec::new(), root)],
            Says::Operations => root.items().filter_map(operation).collect(),
            Says::Literals => root.items().filter_map(literal).collect(),
        }
    }

    /// What it says at a place, where that is a scalar.
    pub fn text<'v>(&self, value: Value<'v>) -> Option<&'v str> {
        let text = value.text()?;
        if self.says == Says::Literals {
            text.split_once('=').map(|(_, value)| value.trim_matches(['"', '\'']))
        } else {
            Some(text)
        }
    }

    /// The place in the file of a place in its text.
    pub fn span(&self, span: Span) -> Option<Span> {
        match &self.lines {
            None => Some(span),
            Some(lines) => embedded(lines, span),
        }
    }
}

/// What an operation sets, and where.
fn operation(one: Value<'_>) -> Option<(Vec<String>, Value<'_>)> {
    let sets = matches!(one.get("op").and_then(Value::text), Some("add" | "replace"));
    let pointer = one.get("path").and_then(Value::text).filter(|_| sets)?;
    let way = pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"));
    Some((way.collect(), one.get("value")?))
}

/// What a literal of a generator sets, and where.
fn literal(one: Value<'_>) -> Option<(Vec<String>, Value<'_>)> {
    let key = one.text()?.split_once('=')?.0;
    Some((vec!["data".to_string(), key.to_string()], one))
}
