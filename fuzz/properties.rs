//! What holds for every text that is read, whatever it says. `tests/syntax.rs` tries it on generated text in
//! `cargo test`, the fuzz targets on whatever libFuzzer finds.

use plimsoll::located::{Dialect, Kind, Limits, Located, Span, Step, Style, Value};
use plimsoll::syntax::{Format, Parsed, parse};

/// Nodes of a text whose routes are followed, which costs a look at all their neighbours.
const ROUTES: usize = 500;

/// Reads a text and checks what was read.
pub fn check(format: Format, text: &str) {
    let path = if format == Format::Json { "dir/a.jsonc" } else { "dir/a" };
    let mut parsed = parse(format, path.into(), text.into(), Limits::default());
    parsed.located.section = "files";
    parsed.located.numbered = format == Format::Yaml;
    check_faults(&parsed, text);
    let mut routes = ROUTES;
    for root in parsed.located.documents() {
        check_value(root, text, &mut routes);
    }
    if format == Format::Yaml {
        parsed.located.dialect = Dialect::Compose;
    }
    let documents: Vec<Value<'_>> = parsed.located.documents().collect();
    serde_json::to_string(&documents).expect("every tree serialises");
}

/// Looks for secrets in a text, however it may be written: each stands inside it, and no two overlap.
pub fn check_secrets(text: &str) {
    for path in ["a.yaml", "a.json", "a.py", ".env", "Dockerfile", "a.xml", "a.md", "a.sh"] {
        let found = plimsoll::secrets::scan(path, text);
        for detection in &found {
            assert!(text.get(detection.span.range()).is_some_and(|secret| !secret.is_empty()), "{path}: {text}");
        }
        assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{path}: {text}");
    }
}

/// Reads a text and follows a route that may or may not lead somewhere.
pub fn check_route(text: &str, steps: &[Step]) {
    let mut parsed = parse(Format::Yaml, "a".into(), text.into(), Limits::default());
    parsed.located.numbered = true;
    let (value, used) = parsed.located.resolve(steps);
    assert!(used <= steps.len());
    assert_eq!(parsed.located.resolve(&steps[..used]), (value, used), "the steps that existed lead there again");
}

/// A text of YAML means these documents.
pub fn check_contents(text: &str, documents: &[serde_json::Value]) {
    let yaml = parse(Format::Yaml, "a.yaml".into(), text.into(), Limits::default());
    assert_eq!(yaml.faults, [], "{text}");
    assert_eq!(contents(&yaml.located), documents, "{text}");
}

/// What is JSON means the same to both readers, as far as YAML can hold it: control characters it cannot.
pub fn check_json(text: &str) {
    if text.contains(|c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}')) {
        return;
    }
    let json = parse(Format::Json, "a.json".into(), text.into(), Limits::default());
    let yaml = parse(Format::Yaml, "a.yaml".into(), text.into(), Limits::default());
    assert_eq!(json.faults, [], "{text}");
    assert_eq!(yaml.faults, [], "{text}");
    assert_eq!(contents(&json.located), contents(&yaml.located), "{text}");
    let spans = |located: &Located| located.documents().flat_map(spans).collect::<Vec<_>>();
    assert_eq!(spans(&json.located), spans(&yaml.located), "{text}");
}

fn contents(located: &Located) -> Vec<serde_json::Value> {
    located.documents().map(|root| serde_json::to_value(root).expect("every tree serialises")).collect()
}

fn spans(value: Value<'_>) -> Vec<Span> {
    let children = value.items().chain(value.entries().into_iter().map(|(_, child)| child));
    let below = children.flat_map(|child| child.key().map(Value::span).into_iter().chain(spans(child)));
    std::iter::once(value.span()).chain(below).collect()
}

fn check_faults(parsed: &Parsed, text: &str) {
    for fault in &parsed.faults {
        check_span(fault.span, text);
        fault.related.iter().for_each(|(span, _)| check_span(*span, text));
        assert!(!fault.message.is_empty() && !fault.help.is_empty());
    }
}

fn check_span(span: Span, text: &str) {
    assert!(text.get(span.range()).is_some(), "{span:?} is no part of {text:?}");
}

fn check_value(value: Value<'_>, text: &str, routes: &mut usize) {
    let span = value.span();
    check_span(span, text);
    check_span(value.pointer(), text);
    if *routes > 0 && !value.is_alias() {
        *routes -= 1;
        let route = value.route();
        let steps = &route[3..];
        let (found, used) = value.located().resolve(steps);
        assert_eq!((found.map(Value::resolved), used), (Some(value), steps.len()), "{route:?} in {text:?}");
    }
    if value.is_alias() {
        return;
    }
    let children: Vec<Value<'_>> = match value.kind() {
        Kind::Scalar => return check_scalar(value, text),
        Kind::Sequence => value.items().collect(),
        Kind::Mapping => value.entries().into_iter().map(|(_, child)| child).collect(),
    };
    // What a merge key brings in stands elsewhere and is checked there.
    for child in children.into_iter().filter(|child| child.parent() == Some(value)) {
        let first = child.key().unwrap_or(child).span();
        check_span(first, text);
        assert!(span.start <= first.start && child.span().end <= span.end, "{child:?} in {value:?} of {text:?}");
        assert!(child.key().is_none() || first.end <= child.span().start, "{first:?} before {child:?} of {text:?}");
        check_value(child, text, routes);
    }
}

fn check_scalar(value: Value<'_>, text: &str) {
    let source = &text[value.span().range()];
    let one_line = !source.contains(['\n', '\r']);
    match value.style() {
        Style::Plain if one_line => assert_eq!(value.text(), Some(source), "of {text:?}"),
        Style::SingleQuoted => assert!(source.starts_with('\'') && source.ends_with('\''), "{source:?} of {text:?}"),
        Style::DoubleQuoted => assert!(source.starts_with('"') && source.ends_with('"'), "{source:?} of {text:?}"),
        Style::Plain | Style::Block => {}
    }
    assert!(value.scalar().is_some());
}
