//! Secrets in what the commits of a repository hold, also where the files are gone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::artefact::git::{Blob, Blobs, Brought, Commit, Log, Repository};
use crate::artefact::read::{Text, is_binary};
use crate::artefact::walk::{LEFT_OUT, globs, is_copied};
use crate::artefact::{Artefact, HISTORY, Scanned, Tracked};
use crate::config::Config;
use crate::problem::{Problem, ProblemKind};
use crate::secrets::{self, Detection, Family};

/// What was found in the history.
#[derive(Debug, Default)]
pub struct History {
    /// Sorted by the path of the artefact, which is `COMMIT:path` as `git show` takes it.
    pub past: Vec<Past>,
    pub commits: usize,
    /// Texts that were looked at.
    pub texts: usize,
    /// Files that are no text.
    pub binary: usize,
    pub problems: Vec<Problem>,
}

/// A text of the history with the secrets that it was the first to hold at its path.
#[derive(Debug)]
pub struct Past {
    pub scanned: Scanned,
    /// Path inside the commit.
    pub path: Arc<str>,
    /// As many digits of its name as reports show.
    pub commit: Arc<str>,
    pub date: Arc<str>,
    /// For each detection, whether a file of HEAD holds the same value, at that path or at one to which its text was moved.
    pub in_head: Vec<bool>,
}

/// Digits of a commit's name that are shown.
const SHOWN: usize = 12;

type Digest = [u8; 32];

/// What tells a secret of the history: its path and its value.
type Key = (Arc<str>, Digest);

/// Looks for secrets in every text that the commits of a range brought.
///
/// # Errors
///
/// There is no repository, or git does not know the range.
pub fn look(paths: &[PathBuf], range: &str, config: &Config) -> Result<History, Box<Problem>> {
    let repository = Repository::open(paths)?;
    let mut log = repository.log(range)?;
    let exclude = globs(&config.exclude);
    let accepted: HashSet<usize> = config.secrets.gitleaks.as_ref().map_or_else(HashSet::new, |gitleaks| {
        (0..log.commits.len()).filter(|&at| gitleaks.allows_commit(&log.commits[at].oid)).collect()
    });
    log.brought.retain(|one| {
        !accepted.contains(&one.commit)
            && !exclude.is_match(&*one.path)
            && !is_copied(&one.path)
            && !one.path.split('/').any(|name| LEFT_OUT.contains(&name))
    });

    let mut history = History { commits: log.commits.len(), ..History::default() };
    history.problems.extend(unseen(&log));
    let limit = config.limits.file_bytes;
    let scanned = scan(&repository, &log, config)?;
    let mut found: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    let mut missing = 0;
    let mut large: BTreeMap<&Arc<str>, (u64, usize)> = BTreeMap::new();
    for (place, seen) in scanned {
        match seen {
            Seen::Text(digests) => {
                history.texts += 1;
                for digest in digests {
                    found.entry((log.brought[place].path.clone(), digest)).or_default().push(place);
                }
            }
            Seen::Binary => history.binary += 1,
            Seen::Missing => missing += 1,
            Seen::Large(bytes) => _ = large.entry(&log.brought[place].path).or_insert((bytes, place)),
        }
    }
    history.problems.extend(large.into_iter().map(|(_, (bytes, place))| too_large(&log, place, bytes, limit)));
    if missing > 0 {
        let message = format!("{missing} blobs of the history are not in this clone, so nobody looked at them");
        let problem = Problem::new(ProblemKind::Limit, "", message).help("clone it whole, without --filter");
        history.problems.push(problem.spoils(&[HISTORY]));
    }
    history.past = past(&repository, &log, found, config)?;
    Ok(history)
}

/// What keeps a range from being looked at whole.
fn unseen(log: &Log) -> Option<Problem> {
    if log.commits.is_empty() {
        let problem = Problem::new(ProblemKind::Notice, "", "no commit to look at: the history is empty");
        return Some(problem.help("commit something, or name a range that holds commits").spoils(&[HISTORY]));
    }
    log.shallow.then(|| {
        Problem::new(ProblemKind::Limit, "", "the clone is shallow, so older commits were not looked at")
            .help("fetch them: `git fetch --unshallow`")
            .spoils(&[HISTORY])
    })
}

fn too_large(log: &Log, place: usize, bytes: u64, limit: usize) -> Problem {
    let message = format!("has {bytes} bytes, over the limit of {limit}");
    Problem::new(ProblemKind::Limit, name(log, place), message)
        .help("raise `limits.file_bytes` in plimsoll.yaml, or list the path under `exclude`")
        .spoils(&[HISTORY])
}

fn name(log: &Log, place: usize) -> String {
    let Brought { path, commit, .. } = &log.brought[place];
    format!("{}:{path}", shown(&log.commits[*commit].oid))
}

fn shown(oid: &str) -> &str {
    &oid[..oid.len().min(SHOWN)]
}

/// What became of one blob.
enum Seen {
    /// The values of its secrets, hashed.
    Text(Vec<Digest>),
    Binary,
    Large(u64),
    Missing,
}

