//! Ansible inventories in INI to a located tree: a sequence of sections, each a mapping with `section` (its name, "" before
//! the first) and `entries`; an entry has a `name` and `vars`.
//!
//! Grammar: <https://docs.ansible.com/projects/ansible/latest/collections/ansible/builtin/ini_inventory.html>. Lines of a
//! `:vars` section have one variable each; lines of others begin with a host or group, `name=value` behind it.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut parsed = Parsed::default();
    let mut builder = Builder::new(path, text.clone(), limits);
    let mut faults = Faults::default();
    match read(&text, &mut builder, &mut faults).and_then(|()| builder.finish()) {
        Ok(located) => parsed.located = located,
        Err(excess) => faults.push(excess.fault(limits)),
    }
    parsed.faults = faults.finish();
    parsed.located.dialect = Dialect::Text;
    parsed
}

fn read(text: &str, builder: &mut Builder, faults: &mut Faults) -> Result<(), Excess> {
    builder.open(false, 0, None, 0)?;
    section(builder, Span::new(0, 0), "")?;
    let mut vars = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = content.strip_prefix('[') {
            let Some((name, _)) = rest.split_once(']') else {
                faults.push(Fault {
                    span: Span::new(start, start + content.len()),
                    related: None,
                    message: "the name of the section is never closed".to_string(),
                    help: "close it with `]`".to_string(),
                });
                continue;
            };
            close(builder, start)?;
            section(builder, Span::new(start + 1, start + 1 + name.len()), name)?;
            vars = name.ends_with(":vars");
            continue;
        }
        entry(builder, start, content, vars)?;
    }
    close(builder, text.len())?;
    builder.close(Some(text.len()))
}

fn section(builder: &mut Builder, span: Span, name: &str) -> Result<(), Excess> {
    builder.open(true, span.start as usize, None, 0)?;
    // The keys stand nowhere in the text.
    let nowhere = Span { start: span.start, end: span.start };
    builder.scalar_owned(nowhere, "section", Style::Block, None, 0)?;
    builder.scalar_owned(span, name, Style::Plain, None, 0)?;
    builder.scalar_owned(nowhere, "entries", Style::Block, None, 0)?;
    builder.open(false, span.end as usize, None, 0)
}

fn close(builder: &mut Builder, at: usize) -> Result<(), Excess> {
    builder.close(Some(at))?;
    builder.close(Some(at))
}

fn entry(builder: &mut Builder, start: usize, content: &str, vars: bool) -> Result<(), Excess> {
    let tokens = if vars { vec![(0, content)] } else { tokens(content) };
    let (first, name) = tokens.first().copied().unwrap_or((0, content));
    let name_span = Span::new(start + first, start + first + name.len());
    let nowhere = Span::new(start, start);
    let key = |builder: &mut Builder, text: &str| builder.scalar_owned(nowhere, text, Style::Block, None, 0);
    builder.open(true, start, None, 0)?;
    key(builder, "name")?;
    builder.scalar_in_source(name_span, name_span, Style::Plain, None, 0)?;
    key(builder, "vars")?;
    builder.open(true, start, None, 0)?;
    let assignments = if vars { &tokens[..] } else { tokens.get(1..).unwrap_or_default() };
    for (at, token) in assignments {
        let Some((name, value)) = token.split_once('=') else { continue };
        let name_at = start + at;
        let value_at = name_at + name.len() + 1 + (value.len() - value.trim_start().len());
        let value = value.trim();
        let name = Span::new(name_at, name_at + name.trim_end().len());
        let span = Span::new(value_at, value_at + value.len());
        let quoted = value.len() >= 2 && value.starts_with(['"', '\'']) && value.ends_with(&value[..1]);
        let inner = if quoted { Span { start: span.start + 1, end: span.end - 1 } } else { span };
        builder.scalar_in_source(name, name, Style::Plain, None, 0)?;
        let style = match value.as_bytes().first().filter(|_| quoted) {
            Some(b'"') => Style::DoubleQuoted,
            Some(_) => Style::SingleQuoted,
            None => Style::Plain,
        };
        builder.scalar_in_source(span, inner, style, None, 0)?;
    }
    builder.close(Some(start + content.len()))?;
    builder.close(Some(start + content.len()))
}

/// Words with their offsets; quotes hold words together, and a `#` behind a blank begins a comment.
fn tokens(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
            }
            None if c.is_whitespace() => {
                if let Some(start) = start.take() {
                    found.push((start, &line[start..at]));
                }
            }
            None => {
                if c == '#' && start.is_none() {
                    return found;
                }
                start.get_or_insert(at);
                if matches!(c, '"' | '\'') {
                    quote = Some(c);
                }
            }
        }
    }
    found.extend(start.map(|start| (start, &line[start..])));
    found
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

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\[|\\]|=|[a-z'\"# :]|\n|\\PC){0,80}") {
            parse("hosts".into(), text.into(), Limits::default());
        }
    }
}
