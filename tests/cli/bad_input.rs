//! Bad input: one clear problem that names file, place and remedy; the rest of the run goes on; the exit code says it.

use crate::common::{Ran, list, run, run_with_input, text, tree, write};

/// A compose file with one finding, so that every test sees the rest of the run go on.
const FAULTY: &str = "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: '*'\n";

/// The one problem of a kind, with its path; the finding of `FAULTY` must be there too.
fn only_problem(ran: &Ran, kind: &str, path: &str) -> serde_json::Value {
    let report = ran.json();
    let problems: Vec<_> = list(&report["problems"]).iter().filter(|one| one["kind"] != "notice").cloned().collect();
    assert_eq!(problems.len(), 1, "{:#}", report["problems"]);
    assert_eq!((text(&problems[0]["kind"]).as_str(), text(&problems[0]["path"]).as_str()), (kind, path));
    assert_ne!(text(&problems[0]["help"]), "", "{:#}", problems[0]);
    assert!(
        list(&report["findings"]).iter().any(|finding| finding["rule"] == "web/cors-no-wildcard"),
        "the rest of the run goes on: {:#}",
        report["findings"]
    );
    problems[0].clone()
}

fn check(files: &[(&str, &str)]) -> (tempfile::TempDir, Ran) {
    let folder = tree(files);
    write(folder.path(), "compose.yaml", FAULTY.as_bytes());
    let ran = run(folder.path(), &["check", "--format", "json"]);
    (folder, ran)
}

/// Exit code without the findings' share.
fn code(folder: &tempfile::TempDir) -> i32 {
    run(folder.path(), &["check", "--format", "json", "--skip", "web/*"]).code
}

const MANIFEST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  LOG_LEVEL: info\n";

#[test]
fn broken_yaml_in_the_middle_document_spoils_its_section_and_no_sibling() {
    let broken = format!("{MANIFEST}---\napiVersion: v1\nkind: Secret\nmetadata: [unclosed\n---\n{MANIFEST}");
    let (folder, ran) = check(&[("k8s/app.yaml", &broken)]);
    let problem = only_problem(&ran, "fault", "k8s/app.yaml");
    assert!(problem["line"].as_u64().is_some_and(|line| (8..=12).contains(&line)), "{problem:#}");
    assert!(list(&problem["rules"]).iter().any(|rule| rule == "settings/log-level-production"), "{problem:#}");
    assert_eq!(ran.verdict("settings/log-level-production"), "error");
    assert_eq!((ran.code, code(&folder)), (1, 3));
}

