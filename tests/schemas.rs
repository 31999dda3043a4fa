//! The schemas are those of the types, and what is printed keeps to them.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a schema with its file; PLIMSOLL_BLESS=1 writes it anew.
fn agrees(name: &str, schema: &serde_json::Value) {
    let file = root().join("schemas").join(name);
    let text = serde_json::to_string_pretty(schema).expect("a schema is JSON") + "\n";
    if env::var_os("PLIMSOLL_BLESS").is_some() {
        fs::write(&file, &text).expect("schemas can be written");
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    assert!(known == text, "{name} is not what the types say; PLIMSOLL_BLESS=1 cargo test --test schemas writes it");
}

fn output(arguments: &[&str]) -> serde_json::Value {
    let output =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(root()).output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

#[test]
fn the_report_keeps_to_its_schema() {
    let schema = plimsoll::schema::report();
    agrees("report.schema.json", &schema);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let report = output(&["check", "--all", "--format", "json", "fixtures"]);
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(report["findings"].as_array().is_some_and(|findings| findings.len() > 20));
}

#[test]
fn the_input_document_keeps_to_its_schema() {
    let schema = plimsoll::schema::input();
    agrees("input.schema.json", &schema);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let document = output(&["collect", "fixtures"]);
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    for section in ["deployments", "settings", "workloads", "edges", "env_files", "gitignore", "compose", "kubernetes"]
    {
        assert!(document.get(section).is_some(), "the fixtures hold something for {section}");
    }
    for section in plimsoll::input::SECTIONS {
        assert!(schema["properties"].get(section).is_some(), "{section} is described");
    }
}
