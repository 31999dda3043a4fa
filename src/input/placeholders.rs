//! Values that somebody was to fill in, from `policies/data/placeholders.yaml`.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use crate::input::settings::{Placeholder, PlaceholderKind};
use crate::input::tables;

struct Table {
    /// By their first token: all of their tokens, and how they are called.
    words: HashMap<String, Vec<(Vec<String>, String)>>,
    whole: HashSet<String>,
    prefixes: Vec<String>,
    domains: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table = tables::read("placeholders");
    let root = table.root().and_then(|root| root.get("placeholders"));
    let texts = |key| tables::texts(root.and_then(|root| root.get(key)));
    let mut words: HashMap<String, Vec<(Vec<String>, String)>> = HashMap::default();
    for word in texts("words") {
        let parts: Vec<String> = word.split('-').map(str::to_string).collect();
        words.entry(parts[0].clone()).or_default().push((parts, word));
    }
    Table { words, whole: texts("whole").into_iter().collect(), prefixes: texts("prefixes"), domains: texts("domains") }
});

/// What makes a value a placeholder; `public_url` says that users are given it, so that localhost is none of theirs.
pub fn of(value: &str, public_url: bool) -> Option<Placeholder> {
    let value = value.trim().to_lowercase();
    if value.is_empty() || value.contains('\n') {
        return None;
    }
    let found = |word: &str, kind| Some(Placeholder { word: word.to_string(), kind });
    if value.starts_with('<') && value.ends_with('>') && value.len() > 2 {
        return found("<...>", PlaceholderKind::Word);
    }
    let table = &*TABLE;
    if table.whole.contains(&value) || value.len() >= 3 && value.bytes().all(|byte| byte == b'x') {
        return found(&value, PlaceholderKind::Word);
    }
    for domain in &table.domains {
        if has_domain(&value, domain) {
            return found(domain, PlaceholderKind::ExampleDomain);
        }
    }
    if value.starts_with("test@") {
        return found("test@", PlaceholderKind::ExampleDomain);
    }
    if public_url && is_localhost(&value) {
        return found("localhost", PlaceholderKind::Localhost);
    }
    if let Some(prefix) = table.prefixes.iter().find(|prefix| value.starts_with(prefix.as_str())) {
        return found(prefix, PlaceholderKind::Word);
    }
    // Words of a sentence, of a path or of a host name say nothing about the value as a whole.
    if value.contains(['/', '.', ':']) {
        return None;
    }
    word(&value, value.contains(' ')).and_then(|word| found(word, PlaceholderKind::Word))
}

/// The first word that stands in a value; with `whole`, one that is all of it.
fn word(value: &str, whole: bool) -> Option<&'static str> {
    let mut rest = value;
    loop {
        let mut tokens = tokens(rest).peekable();
        let first = tokens.next()?;
        if first.len() >= 3 && first.bytes().all(|byte| byte == b'x') && !whole {
            return Some("xxx");
        }
        for (parts, word) in TABLE.words.get(first).into_iter().flatten() {
            let mut rest = self::tokens(rest);
            if parts.iter().all(|part| rest.next() == Some(part)) && (!whole || rest.next().is_none()) {
                return Some(word);
            }
        }
        tokens.peek()?;
        let at = rest.find(first).unwrap_or_default() + first.len();
        rest = &rest[at..];
        if whole {
            return None;
        }
    }
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty())
}

/// Whether a domain, or a name below it, stands in a value.
fn has_domain(value: &str, domain: &str) -> bool {
    value.match_indices(domain).any(|(at, _)| {
        let before = value[..at].chars().next_back();
        let mut behind = value[at + domain.len()..].chars();
        // `example.com.au` is another domain; a full stop ends a sentence.
        let after = behind.next().filter(|c| *c != '.').or_else(|| behind.next());
        before.is_none_or(|c| matches!(c, '/' | '@' | '.' | ' ' | ',' | '"' | '\''))
            && after.is_none_or(|c| !c.is_alphanumeric() && c != '-')
    })
}

fn is_localhost(value: &str) -> bool {
    let host = value.split_once("://").map_or(value, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or(host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_as_a_whole_or_by_a_token() {
        for (value, word) in [
            ("changeme", "changeme"),
            ("CHANGE-ME", "change-me"),
            ("your-api-key", "your-"),
            ("YOUR_API_KEY_HERE", "your_"),
            ("<your key>", "<...>"),
            ("xxxxxxxx", "xxxxxxxx"),
            ("pk_placeholder_1", "placeholder"),
            ("dummy-token", "dummy"),
            ("change me", "change-me"),
            ("please_change_me", "please-change"),
            ("super-secret-jwt-key-please-change-this-2024", "please-change"),
            ("some_key_change_this_in_production", "change-this"),
            ("REPLACE_ME_WITH_A_LONG_RANDOM_STRING", "replace-me"),
            ("generate-with-openssl-rand-base64-32-and-put-it-here", "openssl-rand"),
            ("django-insecure-0x!y3k#s9v@q1z", "django-insecure-"),
            ("secret-for-development-only", "for-development-only"),
            ("xoxb-xxx-xxx", "xxx"),
            ("XXXX-XXXX-XXXX", "xxx"),
            ("todo: set this", "todo:"),
            ("see https://example.com.", "example.com"),
            ("todo", "todo"),
            ("ops@example.com", "example.com"),
            ("https://api.example.org/v1", "example.org"),
            ("test@acme.io", "test@"),
        ] {
            assert_eq!(of(value, false).map(|placeholder| placeholder.word).as_deref(), Some(word), "{value}");
        }
        for value in [
            "",
            "info",
            "https://acme.io/todo/list",
            "footer",
            "/srv/example/data",
            "myexample.company",
            "erp_test",
            "https://www.example.com.au/x",
            "you may change this later",
            "change-log",
            "dev-only",
            "/todo",
            "exchange-me",
            "xx-large",
            "---",
        ] {
            assert_eq!(of(value, false), None, "{value}");
        }
    }

    #[test]
    fn localhost_is_a_placeholder_only_where_users_are_given_it() {
        for value in ["http://localhost:3000", "127.0.0.1", "localhost"] {
            assert_eq!(of(value, true).map(|placeholder| placeholder.kind), Some(PlaceholderKind::Localhost));
            assert_eq!(of(value, false), None);
        }
        assert_eq!(of("https://app.acme.io", true), None);
    }
}
