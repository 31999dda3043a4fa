//! Ansible inventories in INI to a located tree: a sequence of sections, each a mapping with `section` (its name, "" before
//! the first) and `entries`; an entry has a `name`, `vars` and, where one stands behind the name of a host, a `port`.
//!
//! Grammar: <https://docs.ansible.com/projects/ansible/latest/collections/ansible/builtin/ini_inventory.html>. Lines of a
//! `:vars` section have one variable each; lines of others begin with a host or group, `name=value` behind it, with quotes
//! and comments as in a shell. A value is then a literal of Python if it looks like one, else text.

use std::ops::Range;
use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::python::{self, Literal};
use crate::syntax::{Fault, Faults, Parsed};

pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let mut faults = Faults::default();
    let built = read(&text, &mut builder, &mut faults).and_then(|()| builder.finish());
    Parsed::of(built, faults, limits, Dialect::Python)
}

/// A host and the port behind it, as bytes of `host:22` or `[::1]:22`; None if no port is there.
pub fn split_port(pattern: &str) -> Option<(Range<usize>, Range<usize>)> {
    let (host, port) = pattern.rsplit_once(':')?;
    let ports = host.len() + 1..pattern.len();
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if let Some(inner) = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        let is_address =
            inner.chars().all(|c| c.is_alphanumeric() || ".:-_[]".contains(c)) && inner.contains([':', '.']);
        return is_address.then(|| (1..host.len() - 1, ports));
    }
    // Colons of a range stand in brackets; others are those of an address that has no port.
    let mut inside = false;
    let is_sound = host.chars().all(|c| {
        inside = if inside { c != ']' } else { c == '[' };
        inside || c.is_alphanumeric() || "-_.]".contains(c)
    });
    (is_sound && !host.is_empty()).then_some((0..host.len(), ports))
}

fn read(text: &str, builder: &mut Builder, faults: &mut Faults) -> Result<(), Excess> {
    builder.open(false, 0, None, 0)?;
    section(builder, Span::new(0, 0), "")?;
    let mut kind = "";
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = content.strip_prefix('[') {
            let Some((name, behind)) = rest.split_once(']') else {
                faults.push(fault(start, content, "the name of the section is never closed", "close it with `]`"));
                continue;
            };
            // An address in brackets with its port is a host.
            if !behind.starts_with(':') {
                close(builder, start)?;
                section(builder, Span::new(start + 1, start + 1 + name.len()), name)?;
                kind = name.split_once(':').map_or("", |(_, kind)| kind);
                continue;
            }
        }
        if kind == "vars" {
            let word = Word::plain(text, start..start + content.len());
            entry(builder, &word, std::slice::from_ref(&word), false)?;
            continue;
        }
        let (words, is_closed) = words(text, start..start + content.len());
        if !is_closed && kind.is_empty() {
            faults.push(fault(start, content, "the quotes of a variable are never closed", "close them"));
        }
        if let Some((name, assignments)) = words.split_first() {
            entry(builder, name, assignments, kind.is_empty())?;
        }
    }
    close(builder, text.len())?;
    builder.close(Some(text.len()))
}

fn fault(start: usize, content: &str, message: &str, help: &str) -> Fault {
    let span = Span::new(start, start + content.len());
    Fault { span, related: None, message: message.to_string(), help: help.to_string() }
}

fn section(builder: &mut Builder, span: Span, name: &str) -> Result<(), Excess> {
    builder.open(true, span.start as usize, None, 0)?;
    // The keys stand nowhere in the text.
    let nowhere = Span { start: span.start, end: span.start };
    builder.scalar_owned(nowhere, "section", Style::Block, None, 0)?;
    builder.scalar_owned(span, name, Style::Block, None, 0)?;
    builder.scalar_owned(nowhere, "entries", Style::Block, None, 0)?;
    builder.open(false, span.end as usize, None, 0)
}

fn close(builder: &mut Builder, at: usize) -> Result<(), Excess> {
    builder.close(Some(at))?;
    builder.close(Some(at))
}

/// A word of a line with its quotes and escapes undone.
struct Word<'t> {
    source: &'t str,
    text: String,
    /// Where each byte of the text stands.
    at: Vec<usize>,
    /// Where it stands with its quotes.
    span: Range<usize>,
}

impl<'t> Word<'t> {
    /// A part of the source that is a word as it is.
    fn plain(source: &'t str, span: Range<usize>) -> Self {
        let text = source.get(span.clone()).unwrap_or_default().to_string();
        Self { source, text, at: span.clone().collect(), span }
    }

    fn push(&mut self, at: usize, c: char) {
        self.text.push(c);
        self.at.extend(at..at + c.len_utf8());
    }

    fn part(&self, part: &Range<usize>) -> &str {
        self.text.get(part.clone()).unwrap_or_default()
    }

    /// How a scalar is written whose quotes, if it has any, are part of its span.
    fn style(&self, span: Span) -> Style {
        let raw = self.source.get(span.range()).unwrap_or_default();
        let is_in = |mark: char| raw.len() > 1 && raw.starts_with(mark) && raw.ends_with(mark);
        match (is_in('"'), is_in('\'')) {
            (true, _) => Style::DoubleQuoted,
            (_, true) => Style::SingleQuoted,
            // Neither plain nor in quotes as a whole.
            _ => Style::Block,
        }
    }

