//! Env files to a located tree: one mapping from names to texts, as compose reads them.
//!
//! The text of a value is what stands between its quotes with escapes undone. `$NAME` is left as it is, because who
//! uses the value expands it; [`Style::SingleQuoted`] tells that nothing is to be expanded, and `\$` in double quotes
//! becomes the `$$` that expands to one dollar. A name without `=` has an empty value with the tag [`UNSET`]. Of a name
//! that is set twice the last value counts, as [`Value::get`](crate::located::Value::get) has it.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

/// Tag of a name that stands alone: it is taken from elsewhere, or not set at all.
pub const UNSET: &str = "!unset";

/// Reads an env file. A line that is no assignment is a fault; the others are read.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let mut reader = Reader { text: &text, at: 0, faults: Faults::default() };
    let built = reader.read(&mut builder).and_then(|()| builder.finish());
    Parsed::of(built, reader.faults, limits, Dialect::Text)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    faults: Faults,
}

/// A value: its span with quotes, and its text if that differs from what stands between them.
struct Found {
    span: Span,
    inner: Span,
    text: Option<String>,
    style: Style,
}

impl Reader<'_> {
    fn read(&mut self, builder: &mut Builder) -> Result<(), Excess> {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        builder.open(true, self.at, None, 0)?;
        while self.at < self.text.len() {
            self.line(builder)?;
        }
        builder.close(Some(self.text.len()))
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip(&mut self, blank: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(blank).len();
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
    }

    fn line(&mut self, builder: &mut Builder) -> Result<(), Excess> {
        self.skip(char::is_whitespace);
        if self.rest().is_empty() {
            return Ok(());
        }
        if self.rest().starts_with('#') {
            self.skip_line();
            return Ok(());
        }
        if let Some(after) = self.rest().strip_prefix("export")
            && after.starts_with([' ', '\t'])
        {
            self.at += "export".len();
            self.skip(|c| c == ' ' || c == '\t');
        }
        let start = self.at;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
        let length = self.rest().find(|c| !is_name(c)).unwrap_or(self.rest().len());
        let name = Span::new(start, start + length);
        self.at += length;
        self.skip(|c| c == ' ' || c == '\t');
        let next = self.rest().chars().next();
        if length > 0 && matches!(next, Some('=' | ':')) {
            self.at += 1;
            self.skip(|c| c == ' ' || c == '\t');
            let value = self.value();
            builder.scalar_in_source(name, name, Style::Plain, None, 0)?;
            return match &value.text {
                None => builder.scalar_in_source(value.span, value.inner, value.style, None, 0),
                Some(text) => builder.scalar_owned(value.span, text, value.style, None, 0),
            };
        }
        if length > 0 && matches!(next, None | Some('\n' | '\r')) {
            let empty = Span::new(start + length, start + length);
            builder.scalar_in_source(name, name, Style::Plain, None, 0)?;
            builder.scalar_in_source(empty, empty, Style::Plain, Some(UNSET.to_string()), 0)?;
            self.skip_line();
            return Ok(());
        }
        let end = start + self.text[start..].find(['\n', '\r']).unwrap_or(self.text.len() - start);
        self.faults.push(Fault {
            span: Span::new(start, end),
            related: None,
            message: "the line is no assignment".to_string(),
            help: "write NAME=value, or begin the line with `#`".to_string(),
        });
        self.at = end;
        self.skip_line();
        Ok(())
    }

    fn value(&mut self) -> Found {
        match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => {
                if let Some(found) = self.quoted(quote) {
                    return found;
                }
                let line = self.rest().find('\n').unwrap_or(self.rest().len());
                self.faults.push(Fault {
                    span: Span::new(self.at, self.at + 1),
                    related: None,
                    message: "the quote is never closed".to_string(),
                    help: "close it, or leave it out".to_string(),
                });
                let span = Span::new(self.at, self.at + self.text[self.at..self.at + line].trim_end().len());
                self.at += line;
                Found { span, inner: span, text: None, style: Style::Plain }
            }
            _ => self.unquoted(),
        }
    }

    fn unquoted(&mut self) -> Found {
        let start = self.at;
        let line = self.rest().find('\n').unwrap_or(self.rest().len());
        let raw = &self.text[start..start + line];
        // Only a space makes the `#` after it a comment; one that begins the value belongs to it.
        let end = raw.find(" #").unwrap_or(raw.len());
        let length = raw[..end].trim_end().len();
        self.at = start + line;
        let span = Span::new(start, start + length);
        Found { span, inner: span, text: None, style: Style::Plain }
    }

    /// A quoted value, which may go over several lines; None if its quote is never closed.
    fn quoted(&mut self, quote: char) -> Option<Found> {
        let start = self.at;
        let mut close = None;
        let mut escaped = false;
        for (at, c) in self.text[start + 1..].char_indices() {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == quote {
                close = Some(start + 1 + at);
                break;
            }
        }
        let close = close?;
        let inner = Span::new(start + 1, close);
        let raw = &self.text[start + 1..close];
        let (style, text) = if quote == '\'' {
            (Style::SingleQuoted, raw.contains("\\'").then(|| raw.replace("\\'", "'")))
        } else {
            (Style::DoubleQuoted, raw.contains('\\').then(|| unescape(raw)))
        };
        // What follows on the line is read as compose does: a comment, or the next assignment.
        self.at = close + 1;
        Some(Found { span: Span::new(start, close + 1), inner, text, style })
    }
}

