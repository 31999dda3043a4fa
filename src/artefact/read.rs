//! Reading and classifying: bytes to artefacts.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use globset::GlobBuilder;
use rayon::prelude::*;

use crate::artefact::tree::{Content, Tree};
use crate::artefact::utf16;
use crate::artefact::walk::{Found, Origin};
use crate::artefact::{Artefact, Bundle, Gathered, SECRETS, Scanned, Sources, Wanted};
use crate::artefact::{history, parts};
use crate::collect::{COLLECTORS, Claim, Collector, claims, spoiled};
use crate::config::{self, Config};
use crate::located::{Dialect, Limits, Located};
use crate::problem::{Problem, ProblemKind};
use crate::secrets::control::Control;
use crate::secrets::{self, Family};
use crate::syntax::{self, Fault, Format};

mod rendered;

/// Finds, reads and classifies everything that a run looks at.
pub fn gather(sources: &Sources, config: &Config, wanted: Wanted) -> Gathered {
    if wanted.secrets {
        // The tables take some milliseconds, in which files are listed.
        rayon::spawn(secrets::make_ready);
    }
    let here = [".".into()];
    let paths: &[_] = if sources.paths.is_empty() && sources.stdin.is_none() { &here } else { &sources.paths };
    let (tree, walked) = match Tree::open(sources, paths, &config.exclude) {
        Ok(opened) => opened,
        Err(refusal) => return Gathered { refusal: Some(*refusal), ..Gathered::default() },
    };
    let mut problems = walked.problems;
    let history = sources.history.as_deref().filter(|_| wanted.history);
    let history = match history.map(|range| history::look(&sources.paths, range, config)).transpose() {
        Ok(history) => history,
        Err(refusal) => return Gathered { refusal: Some(*refusal), ..Gathered::default() },
    };
    problems.extend(history.iter().flat_map(|history| history.problems.clone()));

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
    for found in &mut files {
        found.opaque |= left_out.iter().any(|folder| super::below(folder, &found.path).is_some());
    }

    let reader = Reader { tree: &tree, limits: config.limits, wanted, control: &config.secrets };
    tree.read_ahead(files.iter().filter(|found| reader.wants(found)), config.limits.file_bytes);
    let mut read: BTreeMap<Arc<str>, Reading> =
        files.par_iter().filter_map(|found| Some((found.path.clone(), reader.read(found, None)?))).collect();
    if let Some(bytes) = &sources.stdin {
        let name = sources.stdin_name.as_deref();
        read.insert(name.unwrap_or("-").into(), reader.stdin(bytes, name));
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
            let Some(origin) = tree.find(&walked.root, &path) else { continue };
            let path: Arc<str> = path.into();
            let known = files.binary_search_by(|found| found.path.cmp(&path)).ok();
            let given = walked.folder_given || known.is_some_and(|n| files[n].given);
            let found = Found { origin, path: path.clone(), given, opaque: false };
            if let Some(reading) = reader.read(&found, Some((collector, format))) {
                read.insert(path.clone(), reading);
                fresh.push(path);
            }
        }
    }

    let mut artefacts = Vec::with_capacity(read.len());
    let mut scanned = Vec::with_capacity(read.len());
    let mut unreadable = HashSet::new();
    let mut binary = 0;
    for (path, reading) in read {
        problems.extend(reading.problems);
        scanned.extend(reading.scanned);
        binary += usize::from(reading.binary);
        match reading.artefact {
            Some(artefact) => artefacts.push(artefact),
            None if reading.refused => _ = unreadable.insert(path),
            None => {}
        }
    }
    let mut bundle = Bundle::new(artefacts, scanned, unreadable, tree.in_git());
    bundle.history = history;
    // Programs that render read the work tree, which is not what is staged.
    if config.render.on && !sources.staged {
        let names = all.iter().map(String::as_str).collect();
        let (root, folder_given) = (&*walked.root, walked.folder_given);
        let renderings = rendered::Renderings { files: &files, names, root, reader: &reader, folder_given };
        bundle = renderings.add(bundle, &config.render, &mut problems);
    }
    let (parts, found) = parts::read(&bundle, config.limits);
    problems.extend(found);
    let bundle = bundle.with_parts(parts);
    let (root, folder_given) = (walked.root, walked.folder_given);
    Gathered { bundle, problems, root, folder_given, binary, refusal: None }
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

/// What became of one file.
#[derive(Default)]
struct Reading {
    artefact: Option<Artefact>,
    scanned: Option<Scanned>,
    problems: Vec<Problem>,
    /// Whether it exists and could not be read.
    refused: bool,
    /// Whether it is no text, so that no secrets were looked for in it.
    binary: bool,
}

