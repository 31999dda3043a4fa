//! Small git repositories for tests, whose commits do not depend on the machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{plimsoll, write};

/// A repository in a temporary folder.
pub struct Repository(tempfile::TempDir);

impl Repository {
    pub fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a temporary folder"));
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        write(self.path(), path, text.as_bytes());
    }

    /// Runs git, which must succeed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = git(self.path(), arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    }

    /// Writes a file and stages it.
    pub fn stage(&self, path: &str, text: &str) {
        self.write(path, text);
        self.git(&["add", "-f", path]);
    }

    /// Commits all that is there; the name of the commit.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git with hooks that find the binary under test, or do not.
    pub fn git_with_hooks(&self, arguments: &[&str], on_path: bool) -> Output {
        let mut command = command(self.path(), arguments);
        let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().map(Path::to_path_buf).unwrap_or_default();
        let known = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&known).filter(|folder| !folder.join("plimsoll").exists());
        let folders: Vec<PathBuf> = on_path.then_some(binary).into_iter().chain(folders).collect();
        command.env("PATH", std::env::join_paths(folders).expect("folders of PATH can be joined"));
        command.output().expect("git starts")
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
        command.env_remove(name);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Test").env(format!("GIT_{who}_EMAIL"), "test@example.org");
        command.env(format!("GIT_{who}_DATE"), "2026-03-01T12:00:00+00:00");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.arg("-C").arg(folder).args(["-c", "protocol.file.allow=always"]).args(arguments);
    command
}

pub fn git(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("git starts")
}

/// A run of the binary where there is no git.
pub fn without_git(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = plimsoll(folder, arguments).env("PATH", "/nonexistent").output().expect("the binary starts");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A password that no scanner finds in this file: it is put together when it is needed.
pub fn secret(seed: u64) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(LETTERS[(state % LETTERS.len() as u64) as usize])
    };
    (0..24).map(|_| letter()).collect()
}
