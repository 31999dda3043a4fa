//! `--render`: charts and kustomize builds as stand-ins for helm and kustomize print them, traced to the files of the tree.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{list, plimsoll, text, tree};

const CORS: &str = "web/cors-no-wildcard";

/// A program of that name in a folder of its own, which is all of PATH.
fn with_program(name: &str, script: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{script}")).expect("the program can be written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("it can be made to run");
    let path = folder.path().display().to_string();
    (folder, path)
}

/// A script that prints a text.
fn prints(text: &str) -> String {
    format!("/bin/cat <<'END'\n{text}\nEND\n")
}

/// What a check with `--render` says.
struct Said {
    /// `path:line` of each finding with the words for its places beside, and its status if it is not open.
    findings: Vec<String>,
    /// Kind, path and message of each problem.
    problems: Vec<String>,
    report: serde_json::Value,
}

fn check(folder: &Path, path: &str, arguments: &[&str]) -> Said {
    let all = [&["check", "--format", "json", "--render"], arguments].concat();
    let output = plimsoll(folder, &all).env("PATH", path).output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{errors}"));
    let finding = |one: &serde_json::Value| {
        let related = list(&one["related"]).iter().map(|one| match one["text"].as_str() {
            Some(line) => format!(" ({}: {line})", text(&one["label"])),
            None => format!(" ({} {}:{})", text(&one["label"]), text(&one["path"]), one["start"]["line"]),
        });
        let related: String = related.collect();
        let status = text(&one["status"]).replace("open", "");
        format!("{}:{}{related}{status}", text(&one["path"]), one["start"]["line"])
    };
    let problem =
        |one: &serde_json::Value| format!("{} {}: {}", text(&one["kind"]), text(&one["path"]), text(&one["message"]));
    Said {
        findings: list(&report["findings"]).iter().map(finding).collect(),
        problems: list(&report["problems"]).iter().map(problem).collect(),
        report,
    }
}

/// A chart of one template with its own values and others.
fn chart(template: &str) -> tempfile::TempDir {
    tree(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("chart/values.yaml", "debug: false\ncors:\n  origins: \"*\"\n"),
        ("chart/values-live.yaml", "debug: true\n"),
        ("chart/templates/config.yaml", template),
    ])
}

/// A ConfigMap as helm prints it for that chart.
fn config_map(data: &str) -> String {
    prints(&format!(
        "---\n# Source: shop/templates/config.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n{data}"
    ))
}

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Chart.Name }}\ndata:\n";

#[test]
fn a_finding_stands_at_the_line_of_the_template_and_names_the_value() {
    let (_helm, path) = with_program("helm", &config_map("  CORS_ORIGINS: \"*\"\n  ALLOWED_ORIGINS: '*'"));
    let folder =
        chart(&format!("{HEAD}  CORS_ORIGINS: {{{{ .Values.cors.origins | quote }}}}\n  ALLOWED_ORIGINS: '*'\n"));
    let said = check(folder.path(), &path, &["--rule", CORS]);
    let literal = "chart/templates/config.yaml:7";
    let action = "chart/templates/config.yaml:6 (sets `.Values.cors.origins` chart/values.yaml:3) \
                  (as rendered: CORS_ORIGINS: \"*\") (as rendered: CORS_ORIGINS: \"*\")";
    // Both sets of values print it, and it is one finding.
    assert_eq!(said.findings, [action, literal]);
    assert_eq!(said.problems, Vec::<String>::new());
    let start = &said.report["findings"][0]["start"];
    assert_eq!((&start["column"], &start["line"]), (&17.into(), &6.into()), "at the action");
}

