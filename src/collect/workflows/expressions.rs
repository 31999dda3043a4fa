//! Expressions of GitHub Actions, as far as it takes to know that GitHub refuses one.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>.

use std::ops::Range;

/// What is wrong with an expression, by bytes of its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub at: Range<usize>,
    pub message: String,
    pub help: String,
}

/// How deep GitHub lets an expression nest.
const DEEPEST: usize = 50;

const CONTEXTS: &[&str] =
    &["github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs"];

/// Functions with the least and the greatest number of arguments.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("contains", 2, 2),
    ("startsWith", 2, 2),
    ("endsWith", 2, 2),
    ("format", 1, 255),
    ("join", 1, 2),
    ("toJSON", 1, 1),
    ("fromJSON", 1, 1),
    ("case", 3, 255),
];

/// Functions that only some places know; the contexts of a place name them.
const OF_PLACES: &[(&str, usize, usize)] = &[
    ("always", 0, 0),
    ("cancelled", 0, 0),
    ("success", 0, usize::MAX),
    ("failure", 0, usize::MAX),
    ("hashFiles", 1, 255),
];

const BINARY: &[&str] = &["==", "!=", "<=", ">=", "<", ">", "&&", "||"];

/// Where the first expression in a text from `from` on stands: its braces, and what is between them.
pub struct Found {
    pub whole: Range<usize>,
    pub inside: Range<usize>,
}

/// The next expression of a text; an error is the place of braces that nothing closes.
pub fn next(text: &str, from: usize) -> Option<Result<Found, usize>> {
    let start = from + text[from..].find("${{")?;
    let mut quoted = false;
    let bytes = text.as_bytes();
    for at in start + 3..text.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => {
                return Some(Ok(Found { whole: start..at + 2, inside: start + 3..at }));
            }
            _ => {}
        }
    }
    Some(Err(start))
}

