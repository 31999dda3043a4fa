//! Which files a run sees that looks at what is staged: those that differ from HEAD, and their neighbours in the index.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use globset::GlobSet;

use crate::artefact::below;
use crate::artefact::git::{Entry, Staged, conflict};
use crate::artefact::walk::{Found, LEFT_OUT, Origin, Walked, globs, is_copied, is_vendored};
use crate::collect::spoiled_by;
use crate::problem::{Problem, ProblemKind};

/// Lists the files of the index that are looked at. A PATH that is a file is given whether it differs from HEAD or not; one
/// that is a folder gives what differs in it.
pub fn walk(staged: &Staged, paths: &[PathBuf], exclude: &[String]) -> Walked {
    let mut walked = Walked { root: staged.root.clone(), ..Walked::default() };
    let exclude = globs(exclude);
    let mut given: Vec<(String, Entry)> = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    for path in paths {
        match place(staged, path) {
            Ok(Place::File(path, entry)) => given.push((path, entry)),
            Ok(Place::Folder(path)) => folders.push(path),
            Ok(Place::Nothing) => {}
            Err(problem) => walked.problems.push(*problem),
        }
    }
    if paths.is_empty() {
        folders.push(String::new());
    }
    let inside = |path: &str| folders.iter().any(|folder| below(folder, path).is_some());
    let changed = staged.changed().filter(|(path, _)| inside(path));
    given.extend(changed.map(|(path, entry)| (path.to_string(), entry.clone())));
    let unmerged = staged.unmerged.iter().filter(|path| inside(path) || given.iter().any(|(one, _)| one == *path));
    walked.problems.extend(unmerged.map(|path| conflict(path)));

    let mut neighbours: BTreeSet<&str> = BTreeSet::new();
    for (path, entry) in given.iter().filter(|(path, _)| looked_at(path, &exclude)) {
        add(&mut walked, path, entry, true);
        let mut folder = path.as_str();
        while let Some((outer, _)) = folder.rsplit_once('/') {
            neighbours.insert(outer);
            folder = outer;
        }
        neighbours.insert("");
    }
    staged.read_folders(&neighbours);
    for folder in neighbours {
        for (path, entry) in staged.files(folder).iter().filter(|(path, _)| looked_at(path, &exclude)) {
            add(&mut walked, path, entry, false);
        }
    }
    walked
}

fn add(walked: &mut Walked, path: &str, entry: &Entry, given: bool) {
    let origin = Origin::Blob(entry.oid.clone());
    let found = Found { origin, path: path.into(), given, opaque: is_vendored(path) };
    walked.files.entry(path.into()).or_insert(found);
}

fn looked_at(path: &str, exclude: &GlobSet) -> bool {
    !exclude.is_match(path) && !is_copied(path) && !path.split('/').any(|name| LEFT_OUT.contains(&name))
}

/// What a PATH of the command line is in the index.
enum Place {
    File(String, Entry),
    Folder(String),
    /// A link, a submodule, or a file that the next commit removes.
    Nothing,
}

fn place(staged: &Staged, path: &Path) -> Result<Place, Box<Problem>> {
    let shown = || path.to_string_lossy().replace('\\', "/");
    let Some(inside) = relative(&staged.root, path) else {
        return Err(Problem::new(ProblemKind::Fault, shown(), "lies outside the repository")
            .help("run plimsoll in that repository")
            .spoils(&spoiled_by("", true))
            .into());
    };
    Ok(match staged.entry(&inside) {
        Some(entry) if entry.is_file() => Place::File(inside, entry),
        Some(_) => Place::Nothing,
        None if staged.is_removed(&inside) => Place::Nothing,
        None if staged.is_folder(&inside) => Place::Folder(inside),
        None if staged.unmerged.contains(&inside) => return Err(conflict(&inside).into()),
        None => {
            return Err(Problem::new(ProblemKind::Fault, shown(), "is neither tracked nor staged")
                .help("`git add` it, or check the path on the command line")
                .spoils(&spoiled_by("", true))
                .into());
        }
    })
}

/// The path below the root. The file itself need not be in the work tree, nor the folders that lead to it.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let absolute = env::current_dir().ok()?.join(path);
    let mut plain = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    let root = fs::canonicalize(root).ok()?;
    let inside = plain.strip_prefix(&root).map(Path::to_path_buf).ok().or_else(|| {
        // A folder above may be a link to where the repository is.
        let there = plain.ancestors().skip(1).find(|folder| folder.is_dir())?;
        let rest = plain.strip_prefix(there).ok()?;
        Some(fs::canonicalize(there).ok()?.join(rest).strip_prefix(&root).ok()?.to_path_buf())
    })?;
    let names: Option<Vec<&str>> = inside.components().map(|name| name.as_os_str().to_str()).collect();
    Some(names?.join("/"))
}
