//! Artefacts: finding, classifying and reading the sources of a run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::trace::Trace;
use crate::input::Place;
use crate::located::Located;
use crate::problem::Problem;
use crate::secrets::Detection;

mod git;
mod history;
mod parts;
mod read;
pub mod render;
mod staged;
pub mod trace;
mod tree;
mod utf16;
mod walk;

pub use history::{History, Past};
pub use read::gather;
pub use walk::git_root;

/// The section of the texts in which secrets were looked for.
pub const SECRETS: &str = "secrets";

/// The section of what was found in the commits of a repository.
pub const HISTORY: &str = "history";

/// What a run looks at.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Files and folders of the command line; empty for the current folder.
    pub paths: Vec<PathBuf>,
    /// Text of standard input, where `-` was given.
    pub stdin: Option<Vec<u8>>,
    /// Path as which that text is read and reported.
    pub stdin_name: Option<String>,
    /// Looks at what the next commit holds, never at the work tree.
    pub staged: bool,
    /// Looks at the commits of a range too; empty for all.
    pub history: Option<String>,
}

/// What was gathered: the artefacts, and what kept others from being read.
#[derive(Debug, Default)]
pub struct Gathered {
    pub bundle: Bundle,
    pub problems: Vec<Problem>,
    /// Folder that all paths are relative to.
    pub root: PathBuf,
    /// Whether a folder was given (nothing recognised in it is worth an exit code).
    pub folder_given: bool,
    /// Files that are no text, in which no secrets were looked for.
    pub binary: usize,
    /// Why what was asked for cannot be done at all.
    pub refusal: Option<Problem>,
}

/// What a run needs of what it looks at.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// What collectors read.
    pub artefacts: bool,
    /// The secrets of every text, not only of what collectors read.
    pub secrets: bool,
    /// The secrets of the commits, if the sources ask for them.
    pub history: bool,
}

impl Wanted {
    pub const ALL: Self = Self { artefacts: true, secrets: true, history: true };
}

/// Whether git tracks a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tracked {
    Yes,
    No,
    /// Outside git, or git refuses to say.
    Unknown,
}

/// One source that was read.
#[derive(Debug)]
pub struct Artefact {
    /// Relative to the git root, else to the argument; with forward slashes.
    pub path: Arc<str>,
    pub located: Located,
    pub tracked: Tracked,
    /// Whether a `.gitignore` matches it.
    pub ignored: bool,
    /// Whether it lies in a PATH of the command line (and is not a neighbour, read for its effect on those).
    pub given: bool,
}

impl Artefact {
    /// The path of the file that its places are in.
    pub fn shown_path(&self) -> Arc<str> {
        if self.located.part.is_some() { self.located.path.clone() } else { self.path.clone() }
    }
}

/// One text in which secrets were looked for; where some stand, its artefact (of the section `secrets`) has a place for
/// each of them, in the same order.
#[derive(Debug)]
pub struct Scanned {
    pub artefact: Artefact,
    pub detections: Vec<Detection>,
    /// Whether it is a program's code.
    pub code: bool,
    /// Whether only its owner may read it; None where the system does not say.
    pub private: Option<bool>,
}

/// All artefacts of a run, sorted by path.
#[derive(Debug, Default)]
pub struct Bundle {
    artefacts: Vec<Artefact>,
    /// Sorted by path.
    scanned: Vec<Scanned>,
    by_path: HashMap<Arc<str>, usize>,
    unreadable: HashSet<Arc<str>>,
    builds: HashMap<String, Result<(), String>>,
    /// Where rendered texts come from, by their paths.
    traces: BTreeMap<Arc<str>, Trace>,
    /// Those of the files that they come from that lie in a PATH of the command line.
    given: HashSet<Arc<str>>,
    /// Matchers of the tree's `.gitignore` files by folder, innermost last.
    ignores: Vec<(String, Gitignore)>,
    /// Whether the run's root is a git work tree that answers.
    pub in_git: bool,
    /// What the commits hold, if that was asked for.
    pub history: Option<History>,
}

