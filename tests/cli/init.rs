//! `init`: what it writes works, and what is there stays.

use std::fs;

use crate::common::{plimsoll, run, tree};
use crate::repository::{Repository, secret};

const WILDCARD: &str = "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: '*'\n";

#[test]
fn the_hook_rejects_what_must_not_be_committed_and_lets_the_rest_pass() {
    let repository = Repository::new();
    let ran = run(repository.path(), &["init", "--hook"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let commit = |path: &str, content: &str| {
        repository.stage(path, content);
        let output = repository.git_with_hooks(&["commit", "-q", "-m", "change"], true);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            repository.git(&["rm", "-q", "--cached", path]);
        }
        (output.status.success(), said)
    };
    let (passed, said) = commit("README.md", "A shop.\n");
    assert!(passed, "{said}");
    let (passed, said) = commit("mail.conf", &format!("# mail\nSMTP_PASSWORD={}\n", secret(1)));
    assert!(!passed && said.contains("secrets/secrets-not-in-repo") && said.contains("mail.conf:2:15"), "{said}");
    assert!(!said.contains(&secret(1)[..8]), "{said}");
    let (passed, said) = commit("compose.yaml", WILDCARD);
    assert!(!passed && said.contains("web/cors-no-wildcard") && said.contains("compose.yaml:5:"), "{said}");
    let (passed, said) = commit("notes.md", "Nothing to hide.\n");
    assert!(passed, "{said}");
}

#[test]
fn a_hook_without_plimsoll_blocks_and_says_why() {
    let repository = Repository::new();
    assert_eq!(run(repository.path(), &["init", "--hook"]).code, 0);
    repository.stage("README.md", "A shop.\n");
    let output = repository.git_with_hooks(&["commit", "-q", "-m", "change"], false);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("plimsoll is not on PATH"), "{said}");
}

#[test]
fn a_hook_that_is_there_stays() {
    let repository = Repository::new();
    repository.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let ran = run(repository.path(), &["init", "--hook"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("add this line to it: plimsoll check --staged || exit 1"), "{}", ran.stderr);
    let kept = fs::read_to_string(repository.path().join(".git/hooks/pre-commit")).expect("it is there");
    assert_eq!(kept, "#!/bin/sh\nexit 0\n");
}

#[test]
fn the_hook_is_written_where_the_repository_looks_for_it() {
    let repository = Repository::new();
    repository.git(&["config", "core.hooksPath", "tools/hooks"]);
    repository.write("below/a.txt", "a\n");
    assert_eq!(run(&repository.path().join("below"), &["init", "--hook"]).code, 0);
    assert!(repository.path().join("tools/hooks/pre-commit").is_file());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ran = run(folder.path(), &["init", "--hook"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("this is no git repository"), "{}", ran.stderr);
}

#[test]
fn hooks_that_serve_all_repositories_are_not_touched() {
    let repository = Repository::new();
    let home = tree(&[("config", "[core]\n\thooksPath = /srv/hooks\n")]);
    let mut command = plimsoll(repository.path(), &["init", "--hook"]);
    let output = command.env("GIT_CONFIG_GLOBAL", home.path().join("config")).output().expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("leads all hooks to /srv/hooks"), "{said}");
}

#[test]
fn the_config_is_one_that_changes_nothing_and_is_written_once() {
    let folder = tree(&[("compose.yaml", WILDCARD)]);
    let before = run(folder.path(), &["check", "--format", "json"]);
    let ran = run(folder.path(), &["init"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "wrote plimsoll.yaml\n"));
    let after = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!((before.rules_with_findings(), before.code), (after.rules_with_findings(), after.code));
    // The examples in its comments are keys that the config knows.
    let file = folder.path().join("plimsoll.yaml");
    let text = fs::read_to_string(&file).expect("it was written");
    let bare: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| !line.ends_with('.'))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&file, bare).expect("files can be written");
    let ran = run(folder.path(), &["check"]);
    assert_ne!(ran.code, 2, "{}", ran.stderr);
    let ran = run(folder.path(), &["init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is there already"), "{}", ran.stderr);
}