/// Reads an expression; `names` are the contexts and functions that its place knows.
pub fn check(text: &str, names: &[&str]) -> Result<(), Wrong> {
    let mut parser = Parser { text, at: 0, token: Token::End, span: 0..0, names };
    parser.advance()?;
    if parser.token == Token::End {
        return Err(parser.wrong("the expression is empty".into(), "write what it shall come to"));
    }
    parser.expression(0)?;
    match parser.token {
        Token::End => Ok(()),
        _ => Err(parser.unexpected()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Name,
    Literal,
    Sign(&'static str),
    End,
}

/// Two characters go before one.
const SIGNS: &[&str] = &["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*"];

/// The first token of a text without spaces before it, and its length; None for what no expression knows.
fn lex(text: &str) -> Option<(Token, usize)> {
    let Some(first) = text.bytes().next() else { return Some((Token::End, 0)) };
    if first == b'\'' {
        return Some((Token::Literal, quoted(text)?));
    }
    if first.is_ascii_alphabetic() || first == b'_' {
        let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(text.len());
        return Some((Token::Name, length));
    }
    let number = text.trim_start_matches(['-', '+', '.']);
    if number.len() + 2 >= text.len() && number.starts_with(|c: char| c.is_ascii_digit()) {
        return is_number(&text[..word(text)]).then_some((Token::Literal, word(text)));
    }
    SIGNS.iter().find(|sign| text.starts_with(**sign)).map(|sign| (Token::Sign(sign), sign.len()))
}

/// Length of a text in single quotes at the start, in which two quotes mean one.
fn quoted(text: &str) -> Option<usize> {
    let mut from = 1;
    loop {
        let end = from + text[from..].find('\'')?;
        if !text[end + 1..].starts_with('\'') {
            return Some(end + 1);
        }
        from = end + 2;
    }
}

/// Length of what stands before a space or a sign.
fn word(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || "()[],!<>=&|".contains(c)).unwrap_or(text.len())
}

fn is_number(text: &str) -> bool {
    let digits = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    digits("0x", 16) || digits("0o", 8) || text.parse::<f64>().is_ok()
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    token: Token,
    span: Range<usize>,
    names: &'a [&'a str],
}

impl Parser<'_> {
    fn wrong(&self, message: String, help: &str) -> Wrong {
        Wrong { at: self.span.clone(), message, help: help.into() }
    }

    fn unexpected(&self) -> Wrong {
        if self.token == Token::End {
            return self.wrong("the expression ends too early".into(), "complete it, or close its parentheses");
        }
        let message = format!("`{}` cannot stand here in an expression", &self.text[self.span.clone()]);
        self.wrong(message, "check the operators and parentheses around it")
    }

    fn advance(&mut self) -> Result<(), Wrong> {
        let rest = self.text[self.at..].trim_start();
        let start = self.text.len() - rest.len();
        let Some((token, length)) = lex(rest) else {
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            self.span = start..start + length;
            let message = format!("`{}` is nothing that an expression knows", &rest[..length]);
            return Err(self.wrong(message, "texts stand in single quotes; a quote inside is written twice"));
        };
        (self.token, self.span, self.at) = (token, start..start + length, start + length);
        Ok(())
    }

    fn takes(&mut self, sign: &str) -> Result<bool, Wrong> {
        let is = matches!(self.token, Token::Sign(found) if found == sign);
        if is {
            self.advance()?;
        }
        Ok(is)
    }

    fn expects(&mut self, sign: &str) -> Result<(), Wrong> {
        if self.takes(sign)? { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expression(&mut self, depth: usize) -> Result<(), Wrong> {
        if depth > DEEPEST {
            let message = format!("the expression nests deeper than {DEEPEST} levels");
            return Err(self.wrong(message, "split it over outputs or variables"));
        }
        self.operand(depth)?;
        while matches!(self.token, Token::Sign(sign) if BINARY.contains(&sign)) {
            self.advance()?;
            self.operand(depth)?;
        }
        Ok(())
    }

    fn operand(&mut self, depth: usize) -> Result<(), Wrong> {
        while self.takes("!")? {}
        match self.token {
            Token::Literal => self.advance()?,
            Token::Name => self.named(depth)?,
            Token::Sign("(") => {
                self.advance()?;
                self.expression(depth + 1)?;
                self.expects(")")?;
            }
            _ => return Err(self.unexpected()),
        }
        loop {
            if self.takes(".")? {
                if !self.takes("*")? {
                    match self.token {
                        Token::Name => self.advance()?,
                        _ => return Err(self.unexpected()),
                    }
                }
            } else if self.takes("[")? {
                if !self.takes("*")? {
                    self.expression(depth + 1)?;
                }
                self.expects("]")?;
            } else {
                return Ok(());
            }
        }
    }

    /// A context, a function with its arguments, or a word such as `true`.
    fn named(&mut self, depth: usize) -> Result<(), Wrong> {
        let (span, name) = (self.span.clone(), self.text[self.span.clone()].to_string());
        let is = |known: &&&str| known.eq_ignore_ascii_case(&name);
        self.advance()?;
        if self.token == Token::Sign("(") {
            let here = OF_PLACES.iter().filter(|known| self.names.contains(&known.0));
            let known = FUNCTIONS.iter().chain(here).find(|known| is(&&known.0)).copied();
            let count = self.arguments(depth)?;
            return match known {
                Some((_, least, most)) if (least..=most).contains(&count) => Ok(()),
                Some((_, least, most)) => Err(Wrong {
                    at: span,
                    message: format!("`{name}` does not take {count} arguments"),
                    help: match (least, most) {
                        (least, most) if least == most => format!("give it {least}"),
                        (least, most) => format!("give it {least} to {most}"),
                    },
                }),
                None if OF_PLACES.iter().any(|known| is(&&known.0)) => Err(Wrong {
                    at: span,
                    message: format!("the function `{name}` does not exist at this place"),
                    help: "ask it in a step, or in `if`".into(),
                }),
                None => Err(Wrong {
                    at: span,
                    message: format!("there is no function `{name}`"),
                    help: format!(
                        "the functions are {}",
                        FUNCTIONS.iter().map(|known| known.0).collect::<Vec<_>>().join(", ")
                    ),
                }),
            };
        }
        if ["true", "false", "null", "NaN", "Infinity"].contains(&name.as_str()) || self.names.iter().any(|k| is(&k)) {
            return Ok(());
        }
        let here: Vec<&str> = self.names.iter().copied().filter(|name| CONTEXTS.contains(name)).collect();
        let help = format!("here an expression may use {}", here.join(", "));
        let message = match CONTEXTS.iter().any(|k| is(&k)) {
            true => format!("the context `{name}` does not exist at this place"),
            false => format!("there is no context `{name}`"),
        };
        Err(Wrong { at: span, message, help })
    }

    fn arguments(&mut self, depth: usize) -> Result<usize, Wrong> {
        self.expects("(")?;
        if self.takes(")")? {
            return Ok(0);
        }
        let mut count = 1;
        self.expression(depth + 1)?;
        while self.takes(",")? {
            count += 1;
            self.expression(depth + 1)?;
        }
        self.expects(")")?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that a refusal points at and its message; empty where there is none.
    fn refused(text: &str) -> (String, String) {
        match check(text, &["github", "matrix", "always", "success"]) {
            Ok(()) => Default::default(),
            Err(wrong) => (text[wrong.at].to_string(), wrong.message),
        }
    }

    #[test]
    fn what_github_takes_is_no_fault() {
        for text in [
            "github.ref",
            " GitHub.event['it''s'][0].*.name != null && (1.5e3 < -.5 || !!true) ",
            "format('{0} {1}', github.sha, 0xff) == 'a }} b'",
            "contains(fromJSON('[1]'), matrix.node-version) && always()",
            "success('a', 'b') || matrix.*['x'] == NaN",
            "case(true, 'a', 'b')",
        ] {
            assert_eq!(refused(text), Default::default(), "{text}");
        }
    }

    #[test]
    fn refusals_point_at_what_is_wrong() {
        for (text, at, message) in [
            ("  ", "", "the expression is empty"),
            ("github.ref ==", "", "the expression ends too early"),
            ("(github.ref", "", "the expression ends too early"),
            ("1 < )", ")", "`)` cannot stand here in an expression"),
            ("github.ref 2", "2", "`2` cannot stand here in an expression"),
            ("github.ref == \"main\"", "\"main\"", "`\"main\"` is nothing that an expression knows"),
            ("'open", "'open", "`'open` is nothing that an expression knows"),
            ("1 = 2", "=", "`=` is nothing that an expression knows"),
            ("1.2.3 == 1", "1.2.3", "`1.2.3` is nothing that an expression knows"),
            ("github.ref == main", "main", "there is no context `main`"),
            ("env.X", "env", "the context `env` does not exist at this place"),
            ("now()", "now", "there is no function `now`"),
            ("hashFiles('a')", "hashFiles", "the function `hashFiles` does not exist at this place"),
            ("contains('a')", "contains", "`contains` does not take 1 arguments"),
        ] {
            assert_eq!(refused(text), (at.to_string(), message.to_string()), "{text}");
        }
        let deep = format!("{}1{}", "(".repeat(60_000), ")".repeat(60_000));
        assert_eq!(refused(&deep).1, "the expression nests deeper than 50 levels");
    }

    #[test]
    fn braces_inside_quotes_close_nothing() {
        let text = "a ${{ '}}' }} b ${{ c";
        let first = next(text, 0).expect("one").expect("closed");
        assert_eq!((&text[first.whole.clone()], &text[first.inside]), ("${{ '}}' }}", " '}}' "));
        assert_eq!(next(text, first.whole.end).expect("another").err(), Some(16));
        assert!(next(text, 18).is_none());
    }
}
