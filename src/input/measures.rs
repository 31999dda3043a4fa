//! How strong a secret is, without saying it.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use crate::input::settings::Measures;
use crate::input::tables;

static DEFAULTS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let table = tables::read("default_passwords");
    tables::texts(table.root().and_then(|root| root.get("default_passwords"))).into_iter().collect()
});

/// Measures of a secret; `user` is the user name that belongs to it.
pub fn of(secret: &str, user: Option<&str>) -> Measures {
    let length = secret.chars().count();
    Measures {
        length,
        shannon_bits: round(shannon(secret)),
        pool_bits: round(length as f64 * pool(secret).log2()),
        repeated: is_repeated(secret),
        known_default: DEFAULTS.contains(&secret.to_lowercase()),
        equals_user: !secret.is_empty() && user == Some(secret),
        empty: secret.is_empty(),
    }
}

/// To a hundredth, so that reports do not depend on the order of additions.
fn round(bits: f64) -> f64 {
    if bits.is_finite() { (bits * 100.0).round() / 100.0 } else { 0.0 }
}

/// Length times the entropy of the distribution of its characters, in bits.
fn shannon(secret: &str) -> f64 {
    let mut counts: HashMap<char, f64> = HashMap::default();
    for c in secret.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let total: f64 = counts.values().sum();
    let mut parts: Vec<f64> = counts.values().map(|count| -count * (count / total).log2()).collect();
    parts.sort_by(f64::total_cmp);
    parts.iter().sum()
}

/// Size of the character classes that a secret uses.
fn pool(secret: &str) -> f64 {
    let has = |class: fn(char) -> bool| secret.chars().any(class);
    let mut size = 0.0;
    for (class, count) in [
        (char::is_lowercase as fn(char) -> bool, 26.0),
        (char::is_uppercase, 26.0),
        (|c| c.is_ascii_digit(), 10.0),
        (|c| !c.is_alphanumeric(), 33.0),
    ] {
        if has(class) {
            size += count;
        }
    }
    f64::max(size, 1.0)
}

/// Whether a secret is a shorter pattern written at least twice, or one character over and over.
fn is_repeated(secret: &str) -> bool {
    let chars: Vec<char> = secret.chars().collect();
    (1..=chars.len() / 2).any(|period| {
        chars.len() >= 4
            && chars.len().is_multiple_of(period)
            && chars.iter().enumerate().all(|(n, c)| *c == chars[n % period])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_is_measured_as_the_catalogue_says() {
        let strong = of("q7Rz-pL2vX9_mK4tB8wN3cJ6hD1fG5sY", None);
        assert!(strong.length == 32 && strong.shannon_bits >= 160.0 && strong.pool_bits >= 200.0);
        let phrase = of("change-this-secret-key", None);
        assert!(phrase.shannon_bits < 160.0);
        assert!(of("abcabcabcabc", None).repeated && of("aaaa", None).repeated && !of("abcabd", None).repeated);
        assert!(of("Postgres", None).known_default && !of("kT8#vq", None).known_default);
        assert!(of("app", Some("app")).equals_user && !of("app", Some("App")).equals_user);
        assert!(of("", None).empty);
    }
}
