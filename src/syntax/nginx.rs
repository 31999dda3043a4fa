//! Configuration files of nginx to a located tree: a sequence of directives, each a mapping with `directive` (its name),
//! `args`, and `block` where it has one, itself such a sequence.
//!
//! Grammar: <https://nginx.org/en/docs/beginners_guide.html#conf_structure>. Words are as nginx reads them: quotes are taken
//! off, `\` keeps a quote, a blank or a mark from meaning anything, and `${name}` is part of a word; so is `{{ name }}` of a
//! template.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

/// Reads a file of nginx. What is no directive is a fault, and the rest is read.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text: &text, at: start, faults: Faults::default() };
    let built = reader.read(&mut builder).and_then(|()| builder.finish());
    Parsed::of(built, reader.faults, limits, Dialect::Text)
}

const MISSING: &str = "the directive has no `;` at its end";

/// Directives that never have a block, so that a `{` shows that their `;` is missing. Modules add directives of their own,
/// so only those of nginx itself that are common are named. <https://nginx.org/en/docs/dirindex.html>
#[rustfmt::skip]
const SIMPLE: &[&str] = &[
    "access_log", "add_header", "alias", "allow", "auth_basic", "auth_basic_user_file", "auth_request",
    "client_body_timeout", "client_max_body_size", "daemon", "default_type", "deny", "error_log", "error_page", "expires",
    "fastcgi_param", "fastcgi_pass", "gzip", "gzip_types", "include", "index", "keepalive_timeout", "limit_conn",
    "limit_conn_zone", "limit_req", "limit_req_zone", "listen", "log_format", "pid", "proxy_buffering", "proxy_cache",
    "proxy_connect_timeout", "proxy_http_version", "proxy_pass", "proxy_read_timeout", "proxy_redirect",
    "proxy_send_timeout", "proxy_set_header", "resolver", "return", "rewrite", "root", "sendfile", "server_name",
    "server_tokens", "set", "set_real_ip_from", "ssl_certificate", "ssl_certificate_key", "ssl_ciphers", "ssl_protocols",
    "try_files", "user", "uwsgi_pass", "worker_connections", "worker_processes",
];

struct Reader<'t> {
    text: &'t str,
    at: usize,
    faults: Faults,
}

/// A word or a mark.
enum Token {
    Word(Word),
    Semicolon,
    Open,
    Close,
    End,
}

struct Word {
    span: Span,
    /// What stands between the quotes, or all of it.
    inner: Span,
    /// Its text, if escapes make it differ.
    text: Option<String>,
    style: Style,
}

