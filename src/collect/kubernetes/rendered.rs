//! What must be rendered before it can be read: Helm charts and kustomize builds.

use std::collections::{BTreeMap, BTreeSet};

use crate::artefact::render::Build;
use crate::artefact::{Artefact, Bundle};
use crate::collect::paths;
use crate::input::deployments::Environment;
use crate::input::environment;
use crate::located::Value;
use crate::problem::{Problem, ProblemKind};

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

/// Folders of chart templates, each with the problem that says how to render the chart.
pub fn charts(paths: &[&str], spoils: &[&'static str]) -> Vec<(String, Problem)> {
    let mut roots: Vec<&str> = paths
        .iter()
        .filter(|path| path.rsplit('/').next() == Some("Chart.yaml"))
        .map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder))
        .collect();
    roots.sort_unstable();
    let chart = |root: &str| {
        let folder = if root.is_empty() { "." } else { root };
        let file = if root.is_empty() { "Chart.yaml".to_string() } else { format!("{root}/Chart.yaml") };
        Problem::new(ProblemKind::Limit, file, "the chart is not rendered, so what it deploys is not judged")
            .help(format!("helm template {folder} | plimsoll check -"))
            .spoils(spoils)
    };
    // A chart inside a chart is rendered with it.
    let known: BTreeSet<&str> = roots.iter().copied().collect();
    roots.iter().map(|root| (templates(root), chart(outermost(root, &known)))).collect()
}

/// The chart that a chart is rendered with: the outermost of those that hold it in their `charts` folders.
fn outermost<'p>(root: &'p str, roots: &BTreeSet<&str>) -> &'p str {
    let holders = root.match_indices("charts/").filter_map(|(at, _)| match at {
        0 => Some(""),
        _ => root[..at].strip_suffix('/'),
    });
    holders.into_iter().find(|holder| roots.contains(holder)).unwrap_or(root)
}

fn templates(root: &str) -> String {
    if root.is_empty() { "templates".to_string() } else { format!("{root}/templates") }
}

/// How charts and overlays are rendered: each chart with its own values and once more with each `values-*.yaml` beside
/// them, each kustomization that no other one builds on.
pub fn builds(bundle: &Bundle, paths: &[&str]) -> Vec<Build> {
    let mut builds = Vec::new();
    for (_, problem) in charts(paths, &[]) {
        let folder = paths::folder(&problem.path);
        let shown = if folder.is_empty() { "." } else { folder };
        let values = paths.iter().filter(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            paths::folder(path) == folder
                && name.ends_with(".yaml")
                && (name.starts_with("values-") || name.starts_with("values."))
        });
        let values = values.filter(|path| !path.ends_with("/values.yaml") && **path != "values.yaml").map(Some);
        for values in std::iter::once(None).chain(values) {
            let mut command: Vec<String> = ["helm", "template", shown].map(str::to_string).to_vec();
            command.extend(values.into_iter().flat_map(|file| ["--values".to_string(), (*file).to_string()]));
            let build = Build { path: command.join(" "), commands: vec![command], problem: problem.path.to_string() };
            if !builds.contains(&build) {
                builds.push(build);
            }
        }
    }
    for problem in kustomizations(bundle, &[]).problems.iter().filter(|problem| problem.kind == ProblemKind::Limit) {
        let folder = paths::folder(&problem.path);
        let shown = if folder.is_empty() { "." } else { folder }.to_string();
        let commands = [&["kustomize", "build"], &["kubectl", "kustomize"]];
        let commands = commands.map(|words| words.iter().map(|word| word.to_string()).chain([shown.clone()]).collect());
        let path = format!("kustomize build {shown}");
        builds.push(Build { path, commands: commands.to_vec(), problem: problem.path.to_string() });
    }
    builds
}

/// The deployment of what was rendered: the command that made it.
pub fn home(path: &str) -> Option<(String, Environment)> {
    let made = path.starts_with("helm template ") || path.starts_with("kustomize build ");
    // Of a chart with several sets of values the set tells the environment, else the folder.
    let last = path.rsplit(' ').next().unwrap_or(path);
    made.then(|| (path.to_string(), environment::of_path(last)))
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
        if !named_by_others.contains(folder) && !matches!(build, Some(Ok(()))) {
            let shown = if folder.is_empty() { "." } else { folder };
            let why = build.and_then(|build| build.as_ref().err()).map(|why| format!(" ({why})")).unwrap_or_default();
            let message = format!("the kustomization is not built, so what it deploys is not judged{why}");
            kustomized.problems.push(
                Problem::new(ProblemKind::Limit, artefact.path.clone(), message)
                    .help(format!("kustomize build {shown} | plimsoll check -"))
                    .spoils(spoils),
            );
        }
    }
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
