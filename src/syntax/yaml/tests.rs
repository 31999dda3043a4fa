use super::*;
use crate::located::{Dialect, Value};

fn read(text: &str) -> Parsed {
    parse("a.yaml".into(), text.into(), Limits::default())
}

/// Every document as JSON, of a text without faults.
fn json(text: &str) -> Vec<serde_json::Value> {
    let parsed = read(text);
    assert_eq!(parsed.faults, [], "{text}");
    documents(&parsed)
}

fn documents(parsed: &Parsed) -> Vec<serde_json::Value> {
    parsed.located.documents().map(|root| serde_json::to_value(root).expect("a tree serialises")).collect()
}

fn source(value: Value<'_>) -> &str {
    &value.located().text[value.span().range()]
}

fn at<'a>(parsed: &'a Parsed, keys: &[&str]) -> Value<'a> {
    parsed.located.root().and_then(|root| root.path(keys)).expect("the keys lead to a value")
}

#[test]
fn spans_are_the_source_of_each_value() {
    let parsed = read(concat!(
        "plain: some text   # why\n",
        "single: 'it''s'\n",
        "double: \"a b\"\n",
        "flow: {list: [1, 2], gone: }\n",
        "block:\n  - 1\n  -\n  - a: é\n    b: |\n      two\n      lines\n\n\n# the end\n",
        "gone:\n",
        "folded: >-\n  one\n  line\n",
        "long: one\n  two\n",
    ));
    assert_eq!(parsed.faults, []);
    for (keys, expected) in [
        (&["plain"][..], "some text"),
        (&["single"], "'it''s'"),
        (&["double"], "\"a b\""),
        (&["flow"], "{list: [1, 2], gone: }"),
        (&["flow", "list"], "[1, 2]"),
        (&["flow", "gone"], ""),
        (&["block"], "- 1\n  -\n  - a: é\n    b: |\n      two\n      lines"),
        (&["gone"], ""),
        (&["folded"], "one\n  line"),
        (&["long"], "one\n  two"),
    ] {
        assert_eq!(source(at(&parsed, keys)), expected, "{keys:?}");
    }
    let item = at(&parsed, &["block"]).items().nth(2).expect("three items");
    assert_eq!(source(item), "a: é\n    b: |\n      two\n      lines");
    assert_eq!(item.get("b").and_then(Value::text), Some("two\nlines\n"));
    assert_eq!(at(&parsed, &["single"]).text(), Some("it's"));
    assert_eq!(at(&parsed, &["long"]).text(), Some("one two"));
    assert_eq!(at(&parsed, &["gone"]).text(), Some(""));
    let key = at(&parsed, &["gone"]).pointer();
    assert_eq!(&parsed.located.text[key.range()], "gone");
}

#[test]
fn routes_and_pointers_lead_to_what_can_be_seen() {
    let mut parsed = read("a: 1\n---\nb:\n  - k: &x\n      c: []\nd: *x\n");
    (parsed.located.numbered, parsed.located.section) = (true, "kubernetes");
    let root = parsed.located.documents().nth(1).expect("two documents");
    let list = root.get("d").and_then(|d| d.get("c")).expect("the anchored list");
    let route = serde_json::to_value(crate::located::At::from(list)).expect("a route serialises");
    assert_eq!(route, serde_json::json!(["kubernetes", "files", "a.yaml", 1, "b", 0, "k", "c"]));
    let text = |span: Span| &parsed.located.text[span.range()];
    assert_eq!(text(list.pointer()), "c");
    assert_eq!(text(root.pointer()), "b");
    assert_eq!(root.get("b").and_then(|b| b.items().next()).map(|item| text(item.pointer())), Some("k"));
    assert_eq!(root.get("d").map(|alias| text(alias.pointer())), Some("*x"));
    assert_eq!(list.key().map(Value::route), Some(list.route()));
}

#[test]
fn byte_order_mark_and_carriage_returns_are_no_content() {
    let parsed = read("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\nc:\td\r\n");
    assert_eq!(parsed.faults, []);
    assert_eq!(at(&parsed, &["a"]).span(), Span::new(6, 7));
    assert_eq!(at(&parsed, &["b"]).text(), Some("x\ny\n"));
    assert_eq!(source(at(&parsed, &["c"])), "d");
}

#[test]
fn block_scalars_keep_or_drop_their_last_breaks() {
    let text = "a: |\n  x\nb: |-\n  x\nc: |+\n  x\n\nd: >\n  x\n  y\n\n  z\ne: |2\n   x\n";
    assert_eq!(json(text), [serde_json::json!({"a": "x\n", "b": "x", "c": "x\n\n", "d": "x y\nz\n", "e": " x\n"})]);
}

