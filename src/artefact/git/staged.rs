//! The index as a tree: that of HEAD with what is staged laid over it.
//!
//! Listing an index of many thousands of files takes longer than judging the few that changed. So git says what differs from
//! HEAD, and only the folders that matter are read from HEAD's tree.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::{Blob, Blobs, Repository, refusal};
use crate::problem::{Problem, ProblemKind};

/// One entry of a tree or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As git writes it, e.g. `100644`.
    mode: String,
    /// Name of its object.
    pub oid: String,
}

impl Entry {
    /// Whether it is a regular file; a link's blob is a path, and a submodule has none here.
    pub fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }

    fn is_folder(&self) -> bool {
        self.mode == "40000"
    }
}

/// What the next commit holds.
#[derive(Debug)]
pub struct Staged {
    pub root: PathBuf,
    blobs: Blobs,
    /// What differs from HEAD; None where it is gone.
    changes: BTreeMap<String, Option<Entry>>,
    /// Paths with a conflict that nobody resolved.
    pub unmerged: Vec<String>,
    /// Folders of HEAD that were read, by path.
    folders: Mutex<HashMap<String, BTreeMap<String, Entry>>>,
    /// Whether there is a commit yet.
    has_head: bool,
}

/// Largest tree object that is read, in bytes: some hundred thousand names in one folder.
const TREE: usize = 64 << 20;