#[cfg(unix)]
#[test]
fn a_dangling_or_cyclic_link_is_a_fault() {
    use std::os::unix::fs::symlink;
    for (target, name) in [("nowhere.yaml", "k8s.yaml"), ("loop.yaml", "loop.yaml"), (".", "again")] {
        let folder = tree(&[("compose.yaml", FAULTY)]);
        symlink(target, folder.path().join(name)).expect("links can be made");
        let ran = run(folder.path(), &["check", "--format", "json"]);
        only_problem(&ran, "fault", name);
        assert_eq!((ran.code, code(&folder)), (1, 3), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_is_a_fault_and_nobody_waits_for_it() {
    let folder = tree(&[("compose.yaml", FAULTY)]);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join(".env")).status().expect("mkfifo is there");
    assert!(made.success());
    let ran = run(folder.path(), &["check", "--format", "json"]);
    only_problem(&ran, "fault", ".env");
    assert_eq!(code(&folder), 3);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_a_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tree(&[("compose.yaml", FAULTY), ("k8s/app.yaml", MANIFEST)]);
    let file = folder.path().join("k8s/app.yaml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).expect("modes can be set");
    if std::fs::read(&file).is_ok() {
        // The superuser reads everything; there is nothing to see then.
        return;
    }
    let ran = run(folder.path(), &["check", "--format", "json"]);
    only_problem(&ran, "fault", "k8s/app.yaml");
    assert_eq!(code(&folder), 3);
}

#[test]
fn nesting_100_000_deep_is_a_fault() {
    for (name, text) in [
        ("k8s/deep.yaml", format!("apiVersion: v1\nkind: ConfigMap\ndata: {}", "[".repeat(100_000))),
        (
            "k8s/deep.json",
            format!("{{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"data\": {}", "[".repeat(100_000)),
        ),
    ] {
        let (folder, ran) = check(&[(name, &text)]);
        only_problem(&ran, "fault", name);
        assert_eq!(code(&folder), 3, "{name}");
    }
}

#[test]
fn an_alias_bomb_is_a_fault() {
    let mut bomb = "apiVersion: v1\nkind: ConfigMap\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for n in 1..12 {
        let previous = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{previous}]\n"));
    }
    let (folder, ran) = check(&[("k8s/bomb.yaml", &bomb)]);
    only_problem(&ran, "fault", "k8s/bomb.yaml");
    assert_eq!(code(&folder), 3);
}

#[test]
fn latin_1_text_is_a_fault() {
    let folder = tree(&[("compose.yaml", FAULTY)]);
    write(folder.path(), "k8s/app.yaml", b"apiVersion: v1\nkind: ConfigMap\ndata:\n  NAME: Andr\xe9\n");
    let ran = run(folder.path(), &["check", "--format", "json"]);
    only_problem(&ran, "fault", "k8s/app.yaml");
    assert_eq!(code(&folder), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_utf_8_is_a_fault() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tree(&[("compose.yaml", FAULTY)]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    std::fs::write(folder.path().join(name), MANIFEST).expect("files can be written");
    let ran = run(folder.path(), &["check", "--format", "json"]);
    only_problem(&ran, "fault", "caf\u{fffd}.yaml");
    assert_eq!(code(&folder), 3);
}

#[test]
fn a_missing_path_argument_is_a_fault() {
    let folder = tree(&[("compose.yaml", FAULTY)]);
    let ran = run(folder.path(), &["check", "--format", "json", "compose.yaml", "gone.yaml"]);
    only_problem(&ran, "fault", "gone.yaml");
    let alone = run(folder.path(), &["check", "gone.yaml"]);
    assert_eq!(alone.code, 3, "{}", alone.stderr);
}

/// The verdict on the log level of a sound manifest beside what is wrong.
fn beside(folder: &tempfile::TempDir, arguments: &[&str]) -> String {
    write(folder.path(), "sound.yaml", MANIFEST.as_bytes());
    let all = [&["check", "--format", "json"], arguments].concat();
    run(folder.path(), &all).verdict("settings/log-level-production")
}

#[test]
fn what_cannot_be_read_keeps_rules_from_passing() {
    assert_eq!(beside(&tree(&[]), &["."]), "pass");
    assert_eq!(beside(&tree(&[]), &[".", "gone"]), "error", "a PATH that is not there");
}

#[cfg(unix)]
#[test]
fn links_folders_and_names_that_cannot_be_read_keep_rules_from_passing() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let linked = tree(&[]);
    symlink("nowhere", linked.path().join("other.yaml")).expect("links can be made");
    assert_eq!(beside(&linked, &["."]), "error");
    let picture = tree(&[]);
    symlink("nowhere", picture.path().join("other.png")).expect("links can be made");
    assert_eq!(beside(&picture, &["."]), "pass", "no rule reads a picture");
    let elsewhere = tree(&[]);
    let outside = tree(&[("more.yaml", MANIFEST)]);
    symlink(outside.path(), elsewhere.path().join("more")).expect("links can be made");
    assert_eq!(beside(&elsewhere, &["."]), "not-evaluated");
    let locked = tree(&[("k8s/app.yaml", MANIFEST)]);
    let inner = locked.path().join("k8s");
    std::fs::set_permissions(&inner, std::fs::Permissions::from_mode(0o000)).expect("modes can be set");
    // The superuser reads everything; there is nothing to see then.
    if std::fs::read_dir(&inner).is_err() {
        assert_eq!(beside(&locked, &["."]), "error");
    }
    std::fs::set_permissions(&inner, std::fs::Permissions::from_mode(0o700)).expect("modes can be set");
    let named = tree(&[]);
    // Not every file system takes such names.
    if std::fs::write(named.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.yaml")), MANIFEST).is_ok() {
        assert_eq!(beside(&named, &["."]), "error");
    }
}

#[test]
fn a_broken_manifest_is_a_fault_in_whatever_style() {
    for text in [
        "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"spec\": [}\n",
        "{apiVersion: apps/v1, kind: Deployment, spec: [}\n",
        "\"apiVersion\": apps/v1\n\"kind\": Deployment\nmetadata: {\n",
        "apiVersion : v1\nkind : Pod\nmetadata: {\n",
        "  apiVersion: v1\n  kind: Pod\n  metadata: {\n",
    ] {
        let (folder, ran) = check(&[("k8s/app.yaml", text)]);
        only_problem(&ran, "fault", "k8s/app.yaml");
        assert_eq!(code(&folder), 3, "{text}");
    }
    let (_, ran) = check(&[("notes.yaml", "# apiVersion: v1\n# kind: Pod\nnotes: [\n")]);
    assert!(list(&ran.json()["problems"]).iter().all(|one| one["kind"] == "notice"), "{:#}", ran.json()["problems"]);
}

#[test]
fn a_file_over_its_size_is_a_limit() {
    let folder = tree(&[("compose.yaml", FAULTY)]);
    let mut large = MANIFEST.to_string();
    while large.len() <= 200 << 20 {
        large.push_str(&"# filler\n".repeat(1 << 20));
    }
    write(folder.path(), "k8s/large.yaml", large.as_bytes());
    let ran = run(folder.path(), &["check", "--format", "json"]);
    only_problem(&ran, "limit", "k8s/large.yaml");
    assert_eq!(code(&folder), 0, "a limit is no fault");
    assert_eq!(run(folder.path(), &["check", "--skip", "web/*", "--strict"]).code, 3);
}

#[test]
fn an_empty_file_and_a_virtualenv_called_env_are_no_problem() {
    let (folder, ran) = check(&[("k8s/empty.yaml", ""), (".env/pyvenv.cfg", "home = /usr/bin\n"), ("prod.env", "")]);
    assert_eq!(list(&ran.json()["problems"]), &[] as &[serde_json::Value]);
    assert_eq!(code(&folder), 0);
}

#[test]
fn a_folder_in_which_nothing_is_recognised_says_so() {
    let folder = tree(&[("main.rs", "fn main() {}\n")]);
    let ran = run(folder.path(), &["check"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("nothing") && ran.stderr.contains("recognised"), "{}", ran.stderr);
}

#[test]
fn standard_input_is_read_and_nonsense_on_it_is_a_fault() {
    let folder = tree(&[]);
    let ran = run_with_input(folder.path(), &["check", "--format", "json", "-"], FAULTY.as_bytes());
    assert_eq!((ran.code, ran.rules_with_findings()), (1, vec!["web/cors-no-wildcard".to_string()]));
    assert_eq!(text(&ran.json()["findings"][0]["path"]), "-");
    for nonsense in ["hello\n", "{\"apiVersion\": \"apps/v1\", ", "Error: the chart wants: [x\n"] {
        assert_eq!(run_with_input(folder.path(), &["check", "-"], nonsense.as_bytes()).code, 3, "{nonsense}");
    }
}

#[test]
fn usage_config_and_policy_errors_end_with_2_at_their_place() {
    let folder = tree(&[
        ("compose.yaml", FAULTY),
        ("misspelt/plimsoll.yaml", "exclud: [a]\n"),
        ("misspelt/compose.yaml", FAULTY),
        ("allowed/.gitleaks.toml", "[allowlist\n"),
        ("unclosed/plimsoll.yaml", "exclude: [\n"),
        ("unclosed/compose.yaml", FAULTY),
        ("allowed/compose.yaml", FAULTY),
        ("broken/rules/own/broken.rego", "package rules.own.broken\n\ndeny contains {\n"),
        (
            "unknown/rules/own/extra.rego",
            "# METADATA\n# title: Extra\n# description: Why.\n# custom:\n#   severity: low\n#   input: [settings]\n#   help: Do it.\n#   colour: blue\npackage rules.own.extra\n\nsubjects contains setting.at if some setting in input.settings.all\n\ndeny := set()\n",
        ),
    ]);
    let ran = run(folder.path(), &["check", "--rule", "web/cors-no-wildcart"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("web/cors-no-wildcard"), "did you mean: {}", ran.stderr);
    let ran = run(folder.path(), &["explain", "cors-no-wildcard"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `web/cors-no-wildcard`?"), "{}", ran.stderr);
    let ran = run(folder.path(), &["check", "--rule", "web/*", "--skip", "web/*"]);
    assert_eq!(ran.code, 2, "nothing is decided: {}", ran.stdout);
    for jobs in ["0", "100000", "x"] {
        assert_eq!(run(folder.path(), &["check", "--jobs", jobs]).code, 2, "{jobs} threads");
    }
    let ran = run(folder.path(), &["check", "misspelt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plimsoll.yaml") && ran.stderr.contains("exclude"), "{}", ran.stderr);
    assert!(ran.stdout.contains("web/cors-no-wildcard"), "findings are reported in every case: {}", ran.stdout);
    let report = run(folder.path(), &["check", "misspelt", "--format", "json"]).json();
    let problem = &report["problems"][0];
    assert_eq!((text(&problem["path"]).as_str(), problem["line"].as_u64()), ("plimsoll.yaml", Some(1)), "{problem:#}");
    let ran = run(folder.path(), &["check", "unclosed", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.code, list(&report["problems"]).len()), (2, 1), "it is said once: {:#}", report["problems"]);
    let ran = run(folder.path(), &["check", "allowed"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(".gitleaks.toml:1"), "{}", ran.stderr);
    assert!(ran.stdout.contains("web/cors-no-wildcard"), "{}", ran.stdout);
    for (policy, place) in [("broken", "broken.rego:4"), ("unknown", "extra.rego:8")] {
        let ran = run(folder.path(), &["check", "--policy", policy, "--format", "concise", "compose.yaml"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(place), "{policy}: {}", ran.stderr);
        assert!(ran.stdout.contains("web/cors-no-wildcard"), "findings are reported in every case: {}", ran.stdout);
    }
}

#[test]
fn a_deployment_of_the_config_that_is_not_there_is_a_fault_at_its_line() {
    let folder = tree(&[
        ("compose.yaml", "services:\n  api: {image: a, environment: {LOG_LEVEL: info}}\n"),
        (
            "plimsoll.yaml",
            "deployments:\n  - {name: shop, compose: [compose.yaml, compose.prd.yaml]}\n  - {name: k, manifests: [k8z/**]}\n",
        ),
    ]);
    let ran = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!((ran.code, ran.verdict("settings/log-level-production").as_str()), (3, "error"));
    assert!(ran.stderr.contains("plimsoll.yaml:2") && ran.stderr.contains("plimsoll.yaml:3"), "{}", ran.stderr);
}

#[test]
fn a_rule_that_could_never_fail_and_a_folder_without_rules_are_refused() {
    let rule = "# METADATA\n# title: T\n# description: D.\n# custom:\n#   severity: low\n#   input: [settings]\n#   help: H.\n\
                package rules.own.r\n\nsubjects contains s.at if some s in input.settings.all\n\n\
                denny contains {\"at\": s.at, \"message\": \"x\"} if some s in input.settings.all\n";
    let folder = tree(&[("compose.yaml", FAULTY), ("own/rules/own/r.rego", rule), ("empty/readme.md", "")]);
    let ran = run(folder.path(), &["check", "--policy", "own", "--format", "concise"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("r.rego:8") && ran.stderr.contains("`deny`"), "{}", ran.stderr);
    for arguments in [&["check", "--policy", "empty"][..], &["test", "empty"]] {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains("no policies"), "{}", ran.stderr);
    }
}

#[test]
fn what_a_secret_holds_is_shown_nowhere_whole_or_broken() {
    let head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    \
                kubectl.kubernetes.io/last-applied-configuration: '{\"x\": \"HIDDEN0\"}'\n";
    for (name, rest) in [
        (
            "files",
            "stringData:\n  config.ini: pw=HIDDEN1\n  tls.key: |\n    \x2d----BEGIN PRIVATE KEY-----\n    HIDDEN2\n",
        ),
        ("base64", "data: {app.conf: SElEREVOMw==}\n"),
        ("an unclosed quote", "stringData:\n  note: \"HIDDEN4\n"),
        ("a colon", "stringData:\n  note: HIDDEN5: x\n"),
        ("a key twice", "stringData:\n  note: HIDDEN6\n  note: HIDDEN7\n"),
        ("no base64", "data: {note: \"is HIDDEN8!\"}\n"),
        ("lost indentation", "stringData:\n  tls.key: |\n    \x2d----BEGIN PRIVATE KEY-----\n  HIDDEN9\n"),
    ] {
        let folder = tree(&[("secret.yaml", &format!("{head}{rest}"))]);
        for arguments in [&["check", "-v"][..], &["check", "--format", "json"], &["collect"]] {
            let ran = run(folder.path(), arguments);
            let all = ran.stdout + &ran.stderr;
            assert!(!all.contains("HIDDEN") && !all.contains("SElEREVO"), "{name}, {arguments:?}: {all}");
        }
    }
}

#[test]
fn a_workflow_that_github_refuses_is_a_fault_at_its_place() {
    let workflow = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n        uses: a/b@v1\n      - run: cargo test\n";
    let (folder, ran) = check(&[(".github/workflows/ci.yml", workflow)]);
    let problem = only_problem(&ran, "fault", ".github/workflows/ci.yml");
    assert_eq!((problem["line"].as_u64(), problem["column"].as_u64()), (Some(6), Some(9)), "{problem:#}");
    assert_eq!(ran.verdict("delivery/ci-tests-run"), "error");
    // What the pipeline lacks is a finding as well; where that is not asked for the fault alone counts.
    let alone = run(folder.path(), &["check", "--rule", "delivery/ci-tests-run"]).code;
    assert_eq!((ran.code, alone), (1, 3));
}