/// The escapes that compose undoes in double quotes; others stay as they are.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let escaped = after.chars().next();
        match escaped {
            Some('a') => text.push('\u{7}'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('v') => text.push('\u{b}'),
            Some('$') => text.push_str("$$"),
            Some(c @ ('"' | '\\')) => text.push(c),
            Some('0') => {
                let digits = &after[1..];
                let length = digits.bytes().take(3).take_while(u8::is_ascii_digit).count();
                let (digits, next) = digits.split_at(length);
                // The zero only marks a character's number in three octal digits; of any other number it is dropped.
                match u8::from_str_radix(digits, 8) {
                    Ok(code) if length == 3 => text.push(char::from(code)),
                    _ => text.extend(["\\", digits]),
                }
                rest = next;
                continue;
            }
            Some(c) => text.extend(['\\', c]),
            None => text.push('\\'),
        }
        rest = &after[escaped.map_or(0, char::len_utf8)..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, usize) {
        let parsed = parse(".env".into(), text.into(), Limits::default());
        let root = parsed.located.root().expect("a mapping, even of an empty file");
        let pairs = root
            .entries()
            .into_iter()
            .map(|(name, value)| {
                let mark = if value.tag() == Some(UNSET) { "UNSET" } else { "" };
                (name.to_string(), format!("{mark}{}", value.text().unwrap_or_default()))
            })
            .collect();
        (pairs, parsed.faults.len())
    }

    #[test]
    fn the_forms_that_people_write() {
        for (text, expected) in [
            ("A=1", "1"),
            ("export A=1", "1"),
            ("A = 1 ", "1"),
            ("A: 1", "1"),
            ("A=a#b", "a#b"),
            ("A=a b # why", "a b"),
            ("A=a\t# b", "a\t# b"),
            ("A=#why", "#why"),
            ("A=", ""),
            ("A", "UNSET"),
            ("A='a $B \"c\"' # why", "a $B \"c\""),
            ("A=\"a\\n$B # c\"", "a\n$B # c"),
            ("A=\"one\ntwo\"", "one\ntwo"),
            ("\u{feff}A=1\r\n", "1"),
            ("A=1\nA=2", "2"),
            ("A=\"it\\\"s\"", "it\"s"),
            ("A=\"a\\'b\\x\"", "a\\'b\\x"),
            ("A=\"\\0101\\07\\0999\\v\"", "A\\7\\999\u{b}"),
            ("A=\"\\$B \\\\$C\"", "$$B \\$C"),
            ("A='it\\'s \\n \\$B'", "it's \\n \\$B"),
            ("A=p@ss=word==", "p@ss=word=="),
        ] {
            assert_eq!(read(text), (vec![("A".to_string(), expected.to_string())], 0), "{text:?}");
        }
        assert_eq!(read(""), (Vec::new(), 0));
    }

    #[test]
    fn after_a_quoted_value_comes_a_comment_or_the_next_assignment() {
        let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
        assert_eq!(read("A=\"1\"# why\nB='2'C=3"), (vec![pair("A", "1"), pair("B", "2"), pair("C", "3")], 0));
        assert_eq!(read("A=\"1\";\nB=2"), (vec![pair("A", "1"), pair("B", "2")], 1));
    }

    #[test]
    fn of_a_name_that_is_set_twice_both_places_can_be_read() {
        let parsed = parse(".env".into(), "A=1\nA=2".into(), Limits::default());
        let pairs = parsed.located.duplicate_keys().map(|(first, later)| (first.span().start, later.span().start));
        assert_eq!((pairs.collect::<Vec<_>>(), parsed.faults), (vec![(0, 4)], Vec::new()));
    }

    #[test]
    fn spans_hold_quotes_and_leave_out_comments() {
        let text = "\u{feff}A = \"x y\" # c\r\nB= p q  # c\r\n";
        let parsed = parse(".env".into(), text.into(), Limits::default());
        let root = parsed.located.root().expect("the file has lines");
        let written = |name| root.get(name).map(|value| &text[value.span().range()]);
        assert_eq!((written("A"), written("B")), (Some("\"x y\""), Some("p q")));
    }

    #[test]
    fn faults_of_a_hostile_file_are_bounded() {
        let parsed = parse(".env".into(), "?\n".repeat(5_000).into(), Limits::default());
        assert!((1..=100).contains(&parsed.faults.len()));
    }

    #[test]
    fn a_broken_line_is_a_fault_and_the_others_are_read() {
        let (pairs, faults) = read("A=1\nnot an assignment\nB=\"open\nC=3\n");
        assert_eq!(faults, 2);
        assert_eq!(pairs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    }
}
