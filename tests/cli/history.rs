//! `check --history`: what commits brought, also where the files are gone.

use std::fs;

use crate::common::{Ran, list, run, text};
use crate::repository::{Repository, git, secret};

const RULE: &str = "secrets/git-history-secret-free";

fn env(seed: u64) -> String {
    format!("SMTP_HOST=mail.example.org\nSMTP_PASSWORD={}\n", secret(seed))
}

fn history(repository: &Repository, flag: &str) -> Ran {
    run(repository.path(), &["check", flag, "--format", "json", "--rule", RULE])
}

/// Path and message of each finding.
fn found(ran: &Ran) -> Vec<(String, String)> {
    let report = ran.json();
    list(&report["findings"]).iter().map(|one| (text(&one["path"]), text(&one["message"]))).collect()
}

fn paths(ran: &Ran) -> Vec<String> {
    found(ran).into_iter().map(|(path, _)| path).collect()
}

fn at(commit: &str, path: &str) -> String {
    format!("{}:{path}", &commit[..12])
}

#[test]
fn commits_that_gitleaks_accepts_are_left_out() {
    let repository = Repository::new();
    repository.write("a.conf", &env(1));
    let first = repository.commit("first");
    repository.write("b.conf", &env(2));
    let second = repository.commit("second");
    repository.write(".gitleaks.toml", &format!("[allowlist]\ncommits = ['{}']\n", first.to_uppercase()));
    repository.commit("third");
    assert_eq!(paths(&history(&repository, "--history")), [at(&second, "b.conf")]);
    repository.write(".gitleaks.toml", "[allowlist]\ncommits = ['0000000000000000000000000000000000000000']\n");
    assert_eq!(paths(&history(&repository, "--history")).len(), 2);
}

#[test]
fn a_secret_is_found_at_the_commit_that_brought_it() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    repository.write("deploy/mail.conf", &env(1));
    let brought = repository.commit("second");
    repository.write("deploy/mail.conf", &format!("# changed\n{}", env(1)));
    repository.commit("third");
    let ran = history(&repository, "--history");
    assert_eq!((paths(&ran), ran.code), (vec![at(&brought, "deploy/mail.conf")], 1), "{}", ran.stderr);
    let message = &found(&ran)[0].1;
    assert!(message.contains(&format!("since commit {} of 2026-03-01", &brought[..12])), "{message}");
    assert!(message.ends_with("HEAD still holds it"), "{message}");
    let shown = repository.git(&["show", &paths(&ran)[0]]);
    let line = ran.json()["findings"][0]["start"]["line"].as_u64().unwrap_or_default();
    assert!(shown.lines().nth(line as usize - 1).is_some_and(|line| line.contains(&secret(1))), "git show takes it");

    fs::remove_file(repository.path().join("deploy/mail.conf")).expect("it is there");
    repository.commit("fourth");
    let ran = history(&repository, "--history");
    assert_eq!(paths(&ran), [at(&brought, "deploy/mail.conf")]);
    assert!(found(&ran)[0].1.ends_with("HEAD holds it no more"), "{}", found(&ran)[0].1);
    for arguments in [&["check", "--history"][..], &["check", "--history", "-v", "--format", "concise"]] {
        let ran = run(repository.path(), arguments);
        assert!(!ran.stdout.contains(&secret(1)[..8]) && !ran.stderr.contains(&secret(1)[..8]), "{arguments:?}");
    }
}

#[test]
fn another_value_at_the_same_path_is_another_finding_and_a_move_is_none() {
    let repository = Repository::new();
    repository.write("mail.conf", &env(1));
    let one = repository.commit("first");
    repository.write("mail.conf", &env(2));
    let two = repository.commit("second");
    fs::create_dir(repository.path().join("deploy")).expect("folders can be made");
    repository.git(&["mv", "mail.conf", "deploy/mail.conf"]);
    repository.commit("third");
    let ran = history(&repository, "--history");
    let mut expected = [(at(&one, "mail.conf"), false), (at(&two, "mail.conf"), true)];
    expected.sort();
    let held: Vec<_> = found(&ran).into_iter().map(|(path, said)| (path, said.ends_with("still holds it"))).collect();
    assert_eq!(held, expected, "HEAD holds the second one where it was moved to");
}

