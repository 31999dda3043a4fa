//! Every Rego test through the engine, and what every rule must bring along.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll::policy::{Policies, TestOutcome, run_tests};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_rego_test_passes() {
    let (results, problems) = run_tests(&[]);
    assert_eq!(problems, []);
    assert!(results.len() > 100, "only {} tests were found", results.len());
    let failed: Vec<String> = results
        .iter()
        .filter(|result| result.outcome != TestOutcome::Pass)
        .map(|result| format!("{} {:?}", result.name, result.outcome))
        .collect();
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn every_module_keeps_to_the_contract_for_own_policies() {
    // The built-in modules are checked as if a team had written them, under other names.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rules = 0;
    for area in files(&root().join("policies/rules")).iter().filter(|path| path.is_dir()) {
        let name = area.file_name().and_then(|name| name.to_str()).expect("areas are named in ASCII");
        for file in files(area) {
            let stem = file.file_name().and_then(|name| name.to_str()).expect("rules are named in ASCII").to_string();
            if stem.ends_with("_test.rego") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("rules are UTF-8");
            let text = text.replace(&format!("package rules.{name}."), &format!("package rules.own_{name}."));
            let target = folder.path().join(format!("rules/own_{name}/{stem}"));
            fs::create_dir_all(target.parent().expect("it has a folder")).expect("folders can be made");
            fs::write(target, text).expect("files can be written");
            rules += 1;
        }
    }
    fs::create_dir(folder.path().join("lib")).expect("folders can be made");
    for lib in files(&root().join("policies/lib")) {
        let text = fs::read_to_string(&lib).expect("libraries are UTF-8").replace("package lib.", "package lib.own_");
        let target = folder.path().join("lib").join(lib.file_name().expect("it has a name"));
        fs::write(target, text).expect("files can be written");
    }
    let (policies, problems) = Policies::load(&[folder.path().to_path_buf()]);
    assert_eq!(problems, []);
    assert_eq!(policies.rules().len(), 2 * rules, "each rule twice");
}

#[test]
fn rules_with_roles_name_those_that_they_read() {
    let (policies, _) = Policies::load(&[]);
    let known: Vec<&str> = plimsoll::input::roles::names().collect();
    let mut checked = 0;
    for rule in policies.rules().iter().filter(|rule| !rule.roles.is_empty()) {
        let text = fs::read_to_string(root().join(&*rule.file)).expect("rules are UTF-8");
        let code = &text[text.find("\npackage ").expect("it has a package")..];
        let read = |role: &&&str| {
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            let dotted = format!(".{role}");
            code.contains(&format!("\"{role}\""))
                || code.match_indices(&dotted).any(|(at, _)| ends(&code[at + dotted.len()..]))
        };
        let read: BTreeSet<&str> = known.iter().filter(read).copied().collect();
        let named: BTreeSet<&str> = rule.roles.iter().map(String::as_str).collect();
        assert_eq!(named, read, "{}", rule.id);
        checked += 1;
    }
    assert!(checked > 10, "only {checked} rules name roles");
}

#[test]
fn every_rule_brings_tests_and_fixtures() {
    let (policies, problems) = Policies::load(&[]);
    assert_eq!(problems, []);
    let mut ids = BTreeSet::new();
    for rule in policies.rules() {
        assert!(ids.insert(rule.id.clone()), "{} stands twice", rule.id);
        let test = root().join(rule.file.replace(".rego", "_test.rego"));
        assert!(test.is_file(), "{} has no test", rule.id);
        for kind in ["good", "bad"] {
            let fixture = root().join("fixtures").join(&*rule.id).join(kind);
            assert!(!files(&fixture).is_empty(), "{} has no {kind} fixture", rule.id);
        }
        assert!(rule.title.len() < 80 && !rule.title.ends_with('.'), "{}: {}", rule.id, rule.title);
        assert!(!rule.links.is_empty(), "{} names no source", rule.id);
    }
    for lib in files(&root().join("policies/lib")) {
        let name = lib.to_string_lossy().into_owned();
        assert!(
            name.ends_with("_test.rego") || Path::new(&name.replace(".rego", "_test.rego")).is_file(),
            "{name} has no test"
        );
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}
