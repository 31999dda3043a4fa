//! Literals of Python, which Ansible takes the values of an inventory in INI for.
//!
//! Grammar: <https://docs.python.org/3/reference/lexical_analysis.html> and the containers of
//! <https://docs.python.org/3/library/ast.html#ast.literal_eval>. Places are bytes of the text that is read.

use std::ops::Range;

use crate::syntax::scalar::Scalar;

/// Brackets inside brackets; what is nested deeper is text.
const DEEPEST: usize = 64;

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A number, `True`, `False` or `None`.
    Word(Range<usize>),
    Text(Text),
    /// A list, a tuple or a set, of which Ansible makes lists.
    List(Range<usize>, Vec<Literal>),
    Dict(Range<usize>, Vec<(Literal, Literal)>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub span: Range<usize>,
    /// Where the text stands as it is, without its quotes; None if escapes or neighbours change it.
    pub inner: Option<Range<usize>>,
    pub value: String,
}

/// The literal that a whole text is; None if it is none, and so is what it says.
pub fn parse(text: &str) -> Option<Literal> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.blanks();
    let start = reader.at;
    let first = reader.literal()?;
    reader.blanks();
    if !reader.takes(',') {
        return reader.ends().then_some(first);
    }
    // A comma makes a tuple, also without parentheses.
    let mut items = vec![first];
    reader.blanks();
    while !reader.ends() {
        items.push(reader.literal()?);
        reader.blanks();
        if !reader.takes(',') {
            break;
        }
        reader.blanks();
    }
    let end = reader.at;
    reader.ends().then(|| Literal::List(start..text.get(..end).map_or(end, |all| all.trim_end().len()), items))
}

/// The number or word that a text is.
pub fn word(text: &str) -> Option<Scalar<'static>> {
    match text {
        "None" => return Some(Scalar::Null),
        "True" => return Some(Scalar::Bool(true)),
        "False" => return Some(Scalar::Bool(false)),
        _ => {}
    }
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !are_separated(digits) {
        return None;
    }
    let plain = digits.replace('_', "");
    let radix = match plain.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    if radix != 10 {
        return whole(sign, plain.get(2..)?, radix);
    }
    if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        let is_octal = plain.starts_with('0') && plain.bytes().any(|byte| byte != b'0');
        let float = || plain.parse().ok().map(|value: f64| Scalar::Float(if sign == "-" { -value } else { value }));
        return if is_octal { None } else { whole(sign, &plain, 10).or_else(float) };
    }
    // Of what Rust takes for a float, words and a lone point are excluded by the characters.
    let is_float = plain.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let value: f64 = plain.parse().ok().filter(|_| is_float)?;
    Some(Scalar::Float(if sign == "-" { -value } else { value }))
}

fn whole(sign: &str, digits: &str, radix: u32) -> Option<Scalar<'static>> {
    let signed = || i64::from_str_radix(&format!("{sign}{digits}"), radix).ok().map(Scalar::Int);
    let unsigned = || u64::from_str_radix(digits, radix).ok().filter(|_| sign != "-").map(Scalar::UInt);
    let is_sound = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_sound { signed().or_else(unsigned) } else { None }
}

