//! Command lines as compose takes them apart.

use std::borrow::Cow;

use crate::collect::compose::effective::{Content, Effective};

/// Brings `command` and `entrypoint` to a list of words.
pub fn split(value: &mut Effective<'_>) {
    let Content::Text(text) = &value.content else { return };
    let Some(words) = words(text) else { return };
    value.content = Content::List(words.into_iter().map(|word| value.part(Cow::Owned(word))).collect());
}

/// A line of `healthcheck.test` is one for the shell.
pub fn test(value: &mut Effective<'_>) {
    if let Content::Text(line) = &value.content {
        let (shell, line) = (value.part(Cow::Borrowed("CMD-SHELL")), value.part(line.clone()));
        value.content = Content::List(vec![shell, line]);
    }
}

/// The words of a line up to the first sign that only a shell knows; None where a quote is never closed.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ';' | '&' | '|' | '<' | '>') => break,
            (None, _) if c.is_ascii_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn lines_are_taken_apart_as_compose_does() {
        for (line, expected) in [
            ("serve --port 80", Some(vec!["serve", "--port", "80"])),
            ("sh -c 'a && b'", Some(vec!["sh", "-c", "a && b"])),
            (r#"echo "a \"b\"" c\ d"#, Some(vec!["echo", r#"a "b""#, "c d"])),
            ("run ''  x", Some(vec!["run", "", "x"])),
            ("a | b", Some(vec!["a"])),
            ("a 'b", None),
            ("", Some(vec![])),
        ] {
            assert_eq!(words(line), expected.map(|words| words.into_iter().map(str::to_string).collect()), "{line}");
        }
    }
}
