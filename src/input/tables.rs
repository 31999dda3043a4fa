//! The tables of `policies/data/` that Rust and Rego share.

use std::sync::Arc;

use crate::embedded::{POLICIES, TABLES};
use crate::located::{Dialect, Limits, Located, Value};
use crate::syntax::{Format, parse};

/// The table of one name, without the keys that only tests read.
///
/// It is part of the binary and a test compares every one with its file, so a missing or broken table gives an empty tree
/// instead of an error.
pub fn read(name: &str) -> Located {
    let path = format!("policies/data/{name}.yaml");
    let text = TABLES.iter().find(|(known, _)| *known == path).map_or("", |(_, text)| text);
    embedded(&path, text)
}

/// The tree of a text that was YAML before it was embedded as JSON.
pub fn embedded(path: &str, text: &'static str) -> Located {
    let mut located = parse(Format::Json, path.into(), text.into(), Limits::default()).located;
    located.dialect = Dialect::Compose;
    located
}

/// The whole table as it stands in its file.
pub fn read_file(name: &str) -> Located {
    let path = format!("policies/data/{name}.yaml");
    let bytes = POLICIES.iter().find(|(known, _)| *known == path).map_or(&[][..], |(_, bytes)| bytes);
    let text: Arc<str> = String::from_utf8_lossy(bytes).into();
    let mut located = parse(Format::Yaml, path.into(), text, Limits::default()).located;
    located.dialect = Dialect::Compose;
    located
}

/// The texts of a list.
pub fn texts(list: Option<Value<'_>>) -> Vec<String> {
    list.into_iter().flat_map(Value::items).filter_map(Value::text).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_one_key_named_as_its_file_and_is_embedded_as_it_is() {
        let mut tables = 0;
        for (path, bytes) in POLICIES.iter().filter(|(path, _)| path.starts_with("policies/data/")) {
            let text: Arc<str> = std::str::from_utf8(bytes).expect("tables are UTF-8").into();
            let parsed = parse(Format::Yaml, (*path).into(), text, Limits::default());
            assert_eq!(parsed.faults, [], "{path}");
            let name = path.trim_start_matches("policies/data/").trim_end_matches(".yaml");
            let keys: Vec<&str> =
                parsed.located.root().map(|root| root.entries()).unwrap_or_default().iter().map(|e| e.0).collect();
            assert_eq!(keys, [name], "{path}");
            let mut by_file = serde_json::to_value(read_file(name).root()).expect("tables serialise");
            for record in by_file[name].as_array_mut().into_iter().flatten().filter_map(|record| record.as_object_mut())
            {
                for key in ["examples", "near_misses"] {
                    record.remove(key);
                }
            }
            assert_eq!(serde_json::to_value(read(name).root()).expect("tables serialise"), by_file, "{path}");
            tables += 1;
        }
        assert!(tables >= 5);
    }
}
