//! What a kustomize build is made of, in the order in which it is applied.

use std::sync::Arc;

use data_encoding::BASE64;
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
    /// An env file that a ConfigMap or a Secret is generated from.
    Entries,
    /// The number of replicas of a workload.
    Count,
}

/// One document of a file, or of a text inside one.
#[derive(Debug)]
pub struct Part {
    pub path: Arc<str>,
    pub says: Says,
    located: Arc<Located>,
    /// Which document of it.
    document: usize,
    /// What of that document it is, if not the whole: an entry of a list, by key and number, and a key of that.
    entry: Option<(&'static str, usize, &'static str)>,
    /// The first part that it may speak of.
    from: usize,
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

/// Kinds whose number of replicas a kustomization sets.
const COUNTED: &[&str] = &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

/// Kinds whose names are never prefixed.
const EXEMPT: &[&str] = &["CustomResourceDefinition", "APIService", "Namespace"];

/// Deepest chain of kustomizations that is followed.
const DEEPEST: usize = 32;

impl Parts {
    /// The parts of the kustomization in a folder.
    pub fn of(folder: &str, files: &Files<'_>) -> Self {
        let mut parts = Self::default();
        parts.kustomization(folder, files, 0, 0);
        parts
    }

    /// Adds a kustomization, which changes parts from `from` on: its own, of a component also those before it.
    fn kustomization(&mut self, folder: &str, files: &Files<'_>, from: usize, depth: usize) {
        let Some(located) = kustomize::read(folder, files).filter(|_| depth < DEEPEST).map(Arc::new) else { return };
        let Some(root) = located.root() else { return };
        let texts = |keys: &'static [&str]| keys.iter().filter_map(|key| root.get(key)).flat_map(Value::items);
        for entry in
            texts(&["resources", "bases"]).filter_map(Value::text).filter_map(|entry| paths::join(folder, entry))
        {
            match (files.read)(&entry) {
                Some(text) => self.objects(&entry, text, Says::Whole, None, from),
                None => self.kustomization(&entry, files, self.all.len(), depth + 1),
            }
        }
        self.generators(&located, folder, files, from);
        for entry in texts(&["components"]).filter_map(Value::text).filter_map(|entry| paths::join(folder, entry)) {
            self.kustomization(&entry, files, from, depth + 1);
        }
        for patch in texts(&["patchesStrategicMerge", "patches", "patchesJson6902"]) {
            self.patch(patch, folder, files, from);
        }
        for n in 0..texts(&["replicas"]).count() {
            self.entry(&located, Says::Count, ("replicas", n, "count"), "", from);
        }
        let text = |key| root.get(key).and_then(Value::text).unwrap_or_default();
        for part in &mut self.all[from..] {
            let last = part.names.last().cloned().unwrap_or_default();
            if !EXEMPT.contains(&part.kind.as_str()) {
                part.names.push(format!("{}{last}{}", text("namePrefix"), text("nameSuffix")));
            }
        }
    }

    /// Adds the documents of a text.
    fn objects(&mut self, path: &str, text: Arc<str>, says: Says, target: Option<&Target>, from: usize) {
        let located = Arc::new(parse(Format::Yaml, path.into(), text, Limits::default()).located);
        for document in 0..located.documents().len() {
            self.add(located.clone(), document, says, target.cloned(), None, from);
        }
    }

    fn add(
        &mut self,
        located: Arc<Located>,
        document: usize,
        says: Says,
        target: Option<Target>,
        lines: Option<Vec<(u32, u32)>>,
        from: usize,
    ) {
        let Some(root) = located.documents().nth(document) else { return };
        let text = |keys: &[&str]| root.path(keys).and_then(Value::text).unwrap_or_default().to_string();
        let (kind, names) = (text(&["kind"]), vec![text(&["metadata", "name"])]);
        let says = if root.is_sequence() { Says::Operations } else { says };
        let path = located.path.clone();
        self.all.push(Part { path, says, located, document, entry: None, from, lines, names, kind, target });
    }

    /// Adds a patch: a file, or a text in the kustomization.
    fn patch(&mut self, patch: Value<'_>, folder: &str, files: &Files<'_>, from: usize) {
        let target = patch.get("target").map(|target| {
            let text = |key| target.get(key).and_then(Value::text).map(str::to_string);
            let chosen =
                ["labelSelector", "annotationSelector", "namespace"].iter().any(|key| target.get(key).is_some());
            Target { kind: text("kind"), name: text("name"), chosen }
        });
        let file = patch.get("path").unwrap_or(patch).text().filter(|text| !text.contains('\n'));
        if let Some(path) = file.and_then(|file| paths::join(folder, file)) {
            if let Some(text) = (files.read)(&path) {
                self.objects(&path, text, Says::Merge, target.as_ref(), from);
            }
        } else if let Some(block) = patch.get("patch").or(Some(patch))
            && let (Some(text), lines) = (block.text(), lines(block))
        {
            let path = block.located().path.clone();
            let located = Arc::new(parse(Format::Yaml, path, text.into(), Limits::default()).located);
            // A text whose lines are not found again says something, but where it does is not told.
            self.add(located, 0, Says::Merge, target, Some(lines.unwrap_or_default()), from);
        }
    }