#[test]
fn ignores_waivers_and_fingerprints_know_the_template() {
    let (_helm, path) = with_program("helm", &config_map("  CORS_ORIGINS: \"*\""));
    let line = "  CORS_ORIGINS: {{ .Values.cors.origins | quote }}";
    let plain = chart(&format!("{HEAD}{line}\n"));
    let fingerprint = |said: &Said| text(&said.report["findings"][0]["fingerprint"]);
    let before = check(plain.path(), &path, &["--rule", CORS]);
    let moved = chart(&format!("{{{{- /* a comment */ -}}}}\n\n{HEAD}{line}\n"));
    let after = check(moved.path(), &path, &["--rule", CORS]);
    assert!(before.findings[0].starts_with("chart/templates/config.yaml:6"), "{:?}", before.findings);
    assert!(after.findings[0].starts_with("chart/templates/config.yaml:8"), "{:?}", after.findings);
    assert_eq!(fingerprint(&before), fingerprint(&after));

    let ignored = chart(&format!("{HEAD}  {{{{/* # plimsoll: ignore[{CORS}] public data */}}}}\n{line}\n"));
    let said = check(ignored.path(), &path, &["--rule", CORS]);
    assert_eq!(said.findings.len(), 1, "{:?}", said.findings);
    let waiver = format!(
        "waivers:\n  - {{rule: {CORS}, path: chart/templates/*, reason: x, owner: y, expires: 2999-01-01, fingerprint: {}}}\n",
        fingerprint(&before)
    );
    std::fs::write(plain.path().join("plimsoll.yaml"), waiver).expect("the config can be written");
    let said = check(plain.path(), &path, &["--rule", CORS]);
    assert!(said.findings.iter().all(|one| one.ends_with("waived")), "{:?}", said.findings);

    let (_helm, path) =
        with_program("helm", &config_map(&format!("  CORS_ORIGINS: \"*\" # plimsoll: ignore[{CORS}] public")));
    let beside = chart(&format!("{HEAD}{line} # plimsoll: ignore[{CORS}] public\n"));
    let said = check(beside.path(), &path, &["--rule", CORS]);
    assert!(said.findings.len() == 1 && said.findings[0].ends_with("ignored"), "{:?}", said.findings);
    assert_eq!(said.problems, Vec::<String>::new());
}

#[test]
fn what_may_come_from_two_lines_stands_at_the_chart_with_its_rendered_line() {
    let (_helm, path) = with_program("helm", &config_map("  CORS_ORIGINS: '*'"));
    let branches = "{{- if .Values.debug }}\n  CORS_ORIGINS: '*'\n{{- else }}\n  CORS_ORIGINS: '*'\n{{- end }}\n";
    let folder = chart(&format!("{}\n{branches}", HEAD.trim_end()));
    let said = check(folder.path(), &path, &["--rule", CORS]);
    let rendered = " (as rendered: CORS_ORIGINS: '*')";
    assert_eq!(said.findings, [format!("chart/Chart.yaml:2{rendered}{rendered}")]);
    let output = plimsoll(folder.path(), &["check", "--render", "--rule", CORS]).env("PATH", &path).output();
    let shown = String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned();
    assert!(shown.contains("chart/Chart.yaml:2:7"), "{shown}");
    assert!(shown.contains("see helm template chart:8:17 as rendered: `CORS_ORIGINS: '*'`"), "{shown}");

    // The body of a loop is one line of the template, however often it is rendered.
    let (_helm, path) =
        with_program("helm", &config_map("  A_ORIGINS: x\n  CORS_ORIGINS: '*'\n  ALLOWED_ORIGINS: '*'"));
    let folder = chart(&format!(
        "{}\n{{{{- range $k, $v := .Values.all }}}}\n  {{{{ $k }}}}: {{{{ $v }}}}\n{{{{- end }}}}\n",
        HEAD.trim_end()
    ));
    let said = check(folder.path(), &path, &["--rule", CORS]);
    assert_eq!(said.findings.len(), 1, "{:?}", said.findings);
    assert!(said.findings[0].starts_with("chart/templates/config.yaml:7 "), "{:?}", said.findings);
}

#[test]
fn what_is_wrong_with_rendered_text_is_said_at_the_template() {
    let (_helm, path) = with_program("helm", &config_map("  A: 1\n  B: 2\n  A: 3"));
    let folder = chart(&format!("{HEAD}  A: 1\n  {{{{ .Values.key }}}}: 2\n  A: {{{{ .Values.debug }}}}\n"));
    let output = plimsoll(folder.path(), &["check", "--render"]).env("PATH", &path).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(said.matches("stands twice").count(), 1, "once for both sets of values: {said}");
    assert!(said.contains("chart/templates/config.yaml:8:3") && said.contains("first written here"), "{said}");
}

