//! Proof that each rule is alive: a line of its good fixture changed as its `mutations.yaml` says, and it fails, alone.

use std::path::Path;

use plimsoll::located::{Limits, Value};
use plimsoll::syntax::{Format, parse};

use crate::common::copy;
use crate::fixtures::{alone, judged, own_tree, rules};

/// One change: a file of the good fixture, text that stands there, text in its place.
struct Mutation {
    file: String,
    from: String,
    to: String,
}

fn mutations(folder: &Path) -> Vec<Mutation> {
    let path = folder.join("mutations.yaml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parsed = parse(Format::Yaml, "mutations.yaml".into(), text.into(), Limits::default());
    assert!(parsed.faults.is_empty(), "{}: {:?}", path.display(), parsed.faults);
    let entry = |entry: Value<'_>| {
        let field = |name: &str| {
            let value = entry.get(name).and_then(Value::text);
            value.unwrap_or_else(|| panic!("{}: an entry without `{name}`", path.display())).to_string()
        };
        Mutation { file: field("file"), from: field("from"), to: field("to") }
    };
    parsed.located.root().into_iter().flat_map(Value::items).map(entry).collect()
}

#[test]
fn each_mutation_flips_its_rule_and_no_other() {
    for (rule, folder) in rules() {
        let mutations = mutations(&folder);
        assert!(mutations.len() >= 2, "{rule} has {} mutations, fewer than two", mutations.len());
        for Mutation { file, from, to } in mutations {
            // The change comes before what is committed of a fixture.
            let changed = tempfile::tempdir().expect("a temporary folder");
            copy(&folder.join("good"), changed.path());
            let path = changed.path().join(&file);
            let before = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{rule} {file}: {error}"));
            assert!(before.contains(&from), "{rule}: `{from}` does not stand in {file}");
            std::fs::write(&path, before.replacen(&from, &to, 1)).expect("files can be written");
            let tree = own_tree(changed.path());
            let ran = judged(tree.path(), &rule);
            assert_eq!(alone(&ran, &rule), std::slice::from_ref(&rule), "`{from}` to `{to}` in {file}: {}", ran.stderr);
            assert_eq!(ran.verdict(&rule), "fail");
        }
    }
}
