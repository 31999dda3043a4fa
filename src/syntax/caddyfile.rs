//! Files of Caddy to a located tree: a mapping with the sequence `caddyfile` of lines, each a mapping with `directive` (its
//! first word, absent for the block of global options), `args`, and `block` where it has one, itself such a sequence. A
//! site's line has its addresses as words.
//!
//! Grammar: <https://caddyserver.com/docs/caddyfile/concepts>. Words end at blanks; a `{` or `}` that stands alone opens or
//! closes a block; `"` and `` ` `` hold a word together; `<<MARK` begins a heredoc; `\` at its end continues a line.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

mod lexer;

use lexer::{Lexer, Mark, Token};

/// Directives of Caddy's own modules, and the widespread ones of others. A file that begins with one is part of a site.
pub const DIRECTIVES: &[&str] = &[
    "abort",
    "acme_server",
    "authenticate",
    "authorize",
    "basic_auth",
    "basicauth",
    "bind",
    "copy_response",
    "copy_response_headers",
    "encode",
    "error",
    "file_server",
    "forward_auth",
    "fs",
    "handle",
    "handle_errors",
    "handle_path",
    "header",
    "intercept",
    "invoke",
    "log",
    "log_append",
    "log_name",
    "log_skip",
    "map",
    "method",
    "metrics",
    "php",
    "php_fastcgi",
    "php_server",
    "push",
    "rate_limit",
    "redir",
    "request_body",
    "request_header",
    "respond",
    "reverse_proxy",
    "rewrite",
    "root",
    "route",
    "skip_log",
    "templates",
    "tls",
    "tracing",
    "try_files",
    "uri",
    "vars",
];

/// Reads a file of Caddy. What is no line is a fault, and the rest is read.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lexer = Lexer::new(&text, at);
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    let mut reader = Reader { text: &text, tokens: &tokens, at: 0, faults: lexer.faults };
    let built = reader.read(&mut builder).and_then(|()| builder.finish());
    Parsed::of(built, reader.faults, limits, Dialect::Text)
}

