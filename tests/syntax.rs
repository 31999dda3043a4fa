//! The readers on arbitrary text: nothing panics, every place is exact, every route leads back.

#[path = "../fuzz/properties.rs"]
mod properties;

use plimsoll::located::Step;
use plimsoll::syntax::Format;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

const YAML: &[&str] = &[
    "a: ",
    "b: ",
    "a:\n",
    "- ",
    "-\n",
    "\n",
    "\n  ",
    "\n    ",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    ": ",
    "? ",
    "&a ",
    "&b ",
    "*a",
    "*b",
    "<<: ",
    "|",
    ">-",
    "|2\n",
    "\"",
    "'",
    "''",
    "\\",
    "\\u00e9",
    "#",
    " # x\n",
    "---\n",
    "--- ",
    "...\n",
    "!t ",
    "!!str ",
    "! ",
    "~",
    "yes",
    "0644",
    "1.5",
    "\t",
    "\r\n",
    "\u{feff}",
    "é",
    "\u{2028}",
    "\u{85}",
    "%YAML 1.2\n",
    "%TAG ! tag:x,2000:\n",
    "{{ x }}",
    "\"x\"",
    "'y'",
    "word",
    "two words",
];

const JSON: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"a\":", "\"b\"", "\"", "\\", "\\n", "\\u00e9", "\\ud83d", "1", "-", "0", ".5",
    "e9", "true", "null", " ", "\n", "\t", "//", "/*", "*/", "é", "\u{feff}", "'",
];

const OTHERS: &[&str] = &[
    "server",
    "{",
    "}",
    ";",
    " ",
    "\n",
    "listen 80",
    "\"",
    "'",
    "\\",
    "#",
    "${a}",
    "{{ b }}",
    "{% if %}",
    "FROM a AS b",
    "RUN x",
    "<<EOF",
    "EOF",
    "--flag=1",
    "[web]",
    "[web:vars]",
    "a=b",
    "ü",
    "\t",
    "x_by_lua_block",
    "a.io {\n",
    "\n}\n",
    "a.io,",
    "{$A:b c}",
    "`",
    "<<X\n",
    "\\\n",
    "frontend a\n",
    ".if x\n",
];

const DOTENV: &[&str] = &[
    "A", "B_2", "=", " = ", "\n", "\r\n", "export ", "'", "\"", "`", "$", "${B}", "${B:-c}", "#", " # ", " ", "\t",
    "\\n", "\\", "\\\n", "é", "\u{feff}", ":", "a b", "-",
];

fn words(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(select(known), 0..60).prop_map(|words| words.concat())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        words(YAML).prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![any::<String>(), select(YAML).prop_map(str::to_string)];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Into::into),
            btree_map(key, inner, 0..6).prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A value as YAML in blocks, with every string in double quotes.
fn block(value: &serde_json::Value, indent: usize, yaml: &mut String) {
    let mut entry = |head: &str, child: &serde_json::Value| {
        let nested = child.as_array().is_some_and(|list| !list.is_empty())
            || child.as_object().is_some_and(|map| !map.is_empty());
        yaml.push_str(&" ".repeat(indent));
        yaml.push_str(head);
        if nested {
            yaml.push_str(" # what follows\n\n");
            block(child, indent + 2, yaml);
        } else {
            yaml.push_str(&format!(" {child}\n"));
        }
    };
    match value {
        serde_json::Value::Array(list) => list.iter().for_each(|child| entry("-", child)),
        serde_json::Value::Object(map) => map.iter().for_each(|(key, child)| {
            let key = serde_json::Value::from(key.as_str());
            entry(&format!("{key}:"), child);
        }),
        scalar => yaml.push_str(&format!("{scalar}\n")),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0_usize..4).prop_map(Step::Index),
        select(&["a", "b", "", "word"][..]).prop_map(|key| Step::Key(key.into())),
    ];
    vec(step, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        for format in [
            Format::Yaml,
            Format::Json,
            Format::Dotenv,
            Format::Lines,
            Format::Nginx,
            Format::Caddyfile,
            Format::Haproxy,
            Format::Dockerfile,
            Format::Inventory,
            Format::Properties,
        ] {
            properties::check(format, &text);
        }
    }

    #[test]
    fn any_text_is_searched_for_secrets(text in any::<String>(), yaml in words(YAML)) {
        properties::check_secrets(&text);
        properties::check_secrets(&yaml);
    }

    #[test]
    fn any_yaml_is_read(text in words(YAML)) {
        properties::check(Format::Yaml, &text);
    }

    #[test]
    fn any_json_is_read(text in words(JSON)) {
        properties::check(Format::Json, &text);
    }

    #[test]
    fn any_env_file_is_read(text in words(DOTENV)) {
        properties::check(Format::Dotenv, &text);
        properties::check(Format::Lines, &text);
        properties::check(Format::Properties, &text);
    }

    #[test]
    fn any_file_of_a_proxy_an_image_or_an_inventory_is_read(text in words(OTHERS)) {
        for format in [Format::Nginx, Format::Caddyfile, Format::Haproxy, Format::Dockerfile, Format::Inventory] {
            properties::check(format, &text);
        }
    }

    #[test]
    fn any_route_is_followed_as_far_as_it_goes(text in words(YAML), steps in steps()) {
        properties::check_route(&text, &steps);
    }

    #[test]
    fn blocks_mean_what_they_were_written_from(values in vec(json(), 1..4)) {
        let mut text = String::new();
        for value in &values {
            text.push_str("---\n");
            match value.as_array().map(Vec::len).or(value.as_object().map(serde_json::Map::len)) {
                Some(0) => text.push_str(&format!("{value}\n")),
                _ => block(value, 0, &mut text),
            }
        }
        properties::check(Format::Yaml, &text);
        properties::check_contents(&text, &values);
    }

    #[test]
    fn json_means_the_same_to_both_readers(value in json(), pretty in any::<bool>()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        properties::check_json(&text);
    }
}
