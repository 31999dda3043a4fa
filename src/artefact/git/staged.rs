//! The index as a tree: that of HEAD with what is staged laid over it.
//!
//! Listing an index of many thousands of files takes longer than judging the few that changed. So git says what differs from
//! HEAD, and only the folders that matter are read from HEAD's tree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Mutex, PoisonError};

use super::{Blob, Blobs, Repository, refusal};
use crate::collect::spoiled_by;
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
    /// Contents that were asked for ahead, by the object's name.
    ahead: Mutex<HashMap<String, Blob>>,
    /// Whether there is a commit yet.
    has_head: bool,
}

/// Largest tree object that is read, in bytes: some hundred thousand names in one folder.
const TREE: usize = 64 << 20;

impl Staged {
    /// What is staged in the repository of the first of the given paths.
    ///
    /// # Errors
    ///
    /// No repository, a bare one, or git refuses.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Box<Problem>> {
        let around = Repository::around(paths);
        // The slowest question first: git compares the whole index while the others are answered.
        let asked = ask_differences(&around, "HEAD");
        let blobs = Blobs::open(&around);
        let repository = around.known()?;
        let Some(root) = repository.root.clone() else {
            return Err(Problem::new(ProblemKind::Fault, "", "a bare repository has nothing staged")
                .help("run it in a work tree, or look at the history with --history")
                .into());
        };
        let blobs = blobs?;
        let (listed, has_head) = match differences(&repository, asked) {
            Ok(listed) => (listed, true),
            Err(problem) => {
                if repository.holds(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"])
                    || !repository.holds(&["symbolic-ref", "--quiet", "HEAD"])
                {
                    return Err(problem);
                }
                let empty = repository.ask(&["hash-object", "-t", "tree", "/dev/null"])?;
                let asked = ask_differences(&repository, String::from_utf8_lossy(&empty).trim());
                (differences(&repository, asked)?, false)
            }
        };
        let (changes, unmerged) = parse(&listed);
        Ok(Self { root, blobs, changes, unmerged, folders: Mutex::default(), ahead: Mutex::default(), has_head })
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
    pub fn content(&self, oid: &str, limit: usize) -> io::Result<Blob> {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).remove(oid);
        ahead.map_or_else(|| self.blobs.get(oid, limit), Ok)
    }

    /// Reads what [`Self::content`] is going to be asked for, all at once.
    pub fn read_ahead(&self, oids: &[&str], limit: usize) {
        // Git that died here gives no answer later, and that is told then.
        let blobs = self.blobs.all(oids, limit).unwrap_or_default();
        let read = oids.iter().map(|oid| (*oid).to_string()).zip(blobs);
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).extend(read);
    }

    /// Reads folders of HEAD that are going to be looked at, and those that hold them, a level at a time.
    pub fn read_folders(&self, wanted: &BTreeSet<&str>) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let deepest = wanted.iter().map(|folder| depth(folder)).max();
        for level in 0..=deepest.unwrap_or_default() {
            let names = wanted.iter().filter(|folder| depth(folder) >= level).map(|folder| first(folder, level));
            let names: BTreeSet<&str> = names.filter(|folder| !folders.contains_key(*folder)).collect();
            let there: Vec<(&str, String)> =
                names.into_iter().filter_map(|folder| Some((folder, self.oid_of_folder(folder, &folders)?))).collect();
            let oids: Vec<&str> = there.iter().map(|(_, oid)| oid.as_str()).collect();
            let read = self.blobs.all(&oids, TREE).unwrap_or_default();
            for ((folder, _), blob) in there.iter().zip(&read) {
                folders.insert((*folder).to_string(), entries_of(blob));
            }
        }
    }

    /// The tree of HEAD's folder, which an outer folder names.
    fn oid_of_folder(&self, folder: &str, known: &HashMap<String, BTreeMap<String, Entry>>) -> Option<String> {
        if folder.is_empty() {
            return self.has_head.then(|| "HEAD^{tree}".to_string());
        }
        let (outer, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let entry = known.get(outer)?.get(name)?;
        entry.is_folder().then(|| entry.oid.clone())
    }

    /// Looks at a folder of HEAD; at an empty one where HEAD has none.
    fn of_head<T>(&self, folder: &str, look: impl FnOnce(&BTreeMap<String, Entry>) -> T) -> T {
        self.read_folders(&BTreeSet::from([folder]));
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        look(folders.get(folder).unwrap_or(&BTreeMap::new()))
    }
}

/// How many names a path has; none at the root.
fn depth(path: &str) -> usize {
    path.split('/').filter(|name| !name.is_empty()).count()
}

/// The first names of a path.
fn first(path: &str, names: usize) -> &str {
    let end = path.match_indices('/').nth(names.saturating_sub(1)).map_or(path.len(), |(at, _)| at);
    if names == 0 { "" } else { &path[..end] }
}

fn entries_of(blob: &Blob) -> BTreeMap<String, Entry> {
    match blob {
        Blob::Bytes(bytes) => entries(bytes),
        Blob::Large(..) | Blob::Missing => BTreeMap::new(),
    }
}

/// Asks git what the index holds otherwise than a tree.
fn ask_differences(repository: &Repository, tree: &str) -> io::Result<Child> {
    let mut command = repository.command();
    command.args(["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff"]);
    command.args(["--ignore-submodules=none", tree, "--"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

fn differences(repository: &Repository, asked: io::Result<Child>) -> Result<Vec<u8>, Box<Problem>> {
    match asked.and_then(Child::wait_with_output) {
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
        .spoils(&spoiled_by(path, false))
}