fn fault(span: Span, message: &str, help: &str) -> Fault {
    Fault { span, related: None, message: message.to_string(), help: help.to_string() }
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    faults: Faults,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn source(&self, token: &Token) -> &'t str {
        &self.text[token.inner.range()]
    }

    /// Where the token before ends.
    fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.span.end as usize)
    }

    fn read(&mut self, builder: &mut Builder) -> Result<(), Excess> {
        builder.open(true, 0, None, 0)?;
        key(builder, 0, "caddyfile")?;
        builder.open(false, 0, None, 0)?;
        if let Some(open) = self.peek().filter(|token| token.mark == Mark::Open) {
            self.at += 1;
            builder.open(true, open.span.start as usize, None, 0)?;
            self.block(builder, Some(open.span))?;
            builder.close(None)?;
        }
        if self.is_part_of_a_site() {
            self.lines(builder, None)?;
        } else {
            while self.at < self.tokens.len() {
                self.site(builder)?;
            }
        }
        builder.close(Some(self.text.len()))?;
        builder.close(Some(self.text.len()))
    }

    /// Whether the lines of a file are directives and no sites: the first that imports nothing is one.
    fn is_part_of_a_site(&self) -> bool {
        let firsts = self.tokens[self.at..].iter().filter(|token| token.first && token.mark == Mark::Word);
        let mut words = firsts.map(|token| self.source(token)).filter(|word| *word != "import");
        words.next().is_some_and(|word| DIRECTIVES.contains(&word) || word.starts_with('@'))
    }

    /// The addresses of a site or the name of a snippet, and its block; without braces the rest of the file is the block.
    fn site(&mut self, builder: &mut Builder) -> Result<(), Excess> {
        let Some(name) = self.peek() else { return Ok(()) };
        self.at += 1;
        if name.mark != Mark::Word {
            let (message, help) = match name.mark {
                Mark::Open => ("a `{` begins no block", "write the address of the site before it"),
                _ => ("a `}` closes no block", "remove it"),
            };
            self.faults.push(fault(name.span, message, help));
            return Ok(());
        }
        let start = name.span.start as usize;
        builder.open(true, start, None, 0)?;
        key(builder, start, "directive")?;
        let mut more = self.address(builder, name)?;
        key(builder, self.end(), "args")?;
        builder.open(false, self.end(), None, 0)?;
        // A comma at its end lets the list go on in the next line.
        while let Some(token) = self.peek().filter(|token| token.mark == Mark::Word && (more || !token.first)) {
            self.at += 1;
            more = self.address(builder, token)?;
        }
        builder.close(None)?;
        // A variable alone may become any lines, and an import has no block of its own in the next line.
        let lone = self.source(name) == "import" || is_variable(self.source(name));
        match self.peek() {
            Some(token) if token.mark == Mark::Open && !(lone && token.first) => {
                self.at += 1;
                self.block(builder, Some(token.span))?;
            }
            Some(_) if !lone => self.block(builder, None)?,
            _ => {}
        }
        builder.close(None)
    }

    /// Adds an address without the comma at its end; true if there was one.
    fn address(&self, builder: &mut Builder, token: &Token) -> Result<bool, Excess> {
        let comma =
            token.style == Style::Plain && token.span.start + 1 < token.span.end && self.source(token).ends_with(',');
        if !comma {
            word(builder, token)?;
            return Ok(false);
        }
        let span = Span { end: token.span.end - 1, ..token.span };
        builder.scalar_in_source(span, span, Style::Plain, None, 0)?;
        Ok(true)
    }

    /// A block: all up to its `}`, or to the end of the text where no `{` opened it.
    fn block(&mut self, builder: &mut Builder, open: Option<Span>) -> Result<(), Excess> {
        let start = open.map_or(self.end(), |open| open.start as usize);
        key(builder, start, "block")?;
        builder.open(false, start, None, 0)?;
        let end = self.lines(builder, open)?;
        builder.close(Some(end))
    }

    /// Adds lines; where they end.
    fn lines(&mut self, builder: &mut Builder, open: Option<Span>) -> Result<usize, Excess> {
        // Where each block inside that is open began.
        let mut blocks: Vec<Span> = Vec::new();
        while let Some(token) = self.peek() {
            self.at += 1;
            match token.mark {
                Mark::Close => match blocks.pop() {
                    Some(_) => {
                        builder.close(Some(token.span.end as usize))?;
                        builder.close(Some(token.span.end as usize))?;
                    }
                    None if open.is_some() => return Ok(self.end()),
                    None => self.faults.push(fault(token.span, "a `}` closes no block", "remove it")),
                },
                Mark::Open => {
                    self.faults.push(fault(
                        token.span,
                        "a `{` begins no block",
                        "write it behind the words of its line",
                    ));
                }
                Mark::Word => blocks.extend(self.line(builder, token)?),
            }
        }
        for span in blocks.into_iter().rev() {
            self.faults.push(fault(span, "the block is never closed", "close it with `}`"));
            builder.close(Some(self.text.len()))?;
            builder.close(Some(self.text.len()))?;
        }
        if let Some(span) = open {
            self.faults.push(fault(span, "the block is never closed", "close it with `}`"));
        }
        Ok(self.text.len())
    }

    /// A line up to its end, or up to the `{` of its block, which then is open.
    fn line(&mut self, builder: &mut Builder, name: &Token) -> Result<Option<Span>, Excess> {
        let (start, end) = (name.span.start as usize, name.span.end as usize);
        builder.open(true, start, None, 0)?;
        key(builder, start, "directive")?;
        word(builder, name)?;
        key(builder, end, "args")?;
        builder.open(false, end, None, 0)?;
        while let Some(token) = self.peek().filter(|token| !token.first && token.mark != Mark::Close) {
            self.at += 1;
            if token.mark == Mark::Open {
                builder.close(None)?;
                key(builder, token.span.start as usize, "block")?;
                builder.open(false, token.span.start as usize, None, 0)?;
                return Ok(Some(token.span));
            }
            word(builder, token)?;
        }
        builder.close(None)?;
        builder.close(None)?;
        Ok(None)
    }
}

