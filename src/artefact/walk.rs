//! Which files a run sees.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::collect::spoiled_by;
use crate::problem::{Problem, ProblemKind};

/// Folders that hold other people's code or git's own data.
pub const LEFT_OUT: &[&str] = &[".git", "node_modules"];

/// A folder of other people's code that its repository keeps: its configuration is nobody's deployment, but a secret in it
/// is one in the repository.
const VENDOR: &str = "vendor";

/// Whether a path lies among other people's code.
pub fn is_vendored(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|name| name == VENDOR)
}

/// Whether a path lies in a module that Go's tools copied, which begins with a host: its tests are full of made-up keys.
pub fn is_copied(path: &str) -> bool {
    let mut names = path.split('/').skip_while(|name| *name != VENDOR).skip(1);
    names.next().is_some_and(|host| host.contains('.') && names.next().is_some())
}

/// Names of env files, which are read even where git ignores them: what is deployed matters, not what is committed.
const ENV_GLOBS: &[&str] = &[".env", ".env.*", "*.env", "*.env.*", "env", "env.*"];

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub enum Origin {
    File(PathBuf),
    /// A blob of git, by its name.
    Blob(String),
    /// Standard input, or what a program made.
    Given,
}

/// A file to be read.
#[derive(Clone, Debug)]
pub struct Found {
    pub origin: Origin,
    /// Relative to the root, with forward slashes.
    pub path: Arc<str>,
    pub given: bool,
    /// Whether no collector reads it as it stands (templates of a chart).
    pub opaque: bool,
}

/// Everything that a walk saw.
#[derive(Debug, Default)]
pub struct Walked {
    /// By path.
    pub files: BTreeMap<Arc<str>, Found>,
    pub problems: Vec<Problem>,
    pub root: PathBuf,
    pub folder_given: bool,
}

/// Walks the given paths and the neighbours of given files.
pub fn walk(paths: &[PathBuf], exclude: &[String]) -> Walked {
    let mut walked = Walked::default();
    let mut starts = Vec::new();
    for path in paths {
        match fs::canonicalize(path) {
            Ok(absolute) => starts.push((path, absolute)),
            Err(error) => walked.problems.push(
                Problem::new(ProblemKind::Fault, display(path), format!("cannot be read: {}", reason(&error)))
                    .help("check the path on the command line")
                    .spoils(&spoiled_by("", true)),
            ),
        }
    }
    walked.root = root_of(starts.iter().map(|(_, absolute)| absolute.as_path()));
    if paths.is_empty() {
        // What standard input names is looked for where plimsoll runs.
        walked.root = fs::canonicalize(".").unwrap_or_default();
    }
    let exclude = globs(exclude);
    for (_, start) in &starts {
        let is_folder = start.is_dir();
        walked.folder_given |= is_folder;
        if is_bare(start) {
            walked.problems.push(
                Problem::new(ProblemKind::Fault, "", "this is a bare repository, which holds commits and no files")
                    .help("check a clone of it, or what its commits hold: `plimsoll check --history`"),
            );
            continue;
        }
        let mut tree = Tree { walked: &mut walked, exclude: &exclude };
        if is_folder {
            tree.folder(start, None, true);
        } else {
            tree.add(start, true);
            let root = tree.walked.root.clone();
            for folder in start.ancestors().skip(1).take_while(|folder| folder.starts_with(&root)) {
                tree.folder(folder, Some(1), false);
            }
        }
    }
    if !starts.is_empty() {
        let mut tree = Tree { walked: &mut walked, exclude: &exclude };
        tree.outer_ignores(starts.iter().map(|(_, start)| start.as_path()));
    }
    walked
}

struct Tree<'w> {
    walked: &'w mut Walked,
    exclude: &'w GlobSet,
}