#[test]
fn aliases_repeat_their_anchor_and_keep_their_own_place() {
    let parsed = read("a: &x {k: 1}\nb: *x\nc: [*x]\nd: &y text\n*y : e\n");
    assert_eq!(documents(&parsed)[0]["c"][0]["k"], 1);
    let alias = at(&parsed, &["b"]);
    assert!(alias.is_alias());
    assert_eq!(source(alias), "*x");
    assert_eq!(source(at(&parsed, &["b", "k"])), "1");
    assert_eq!(alias.route(), at(&parsed, &["a"]).route());
    assert_eq!(at(&parsed, &["text"]).text(), Some("e"));
}

#[test]
fn aliases_without_a_finished_anchor_are_faults() {
    for (text, place, word) in [
        ("a: *b\nb: &b 1\n", "*b", "anchored"),
        ("a: &a 1\n---\nb: *a\n", "*a", "anchored"),
        ("a: &a [1, *a]\n", "*a", "inside"),
        ("a: &a\n  <<: *a\n", "*a", "inside"),
    ] {
        let parsed = read(text);
        assert_eq!(parsed.faults.len(), 1, "{text}");
        assert_eq!(&text[parsed.faults[0].span.range()], place);
        assert!(parsed.faults[0].message.contains(word), "{}", parsed.faults[0].message);
        assert!(parsed.located.documents().last().is_some_and(Value::is_null), "{text}");
    }
}

#[test]
fn merge_keys_give_way_as_each_reader_has_it() {
    let text = concat!(
        "x: &x {a: 1, b: 2}\n",
        "before: {<<: *x, a: 5}\n",
        "after: {a: 5, <<: *x}\n",
        "several: {<<: [{a: 7, c: 3}, *x]}\n",
        "quoted: {\"<<\": 1}\n",
    );
    let mut parsed = read(text);
    assert_eq!(parsed.faults, []);
    for (dialect, after) in [(Dialect::Kubernetes, 1), (Dialect::Compose, 5)] {
        parsed.located.dialect = dialect;
        let json = documents(&parsed).remove(0);
        assert_eq!(json["before"], serde_json::json!({"a": 5, "b": 2}));
        assert_eq!(json["after"], serde_json::json!({"a": after, "b": 2}), "{dialect:?}");
        assert_eq!(json["several"], serde_json::json!({"a": 7, "b": 2, "c": 3}));
        assert_eq!(json["quoted"], serde_json::json!({"<<": 1}));
        assert_eq!(at(&parsed, &["after", "a"]).text(), Some(after.to_string().as_str()), "{dialect:?}");
        assert_eq!(at(&parsed, &["several", "a"]).text(), Some("7"));
    }
}

#[test]
fn what_readers_refuse_is_a_fault_of_its_document() {
    for (text, place) in [
        ("<<: 5\n", "5"),
        ("a: &a [1]\nb: {<<: *a}\n", "*a"),
        ("{a: 1}: 2\n", "{a: 1}"),
        ("image: {{ name }}\n", "{ name }"),
        ("? [a]\n: b\n", "[a]"),
    ] {
        let parsed = read(&format!("{text}---\nk: v\n"));
        assert_eq!(parsed.faults.len(), 1, "{text}: {:?}", parsed.faults);
        assert_eq!(&text[parsed.faults[0].span.range()], place);
        assert_eq!(documents(&parsed), [serde_json::Value::Null, serde_json::json!({"k": "v"})]);
    }
}

#[test]
fn of_duplicate_keys_the_last_counts_and_both_places_are_named() {
    let many: String = (0..20).map(|n| format!("k{n}: {n}\n")).collect();
    for text in ["a: 1\nb: 2\na: 3\n".to_string(), format!("a: 1\n{many}\"a\": 3\n")] {
        let parsed = read(&text);
        assert_eq!(at(&parsed, &["a"]).text(), Some("3"));
        assert_eq!(documents(&parsed)[0]["a"], 3);
        let [fault] = &parsed.faults[..] else { panic!("one fault: {:?}", parsed.faults) };
        assert_eq!(fault.message, "the key `a` stands twice in one mapping");
        assert_eq!(fault.related.as_ref().map(|related| related.0), Some(Span::new(0, 1)));
        assert_eq!(
            fault.span.start as usize,
            text.rfind("a\"").map_or_else(|| text.rfind('a').unwrap_or(0), |n| n - 1)
        );
    }
    assert_eq!(read("a: {k: 1}\nb: {k: 1}\n").faults, []);
}