/// Adds a key, which stands nowhere in the text.
fn key(builder: &mut Builder, at: usize, text: &str) -> Result<(), Excess> {
    builder.scalar_owned(Span::new(at, at), text, Style::Block, None, 0)
}

fn word(builder: &mut Builder, token: &Token) -> Result<(), Excess> {
    match &token.text {
        Some(text) => builder.scalar_owned(token.span, text, token.style, None, 0),
        None => builder.scalar_in_source(token.span, token.inner, token.style, None, 0),
    }
}

/// Whether a word is a variable of the environment and nothing else.
pub fn is_variable(word: &str) -> bool {
    word.strip_prefix("{$").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains(['{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Value;

    fn read(text: &str) -> (String, Vec<String>) {
        let parsed = parse("Caddyfile".into(), text.into(), Limits::default());
        fn show(list: Value<'_>) -> String {
            let one = |item: Value<'_>| {
                let name = item.get("directive").and_then(Value::text).unwrap_or_default();
                let args: Vec<&str> =
                    item.get("args").into_iter().flat_map(Value::items).filter_map(Value::text).collect();
                let block = item.get("block").map(|block| format!(" {{{}}}", show(block))).unwrap_or_default();
                format!("{name}({}){block}", args.join("|"))
            };
            list.items().map(one).collect::<Vec<_>>().join(" ")
        }
        let tree = parsed.located.root().and_then(|root| root.get("caddyfile")).map(show).unwrap_or_default();
        (tree, parsed.faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn sites_snippets_and_lines() {
        for (text, tree) in [
            ("a.io {\n\trespond ok # no\n}\n", "a.io() {respond(ok)}"),
            (
                "{\n  email a@b.io\n}\n(s) {\n  header X 1\n}\na.io, b.io,\nc.io\n{\n import s 1\n}",
                "() {email(a@b.io)} (s)() {header(X|1)} a.io(b.io|c.io) {import(s|1)}",
            ),
            (
                "a.io\nheader X \"a {b} \\\"c\\\" \\n\"\nrespond `{\"a\"}`",
                "a.io() {header(X|a {b} \"c\" \\n) respond({\"a\"})}",
            ),
            ("import sites/*\nheader X 1", "import(sites/*) header(X|1)"),
            ("import sites/*\na.io {\n}", "import(sites/*) a.io() {}"),
            ("{$EXTRA}\n{$HOST:a b} {\n abort\n}", "{$EXTRA}() {$HOST:a b}() {abort()}"),
            ("{{ host }}, b.io {\n abort\n}", "{{ host }}(b.io) {abort()}"),
            ("a.io {\n respond <<END\n    hi\n      you\n    END 200\n}", "a.io() {respond(hi\n  you|200)}"),
            ("a.io {\n handle /x/* {\n  a \\\n   b#c\n }\n d\n}", "a.io() {handle(/x/*) {a(b#c)} d()}"),
        ] {
            assert_eq!(read(text), (tree.to_string(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_no_line_is_a_fault_and_the_rest_is_read() {
        for (text, tree, fault) in [
            ("a.io {\n respond ok\n", "a.io() {respond(ok)}", "the block is never closed"),
            ("a.io {\n}\n}\nb.io {\n}", "a.io() {} b.io() {}", "a `}` closes no block"),
            ("a.io {\n}\n{\nb.io {\n}", "a.io() {} b.io() {}", "a `{` begins no block"),
            ("a.io\nrespond \"ok", "a.io() {respond(ok)}", "the quote is never closed"),
            ("a.io\nrespond <<X\nok", "a.io() {respond(<<X\nok)}", "the heredoc is never closed"),
        ] {
            let (found, faults) = read(text);
            assert_eq!(found, tree, "{text}");
            assert!(faults.contains(&fault.to_string()), "{text}: {faults:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z$<\"`\\\\{},# \n\\PC]{0,120}") {
            read(&text);
        }
    }
}