#[test]
fn templates_of_subcharts_are_found_by_the_names_of_their_charts() {
    let folder = tree(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - {name: cache, alias: fast, version: 1.0.0}\n",
        ),
        ("values.yaml", "fast:\n  origins: '*'\n"),
        ("charts/one/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
        ("charts/one/values.yaml", "origins: none\n"),
        (
            "charts/one/templates/a.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: {{ .n }}}\ndata:\n  CORS_ORIGINS: '{{ .Values.origins }}'\n",
        ),
        ("charts/two/Chart.yaml", "apiVersion: v2\nname: other\nversion: 1.0.0\n"),
        (
            "charts/two/templates/a.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: {{ .n }}}\ndata:\n  CORS_ORIGINS: '*'\n",
        ),
    ]);
    let document = |chart: &str, name: &str| {
        format!(
            "---\n# Source: shop/charts/{chart}/templates/a.yaml\nkind: ConfigMap\napiVersion: v1\nmetadata: {{name: {name}}}\ndata:\n  CORS_ORIGINS: '*'"
        )
    };
    let all = [document("fast", "a"), document("other", "b"), document("unknown", "c")].join("\n");
    let (_helm, path) = with_program("helm", &prints(&all));
    let said = check(folder.path(), &path, &["--rule", CORS]);
    let rendered = "(as rendered: CORS_ORIGINS: '*')";
    assert_eq!(
        said.findings,
        [
            format!("Chart.yaml:2 {rendered}"),
            format!("charts/one/templates/a.yaml:5 {rendered} (sets `.Values.origins` values.yaml:2)"),
            "charts/two/templates/a.yaml:5".to_string(),
        ]
    );
}

/// A base with an overlay, and what kustomize makes of them.
const OVERLAY: &[(&str, &str)] = &[
    (
        "base/kustomization.yaml",
        "resources: [api.yaml]\nconfigMapGenerator:\n  - name: more\n    literals:\n      - CORS_ALLOWED_ORIGINS=*\n",
    ),
    (
        "base/api.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\ndata:\n  ORIGINS_ALLOWED: x\n  CORS_ORIGINS: '*'\n  CORS_ORIGIN: https://example.net\n",
    ),
    (
        "overlays/live/kustomization.yaml",
        "namePrefix: live-\nresources: [../../base]\npatches:\n  - path: patch.yaml\n  - patch: |-\n      apiVersion: v1\n      kind: ConfigMap\n      metadata: {name: api}\n      data:\n        ALLOWED_ORIGINS: '*'\n",
    ),
    (
        "overlays/live/patch.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\ndata:\n  CORS_ORIGIN: '*'\n",
    ),
];

const BUILT: &str = "apiVersion: v1\ndata:\n  ALLOWED_ORIGINS: '*'\n  CORS_ORIGIN: '*'\n  CORS_ORIGINS: '*'\n  ORIGINS_ALLOWED: x\nkind: ConfigMap\nmetadata:\n  name: live-api\n---\napiVersion: v1\ndata:\n  CORS_ALLOWED_ORIGINS: '*'\nkind: ConfigMap\nmetadata:\n  name: live-more-k7c5h2mkkf\n---\napiVersion: v1\ndata:\n  ACCESS_CONTROL_ALLOW_ORIGIN: '*'\nkind: ConfigMap\nmetadata:\n  name: made\n";

#[test]
fn what_kustomize_built_stands_at_the_base_the_patch_or_the_generator() {
    let folder = tree(OVERLAY);
    for (name, arguments) in [("kustomize", "build ./overlays/live"), ("kubectl", "kustomize ./overlays/live")] {
        let script = format!("[ \"$*\" = '{arguments}' ] || exit 9\n{}", prints(BUILT));
        let (_program, path) = with_program(name, &script);
        let said = check(folder.path(), &path, &["--rule", CORS]);
        assert_eq!(
            said.findings,
            [
                "base/api.yaml:7",
                "base/kustomization.yaml:5 (as rendered: CORS_ALLOWED_ORIGINS: '*')",
                "overlays/live/kustomization.yaml:1 (as rendered: ACCESS_CONTROL_ALLOW_ORIGIN: '*')",
                "overlays/live/kustomization.yaml:10",
                "overlays/live/patch.yaml:6",
            ],
            "{:?}",
            said.problems
        );
        assert_eq!(said.problems, Vec::<String>::new());
    }
}

