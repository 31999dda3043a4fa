//! Files of properties of Java to a located tree: one mapping from names to texts.
//!
//! Source: <https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)>. A
//! name ends at `=`, `:` or a blank; a backslash takes the meaning from the sign behind it, and at the end of a line goes on
//! with the next. A text with one has [`Style::Block`], since what it says is not what is written.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Faults, Parsed};

/// Reads properties; every line means something, so there are no faults but those of size.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let built = build(&mut builder, &text).and_then(|()| builder.finish());
    Parsed::of(built, Faults::default(), limits, Dialect::Text)
}

fn build(builder: &mut Builder, text: &str) -> Result<(), Excess> {
    builder.open(true, 0, None, 0)?;
    let mut start = 0;
    while start < text.len() {
        let end = start + line(&text[start..]);
        let from = start + blanks(&text[start..end]);
        let said = text[from..end].trim_end_matches(['\n', '\r']);
        if !said.is_empty() && !said.starts_with(['#', '!']) {
            entry(builder, from, said)?;
        }
        start = match said.starts_with(['#', '!']) {
            // A comment is never continued.
            true => start + text[start..].find('\n').map_or(text.len() - start, |end| end + 1),
            false => end,
        };
    }
    builder.close(Some(text.len()))
}

/// Bytes of a line with those that continue it.
fn line(text: &str) -> usize {
    let mut length = 0;
    for part in text.split_inclusive('\n') {
        length += part.len();
        let part = part.trim_end_matches(['\n', '\r']);
        let backslashes = part.len() - part.trim_end_matches('\\').len();
        if backslashes % 2 == 0 {
            break;
        }
    }
    length
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn entry(builder: &mut Builder, from: usize, said: &str) -> Result<(), Excess> {
    let mut escaped = false;
    let ends = |c: char| {
        let ends = !escaped && matches!(c, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = c == '\\' && !escaped;
        ends
    };
    let name = said.find(ends).unwrap_or(said.len());
    let mut rest = said[name..].trim_start();
    if let Some(behind) = rest.strip_prefix(['=', ':']) {
        rest = behind.trim_start();
    }
    let value = from + said.len() - rest.len();
    scalar(builder, from, &said[..name])?;
    scalar(builder, value, rest)
}

fn scalar(builder: &mut Builder, from: usize, text: &str) -> Result<(), Excess> {
    let span = Span::new(from, from + text.len());
    match text.contains('\\') {
        true => builder.scalar_owned(span, &unescaped(text), Style::Block, None, 0),
        false => builder.scalar_in_source(span, span, Style::Plain, None, 0),
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut signs = after.chars();
        match signs.next() {
            Some('\n' | '\r') => {
                rest = after.trim_start();
                continue;
            }
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let code = after.get(1..5).and_then(|code| u32::from_str_radix(code, 16).ok());
                if let Some(sign) = code.and_then(char::from_u32) {
                    out.push(sign);
                    rest = &after[5..];
                    continue;
                }
                out.push('u');
            }
            Some(sign) => out.push(sign),
            None => {}
        }
        rest = signs.as_str();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Value;

    #[test]
    fn names_and_values() {
        let text = concat!(
            "# a comment \\\n! another\n  a.b = one two \n\nc:3\nd 4\ne=x\\\n   y\nf\\:g = \\u00e9\\t\\\\\nempty=\nalone\n",
            "url=jdbc:pg://h/d?a=b#c\n",
        );
        let parsed = parse("a.properties".into(), text.into(), Limits::default());
        assert_eq!(parsed.faults, []);
        let root = parsed.located.root().expect("there is one");
        let found: Vec<(&str, &str)> =
            root.entries().into_iter().map(|(name, value)| (name, Value::text(value).expect("it is text"))).collect();
        let expected = [
            ("a.b", "one two "),
            ("c", "3"),
            ("d", "4"),
            ("e", "xy"),
            ("f:g", "é\t\\"),
            ("empty", ""),
            ("alone", ""),
            ("url", "jdbc:pg://h/d?a=b#c"),
        ];
        assert_eq!(found, expected);
        let url = root.get("url").expect("it is there").span();
        assert_eq!(&text[url.range()], "jdbc:pg://h/d?a=b#c");
    }
}