/// Looks at every blob once, at the first path that held it. No more texts are in memory at a time than threads run.
fn scan(repository: &Repository, log: &Log, config: &Config) -> Result<Vec<(usize, Seen)>, Box<Problem>> {
    let mut known: HashSet<&str> = HashSet::new();
    let places: Vec<usize> = (0..log.brought.len()).filter(|&n| known.insert(&log.brought[n].blob)).collect();
    let share = places.len().div_ceil(rayon::current_num_threads()).max(1);
    let parts: Result<Vec<Vec<(usize, Seen)>>, Box<Problem>> = places
        .par_chunks(share)
        .map(|places| {
            let blobs = Blobs::open(repository)?;
            places.iter().map(|&place| Ok((place, seen(&blobs, &log.brought[place], config)?))).collect()
        })
        .collect();
    Ok(parts?.into_iter().flatten().collect())
}

fn seen(blobs: &Blobs, brought: &Brought, config: &Config) -> Result<Seen, Box<Problem>> {
    Ok(match blobs.get(&brought.blob, config.limits.file_bytes).map_err(|error| died(&error))? {
        Blob::Bytes(bytes) if is_binary(&bytes) => Seen::Binary,
        Blob::Large(_, start) if is_binary(&start) => Seen::Binary,
        Blob::Large(bytes, _) => Seen::Large(bytes),
        Blob::Missing => Seen::Missing,
        Blob::Bytes(bytes) => {
            let text = Text::new(bytes);
            let found = config.secrets.scan(&brought.path, text.get());
            Seen::Text(found.iter().map(|detection| digest(text.get(), detection)).collect())
        }
    })
}

fn died(error: &std::io::Error) -> Box<Problem> {
    Problem::new(ProblemKind::Fault, "", format!("git gives no answer: {error}"))
        .help("look at the repository with `git fsck`")
        .into()
}

fn digest(text: &str, detection: &Detection) -> Digest {
    Sha256::digest(text.get(detection.span.range()).unwrap_or_default()).into()
}

/// Reads the texts that hold a secret for the first time once more, and keeps them.
fn past(
    repository: &Repository,
    log: &Log,
    found: BTreeMap<Key, Vec<usize>>,
    config: &Config,
) -> Result<Vec<Past>, Box<Problem>> {
    let mut by_place: BTreeMap<usize, HashMap<Digest, Vec<usize>>> = BTreeMap::new();
    for ((_, digest), places) in found {
        // Commits are in order, so the least place is the oldest.
        let Some(oldest) = places.iter().min() else { continue };
        by_place.entry(*oldest).or_default().insert(digest, places);
    }
    if by_place.is_empty() {
        return Ok(Vec::new());
    }
    let mut paths: HashMap<&str, Vec<&str>> = HashMap::new();
    for one in &log.brought {
        paths.entry(&one.blob).or_default().push(&one.path);
    }
    let blobs = Blobs::open(repository)?;
    let mut past = Vec::with_capacity(by_place.len());
    for (place, wanted) in by_place {
        let Brought { path, blob, commit } = &log.brought[place];
        let read = blobs.get(blob, config.limits.file_bytes).map_err(|error| died(&error))?;
        let Blob::Bytes(bytes) = read else { continue };
        let text = Text::new(bytes);
        let text = text.get();
        let mut left = wanted;
        let (mut detections, mut in_head) = (Vec::new(), Vec::new());
        for detection in config.secrets.scan(path, text) {
            let Some(places) = left.remove(&digest(text, &detection)) else { continue };
            let moved: BTreeSet<&str> =
                places.iter().flat_map(|&n| paths[&*log.brought[n].blob].iter().copied()).collect();
            let value = text.get(detection.span.range()).unwrap_or_default();
            in_head.push(moved.into_iter().any(|path| head_holds(&blobs, path, value, config.limits.file_bytes)));
            detections.push(detection);
        }
        let name: Arc<str> = name(log, place).into();
        let code = Family::of(path, text) == Family::Code;
        let mut located = secrets::located(&name, text, &detections, config.limits);
        located.section = HISTORY;
        let artefact = Artefact { path: name, located, tracked: Tracked::Yes, ignored: false, given: true };
        let Commit { oid, date } = &log.commits[*commit];
        past.push(Past {
            scanned: Scanned { artefact, detections, code, private: None },
            path: path.clone(),
            commit: shown(oid).into(),
            date: date.clone(),
            in_head,
        });
    }
    past.sort_by(|a, b| a.scanned.artefact.path.cmp(&b.scanned.artefact.path));
    Ok(past)
}

/// Whether HEAD holds a value at a path; a path with a line break cannot be asked for.
fn head_holds(blobs: &Blobs, path: &str, value: &str, limit: usize) -> bool {
    let held = if path.contains('\n') { Ok(Blob::Missing) } else { blobs.get(&format!("HEAD:{path}"), limit) };
    matches!(held, Ok(Blob::Bytes(bytes)) if String::from_utf8_lossy(&bytes).contains(value))
}
