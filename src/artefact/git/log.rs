//! The commits of a range, and which blob each of them brought to which path.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::process::{ChildStdout, Stdio};
use std::sync::Arc;
use std::thread;

use super::{Repository, cannot_start, first_line};
use crate::problem::{Problem, ProblemKind};

/// One commit.
#[derive(Clone, Debug)]
pub struct Commit {
    pub oid: String,
    /// Day of its author, `YYYY-MM-DD`.
    pub date: Arc<str>,
}

/// A blob that a commit was the first to bring to a path.
#[derive(Clone, Debug)]
pub struct Brought {
    pub path: Arc<str>,
    pub blob: Arc<str>,
    /// Which of the commits.
    pub commit: usize,
}

/// What a range holds.
#[derive(Debug, Default)]
pub struct Log {
    /// Parents before children, otherwise the oldest first.
    pub commits: Vec<Commit>,
    /// In the order of their commits.
    pub brought: Vec<Brought>,
    /// Whether parents of some of the commits are not in this clone.
    pub shallow: bool,
}

impl Repository {
    /// What the commits of a range brought; an empty range is all that any branch, tag or stash leads to.
    ///
    /// # Errors
    ///
    /// Git does not know the range, or cannot read what it leads to.
    pub fn log(&self, range: &str) -> Result<Log, Box<Problem>> {
        let wrong = |why: String| {
            Problem::new(ProblemKind::Fault, "", format!("`--history={range}` is no range of commits: {why}"))
                .help("name one as for `git log`, e.g. `--history=main..HEAD`, or give --history alone for all")
        };
        if range.split_whitespace().any(|part| part.starts_with('-')) {
            return Err(wrong("it begins with `-`, as options do".to_string()).into());
        }
        let mut command = self.command();
        command.args(["rev-list", "--date-order", "--reverse", "--format=%H %as"]);
        if range.trim().is_empty() {
            command.arg("--all");
        } else {
            command.args(range.split_whitespace());
        }
        let output = command.arg("--").output().map_err(|error| cannot_start(&error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(wrong(format!("git says: {}", first_line(&said))).into());
        }
        let listed = String::from_utf8_lossy(&output.stdout);
        let lines = listed.lines().filter(|line| !line.starts_with("commit "));
        let commit = |line: &str| {
            line.split_once(' ').map(|(oid, date)| Commit { oid: oid.to_string(), date: date.trim().into() })
        };
        let commits: Vec<Commit> = lines.filter_map(commit).collect();
        let brought = self.brought(&commits)?;
        let shallow = self.cut_off()?;
        let shallow = commits.iter().any(|commit| shallow.contains(&commit.oid));
        Ok(Log { commits, brought, shallow })
    }

    /// Commits of a shallow clone whose parents are not in it.
    fn cut_off(&self) -> Result<HashSet<String>, Box<Problem>> {
        let file = self.ask(&["rev-parse", "--git-path", "shallow"])?;
        let file = self.folder.join(String::from_utf8_lossy(&file).trim_end_matches(['\n', '\r']));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        Ok(text.lines().map(str::to_string).collect())
    }

    /// Every blob that is new at its path, as against all parents of the commit.
    fn brought(&self, commits: &[Commit]) -> Result<Vec<Brought>, Box<Problem>> {
        let mut command = self.command();
        command.args(["diff-tree", "--stdin", "-r", "--root", "-c", "--raw", "-z", "--no-renames", "--no-abbrev"]);
        command.args(["--no-ext-diff", "--ignore-submodules=all", "--diff-filter=ACMRT"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_start(&error))?;
        let (Some(questions), Some(answers), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Problem::new(ProblemKind::Fault, "", "git gives no answer").into());
        };
        let (brought, said) = thread::scope(|scope| {
            scope.spawn(move || {
                let mut questions = BufWriter::new(questions);
                // Git may end before it has read everything; its exit says so.
                let _ = commits.iter().try_for_each(|commit| writeln!(questions, "{}", commit.oid));
            });
            let said = scope.spawn(move || std::io::read_to_string(errors).unwrap_or_default());
            (read(answers, commits), said.join().unwrap_or_default())
        });
        if child.wait().is_ok_and(|status| status.success()) {
            return Ok(brought);
        }
        let message = format!("git cannot read the history: {}", first_line(&said));
        Err(Problem::new(ProblemKind::Fault, "", message).help("look at the repository with `git fsck`").into())
    }
}

/// Reads the name of a commit, NUL, and for each of its paths the entry, NUL, the path, NUL. An entry is
/// `:MODE MODE OID OID STATUS`, or with more modes and names for a merge; the new ones are the last.
fn read(answers: ChildStdout, commits: &[Commit]) -> Vec<Brought> {
    let places: HashMap<&str, usize> = commits.iter().enumerate().map(|(n, commit)| (commit.oid.as_str(), n)).collect();
    let mut answers = BufReader::with_capacity(1 << 16, answers);
    let mut paths: HashSet<Arc<str>> = HashSet::new();
    let mut blobs: HashSet<Arc<str>> = HashSet::new();
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    let (mut brought, mut commit) = (Vec::new(), 0);
    let mut next = || {
        let mut part = Vec::new();
        let read = answers.read_until(0, &mut part).is_ok_and(|length| length > 0);
        read.then(|| String::from_utf8_lossy(part.strip_suffix(&[0]).unwrap_or(&part)).into_owned())
    };
    while let Some(part) = next() {
        let Some(fields) = part.strip_prefix(':') else {
            commit = places.get(part.trim()).copied().unwrap_or(commit);
            continue;
        };
        let Some(path) = next() else { break };
        let parents = fields.chars().take_while(|&c| c == ':').count() + 1;
        let fields: Vec<&str> = fields.trim_start_matches(':').split(' ').collect();
        let (Some(mode), Some(blob)) = (fields.get(parents), fields.get(2 * parents + 1)) else { continue };
        if !mode.starts_with("100") {
            continue;
        }
        let (path, blob) = (shared(&mut paths, &path), shared(&mut blobs, blob));
        // Shared texts are told apart by where they are.
        if seen.insert((path.as_ptr() as usize, blob.as_ptr() as usize)) {
            brought.push(Brought { path, blob, commit });
        }
    }
    brought
}

fn shared(known: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = known.get(text) {
        return known.clone();
    }
    let text: Arc<str> = text.into();
    known.insert(text.clone());
    text
}
