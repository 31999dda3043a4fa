//! What git says of the tree: which files it tracks.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use crate::problem::{Problem, ProblemKind};

/// Tracked paths relative to a folder; None outside git or where git does not answer, with the reason if there is one.
pub fn tracked(root: &Path) -> (Option<HashSet<String>>, Option<Problem>) {
    if crate::artefact::git_root(root).is_none() {
        return (None, None);
    }
    let mut command = Command::new("git");
    // A hook's own git variables must not lead to another index or work tree.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").arg("-C").arg(root).args(["ls-files", "-z", "--cached"]);
    let refusal = match command.output() {
        Ok(output) if output.status.success() => {
            let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
            return (Some(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()), None);
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    let problem = Problem::new(ProblemKind::Notice, "", "git does not say which files it tracks");
    let problem = if refusal.contains("dubious ownership") {
        problem.help(format!(
            "the folder belongs to another user; if you trust it: git config --global --add safe.directory {}",
            root.display()
        ))
    } else {
        let first = refusal.lines().find(|line| !line.trim().is_empty()).unwrap_or("git gave no reason");
        problem.help(format!("git says: {}", first.trim()))
    };
    (None, Some(problem))
}
