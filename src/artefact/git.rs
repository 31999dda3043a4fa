//! Asking git: what it tracks, what is staged, what blobs hold.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::problem::{Problem, ProblemKind};

mod blobs;
mod log;
mod staged;
mod tracked;

pub use blobs::{Blob, Blobs};
pub use log::{Brought, Commit, Log};
pub use staged::{Entry, Staged, conflict};
pub use tracked::tracked;

/// Which repository is meant.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where git is run.
    folder: PathBuf,
    /// Its work tree; None in a bare repository.
    pub root: Option<PathBuf>,
}

/// What git calls itself by in the environment of a hook, and what a hook's own git must go by.
const PLACES: &[&str] = &["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"];

impl Repository {
    /// The repository that holds the first of the given paths, else the current folder; in a hook, the one that git names.
    ///
    /// # Errors
    ///
    /// No git on the machine, no repository, or one that git refuses to read.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Box<Problem>> {
        Self::around(paths).known()
    }

    /// Where git is to be asked, before it was.
    fn around(paths: &[PathBuf]) -> Self {
        let in_hook = PLACES.iter().any(|name| std::env::var_os(name).is_some());
        let start = paths.first().filter(|_| !in_hook).map_or(Path::new("."), PathBuf::as_path);
        let folder = start.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
        Self { folder: folder.to_path_buf(), root: None }
    }

    /// Itself with its work tree, once git knows it.
    fn known(mut self) -> Result<Self, Box<Problem>> {
        let mut command = self.command();
        let output = command.args(["rev-parse", "--is-bare-repository", "--show-toplevel"]).output();
        let output = output.map_err(|error| cannot_start(&error))?;
        let said = String::from_utf8_lossy(&output.stdout);
        match said.trim_end_matches(['\n', '\r']).split_once('\n') {
            // A bare repository has no top level, and git says so after it has answered the first question.
            None if said.trim() == "true" => {}
            Some((_, root)) if output.status.success() => self.root = Some(PathBuf::from(root)),
            _ => return Err(refusal(&self.folder, &output)),
        }
        Ok(self)
    }

    /// A git command whose output depends on the repository alone, not on the user's configuration.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for name in ["GIT_EXTERNAL_DIFF", "GIT_NAMESPACE", "GIT_TRACE", "GIT_TRACE2"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_REPLACE_OBJECTS", "1");
        // What a partial clone does not hold is not fetched by a look.
        command.env("GIT_NO_LAZY_FETCH", "1").current_dir(&self.folder);
        command.args(["-c", "core.fsmonitor=false", "-c", "core.quotepath=off"]);
        command
    }

    /// What git prints.
    ///
    /// # Errors
    ///
    /// What git says instead.
    fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, Box<Problem>> {
        match self.command().args(arguments).output() {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => Err(refusal(&self.folder, &output)),
            Err(error) => Err(cannot_start(&error)),
        }
    }

    /// Where its hooks are, in the form that git gives: relative to the current folder, or absolute.
    ///
    /// # Errors
    ///
    /// What git says instead.
    pub fn hooks(&self) -> Result<PathBuf, Box<Problem>> {
        // Hooks that a user's own configuration names serve all repositories of that user.
        let named = self.ask(&["config", "--show-scope", "--get", "core.hooksPath"]).unwrap_or_default();
        let named = String::from_utf8_lossy(&named).into_owned();
        if let Some((scope @ ("global" | "system"), folder)) = named.trim_end().split_once('\t') {
            let message = format!("core.hooksPath of git's {scope} configuration leads all hooks to {folder}");
            let help =
                "add `plimsoll check --staged || exit 1` to the pre-commit hook there, or set core.hooksPath here";
            return Err(Problem::new(ProblemKind::Fault, "", message).help(help).into());
        }
        let folder = self.ask(&["rev-parse", "--git-path", "hooks"])?;
        Ok(self.folder.join(String::from_utf8_lossy(&folder).trim_end_matches(['\n', '\r'])))
    }

    /// Whether git answers with yes.
    fn holds(&self, arguments: &[&str]) -> bool {
        self.command().args(arguments).output().is_ok_and(|output| output.status.success())
    }
}

fn cannot_start(error: &std::io::Error) -> Box<Problem> {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Problem::new(ProblemKind::Fault, "", "git is not installed, or not on PATH").help("install git").into();
    }
    Problem::new(ProblemKind::Fault, "", format!("git cannot be started: {error}"))
        .help("mend the installation of git")
        .into()
}

fn refusal(folder: &Path, output: &Output) -> Box<Problem> {
    let said = String::from_utf8_lossy(&output.stderr);
    let problem = |message: String| Problem::new(ProblemKind::Fault, "", message);
    if said.contains("dubious ownership") {
        let help = "the folder belongs to another user; if you trust it: git config --global --add safe.directory";
        return problem("git refuses to read the repository".to_string())
            .help(format!("{help} {}", folder.display()))
            .into();
    }
    if said.contains("not a git repository") {
        return problem("this is no git repository".to_string())
            .help("run it inside of one, or without --staged and --history")
            .into();
    }
    problem(format!("git refuses: {}", first_line(&said))).help("run it where git answers").into()
}

/// The first line that git says, without the word that it begins with.
fn first_line(said: &str) -> &str {
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason").trim();
    first.trim_start_matches("fatal: ").trim_start_matches("error: ")
}