impl Reader<'_> {
    fn read(&mut self, builder: &mut Builder) -> Result<(), Excess> {
        builder.open(false, self.at, None, 0)?;
        // Where each block that is open began.
        let mut open: Vec<Span> = Vec::new();
        loop {
            let before = self.at;
            match self.token() {
                Token::End => break,
                Token::Semicolon => self.fault(Span::new(self.at - 1, self.at), "a `;` ends nothing", "remove it"),
                Token::Open => self.fault(Span::new(self.at - 1, self.at), "a `{` begins no block", "name the block"),
                Token::Close => {
                    if open.pop().is_some() {
                        builder.close(Some(self.at))?;
                        builder.close(Some(self.at))?;
                    } else {
                        self.fault(Span::new(self.at - 1, self.at), "a `}` closes no block", "remove it");
                    }
                }
                Token::Word(name) => {
                    if self.directive(builder, name)? {
                        open.push(Span::new(before, self.at));
                    }
                }
            }
        }
        for span in open.into_iter().rev() {
            self.fault(span, "the block is never closed", "close it with `}`");
            builder.close(Some(self.text.len()))?;
            builder.close(Some(self.text.len()))?;
        }
        builder.close(Some(self.text.len()))
    }

    fn fault(&mut self, span: Span, message: &str, help: &str) {
        self.faults.push(Fault { span, related: None, message: message.to_string(), help: help.to_string() });
    }

    /// Adds a directive up to its `;`, or up to the `{` of its block, which then is open.
    fn directive(&mut self, builder: &mut Builder, name: Word) -> Result<bool, Excess> {
        // The keys stand nowhere in the text.
        let nowhere = Span { start: name.span.start, end: name.span.start };
        let key = |builder: &mut Builder, text: &str| builder.scalar_owned(nowhere, text, Style::Block, None, 0);
        builder.open(true, name.span.start as usize, None, 0)?;
        key(builder, "directive")?;
        add(builder, &name)?;
        key(builder, "args")?;
        builder.open(false, self.at, None, 0)?;
        let lua = self.text[name.inner.range()].ends_with("_by_lua_block");
        loop {
            let before = self.at;
            match self.token() {
                Token::Word(word) => add(builder, &word)?,
                Token::Semicolon => {
                    builder.close(None)?;
                    builder.close(Some(self.at))?;
                    return Ok(false);
                }
                Token::Open => {
                    if SIMPLE.contains(&&self.text[name.inner.range()]) {
                        self.fault(name.span, MISSING, "write `;` behind its last word");
                    }
                    builder.close(None)?;
                    key(builder, "block")?;
                    builder.open(false, self.at - 1, None, 0)?;
                    if !lua {
                        return Ok(true);
                    }
                    self.skip_lua();
                    builder.close(Some(self.at))?;
                    builder.close(Some(self.at))?;
                    return Ok(false);
                }
                Token::Close | Token::End => {
                    self.at = before;
                    self.fault(name.span, MISSING, "write `;` behind its last word");
                    builder.close(None)?;
                    builder.close(Some(before))?;
                    return Ok(false);
                }
            }
        }
    }

    /// Lua of OpenResty, whose braces are balanced.
    fn skip_lua(&mut self) {
        let mut depth = 1_usize;
        for (at, byte) in self.text.as_bytes().iter().enumerate().skip(self.at) {
            depth = match byte {
                b'{' => depth + 1,
                b'}' => depth - 1,
                _ => depth,
            };
            if depth == 0 {
                self.at = at + 1;
                return;
            }
        }
        self.at = self.text.len();
    }

    fn token(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                // What a template decides is no directive of its own.
                b'{' if self.text[self.at..].starts_with("{%") => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find("%}").map_or(rest.len(), |end| end + 2);
                }
                b'#' => self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at),
                _ => break,
            }
        }
        match bytes.get(self.at) {
            None => Token::End,
            Some(b';') => self.mark(Token::Semicolon),
            Some(b'{') if !self.text[self.at..].starts_with("{{") => self.mark(Token::Open),
            Some(b'}') => self.mark(Token::Close),
            Some(quote @ (b'"' | b'\'')) => Token::Word(self.quoted(*quote)),
            Some(_) => Token::Word(self.bare()),
        }
    }

    fn mark(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn quoted(&mut self, quote: u8) -> Word {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while at < bytes.len() && bytes[at] != quote {
            at += if bytes[at] == b'\\' && at + 1 < bytes.len() { 2 } else { 1 };
        }
        let closed = at < bytes.len();
        // A backslash may stand before a character of several bytes.
        let mut end = at.min(bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        if !closed {
            self.fault(Span::new(start, start + 1), "the quote is never closed", "close it");
        }
        self.at = if closed { end + 1 } else { end };
        // nginx wants a blank between a quoted word and the next one.
        let next = self.text[self.at..].chars().next().filter(|next| closed && !" \t\r\n;{)".contains(*next));
        if let Some(next) = next {
            let place = Span::new(self.at, self.at + next.len_utf8());
            self.fault(
                place,
                "a word follows a quoted one without a blank",
                "put a blank between them, or quote both as one",
            );
        }
        let inner = Span::new(start + 1, end);
        let style = match quote {
            _ if !closed => Style::Block,
            b'"' => Style::DoubleQuoted,
            _ => Style::SingleQuoted,
        };
        Word { span: Span::new(start, self.at), inner, text: unescape(&self.text[inner.range()]), style }
    }

    fn bare(&mut self) -> Word {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut variable = false;
        while at < bytes.len() {
            // A value that a template fills in.
            if self.text.is_char_boundary(at) && self.text[at..].starts_with("{{") {
                at += self.text[at..].find("}}").map_or(bytes.len() - at, |end| end + 2);
                continue;
            }
            match bytes[at] {
                b'\\' if at + 1 < bytes.len() => at += 1,
                b'{' if at > start && bytes[at - 1] == b'$' => variable = true,
                b'}' if variable => variable = false,
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' => break,
                _ => {}
            }
            at += 1;
        }
        let mut end = at.min(bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.at = end;
        let span = Span::new(start, end);
        let text = unescape(&self.text[span.range()]);
        let style = if text.is_some() { Style::Block } else { Style::Plain };
        Word { span, inner: span, text, style }
    }
}

fn add(builder: &mut Builder, word: &Word) -> Result<(), Excess> {
    match &word.text {
        Some(text) => builder.scalar_owned(word.span, text, word.style, None, 0),
        None => builder.scalar_in_source(word.span, word.inner, word.style, None, 0),
    }
}

/// nginx takes the backslash away before quotes, a backslash and the letters of blanks, and keeps any other.
fn unescape(raw: &str) -> Option<String> {
    if !raw.contains('\\') {
        return None;
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let meant = match (c, chars.peek()) {
            ('\\', Some(next @ ('"' | '\'' | '\\'))) => Some(*next),
            ('\\', Some('t')) => Some('\t'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('n')) => Some('\n'),
            _ => None,
        };
        text.push(meant.unwrap_or(c));
        if meant.is_some() {
            chars.next();
        }
    }
    (text != raw).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Value;

    fn read(text: &str) -> (String, Vec<String>) {
        let parsed = parse("nginx.conf".into(), text.into(), Limits::default());
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
        let tree = parsed.located.root().map(show).unwrap_or_default();
        (tree, parsed.faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn directives_and_blocks() {
        for (text, tree) in [
            ("listen 80;", "listen(80)"),
            ("server { listen 80; # no\n}", "server() {listen(80)}"),
            ("add_header X \"a; {b}\" always;", "add_header(X|a; {b}|always)"),
            ("location ~ \\.php$ { }", "location(~|\\.php$) {}"),
            ("return 301 https://$host${request_uri};", "return(301|https://$host${request_uri})"),
            ("a 'it\\'s' \"\\\\\";", "a(it's|\\)"),
            ("content_by_lua_block { ngx.say({1}) } x;", "content_by_lua_block() {} x()"),
            ("proxy_pass {{ url }}/x; {% if a %} b; {% endif %}", "proxy_pass({{ url }}/x) b()"),
            ("if ($a = 'b') { set $c 'd'; }", "if(($a|=|b|)) {set($c|d)}"),
            ("map $a $b { default ''; ~^x 1; }", "map($a|$b) {default() ~^x(1)}"),
        ] {
            assert_eq!(read(text), (tree.to_string(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_no_directive_is_a_fault_and_the_rest_is_read() {
        for (text, tree, fault) in [
            ("server { listen 80 }", "server() {listen(80)}", "the directive has no `;` at its end"),
            ("server { listen 80;", "server() {listen(80)}", "the block is never closed"),
            ("} a;", "a()", "a `}` closes no block"),
            ("; a;", "a()", "a `;` ends nothing"),
            ("a \"b", "a(b)", "the quote is never closed"),
            ("a 'b'c;", "a(b|c)", "a word follows a quoted one without a blank"),
            (
                "root /x location / { index y; }",
                "root(/x|location|/) {index(y)}",
                "the directive has no `;` at its end",
            ),
        ] {
            let (found, faults) = read(text);
            assert_eq!(found, tree, "{text}");
            assert!(faults.contains(&fault.to_string()), "{text}: {faults:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z$~\"'\\\\{};# \n\\PC]{0,120}") {
            read(&text);
        }
    }
}
