//! `check --staged`: what the next commit holds, and nothing of the work tree.

use std::fs;

use crate::common::{Ran, list, plimsoll, run, run_with_input, text};
use crate::repository::{Repository, git, secret, without_git};

const WILDCARD: &str = "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: '*'\n";
const SOUND: &str =
    "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: https://a.example.org\n";

fn env(seed: u64) -> String {
    format!("SMTP_HOST=mail.example.org\nSMTP_PASSWORD={}\n", secret(seed))
}

/// Rule, path and line of each finding.
fn found(ran: &Ran) -> Vec<(String, String, u64)> {
    let report = ran.json();
    let place = |one: &serde_json::Value| {
        (text(&one["rule"]), text(&one["path"]), one["start"]["line"].as_u64().unwrap_or_default())
    };
    let mut found: Vec<_> = list(&report["findings"]).iter().map(place).collect();
    found.sort();
    found
}

/// What the rules say that a hook is mostly there for.
fn staged(repository: &Repository, more: &[&str]) -> Ran {
    let arguments = ["check", "--staged", "--format", "json", "--rule", "web/cors-no-wildcard", "--rule"];
    run(repository.path(), &[&arguments[..], &["secrets/secrets-not-in-repo"], more].concat())
}

fn wildcard(path: &str) -> (String, String, u64) {
    ("web/cors-no-wildcard".to_string(), path.to_string(), 5)
}

fn leak(path: &str) -> (String, String, u64) {
    ("secrets/secrets-not-in-repo".to_string(), path.to_string(), 2)
}

#[test]
fn what_is_staged_is_judged_and_the_work_tree_is_not() {
    let repository = Repository::new();
    repository.write("README.md", "A shop.\n");
    repository.commit("first");
    repository.stage("deploy/compose.yaml", WILDCARD);
    repository.stage("deploy/mail.conf", &env(1));
    repository.write("deploy/compose.yaml", SOUND);
    fs::remove_file(repository.path().join("deploy/mail.conf")).expect("it is there");
    // Neither an untracked file nor an unstaged change is part of the commit.
    repository.write("deploy/other.conf", &env(2));
    repository.write("README.md", &env(3));
    let ran = staged(&repository, &[]);
    assert_eq!((found(&ran), ran.code), (vec![leak("deploy/mail.conf"), wildcard("deploy/compose.yaml")], 1));
    let shown = run(repository.path(), &["check", "--staged", "--color", "never"]);
    assert!(shown.stdout.contains("CORS_ORIGINS: '*'"), "the excerpt is the staged text: {}", shown.stdout);
    assert!(!shown.stdout.contains(&secret(1)[..8]) && !shown.stderr.contains(&secret(1)[..8]));
}

#[test]
fn nothing_staged_is_fine_and_an_unborn_branch_is_all_of_the_index() {
    let repository = Repository::new();
    let ran = staged(&repository, &[]);
    assert_eq!((found(&ran), ran.code), (vec![], 0), "{}", ran.stderr);
    repository.stage("a.conf", &env(1));
    assert_eq!(found(&staged(&repository, &[])), [leak("a.conf")]);
    repository.commit("first");
    let ran = staged(&repository, &[]);
    assert_eq!((found(&ran), ran.code), (vec![], 0), "nothing differs from HEAD: {}", ran.stderr);
}

#[test]
fn neighbours_come_from_the_index() {
    let repository = Repository::new();
    let compose = "services:\n  api:\n    image: example/api:1.0\n    env_file: [conf/api.settings]\n";
    repository.write("shop/conf/api.settings", "CORS_ORIGINS=https://a.example.org\n");
    repository.write("shop/compose.yaml", compose);
    repository.commit("first");
    repository.stage("shop/conf/api.settings", "CORS_ORIGINS=*\n");
    repository.write("shop/conf/api.settings", "CORS_ORIGINS=https://a.example.org\n");
    let rule = "web/cors-no-wildcard".to_string();
    assert_eq!(found(&staged(&repository, &[])), [(rule.clone(), "shop/conf/api.settings".to_string(), 1)]);
    // The place lies in a file of HEAD that nobody changed; what leads to it is staged.
    repository.commit("second");
    repository.stage("shop/conf/api.settings", "CORS_ORIGINS=*\n");
    repository.git(&["commit", "-qm", "third", "--allow-empty"]);
    assert_eq!(found(&staged(&repository, &[])), []);
    repository.stage("shop/compose.yaml", &format!("# changed\n{compose}"));
    assert_eq!(found(&staged(&repository, &[])), [(rule, "shop/conf/api.settings".to_string(), 1)]);
    // An env file that is named and untracked is not there for whoever clones.
    let repository = Repository::new();
    repository.stage("compose.yaml", &compose.replace("conf/", ""));
    repository.write("api.settings", "CORS_ORIGINS=*\n");
    assert_eq!(found(&staged(&repository, &[])), []);
}

