//! Files of HAProxy to a located tree: a mapping with the sequence `haproxy` of sections, each a mapping with `directive`
//! (`frontend`, `backend`, ...), `args` (its name), and `block`, the sequence of its lines, which have `directive` and `args`.
//!
//! Grammar: <https://docs.haproxy.org/3.0/configuration.html#2.2>. A line is a keyword and its words; `\` keeps a blank, a `#`
//! or a quote from meaning anything, `"` lets variables of the environment through, `'` lets nothing through. A word that
//! a variable or a template decides has the tag [`VARIABLE`].

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

/// Tag of words that a variable of the environment decides.
pub const VARIABLE: &str = "!variable";

/// Keywords at which a section begins.
pub const SECTIONS: &[&str] = &[
    "acme",
    "backend",
    "cache",
    "crt-store",
    "defaults",
    "fcgi-app",
    "frontend",
    "global",
    "http-errors",
    "listen",
    "log-forward",
    "log-profile",
    "mailers",
    "peers",
    "program",
    "resolvers",
    "ring",
    "traces",
    "userlist",
];

/// Reads a file of HAProxy. What belongs to no section is a fault, and the rest is read.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let mut faults = Faults::default();
    let built = read(&text, &mut builder, &mut faults).and_then(|()| builder.finish());
    Parsed::of(built, faults, limits, Dialect::Text)
}

fn read(text: &str, builder: &mut Builder, faults: &mut Faults) -> Result<(), Excess> {
    builder.open(true, 0, None, 0)?;
    key(builder, 0, "haproxy")?;
    builder.open(false, 0, None, 0)?;
    let mut inside = false;
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for line in text[at..].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let words = words(line.trim_end_matches(['\n', '\r']), start, faults);
        let Some(name) = words.first() else { continue };
        let keyword = &text[name.span.range()];
        if SECTIONS.contains(&keyword) {
            if inside {
                builder.close(Some(start))?;
                builder.close(Some(start))?;
            }
            inside = true;
            head(builder, &words)?;
            let end = words.last().map_or(start, |word| word.span.end as usize);
            key(builder, end, "block")?;
            builder.open(false, end, None, 0)?;
        } else if inside || keyword.starts_with(['.', '{']) {
            head(builder, &words)?;
            builder.close(None)?;
        } else {
            faults.push(Fault {
                span: name.span,
                related: None,
                message: "the line belongs to no section".to_string(),
                help: "begin a section, e.g. `frontend NAME`".to_string(),
            });
        }
    }
    if inside {
        builder.close(Some(text.len()))?;
        builder.close(Some(text.len()))?;
    }
    builder.close(Some(text.len()))?;
    builder.close(Some(text.len()))
}

/// Adds a key, which stands nowhere in the text.
fn key(builder: &mut Builder, at: usize, text: &str) -> Result<(), Excess> {
    builder.scalar_owned(Span::new(at, at), text, Style::Block, None, 0)
}

/// Opens a mapping with the words of a line.
fn head(builder: &mut Builder, words: &[Word]) -> Result<(), Excess> {
    let Some((name, args)) = words.split_first() else { return Ok(()) };
    builder.open(true, name.span.start as usize, None, 0)?;
    key(builder, name.span.start as usize, "directive")?;
    add(builder, name)?;
    key(builder, name.span.end as usize, "args")?;
    builder.open(false, name.span.end as usize, None, 0)?;
    for word in args {
        add(builder, word)?;
    }
    builder.close(None)
}

struct Word {
    span: Span,
    /// What stands between the quotes, or all of it.
    inner: Span,
    /// Its text, if quotes in it or escapes make it differ.
    text: Option<String>,
    style: Style,
    variable: bool,
}

fn add(builder: &mut Builder, word: &Word) -> Result<(), Excess> {
    let tag = word.variable.then(|| VARIABLE.to_string());
    match &word.text {
        Some(text) => builder.scalar_owned(word.span, text, word.style, tag, 0),
        None => builder.scalar_in_source(word.span, word.inner, word.style, tag, 0),
    }
}

