//! The same bytes from run to run, folder to folder and any number of threads; `| head` ends quietly.

use std::process::Stdio;

use crate::common::{copy, plimsoll, root, run, tree, write};

/// All fixtures as one tree.
fn everything() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&root().join("fixtures"), folder.path());
    folder
}

#[test]
fn runs_folders_and_threads_give_the_same_bytes() {
    let (one, two) = (everything(), everything());
    for format in ["text", "concise", "json"] {
        let base = ["check", "--all", "--color", "never", "--format", format];
        let expected = run(one.path(), &base);
        assert!(!expected.stdout.is_empty(), "{}", expected.stderr);
        for jobs in ["1", "2", "7"] {
            let again = run(two.path(), &[&base[..], &["--jobs", jobs]].concat());
            assert!(expected.stdout == again.stdout && expected.stderr == again.stderr, "{format} with {jobs} jobs");
        }
        let name = two.path().to_str().expect("temporary folders are UTF-8");
        let from_elsewhere = run(one.path(), &[&base[..], &[name]].concat());
        assert!(expected.stdout == from_elsewhere.stdout, "{format} from another folder");
    }
}

#[test]
fn nothing_of_the_environment_is_evidence() {
    let folder = tree(&[(
        "compose.yaml",
        "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: ${CORS_ORIGINS}\n",
    )]);
    let without = run(folder.path(), &["check", "--format", "json"]);
    let with =
        plimsoll(folder.path(), &["check", "--format", "json"]).env("CORS_ORIGINS", "*").output().expect("it runs");
    assert_eq!(without.stdout, String::from_utf8_lossy(&with.stdout));
    assert_eq!(without.verdict("web/cors-no-wildcard"), "not-evaluated");
}

/// A system in which a rule's verdict rests on every file but the first two.
const SYSTEM: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "include: [parts/db.yaml]\nservices:\n  api:\n    extends: {file: base.yaml, service: base}\n    \
         env_file: [api.env]\n    environment: {APP_LOG_LEVEL: $LEVEL}\n",
    ),
    ("k8s/kustomization.yaml", "resources: [api.yaml, config.yaml]\n"),
    (".env", "LEVEL=info\n"),
    ("api.env", "LOG_LEVEL=info\n"),
    ("base.yaml", "services:\n  base: {image: \"example/api:1.0\", environment: {DB_LOG_LEVEL: warn}}\n"),
    ("parts/db.yaml", "services:\n  db: {image: \"example/db:1.0\", environment: {LOG_LEVEL: info}}\n"),
    (
        "k8s/api.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      \
         containers: [{name: api, image: api, envFrom: [{configMapRef: {name: api}}]}]\n",
    ),
    ("k8s/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata: {LOG_LEVEL: info}\n"),
];

#[test]
fn deleting_an_artefact_never_leaves_a_rule_green_that_read_it() {
    const RULE: &str = "settings/log-level-production";
    assert_eq!(run(tree(SYSTEM).path(), &["check", "--format", "json"]).verdict(RULE), "pass");
    for (path, _) in &SYSTEM[2..] {
        let folder = tree(SYSTEM);
        std::fs::remove_file(folder.path().join(path)).expect("the file is there");
        let after = run(folder.path(), &["check", "--format", "json"]);
        assert!(matches!(after.verdict(RULE).as_str(), "error" | "not-evaluated"), "without {path}: {}", after.stdout);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = tree(&[]);
    let mut compose = "services:\n".to_string();
    for n in 0..3_000 {
        compose.push_str(&format!("  s{n}:\n    image: example/s:1.0\n    environment:\n      CORS_ORIGINS: '*'\n"));
    }
    write(folder.path(), "compose.yaml", compose.as_bytes());
    let mut child = plimsoll(folder.path(), &["check", "--format", "concise", "--report", "json=report.json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1), "the findings are there whoever reads them");
    assert!(folder.path().join("report.json").is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = tree(&[("compose.yaml", "services:\n  api:\n    image: example/api:1.0\n")]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let output = plimsoll(folder.path(), &["check"]).stdout(full).stderr(Stdio::piped()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stderr.is_empty());
}