#[test]
fn hundreds_of_staged_files_and_folders_are_read_whole() {
    let repository = Repository::new();
    let path = |n: u64| format!("shops/{}/{n}/mail.conf", n % 7);
    for n in 0..300 {
        // More than a pipe holds, so that git must be read while it is asked.
        repository.write(&path(n), &format!("{}\n", "SMTP_HOST=mail.example.org\n".repeat(40)));
    }
    repository.commit("first");
    for n in 0..300 {
        repository.write(&path(n), &env(n));
    }
    git(repository.path(), &["add", "-A"]);
    let mut expected: Vec<_> = (0..300).map(|n| leak(&path(n))).collect();
    expected.sort();
    assert_eq!(found(&staged(&repository, &[])), expected);
}

#[test]
fn removed_renamed_and_linked_files_and_submodules_are_what_they_are() {
    let other = Repository::new();
    other.write("secret.conf", &env(9));
    other.commit("first");
    let repository = Repository::new();
    repository.write("gone.conf", &env(1));
    repository.write("old/name.conf", &env(2));
    repository.write("kept.conf", "A=1\n");
    repository.commit("first");
    repository.git(&["rm", "-q", "gone.conf"]);
    fs::create_dir_all(repository.path().join("new")).expect("folders can be made");
    repository.git(&["mv", "old/name.conf", "new/name.conf"]);
    let address = other.path().to_string_lossy().into_owned();
    repository.git(&["submodule", "--quiet", "add", &address, "vendored"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", repository.path().join("link.conf")).expect("links can be made");
        repository.git(&["add", "link.conf"]);
    }
    let ran = staged(&repository, &[]);
    assert_eq!((found(&ran), ran.code), (vec![leak("new/name.conf")], 1), "{}", ran.stderr);
    assert_eq!(ran.json()["problems"], serde_json::json!([]));
    let ran = staged(&repository, &["gone.conf", "link.conf", "vendored"]);
    assert_eq!((found(&ran), ran.code), (vec![], 0), "{}", ran.stderr);
}

#[test]
fn files_are_judged_as_they_are_in_the_index_and_folders_limit_what_changed() {
    let repository = Repository::new();
    repository.write("a/one.conf", &env(1));
    repository.write("b/two.conf", &env(2));
    repository.commit("first");
    repository.stage("a/new.conf", &env(3));
    repository.stage("b/new.conf", &env(4));
    assert_eq!(found(&staged(&repository, &["a"])), [leak("a/new.conf")]);
    assert_eq!(found(&staged(&repository, &["a/one.conf"])), [leak("a/one.conf")]);
    assert_eq!(found(&staged(&repository, &["a/one.conf", "b"])), [leak("a/one.conf"), leak("b/new.conf")]);
    let below = repository.path().join("b");
    let ran = run(&below, &["check", "--staged", "--format", "json", "--rule", "secrets/*", "two.conf", "../a"]);
    assert_eq!(found(&ran), [leak("a/new.conf"), leak("b/two.conf")], "{}", ran.stderr);
    let ran = staged(&repository, &["nowhere.conf"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("nowhere.conf: fault: is neither tracked nor staged"), "{}", ran.stderr);
}

#[test]
fn names_that_are_patterns_elsewhere_are_names() {
    let repository = Repository::new();
    let names = ["[ab]*/:(top)x.conf", "sp ace/ü\tq.conf", "-n/--all.conf"];
    for (name, seed) in names.iter().zip(1..) {
        repository.write(name, &env(seed));
    }
    repository.git(&["add", "-A"]);
    let mut expected = names.map(leak);
    expected.sort();
    assert_eq!(found(&staged(&repository, &[])), expected);
    repository.commit("first");
    assert_eq!(found(&staged(&repository, &["--", "[ab]*/:(top)x.conf"])), [leak("[ab]*/:(top)x.conf")]);
}

#[test]
fn an_unresolved_conflict_is_a_problem() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("a.conf", "A=2\n");
    repository.commit("second");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("a.conf", "A=3\n");
    repository.commit("third");
    assert!(!git(repository.path(), &["merge", "side"]).status.success());
    let ran = staged(&repository, &[]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("a.conf: fault: has a conflict that nobody resolved"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_done_says_what_it_needs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for flag in ["--staged", "--history"] {
        let ran = run(folder.path(), &["check", flag]);
        assert_eq!(ran.code, 2, "{flag}");
        assert!(ran.stderr.contains("this is no git repository"), "{}", ran.stderr);
        let (code, said) = without_git(folder.path(), &["check", flag]);
        assert_eq!(code, 2, "{flag}");
        assert!(said.contains("git is not installed"), "{said}");
    }
    assert!(git(folder.path(), &["init", "-q", "--bare"]).status.success());
    let ran = run(folder.path(), &["check", "--staged"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("a bare repository has nothing staged"), "{}", ran.stderr);
    let ran = run(folder.path(), &["check"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("this is a bare repository"), "{}", ran.stderr);
    let ran = run_with_input(folder.path(), &["check", "--staged", "-"], b"a: 1\n");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("give one of them"), "{}", ran.stderr);
}

#[test]
fn the_configuration_of_the_user_changes_nothing() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    repository.stage("ä/b.conf", &env(1));
    let plain = staged(&repository, &[]);
    for (key, value) in [
        ("diff.external", "/bin/false"),
        ("core.quotepath", "on"),
        ("diff.renames", "copies"),
        ("core.fsmonitor", "/bin/false"),
        ("diff.noprefix", "true"),
        ("core.pager", "/bin/false"),
        ("diff.ignoreSubmodules", "all"),
    ] {
        repository.git(&["config", key, value]);
    }
    let changed = staged(&repository, &[]);
    assert_eq!((changed.stdout, changed.code), (plain.stdout, 1), "{}", changed.stderr);
}

#[test]
fn a_part_of_a_commit_is_judged_by_the_index_that_git_names() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.write("b.conf", "A=1\n");
    repository.commit("first");
    assert_eq!(run(repository.path(), &["init", "--hook"]).code, 0);
    repository.stage("a.conf", &env(1));
    repository.write("b.conf", "A=2\n");
    // `git commit FILE` commits that file alone, from an index of its own.
    let output = repository.git_with_hooks(&["commit", "-qm", "b alone", "b.conf"], true);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    repository.write("b.conf", &env(2));
    repository.git(&["reset", "-q"]);
    repository.git(&["checkout", "-q", "a.conf"]);
    let output = repository.git_with_hooks(&["commit", "-qam", "all"], true);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let mut command = plimsoll(repository.path(), &["check", "--staged", "--rule", "secrets/*"]);
    let index = repository.path().join("other-index");
    fs::copy(repository.path().join(".git/index"), &index).expect("an index can be copied");
    command.env("GIT_INDEX_FILE", &index);
    assert!(command.status().is_ok_and(|status| status.success()));
}

#[test]
fn a_text_over_the_limit_is_a_limit_and_a_binary_file_is_counted() {
    let repository = Repository::new();
    repository.stage("plimsoll.yaml", "limits:\n  file_bytes: 1000\n");
    repository.stage("long.txt", &"word ".repeat(400));
    repository.stage("image.bin", &format!("\0{}", "x".repeat(4_000)));
    let ran =
        run(repository.path(), &["check", "--staged", "--format", "json", "--rule", "secrets/secrets-not-in-repo"]);
    let report = ran.json();
    let kinds: Vec<_> = list(&report["problems"]).iter().map(|one| (text(&one["kind"]), text(&one["path"]))).collect();
    assert_eq!((kinds, ran.code), (vec![("limit".to_string(), "long.txt".to_string())], 0), "{}", ran.stderr);
    assert_eq!(ran.verdict("secrets/secrets-not-in-repo"), "not-evaluated");
}

#[test]
fn standard_input_is_read_as_the_file_that_it_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["check", "--format", "json", "--stdin-name", "./deploy/compose.yaml", "-"];
    let ran = run_with_input(folder.path(), &arguments, WILDCARD.as_bytes());
    assert!(found(&ran).contains(&wildcard("deploy/compose.yaml")), "{}", ran.stdout);
    let arguments = ["check", "--format", "json", "--stdin-name", "mail.conf", "-"];
    let ran = run_with_input(folder.path(), &arguments, env(1).as_bytes());
    assert_eq!((found(&ran), ran.code), (vec![leak("mail.conf")], 1), "{}", ran.stderr);
    for wrong in [&["check", "--stdin-name", "a.yaml"][..], &["check", "--stdin-name", "../a", "-"]] {
        let ran = run_with_input(folder.path(), wrong, b"");
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("--stdin-name"), "{}", ran.stderr);
    }
}