impl Reading {
    fn is_nothing(&self) -> bool {
        self.artefact.is_none() && !self.refused
    }

    fn refused(problem: Problem) -> Self {
        Self { problems: vec![problem], refused: true, ..Self::default() }
    }
}

/// What was read, and as text.
pub enum Text {
    Sound(Arc<str>),
    /// Not UTF-8: the byte at which it ends to be, and the text with a sign for each byte that belongs to no character, so
    /// that places still fit.
    Broken(usize, Arc<str>),
}

impl Text {
    pub fn new(bytes: Vec<u8>) -> Self {
        if let Some(text) = utf16::decoded(&bytes) {
            return Text::Sound(text.into());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Text::Sound(text.into()),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let mut text = String::with_capacity(error.as_bytes().len());
                for chunk in error.as_bytes().utf8_chunks() {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| '?'));
                }
                Text::Broken(at, text.into())
            }
        }
    }

    pub fn get(&self) -> &Arc<str> {
        match self {
            Text::Sound(text) | Text::Broken(_, text) => text,
        }
    }
}

/// Whether bytes are no text, by what git goes by, a NUL near the start, and without the mark of UTF-16.
pub fn is_binary(bytes: &[u8]) -> bool {
    !utf16::is_marked(bytes) && bytes[..bytes.len().min(8_000)].contains(&0)
}

struct Reader<'r> {
    tree: &'r Tree,
    limits: Limits,
    wanted: Wanted,
    control: &'r Control,
}