impl Bundle {
    /// `unreadable` are paths that exist and could not be read, each with a problem of its own.
    pub fn new(
        mut artefacts: Vec<Artefact>,
        mut scanned: Vec<Scanned>,
        unreadable: HashSet<Arc<str>>,
        in_git: bool,
    ) -> Self {
        artefacts.sort_by(|a, b| a.path.cmp(&b.path));
        scanned.sort_by(|a, b| a.artefact.path.cmp(&b.artefact.path));
        let by_path = artefacts.iter().enumerate().map(|(n, artefact)| (artefact.path.clone(), n)).collect();
        let mut ignores: Vec<(String, Gitignore)> = artefacts.iter().filter_map(matcher).collect();
        ignores.sort_by_key(|(folder, _)| folder.len());
        let (builds, traces, given) = (HashMap::new(), BTreeMap::new(), HashSet::new());
        let mut bundle =
            Self { artefacts, scanned, by_path, unreadable, builds, traces, given, ignores, in_git, history: None };
        // Nothing of the history is there yet.
        let ignored: Vec<bool> = bundle.all().map(|artefact| bundle.ignores(&artefact.path)).collect();
        let all = bundle.artefacts.iter_mut().chain(bundle.scanned.iter_mut().map(|one| &mut one.artefact));
        for (artefact, ignored) in all.zip(ignored) {
            artefact.ignored = ignored;
        }
        bundle
    }

    /// The same with what was rendered and where that comes from, and how each build went, by the path of its problem;
    /// `is_given` tells the files of the command line.
    pub fn with(
        self,
        rendered: Vec<(Artefact, Trace)>,
        builds: HashMap<String, Result<(), String>>,
        is_given: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut artefacts = self.artefacts;
        let (mut traces, mut given) = (BTreeMap::new(), HashSet::new());
        for (artefact, trace) in rendered {
            given.extend(trace.texts.keys().filter(|path| is_given(path)).cloned());
            traces.insert(artefact.path.clone(), trace);
            artefacts.push(artefact);
        }
        let history = self.history;
        Self { builds, traces, given, history, ..Self::new(artefacts, self.scanned, self.unreadable, self.in_git) }
    }

    /// Whether anything was to be rendered, even if it came to nothing.
    pub fn is_built(&self) -> bool {
        !self.builds.is_empty()
    }

    /// Where a rendered text comes from; None for files.
    pub fn trace(&self, path: &str) -> Option<&Trace> {
        self.traces.get(path)
    }

    /// The texts of files that rendered ones come from, by path.
    pub fn sources(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.traces.values().flat_map(|trace| &trace.texts)
    }

    /// The same with files that stand in values of others.
    pub fn with_parts(self, parts: Vec<Artefact>) -> Self {
        if parts.is_empty() {
            return self;
        }
        let Self { builds, traces, given, history, mut artefacts, .. } = self;
        artefacts.extend(parts);
        Self { builds, traces, given, history, ..Self::new(artefacts, self.scanned, self.unreadable, self.in_git) }
    }

    /// How the rendering of a chart or an overlay went, if it was tried.
    pub fn build(&self, path: &str) -> Option<&Result<(), String>> {
        self.builds.get(path)
    }

    pub fn artefacts(&self) -> &[Artefact] {
        &self.artefacts
    }

    /// The artefact at a path of the run.
    pub fn get(&self, path: &str) -> Option<&Artefact> {
        self.by_path.get(path).map(|&n| &self.artefacts[n])
    }

    /// Whether a file lies in a PATH of the command line, or is staged where that is asked for.
    pub fn is_given(&self, path: &str) -> bool {
        let looked = || self.in_section(SECRETS, path).or_else(|| self.in_section(HISTORY, path));
        let given = self.get(path).or_else(looked);
        given.map_or_else(|| self.given.contains(path), |artefact| artefact.given)
    }

    /// The texts in which secrets were looked for, sorted by path.
    pub fn scanned(&self) -> &[Scanned] {
        &self.scanned
    }