#[test]
fn generators_replicas_and_components_are_parts_of_a_build() {
    let folder = tree(&[
        (
            "live/kustomization.yaml",
            "resources: [api.yaml, ../other]\ncomponents: [../more]\nreplicas: [{name: api, count: 1}]\nsecretGenerator:\n  - name: db\n    literals: [DB_PASSWORD=postgres]\n    envs: [live.env]\n",
        ),
        ("live/live.env", "# what is set\nMYSQL_ROOT_PASSWORD=mysql\n"),
        (
            "live/api.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 1\n  template:\n    spec: {containers: [{name: api, env: [{name: A, value: a}]}]}\n",
        ),
        (
            "other/kustomization.yaml",
            "resources: [web.yaml]\npatches: [{target: {kind: Deployment}, path: patch.yaml}]\n",
        ),
        ("other/web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n"),
        ("other/patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec:\n  replicas: 1\n"),
        (
            "more/kustomization.yaml",
            "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\npatches: [{path: patch.yaml}]\n",
        ),
        (
            "more/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          env: [{name: CORS_ORIGINS, value: '*'}]\n",
        ),
    ]);
    let workload = |name: &str, env: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 1\n  template:\n    metadata:\n      labels:\n        app: {name}\n    spec:\n      containers:\n      - image: a:1\n        name: {name}\n{env}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector:\n    app: {name}\n---\n"
        )
    };
    let env =
        "        env:\n        - name: CORS_ORIGINS\n          value: '*'\n        - name: A\n          value: a\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db-7c2b9k5m8h\ndata:\n  DB_PASSWORD: cG9zdGdyZXM=\n  MYSQL_ROOT_PASSWORD: bXlzcWw=\n";
    let (_kustomize, path) =
        with_program("kustomize", &prints(&(workload("api", env) + &workload("web", "") + secret)));
    let places = |rule: &str| {
        let said = check(folder.path(), &path, &["--rule", rule]);
        said.findings.iter().map(|one| one.split(' ').next().unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(places(CORS), ["more/patch.yaml:9"]);
    assert_eq!(places("settings/database-password-changed"), ["live/kustomization.yaml:6", "live/live.env:2"]);
    // The patch of another folder is not told to change this one's, and the base says the same as the kustomization.
    assert_eq!(places("workloads/replicas-minimum"), ["live/api.yaml:5", "other/patch.yaml:5"]);
}

#[test]
fn a_kustomization_that_would_fetch_is_not_built() {
    let ran = "echo ran > ran\n";
    let (_program, path) = with_program("kustomize", ran);
    for (files, word) in [
        (
            vec![("live/kustomization.yaml", "resources: [https://example.net/a.yaml]\n")],
            "`https://example.net/a.yaml`",
        ),
        (
            vec![("live/kustomization.yaml", "resources: [github.com/example/x?ref=v1]\n")],
            "`github.com/example/x?ref=v1`",
        ),
        (vec![("live/kustomization.yaml", "namePrefix: a-\nresources: [../../outside]\n")], "`../../outside`"),
        (
            vec![
                ("live/kustomization.yaml", "resources: [../base]\n"),
                ("base/kustomization.yaml", "components: [git@example.net:a/b.git]\n"),
            ],
            "`git@example.net:a/b.git`",
        ),
        (
            vec![("live/kustomization.yaml", "patches: [{path: 'https://example.net/p.yaml'}]\n")],
            "`https://example.net/p.yaml`",
        ),
        (
            vec![("live/kustomization.yaml", "configMapGenerator: [{name: a, files: ['x=https://example.net/x']}]\n")],
            "`https://example.net/x`",
        ),
    ] {
        let folder = tree(&files);
        let said = check(folder.path(), &path, &[]);
        assert!(!folder.path().join("ran").exists(), "{word}");
        let limits: Vec<&String> = said.problems.iter().filter(|one| one.starts_with("limit live/kustom")).collect();
        assert!(limits.len() == 1 && limits[0].contains(word), "{word}: {:?}", said.problems);
    }
}

#[test]
fn a_chart_stays_a_limit_with_the_reason_where_rendering_fails() {
    let folder = chart("{{ .Values.a }}\n");
    let config = "render: {seconds: 30}\n";
    std::fs::write(folder.path().join("plimsoll.yaml"), config).expect("the config can be written");
    let much = "/usr/bin/head -c 70000000 /dev/zero\n";
    for (name, script, word) in [
        ("other", "", "helm is not installed"),
        ("helm", "echo 'Error: nil pointer' >&2\necho 'Use --debug' >&2\nexit 1\n", "helm failed: Error: nil pointer"),
        ("helm", "echo 'password: hunter2hunter2' >&2\nexit 1\n", "helm failed: password: .............."),
        (
            "helm",
            "echo 'Error: conflict: [{\"data\":\"aHVudGVyMg==\"}]' >&2\nexit 1\n",
            "helm failed: Error: conflict: [...)",
        ),
        ("helm", "kill -9 $$\n", "helm failed: it gave no reason"),
        ("helm", much, "printed more than 64 MiB"),
    ] {
        let (_program, path) = with_program(name, script);
        let said = check(folder.path(), &path, &["--rule", CORS]);
        assert_eq!(said.findings, Vec::<String>::new());
        assert_eq!(said.problems.len(), 1, "{word}: {:?}", said.problems);
        assert!(
            said.problems[0].starts_with("limit chart/Chart.yaml: ") && said.problems[0].contains(word),
            "{word}: {:?}",
            said.problems
        );
        let verdict = list(&said.report["rules"]).iter().map(|one| text(&one["verdict"])).collect::<Vec<_>>();
        assert_eq!(verdict, ["not-evaluated"], "{word}");
    }
    // Of several sets of values the one that fails is named, and the others are judged.
    let set = config_map("  CORS_ORIGINS: '*'");
    let script = format!("case \"$*\" in *live*) ;; *) echo 'Error: required' >&2; exit 1;; esac\n{set}");
    let (_program, path) = with_program("helm", &script);
    let said = check(folder.path(), &path, &["--rule", CORS]);
    assert_eq!(said.findings.len(), 1);
    assert!(said.problems[0].contains("(`helm template chart`: helm failed: Error: required)"), "{:?}", said.problems);
    // Without the flag nothing runs.
    let (_program, path) = with_program("helm", "echo ran > ran\n");
    std::fs::write(folder.path().join("plimsoll.yaml"), "render: false\n").expect("the config can be written");
    let output = plimsoll(folder.path(), &["check"]).env("PATH", &path).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("helm template chart | plimsoll check -"));
    assert!(!folder.path().join("ran").exists());
}

