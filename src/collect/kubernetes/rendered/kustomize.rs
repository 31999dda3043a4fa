//! Kustomizations: which of them only list files, and how the others are built.

use std::collections::{BTreeMap, BTreeSet};

use crate::artefact::render::{ASK, Build, Files, MEND};
use crate::artefact::{Artefact, Bundle};
use crate::collect::kubernetes::rendered::shown;
use crate::collect::paths;
use crate::config::Render;
use crate::located::{Limits, Located, Value};
use crate::problem::{Problem, ProblemKind};
use crate::syntax::{Format, parse};

/// Keys of a kustomization that change what its resources say.
const CHANGES: &[&str] = &[
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "replicas",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "configMapGenerator",
    "secretGenerator",
    "components",
    "helmCharts",
    "helmChartInflationGenerator",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "transformers",
    "generators",
    "replacements",
    "vars",
    "configurations",
];

/// How kustomizations are built: each that changes what it lists and that no other one builds on, and those that the
/// config names.
pub fn builds(bundle: &Bundle, files: &Files<'_>, config: &Render) -> Vec<Build> {
    let kustomized = kustomizations(bundle, &[]);
    let limits = kustomized.problems.iter().filter(|problem| problem.kind == ProblemKind::Limit);
    let mut folders: Vec<&str> = limits.map(|problem| paths::folder(&problem.path)).collect();
    // One that changes nothing is judged as it stands.
    let named = config.kustomize.iter().map(String::as_str).filter(|folder| !kustomized.plain.contains(*folder));
    folders.extend(named);
    folders.sort_unstable();
    folders.dedup();
    folders.into_iter().map(|folder| build(folder, files)).collect()
}

fn build(folder: &str, files: &Files<'_>) -> Build {
    let commands = [["kustomize", "build"], ["kubectl", "kustomize"]];
    let commands = commands.map(|words| words.into_iter().map(str::to_string).chain([format!("./{folder}")]).collect());
    let mut reach = Reach::default();
    reach.kustomization(folder, files);
    let file = reach.files.first().filter(|file| paths::folder(file) == folder);
    Build {
        path: format!("kustomize build {}", shown(folder)),
        commands: if file.is_some() { commands.to_vec() } else { Vec::new() },
        problem: file.cloned().unwrap_or_else(|| paths::within(folder, NAMES[0])),
        refusal: reach.refusal,
        reads: reach.files,
        values: Vec::new(),
    }
}

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A kustomization as it stands in a folder.
pub fn read(folder: &str, files: &Files<'_>) -> Option<Located> {
    let read = |name: &&str| {
        let path = paths::within(folder, name);
        Some((files.read)(&path).map(|text| parse(Format::Yaml, path.into(), text, Limits::default()).located))
    };
    NAMES.iter().find_map(|name| read(name).flatten())
}

/// Keys whose entries are files or folders of others.
const ENTRIES: &[&str] = &["resources", "bases", "components", "crds", "generators", "transformers", "validators"];

/// What a build reads, and why it must not run: it would fetch something, or read what is not in the tree.
#[derive(Default)]
struct Reach {
    /// The kustomization's own file first.
    files: Vec<String>,
    refusal: Option<String>,
}

impl Reach {
    fn kustomization(&mut self, folder: &str, files: &Files<'_>) {
        let Some(located) = read(folder, files) else {
            return self.refuse(format!("there is no kustomization in {}", shown(folder)));
        };
        if self.files.iter().any(|file| **file == *located.path) {
            return;
        }
        self.files.push(located.path.to_string());
        let Some(root) = located.root() else { return };
        for entry in ENTRIES.iter().filter_map(|key| root.get(key)).flat_map(Value::items).filter_map(Value::text) {
            self.entry(entry, folder, files);
        }
        for path in named(root) {
            match paths::join(folder, path).filter(|path| (files.read)(path).is_some()) {
                Some(path) => self.files.push(path),
                None => self.refuse(format!("it reads `{path}`, which is not in the tree")),
            }
        }
    }

