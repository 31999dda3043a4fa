//! Words and marks of files of Caddy.

use crate::located::{Span, Style};
use crate::syntax::Faults;
use crate::syntax::caddyfile::fault;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Word,
    Open,
    Close,
}

pub struct Token {
    pub mark: Mark,
    pub span: Span,
    /// What stands between the quotes, or all of it.
    pub inner: Span,
    /// Its text, if escapes make it differ.
    pub text: Option<String>,
    pub style: Style,
    /// Whether it is the first of its line.
    pub first: bool,
}

pub struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Up to where nothing closes a variable or a value of a template.
    barren: [usize; 2],
    pub faults: Faults,
}

/// What may have blanks inside a word: a variable of the environment, a value that a template fills in.
const FILLED: [(&str, &str); 2] = [("{$", "}"), ("{{", "}}")];

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str, at: usize) -> Self {
        Self { text, at, barren: [0; 2], faults: Faults::default() }
    }

    fn fault(&mut self, span: Span, message: &str, help: &str) {
        self.faults.push(fault(span, message, help));
    }

    /// The next word or mark.
    pub fn token(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let mut first = self.at == 0 || self.text[..self.at].trim_start_matches('\u{feff}').is_empty();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\n' => {
                    first = true;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' => self.at += self.text[self.at..].find('\n').unwrap_or(bytes.len() - self.at),
                b'\\' => match &bytes[self.at + 1..] {
                    [b'\n', ..] => self.at += 2,
                    [b'\r', b'\n', ..] => self.at += 3,
                    _ => break,
                },
                _ => break,
            }
        }
        let token = match bytes.get(self.at)? {
            b'"' => self.quoted(),
            b'`' => self.backticks(),
            _ => self.heredoc().unwrap_or_else(|| self.bare()),
        };
        Some(Token { first, ..token })
    }

    fn quoted(&mut self) -> Token {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while at < bytes.len() && bytes[at] != b'"' {
            at += if bytes[at..].starts_with(b"\\\"") { 2 } else { 1 };
        }
        let end = at.min(bytes.len());
        let inner = Span::new(start + 1, end);
        let raw = &self.text[inner.range()];
        let text = raw.contains("\\\"").then(|| raw.replace("\\\"", "\""));
        self.close(start, end, inner, text, Style::DoubleQuoted)
    }

    fn backticks(&mut self) -> Token {
        let start = self.at;
        let end = self.text[start + 1..].find('`').map_or(self.text.len(), |end| start + 1 + end);
        self.close(start, end, Span::new(start + 1, end), None, Style::Block)
    }

    /// A word whose closing quote stands at `end`, unless the text ends there.
    fn close(&mut self, start: usize, end: usize, inner: Span, text: Option<String>, style: Style) -> Token {
        let closed = end < self.text.len();
        if !closed {
            self.fault(Span::new(start, start + 1), "the quote is never closed", "close it");
        }
        self.at = if closed { end + 1 } else { end };
        let style = if closed { style } else { Style::Block };
        Token { mark: Mark::Word, span: Span::new(start, self.at), inner, text, style, first: false }
    }

    /// `<<MARK`, lines, and the mark again; the blanks before the last mark are taken off each line.
    fn heredoc(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = self.text[start..].strip_prefix("<<")?;
        let line = rest.find('\n')?;
        let name = rest[..line].trim_end_matches('\r');
        let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !named {
            return None;
        }
        let begin = start + 2 + line + 1;
        let mut at = begin;
        for line in self.text[begin..].split_inclusive('\n') {
            let content = line.trim_start();
            let padding = &line[..line.len() - content.len()];
            let ends =
                content.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
            if ends {
                let lines = self.text[begin..at].lines();
                let lines: Vec<&str> = lines.map(|line| line.strip_prefix(padding).unwrap_or(line)).collect();
                let text = lines.join("\n");
                self.at = at + padding.len() + name.len();
                let span = Span::new(start, self.at);
                let token =
                    Token { mark: Mark::Word, span, inner: span, text: Some(text), style: Style::Block, first: false };
                return Some(token);
            }
            at += line.len();
        }
        self.fault(
            Span::new(start, start + 2 + name.len()),
            "the heredoc is never closed",
            "write its mark on a line of its own",
        );
        self.at = self.text.len();
        let span = Span::new(start, self.at);
        Some(Token { mark: Mark::Word, span, inner: span, text: None, style: Style::Block, first: false })
    }

    /// The length of what is filled in at a place.
    fn filled(&mut self, at: usize) -> Option<usize> {
        let starts = |open: &str| self.text.as_bytes()[at..].starts_with(open.as_bytes());
        let kind = FILLED.iter().position(|(open, _)| starts(open)).filter(|kind| self.barren[*kind] <= at)?;
        let line = self.text[at..].split('\n').next().unwrap_or_default();
        let close = FILLED[kind].1;
        if let Some(length) = line.find(close) {
            return Some(length + close.len());
        }
        self.barren[kind] = at + line.len();
        None
    }

    fn bare(&mut self) -> Token {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start;
        while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
            let rest = &bytes[at..];
            match self.filled(at) {
                Some(length) => at += length,
                None if rest.starts_with(b"\\\n") || rest.starts_with(b"\\\r\n") => break,
                None => at += 1,
            }
        }
        self.at = at;
        let span = Span::new(start, at);
        let mark = match &self.text[span.range()] {
            "{" => Mark::Open,
            "}" => Mark::Close,
            _ => Mark::Word,
        };
        Token { mark, span, inner: span, text: None, style: Style::Plain, first: false }
    }
}
