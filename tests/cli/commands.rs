//! Commands, flags, exit codes, waivers and ignores.

use crate::common::{list, plimsoll, run, run_with_input, text, tree};

const WILDCARD: &str = "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: '*'\n";

fn status(folder: &std::path::Path) -> Vec<(String, String)> {
    let report = run(folder, &["check", "--format", "json"]).json();
    list(&report["findings"]).iter().map(|one| (text(&one["rule"]), text(&one["status"]))).collect()
}

#[test]
fn exit_codes_are_those_of_the_design() {
    let folder = tree(&[("compose.yaml", WILDCARD)]);
    for (arguments, code) in [
        (&["check"][..], 1),
        (&["check", "--fail-on", "critical"], 0),
        (&["check", "--fail-on", "high"], 1),
        (&["check", "--skip", "web/cors-*"], 0),
        (&["check", "--rule", "web/*"], 1),
        (&["check", "--rule", "settings/debug-disabled"], 0),
        (&["check", "--rule", "web/nothing-like-it"], 2),
        (&["check", "--no-such-flag"], 2),
        (&["check", "--config", "missing.yaml"], 2),
        (&["check", "--policy", "missing"], 2),
        (&["check", "--report", "yaml=x"], 2),
        (&["nothing"], 2),
        (&["explain", "web/cors-no-wildcart"], 2),
        (&["rules"], 0),
        (&["--version"], 0),
        (&["--help"], 0),
        (&["completions", "bash"], 0),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn every_flag_has_an_environment_variable() {
    let folder = tree(&[("compose.yaml", WILDCARD)]);
    let with = |name: &str, value: &str| {
        let output = plimsoll(folder.path(), &["check"]).env(name, value).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(with("PLIMSOLL_FAIL_ON", "critical").0, Some(0));
    assert!(with("PLIMSOLL_FORMAT", "json").1.starts_with('{'));
    assert_eq!(with("PLIMSOLL_SKIP", "web/*").0, Some(0));
    assert_eq!(with("PLIMSOLL_SKIP", "settings/*, {web,workloads}/*").0, Some(0));
    assert_eq!(with("PLIMSOLL_RULE", "settings/debug-disabled,web/nothing").0, Some(2));
    assert!(with("PLIMSOLL_COLOR", "always").1.contains('\u{1b}'));
    assert!(!with("PLIMSOLL_COLOR", "auto").1.contains('\u{1b}'), "no colour into a pipe");
    for flag in ["PLIMSOLL_ALL", "PLIMSOLL_STRICT", "PLIMSOLL_QUIET", "PLIMSOLL_VERBOSE"] {
        for value in ["1", "true", "0", ""] {
            assert_eq!(with(flag, value).0, Some(1), "{flag}={value}");
        }
    }
    let lines = |value: &str| with("PLIMSOLL_QUIET", value).1.contains("artefact read");
    assert_eq!((lines("1"), lines("0"), lines("")), (false, true, true));
}

#[test]
fn ignores_and_waivers_accept_findings_with_a_reason() {
    let ignored = WILDCARD.replace("'*'", "'*' # plimsoll: ignore[web/cors-no-wildcard] public read-only data");
    let folder = tree(&[("compose.yaml", &ignored)]);
    assert_eq!(status(folder.path()), [("web/cors-no-wildcard".to_string(), "ignored".to_string())]);
    assert_eq!(run(folder.path(), &["check"]).code, 0);

    let config = |expires: &str| {
        format!(
            "waivers:\n  - rule: web/cors-no-wildcard\n    path: compose.yaml\n    reason: moves next month\n    owner: platform\n    expires: {expires}\n"
        )
    };
    let folder = tree(&[("compose.yaml", WILDCARD), ("plimsoll.yaml", &config("2999-01-01"))]);
    assert_eq!(status(folder.path()), [("web/cors-no-wildcard".to_string(), "waived".to_string())]);
    let folder = tree(&[("compose.yaml", WILDCARD), ("plimsoll.yaml", &config("2020-01-01"))]);
    assert_eq!(status(folder.path()), [("web/cors-no-wildcard".to_string(), "open".to_string())]);
    let ran = run(folder.path(), &["check", "--format", "concise"]);
    assert!(ran.stderr.starts_with("plimsoll.yaml:2:11: notice: ") && ran.stderr.contains("expired on 2020-01-01"));
}

#[test]
fn only_an_acceptance_whose_finding_was_looked_for_is_called_unused() {
    let waiver =
        "waivers:\n  - {rule: web/cors-no-wildcard, path: docs/*.yaml, reason: x, owner: y, expires: 2999-01-01}\n";
    let ignored = WILDCARD.replace("'*'", "'*' # plimsoll: ignore[web/cors-no-wildcard] public data");
    let unneeded = ignored.replace("'*'", "https://a.example.net");
    let folder = tree(&[
        ("compose.yaml", &ignored),
        (".env", "X=1\n"),
        ("dev/docker-compose.dev.yml", &unneeded),
        ("docs/deep/compose.yaml", WILDCARD),
        ("plimsoll.yaml", waiver),
    ]);
    let said = |arguments: &[&str]| run(folder.path(), &[&["check", "--format", "concise"], arguments].concat()).stderr;
    assert!(said(&[]).contains("the waiver of web/cors-no-wildcard covers nothing"), "`*` stays in its folder");
    assert!(!said(&[]).contains("found nothing here to ignore"), "{}", said(&[]));
    assert!(said(&["--all"]).contains("dev/docker-compose.dev.yml:5:45: notice: "), "{}", said(&["--all"]));
    for narrow in [&["--rule", "settings/debug-disabled"][..], &[".env"]] {
        assert_eq!(said(narrow), "", "{narrow:?}");
    }
}

#[test]
fn an_ignore_without_a_reason_counts_for_nothing_and_is_a_fault() {
    let bare = WILDCARD.replace("'*'", "'*' # plimsoll: ignore[web/cors-no-wildcard]");
    let folder = tree(&[("compose.yaml", &bare)]);
    let ran = run(folder.path(), &["check"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("needs a rule and a reason"), "{}", ran.stderr);
    let misspelt = WILDCARD.replace("'*'", "'*' # plimsoll: ignore[web/cors-no-wildcat] because");
    let folder = tree(&[("compose.yaml", &misspelt)]);
    assert!(run(folder.path(), &["check"]).stderr.contains("did you mean `web/cors-no-wildcard`?"));
}

#[test]
fn the_config_turns_rules_off_changes_severities_and_sets_parameters() {
    let config = "rules:\n  web/cors-no-wildcard: {off: the API is public}\n  settings/log-level-production:\n    severity: low\n    params: {allowed_log_levels: [debug]}\n";
    let compose = WILDCARD.to_string() + "      LOG_LEVEL: debug\n";
    let folder = tree(&[("compose.yaml", &compose), ("plimsoll.yaml", config)]);
    let ran = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(ran.verdict("web/cors-no-wildcard"), "not-applicable");
    assert_eq!(ran.verdict("settings/log-level-production"), "pass");
    for (config, message) in [
        ("rules:\n  web/cors-no-wildcart: {off: x}\n", "did you mean `web/cors-no-wildcard`?"),
        ("rules:\n  web/cors-no-wildcard: {of: x}\n", "did you mean `off`?"),
        (
            "rules:\n  settings/log-level-production: {params: {allowed_log_level: []}}\n",
            "did you mean `allowed_log_levels`?",
        ),
        ("waivers:\n  - {rule: web/cors-no-wildcard, reason: x, owner: y, expires: soon}\n", "`soon` is no date"),
        ("waivers:\n  - {rule: web/cors-no-wildcard, owner: y, expires: 2999-01-01}\n", "`reason` is missing"),
        (
            "waivers:\n  - {rule: web/cors-no-wildcard, path: [x], reason: x, owner: y, expires: 2999-01-01}\n",
            "`path` is no text",
        ),
        (
            "waivers:\n  - {rule: web/cors-no-wildcard, fingerprint: [x], reason: x, owner: y, expires: 2999-01-01}\n",
            "`fingerprint` is no text",
        ),
        ("rules: [web/cors-no-wildcard]\n", "a mapping is wanted here"),
        ("rules:\n  web/cors-no-wildcard: {params: 3}\n", "a mapping is wanted here"),
        ("rules:\n  web/cors-no-wildcard: {off: true}\n", "`off` wants the reason"),
        ("exclude: []\n---\nexclude: [a]\n", "a config is one document"),
    ] {
        let folder = tree(&[("compose.yaml", WILDCARD), ("plimsoll.yaml", config)]);
        let ran = run(folder.path(), &["check"]);
        assert_eq!(ran.code, 2, "{config}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains("plimsoll.yaml"), "{config}: {}", ran.stderr);
    }
}

#[test]
fn reports_go_to_files_and_nothing_else_to_standard_output() {
    let folder = tree(&[("compose.yaml", WILDCARD)]);
    let ran =
        run(folder.path(), &["check", "-o", "report.txt", "--report", "json=report.json", "--report", "concise=lines"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("the report is written");
    assert!(read("report.txt").contains("allows every origin"));
    assert!(read("lines").starts_with("compose.yaml:5:21: high web/cors-no-wildcard "));
    assert!(serde_json::from_str::<serde_json::Value>(&read("report.json")).is_ok());
    assert_eq!(run(folder.path(), &["check", "-o", "no/such/folder/report"]).code, 2);
}

#[test]
fn single_files_are_judged_with_their_neighbours_and_only_what_touches_them_is_said() {
    let folder = tree(&[
        (
            "compose.yaml",
            "services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: ${ORIGINS}\n",
        ),
        (".env", "ORIGINS=*\n"),
        ("other/compose.yaml", WILDCARD),
    ]);
    for given in [".env", "compose.yaml"] {
        let ran = run(folder.path(), &["check", "--format", "json", "--rule", "web/cors-no-wildcard", given]);
        let report = ran.json();
        let paths: Vec<String> = list(&report["findings"]).iter().map(|one| text(&one["path"])).collect();
        assert_eq!(paths, [".env"], "{given}");
        assert_eq!(text(&report["findings"][0]["related"][0]["path"]), "compose.yaml");
    }
}

/// A Pod that states no resources, and nothing else that the rules of resources look at.
const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'acme/c:1'}]}\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {A: b}\n";

#[test]
fn a_part_of_a_tree_is_green_for_what_was_given_alone() {
    let folder = tree(&[
        ("a/pod.yaml", POD),
        ("a/map.yaml", MAP),
        (".env", "SITE_ORIGINS=https://app.acme.se\n"),
        (
            "compose.yaml",
            "services:\n  api:\n    image: acme/api:1\n    environment:\n      CORS_ORIGINS: ${SITE_ORIGINS}\n",
        ),
    ]);
    let verdict = |file: &str, rule: &str| {
        let ran = run(folder.path(), &["check", "--format", "json", "--rule", rule, file]);
        let subjects = ran.json()["rules"][0]["subjects"].as_u64();
        (ran.verdict(rule), subjects)
    };
    let memory = "workloads/memory-requests-limits";
    assert_eq!(verdict("a", memory), ("fail".to_string(), Some(1)));
    assert_eq!(verdict("a/map.yaml", memory), ("not-evaluated".to_string(), Some(0)), "the Pod was not given");
    let cors = "web/cors-no-wildcard";
    assert_eq!(verdict(".env", cors), ("pass".to_string(), Some(1)));
    assert_eq!(verdict("compose.yaml", cors), ("pass".to_string(), Some(1)), "its value passes through the given file");
}

#[test]
fn rules_that_correlate_say_nothing_of_a_part_of_a_tree() {
    let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec:\n  minAvailable: 1\n  selector: {matchLabels: {app: web}}\n";
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: 'acme/c:1'}]}\n";
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  minReplicas: 2\n  maxReplicas: 4\n";
    let folder = tree(&[("k8s/app/web.yaml", web), ("k8s/budgets/web.yaml", budget), ("k8s/scalers/web.yaml", scaler)]);
    for (rule, part) in [
        ("workloads/pod-disruption-budget", "k8s/budgets/web.yaml"),
        ("workloads/autoscaling-configured", "k8s/scalers/web.yaml"),
        ("workloads/autoscaling-configured", "k8s/app/web.yaml"),
    ] {
        let whole = run(folder.path(), &["check", "--format", "json", "--rule", rule]);
        assert_eq!((whole.verdict(rule).as_str(), whole.code), ("pass", 0));
        let of_part = run(folder.path(), &["check", "--format", "json", "--rule", rule, part]);
        assert_eq!((of_part.verdict(rule).as_str(), of_part.code), ("not-evaluated", 0), "{:#}", of_part.json());
    }
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let folder = tree(&[(
        "compose.yaml",
        "services:\n  api:\n    image: example/api:1.0\n    environment:\n      \"CORS_\\e[31mORIGINS\": '*'\n      CORS_ORIGINS: \"*\\e[2J\"\n",
    )]);
    for format in ["text", "concise"] {
        let ran = run(folder.path(), &["check", "--format", format]);
        assert!(!ran.stdout.contains('\u{1b}'), "{format}: {:?}", ran.stdout);
    }
}

#[test]
fn raw_control_characters_and_line_ends_of_paths_do_not_reach_the_terminal() {
    let env = "CORS_ORIGINS=* \u{1b}]0;title\u{7} \u{9b}31m \u{202e}txet\rover\n";
    let compose = "services:\n  api:\n    image: example/api:1.0\n    env_file: [.env]\n";
    let folder =
        tree(&[(".env", env), ("compose.yaml", compose), ("x\ny.yaml:1:1: critical web/z/compose.yaml", WILDCARD)]);
    for format in ["text", "concise"] {
        let ran = run(folder.path(), &["check", "--format", format]);
        let bad = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(ran.stdout.contains("web/cors-no-wildcard"), "{format}: {}", ran.stdout);
        assert!(!ran.stdout.contains(bad) && !ran.stderr.contains(bad), "{format}: {:?}", ran.stdout);
        assert!(!ran.stdout.lines().any(|line| line.starts_with("y.yaml:1:1")), "{format}: {}", ran.stdout);
    }
}

#[test]
fn columns_behind_a_masked_secret_count_its_characters() {
    let compose = "services:\n  api:\n    image: example/api:1.0\n    environment: {DB_PASSWORD: \"пароль-длинный-ключ\", CORS_ORIGINS: \"*\"}\n";
    let folder = tree(&[("compose.yaml", compose)]);
    let ran = run(folder.path(), &["check", "--rule", "web/cors-no-wildcard", "--format", "json"]);
    let line = compose.lines().nth(3).expect("four lines");
    let column = line.split("\"*\"").next().expect("text before it").chars().count() as u64;
    let found = ran.json()["findings"][0]["start"].clone();
    // The place is that of the quoted scalar.
    assert_eq!((found["line"].as_u64(), found["column"].as_u64()), (Some(4), Some(column + 1)));
    assert!(!ran.stdout.contains("пароль"));
}

#[test]
fn secrets_of_files_that_cannot_be_read_whole_stay_hidden() {
    const SECRET: &str = "hunter2hunter2xyz";
    for (path, content) in [
        ("compose.yaml", format!("services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: \"{SECRET}\n")),
        (
            "docker-compose.dev.yml",
            format!(
                "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: {SECRET}\n      POSTGRES_PASSWORD: other-{SECRET}\n"
            ),
        ),
        (
            "k8s.yaml",
            format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData:\n  password: a: {SECRET}\n"),
        ),
        (
            "k8s.json",
            format!("{{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"stringData\": {{\"password\": \"{SECRET}\n"),
        ),
        (".env", format!("DB_PASSWORD=\"{SECRET}\n")),
    ] {
        let folder = tree(&[(path, &content)]);
        for arguments in [&["check"][..], &["check", "--all", "-v"], &["check", "--format", "json"], &["collect"]] {
            let ran = run(folder.path(), arguments);
            assert!(!ran.stderr.is_empty(), "{path}: there is a problem to show");
            assert!(
                !ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"),
                "{path} {arguments:?}: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn fingerprints_and_messages_of_own_policies_hold_no_secret() {
    let rule = "# METADATA\n# title: T\n# description: D\n# custom:\n#   severity: low\n#   input: [settings]\n#   help: H\npackage rules.own.leak\n\nsubjects contains s.at if some s in input.settings.all\n\ndeny contains {\"at\": s.at, \"message\": sprintf(\"it is %s\", [s.value])} if some s in input.settings.all\n";
    let said = |secret: &str| {
        let compose =
            format!("services:\n  db:\n    image: postgres:17\n    environment:\n      - POSTGRES_PASSWORD={secret}\n");
        let folder = tree(&[("compose.yaml", &compose), ("policy/rules/own/leak.rego", rule)]);
        let report =
            run(folder.path(), &["check", "--policy", "policy", "--rule", "own/leak", "--format", "json"]).json();
        (text(&report["findings"][0]["message"]), text(&report["findings"][0]["fingerprint"]))
    };
    let (one, other) = (said("Zq7vR2mX9k"), said("Lw4tB8nC1p"));
    assert_eq!(one.0, "it is ..........");
    assert_eq!(one, other, "whoever has the fingerprint cannot try passwords against it");
    assert_eq!(said("Zq7v").0, "it is ....");
}

#[test]
fn own_policies_decide_beside_the_built_in_ones_and_their_tests_run() {
    let rule = "# METADATA\n# title: Services name an owner\n# description: Somebody must be called at night.\n# custom:\n#   severity: low\n#   input: [settings]\n#   help: Set OWNER.\npackage rules.own.owner\n\nsubjects contains setting.at if some setting in input.settings.all\n\ndeny contains {\"at\": setting.at, \"message\": sprintf(\"%s is no owner\", [setting.name])} if {\n\tsome setting in input.settings.all\n\tsetting.name == \"CORS_ORIGINS\"\n}\n";
    let test = "package rules.own.owner_test\n\nimport data.rules.own.owner\n\ntest_one if count(owner.deny) == 1 with input as {\"settings\": {\"all\": [{\"name\": \"CORS_ORIGINS\", \"at\": []}]}}\n\ntest_wrong if count(owner.deny) == 2 with input as {\"settings\": {\"all\": []}}\n";
    let folder = tree(&[
        ("compose.yaml", WILDCARD),
        ("policy/rules/own/owner.rego", rule),
        ("policy/rules/own/owner_test.rego", test),
    ]);
    let ran = run(folder.path(), &["check", "--policy", "policy", "--format", "json"]);
    assert_eq!(ran.rules_with_findings(), ["own/owner", "web/cors-no-wildcard"], "{}", ran.stderr);
    let ran = run(folder.path(), &["test", "policy"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("owner_test.rego:7:1: ") && ran.stdout.ends_with("1 passed, 1 failed\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn own_policies_may_define_their_sets_in_any_form() {
    let rule = |name: &str, input: &str, sets: &str| {
        format!(
            "# METADATA\n# title: T\n# description: D\n# custom:\n#   severity: low\n#   input: {input}\n#   help: H\npackage rules.own.{name}\n\n{sets}"
        )
    };
    let all = "some s in input.settings.all; s.name == \"CORS_ORIGINS\"";
    let said = "{\"at\": s.at, \"message\": \"m\"}";
    let whole = format!("subjects := {{s.at | {all}}}\n\ndeny := {{{said} | {all}}}\n");
    let quiet =
        format!("subjects contains s.at if {{ {all} }}\n\ndeny contains {said} if {{ {all}; s.value == \"?\" }}\n");
    let entries = format!("subjects contains s.at if {{ {all} }}\n\ndeny contains {said} if {{ {all} }}\n");
    // A rule with roles sees the settings of these alone: LOG_LEVEL is not among them.
    let by_role = |role: &str| {
        format!(
            "subjects contains s.at if some s in input.settings.known.{role}\n\ndeny contains {{\"at\": s.at, \"message\": \"m\"}} if {{\n\tsome s in input.settings.known.{role}\n\tobject.keys(input.settings.known) == {{\"{role}\"}}\n}}\n"
        )
    };
    let rules = [
        ("whole", rule("whole", "[settings]", &whole), "fail"),
        ("indented", rule("indented", "[settings]", &whole.replace("deny", "\tdeny")), "fail"),
        ("indented_entries", rule("indented_entries", "[settings]", &entries.replace("deny", "  deny")), "fail"),
        ("quiet", rule("quiet", "[settings.all]", &quiet), "pass"),
        ("by_role", rule("by_role", "[settings.known]\n#   roles: [cors_origins]", &by_role("cors_origins")), "fail"),
        ("idle", rule("idle", "[settings.known]\n#   roles: [jwt_secret]", &by_role("jwt_secret")), "not-evaluated"),
    ];
    let files: Vec<(String, &str)> =
        rules.iter().map(|(name, text, _)| (format!("policy/rules/own/{name}.rego"), text.as_str())).collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let compose = format!("{WILDCARD}      LOG_LEVEL: info\n");
    files.push(("compose.yaml", &compose));
    let folder = tree(&files);
    let ran = run(folder.path(), &["check", "--policy", "policy", "--rule", "own/*", "--format", "json"]);
    let verdicts: Vec<(String, String)> =
        list(&ran.json()["rules"]).iter().map(|one| (text(&one["id"]), text(&one["verdict"]))).collect();
    let mut expected: Vec<(String, String)> = rules
        .iter()
        .map(|(name, _, verdict)| (format!("own/{}", name.replace('_', "-")), (*verdict).to_string()))
        .collect();
    expected.sort();
    assert_eq!(verdicts, expected, "{}", ran.stderr);
}

#[test]
fn explain_shows_why_what_and_examples() {
    let folder = tree(&[]);
    let ran = run(folder.path(), &["explain", "web/cors-no-wildcard"]);
    for part in ["Why", "What to write instead", "Fails (", "Passes (", "Read more", "severity high"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let ran = run(folder.path(), &["explain", "web/hsts-enabled"]);
    assert!(ran.stdout.contains("without probes.http where the configuration names targets\n"), "{}", ran.stdout);
    let ran = run(folder.path(), &["explain", "settings/database-password-strong"]);
    assert!(ran.stdout.contains("db_password_min = 16"), "{}", ran.stdout);
}

/// The path and the lines of an example of `explain`.
fn example(page: &str, title: &str) -> (String, String) {
    let (_, rest) = page.split_once(&format!("\n{title} (")).unwrap_or_else(|| panic!("no {title}: {page}"));
    let (path, rest) = rest.split_once(")\n").expect("a parenthesis ends the path");
    let end = rest.find("\nRead more\n").into_iter().chain(rest.find("\nPasses (")).min().unwrap_or(rest.len());
    (path.to_string(), rest[..end].trim_end().to_string())
}

#[test]
fn examples_of_explain_show_what_their_rule_finds_and_what_it_asks_for() {
    let folder = tree(&[]);
    for rule in list(&run(folder.path(), &["rules", "--format", "json"]).json()) {
        let id = text(&rule["id"]);
        let page = run(folder.path(), &["explain", &id]).stdout;
        let ((failing, bad), (passing, good)) = (example(&page, "Fails"), example(&page, "Passes"));
        assert_ne!(bad, good, "{id}");
        assert!(
            !failing.ends_with("plimsoll.yaml") && !passing.ends_with("plimsoll.yaml"),
            "{id}: {failing}, {passing}"
        );
        let fixture = format!("{}/fixtures/{id}/bad", env!("CARGO_MANIFEST_DIR"));
        let bad = crate::fixtures::own_tree(fixture.as_ref());
        let mut arguments = vec!["check", "--rule", &id, "--all", "--format", "json"];
        arguments.extend(crate::fixtures::history_of(bad.path()));
        let found = run(bad.path(), &arguments);
        let report = found.json();
        let findings = list(&report["findings"]);
        // The path of a file of the history stands behind its commit.
        let path =
            |finding: &serde_json::Value| text(&finding["path"]).rsplit(':').next().unwrap_or_default().to_string();
        let found: Vec<String> = findings.iter().map(path).collect();
        assert!(found.iter().any(|path| failing.ends_with(path.as_str())), "{id}: {failing} is none of {found:?}");
    }
}

#[test]
fn what_is_absent_counts_in_review_and_where_its_rule_is_named() {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 2\n  template:\n    metadata: {labels: {app: api}}\n    spec:\n      containers: [{name: api, image: example/api:1.0}]\n";
    let folder = tree(&[("k8s/app.yaml", manifest)]);
    let id = "workloads/pod-disruption-budget";
    let plain = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(plain.verdict(id), "not-evaluated");
    assert!(!plain.rules_with_findings().contains(&id.to_string()));
    let named = run(folder.path(), &["check", "--format", "json", "--rule", id]);
    assert_eq!((named.verdict(id).as_str(), named.code), ("fail", 1));
}

#[test]
fn a_rule_that_needs_evidence_does_not_pass_without_it_and_fails_without_it_too() {
    let closed = tree(&[("compose.yaml", "services:\n  db:\n    image: postgres:17\n    expose: ['5432']\n")]);
    assert_eq!(run(closed.path(), &["check", "--format", "json"]).verdict("web/database-not-public"), "not-evaluated");
    let open = tree(&[("compose.yaml", "services:\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n")]);
    assert_eq!(run(open.path(), &["check", "--format", "json"]).verdict("web/database-not-public"), "fail");
}

#[test]
fn development_deployments_are_counted_and_judged_with_all() {
    let folder = tree(&[("docker-compose.dev.yml", WILDCARD)]);
    let plain = run(folder.path(), &["check", "--format", "json"]).json();
    assert_eq!(
        (plain["summary"]["deployments_judged"].as_u64(), plain["summary"]["deployments_not_judged"].as_u64()),
        (Some(0), Some(1))
    );
    assert_eq!(list(&plain["findings"]).len(), 0);
    assert_eq!(run(folder.path(), &["check", "--all"]).code, 1);
}

#[test]
fn fingerprints_survive_moved_lines_and_other_folders() {
    let fingerprint = |text: &str| {
        let folder = tree(&[("compose.yaml", text)]);
        text_of(&run(folder.path(), &["check", "--format", "json"]).json()["findings"][0]["fingerprint"])
    };
    let moved = format!("# moved down\n\n{WILDCARD}");
    assert_eq!(fingerprint(WILDCARD), fingerprint(&moved));
    assert_ne!(fingerprint(WILDCARD), fingerprint(&WILDCARD.replace("api:\n", "other:\n")));
}

fn text_of(value: &serde_json::Value) -> String {
    let text = text(value);
    assert_eq!(text.len(), 32, "{value}");
    text
}

#[test]
fn a_rule_that_fails_is_an_error_and_silences_nobody() {
    let rule = |name: &str, at: &str, message: &str, condition: &str| {
        format!(
            "# METADATA\n# title: T\n# description: D\n# custom:\n#   severity: low\n#   input: [settings]\n#   help: H\npackage rules.own.{name}\n\nsubjects contains s.at if some s in input.settings.all\n\ndeny contains {{\"at\": {at}, \"{message}\": \"m\"}} if {{\n\tsome s in input.settings.all\n\t{condition}\n}}\n"
        )
    };
    let rules = [
        ("panics", rule("panics", "s.at", "message", "object.subset([1, 2], [])"), "the engine failed"),
        ("errs", rule("errs", "s.at", "message", "to_number(s.name) == 1"), "could not parse string as number"),
        ("shape", rule("shape", "s.at", "mesage", "true"), "unknown key"),
        ("route", rule("route", "[\"compose\", \"files\", \"gone.yaml\", 1, 2]", "message", "true"), "leads nowhere"),
        ("fine", rule("fine", "s.at", "message", "s.name == \"CORS_ORIGINS\""), ""),
    ];
    let files: Vec<(String, &str)> =
        rules.iter().map(|(name, text, _)| (format!("policy/rules/own/{name}.rego"), text.as_str())).collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    files.push(("compose.yaml", WILDCARD));
    let folder = tree(&files);
    let ran = run(folder.path(), &["check", "--policy", "policy", "--format", "json"]);
    let report = ran.json();
    for (name, _, reason) in &rules {
        let id = format!("own/{name}");
        let found = list(&report["rules"]).iter().find(|one| one["id"] == id.as_str()).cloned().unwrap_or_default();
        let expected = if reason.is_empty() { "fail" } else { "error" };
        assert_eq!(text(&found["verdict"]), expected, "{found:#}");
        assert!(text(&found["reason"]).contains(reason), "{found:#}");
    }
    assert_eq!(ran.rules_with_findings(), ["own/fine", "web/cors-no-wildcard"]);
    assert_eq!(run(folder.path(), &["check", "--policy", "policy", "--rule", "own/errs"]).code, 3);
}

#[test]
fn paths_of_a_config_are_relative_to_its_folder() {
    let folder = tree(&[
        ("app/deploy/base.yml", WILDCARD),
        (
            "app/plimsoll.yaml",
            "exclude: [left]\ndeployments:\n  - {name: shop, environment: production, compose: [./deploy/base.yml]}\n",
        ),
        ("app/left/compose.yaml", WILDCARD),
    ]);
    std::fs::create_dir(folder.path().join(".git")).expect("folders can be made");
    let report = run(folder.path(), &["check", "--format", "json", "app"]).json();
    let found: Vec<(String, String)> =
        list(&report["findings"]).iter().map(|one| (text(&one["deployment"]), text(&one["path"]))).collect();
    assert_eq!(found, [("shop".to_string(), "app/deploy/base.yml".to_string())]);
}

#[test]
fn an_anchor_used_by_many_is_one_finding_with_its_uses() {
    let compose = "x-env: &env\n  CORS_ORIGINS: '*'\nservices:\n  one:\n    image: example/api:1.0\n    environment: *env\n  two:\n    image: example/api:1.0\n    environment:\n      <<: *env\n      LOG_LEVEL: info\n  three:\n    extends: {service: two}\n";
    let folder = tree(&[("compose.yaml", compose)]);
    let report = run(folder.path(), &["check", "--format", "json"]).json();
    let findings = list(&report["findings"]);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["start"]["line"], 2);
    let uses: Vec<(u64, String)> = list(&findings[0]["related"])
        .iter()
        .map(|one| (one["start"]["line"].as_u64().unwrap_or_default(), text(&one["label"])))
        .collect();
    let expected = [(6, "repeated here"), (9, "merged here"), (13, "extended here")];
    assert_eq!(uses, expected.map(|(line, label)| (line, label.to_string())));
}

#[test]
fn collect_prints_nothing_that_a_kubernetes_secret_holds_whatever_it_is_called() {
    // "aHVudGVyMi1odW50ZXIy" is hunter2-hunter2.
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: store}\ndata: {key: aHVudGVyMi1odW50ZXIy}\nstringData: {other: hunter2-again, mode: Opaque}\n";
    let folder = tree(&[("k8s/secret.yaml", secret)]);
    let ran = run(folder.path(), &["collect"]);
    for held in ["aHVudGVyMi1odW50ZXIy", "hunter2"] {
        assert!(!ran.stdout.contains(held), "{held}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("digest") && ran.stdout.contains("\"kind\": \"Secret\""));
}

#[test]
fn parameters_are_of_the_kind_of_their_defaults() {
    let folder = tree(&[("compose.yaml", WILDCARD)]);
    for (value, code) in [("16", 1), ("-1", 2), ("1.5", 2), ("many", 2), ("[16]", 2)] {
        let config =
            format!("rules:\n  settings/database-password-strong:\n    params: {{db_password_min: {value}}}\n");
        std::fs::write(folder.path().join("plimsoll.yaml"), config).expect("the config can be written");
        assert_eq!(run(folder.path(), &["check"]).code, code, "{value}");
    }
    for (value, code) in [("[8080]", 1), ("[]", 1), ("[http]", 2), ("[8080, -1]", 2)] {
        let config = format!("rules:\n  web/service-ports-not-public:\n    params: {{internal_ports: {value}}}\n");
        std::fs::write(folder.path().join("plimsoll.yaml"), config).expect("the config can be written");
        assert_eq!(run(folder.path(), &["check"]).code, code, "{value}");
    }
}

#[test]
fn a_compose_file_on_standard_input_takes_its_variables_from_env_and_findings_of_env_alone_stay_unsaid() {
    let folder = tree(&[(".env", "STAR=*\nPOSTGRES_PASSWORD=kT8vqLw02zPfR7mXeY\n")]);
    let compose = WILDCARD.replace("'*'", "${STAR}");
    let ran = run_with_input(folder.path(), &["check", "-", "--format", "json"], compose.as_bytes());
    assert_eq!(ran.rules_with_findings(), ["web/cors-no-wildcard"]);
    let finding = &ran.json()["findings"][0];
    assert_eq!((text(&finding["path"]), text(&finding["related"][0]["path"])), (".env".to_string(), "-".to_string()));
}

#[test]
fn what_compose_refuses_is_a_problem_at_its_place_and_spoils_its_key_alone() {
    let folder = tree(&[(
        "compose.yaml",
        concat!(
            "services:\n  api:\n    image: example/api:1.0\n    environment:\n      - CORS_ORIGINS=*\n",
            "      - DB_PASSWORD kT8vqLw02zPfR7mXeY\n      - \"API_KEY: kT8vqLw02zPfR7mXeY\"\n      - {LOG: debug}\n",
            "  web:\n    image: example/web:1.0\n    environment:\n      DEBUG: ${D\n      JWT_SECRET: ${1X}\n",
        ),
    )]);
    let ran = run(folder.path(), &["check", "--format", "json"]);
    // The key that is no entry of an environment is a secret that stands in the tree all the same.
    let rules = ["secrets/secrets-not-in-repo", "web/cors-no-wildcard"].map(str::to_string);
    assert_eq!((ran.code, ran.rules_with_findings()), (1, rules.to_vec()));
    let report = ran.json();
    let lines: Vec<u64> = list(&report["problems"]).iter().filter_map(|one| one["line"].as_u64()).collect();
    assert_eq!(lines, [6, 7, 8, 12, 13], "{report:#}");
    for arguments in [&["check", "-v"][..], &["collect"], &["check", "-f", "json", "-v"]] {
        let ran = run(folder.path(), arguments);
        assert!(!(ran.stdout + &ran.stderr).contains("kT8vqLw02zPfR7mXeY"), "{arguments:?}");
    }
}

#[test]
fn secrets_of_pipelines_images_realms_proxies_and_inventories_are_dots_everywhere() {
    const SECRET: &str = "kT8vqLw02zPfR7mXeY";
    let files = [
        (
            ".github/workflows/ci.yml",
            format!(
                "on: push\njobs:\n  a:\n    env:\n      DB_PASSWORD: {SECRET}\n    steps:\n      - run: |\n          export API_TOKEN={SECRET}\n          pytest || true\n"
            ),
        ),
        ("Dockerfile", format!("FROM a\nENV API_TOKEN={SECRET}\nUSER app\n")),
        (
            "realm.json",
            format!(
                "{{\"realm\": \"shop\", \"enabled\": true, \"clients\": [{{\"secret\": \"{SECRET}\"}}],\n\"bruteForceProtected\": false}}"
            ),
        ),
        (
            "nginx/site.conf",
            format!(
                "server {{ listen 443 ssl; server_name a.acme.io;\n  set $api_token \"{SECRET}\";\n  location / {{ proxy_pass http://a; }}\n}}\n"
            ),
        ),
        ("hosts", format!("[web]\na ansible_user=root ansible_password={SECRET}\n")),
        ("group_vars/web.yml", format!("db_password: {SECRET}\nnested: {{api_key: {SECRET}}}\n")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = tree(&files);
    for arguments in [&["check"][..], &["check", "-v", "-f", "concise"], &["check", "-f", "json"], &["collect"]] {
        let ran = run(folder.path(), arguments);
        assert!(ran.stdout.contains("realm.json") || arguments[0] == "check", "{}", ran.stderr);
        assert!(!(ran.stdout + &ran.stderr).contains(SECRET), "{arguments:?}");
    }
}

#[test]
fn what_an_image_sets_counts_unless_the_service_sets_it() {
    let folder = tree(&[
        ("compose.yaml", "services:\n  api:\n    build: .\n    environment: {LOG_LEVEL: info}\n"),
        ("Dockerfile", "FROM node:24\nENV CORS_ORIGINS=* LOG_LEVEL=trace\nHEALTHCHECK CMD true\n"),
    ]);
    let ran = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(ran.rules_with_findings(), ["web/cors-no-wildcard"]);
    assert_eq!(
        (text(&ran.json()["findings"][0]["path"]), ran.verdict("settings/log-level-production")),
        ("Dockerfile".to_string(), "pass".to_string())
    );
}

#[test]
fn an_inventory_of_the_config_has_its_name_and_environment() {
    let folder = tree(&[
        ("inventory/dev.yml", "all:\n  hosts:\n    a: {ansible_user: root}\n"),
        ("plimsoll.yaml", "deployments:\n  - {name: live, environment: production, inventory: inventory/dev.yml}\n"),
    ]);
    let findings = |config: &str| {
        let ran = run(folder.path(), &["check", "--format", "json", "--config", config]);
        list(&ran.json()["findings"]).iter().map(|one| text(&one["deployment"])).collect::<Vec<_>>()
    };
    assert_eq!(findings("plimsoll.yaml"), ["live"]);
    std::fs::write(folder.path().join("empty.yaml"), "exclude: []\n").expect("the config can be written");
    assert_eq!(findings("empty.yaml"), Vec::<String>::new());
}
