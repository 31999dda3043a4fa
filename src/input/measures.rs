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

/// Whether a value of whatever name is worth a look for credentials: it is a URL with something before an `@`.
pub fn may_hold_credentials(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'))
}

/// User and password of a connection URL, percent-decoded; None if it holds no password literal.
pub fn credentials(url: &str) -> Option<(Option<String>, String)> {
    let Some((_, rest)) = url.split_once("://") else { return key_value(url) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let Some((userinfo, _)) = authority.rsplit_once('@').or_else(|| unescaped(rest)) else { return key_value(url) };
    let (user, password) = userinfo.split_once(':')?;
    let password = decode(password);
    let user = (!user.is_empty()).then(|| decode(user));
    (!password.is_empty()).then_some((user, password))
}

/// User information and the rest, where the password holds a slash that should have been escaped.
fn unescaped(rest: &str) -> Option<(&str, &str)> {
    let (userinfo, host) = rest.rsplit_once('@')?;
    let (_, password) = userinfo.split_once(':')?;
    let until_slash = password.split(['/', '?', '#']).next().unwrap_or(password);
    let is_port = !until_slash.is_empty() && until_slash.bytes().all(|byte| byte.is_ascii_digit());
    (!is_port && !userinfo.contains('@') && !host.is_empty()).then_some((userinfo, host))
}

/// `Server=db;User Id=app;Password=...` of .NET, and `password=` of a URL's query or of libpq.
fn key_value(text: &str) -> Option<(Option<String>, String)> {
    let mut user = None;
    let mut password = None;
    for pair in text.split([';', '&', '?', ' ']) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "password" | "pwd" => password = Some(value.trim_matches(['\'', '"']).to_string()),
            "user" | "user id" | "uid" | "username" | "id" => user = Some(value.to_string()),
            _ => {}
        }
    }
    password.filter(|password| !password.is_empty()).map(|password| (user, password))
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
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

    #[test]
    fn passwords_inside_urls() {
        for (url, expected) in [
            ("postgres://app:s%40fe@db:5432/app", Some((Some("app"), "s@fe"))),
            ("postgresql+asyncpg://u:p@db/x", Some((Some("u"), "p"))),
            ("postgres://app:a/b+c/d=@db:5432/app?sslmode=require", Some((Some("app"), "a/b+c/d="))),
            ("postgres://db:5432/app?options=a@b", None),
            ("redis://:pw@redis:6379", Some((None, "pw"))),
            ("amqp://app:pw@mq:5672//", Some((Some("app"), "pw"))),
            ("Server=db;User Id=sa;Password=Abc;", Some((Some("sa"), "Abc"))),
            ("jdbc:postgresql://db/app?user=u&password=pw", Some((Some("u"), "pw"))),
            ("postgres://db:5432/app", None),
            ("postgres://app@db/app", None),
            ("postgres://app:@db/app", None),
        ] {
            let found = credentials(url);
            let found = found.as_ref().map(|(user, password)| (user.as_deref(), password.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }
}
