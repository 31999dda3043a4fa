//! What paths of requests a proxy picks out.

use regex::Regex;

use crate::input::edges::Matching;

/// A character that stands for all that nobody wrote a path for.
const ANY: char = '\u{7f}';

#[derive(Clone, Debug)]
enum Shape {
    Exact,
    Prefix,
    Suffix,
    Part,
    /// None where the expression is none that can be read here.
    Expression(Option<Regex>),
}

/// A pattern of paths.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written, without the marks of its kind.
    text: String,
    shape: Shape,
    fold: bool,
}

impl Pattern {
    fn new(text: &str, shape: Shape, fold: bool) -> Self {
        Self { text: text.to_string(), shape, fold }
    }

    pub fn exact(text: &str, fold: bool) -> Self {
        Self::new(text, Shape::Exact, fold)
    }

    pub fn prefix(text: &str, fold: bool) -> Self {
        Self::new(text, Shape::Prefix, fold)
    }

    pub fn suffix(text: &str, fold: bool) -> Self {
        Self::new(text, Shape::Suffix, fold)
    }

    pub fn part(text: &str, fold: bool) -> Self {
        Self::new(text, Shape::Part, fold)
    }

    pub fn expression(text: &str, fold: bool) -> Self {
        let flags = if fold { "(?i)" } else { "" };
        Self::new(text, Shape::Expression(Regex::new(&format!("{flags}{text}")).ok()), fold)
    }

    /// A path with stars as Caddy reads it: at one end or at both, a star stands for everything; elsewhere for what is
    /// between two slashes. Letters count alike in both cases.
    pub fn stars(text: &str) -> Self {
        let (head, tail) = (text.strip_prefix('*'), text.strip_suffix('*'));
        let inner = text.strip_prefix('*').unwrap_or(text);
        let inner = inner.strip_suffix('*').unwrap_or(inner);
        match (head, tail) {
            _ if inner.contains(['*', '?', '[']) => {
                let part = |c: char| match c {
                    '*' => "[^/]*".to_string(),
                    '?' => "[^/]".to_string(),
                    c => regex::escape(&c.to_string()),
                };
                let expression: String = text.chars().map(part).collect();
                Self::expression(&format!("^{expression}$"), true)
            }
            (None, None) => Self::exact(text, true),
            (None, Some(_)) => Self::prefix(inner, true),
            (Some(_), None) => Self::suffix(inner, true),
            (Some(_), Some(_)) => Self::part(inner, true),
        }
    }

    /// Whether a path fits; None where nobody can tell.
    pub fn matches(&self, path: &str) -> Option<bool> {
        let lower = |text: &str| if self.fold { text.to_lowercase() } else { text.to_string() };
        let (path, text) = (lower(path), lower(&self.text));
        Some(match &self.shape {
            Shape::Exact => path == text,
            Shape::Prefix => path.starts_with(&text),
            Shape::Suffix => path.ends_with(&text),
            Shape::Part => path.contains(&text),
            Shape::Expression(expression) => expression.as_ref()?.is_match(&path),
        })
    }

    /// A path that fits, and fits nothing else that is written for other paths; None where none is found.
    pub fn sample(&self) -> Option<String> {
        let text = &self.text;
        let candidates = match &self.shape {
            Shape::Exact => vec![text.clone()],
            Shape::Prefix => vec![format!("{text}{ANY}")],
            Shape::Suffix => vec![format!("/{ANY}{text}")],
            Shape::Part => vec![format!("/{ANY}{text}{ANY}")],
            Shape::Expression(_) => {
                let literal = literal(text);
                let ends = ["".to_string(), format!("{ANY}"), format!("/{ANY}"), "a".to_string(), "1".to_string()];
                ends.iter().map(|end| format!("{literal}{end}")).collect()
            }
        };
        candidates.into_iter().find(|path| path.starts_with('/') && self.matches(path) == Some(true))
    }

    /// What the view shows of it.
    pub fn shown(&self) -> (String, Matching) {
        match &self.shape {
            Shape::Exact => (self.text.clone(), Matching::Exact),
            Shape::Prefix => (self.text.clone(), Matching::Prefix),
            Shape::Suffix => (format!("{}$", regex::escape(&self.text)), Matching::Expression),
            Shape::Part => (regex::escape(&self.text), Matching::Expression),
            Shape::Expression(_) => (self.text.clone(), Matching::Expression),
        }
    }
}

/// The path of requests that nobody wrote a pattern for.
pub fn anywhere() -> String {
    format!("/{ANY}")
}

/// What every text that fits an expression begins with, as far as it is plain.
fn literal(expression: &str) -> String {
    let mut found = String::new();
    let mut chars = expression.trim_start_matches('^').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) if !c.is_alphanumeric() => found.push(c),
                _ => break,
            },
            '(' | '[' | '.' | '$' | '|' | '{' | '*' | '+' | '?' | '^' => break,
            c => found.push(c),
        }
        // A character that may be missing is none that everything begins with.
        if matches!(chars.peek(), Some('?' | '*' | '{')) {
            found.pop();
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_paths() {
        for (text, path, fits) in [
            ("/api/*", "/api/x", true),
            ("/api/*", "/api", false),
            ("/API*", "/apis/x", true),
            ("/api", "/api/x", false),
            ("*.php", "/a/b.php", true),
            ("*/admin/*", "/x/admin/y", true),
            ("/a/*/c", "/a/b/c", true),
            ("/a/*/c", "/a/b/b/c", false),
        ] {
            assert_eq!(Pattern::stars(text).matches(path), Some(fits), "{text} {path}");
        }
    }

    #[test]
    fn samples_fit_their_own_pattern() {
        let patterns = [
            Pattern::stars("/api/*"),
            Pattern::stars("*.php"),
            Pattern::stars("*/x/*"),
            Pattern::exact("/x", false),
            Pattern::expression(r"^/(admin|x)/", false),
            Pattern::expression(r"^/admin\.php$", false),
        ];
        let samples: Vec<Option<String>> = patterns.iter().map(Pattern::sample).collect();
        assert_eq!(samples[0].as_deref(), Some("/api/\u{7f}"));
        assert_eq!(samples[4], None, "no plain text begins it");
        assert_eq!(samples[5].as_deref(), Some("/admin.php"));
        for (pattern, sample) in patterns.iter().zip(samples).filter(|(_, sample)| sample.is_some()) {
            assert_eq!(sample.and_then(|path| pattern.matches(&path)), Some(true), "{pattern:?}");
        }
    }
}