#[test]
fn a_program_that_does_not_end_is_ended_with_all_that_it_started() {
    let folder = chart("{{ .Values.a }}\n");
    std::fs::write(folder.path().join("plimsoll.yaml"), "render: {seconds: 1}\n").expect("the config can be written");
    for (script, word) in [
        ("/bin/sleep 60 &\necho $! >> started\nwait\n", Some("helm took longer than 1 seconds")),
        ("/bin/sleep 60 &\necho $! >> started\nexit 0\n", None),
    ] {
        let (_program, path) = with_program("helm", script);
        let begun = Instant::now();
        let said = check(folder.path(), &path, &["--rule", CORS]);
        assert!(begun.elapsed() < Duration::from_secs(20), "{word:?}");
        let reasons: Vec<bool> = said.problems.iter().map(|one| one.contains(word.unwrap_or("never"))).collect();
        assert_eq!(reasons, vec![true; word.iter().len()], "{:?}", said.problems);
    }
    let started = std::fs::read_to_string(folder.path().join("started")).expect("it ran");
    assert_eq!(started.lines().count(), 4, "two sets of values each");
    for id in started.lines() {
        let alive =
            || std::process::Command::new("kill").args(["-0", id]).output().is_ok_and(|one| one.status.success());
        let begun = Instant::now();
        while alive() && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(!alive(), "{id} still runs");
    }
}

#[test]
fn nothing_of_the_machine_reaches_the_program() {
    let folder = chart("{{ .Values.a }}\n");
    let script = "/usr/bin/env >&2\necho \"Error: $CI_TOKEN$KUBECONFIG_OF_MINE$HELM_NAMESPACE in $HOME, $(command -v git)\" >&2\nexit 1\n";
    let (_program, path) = with_program("helm", script);
    let all = ["check", "--format", "json", "--render", "--rule", CORS];
    let mut command = plimsoll(folder.path(), &all);
    command.env("PATH", format!("{path}:/usr/bin:/bin")).env("HOME", "/home/somebody");
    command.env("CI_TOKEN", "leaks").env("HELM_NAMESPACE", "leaks").env("KUBECONFIG_OF_MINE", "leaks");
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("helm failed: Error:  in "), "{said}");
    assert!(!said.contains("leaks") && !said.contains("/home/somebody") && !said.contains("bin/git"), "{said}");
}