impl Staged {
    /// # Errors
    ///
    /// A bare repository, or git refuses.
    pub fn open(repository: &Repository) -> Result<Self, Box<Problem>> {
        let Some(root) = repository.root.clone() else {
            return Err(Problem::new(ProblemKind::Fault, "", "a bare repository has nothing staged")
                .help("run it in a work tree, or look at the history with --history")
                .into());
        };
        let blobs = Blobs::open(repository)?;
        let (listed, has_head) = match differences(repository, "HEAD") {
            Ok(listed) => (listed, true),
            Err(problem) => {
                if repository.holds(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"])
                    || !repository.holds(&["symbolic-ref", "--quiet", "HEAD"])
                {
                    return Err(problem);
                }
                let empty = repository.ask(&["hash-object", "-t", "tree", "/dev/null"])?;
                (differences(repository, String::from_utf8_lossy(&empty).trim())?, false)
            }
        };
        let (changes, unmerged) = parse(&listed);
        Ok(Self { root, blobs, changes, unmerged, folders: Mutex::default(), has_head })
    }

    /// Files that differ from those of HEAD, sorted by path.
    pub fn changed(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let there = self.changes.iter().filter_map(|(path, entry)| Some((path.as_str(), entry.as_ref()?)));
        there.filter(|(_, entry)| entry.is_file())
    }

    /// Whether a path is gone since HEAD.
    pub fn is_removed(&self, path: &str) -> bool {
        self.changes.get(path).is_some_and(Option::is_none)
    }

    /// The entry at a path, be it a file, a link or a submodule.
    pub fn entry(&self, path: &str) -> Option<Entry> {
        if let Some(changed) = self.changes.get(path) {
            return changed.clone();
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.of_head(folder, |entries| entries.get(name).cloned()).filter(|entry| !entry.is_folder())
    }

    /// Whether something lies below a path.
    pub fn is_folder(&self, path: &str) -> bool {
        path.is_empty()
            || self.changes.keys().any(|changed| crate::artefact::below(path, changed).is_some())
            || self.of_head(path, |entries| !entries.is_empty())
    }

    /// The files that lie directly in a folder, with their paths.
    pub fn files(&self, folder: &str) -> Vec<(String, Entry)> {
        let joined = |name: &str| if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        let mut files: BTreeMap<String, Entry> = self.of_head(folder, |entries| {
            let files = entries.iter().filter(|(_, entry)| entry.is_file());
            files.map(|(name, entry)| (joined(name), entry.clone())).collect()
        });
        for (path, change) in self.changes.range(joined("")..) {
            let Some(name) = crate::artefact::below(folder, path) else { break };
            if name.contains('/') {
                continue;
            }
            match change.as_ref().filter(|entry| entry.is_file()) {
                Some(entry) => _ = files.insert(path.clone(), entry.clone()),
                None => _ = files.remove(path),
            }
        }
        files.into_iter().collect()
    }

    /// What an entry's object holds; `limit` in bytes.
    ///
    /// # Errors
    ///
    /// Git died.
    pub fn content(&self, oid: &str, limit: usize) -> std::io::Result<Blob> {
        self.blobs.get(oid, limit)
    }

    /// Looks at a folder of HEAD; at an empty one where HEAD has none.
    fn of_head<T>(&self, folder: &str, look: impl FnOnce(&BTreeMap<String, Entry>) -> T) -> T {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains_key(folder) {
            self.read_folder(folder, &mut folders);
        }
        look(folders.get(folder).unwrap_or(&BTreeMap::new()))
    }

    /// Reads a folder of HEAD, and those that hold it.
    fn read_folder(&self, folder: &str, folders: &mut HashMap<String, BTreeMap<String, Entry>>) {
        let mut here = String::new();
        let mut oid = self.has_head.then(|| "HEAD^{tree}".to_string());
        let mut names = folder.split('/').filter(|name| !name.is_empty());
        loop {
            if !folders.contains_key(&here) {
                let read = oid.and_then(|oid| self.blobs.get(&oid, TREE).ok().map(|blob| (oid, blob)));
                let entries = match read {
                    Some((_, Blob::Bytes(bytes))) => entries(&bytes),
                    _ => BTreeMap::new(),
                };
                folders.insert(here.clone(), entries);
            }
            let Some(name) = names.next() else { return };
            oid = folders[&here].get(name).filter(|entry| entry.is_folder()).map(|entry| entry.oid.clone());
            here = if here.is_empty() { name.to_string() } else { format!("{here}/{name}") };
        }
    }
}

/// What the index holds otherwise than a tree, as git lists it.
fn differences(repository: &Repository, tree: &str) -> Result<Vec<u8>, Box<Problem>> {
    let mut command = repository.command();
    command.args(["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff"]);
    let output = command.args(["--ignore-submodules=none", tree, "--"]).output();
    match output {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => Err(refusal(&repository.folder, &output)),
        Err(error) => Err(super::cannot_start(&error)),
    }
}

/// Reads `:OLDMODE NEWMODE OLD NEW STATUS`, NUL, path, NUL.
fn parse(listed: &[u8]) -> (BTreeMap<String, Option<Entry>>, Vec<String>) {
    let (mut changes, mut unmerged) = (BTreeMap::new(), Vec::new());
    let mut parts = listed.split(|&byte| byte == 0).map(String::from_utf8_lossy);
    while let (Some(about), Some(path)) = (parts.next(), parts.next()) {
        let fields: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        let [_, mode, _, oid, status] = fields[..] else { continue };
        match status.chars().next() {
            Some('U') => unmerged.push(path.into_owned()),
            Some('D') => _ = changes.insert(path.into_owned(), None),
            _ => _ = changes.insert(path.into_owned(), Some(Entry { mode: mode.to_string(), oid: oid.to_string() })),
        }
    }
    (changes, unmerged)
}

/// Reads a tree object: `MODE NAME`, NUL, the bytes of the object's name, which are 20 or 32.
fn entries(tree: &[u8]) -> BTreeMap<String, Entry> {
    let whole = |length| of_length(tree, length);
    whole(20).or_else(|| whole(32)).unwrap_or_default()
}

fn of_length(mut tree: &[u8], length: usize) -> Option<BTreeMap<String, Entry>> {
    let mut entries = BTreeMap::new();
    while !tree.is_empty() {
        let space = tree.iter().position(|&byte| byte == b' ').filter(|&at| at == 5 || at == 6)?;
        let mode = std::str::from_utf8(&tree[..space]).ok()?;
        if !mode.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let end = space + tree[space..].iter().position(|&byte| byte == 0)?;
        let oid = tree.get(end + 1..end + 1 + length)?;
        let name = String::from_utf8_lossy(&tree[space + 1..end]).into_owned();
        entries.insert(name, Entry { mode: mode.to_string(), oid: data_encoding::HEXLOWER.encode(oid) });
        tree = &tree[end + 1 + length..];
    }
    Some(entries)
}

/// The problem of a path that waits for a merge.
pub fn conflict(path: &str) -> Problem {
    Problem::new(ProblemKind::Fault, path, "has a conflict that nobody resolved, so nothing of it is staged")
        .help("resolve it and `git add` it")
}