    /// Where a part of the text stands, and whether it stands there as it is.
    fn source(&self, part: &Range<usize>) -> (Span, bool) {
        let places = self.at.get(part.clone()).unwrap_or_default();
        match (places.first(), places.last()) {
            (Some(first), Some(last)) => (Span::new(*first, last + 1), last - first + 1 == places.len()),
            _ => {
                let at = self.at.get(part.start).copied().unwrap_or(self.span.end);
                (Span::new(at, at), true)
            }
        }
    }
}

fn entry(builder: &mut Builder, name: &Word<'_>, assignments: &[Word<'_>], is_host: bool) -> Result<(), Excess> {
    let start = name.span.start;
    let end = assignments.last().unwrap_or(name).span.end;
    let nowhere = Span::new(start, start);
    let key = |builder: &mut Builder, text: &str| builder.scalar_owned(nowhere, text, Style::Block, None, 0);
    builder.open(true, start, None, 0)?;
    key(builder, "name")?;
    text(builder, name, &(0..name.text.len()), Span::new(start, name.span.end))?;
    if let Some((_, port)) = split_port(&name.text).filter(|_| is_host) {
        key(builder, "port")?;
        literal(builder, name, &Literal::Word(port))?;
    }
    key(builder, "vars")?;
    builder.open(true, start, None, 0)?;
    for word in assignments {
        let Some((name, value)) = word.text.split_once('=') else { continue };
        let equals = name.len();
        // Quotes hold blanks that count; those round the sign of equality do not.
        let has_quotes = word.at.len() < word.span.len();
        let (blanks, value) =
            if has_quotes { (0, value) } else { (value.len() - value.trim_start().len(), value.trim()) };
        let value_at = equals + 1 + blanks;
        let name = 0..name.trim_end().len();
        text(builder, word, &name, word.source(&name).0)?;
        if let Some(found) = python::parse(value) {
            literal(builder, word, &shifted(found, value_at))?;
            continue;
        }
        let part = value_at..value_at + value.len();
        let behind = word.source(&(equals..equals + 1)).0.end;
        let whole = if has_quotes { Span { start: behind, end: word.span.end as u32 } } else { word.source(&part).0 };
        text(builder, word, &part, whole)?;
    }
    builder.close(Some(end))?;
    builder.close(Some(end))
}

/// A text, which `whole` holds with its quotes.
fn text(builder: &mut Builder, word: &Word<'_>, part: &Range<usize>, whole: Span) -> Result<(), Excess> {
    let (inner, as_is) = word.source(part);
    if as_is && inner == whole {
        // What Python takes for no literal is text also without quotes.
        return builder.scalar_in_source(whole, inner, Style::Plain, None, 0);
    }
    match as_is && inner.start > whole.start {
        true => builder.scalar_in_source(whole, inner, word.style(whole), None, 0),
        false => builder.scalar_owned(whole, word.part(part), word.style(whole), None, 0),
    }
}

/// A literal whose places are those of the word's text.
fn literal(builder: &mut Builder, word: &Word<'_>, found: &Literal) -> Result<(), Excess> {
    match found {
        Literal::Word(part) => match word.source(part) {
            (span, true) => builder.scalar_in_source(span, span, Style::Plain, None, 0),
            (span, false) => builder.scalar_owned(span, word.part(part), Style::Block, None, 0),
        },
        Literal::Text(text) => {
            let span = word.source(&text.span).0;
            let style = word.style(span);
            match text.inner.as_ref().map(|inner| word.source(inner)) {
                Some((inner, true)) => builder.scalar_in_source(span, inner, style, None, 0),
                _ => builder.scalar_owned(span, &text.value, style, None, 0),
            }
        }
        Literal::List(part, items) => {
            let span = word.source(part).0;
            builder.open(false, span.start as usize, None, 0)?;
            items.iter().try_for_each(|item| literal(builder, word, item))?;
            builder.close(Some(span.end as usize))
        }
        Literal::Dict(part, entries) => {
            let span = word.source(part).0;
            builder.open(true, span.start as usize, None, 0)?;
            for (key, value) in entries {
                literal(builder, word, key)?;
                literal(builder, word, value)?;
            }
            builder.close(Some(span.end as usize))
        }
    }
}

/// A literal with its places behind `by` more bytes.
fn shifted(found: Literal, by: usize) -> Literal {
    let moved = |span: Range<usize>| span.start + by..span.end + by;
    match found {
        Literal::Word(span) => Literal::Word(moved(span)),
        Literal::Text(text) => {
            Literal::Text(python::Text { span: moved(text.span), inner: text.inner.map(moved), value: text.value })
        }
        Literal::List(span, items) => {
            Literal::List(moved(span), items.into_iter().map(|item| shifted(item, by)).collect())
        }
        Literal::Dict(span, entries) => {
            let entries = entries.into_iter().map(|(key, value)| (shifted(key, by), shifted(value, by)));
            Literal::Dict(moved(span), entries.collect())
        }
    }
}