    /// Texts of the history with what was detected in them.
    pub fn past(&self) -> &[Past] {
        self.history.as_ref().map_or(&[], |history| &history.past)
    }

    /// What was found in the text at a path of the tree or the history, if secrets were looked for in it.
    pub fn scan(&self, path: &str) -> Option<&Scanned> {
        let now = self.scanned.binary_search_by(|one| (*one.artefact.path).cmp(path)).ok().map(|at| &self.scanned[at]);
        let past = || self.past().binary_search_by(|one| (*one.scanned.artefact.path).cmp(path)).ok();
        now.or_else(|| past().map(|at| &self.past()[at].scanned))
    }

    fn all(&self) -> impl Iterator<Item = &Artefact> {
        let scanned = self.scanned.iter().chain(self.past().iter().map(|past| &past.scanned));
        self.artefacts.iter().chain(scanned.map(|one| &one.artefact))
    }

    /// The artefacts of one section, sorted by path.
    pub fn section(&self, section: &str) -> impl Iterator<Item = &Artefact> {
        self.all().filter(move |artefact| artefact.located.section == section)
    }

    /// The artefact of a section at a path of the run.
    pub fn in_section(&self, section: &str, path: &str) -> Option<&Artefact> {
        match self.get(path).filter(|artefact| artefact.located.section == section) {
            None if matches!(section, SECRETS | HISTORY) => {
                self.scan(path).map(|scanned| &scanned.artefact).filter(|artefact| artefact.located.section == section)
            }
            found => found,
        }
    }

    /// What spoke for the secret at a place; nothing where none was detected.
    pub fn signals(&self, place: &Place<'_>) -> Vec<String> {
        let of_scan = place.value.is_some_and(|value| [SECRETS, HISTORY].contains(&value.located().section));
        let scanned = self.scan(&place.path).filter(|_| of_scan);
        let detections = scanned.map(|scanned| &scanned.detections[..]).unwrap_or_default();
        let found = detections.iter().find(|detection| detection.span == place.span);
        found.map(|detection| detection.signals.clone()).unwrap_or_default()
    }

    /// Texts of all artefacts by path, of scanned files only where something was found in them.
    pub fn texts(&self) -> impl Iterator<Item = (Arc<str>, Arc<str>)> {
        self.all()
            .filter(|artefact| !artefact.located.text.is_empty() && artefact.located.part.is_none())
            .map(|one| (one.path.clone(), one.located.text.clone()))
            .chain(self.sources().map(|(path, text)| (path.clone(), text.clone())))
    }

    /// Whether a file is there but could not be read; its problem is reported already.
    pub fn is_unreadable(&self, path: &str) -> bool {
        self.unreadable.contains(path)
    }

    /// Whether the `.gitignore` files of the tree match a path, which need not exist.
    pub fn ignores(&self, path: &str) -> bool {
        for (folder, matcher) in self.ignores.iter().rev() {
            let Some(inside) = below(folder, path) else { continue };
            match matcher.matched_path_or_any_parents(inside, false) {
                ignore::Match::None => {}
                found => return found.is_ignore(),
            }
        }
        false
    }
}

/// Where the hooks of the current repository are.
///
/// # Errors
///
/// There is no repository, or no git.
pub fn hooks_folder() -> Result<PathBuf, Box<Problem>> {
    git::Repository::open(&[])?.hooks()
}

/// The part of a path below a folder ("" is the root), if it lies there.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn matcher(artefact: &Artefact) -> Option<(String, Gitignore)> {
    let folder = match artefact.path.rsplit_once('/') {
        Some((folder, ".gitignore")) => folder.to_string(),
        None if &*artefact.path == ".gitignore" => String::new(),
        _ => return None,
    };
    let mut builder = GitignoreBuilder::new("");
    for line in artefact.located.text.lines() {
        // A line that is no valid pattern matches nothing, as in git.
        let _ = builder.add_line(None, line);
    }
    Some((folder, builder.build().ok()?))
}