impl Tree<'_> {
    fn folder(&mut self, start: &Path, depth: Option<usize>, given: bool) {
        let mut builder = WalkBuilder::new(start);
        // Ignore files above the git root, or above the argument outside git, are not the project's.
        let in_git = git_root(start).is_some();
        builder.require_git(in_git).parents(in_git);
        builder.threads(rayon::current_num_threads());
        builder.hidden(false).git_global(false).git_exclude(false).ignore(false).max_depth(depth);
        builder.filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_str().is_some_and(|name| LEFT_OUT.contains(&name))
        });
        for entry in entries(&builder) {
            self.entry(start, entry, given);
        }
        let mut overrides = OverrideBuilder::new(start);
        for glob in ENV_GLOBS {
            // The globs are our own and valid.
            let _ = overrides.add(glob);
        }
        if let Ok(overrides) = overrides.build() {
            builder.overrides(overrides);
            for entry in entries(&builder) {
                self.entry(start, entry, given);
            }
        }
    }

    fn entry(&mut self, start: &Path, entry: Result<DirEntry, ignore::Error>, given: bool) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return self.unreadable(&error),
        };
        let Some(kind) = entry.file_type() else { return };
        if kind.is_symlink() {
            self.link(entry.path(), given);
        } else if !kind.is_dir() {
            let below = entry.path().strip_prefix(start).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
            if !is_copied(&below) {
                self.add_as(entry.path(), given, is_vendored(&below));
            }
        }
    }

    fn add(&mut self, file: &Path, given: bool) {
        self.add_as(file, given, false);
    }

    fn add_as(&mut self, file: &Path, given: bool, opaque: bool) {
        let Some(path) = self.relative(file) else { return };
        if self.exclude.is_match(&*path) {
            return;
        }
        let origin = Origin::File(file.to_path_buf());
        let found = Found { origin, path: path.clone(), given, opaque };
        // A file that is given stays given when it is a neighbour as well.
        self.walked.files.entry(path).or_insert(found).given |= given;
    }

    /// A link to a file is read at its own path; a link to a folder of the tree adds nothing.
    fn link(&mut self, link: &Path, given: bool) {
        let Some(path) = self.relative(link) else { return };
        if self.exclude.is_match(&*path) {
            return;
        }
        let problem = match fs::canonicalize(link) {
            Ok(target) if !target.is_dir() => return self.add(link, given),
            Ok(target) if link.starts_with(&target) => {
                Problem::new(ProblemKind::Fault, path, "the link leads back to a folder that holds it")
                    .help("remove the link, or list it under `exclude` in plimsoll.yaml")
            }
            Ok(target) if target.starts_with(&self.walked.root) => return,
            Ok(_) => Problem::new(ProblemKind::Limit, path, "the link leads to a folder outside the tree")
                .help("give that folder as a PATH of its own")
                .spoils(&spoiled_by("", true)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let spoils = spoiled_by(&path, false);
                Problem::new(ProblemKind::Fault, path, "the link leads to nothing")
                    .help("restore the file that it names, or remove the link")
                    .spoils(&spoils)
            }
            Err(error) => {
                let spoils = spoiled_by(&path, false);
                Problem::new(ProblemKind::Fault, path, format!("the link cannot be followed: {}", reason(&error)))
                    .help("mend the link, or remove it")
                    .spoils(&spoils)
            }
        };
        if !self.walked.problems.contains(&problem) {
            self.walked.problems.push(problem);
        }
    }

    fn unreadable(&mut self, error: &ignore::Error) {
        let (path, text) = parts(error);
        let path = path.and_then(|path| self.relative(&path)).unwrap_or_else(|| "".into());
        if self.exclude.is_match(&*path) {
            return;
        }
        let problem = Problem::new(ProblemKind::Fault, path, format!("cannot be read: {text}"))
            .help("give read permission, or list it under `exclude` in plimsoll.yaml")
            .spoils(&spoiled_by("", true));
        if !self.walked.problems.contains(&problem) {
            self.walked.problems.push(problem);
        }
    }

    /// `.gitignore` files between the root and the given paths count for what lies below them.
    fn outer_ignores<'s>(&mut self, starts: impl Iterator<Item = &'s Path>) {
        for start in starts {
            let root = self.walked.root.clone();
            for folder in start.ancestors().skip(1).take_while(|folder| folder.starts_with(&root)) {
                let file = folder.join(".gitignore");
                if file.is_file() {
                    self.add(&file, false);
                }
            }
        }
    }

    fn relative(&mut self, file: &Path) -> Option<Arc<str>> {
        let relative = file.strip_prefix(&self.walked.root).unwrap_or(file);
        let mut text = String::new();
        for component in relative.components() {
            if let Component::Normal(name) = component {
                let Some(name) = name.to_str() else {
                    let problem = Problem::new(ProblemKind::Fault, display(relative), "the path is not UTF-8")
                        .help("rename it, or list its folder under `exclude` in plimsoll.yaml")
                        .spoils(&spoiled_by(&display(relative), false));
                    if !self.walked.problems.contains(&problem) {
                        self.walked.problems.push(problem);
                    }
                    return None;
                };
                if !text.is_empty() {
                    text.push('/');
                }
                text.push_str(name);
            }
        }
        Some(text.into())
    }
}

/// What a walk over all cores sees, in any order.
fn entries(builder: &WalkBuilder) -> Vec<Result<DirEntry, ignore::Error>> {
    let seen = Mutex::new(Vec::new());
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
            WalkState::Continue
        })
    });
    seen.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The git root that holds all paths; else the one folder given (of a file: its folder); else what all have in common.
fn root_of<'p>(starts: impl Iterator<Item = &'p Path>) -> PathBuf {
    let roots: Vec<PathBuf> = starts.map(|start| git_root(start).unwrap_or_else(|| folder_of(start))).collect();
    let Some(first) = roots.first() else { return PathBuf::new() };
    let shared = first.ancestors().find(|folder| roots.iter().all(|root| root.starts_with(folder)));
    shared.unwrap_or(first).to_path_buf()
}

/// The nearest folder at or above a path that holds `.git`.
pub fn git_root(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// Whether a folder is what git makes with `init --bare`.
fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.to_path_buf() } else { path.parent().unwrap_or(path).to_path_buf() }
}

pub fn globs(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        // A folder named without a glob leaves out all that is in it; the config has refused invalid globs.
        for form in [pattern.clone(), format!("{}/**", pattern.trim_end_matches('/'))] {
            if let Ok(glob) = GlobBuilder::new(&form).literal_separator(true).build() {
                set.add(glob);
            }
        }
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

fn parts(error: &ignore::Error) -> (Option<PathBuf>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path.clone()), parts(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => parts(err),
        ignore::Error::Partial(errors) => errors.first().map_or((None, error.to_string()), parts),
        ignore::Error::Io(error) => (None, reason(error)),
        other => (None, other.to_string()),
    }
}

/// The reason of an I/O error without the number that systems put behind it.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn display(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