#[test]
fn broken_documents_keep_the_numbers_of_the_others() {
    let null = serde_json::Value::Null;
    let doc = |n: i64| serde_json::json!({ "a": n });
    for (text, faults, expected) in [
        ("a: 0\n---\na: [1\n---\na: 2\n", 1, vec![doc(0), null.clone(), doc(2)]),
        ("a: 0\nb\n---\na: 1\n", 1, vec![null.clone(), doc(1)]),
        ("a: 0\n---\na: \"x\n---\na: 2\n", 1, vec![doc(0), null.clone(), doc(2)]),
        ("a: 0\n---\n@\n---\na: *x\n---\na: 3\n", 2, vec![doc(0), null.clone(), null.clone(), doc(3)]),
        ("a: 0\n...\n%YAML 9.9\n---\na: 1\n---\na: 2\n", 1, vec![doc(0), null.clone(), doc(2)]),
        ("a: 0\n...\n%FOO\nb: 1\n---\na: 2\n", 1, vec![doc(0), null.clone(), doc(2)]),
        ("a: 0\n---\n---\na: 2\n---\n", 0, vec![doc(0), null.clone(), doc(2), null.clone()]),
        ("# licence\n---\na: 0\n", 0, vec![doc(0)]),
        ("# nothing\n", 0, vec![]),
        ("", 0, vec![]),
    ] {
        let parsed = read(text);
        assert_eq!(parsed.faults.len(), faults, "{text}: {:?}", parsed.faults);
        assert_eq!(documents(&parsed), expected, "{text}");
    }
}

#[test]
fn syntax_faults_point_at_their_place() {
    for (text, place, help) in [
        ("a:\n\tb: 1\n", 4, "spaces"),
        ("a: [1, 2\n", 3, "bracket"),
        ("a: \"x\n", 3, "quotes"),
        ("a: 1\n b: 2\n", 7, "mend"),
    ] {
        let faults = read(text).faults;
        assert_eq!(faults[0].span.start, place, "{text}: {:?}", faults[0]);
        assert!(faults[0].help.contains(help), "{text}: {:?}", faults[0]);
    }
}

#[test]
fn tags_are_kept() {
    let parsed = read("a: !reset null\nb: !override\n  c: 1\nd: !!str 5\ne: !!int \"5\"\nf: ! 5\n");
    for (key, tag) in
        [("a", Some("!reset")), ("b", Some("!override")), ("d", Some("tag:yaml.org,2002:str")), ("f", Some("!"))]
    {
        assert_eq!(at(&parsed, &[key]).tag(), tag);
    }
    let json = serde_json::json!({"a": "null", "b": {"c": 1}, "d": "5", "e": 5, "f": "5"});
    assert_eq!(documents(&parsed), [json]);
}

#[test]
fn deep_nesting_is_a_quick_fault() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect(),
        "? ".repeat(100_000),
    ] {
        let parsed = read(&format!("{text}\n---\nk: v\n"));
        assert_eq!(parsed.faults[0].message, "is nested more than 256 deep");
        assert!(parsed.faults[0].help.contains("limits.depth"));
        assert_eq!(documents(&parsed), [serde_json::Value::Null, serde_json::json!({"k": "v"})]);
    }
    let deep = format!("{}{}", "[".repeat(256), "]".repeat(256));
    assert_eq!(read(&deep).faults, []);
}

#[test]
fn depth_counts_through_aliases() {
    let level = |n: usize| format!("- &a{n} {}*a{}{}\n", "[".repeat(50), n - 1, "]".repeat(50));
    let text = format!("- &a0 1\n{}", (1..10).map(level).collect::<String>());
    let parsed = read(&text);
    assert_eq!(parsed.faults.len(), 1);
    assert_eq!(parsed.faults[0].message, "is nested more than 256 deep");
    assert_eq!(&text[parsed.faults[0].span.range()], "*a5");
}

#[test]
fn alias_bombs_are_a_quick_fault_and_common_anchors_are_not() {
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    let bomb = |levels: usize| format!("a0: &a0 lol\n{}", (1..levels).map(level).collect::<String>());
    for levels in [6, 9, 30] {
        let parsed = read(&format!("{}---\nk: v\n", bomb(levels)));
        assert_eq!(parsed.faults.len(), 1, "{levels} levels");
        assert!(parsed.faults[0].help.contains("limits.expansion"), "{}", parsed.faults[0].help);
        assert_eq!(documents(&parsed), [serde_json::Value::Null, serde_json::json!({"k": "v"})]);
    }
    let common: String = (0..50).map(|n| format!("  k{n}: {n}\n")).collect();
    let services: String = (0..40).map(|n| format!("s{n}: {{<<: *common}}\n")).collect();
    assert_eq!(read(&format!("x: &common\n{common}{services}")).faults, []);
}

#[test]
fn too_many_nodes_end_the_reading() {
    let limits = Limits { nodes: 10, ..Limits::default() };
    let text = "[1, 2]\n---\n[1, 2, 3, 4, 5, 6, 7, 8]\n---\n[1]\n";
    let parsed = parse("a.yaml".into(), text.into(), limits);
    assert_eq!(parsed.faults.len(), 1);
    assert!(parsed.faults[0].help.contains("limits.nodes"), "{}", parsed.faults[0].help);
    assert_eq!(documents(&parsed), [serde_json::json!([1, 2])]);
}

#[test]
fn a_file_full_of_faults_reports_the_first_hundred() {
    let parsed = read(&"a: *b\n---\n".repeat(250));
    assert_eq!(parsed.faults.len(), 100);
    assert!(parsed.faults[99].help.contains("150 more"), "{}", parsed.faults[99].help);
    assert_eq!(parsed.located.documents().len(), 251);
}
