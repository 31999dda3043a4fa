//! Reading and classifying: bytes to artefacts.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use globset::GlobBuilder;
use rayon::prelude::*;

use crate::artefact::render::{self, Build};
use crate::artefact::walk::{self, Found};
use crate::artefact::{Artefact, Bundle, Gathered, Sources, Tracked, git};
use crate::collect::{COLLECTORS, Claim, Collector};
use crate::config::Config;
use crate::located::{Dialect, Limits};
use crate::problem::{Problem, ProblemKind};
use crate::syntax::{self, Fault, Format};

/// Finds, reads and classifies everything that a run looks at.
pub fn gather(sources: &Sources, config: &Config) -> Gathered {
    let here = [".".into()];
    let paths: &[_] = if sources.paths.is_empty() && sources.stdin.is_none() { &here } else { &sources.paths };
    let walked = walk::walk(paths, &config.exclude);
    let mut problems = walked.problems;
    let (tracked, refusal) = git::tracked(&walked.root);
    problems.extend(refusal);

    let mut files: Vec<Found> = walked.files.into_values().collect();
    let names: Vec<&str> = files.iter().map(|found| &*found.path).collect();
    let mut left_out: Vec<String> = Vec::new();
    for collector in COLLECTORS {
        for (folder, problem) in collector.leaves_out(&names) {
            left_out.push(folder);
            // A chart inside a chart is rendered with it and shares its problem.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    let all: Vec<String> = names.iter().map(|name| (*name).to_string()).collect();
    files.retain(|found| !left_out.iter().any(|folder| super::below(folder, &found.path).is_some()));

    let reader = Reader { tracked: tracked.as_ref(), limits: config.limits };
    let mut read: BTreeMap<Arc<str>, Reading> =
        files.par_iter().filter_map(|found| Some((found.path.clone(), reader.read(found, None)?))).collect();
    if let Some(bytes) = &sources.stdin {
        read.insert("-".into(), reader.stdin(bytes));
    }

    // Files that artefacts name are read too, until none names a new one.
    let mut fresh: Vec<Arc<str>> = read.keys().cloned().collect();
    while !fresh.is_empty() {
        let wanted: BTreeMap<String, (&dyn Collector, Format)> = fresh
            .iter()
            .filter_map(|path| read.get(path)?.artefact.as_ref())
            .flat_map(|artefact| COLLECTORS.iter().flat_map(|collector| collector.references(artefact)))
            .filter_map(|reference| {
                let collector = COLLECTORS.iter().find(|collector| collector.section() == reference.section)?;
                Some((reference.path, (*collector, reference.format)))
            })
            .flat_map(|(path, reader)| named(path, &all).into_iter().map(move |path| (path, reader)))
            .filter(|(path, _)| read.get(path.as_str()).is_none_or(Reading::is_nothing))
            .collect();
        fresh.clear();
        for (path, (collector, format)) in wanted {
            let file = walked.root.join(&path);
            if !file.exists() || file.is_dir() {
                continue;
            }
            let path: Arc<str> = path.into();
            let found = Found { file, path: path.clone(), given: walked.folder_given };
            if let Some(reading) = reader.read(&found, Some((collector, format))) {
                read.insert(path.clone(), reading);
                fresh.push(path);
            }
        }
    }

    let mut artefacts = Vec::with_capacity(read.len());
    let mut unreadable = HashSet::new();
    for (path, reading) in read {
        problems.extend(reading.problems);
        match reading.artefact {
            Some(artefact) => artefacts.push(artefact),
            None if reading.refused => _ = unreadable.insert(path),
            None => {}
        }
    }
    let mut bundle = Bundle::new(artefacts, unreadable, tracked.is_some());
    if config.render {
        bundle = rendered(bundle, &walked.root, &all, &reader, &mut problems);
    }
    Gathered { bundle, problems, root: walked.root, folder_given: walked.folder_given }
}

/// The paths that a reference means: those of the run that fit it, where it has stars.
fn named(path: String, all: &[String]) -> Vec<String> {
    if !path.contains(['*', '?', '[']) {
        return vec![path];
    }
    let Ok(glob) = GlobBuilder::new(&path).literal_separator(true).build() else { return Vec::new() };
    let glob = glob.compile_matcher();
    all.iter().filter(|one| glob.is_match(one)).cloned().collect()
}

/// Adds what charts and overlays of the tree come to. A problem of one that is rendered whole goes; that of another says why
/// it is not.
fn rendered(bundle: Bundle, root: &Path, paths: &[String], reader: &Reader<'_>, problems: &mut Vec<Problem>) -> Bundle {
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    let wanted: Vec<(&'static dyn Collector, Build)> = COLLECTORS
        .iter()
        .flat_map(|collector| collector.builds(&bundle, &names).into_iter().map(|build| (*collector, build)))
        .collect();
    let builds: Vec<Build> = wanted.iter().map(|(_, build)| build.clone()).collect();
    let mut added = Vec::new();
    let mut failed: BTreeMap<&str, String> = BTreeMap::new();
    for ((collector, build), result) in wanted.iter().zip(render::run(root, &builds)) {
        let found = Found { file: Path::new(&build.path).into(), path: build.path.as_str().into(), given: true };
        let reading = result.map(|text| {
            if text.iter().all(u8::is_ascii_whitespace) {
                return Reading::default();
            }
            reader.classify(&found, text, &[(*collector, Claim::Yes(Format::Yaml))]).unwrap_or_default()
        });
        match reading {
            Ok(reading) => {
                problems.extend(reading.problems);
                added.extend(reading.artefact);
            }
            Err(reason) => _ = failed.insert(&build.problem, reason),
        }
    }
    let settled = |problem: &Problem| {
        problem.kind == ProblemKind::Limit && builds.iter().any(|build| build.problem == *problem.path)
    };
    problems.retain(|problem| !settled(problem) || failed.contains_key(&*problem.path));
    for problem in problems.iter_mut().filter(|problem| settled(problem)) {
        if let Some(reason) = failed.get(&*problem.path) {
            problem.message = format!("{} ({reason})", problem.message);
        }
    }
    let went =
        |build: &Build| (build.problem.clone(), failed.get(&*build.problem).map_or(Ok(()), |why| Err(why.clone())));
    let went = builds.iter().map(went).collect();
    bundle.with(added, went)
}

/// What became of one file.
#[derive(Default)]
struct Reading {
    artefact: Option<Artefact>,
    problems: Vec<Problem>,
    /// Whether it exists and could not be read.
    refused: bool,
}

impl Reading {
    fn is_nothing(&self) -> bool {
        self.artefact.is_none() && !self.refused
    }

    fn refused(problem: Problem) -> Self {
        Self { artefact: None, problems: vec![problem], refused: true }
    }
}

struct Reader<'r> {
    tracked: Option<&'r HashSet<String>>,
    limits: Limits,
}

impl Reader<'_> {
    /// Reads one file if a collector wants it; `wanted` names the collector of a file that another artefact names.
    fn read(&self, found: &Found, wanted: Option<(&'static dyn Collector, Format)>) -> Option<Reading> {
        let candidates = match wanted {
            Some((collector, format)) => vec![(collector, Claim::Yes(format))],
            None => claims(&found.path),
        };
        if candidates.is_empty() {
            return None;
        }
        let refuse = |kind, message: String, help: &str| {
            Some(Reading::refused(
                Problem::new(kind, found.path.clone(), message).help(help).spoils(&spoiled(&candidates)),
            ))
        };
        let metadata = match fs::metadata(&found.file) {
            Ok(metadata) => metadata,
            Err(error) => {
                return refuse(
                    ProblemKind::Fault,
                    format!("cannot be read: {}", walk::reason(&error)),
                    "give read permission, or list the file under `exclude` in plimsoll.yaml",
                );
            }
        };
        if metadata.is_dir() {
            return None;
        }
        if !metadata.is_file() {
            return refuse(
                ProblemKind::Fault,
                "is no regular file (a FIFO, a socket or a device)".to_string(),
                "replace it by a regular file, or list it under `exclude` in plimsoll.yaml",
            );
        }
        if metadata.len() > self.limits.file_bytes as u64 {
            return refuse(
                ProblemKind::Limit,
                format!("has {} bytes, over the limit of {}", metadata.len(), self.limits.file_bytes),
                "split the file, raise `limits.file_bytes` in plimsoll.yaml, or list it under `exclude`",
            );
        }
        match fs::read(&found.file) {
            Ok(bytes) => self.classify(found, bytes, &candidates),
            Err(error) => refuse(
                ProblemKind::Fault,
                format!("cannot be read: {}", walk::reason(&error)),
                "give read permission, or list the file under `exclude` in plimsoll.yaml",
            ),
        }
    }

    fn stdin(&self, bytes: &[u8]) -> Reading {
        let found = Found { file: Path::new("-").into(), path: "-".into(), given: true };
        // JSON is YAML to the readers that standard input is meant for, and recovers document by document.
        let candidates: Vec<_> = COLLECTORS
            .iter()
            .filter(|collector| matches!(collector.claims("stdin.yaml"), Claim::Maybe(_) | Claim::Yes(_)))
            .map(|collector| (*collector, Claim::Maybe(Format::Yaml)))
            .collect();
        if bytes.len() > self.limits.file_bytes {
            return Reading::refused(
                Problem::new(
                    ProblemKind::Limit,
                    "-",
                    format!("standard input has over {} bytes", self.limits.file_bytes),
                )
                .help("raise `limits.file_bytes` in plimsoll.yaml, or pipe less at a time")
                .spoils(&spoiled(&candidates)),
            );
        }
        let reading = self.classify(&found, bytes.to_vec(), &candidates).unwrap_or_default();
        if reading.artefact.is_none() && reading.problems.is_empty() {
            let help = "pipe Kubernetes manifests or a compose file, e.g. `helm template . | plimsoll check -`";
            let problem = Problem::new(ProblemKind::Fault, "-", "nothing recognised on standard input").help(help);
            return Reading::refused(problem);
        }
        reading
    }

    fn classify(
        &self,
        found: &Found,
        bytes: Vec<u8>,
        candidates: &[(&'static dyn Collector, Claim)],
    ) -> Option<Reading> {
        let text: Arc<str> = match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes());
                let suspected: Vec<_> =
                    candidates.iter().filter(|(collector, claim)| suspects(*collector, *claim, found, &text)).collect();
                let kind = if suspected.is_empty() { ProblemKind::Notice } else { ProblemKind::Fault };
                let at = error.utf8_error().valid_up_to();
                let suspected: Vec<_> = suspected.into_iter().copied().collect();
                return Some(Reading::refused(
                    Problem::new(kind, found.path.clone(), format!("is not UTF-8: byte {at} begins no character"))
                        .help("convert it, e.g. `iconv -f LATIN1 -t UTF-8`")
                        .spoils(&spoiled(&suspected)),
                ));
            }
        };
        let &(first, claim) = candidates.first()?;
        let (Claim::Yes(format) | Claim::Maybe(format)) = claim else { return None };
        let certain = matches!(claim, Claim::Yes(_));
        // Most JSON and `.conf` of a repository is not ours; a look at the text is cheaper than a parse.
        if !certain && format != Format::Yaml && !candidates.iter().any(|(c, _)| c.suspects(&found.path, &text)) {
            return None;
        }
        let parsed = syntax::parse(format, found.path.clone(), text.clone(), self.limits);
        let mut located = parsed.located;
        let owner = if certain {
            Some(first)
        } else {
            let by_content =
                candidates.iter().find(|(c, _)| located.documents().any(|document| c.recognises(document)));
            let by_text = || {
                let broken = !parsed.faults.is_empty();
                candidates.iter().find(|(c, claim)| broken && suspects(*c, *claim, found, &text))
            };
            by_content.or_else(by_text).map(|(collector, _)| *collector)
        };
        let Some(owner) = owner else {
            let problems = parsed.faults.into_iter().take(1).map(|fault| {
                let mut problem = problem_of(fault, found, ProblemKind::Notice, Vec::new());
                problem.help =
                    "nothing says that it is a file that plimsoll reads, so no rule waits for it".to_string();
                problem
            });
            return Some(Reading { artefact: None, problems: problems.collect(), refused: false });
        };
        (located.section, located.numbered) = (owner.section(), owner.numbered());
        if located.dialect != Dialect::Json {
            located.dialect = owner.dialect();
        }
        (located.path, located.text) = (found.path.clone(), text);
        let spoils = spoiled(&[(owner, claim)]);
        let problems =
            parsed.faults.into_iter().map(|fault| problem_of(fault, found, ProblemKind::Fault, spoils.clone()));
        let tracked = match self.tracked {
            None => Tracked::Unknown,
            Some(tracked) if tracked.contains(&*found.path) => Tracked::Yes,
            Some(_) => Tracked::No,
        };
        Some(Reading {
            problems: problems.collect(),
            artefact: Some(Artefact { path: found.path.clone(), located, tracked, ignored: false, given: found.given }),
            refused: false,
        })
    }
}

fn suspects(collector: &dyn Collector, claim: Claim, found: &Found, text: &str) -> bool {
    matches!(claim, Claim::Yes(_)) || collector.suspects(&found.path, text)
}

/// The collectors that a path may belong to: the one that knows it by name, else all that must see its content.
fn claims(path: &str) -> Vec<(&'static dyn Collector, Claim)> {
    let mut maybe = Vec::new();
    for &collector in COLLECTORS {
        match collector.claims(path) {
            Claim::Yes(format) => return vec![(collector, Claim::Yes(format))],
            Claim::Maybe(format) => maybe.push((collector, Claim::Maybe(format))),
            Claim::No => {}
        }
    }
    maybe
}

/// The sections and views that cannot be whole without a file of these collectors.
fn spoiled(candidates: &[(&'static dyn Collector, Claim)]) -> Vec<&'static str> {
    let mut sections: Vec<&'static str> = Vec::new();
    for (collector, _) in candidates {
        for section in std::iter::once(collector.section()).chain(collector.views().iter().copied()) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
    }
    sections
}

fn problem_of(fault: Fault, found: &Found, kind: ProblemKind, sections: Vec<&'static str>) -> Problem {
    Problem {
        kind,
        path: found.path.clone(),
        span: Some(fault.span),
        related: fault.related,
        message: fault.message,
        help: fault.help,
        sections,
    }
}