/// Whether each underscore stands between two digits, or behind the prefix of a base.
fn are_separated(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    digits.match_indices('_').all(|(at, _)| is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1)))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += if is_there { wanted.len_utf8() } else { 0 };
        is_there
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\u{c}']).len();
    }

    /// Whether nothing or a comment is left.
    fn ends(&self) -> bool {
        self.rest().is_empty() || self.rest().starts_with('#')
    }

    fn literal(&mut self) -> Option<Literal> {
        let start = self.at;
        match self.peek()? {
            '[' => self.list(']').map(|items| Literal::List(start..self.at, items.0)),
            '(' => {
                let (mut items, commas) = self.list(')')?;
                // Parentheses without a comma hold one value and are no list.
                match (items.len(), commas) {
                    (1, 0) => items.pop(),
                    _ => Some(Literal::List(start..self.at, items)),
                }
            }
            '{' => self.braces(),
            '"' | '\'' => self.texts(),
            c if c.is_ascii_alphabetic() && self.begins_text() => self.texts(),
            _ => {
                let length = self.rest().find([',', ' ', '\t', ']', ')', '}', ':', '#', '\u{c}']);
                self.at += length.unwrap_or(self.rest().len());
                word(self.text.get(start..self.at)?).map(|_| Literal::Word(start..self.at))
            }
        }
    }

    /// Whether letters stand before the quotes of a text.
    fn begins_text(&self) -> bool {
        let letters = self.rest().find(['"', '\'']).and_then(|at| self.rest().get(..at)).unwrap_or_default();
        matches!(letters.to_ascii_lowercase().as_str(), "r" | "u" | "b" | "br" | "rb")
    }

    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        self.next();
        self.blanks();
        (self.depth <= DEEPEST).then_some(())
    }

    /// The items up to a bracket, and the number of commas.
    fn list(&mut self, close: char) -> Option<(Vec<Literal>, usize)> {
        self.enter()?;
        let (mut items, mut commas) = (Vec::new(), 0);
        while !self.takes(close) {
            if items.len() != commas {
                return None;
            }
            items.push(self.literal()?);
            self.blanks();
            commas += usize::from(self.takes(','));
            self.blanks();
        }
        self.depth -= 1;
        Some((items, commas))
    }

    /// A mapping, or a set.
    fn braces(&mut self) -> Option<Literal> {
        let start = self.at;
        self.enter()?;
        let mut entries = Vec::new();
        let mut items = Vec::new();
        let mut open = true;
        while !self.takes('}') {
            if !open {
                return None;
            }
            let key = self.literal()?;
            self.blanks();
            if self.takes(':') {
                self.blanks();
                entries.push((key, self.literal()?));
            } else if !items.iter().any(|item| self.same(item, &key)) {
                items.push(key);
            }
            self.blanks();
            open = self.takes(',');
            self.blanks();
        }
        self.depth -= 1;
        let has_sound_keys = !entries.iter().any(|(key, _)| matches!(key, Literal::List(..) | Literal::Dict(..)));
        match (entries.is_empty(), items.is_empty()) {
            (_, true) => has_sound_keys.then_some(Literal::Dict(start..self.at, entries)),
            (true, false) => Some(Literal::List(start..self.at, items)),
            (false, false) => None,
        }
    }

    /// Whether two items of a set are one.
    fn same(&self, one: &Literal, other: &Literal) -> bool {
        match (one, other) {
            (Literal::Word(one), Literal::Word(other)) => self.text.get(one.clone()) == self.text.get(other.clone()),
            (Literal::Text(one), Literal::Text(other)) => one.value == other.value,
            _ => false,
        }
    }

    /// A text, or several that stand one behind the other and are one.
    fn texts(&mut self) -> Option<Literal> {
        let mut text = self.quoted()?;
        loop {
            let end = self.at;
            self.blanks();
            if !self.rest().starts_with(['"', '\'']) && !self.begins_text() {
                self.at = end;
                return Some(Literal::Text(text));
            }
            let next = self.quoted()?;
            text = Text { span: text.span.start..next.span.end, inner: None, value: text.value + &next.value };
        }
    }

    fn quoted(&mut self) -> Option<Text> {
        let start = self.at;
        let letters = self.rest().find(['"', '\''])?;
        let prefix = self.rest().get(..letters)?.to_ascii_lowercase();
        self.at += letters;
        let quote = self.next()?;
        let triple: String = std::iter::repeat_n(quote, 2).collect();
        let close = if self.rest().starts_with(&triple) {
            self.at += 2;
            format!("{triple}{quote}")
        } else {
            quote.to_string()
        };
        let from = self.at;
        let mut value = String::new();
        let mut as_is = true;
        while !self.rest().starts_with(&close) {
            match self.next()? {
                '\\' if prefix.contains('r') => value.extend(['\\', self.next()?]),
                '\\' => {
                    as_is = false;
                    self.escape(prefix.contains('b'), &mut value)?;
                }
                c => value.push(c),
            }
        }
        let inner = as_is.then_some(from..self.at);
        self.at += close.len();
        Some(Text { span: start..self.at, inner, value })
    }

    fn escape(&mut self, bytes: bool, value: &mut String) -> Option<()> {
        let c = self.next()?;
        let digits = match c {
            'x' => 2,
            'u' if !bytes => 4,
            'U' if !bytes => 8,
            '0'..='7' => {
                let length = self.rest().bytes().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let start = self.at - 1;
                self.at += length;
                let number = u32::from_str_radix(self.text.get(start..self.at)?, 8).ok()?;
                value.push(char::from_u32(number)?);
                return Some(());
            }
            // A character by its name.
            'N' if !bytes => return None,
            _ => 0,
        };
        if digits > 0 {
            let number = self.rest().get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            self.at += digits;
            value.push(char::from_u32(u32::from_str_radix(number, 16).ok()?)?);
            return Some(());
        }
        match c {
            '\\' | '\'' | '"' => value.push(c),
            'a' => value.push('\u{7}'),
            'b' => value.push('\u{8}'),
            'f' => value.push('\u{c}'),
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            'v' => value.push('\u{b}'),
            _ => value.extend(['\\', c]),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
