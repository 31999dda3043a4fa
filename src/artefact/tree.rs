//! Where the bytes of a run come from: the work tree, or what is staged.

use std::collections::HashSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::artefact::git::{self, Blob, Repository, Staged};
use crate::artefact::read::is_binary;
use crate::artefact::walk::{self, Found, Origin, Walked};
use crate::artefact::{Sources, Tracked, staged};
use crate::problem::Problem;

/// What the files of a run are part of.
pub enum Tree {
    /// Files of the file system, and which of them git tracks.
    Folder(Option<HashSet<String>>),
    Staged(Box<Staged>),
}

/// What a file holds.
pub enum Content {
    Bytes {
        bytes: Vec<u8>,
        /// Whether only its owner may read it; None where nothing says so.
        private: Option<bool>,
    },
    /// Over the limit.
    Large { bytes: u64, binary: bool },
    /// Neither a file nor a folder.
    Special,
    /// A folder, or nothing at all.
    Nothing,
    /// Why it cannot be read.
    Refused(String),
}

impl Tree {
    /// Opens the tree that is asked for, and lists what of it is looked at.
    ///
    /// # Errors
    ///
    /// Git cannot say what is staged.
    pub fn open(sources: &Sources, paths: &[PathBuf], exclude: &[String]) -> Result<(Self, Walked), Box<Problem>> {
        if sources.staged {
            let staged = Staged::open(&sources.paths)?;
            let walked = staged::walk(&staged, &sources.paths, exclude);
            return Ok((Tree::Staged(Box::new(staged)), walked));
        }
        if sources.history.is_some() && Repository::open(&sources.paths)?.root.is_none() {
            // A bare repository has commits alone.
            return Ok((Tree::Folder(None), Walked::default()));
        }
        let mut walked = walk::walk(paths, exclude);
        let (tracked, refusal) = git::tracked(&walked.root);
        walked.problems.extend(refusal);
        Ok((Tree::Folder(tracked), walked))
    }

    /// The file at a path below the root, wherever it lies.
    pub fn find(&self, root: &Path, path: &str) -> Option<Origin> {
        match self {
            Tree::Folder(_) => {
                let file = root.join(path);
                (file.exists() && !file.is_dir()).then_some(Origin::File(file))
            }
            Tree::Staged(staged) => staged.entry(path).filter(git::Entry::is_file).map(|entry| Origin::Blob(entry.oid)),
        }
    }

    /// Says which files are going to be read, so that what takes a question each is asked for at once.
    pub fn read_ahead<'f>(&self, files: impl Iterator<Item = &'f Found>, limit: usize) {
        let Tree::Staged(staged) = self else { return };
        let oids = files.filter_map(|found| match &found.origin {
            Origin::Blob(oid) => Some(oid.as_str()),
            Origin::File(_) | Origin::Given => None,
        });
        staged.read_ahead(&oids.collect::<Vec<_>>(), limit);
    }

    /// What a file holds, if it is not over the limit in bytes.
    pub fn content(&self, found: &Found, limit: usize) -> Content {
        match (&found.origin, self) {
            (Origin::File(file), _) => of_file(file, limit),
            (Origin::Blob(oid), Tree::Staged(staged)) => match staged.content(oid, limit) {
                Ok(Blob::Bytes(bytes)) => Content::Bytes { bytes, private: None },
                Ok(Blob::Large(bytes, start)) => Content::Large { bytes, binary: is_binary(&start) },
                Ok(Blob::Missing) => Content::Refused("this clone does not hold its blob; `git fetch` it".to_string()),
                Err(error) => Content::Refused(format!("git gives no answer: {}", walk::reason(&error))),
            },
            (Origin::Blob(_), Tree::Folder(_)) | (Origin::Given, _) => Content::Nothing,
        }
    }

    pub fn tracked(&self, path: &str) -> Tracked {
        match self {
            Tree::Staged(_) => Tracked::Yes,
            Tree::Folder(None) => Tracked::Unknown,
            Tree::Folder(Some(tracked)) if tracked.contains(path) => Tracked::Yes,
            Tree::Folder(Some(_)) => Tracked::No,
        }
    }

    /// Whether git answers for it.
    pub fn in_git(&self) -> bool {
        !matches!(self, Tree::Folder(None))
    }
}

fn of_file(file: &Path, limit: usize) -> Content {
    let refused = |error: std::io::Error| Content::Refused(walk::reason(&error));
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) => return refused(error),
    };
    if metadata.is_dir() {
        return Content::Nothing;
    }
    if !metadata.is_file() {
        return Content::Special;
    }
    if metadata.len() > limit as u64 {
        return Content::Large { bytes: metadata.len(), binary: begins_binary(file) };
    }
    fs::read(file).map_or_else(refused, |bytes| Content::Bytes { bytes, private: private(&metadata) })
}

/// Whether nobody but the owner may read a file.
#[cfg(unix)]
fn private(metadata: &fs::Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn private(_metadata: &fs::Metadata) -> Option<bool> {
    None
}

/// Whether a file that is too large to be read is no text.
fn begins_binary(file: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(8_000).read_to_end(&mut start));
    read.is_ok() && is_binary(&start)
}
