//! Helm charts: with which values each is rendered, and where its rendered text comes from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::artefact::render::{ASK, Build, Files};
use crate::artefact::trace::{Origin, Piece, Trace};
use crate::collect::kubernetes::rendered::align::{self, Source};
use crate::collect::kubernetes::rendered::program::{Library, Program};
use crate::collect::kubernetes::rendered::{shown, values};
use crate::collect::paths;
use crate::config::Render;
use crate::located::{Limits, Located, Span, Value};
use crate::problem::{Problem, ProblemKind};
use crate::syntax::{Format, parse};

const FILE: &str = "Chart.yaml";

/// Folders of chart templates, each with the problem that says how to render the chart.
pub fn charts(paths: &[&str], spoils: &[&'static str]) -> Vec<(String, Problem)> {
    let roots = roots(paths);
    let chart = |root: &str| {
        Problem::new(
            ProblemKind::Limit,
            paths::within(root, FILE),
            "the chart is not rendered, so what it deploys is not judged",
        )
        .help(format!("{ASK}helm template {} | plimsoll check -", shown(root)))
        .spoils(spoils)
    };
    // A chart inside a chart is rendered with it.
    roots.iter().map(|root| (paths::within(root, "templates"), chart(outermost(root, &roots)))).collect()
}

fn roots<'p>(paths: &[&'p str]) -> BTreeSet<&'p str> {
    let files = paths.iter().filter(|path| path.rsplit('/').next() == Some(FILE));
    files.map(|path| paths::folder(path)).collect()
}

/// The chart that a chart is rendered with: the outermost of those that hold it in their `charts` folders.
fn outermost<'p>(root: &'p str, roots: &BTreeSet<&str>) -> &'p str {
    let holders = root.match_indices("charts/").filter_map(|(at, _)| match at {
        0 => Some(""),
        _ => root[..at].strip_suffix('/'),
    });
    holders.into_iter().find(|holder| roots.contains(holder)).unwrap_or(root)
}

/// How charts are rendered: as the config says; else each that no other chart is made of with its own values, and once
/// more with each `values-*.yaml` or `values.*.yaml` beside them.
pub fn builds(files: &Files<'_>, config: &Render) -> Vec<Build> {
    let roots = roots(files.paths);
    let tops: BTreeSet<&str> = roots.iter().map(|root| outermost(root, &roots)).collect();
    let parts = parts(files, &tops);
    let mut builds = Vec::new();
    for &root in &tops {
        let configured: Vec<&Vec<String>> =
            config.helm.iter().filter(|one| one.chart == root).map(|one| &one.values).collect();
        let deploys = !parts.contains(root) && !is_library(files, root);
        if configured.is_empty() && !deploys {
            // It deploys nothing by itself; what uses it is rendered with it.
            builds.push(Build { commands: Vec::new(), ..build(root, &[]) });
            continue;
        }
        let conventional = || std::iter::once(Vec::new()).chain(beside(files, root).map(|path| vec![path])).collect();
        let sets: Vec<Vec<String>> =
            if configured.is_empty() { conventional() } else { configured.into_iter().cloned().collect() };
        builds.extend(sets.iter().map(|values| build(root, values)));
    }
    for missing in config.helm.iter().filter(|one| !tops.contains(one.chart.as_str())) {
        let refusal =
            Some(format!("the config names it, and there is no chart of its own in {}", shown(&missing.chart)));
        builds.push(Build { refusal, commands: Vec::new(), ..build(&missing.chart, &missing.values) });
    }
    builds
}

/// Files of values beside a chart's own.
fn beside<'f>(files: &'f Files<'_>, root: &'f str) -> impl Iterator<Item = String> + 'f {
    let wanted = move |path: &&&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
        paths::folder(path) == root
            && stem.is_some_and(|stem| stem.starts_with("values-") || stem.starts_with("values."))
    };
    files.paths.iter().filter(wanted).map(|path| (*path).to_string())
}

fn build(root: &str, values: &[String]) -> Build {
    let mut path = format!("helm template {}", shown(root));
    let mut command: Vec<String> = ["helm", "template", "--skip-tests"].map(str::to_string).to_vec();
    for file in values {
        path.push_str(&format!(" --values {file}"));
        command.push(format!("--values=./{file}"));
    }
    // Nobody's folder is taken for a flag.
    command.push(format!("./{root}"));
    let list = |file: &&String| file.contains([',', '"']);
    let refusal = values.iter().find(list).map(|file| format!("helm would take `{file}` for a list of files"));
    let values = std::iter::once(paths::within(root, "values.yaml")).chain(values.iter().cloned()).collect::<Vec<_>>();
    let reads = std::iter::once(root.to_string()).chain(values.iter().cloned()).collect();
    Build { path, commands: vec![command], problem: paths::within(root, FILE), refusal, reads, values }
}