    /// Adds what the generators of a kustomization hold.
    fn generators(&mut self, located: &Arc<Located>, folder: &str, files: &Files<'_>, from: usize) {
        for (list, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
            let generators = located.root().and_then(|root| root.get(list)).into_iter().flat_map(Value::items);
            for (n, generator) in generators.enumerate() {
                self.entry(located, Says::Literals, (list, n, "literals"), kind, from);
                let files_of = generator.get("envs").into_iter().flat_map(Value::items).chain(generator.get("env"));
                for path in files_of.filter_map(Value::text).filter_map(|path| paths::join(folder, path)) {
                    let Some(text) = (files.read)(&path) else { continue };
                    let entries = parse(Format::Dotenv, path.as_str().into(), text, Limits::default()).located;
                    self.entry(located, Says::Entries, (list, n, "envs"), kind, from);
                    if let Some(part) = self.all.last_mut() {
                        (part.path, part.located, part.entry) = (path.into(), Arc::new(entries), None);
                    }
                }
            }
        }
    }

    /// Adds what an entry of a list says at a key.
    fn entry(
        &mut self,
        located: &Arc<Located>,
        says: Says,
        entry: (&'static str, usize, &'static str),
        kind: &str,
        from: usize,
    ) {
        let list = located.root().and_then(|root| root.get(entry.0)).and_then(|list| list.items().nth(entry.1));
        let name = list.and_then(|one| one.get("name")).and_then(Value::text).unwrap_or_default();
        self.all.push(Part {
            path: located.path.clone(),
            says,
            located: located.clone(),
            document: 0,
            entry: Some(entry),
            from,
            lines: None,
            names: vec![name.to_string()],
            kind: kind.to_string(),
            target: None,
        });
    }
}

impl Part {
    /// Whether this part speaks of an object: None if it does not, else whether it surely does.
    pub fn says_of(&self, kind: &str, name: &str, namespace: &str, parts: &Parts) -> Option<bool> {
        let built = |part: &Part| part.names.last().is_some_and(|last| last == name) && part.kind == kind;
        let objects = parts.all.iter().skip(self.from).filter(|part| part.says == Says::Whole);
        let whole = objects.into_iter().find(|part| built(part));
        match (self.says, &self.target) {
            (Says::Count, _) => {
                let known = |part: &Part| part.names.iter().any(|name| self.names.first() == Some(name));
                (COUNTED.contains(&kind) && whole.is_some_and(known)).then_some(true)
            }
            (Says::Literals | Says::Entries, _) => {
                let generated = self.names.last().and_then(|last| name.strip_prefix(last.as_str()));
                let hashed = generated.is_some_and(|hash| hash.is_empty() || hash.len() == 11 && hash.starts_with('-'));
                (self.kind == kind && hashed).then_some(false)
            }
            (Says::Whole, _) => (built(self) && self.fits(namespace)).then_some(true),
            (Says::Merge, None) => {
                let known = |part: &Part| part.names.iter().any(|name| self.names.first() == Some(name));
                (self.kind == kind && whole.is_some_and(known)).then_some(true)
            }
            (Says::Operations, None) => whole.map(|_| false),
            (Says::Merge | Says::Operations, Some(target)) => {
                let fits = |pattern: &Option<String>, texts: &[&str]| {
                    let Some(pattern) = pattern else { return true };
                    // What is no pattern here may be one to kustomize.
                    Regex::new(&format!("^(?:{pattern})$"))
                        .map_or(true, |regex| texts.iter().any(|text| regex.is_match(text)))
                };
                let names: Vec<&str> = whole?.names.iter().map(String::as_str).collect();
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
        match self.entry {
            None => Some(root),
            Some((list, n, key)) => root.get(list)?.items().nth(n)?.get(key),
        }
    }

    /// What it says, each with the keys that lead there from the object's root.
    pub fn roots(&self) -> Vec<(Vec<String>, Value<'_>)> {
        let Some(root) = self.root() else { return Vec::new() };
        match self.says {
            Says::Whole | Says::Merge => vec![(Vec::new(), root)],
            Says::Operations => root.items().filter_map(operation).collect(),
            Says::Literals => root.items().filter_map(literal).collect(),
            Says::Entries => {
                let entries = root.entries().into_iter();
                entries.map(|(key, value)| (vec!["data".to_string(), key.to_string()], value)).collect()
            }
            Says::Count => vec![(["spec", "replicas"].map(str::to_string).to_vec(), root)],
        }
    }

    /// Whether it says at a place what was built.
    pub fn is_built_as(&self, value: Value<'_>, rendered: Value<'_>) -> bool {
        let (Some(text), Some(rendered)) = (value.text(), rendered.text()) else { return false };
        let text = match self.says {
            Says::Literals => text.split_once('=').map_or("", |(_, value)| value.trim_matches(['"', '\''])),
            _ => text,
        };
        let generated = matches!(self.says, Says::Literals | Says::Entries) && self.kind == "Secret";
        if generated { BASE64.encode(text.as_bytes()) == rendered } else { text == rendered }
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
