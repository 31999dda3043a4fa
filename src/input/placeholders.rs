//! Values that somebody was to fill in, from `policies/data/placeholders.yaml`.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::input::settings::{Placeholder, PlaceholderKind};
use crate::input::tables;

struct Table {
    words: HashSet<String>,
    whole: HashSet<String>,
    prefixes: Vec<String>,
    domains: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table = tables::read("placeholders");
    let root = table.root().and_then(|root| root.get("placeholders"));
    let texts = |key| tables::texts(root.and_then(|root| root.get(key)));
    Table {
        words: texts("words").into_iter().collect(),
        whole: texts("whole").into_iter().collect(),
        prefixes: texts("prefixes"),
        domains: texts("domains"),
    }
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
    if let Some(word) = table.words.get(&value) {
        return found(word, PlaceholderKind::Word);
    }
    // Words of a sentence, of a path or of a host name say nothing about the value as a whole.
    if value.contains(['/', '.', ' ', ':']) {
        return None;
    }
    let tokens = |split: fn(char) -> bool| value.split(split).find_map(|token| table.words.get(token));
    tokens(|c| !c.is_alphanumeric()).and_then(|word| found(word, PlaceholderKind::Word))
}

/// Whether a domain, or a name below it, stands in a value.
fn has_domain(value: &str, domain: &str) -> bool {
    value.match_indices(domain).any(|(at, _)| {
        let before = value[..at].chars().next_back();
        let after = value[at + domain.len()..].chars().next();
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
            ("todo", "todo"),
            ("ops@example.com", "example.com"),
            ("https://api.example.org/v1", "example.org"),
            ("test@acme.io", "test@"),
        ] {
            assert_eq!(of(value, false).map(|placeholder| placeholder.word).as_deref(), Some(word), "{value}");
        }
        for value in
            ["", "info", "https://acme.io/todo/list", "footer", "/srv/example/data", "myexample.company", "erp_test"]
        {
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
