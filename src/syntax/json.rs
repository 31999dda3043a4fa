//! JSON, with or without comments, to [`Located`].

use std::sync::Arc;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use crate::located::{Builder, Dialect, Excess, Limits, Located, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

/// Reads one JSON value; in a `.jsonc` file comments and trailing commas too. A broken text gives one fault and an
/// empty tree.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut faults = Faults::default();
    let mut located = read(path, &text, limits).unwrap_or_else(|fault| {
        faults.push(fault);
        Located::default()
    });
    faults.add_duplicate_keys(&located);
    located.dialect = Dialect::Json;
    Parsed { located, faults: faults.finish() }
}

/// What is read beyond JSON. The parser's default is to read all of it, so each is named.
fn leniency(commented: bool) -> ParseOptions {
    ParseOptions {
        allow_comments: commented,
        allow_trailing_commas: commented,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn read(path: Arc<str>, text: &Arc<str>, limits: Limits) -> Result<Located, Fault> {
    let options = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let leniency = leniency(path.ends_with(".jsonc"));
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { builder: Builder::new(path, text.clone(), limits), text, mark: text.len() - json.len() };
    let root = parse_to_ast(json, &options, &leniency).map_err(|error| {
        let span = reader.span(error.range());
        // The parser recurses and so has a limit of its own, 512.
        if matches!(error.kind(), ParseErrorKind::NestingDepthExceeded) {
            return Fault { span, ..Excess::Depth.fault(limits) };
        }
        let message = format!("is no valid JSON: {}", error.kind());
        Fault { span, related: None, message, help: "mend the file at this place".to_string() }
    })?;
    let mut at = Span::default();
    let built = root.value.iter().try_for_each(|value| reader.add(value, &mut at));
    let finished = built.and_then(|()| reader.builder.finish());
    finished.map_err(|excess| Fault { span: at, ..excess.fault(limits) })
}

struct Reader<'t> {
    builder: Builder,
    text: &'t str,
    /// Bytes of the byte order mark, which the parser does not see.
    mark: usize,
}

impl Reader<'_> {
    /// Adds a value; `at` is the place of what was added last.
    fn add(&mut self, value: &Value<'_>, at: &mut Span) -> Result<(), Excess> {
        let span = self.span(value.range());
        *at = Span { end: span.start, ..span };
        match value {
            Value::StringLit(literal) => self.string(literal.range, &literal.value),
            Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => self.bare(span),
            Value::Array(array) => {
                self.builder.open(false, span.start as usize, None, 0)?;
                for element in &array.elements {
                    self.add(element, at)?;
                }
                self.builder.close(Some(span.end as usize))
            }
            Value::Object(object) => {
                self.builder.open(true, span.start as usize, None, 0)?;
                for property in &object.properties {
                    match &property.name {
                        ObjectPropName::String(name) => self.string(name.range, &name.value)?,
                        ObjectPropName::Word(name) => self.bare(self.span(name.range))?,
                    }
                    self.add(&property.value, at)?;
                }
                self.builder.close(Some(span.end as usize))
            }
        }
    }

    fn string(&mut self, range: Range, value: &str) -> Result<(), Excess> {
        let span = self.span(range);
        let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1) };
        if self.text.get(inner.range()) == Some(value) {
            self.builder.scalar_in_source(span, inner, Style::DoubleQuoted, None, 0)
        } else {
            self.builder.scalar_owned(span, value, Style::DoubleQuoted, None, 0)
        }
    }

    fn bare(&mut self, span: Span) -> Result<(), Excess> {
        self.builder.scalar_in_source(span, span, Style::Plain, None, 0)
    }

    /// A range of the parser in the text, widened to whole characters.
    fn span(&self, range: Range) -> Span {
        let (mut start, mut end) = (range.start + self.mark, range.end + self.mark);
        start = start.min(self.text.len());
        end = end.clamp(start, self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        Span::new(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        parse("a.json".into(), text.into(), Limits::default())
    }

    #[test]
    fn every_kind_of_value_has_its_exact_span() {
        let parsed = read("\u{feff}{\"a\\n\": [1, true, null, \"x\", -1.5e3, {}, []], \"é\": \"é\"}");
        assert_eq!(parsed.faults, []);
        let root = parsed.located.root().expect("a root");
        let list = root.get("a\n").expect("the key, unescaped");
        let sources: Vec<&str> = list.items().map(|item| &parsed.located.text[item.span().range()]).collect();
        assert_eq!(sources, ["1", "true", "null", "\"x\"", "-1.5e3", "{}", "[]"]);
        let json = serde_json::to_value(root).expect("a tree serialises");
        assert_eq!(json, serde_json::json!({"a\n": [1, true, null, "x", -1500.0, {}, []], "é": "é"}));
    }

    #[test]
    fn comments_and_trailing_commas_are_jsonc() {
        let text = "{ // why\n  \"a\": [1, 2,], /* so */ }";
        let jsonc = parse("a.jsonc".into(), text.into(), Limits::default());
        assert_eq!(jsonc.faults, []);
        assert_eq!(jsonc.located.root().and_then(|root| root.get("a")).map(|a| a.items().count()), Some(2));
        assert_eq!(read(text).faults[0].span.start, 2);
        assert_eq!(read("[1,]").faults.len(), 1);
    }

    #[test]
    fn what_is_no_json_is_one_fault_at_its_place() {
        for (text, at) in [
            ("{\"a\" 1}", 5),
            ("{'a': 1}", 1),
            ("{a: 1}", 1),
            ("[1 2]", 2),
            ("{\"a\": 0x1}", 6),
            ("[0644]", 2),
            ("[.5]", 1),
            ("[+1]", 1),
            ("[NaN]", 1),
            ("{\"a\": ", 6),
            ("[\"a", 1),
            ("{} {}", 3),
            ("[é]", 1),
        ] {
            let parsed = read(text);
            assert_eq!(parsed.faults.len(), 1, "{text}");
            assert!(parsed.located.is_empty(), "{text}");
            assert_eq!(parsed.faults[0].span.start, at, "{text}: {}", parsed.faults[0].message);
        }
    }

    #[test]
    fn limits_are_faults_that_name_their_key() {
        for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[".repeat(300) + &"]".repeat(300)] {
            let faults = read(&text).faults;
            assert_eq!(faults[0].message, "is nested more than 256 deep");
            assert!(faults[0].help.contains("limits.depth"), "{}", faults[0].help);
        }
        let few = Limits { nodes: 10, ..Limits::default() };
        let parsed = parse("a.json".into(), "[1,2,3,4,5,6,7,8,9,10]".into(), few);
        assert!(parsed.faults[0].help.contains("limits.nodes"), "{}", parsed.faults[0].help);
        assert_eq!(parsed.faults[0].span.start, 19);
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
