//! Control over what counts as a secret: marks, the config, gitleaks' files, baselines.

use std::fs;

use crate::common::{list, run, text, tree};

const TOKEN: &str = "7fK2mQx9Lr4Zv8Tb1Wn6";
const RULE: &str = "secrets/secrets-not-in-repo";

#[test]
fn marks_of_other_scanners_are_honoured_and_said() {
    let ini = format!(
        "[a]\napi_token = {TOKEN} # gitleaks:allow\n# pragma: allowlist nextline secret\nother_token = {TOKEN}\n"
    );
    let folder = tree(&[("a.ini", &ini), ("compose.yaml", "services: {a: {image: example/a:1}}\n")]);
    let ran = run(folder.path(), &["check", "--rule", RULE, "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let report = ran.json();
    let seen: Vec<_> = list(&report["findings"])
        .iter()
        .map(|one| (text(&one["status"]), text(&one["severity"]), text(&one["reason"])))
        .collect();
    let ignored = |mark: &str| ("ignored".to_string(), "info".to_string(), format!("`{mark}`, without a reason"));
    assert_eq!(seen, [ignored("gitleaks:allow"), ignored("pragma: allowlist nextline secret")]);
    assert_eq!(list(&report["problems"]).len(), 2, "each is said: {report:#}");
}

#[test]
fn text_in_utf_16_is_searched() {
    let script = format!("# Größe\r\n$ApiToken = \"{TOKEN}\"\r\n");
    let units = || "\u{feff}".encode_utf16().chain(script.encode_utf16());
    let folder = tree(&[]);
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).expect("files can be written");
    write("big.ps1", units().flat_map(u16::to_be_bytes).collect());
    write("little.ps1", units().flat_map(u16::to_le_bytes).collect());
    write("odd.ps1", units().flat_map(u16::to_le_bytes).skip(2).collect());
    let ran = run(folder.path(), &["check", "--rule", RULE, "--format", "json"]);
    let report = ran.json();
    let found: Vec<_> = list(&report["findings"])
        .iter()
        .map(|one| (text(&one["path"]), one["start"]["line"].as_u64(), one["start"]["column"].as_u64()))
        .collect();
    assert_eq!(
        found,
        [("big.ps1".to_string(), Some(2), Some(14)), ("little.ps1".to_string(), Some(2), Some(14))],
        "{report:#}"
    );
    assert_eq!(report["summary"]["binary"], 1, "without its mark it is no text: {report:#}");
}

#[test]
fn an_ignore_with_a_reason_works_in_texts_that_nothing_else_reads() {
    let sql =
        format!("-- plimsoll: ignore[{RULE}] a role of the test database\nCREATE USER a IDENTIFIED BY '{TOKEN}';\n");
    let folder = tree(&[("a.ddl", &sql)]);
    let ran = run(folder.path(), &["check", "--rule", RULE, "--format", "json"]);
    let report = ran.json();
    let found = &report["findings"][0];
    assert_eq!(
        (ran.code, text(&found["status"]), text(&found["reason"])),
        (0, "ignored".into(), "a role of the test database".into())
    );
}

#[test]
fn the_config_adds_detectors_and_accepts_values_names_and_paths() {
    let config = r"secrets:
  detectors:
    - id: harbour-key
      title: Harbour key
      why: Opens the harbour.
      literals: [hbr_]
      pattern: 'hbr_[a-z0-9]{12}'
  allow:
    values: [q8Zr2LxV5nTc7KpW, /sample-.*/]
    keys: [demo_token]
    paths: [docs/**]
";
    let ini = "note = hbr_a1b2c3d4e5f6\napi_token = q8Zr2LxV5nTc7KpW\nother_token = sample-7fK2mQx9Lr4Z\ndemo_token = 7fK2mQx9Lr4Zv8Tb1Wn6\n";
    let folder =
        tree(&[("plimsoll.yaml", config), ("a.ini", ini), ("docs/a.ini", "api_token = 7fK2mQx9Lr4Zv8Tb1Wn6\n")]);
    let ran = run(folder.path(), &["check", "--rule", RULE, "--format", "json"]);
    let report = ran.json();
    let seen: Vec<_> =
        list(&report["findings"]).iter().map(|one| (text(&one["path"]), one["start"]["line"].as_u64())).collect();
    assert_eq!(seen, [("a.ini".to_string(), Some(1))], "{report:#}");

    for (from, to, place) in [
        ("hbr_[a-z0-9]{12}", "(hbr_)?", "plimsoll.yaml:7:"),
        ("hbr_[a-z0-9]{12}", "hbr_[", "plimsoll.yaml:7:"),
        ("literals:", "literal:", "plimsoll.yaml:6:"),
        ("  allow:", "  alow:", "plimsoll.yaml:8:"),
        ("/sample-.*/", "/sample-(/", "plimsoll.yaml:9:"),
    ] {
        fs::write(folder.path().join("plimsoll.yaml"), config.replacen(from, to, 1)).expect("files can be written");
        let ran = run(folder.path(), &["check"]);
        assert_eq!(ran.code, 2, "{to}: {}", ran.stderr);
        assert!(ran.stderr.contains(place), "{to}: {}", ran.stderr);
    }
}

#[test]
fn files_of_gitleaks_count() {
    let toml = "[[rules]]\nid = 'harbour-key'\nregex = 'hbr_([a-z0-9]{12})'\nkeywords = ['hbr_']\n[allowlist]\nregexes = ['^q8Zr']\n";
    let ini = "note = hbr_a1b2c3d4e5f6\napi_token = q8Zr2LxV5nTc7KpW\nother_token = 7fK2mQx9Lr4Zv8Tb1Wn6\n";
    let folder = tree(&[(".gitleaks.toml", toml), (".gitleaksignore", "a.ini:generic-api-key:3\n"), ("a.ini", ini)]);
    let ran = run(folder.path(), &["check", "--rule", RULE, "--format", "json"]);
    let report = ran.json();
    let seen: Vec<_> =
        list(&report["findings"]).iter().map(|one| (one["start"]["line"].as_u64(), text(&one["status"]))).collect();
    assert_eq!(seen, [(Some(1), "open".to_string()), (Some(3), "ignored".to_string())], "{report:#}");

    fs::write(folder.path().join(".gitleaks.toml"), toml.replace("{12})", "{12}")).expect("files can be written");
    let ran = run(folder.path(), &["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(".gitleaks.toml:3:"), "{}", ran.stderr);
}

/// Messages of the notices of a run.
fn notices(report: &serde_json::Value) -> Vec<String> {
    list(&report["problems"]).iter().filter(|one| one["kind"] == "notice").map(|one| text(&one["message"])).collect()
}

#[test]
fn files_that_gitleaks_configuration_extends_count() {
    let rule = |id: &str| format!("[[rules]]\nid = '{id}'\nregex = '{id}_[a-z0-9]{{12}}'\n");
    let extend = |path: &str| format!("[extend]\npath = '{path}'\n");
    let ini = "a = one_a1b2c3d4e5f6\nb = two_a1b2c3d4e5f6\nc = three_a1b2c3d4e5f6\nd = four_a1b2c3d4e5f6\n";
    let folder = tree(&[
        (".gitleaks.toml", &format!("{}{}", extend("config/two.toml"), rule("one"))),
        ("config/two.toml", &format!("{}{}", extend("config/three.toml"), rule("two"))),
        ("config/three.toml", &format!("{}{}", extend("config/four.toml"), rule("three"))),
        ("config/four.toml", &rule("four")),
        ("a.ini", ini),
    ]);
    let check = || run(folder.path(), &["check", "--rule", RULE, "--format", "json"]);
    let report = check().json();
    let lines: Vec<_> = list(&report["findings"]).iter().map(|one| one["start"]["line"].as_u64()).collect();
    assert_eq!(lines, [Some(1), Some(2), Some(3)], "two files of a chain are followed: {report:#}");
    let said = notices(&report);
    assert!(said.iter().any(|one| one.contains("config/four.toml would be the third")), "{said:?}");
    assert!(said.iter().any(|one| one.contains("without `useDefault = true`")), "{said:?}");

    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("files can be written");
    write(".gitleaks.toml", &format!("[extend]\nuseDefault = true\n{}", rule("one")));
    assert_eq!(notices(&check().json()), [""; 0]);
    for (text, line) in [
        (extend("config/none.toml"), ".gitleaks.toml:2:"),
        (format!("{}useDefault = true\n", extend("config/two.toml")), ".gitleaks.toml:2:"),
    ] {
        write(".gitleaks.toml", &text);
        let ran = check();
        assert_eq!(ran.code, 2, "{text}");
        assert!(ran.stderr.contains(line), "{text}: {}", ran.stderr);
    }
    write(".gitleaks.toml", &extend("config/two.toml"));
    write("config/two.toml", "[[rules]]\nid = 'two'\nregex = '('\n");
    let ran = check();
    assert!(ran.code == 2 && ran.stderr.contains("config/two.toml:3:"), "{}", ran.stderr);
    let outside = tempfile::NamedTempFile::new().expect("a file");
    write(".gitleaks.toml", &extend(&outside.path().display().to_string()));
    let said = notices(&check().json());
    assert!(said.iter().any(|one| one.contains("outside of the repository")), "{said:?}");
}

#[test]
fn the_config_names_a_baseline_and_the_flag_wins() {
    let folder = tree(&[
        ("deploy/plimsoll.yaml", "baseline: known.json\n"),
        ("deploy/a.ini", &format!("[mail]\napi_token = {TOKEN}\n")),
    ]);
    let check =
        |more: &[&str]| run(folder.path(), &[&["check", "deploy", "--rule", RULE, "--format", "json"], more].concat());
    let missing = check(&[]);
    assert!(missing.code == 2 && missing.stderr.contains("known.json"), "{}", missing.stderr);
    assert_eq!(check(&["--write-baseline"]).code, 0);
    assert!(folder.path().join("deploy/known.json").is_file(), "beside the config");
    assert_eq!(check(&[]).code, 0);
    assert_eq!(check(&["--baseline", "other.json", "--write-baseline"]).code, 0);
    assert!(folder.path().join("other.json").is_file(), "the flag wins");

    fs::write(folder.path().join("deploy/plimsoll.yaml"), "baseline: [known.json]\n").expect("files can be written");
    let ran = check(&[]);
    assert!(ran.code == 2 && ran.stderr.contains("plimsoll.yaml:1:"), "{}", ran.stderr);
}

#[test]
fn a_baseline_knows_what_was_there_and_nothing_else() {
    let folder = tree(&[("a.ini", &format!("[mail]\nuser = a\napi_token = {TOKEN}\ndb_password = harbour\n"))]);
    let check = |more: &[&str]| {
        run(folder.path(), &[&["check", "--rule", RULE, "--format", "json", "--baseline", "known.json"], more].concat())
    };
    assert_eq!(check(&[]).code, 2, "a baseline that is asked for must be there");
    let written = check(&["--write-baseline"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let known = fs::read_to_string(folder.path().join("known.json")).expect("it was written");
    assert!(!known.contains(&TOKEN[..8]) && known.contains("mail.api_token"), "{known}");

    // Lines move, and nothing is new.
    let file = folder.path().join("a.ini");
    fs::write(&file, format!("# a line more\n[mail]\napi_token = {TOKEN}\ndb_password = harbour\n"))
        .expect("files can be written");
    let ran = check(&[]);
    assert_eq!((ran.code, ran.verdict(RULE)), (0, "waived".to_string()), "{}", ran.stdout);

    // A new secret at an old place is new if it is strong; a weak one is known by its place.
    fs::write(&file, "[mail]\napi_token = q8Zr2LxV5nTc7KpW9aBd\ndb_password = lantern\n")
        .expect("files can be written");
    let ran = check(&[]);
    let report = ran.json();
    let open: Vec<_> = list(&report["findings"])
        .iter()
        .filter(|one| one["status"] == "open")
        .map(|one| text(&one["route"][3]))
        .collect();
    assert_eq!((ran.code, open), (1, vec!["mail.api_token".to_string()]), "{report:#}");
    assert_eq!(report["summary"]["fixed"], 1, "the old one is gone");

    fs::write(folder.path().join("known.json"), "{\"schema\": 1,\n \"kee\": 3}").expect("files can be written");
    let ran = check(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("known.json:2:"), "{}", ran.stderr);
}

#[test]
fn why_says_what_spoke_for_a_secret() {
    let folder = tree(&[("a.ini", &format!("api_token = {TOKEN}\n"))]);
    let ran = run(folder.path(), &["check", "--rule", RULE, "--why"]);
    assert!(ran.stdout.contains("why: `api_token` names a token"), "{}", ran.stdout);
    let without = run(folder.path(), &["check", "--rule", RULE]);
    assert!(!without.stdout.contains("why:"), "{}", without.stdout);
}

#[test]
fn why_says_in_detail_what_was_dropped() {
    let ini = format!("[a]\napi_token = {TOKEN}\ndb_password = ${{DB_PASSWORD}}\napi_key = changeme-0000\n");
    let folder = tree(&[("a.ini", &ini)]);
    let ran = run(folder.path(), &["check", "--rule", RULE, "--why", "-v"]);
    let dropped: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("is no secret")).collect();
    assert_eq!(
        dropped,
        [
            "a.ini:3: `db_password` is no secret: it refers to something, or is code",
            "a.ini:4: `api_key` is no secret: it only holds the place of a secret",
        ]
    );
    for quieter in [&["--why"][..], &["-v"]] {
        let ran = run(folder.path(), &[&["check", "--rule", RULE], quieter].concat());
        assert!(!ran.stderr.contains("is no secret"), "{quieter:?}: {}", ran.stderr);
    }
}