#[test]
fn what_a_merge_alone_brings_and_what_any_branch_holds_is_seen() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("b.conf", "B=1\n");
    repository.commit("second");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("c.conf", "C=1\n");
    repository.commit("third");
    repository.git(&["merge", "-q", "--no-commit", "side"]);
    repository.write("a.conf", &env(1));
    let merge = repository.commit("merge");
    repository.git(&["checkout", "-q", "-b", "never-merged"]);
    repository.write("d.conf", &env(2));
    let branch = repository.commit("fourth");
    repository.git(&["checkout", "-q", "main"]);
    let mut expected = [at(&merge, "a.conf"), at(&branch, "d.conf")];
    expected.sort();
    assert_eq!(paths(&history(&repository, "--history")), expected);
    assert_eq!(paths(&history(&repository, "--history=main..never-merged")), [at(&branch, "d.conf")]);
    assert_eq!(paths(&history(&repository, "--history=main ^side")), [at(&merge, "a.conf")]);
}

#[test]
fn links_submodules_and_binary_files_are_left_out() {
    let other = Repository::new();
    other.write("mail.conf", &env(9));
    other.commit("first");
    let repository = Repository::new();
    repository.write("image.bin", &format!("\0{}", env(1)));
    let address = other.path().to_string_lossy().into_owned();
    repository.git(&["submodule", "--quiet", "add", &address, "other"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(format!("/x/password={}", secret(3)), repository.path().join("link"))
        .expect("links can be made");
    repository.commit("first");
    let ran = history(&repository, "--history");
    // The check of the work tree says that the link leads to nothing.
    assert_eq!((paths(&ran), ran.code), (vec![], 3), "{}", ran.stderr);
    assert_eq!(ran.verdict(RULE), "pass");
}

#[test]
fn a_bare_repository_has_a_history() {
    let repository = Repository::new();
    repository.write("mail.conf", &env(1));
    let commit = repository.commit("first");
    let bare = tempfile::tempdir().expect("a temporary folder");
    let from = repository.path().to_string_lossy().into_owned();
    let to = bare.path().to_string_lossy().into_owned();
    assert!(git(bare.path(), &["clone", "-q", "--bare", &from, &to]).status.success());
    let ran = run(bare.path(), &["check", "--history", "--format", "json"]);
    assert_eq!((paths(&ran), ran.code), (vec![at(&commit, "mail.conf")], 1), "{}", ran.stderr);
}

#[test]
fn a_shallow_clone_is_not_proved() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    repository.write("a.conf", "A=2\n");
    repository.commit("second");
    let clone = tempfile::tempdir().expect("a temporary folder");
    let from = format!("file://{}", repository.path().display());
    let to = clone.path().to_string_lossy().into_owned();
    assert!(git(clone.path(), &["clone", "-q", "--depth", "1", &from, &to]).status.success());
    let ran = run(clone.path(), &["check", "--history", "--format", "json", "--rule", RULE]);
    assert_eq!((ran.verdict(RULE).as_str(), ran.code), ("not-evaluated", 0));
    assert!(ran.stderr.contains("the clone is shallow"), "{}", ran.stderr);
    assert!(ran.stderr.contains("git fetch --unshallow"), "{}", ran.stderr);
}

#[test]
fn without_a_commit_or_without_the_flag_nothing_is_proved() {
    let repository = Repository::new();
    let ran = history(&repository, "--history");
    assert_eq!(ran.verdict(RULE), "not-evaluated");
    assert!(ran.stderr.contains("the history is empty"), "{}", ran.stderr);
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    let ran = run(repository.path(), &["check", "--format", "json", "--rule", RULE]);
    assert_eq!(ran.verdict(RULE), "not-evaluated");
    assert!(ran.stdout.contains("give it with `--history`"), "{}", ran.stdout);
}

#[test]
fn a_range_that_git_does_not_know_is_wrong_usage() {
    let repository = Repository::new();
    repository.write("a.conf", "A=1\n");
    repository.commit("first");
    for (range, said) in
        [("nowhere..HEAD", "nowhere"), ("-20", "it begins with `-`"), ("HEAD --output=x", "begins with")]
    {
        let ran = history(&repository, &format!("--history={range}"));
        assert_eq!(ran.code, 2, "{range}");
        assert!(ran.stderr.contains("is no range of commits") && ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(!repository.path().join("x").exists());
}
