//! JSON, with or without comments, to [`Located`].

use std::sync::Arc;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Range;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use crate::located::{Builder, Dialect, Excess, Limits, Located, Span, Style};
use crate::syntax::{Fault, Parsed, duplicate_faults};

/// Comments and trailing commas are accepted, since people write them; nothing else beyond JSON is.
const LENIENCY: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads one JSON value. A broken text gives one fault and an empty tree.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut parsed = Parsed::default();
    match read(path, &text, limits) {
        Ok(located) => {
            parsed.faults = duplicate_faults(&located);
            parsed.located = located;
        }
        Err(fault) => parsed.faults.push(fault),
    }
    parsed.located.dialect = Dialect::Json;
    parsed
}

fn read(path: Arc<str>, text: &Arc<str>, limits: Limits) -> Result<Located, Fault> {
    // The parser recurses, so depth is measured before it runs.
    if depth(text) > limits.depth {
        return Err(Excess::Depth.fault(limits));
    }
    let options = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let mut builder = Builder::new(path, text.clone(), limits);
    let result = parse_to_ast(text, &options, &LENIENCY).map_err(|error| Fault {
        span: span(error.range()),
        related: None,
        message: format!("is no valid JSON: {}", error.kind()),
        help: "mend the file at this place".to_string(),
    })?;
    let built = match &result.value {
        Some(value) => add(&mut builder, value, text),
        None => Ok(()),
    };
    built.and_then(|()| builder.finish()).map_err(|excess| excess.fault(limits))
}

fn add(builder: &mut Builder, value: &Value<'_>, text: &str) -> Result<(), Excess> {
    match value {
        Value::StringLit(literal) => string(builder, literal.range, &literal.value, text),
        Value::NumberLit(literal) => bare(builder, literal.range),
        Value::BooleanLit(literal) => bare(builder, literal.range),
        Value::NullKeyword(literal) => bare(builder, literal.range),
        Value::Array(array) => {
            builder.open(false, array.range.start, None, 0)?;
            for element in &array.elements {
                add(builder, element, text)?;
            }
            builder.close(Some(array.range.end))
        }
        Value::Object(object) => {
            builder.open(true, object.range.start, None, 0)?;
            for property in &object.properties {
                match &property.name {
                    ObjectPropName::String(name) => string(builder, name.range, &name.value, text)?,
                    ObjectPropName::Word(name) => bare(builder, name.range)?,
                }
                add(builder, &property.value, text)?;
            }
            builder.close(Some(object.range.end))
        }
    }
}

fn string(builder: &mut Builder, range: Range, value: &str, text: &str) -> Result<(), Excess> {
    let inner = Span::new(range.start + 1, range.end.saturating_sub(1).max(range.start + 1));
    if text.get(inner.range()) == Some(value) {
        builder.scalar_in_source(span(range), inner, Style::DoubleQuoted, None, 0)
    } else {
        builder.scalar_owned(span(range), value, Style::DoubleQuoted, None, 0)
    }
}

fn bare(builder: &mut Builder, range: Range) -> Result<(), Excess> {
    builder.scalar_in_source(span(range), span(range), Style::Plain, None, 0)
}

fn span(range: Range) -> Span {
    Span::new(range.start, range.end)
}

/// Deepest nesting of brackets outside strings; those in comments count too, which errs on the safe side.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        parse("a.json".into(), text.into(), Limits::default())
    }

    #[test]
    fn comments_and_trailing_commas_are_read_with_exact_spans() {
        let parsed = read("{ // why\n  \"a\\n\": [1, true, null, \"x\"],\n}");
        assert_eq!(parsed.faults, []);
        let root = parsed.located.root().expect("a root");
        let list = root.get("a\n").expect("the key, unescaped");
        let texts: Vec<&str> = list.items().map(|item| &parsed.located.text[item.span().range()]).collect();
        assert_eq!(texts, ["1", "true", "null", "\"x\""]);
    }

    #[test]
    fn what_is_no_json_is_one_fault_at_its_place() {
        for (text, at) in [("{\"a\" 1}", 5), ("{'a': 1}", 1), ("[1 2]", 2), ("{\"a\": 0x1}", 6)] {
            let faults = read(text).faults;
            assert_eq!(faults.len(), 1, "{text}");
            assert_eq!(faults[0].span.start, at, "{text}: {}", faults[0].message);
        }
        assert_eq!(read(&"[".repeat(100_000)).faults[0].message, "is nested more than 256 deep");
    }

    #[test]
    fn duplicate_keys_are_reported_with_both_places() {
        let parsed = read("{\"a\": 1, \"a\": 2}");
        assert_eq!(parsed.faults.len(), 1);
        assert_eq!(parsed.faults[0].span, Span::new(9, 12));
        assert_eq!(parsed.faults[0].related.as_ref().map(|related| related.0), Some(Span::new(1, 4)));
        assert_eq!(parsed.located.root().and_then(|root| root.get("a")).and_then(|a| a.text()), Some("2"));
    }
}