impl Reader<'_> {
    /// Reads one file if a collector wants it, or if secrets are looked for in it; `wanted` names the collector of a file that
    /// another artefact names.
    fn read(&self, found: &Found, wanted: Option<(&'static dyn Collector, Format)>) -> Option<Reading> {
        let candidates = match wanted {
            _ if found.opaque || !self.wanted.artefacts => Vec::new(),
            Some((collector, format)) => vec![(collector, Claim::Yes(format))],
            None => claims(&found.path),
        };
        let scans = self.searches(found);
        if candidates.is_empty() && !scans {
            return None;
        }
        let mut spoils = spoiled(candidates.iter().map(|(collector, _)| *collector));
        if scans {
            spoils.push(SECRETS);
        }
        let refuse = |kind, message: String, help: &str| {
            Some(Reading::refused(Problem::new(kind, found.path.clone(), message).help(help).spoils(&spoils)))
        };
        let (bytes, private) = match self.tree.content(found, self.limits.file_bytes) {
            Content::Bytes { bytes, private } => (bytes, private),
            Content::Nothing => return None,
            Content::Special if candidates.is_empty() => return None,
            Content::Special => {
                return refuse(
                    ProblemKind::Fault,
                    "is no regular file (a FIFO, a socket or a device)".to_string(),
                    "replace it by a regular file, or list it under `exclude` in plimsoll.yaml",
                );
            }
            Content::Large { binary: true, .. } if candidates.is_empty() => {
                return Some(Reading { binary: true, ..Reading::default() });
            }
            Content::Large { bytes, .. } => {
                return refuse(
                    ProblemKind::Limit,
                    format!("has {bytes} bytes, over the limit of {}", self.limits.file_bytes),
                    "split the file, raise `limits.file_bytes` in plimsoll.yaml, or list it under `exclude`",
                );
            }
            Content::Refused(reason) => {
                return refuse(
                    ProblemKind::Fault,
                    format!("cannot be read: {reason}"),
                    "give read permission, or list the file under `exclude` in plimsoll.yaml",
                );
            }
        };
        let binary = is_binary(&bytes);
        if binary && candidates.is_empty() {
            return Some(Reading { binary, ..Reading::default() });
        }
        let text = Text::new(bytes);
        let kept = text.get().clone();
        let reading = if candidates.is_empty() { None } else { self.classify(found, text, &candidates) };
        // Also where nobody asks for secrets, what may be shown is searched for what must be hidden.
        let shown = reading.as_ref().is_some_and(|reading| reading.artefact.is_some() || !reading.problems.is_empty());
        let scanned = (!binary && (scans || shown)).then(|| self.scan(found, &kept, private));
        Some(Reading { scanned, binary, ..reading.unwrap_or_default() })
    }

    /// Whether a file is read for its own sake; one that an artefact names may be read besides.
    fn wants(&self, found: &Found) -> bool {
        self.searches(found) || self.wanted.artefacts && !found.opaque && !claims(&found.path).is_empty()
    }

    fn searches(&self, found: &Found) -> bool {
        self.wanted.secrets && found.given
    }

    /// Looks for secrets in a text; the text itself is kept only where there are some.
    fn scan(&self, found: &Found, text: &Arc<str>, private: Option<bool>) -> Scanned {
        let detections = self.control.scan(&found.path, text);
        let located = secrets::located(&found.path, text, &detections, self.limits);
        let code = Family::of(&found.path, text) == Family::Code;
        Scanned { artefact: self.artefact(found, located), detections, code, private }
    }

    fn artefact(&self, found: &Found, located: Located) -> Artefact {
        let tracked = self.tree.tracked(&found.path);
        Artefact { path: found.path.clone(), located, tracked, ignored: false, given: found.given }
    }

    /// Reads standard input: as a file of the given name would be, else as what manifests are piped as.
    fn stdin(&self, bytes: &[u8], name: Option<&str>) -> Reading {
        let path: Arc<str> = name.unwrap_or("-").into();
        let found = Found { origin: Origin::Given, path: path.clone(), given: true, opaque: false };
        // JSON is YAML to the readers that standard input is meant for, and recovers document by document.
        let piped = || {
            let claim = |collector: &&dyn Collector| collector.claims("stdin.yaml") != Claim::No;
            COLLECTORS.iter().copied().filter(claim).map(|one| (one, Claim::Maybe(Format::Yaml))).collect()
        };
        let candidates: Vec<(&'static dyn Collector, Claim)> = name.map_or_else(piped, claims);
        if bytes.len() > self.limits.file_bytes {
            return Reading::refused(
                Problem::new(
                    ProblemKind::Limit,
                    path,
                    format!("standard input has over {} bytes", self.limits.file_bytes),
                )
                .help("raise `limits.file_bytes` in plimsoll.yaml, or pipe less at a time")
                .spoils(&spoiled(candidates.iter().map(|(collector, _)| *collector))),
            );
        }
        let text = Text::new(bytes.to_vec());
        let scanned = (!is_binary(bytes)).then(|| self.scan(&found, text.get(), None));
        let mut reading = self.classify(&found, text, &candidates).unwrap_or_default();
        reading.scanned = scanned;
        if name.is_none() && reading.artefact.is_none() && self.wanted.artefacts {
            // Whatever was piped was meant to be judged.
            if reading.problems.is_empty() {
                reading.problems.push(Problem::new(ProblemKind::Fault, path, "nothing recognised on standard input"));
            }
            for problem in &mut reading.problems {
                problem.kind = ProblemKind::Fault;
                problem.help = "pipe Kubernetes manifests or a compose file, e.g. `helm template . | plimsoll check -`"
                    .to_string();
                problem.sections = spoiled(candidates.iter().map(|(collector, _)| *collector));
            }
            reading.refused = true;
        }
        reading
    }

    fn classify(&self, found: &Found, text: Text, candidates: &[(&'static dyn Collector, Claim)]) -> Option<Reading> {
        let text = match text {
            Text::Sound(text) => text,
            Text::Broken(at, text) => {
                let suspected: Vec<_> =
                    candidates.iter().filter(|(collector, claim)| suspects(*collector, *claim, found, &text)).collect();
                let kind = if suspected.is_empty() { ProblemKind::Notice } else { ProblemKind::Fault };
                return Some(Reading::refused(
                    Problem::new(kind, found.path.clone(), format!("is not UTF-8: byte {at} begins no character"))
                        .help("convert it, e.g. `iconv -f LATIN1 -t UTF-8`")
                        .spoils(&spoiled(suspected.into_iter().map(|(collector, _)| *collector))),
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
            if !found.given || found.path.rsplit('/').next() == Some(config::NAME) {
                // A neighbour that nothing reads is nobody's business, and of the config others speak.
                return None;
            }
            let problems = parsed.faults.into_iter().take(1).map(|fault| {
                let mut problem = problem_of(fault, found, ProblemKind::Notice, Vec::new());
                problem.help =
                    "nothing says that it is a file that plimsoll reads, so no rule waits for it".to_string();
                problem
            });
            return Some(Reading { problems: problems.collect(), ..Reading::default() });
        };
        (located.section, located.numbered) = (owner.section(), owner.numbered());
        if !matches!(located.dialect, Dialect::Json | Dialect::Python) {
            located.dialect = owner.dialect();
        }
        (located.path, located.text) = (found.path.clone(), text);
        let spoils = spoiled([owner]);
        let problems =
            parsed.faults.into_iter().map(|fault| problem_of(fault, found, ProblemKind::Fault, spoils.clone()));
        let problems = problems.collect();
        Some(Reading { problems, artefact: Some(self.artefact(found, located)), ..Reading::default() })
    }
}

fn suspects(collector: &dyn Collector, claim: Claim, found: &Found, text: &str) -> bool {
    matches!(claim, Claim::Yes(_)) || collector.suspects(&found.path, text)
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