/// Charts that a chart of the tree always takes in from beside it, so that it renders them with its own values.
fn parts(files: &Files<'_>, tops: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for &root in tops {
        let Some(chart) = read(files, root) else { continue };
        for dependency in dependencies(&chart).filter(|one| one.get("condition").or(one.get("tags")).is_none()) {
            let local =
                dependency.get("repository").and_then(Value::text).and_then(|text| text.strip_prefix("file://"));
            if let Some(folder) = local.and_then(|path| paths::join(root, path)) {
                users.entry(folder).or_default().insert(root);
            }
        }
    }
    // Of charts that take in each other none is left to others.
    let used: BTreeSet<String> = users.keys().cloned().collect();
    users.retain(|_, users| users.iter().any(|user| !used.contains(*user)));
    users.into_keys().collect()
}

fn is_library(files: &Files<'_>, root: &str) -> bool {
    let chart = read(files, root);
    chart.as_ref().and_then(|chart| chart.root()?.get("type")?.text()) == Some("library")
}

fn read(files: &Files<'_>, root: &str) -> Option<Located> {
    let path = paths::within(root, FILE);
    let text = (files.read)(&path)?;
    Some(parse(Format::Yaml, path.into(), text, Limits::default()).located).filter(|chart| chart.root().is_some())
}

fn dependencies(chart: &Located) -> impl Iterator<Item = Value<'_>> {
    chart.root().and_then(|root| root.get("dependencies")).into_iter().flat_map(Value::items)
}

/// Where the text that a chart was rendered to comes from.
pub fn trace(build: &Build, text: &str, files: &Files<'_>) -> Trace {
    let root = paths::folder(&build.problem);
    let mut trace = Trace { home: home(files, root), ..Trace::default() };
    let library = library(files, root);
    let sets = values::Sets::new(files, root, &build.values);
    // helm sorts the documents by kind, hooks last; those of one kind stay in the order of their template.
    let mut groups: BTreeMap<(&str, &str, bool), Vec<Range<usize>>> = BTreeMap::new();
    for (source, range) in documents(text).into_iter().filter(|(_, range)| !range.is_empty()) {
        let document = &text[range.clone()];
        let kind = document.lines().find_map(|line| line.strip_prefix("kind:")).unwrap_or_default().trim();
        groups.entry((source, kind, document.contains("helm.sh/hook"))).or_default().push(range);
    }
    let mut programs: HashMap<String, Programs> = HashMap::new();
    let mut folders: HashMap<String, Option<String>> = HashMap::new();
    for ((source, ..), ranges) in groups {
        let Some((chart, template)) = template_of(source, root, files, &mut folders) else { continue };
        let programs = programs.entry(template.clone()).or_insert_with(|| Programs::new(&library, &template));
        let documents: Vec<&str> = ranges.iter().map(|range| &text[range.clone()]).collect();
        let values = sets.of(&chart);
        for (range, (program, bytes)) in ranges.iter().zip(programs.read(&documents)) {
            for (piece, frame) in bytes.iter().flat_map(|bytes| pieces(program, bytes, range.start)) {
                if !piece.verbatim {
                    let said = frame.get(piece.origin.span.range()).unwrap_or_default();
                    trace.set.extend(values.set(said, text, piece.rendered));
                }
                trace.pieces.push(piece);
            }
        }
    }
    trace.pieces.sort_by_key(|piece| piece.rendered);
    trace.with_texts(files.read)
}

/// The place that stands for a chart: its name.
fn home(files: &Files<'_>, root: &str) -> Origin {
    let chart = read(files, root);
    let name = chart.as_ref().and_then(|chart| chart.root()?.get("name"));
    Origin { path: paths::within(root, FILE).into(), span: name.map(Value::pointer).unwrap_or_default() }
}

fn library(files: &Files<'_>, root: &str) -> Library {
    let mut library = Library::default();
    for path in (files.below)(root) {
        let inside = path.strip_prefix(root).unwrap_or(&path).trim_start_matches('/');
        if inside.starts_with("templates/") || inside.starts_with("charts/") && inside.contains("/templates/") {
            let text = (files.read)(&path);
            text.into_iter().for_each(|text| library.add(path.as_str().into(), text));
        }
    }
    library
}

