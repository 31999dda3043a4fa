//! Embeds `policies/` and the fixtures that `explain` shows, so that the binary needs no files beside it. Tables and
//! METADATA are embedded once more as JSON, which every start reads five times as fast as their YAML.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use granit_parser::{Event, Parser, ScalarStyle};

/// Keys of the tables of detectors that only tests read, and that make half of them.
const FOR_TESTS: &[&str] = &["examples", "near_misses"];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    embed(&root, "policies", "POLICIES", &mut code);
    embed(&root, "fixtures", "FIXTURES", &mut code);
    embed_as_json(&root, "TABLES", &mut code, |path, text| {
        (path.starts_with("policies/data/") && path.ends_with(".yaml")).then(|| text.to_string())
    });
    embed_as_json(&root, "METADATA", &mut code, |path, text| {
        let block = text.lines().skip_while(|line| *line != "# METADATA").skip(1);
        let block = block.take_while(|line| line.starts_with('#'));
        let yaml: String = block.map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(""))).collect();
        (path.starts_with("policies/rules/") && path.ends_with(".rego") && !yaml.is_empty()).then_some(yaml)
    });
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("embedded.rs"), code).expect("OUT_DIR is writable");
}

/// Writes `pub static NAME: &[(&str, &[u8])]` with every file of `folder`, sorted by path.
fn embed(root: &Path, folder: &str, name: &str, code: &mut String) {
    println!("cargo::rerun-if-changed={folder}");
    let mut files = Vec::new();
    list(&root.join(folder), &mut files);
    files.sort();
    writeln!(code, "pub static {name}: &[(&str, &[u8])] = &[").expect("a String takes text");
    for file in files {
        let relative = file.strip_prefix(root).expect("listed below the root");
        let relative = relative.to_str().expect("file names of this repository are UTF-8").replace('\\', "/");
        writeln!(code, "    ({relative:?}, include_bytes!({:?})),", file.display().to_string())
            .expect("a String takes text");
    }
    writeln!(code, "];").expect("a String takes text");
}

/// Writes `pub static NAME: &[(&str, &str)]` with the YAML that `yaml` finds in the files of `policies/`, as JSON.
fn embed_as_json(root: &Path, name: &str, code: &mut String, yaml: impl Fn(&str, &str) -> Option<String>) {
    let mut files = Vec::new();
    list(&root.join("policies"), &mut files);
    files.sort();
    writeln!(code, "pub static {name}: &[(&str, &str)] = &[").expect("a String takes text");
    for file in files {
        let relative = file.strip_prefix(root).expect("listed below the root").display().to_string().replace('\\', "/");
        let text = fs::read_to_string(&file).expect("policies are UTF-8");
        if let Some(yaml) = yaml(&relative, &text) {
            writeln!(code, "    ({relative:?}, {:?}),", json(&relative, &yaml)).expect("a String takes text");
        }
    }
    writeln!(code, "];").expect("a String takes text");
}

/// The one document of a YAML text as JSON.
fn json(path: &str, yaml: &str) -> String {
    let events = Parser::new_from_str(yaml).map(|event| match event {
        Ok((event, _)) => event,
        Err(error) => panic!("{path} is no valid YAML: {error}"),
    });
    let mut events = events.filter(|event| {
        !matches!(
            event,
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd | Event::Comment(..)
        )
    });
    let first = events.next();
    first.map_or_else(String::new, |first| value(first, &mut events))
}

fn value<'e>(event: Event<'e>, events: &mut impl Iterator<Item = Event<'e>>) -> String {
    match event {
        Event::MappingStart(..) => {
            let mut entries = Vec::new();
            while let Some(key) = events.next().filter(|event| !matches!(event, Event::MappingEnd)) {
                let is_for_tests = matches!(&key, Event::Scalar(key, ..) if FOR_TESTS.contains(&&**key));
                let key = match key {
                    Event::Scalar(key, ..) => quoted(&key),
                    other => panic!("{other:?} as a key"),
                };
                let content = events.next().map_or_else(String::new, |event| value(event, events));
                if !is_for_tests {
                    entries.push(format!("{key}:{content}"));
                }
            }
            format!("{{{}}}", entries.join(","))
        }
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            while let Some(item) = events.next().filter(|event| !matches!(event, Event::SequenceEnd)) {
                items.push(value(item, events));
            }
            format!("[{}]", items.join(","))
        }
        Event::Scalar(text, ScalarStyle::Plain, ..) if text == "~" => "null".to_string(),
        Event::Scalar(text, ScalarStyle::Plain, ..)
            if serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|value| !value.is_string()) =>
        {
            text.into_owned()
        }
        Event::Scalar(text, ..) => quoted(&text),
        other => panic!("{other:?} in a table"),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}
