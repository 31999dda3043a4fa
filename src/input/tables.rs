//! The tables of `policies/data/` that Rust and Rego share.

use std::sync::Arc;

use crate::embedded::POLICIES;
use crate::located::{Dialect, Limits, Located, Value};
use crate::syntax::{Format, parse};

/// The table of one name, read from the embedded file of that name.
///
/// The file is part of the binary and a test reads every one of them, so a missing or broken table gives an empty tree
/// instead of an error.
pub fn read(name: &str) -> Located {
    read_without(name, &[])
}

/// The same without the lines of some keys, for what only tests read: half of a large table.
pub fn read_without(name: &str, keys: &[&str]) -> Located {
    let path = format!("policies/data/{name}.yaml");
    let bytes = POLICIES.iter().find(|(known, _)| *known == path).map_or(&[][..], |(_, bytes)| bytes);
    let text = String::from_utf8_lossy(bytes);
    let is_left_out = |line: &&str| {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        keys.contains(&key)
    };
    let text: Arc<str> = match keys {
        [] => text.into(),
        _ => text.split_inclusive('\n').filter(|line| !is_left_out(line)).collect::<String>().into(),
    };
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
    fn every_table_parses_and_has_one_key_named_as_its_file() {
        let mut tables = 0;
        for (path, bytes) in POLICIES.iter().filter(|(path, _)| path.starts_with("policies/data/")) {
            let text: Arc<str> = std::str::from_utf8(bytes).expect("tables are UTF-8").into();
            let parsed = parse(Format::Yaml, (*path).into(), text, Limits::default());
            assert_eq!(parsed.faults, [], "{path}");
            let name = path.trim_start_matches("policies/data/").trim_end_matches(".yaml");
            let keys: Vec<&str> =
                parsed.located.root().map(|root| root.entries()).unwrap_or_default().iter().map(|e| e.0).collect();
            assert_eq!(keys, [name], "{path}");
            tables += 1;
        }
        assert!(tables >= 5);
    }
}