/// The documents of what helm printed: the template that each says it comes from, and its bytes without space around them.
fn documents(text: &str) -> Vec<(&str, Range<usize>)> {
    const MARK: &str = "---\n# Source: ";
    let starts = text.match_indices(MARK).map(|(at, _)| at).filter(|at| *at == 0 || text[..*at].ends_with('\n'));
    let starts: Vec<usize> = starts.collect();
    let document = |(n, start): (usize, &usize)| {
        let end = starts.get(n + 1).copied().unwrap_or(text.len());
        let said = &text[start + MARK.len()..end];
        let (source, body) = said.split_once('\n').unwrap_or((said, ""));
        let from = end - body.trim_start().len();
        (source.trim(), from..from + body.trim().len())
    };
    starts.iter().enumerate().map(document).collect()
}

/// The folder and the file of a template that helm names: the chart's name, those of the charts in it, the way in the last.
fn template_of(
    source: &str,
    root: &str,
    files: &Files<'_>,
    folders: &mut HashMap<String, Option<String>>,
) -> Option<(Vec<String>, String)> {
    let (_, mut rest) = source.split_once('/')?;
    let (mut folder, mut chart) = (root.to_string(), Vec::new());
    while let Some((name, below)) = rest.strip_prefix("charts/").and_then(|rest| rest.split_once('/')) {
        let key = format!("{folder}\n{name}");
        let found = folders.entry(key).or_insert_with(|| subchart(&folder, name, files)).clone();
        folder = found?;
        chart.push(name.to_string());
        rest = below;
    }
    Some((chart, paths::within(&folder, rest)))
}

/// The folder of a chart in the `charts` folder of another, by the name or the alias that it has there.
fn subchart(folder: &str, name: &str, files: &Files<'_>) -> Option<String> {
    let parent = read(files, folder)?;
    let text = |value: Value<'_>, key: &str| value.get(key).and_then(Value::text).map(str::to_string);
    let alias = dependencies(&parent).find(|one| text(*one, "alias").as_deref() == Some(name));
    let name = alias.and_then(|one| text(one, "name")).unwrap_or_else(|| name.to_string());
    let charts = paths::within(folder, "charts");
    let below = (files.below)(&charts);
    let below: Vec<&str> = below.iter().map(String::as_str).collect();
    let candidates = roots(&below).into_iter().filter(|root| paths::folder(root) == charts);
    let mut named = candidates.filter(|root| {
        read(files, root).and_then(|chart| text(chart.root()?, "name")).as_deref() == Some(name.as_str())
    });
    let only = named.next()?.to_string();
    named.next().is_none().then_some(only)
}

/// The programs of one template.
struct Programs {
    usual: Option<Program>,
    /// In which every action may print several lines.
    lax: Option<Program>,
}

impl Programs {
    fn new(library: &Library, path: &str) -> Self {
        Self { usual: library.program(path, false), lax: library.program(path, true) }
    }

    /// The sources of some documents' bytes, by the first program that reads them: all in one go, else each alone.
    fn read(&self, documents: &[&str]) -> Vec<(&Program, Option<Vec<Option<Source>>>)> {
        let programs = || [&self.usual, &self.lax].into_iter().flatten();
        for program in programs() {
            if let Some(sources) = align::sources(program, documents) {
                return sources.into_iter().map(|sources| (program, Some(sources))).collect();
            }
        }
        let one = |document: &&str| {
            let read = |program| Some((program, Some(align::sources(program, &[*document])?.pop()?)));
            programs().find_map(read).or_else(|| Some((programs().next()?, None)))
        };
        // Without a program there is nothing to say of any of them.
        documents.iter().map(one).collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}

/// Runs of bytes from one source, each with the text that it comes from; `start` is where the document begins.
fn pieces<'p>(program: &'p Program, bytes: &[Option<Source>], start: usize) -> Vec<(Piece, &'p str)> {
    let mut pieces: Vec<(usize, Range<usize>, Source)> = Vec::new();
    for (at, source) in bytes.iter().enumerate() {
        let Some(source) = source else { continue };
        match pieces.last_mut() {
            Some((frame, rendered, known)) if *frame == source.frame && rendered.end == at => {
                let follows = source.verbatim && known.verbatim && known.range.end == source.range.start;
                if follows {
                    known.range.end = source.range.end;
                }
                if follows || known == source {
                    rendered.end = at + 1;
                    continue;
                }
            }
            _ => {}
        }
        pieces.push((source.frame, at..at + 1, source.clone()));
    }
    let piece = |(frame, rendered, source): (usize, Range<usize>, Source)| {
        let frame = &program.frames[frame];
        let origin = Origin { path: frame.path.clone(), span: Span::new(source.range.start, source.range.end) };
        let rendered = Span::new(start + rendered.start, start + rendered.end);
        (Piece { rendered, origin, verbatim: source.verbatim }, &*frame.text)
    };
    pieces.into_iter().map(piece).collect()
}