    fn entry(&mut self, entry: &str, folder: &str, files: &Files<'_>) {
        if entry.contains('\n') {
            return;
        }
        // Whatever is no file and no kustomization here, kustomize takes for a repository or an address.
        match paths::join(folder, entry) {
            Some(path) if (files.read)(&path).is_some() => self.files.push(path),
            Some(path) if read(&path, files).is_some() => self.kustomization(&path, files),
            _ => self.refuse(format!("it builds on `{entry}`, which is not in the tree, and nothing is fetched")),
        }
    }

    fn refuse(&mut self, why: String) {
        self.refusal.get_or_insert(why);
    }
}

/// Files that a kustomization reads besides: patches, what its generators hold, its configuration.
fn named(root: Value<'_>) -> Vec<&str> {
    let lists = |keys: &'static [&str]| keys.iter().filter_map(move |key| root.get(key)).flat_map(Value::items);
    let mut named: Vec<&str> = lists(&["patches", "patchesJson6902", "replacements"])
        .filter_map(|entry| entry.get("path").and_then(Value::text))
        .collect();
    named.extend(lists(&["patchesStrategicMerge", "configurations"]).filter_map(Value::text));
    for generator in lists(&["configMapGenerator", "secretGenerator"]) {
        let files = ["files", "envs"].into_iter().filter_map(|key| generator.get(key)).flat_map(Value::items);
        let of_files = files.chain(generator.get("env")).filter_map(Value::text);
        named.extend(of_files.map(|file| file.split_once('=').map_or(file, |(_, file)| file)));
    }
    named.extend(root.path(&["openapi", "path"]).and_then(Value::text));
    named.retain(|path| !path.contains('\n'));
    named
}

/// What the kustomizations of a tree come to.
#[derive(Default)]
pub struct Kustomized {
    /// Files that a build changes or merges: they are not judged as they stand.
    pub left_out: BTreeSet<String>,
    /// Folders whose kustomization changes nothing: a deployment each.
    pub named: BTreeSet<String>,
    /// The folders of `named` whose kustomizations list a file, by its path.
    pub listed: BTreeMap<String, BTreeSet<String>>,
    pub problems: Vec<Problem>,
    /// Folders of all kustomizations that change nothing.
    pub plain: BTreeSet<String>,
}

/// Follows every kustomization of the bundle.
pub fn kustomizations(bundle: &Bundle, spoils: &[&'static str]) -> Kustomized {
    let mut kustomized = Kustomized::default();
    let folders: BTreeMap<String, &Artefact> = bundle
        .section("kubernetes")
        .filter(|artefact| kustomizes(artefact))
        .map(|artefact| (paths::folder(&artefact.path).to_string(), artefact))
        .collect();
    let mut named_by_others: BTreeSet<String> = BTreeSet::new();
    for (folder, artefact) in &folders {
        named_by_others.extend(resources(artefact, folder).into_iter().filter(|path| folders.contains_key(path)));
    }
    for (folder, artefact) in &folders {
        let changes = changes(artefact, folder, &folders);
        if !changes {
            kustomized.problems.extend(absent(bundle, artefact, folder, spoils));
            kustomized.named.insert(folder.clone());
            continue;
        }
        let mut reached = BTreeSet::new();
        reach(folder, &folders, &mut reached);
        kustomized.left_out.extend(reached);
        let build = bundle.build(&artefact.path);
        if (!named_by_others.contains(folder) || build.is_some()) && !matches!(build, Some(Ok(()))) {
            let why = build.and_then(|build| build.as_ref().err()).map(|why| format!(" ({why})")).unwrap_or_default();
            let begin = if build.is_some() { MEND } else { ASK };
            let message = format!("the kustomization is not built, so what it deploys is not judged{why}");
            kustomized.problems.push(
                Problem::new(ProblemKind::Limit, artefact.path.clone(), message)
                    .help(format!("{begin}kustomize build {} | plimsoll check -", shown(folder)))
                    .spoils(spoils),
            );
        }
    }
    kustomized.plain.clone_from(&kustomized.named);
    kustomized.named.retain(|folder| !named_by_others.contains(folder));
    for folder in &kustomized.named {
        for path in folders.get(folder).into_iter().flat_map(|artefact| resources(artefact, folder)) {
            kustomized.listed.entry(path).or_default().insert(folder.clone());
        }
    }
    kustomized.left_out.extend(folders.values().map(|artefact| artefact.path.to_string()));
    kustomized
}

/// The local resources of a kustomization that are not there.
fn absent<'a>(
    bundle: &'a Bundle,
    artefact: &'a Artefact,
    folder: &'a str,
    spoils: &'a [&'static str],
) -> impl Iterator<Item = Problem> + 'a {
    lists(artefact).filter_map(move |resource| {
        let path = join(folder, resource.text()?)?;
        if bundle.get(&path).is_some() || bundle.is_unreadable(&path) {
            return None;
        }
        let message = format!("the resource `{}` is not there", resource.text()?);
        let problem = Problem::new(ProblemKind::Fault, artefact.path.clone(), message).at(resource.pointer());
        Some(problem.help("add the file, or take the line out").spoils(spoils))
    })
}

