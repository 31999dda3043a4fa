//! Every rule on its own fixtures: `bad` yields findings of that rule alone, `good` is proved or waits for `needs` alone.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Ran, list, root, run, text};

/// Areas and rules with fixtures: (id, folder).
pub fn rules() -> Vec<(String, PathBuf)> {
    let mut rules = Vec::new();
    for area in folders(&root().join("fixtures")) {
        if area.file_name().is_some_and(|name| name == "systems") {
            continue;
        }
        for rule in folders(&area) {
            let name =
                |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            rules.push((format!("{}/{}", name(&area), name(&rule)), rule));
        }
    }
    rules.sort();
    rules
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// A fixture is checked as a tree of its own, whatever repository surrounds it.
pub fn own_tree(fixture: &Path) -> tempfile::TempDir {
    if fixture.join("1").is_dir() {
        return replayed(fixture);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    crate::common::copy(fixture, folder.path());
    // Where a fixture speaks of git, it is a repository with all that git would track.
    if has_gitignore(fixture) {
        for arguments in [&["init", "-q"][..], &["add", "-A"]] {
            let status = std::process::Command::new("git").arg("-C").arg(folder.path()).args(arguments).status();
            assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
        }
    }
    folder
}

/// A fixture of folders `1`, `2` and so on is a repository in which each of them was committed in its turn.
fn replayed(fixture: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let output = crate::repository::git(folder.path(), arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q"]);
    for commit in (1..).map(|n: u32| fixture.join(n.to_string())).take_while(|commit| commit.is_dir()) {
        for old in folders(folder.path()).iter().filter(|old| !old.ends_with(".git")) {
            fs::remove_dir_all(old).expect("folders can be removed");
        }
        crate::common::copy(&commit, folder.path());
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", "Change"]);
    }
    folder
}

/// The flag without which the history of a replayed fixture is not looked at.
pub fn history_of(tree: &Path) -> &'static [&'static str] {
    if tree.join(".git/logs/HEAD").is_file() { &["--history"] } else { &[] }
}

fn has_gitignore(folder: &Path) -> bool {
    folder.join(".gitignore").is_file() || folders(folder).iter().any(|inner| has_gitignore(inner))
}

/// Rules that the catalogue lets say the same of one defect: who guesses passwords of Keycloak tries logins.
const SAME: &[(&str, &str)] = &[("identity/keycloak-brute-force-protection", "web/login-attempt-limits")];

/// The rules with findings, without the one that says the same as this one.
pub fn alone(ran: &Ran, id: &str) -> Vec<String> {
    let mut rules = ran.rules_with_findings();
    rules.retain(|rule| !SAME.contains(&(id, rule)));
    rules
}

/// What `check` says of a tree. A rule that finds nothing but what is absent is named, as otherwise only `review` says it;
/// then all others must be silent without it.
pub fn judged(tree: &Path, id: &str) -> Ran {
    let ran = run(tree, &[&["check", "--format", "json"], history_of(tree)].concat());
    if !ran.rules_with_findings().is_empty()
        || !run(tree, &["explain", id, "--format", "json"]).stdout.contains("\"absent_in\": \"review\"")
    {
        return ran;
    }
    run(tree, &["check", "--format", "json", "--rule", id])
}

#[test]
fn bad_yields_findings_of_its_own_rule_only_and_they_look_like_this() {
    let rules = rules();
    assert!(!rules.is_empty(), "no fixtures");
    for (id, folder) in rules {
        let tree = own_tree(&folder.join("bad"));
        let ran = judged(tree.path(), &id);
        assert_eq!((alone(&ran, &id), ran.code), (vec![id.clone()], 1), "{id}: {}", ran.stderr);
        assert_eq!(ran.verdict(&id), "fail");
        let rendered = ["check", "--color", "never", "--rule", &id];
        let rendered = run(tree.path(), &[&rendered, history_of(tree.path())].concat());
        insta::with_settings!({ snapshot_suffix => id.replace('/', "__"), omit_expression => true }, {
            insta::assert_snapshot!("bad", rendered.stdout);
        });
    }
}

#[test]
fn good_is_proved() {
    for (id, folder) in rules() {
        let tree = own_tree(&folder.join("good"));
        let history = history_of(tree.path());
        let ran = run(tree.path(), &[&["check", "--format", "json"], history].concat());
        assert_eq!(ran.rules_with_findings(), Vec::<String>::new(), "{id}: {}", ran.stdout);
        let report = ran.json();
        let rule = list(&report["rules"]).iter().find(|rule| rule["id"] == id.as_str()).cloned();
        let rule = rule.unwrap_or_else(|| panic!("{id} is in the report"));
        assert!(rule["subjects"].as_u64().is_some_and(|subjects| subjects > 0), "{id} looked at nothing: {rule:#}");
        let explained = run(tree.path(), &["explain", &id, "--format", "json"]).json();
        let needed = list(&explained["needs"]).iter().any(|need| need["when"] == "always");
        if !needed || !history.is_empty() {
            assert_eq!(rule["verdict"], "pass", "{id}: {rule:#}");
        } else {
            assert_eq!(rule["verdict"], "not-evaluated", "{id}: {rule:#}");
            let reason = text(&rule["reason"]);
            let named = list(&explained["needs"]).iter().any(|need| reason.contains(&text(&need["section"])));
            assert!(named && rule["unknowns"] == 0, "{id} waits for its needs alone: {reason}");
        }
    }
}

/// Literals that fixtures mark as secret, by a comment on the line: `# SECRET`.
#[test]
fn no_secret_of_a_fixture_appears_in_any_output() {
    let mut seen = 0;
    for (id, folder) in rules() {
        for kind in ["good", "bad"] {
            let tree = own_tree(&folder.join(kind));
            let secrets = secrets(&folder.join(kind));
            seen += secrets.len();
            for arguments in [
                &["check"][..],
                &["check", "-v", "--all"],
                &["check", "--format", "concise", "--all"],
                &["check", "--format", "json", "--all"],
                &["collect"],
            ] {
                let history = if arguments[0] == "check" { history_of(tree.path()) } else { &[] };
                let ran = run(tree.path(), &[arguments, history].concat());
                for secret in &secrets {
                    assert!(
                        !ran.stdout.contains(secret) && !ran.stderr.contains(secret),
                        "{id}/{kind}: plimsoll {arguments:?} prints a secret of {} characters",
                        secret.len()
                    );
                }
            }
        }
    }
    assert!(seen > 20, "the fixtures hold secrets to look for: {seen}");
}

/// Values of names that mean a credential, of at least 8 characters, read from the text of a tree.
fn secrets(folder: &Path) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut stack = vec![folder.to_path_buf()];
    while let Some(path) = stack.pop() {
        if path.is_dir() {
            stack.extend(fs::read_dir(&path).expect("the folder is there").flatten().map(|entry| entry.path()));
            continue;
        }
        for line in fs::read_to_string(&path).unwrap_or_default().lines() {
            let Some((name, value)) = line.split_once(['=', ':']) else { continue };
            let name = name.to_ascii_lowercase();
            let credential =
                ["password", "secret_key", "jwt_secret", "api_key"].iter().any(|word| name.ends_with(word));
            let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
            let literal = !value.contains(['$', '/', '{', ' ', '<']);
            if credential && literal && value.len() >= 8 {
                secrets.push(value.to_string());
            }
        }
    }
    secrets
}