/// The words of a line that begins at `start` of the text.
fn words(line: &str, start: usize, faults: &mut Faults) -> Vec<Word> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_start_matches([' ', '\t']).len();
        if at >= line.len() || line[at..].starts_with('#') {
            return found;
        }
        let mut text = String::new();
        let mut quote = None;
        let mut variable = false;
        let mut end = line.len();
        let mut chars = line[at..].char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            match (quote, c) {
                (None, ' ' | '\t' | '#') => {
                    end = at + offset;
                    break;
                }
                (None, '"' | '\'') => quote = Some((c, at + offset)),
                (Some((open, _)), c) if c == open => quote = None,
                (Some(('\'', _)), c) => text.push(c),
                (_, '\\') => text.push(chars.next().map_or('\\', |(_, c)| escaped(c))),
                (None, '{') if line[at + offset..].starts_with("{{") => {
                    variable = true;
                    text.push(c);
                }
                (Some(_), '$') => {
                    variable = true;
                    text.push(c);
                }
                (_, c) => text.push(c),
            }
        }
        let span = Span::new(start + at, start + end);
        if let Some((_, open)) = quote {
            faults.push(Fault {
                span: Span::new(start + open, start + open + 1),
                related: None,
                message: "the quote is never closed".to_string(),
                help: "close it in the same line".to_string(),
            });
        }
        found.push(word(&line[at..end], span, text, variable));
        at = end;
    }
}

/// A word with its source; whole in quotes, its text stands between them.
fn word(source: &str, span: Span, text: String, variable: bool) -> Word {
    let quoted = source.len() >= 2 && source.get(1..source.len() - 1) == Some(&text);
    let style = match source.as_bytes() {
        _ if source == text => Style::Plain,
        [b'"', .., b'"'] if quoted => Style::DoubleQuoted,
        [b'\'', .., b'\''] if quoted => Style::SingleQuoted,
        _ => Style::Block,
    };
    match style {
        Style::Plain => Word { span, inner: span, text: None, style, variable },
        Style::Block => Word { span, inner: span, text: Some(text), style, variable },
        _ => Word { span, inner: Span { start: span.start + 1, end: span.end - 1 }, text: None, style, variable },
    }
}

fn escaped(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Value;

    fn read(text: &str) -> (String, Vec<String>) {
        let parsed = parse("haproxy.cfg".into(), text.into(), Limits::default());
        fn show(list: Value<'_>) -> String {
            let one = |item: Value<'_>| {
                let name = item.get("directive").and_then(Value::text).unwrap_or_default();
                let word =
                    |word: Value<'_>| format!("{}{}", word.text().unwrap_or_default(), word.tag().unwrap_or_default());
                let args: Vec<String> = item.get("args").into_iter().flat_map(Value::items).map(word).collect();
                let block = item.get("block").map(|block| format!(" {{{}}}", show(block))).unwrap_or_default();
                format!("{name}({}){block}", args.join("|"))
            };
            list.items().map(one).collect::<Vec<_>>().join(" ")
        }
        let tree = parsed.located.root().and_then(|root| root.get("haproxy")).map(show).unwrap_or_default();
        (tree, parsed.faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn sections_lines_and_words() {
        for (text, tree) in [
            ("global\n  daemon # no\n\nfrontend a\n bind :80\n", "global() {daemon()} frontend(a) {bind(:80)}"),
            (
                "backend b from d\n server s \"${HOST}:80\" 'a $b' x\\ y#z\n",
                "backend(b|from|d) {server(s|${HOST}:80!variable|a $b|x y)}",
            ),
            ("listen l\n a \"x\"'y'\\#z \"q\\\"r\" ''\n", "listen(l) {a(xy#z|q\"r|)}"),
            ("listen l\n a ^/x\\.y$ \\\\\n", "listen(l) {a(^/x.y$|\\)}"),
            ("frontend a\r\n bind :80\r\n", "frontend(a) {bind(:80)}"),
        ] {
            assert_eq!(read(text), (tree.to_string(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_belongs_nowhere_is_a_fault_and_the_rest_is_read() {
        for (text, tree, fault) in [
            ("bind :80\nfrontend a\n bind :81", "frontend(a) {bind(:81)}", "the line belongs to no section"),
            ("frontend a\n x \"y z\n bind :81", "frontend(a) {x(y z) bind(:81)}", "the quote is never closed"),
        ] {
            let (found, faults) = read(text);
            assert_eq!(found, tree, "{text}");
            assert_eq!(faults, [fault], "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(frontend |backend |[a-z$\"'\\\\#. ]|\n|\\PC){0,80}") {
            read(&text);
        }
    }
}