/// Words of a line as a shell splits them, and whether all their quotes are closed. A `#` outside of quotes begins a
/// comment, also inside a word.
fn words(source: &str, line: Range<usize>) -> (Vec<Word<'_>>, bool) {
    let mut found: Vec<Word<'_>> = Vec::new();
    let mut open: Option<Word<'_>> = None;
    let mut quote = None;
    let content = source.get(line.clone()).unwrap_or_default();
    let mut chars = content.char_indices().map(|(at, c)| (line.start + at, c)).peekable();
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && (matches!(c, ' ' | '\t' | '\r') || c == '#') {
            if let Some(mut word) = open.take() {
                word.span.end = at;
                found.push(word);
            }
            if c == '#' {
                break;
            }
            continue;
        }
        let word = open.get_or_insert_with(|| Word { source, text: String::new(), at: Vec::new(), span: at..at });
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '\\') => {
                if let Some((at, next)) = chars.next() {
                    word.push(at, next);
                }
            }
            (Some('"'), '\\') => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((at, next)) => word.push(at, next),
                None => word.push(at, c),
            },
            _ => word.push(at, c),
        }
    }
    if let Some(mut word) = open.take() {
        word.span.end = line.end;
        found.push(word);
    }
    (found, quote.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Value;

    #[test]
    fn sections_hosts_and_variables() {
        let text =
            "lone ansible_user=root # why\n[web]\nweb[01:03].x a='b c' d=e\n[web:vars]\nk = v w\n[all:children]\nweb\n";
        let parsed = parse("hosts".into(), text.into(), Limits::default());
        let show = |section: Value<'_>| {
            let of = |value: Value<'_>, key: &str| value.get(key).and_then(Value::text).unwrap_or_default().to_string();
            let entries = section.get("entries").into_iter().flat_map(Value::items).map(|entry| {
                let vars = entry.get("vars").map(Value::entries).unwrap_or_default();
                let vars: Vec<String> =
                    vars.iter().map(|(k, v)| format!("{k}={}", v.text().unwrap_or_default())).collect();
                format!("{}({})", of(entry, "name"), vars.join(","))
            });
            format!("[{}] {}", of(section, "section"), entries.collect::<Vec<_>>().join(" "))
        };
        let found: Vec<String> = parsed.located.root().into_iter().flat_map(Value::items).map(show).collect();
        let expected = [
            "[] lone(ansible_user=root)",
            "[web] web[01:03].x(a=b c,d=e)",
            "[web:vars] k = v w(k=v w)",
            "[all:children] web()",
        ];
        assert_eq!(found, expected);
        assert_eq!(parsed.faults, []);
    }

    #[test]
    fn values_stand_where_they_are_written() {
        let text = "h a='b c' d=\"[1, 'e']\" f=g\"h\" i=5\n[x:vars]\nj = k # l\nm = 'n' # o\np = {'q': \"r\"}\n";
        let parsed = parse("hosts".into(), text.into(), Limits::default());
        fn scalars<'a>(value: Value<'a>, found: &mut Vec<(&'a str, &'a str)>) {
            if let Some(shown) = value.text() {
                let span = value.span();
                found.push((shown, &value.located().text[span.range()]));
            }
            value.items().chain(value.own_entries()).for_each(|inner| scalars(inner, found));
        }
        let mut found = Vec::new();
        let entries = parsed.located.root().into_iter().flat_map(Value::items).filter_map(|one| one.get("entries"));
        entries.flat_map(Value::items).filter_map(|one| one.get("vars")).for_each(|vars| scalars(vars, &mut found));
        let expected = [
            ("b c", "'b c'"),
            ("1", "1"),
            ("e", "'e'"),
            ("gh", "g\"h\""),
            ("5", "5"),
            ("k # l", "k # l"),
            ("n", "'n'"),
            ("r", "\"r\""),
        ];
        assert_eq!(found, expected);
        assert_eq!(parsed.faults, []);
        let parsed = parse("hosts".into(), "a b='c\n".into(), Limits::default());
        assert_eq!(parsed.faults.len(), 1);
    }

    #[test]
    fn ports() {
        let split = |pattern: &str| {
            split_port(pattern).map(|(host, port)| (pattern[host].to_string(), pattern[port].to_string()))
        };
        let some = |host: &str| Some((host.to_string(), "22".to_string()));
        assert_eq!(split("a.x:22"), some("a.x"));
        assert_eq!(split("[2001:db8::1]:22"), some("2001:db8::1"));
        assert_eq!(split("a[1:3]-b[x:y:2]:22"), some("a[1:3]-b[x:y:2]"));
        for pattern in ["a", "a:", "fe80::1", "a[1:3]", "a:b", "[a]:22", "a=b:22", ":22"] {
            assert_eq!(split(pattern), None, "{pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\[|\\]|=|[a-z'\"# :]|\n|\\PC){0,80}") {
            parse("hosts".into(), text.into(), Limits::default());
        }
    }
}