/// The files that a kustomization lists and leaves as they are.
pub fn listed(artefact: &Artefact) -> Vec<String> {
    if kustomizes(artefact) && !transforms(artefact) {
        resources(artefact, paths::folder(&artefact.path))
    } else {
        Vec::new()
    }
}

/// Whether an artefact is what `kustomize build` reads; Flux has a custom resource of the same kind.
fn kustomizes(artefact: &Artefact) -> bool {
    let api = || artefact.located.root().and_then(|root| root.get("apiVersion")).and_then(Value::text);
    is_kustomization(&artefact.path) && api().is_none_or(|api| api.starts_with("kustomize.config.k8s.io/"))
}

pub fn is_kustomization(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("kustomization.yaml" | "kustomization.yml" | "Kustomization"))
}

/// Whether a build says anything else than its resources do: by its own keys, or because it builds on another or on
/// something outside the tree.
fn changes(artefact: &Artefact, folder: &str, folders: &BTreeMap<String, &Artefact>) -> bool {
    let written = lists(artefact).count();
    let inside = resources(artefact, folder);
    transforms(artefact) || inside.len() < written || inside.iter().any(|path| folders.contains_key(path))
}

/// Whether one of a kustomization's own keys changes what it builds on.
fn transforms(artefact: &Artefact) -> bool {
    let Some(root) = artefact.located.root() else { return false };
    let says = |value: Value<'_>| {
        !value.is_null() && (value.text().is_some() || !value.entries().is_empty() || value.items().next().is_some())
    };
    CHANGES.iter().chain(&["bases"]).any(|key| root.get(key).is_some_and(says))
}

/// The local resources of a kustomization, as paths of the run.
fn resources(artefact: &Artefact, folder: &str) -> Vec<String> {
    lists(artefact).filter_map(Value::text).filter_map(|path| join(folder, path)).collect()
}

/// What a kustomization builds on, as written.
fn lists(artefact: &Artefact) -> impl Iterator<Item = Value<'_>> {
    let root = artefact.located.root();
    let keys = ["resources", "bases", "components", "crds"].into_iter();
    keys.filter_map(move |key| root?.get(key)).flat_map(Value::items)
}

/// Every file that a build reaches, patches too.
fn reach(folder: &str, folders: &BTreeMap<String, &Artefact>, reached: &mut BTreeSet<String>) {
    let Some(artefact) = folders.get(folder) else { return };
    if !reached.insert(artefact.path.to_string()) {
        return;
    }
    for path in resources(artefact, folder) {
        if folders.contains_key(&path) {
            reach(&path, folders, reached);
        } else {
            reached.insert(path);
        }
    }
    let Some(root) = artefact.located.root() else { return };
    let patches = ["patches", "patchesStrategicMerge", "patchesJson6902"].iter().filter_map(|key| root.get(key));
    for patch in patches.flat_map(Value::items) {
        let path = patch.get("path").unwrap_or(patch).text().and_then(|path| join(folder, path));
        reached.extend(path);
    }
}

/// A local path as seen from a folder; None for anything that is fetched.
fn join(folder: &str, path: &str) -> Option<String> {
    let fetched = path.contains('?') || path.starts_with("github.com") || path.starts_with("git@");
    if fetched { None } else { paths::join(folder, path) }
}
