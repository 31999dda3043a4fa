//! Dockerfiles to a located tree: a sequence of instructions, each a mapping with `instruction` (in capitals), `flags` and
//! `text`, the rest of it without its continuations and comments.
//!
//! Grammar: <https://docs.docker.com/reference/dockerfile/>. A line that ends in the escape character goes on in the next,
//! comment lines between them are left out, and heredocs belong to the instruction that opens them.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

/// What a Dockerfile may say.
const INSTRUCTIONS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Reads a Dockerfile. A line that is no instruction is a fault, and the rest is read.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let mut faults = Faults::default();
    let built = read(&text, &mut builder, &mut faults).and_then(|()| builder.finish());
    Parsed::of(built, faults, limits, Dialect::Text)
}

/// A line with its place.
type Line<'t> = (usize, &'t str);

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    text[at..].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// The escape character that a directive at the top may change.
fn escape(text: &str) -> char {
    let directives = text.lines().take_while(|line| line.trim_start().starts_with('#'));
    let mut pairs = directives.filter_map(|line| line.trim_start().trim_start_matches('#').split_once('='));
    let found = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    found.and_then(|(_, value)| value.trim().chars().next()).filter(|c| *c == '`').unwrap_or('\\')
}

fn read(text: &str, builder: &mut Builder, faults: &mut Faults) -> Result<(), Excess> {
    let escape = escape(text);
    builder.open(false, 0, None, 0)?;
    let mut lines = lines(text).peekable();
    while let Some((start, line)) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let start = start + line.len() - trimmed.len();
        let mut logical = trimmed.trim_end().to_string();
        let mut end = start + logical.len();
        while logical.ends_with(escape) {
            logical.pop();
            let Some((at, next)) = lines.next() else { break };
            let content = next.trim();
            // Comments and empty lines between do not end an instruction.
            if content.is_empty() || content.starts_with('#') {
                logical.push(escape);
                continue;
            }
            logical.push(' ');
            logical.push_str(content);
            end = at + next.trim_end().len();
        }
        for mark in heredocs(&logical) {
            for (at, next) in lines.by_ref() {
                end = at + next.trim_end().len();
                if next.trim() == mark {
                    break;
                }
            }
        }
        instruction(text, Span::new(start, end.max(start)), logical.trim_end_matches(escape), builder, faults)?;
    }
    builder.close(Some(text.len()))
}

/// The marks that end the heredocs of a line.
fn heredocs(line: &str) -> Vec<String> {
    let first = line.split([' ', '\t']).next().unwrap_or_default().to_ascii_uppercase();
    if !["RUN", "COPY", "ADD"].contains(&first.as_str()) {
        return Vec::new();
    }
    let opens = line.split("<<").skip(1).map(|rest| rest.trim_start_matches('-').trim_start_matches(['"', '\'']));
    let mark = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    opens.map(mark).filter(|mark| !mark.is_empty()).collect()
}

fn instruction(
    text: &str,
    span: Span,
    logical: &str,
    builder: &mut Builder,
    faults: &mut Faults,
) -> Result<(), Excess> {
    let word = logical.split([' ', '\t']).next().unwrap_or_default();
    let name = word.to_ascii_uppercase();
    let start = span.start as usize;
    let word_end = (start + word.len()).min(text.len());
    let word_span = Span::new(start, word_end);
    if !INSTRUCTIONS.contains(&name.as_str()) {
        faults.push(Fault {
            span: word_span,
            related: None,
            message: "the line is no instruction of a Dockerfile".to_string(),
            help: "end the line before with the escape character, or remove this one".to_string(),
        });
        return Ok(());
    }
    let rest = logical[word.len()..].trim_start();
    let whole = &text[span.range()];
    let lead = whole.len() - whole[word.len().min(whole.len())..].trim_start().len();
    let rest_span = Span::new((start + lead).min(span.end as usize), span.end as usize);
    // The keys stand nowhere in the text, and what is put together from several lines differs from it.
    let nowhere = Span::new(start, start);
    let key = |builder: &mut Builder, key: &str| builder.scalar_owned(nowhere, key, Style::Block, None, 0);
    builder.open(true, start, None, 0)?;
    key(builder, "instruction")?;
    builder.scalar_owned(word_span, &name, Style::Block, None, 0)?;
    let mut body = rest;
    key(builder, "flags")?;
    builder.open(false, word_end, None, 0)?;
    while let Some(flag) = body.strip_prefix("--").and_then(|after| after.split([' ', '\t']).next()) {
        builder.scalar_owned(rest_span, &format!("--{flag}"), Style::Block, None, 0)?;
        body = body[2 + flag.len()..].trim_start();
    }
    builder.close(None)?;
    key(builder, "text")?;
    builder.scalar_owned(rest_span, body, Style::Block, None, 0)?;
    builder.close(Some(span.end as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Value;

    fn read(text: &str) -> Vec<String> {
        let parsed = parse("Dockerfile".into(), text.into(), Limits::default());
        let show = |one: Value<'_>| {
            let part = |key: &str| one.get(key).and_then(Value::text).unwrap_or_default().to_string();
            format!("{} {}", part("instruction"), part("text"))
        };
        let faults = parsed.faults.iter().map(|fault| fault.message.clone());
        parsed.located.root().into_iter().flat_map(Value::items).map(show).chain(faults).collect()
    }

    #[test]
    fn instructions_continuations_and_heredocs() {
        for (text, expected) in [
            ("FROM a AS b\nuser app\n", vec!["FROM a AS b", "USER app"]),
            ("RUN a \\\n  # why\n\n  && b\nUSER x", vec!["RUN a  && b", "USER x"]),
            ("RUN <<EOF\nUSER root\nEOF\nUSER x", vec!["RUN <<EOF", "USER x"]),
            ("# escape=`\nRUN a `\n b", vec!["RUN a  b"]),
            ("HEALTHCHECK --interval=5s CMD curl x", vec!["HEALTHCHECK CMD curl x"]),
            ("FROM a\nfoo bar", vec!["FROM a", "the line is no instruction of a Dockerfile"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(FROM|RUN|[a-z\\\\`#<E ]|\n|\\PC){0,60}") {
            read(&text);
        }
    }
}