#[test]
fn secrets_of_rendered_text_are_dots_wherever_it_shows() {
    const SECRET: &str = "hunter2-correct-horse";
    const SHORT: &str = "kX9q";
    let data = format!("stringData:\n  DB_PASSWORD: {SECRET}\n  other: {SHORT}\n  POSTGRES_PASSWORD: postgres");
    let rendered = format!(
        "---\n# Source: shop/templates/config.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\n{data}\n---\n# Source: shop/templates/none.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          env:\n            - name: POSTGRES_PASSWORD\n              value: {SHORT}\n            - name: DB_PASSWORD\n              value: {SECRET}\n"
    );
    let (_helm, path) = with_program("helm", &prints(&rendered));
    let template = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  DB_PASSWORD: {{{{ .Values.db | default \"{SECRET}\" }}}}\n  other: {SHORT}\n  POSTGRES_PASSWORD: {{{{ .Values.common }}}}\n"
    );
    let folder = chart(&template);
    std::fs::write(folder.path().join("chart/values.yaml"), format!("db: {SECRET}\n")).expect("it can be written");
    let output = plimsoll(folder.path(), &["check", "--render"]).env("PATH", &path).output().expect("it runs");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("POSTGRES_PASSWORD: {{ .Values.common }}"), "an action alone holds no secret:\n{shown}");
    for arguments in
        [&["check"][..], &["check", "--format", "json"], &["check", "--format", "concise", "-v", "--why"], &["collect"]]
    {
        let all = [arguments, &["--render"]].concat();
        let output = plimsoll(folder.path(), &all).env("PATH", &path).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("PASSWORD"), "{all:?}\n{said}");
        assert!(!said.contains(SECRET) && !said.contains(SHORT), "{all:?}\n{said}");
    }
}

#[test]
fn a_chart_with_a_link_out_of_the_tree_is_not_rendered() {
    let secret = tree(&[("password", "hunter2")]);
    let folder = chart("{{ .Files.Get \"link\" }}\n");
    std::os::unix::fs::symlink("values.yaml", folder.path().join("chart/inside")).expect("a link can be made");
    let (_helm, path) = with_program("helm", "echo ran >> ran\n");
    check(folder.path(), &path, &[]);
    assert!(folder.path().join("ran").exists(), "a link inside the tree is a file like others");
    std::fs::remove_file(folder.path().join("ran")).expect("it is there");
    std::os::unix::fs::symlink(secret.path().join("password"), folder.path().join("chart/link"))
        .expect("a link can be made");
    let said = check(folder.path(), &path, &[]);
    assert!(!folder.path().join("ran").exists());
    let limit = said.problems.iter().find(|one| one.starts_with("limit chart/Chart.yaml"));
    assert!(limit.is_some_and(|one| one.contains("`chart/link` leads out of the tree")), "{:?}", said.problems);
}

#[test]
fn the_config_says_which_values_and_overlays_are_rendered() {
    let folder = chart("{{ .Values.a }}\n");
    let all = "echo \"$*\" >> ran\n";
    let (_helm, path) = with_program("helm", all);
    let ran = |config: &str| {
        let _ = std::fs::remove_file(folder.path().join("ran"));
        std::fs::write(folder.path().join("plimsoll.yaml"), config).expect("the config can be written");
        let output = plimsoll(folder.path(), &["check"]).env("PATH", &path).output().expect("it runs");
        let ran = std::fs::read_to_string(folder.path().join("ran")).unwrap_or_default();
        let mut ran: Vec<String> = ran.lines().map(str::to_string).collect();
        ran.sort();
        (ran, output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let own = "template --skip-tests ./chart";
    let live = "template --skip-tests --values=./chart/values-live.yaml ./chart";
    assert_eq!(ran("render: true\n").0, [live, own].map(str::to_string));
    let set = "render:\n  helm:\n    - {chart: ./chart/, values: [a.yaml, ./b.yaml]}\n";
    assert_eq!(ran(set).0, ["template --skip-tests --values=./a.yaml --values=./b.yaml ./chart"]);
    let (commands, _, errors) = ran("render: {helm: [{chart: elsewhere}], kustomize: [nowhere]}\n");
    assert_eq!(commands, [live, own].map(str::to_string));
    assert!(errors.contains("elsewhere/Chart.yaml: limit: is not rendered"), "{errors}");
    assert!(errors.contains("nowhere/kustomization.yaml: limit: is not rendered"), "{errors}");
    let (commands, _, errors) = ran("render: {helm: [{chart: chart, values: ['a,b.yaml']}]}\n");
    assert!(commands.is_empty() && errors.contains("for a list of files"), "{errors}");
    for broken in
        ["render: maybe\n", "render: {seconds: 0}\n", "render: {helm: [{values: [a]}]}\n", "render: {charts: [a]}\n"]
    {
        let (commands, code, errors) = ran(broken);
        assert!(commands.is_empty() && code == Some(2) && errors.contains("plimsoll.yaml"), "{broken}: {errors}");
    }
}

#[test]
fn a_deployment_of_the_config_has_what_its_charts_are_rendered_to() {
    let folder = chart(&format!("{HEAD}  CORS_ORIGINS: '*'\n"));
    let config = "render: true\ndeployments: [{name: mine, environment: test, manifests: [chart]}]\n";
    std::fs::write(folder.path().join("plimsoll.yaml"), config).expect("the config can be written");
    let (_helm, path) = with_program("helm", &config_map("  CORS_ORIGINS: '*'"));
    let said = check(folder.path(), &path, &["--rule", CORS]);
    assert_eq!((said.findings.len(), &said.report["summary"]["deployments_not_judged"]), (0, &1.into()));
    let said = check(folder.path(), &path, &["--rule", CORS, "--all"]);
    assert_eq!(said.findings, ["chart/templates/config.yaml:6"]);
    assert_eq!(text(&said.report["findings"][0]["deployment"]), "mine");
}

#[test]
fn a_library_and_a_part_of_another_chart_are_not_rendered_alone() {
    let folder = tree(&[
        ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n"),
        ("lib/templates/_a.tpl", "{{ define \"a\" }}{{ end }}"),
        ("part/Chart.yaml", "apiVersion: v2\nname: part\nversion: 1.0.0\n"),
        ("part/templates/a.yaml", "a: {{ 1 }}\n"),
        (
            "shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - {name: part, version: 1.0.0, repository: 'file://../part'}\n",
        ),
        ("shop/templates/a.yaml", "a: {{ 1 }}\n"),
    ]);
    let (_helm, path) = with_program("helm", "echo \"$*\" >> ran\n");
    let said = check(folder.path(), &path, &[]);
    assert_eq!(said.problems.iter().filter(|one| one.starts_with("limit")).count(), 0, "{:?}", said.problems);
    let ran = std::fs::read_to_string(folder.path().join("ran")).expect("it ran");
    assert_eq!(ran, "template --skip-tests ./shop\n");
}

#[test]
fn given_files_are_judged_by_what_they_are_rendered_to() {
    let rendered = config_map("  CORS_ORIGINS: \"*\"\n  ALLOWED_ORIGINS: '*'");
    let (_helm, path) = with_program("helm", &format!("echo ran >> ran\n{rendered}"));
    let folder =
        chart(&format!("{HEAD}  CORS_ORIGINS: {{{{ .Values.cors.origins | quote }}}}\n  ALLOWED_ORIGINS: '*'\n"));
    let lines = |given: &str| {
        let said = check(folder.path(), &path, &["--rule", CORS, given]);
        said.findings.iter().map(|one| one.split(' ').next().unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    let (action, literal) = ("chart/templates/config.yaml:6", "chart/templates/config.yaml:7");
    assert_eq!(lines("chart/values.yaml"), [action.trim_start_matches("chart/")], "what it sets");
    assert_eq!(lines("."), [action, literal]);
    std::fs::write(folder.path().join("other.env"), "A=1\n").expect("it can be written");
    let _ = std::fs::remove_file(folder.path().join("ran"));
    assert_eq!(lines("other.env"), Vec::<String>::new());
    assert!(!folder.path().join("ran").exists(), "nothing that it is part of");
}
