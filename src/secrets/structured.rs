//! Structures that a secret's text must decode to: tokens of JSON, private keys, pairs of user and password.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::input::{placeholders, tables};
use crate::secrets::checksums::decoded;

/// A signed token for somebody: <https://www.rfc-editor.org/rfc/rfc7519>. Tokens without a signature, those that are made
/// to be public and those of documentation (jwt.io's front page, PyJWT's first example) open nothing.
pub fn jwt(secret: &str) -> bool {
    let Some((_, claims)) = signed(secret) else { return false };
    let says = |key: &str, value: &str| claims.get(key).and_then(Value::as_str) == Some(value);
    let of_nobody = says("role", "anon") || says("name", "John Doe") || says("some", "payload");
    let example = claims.values().filter_map(Value::as_str).any(|text| text.contains("example.com"));
    !of_nobody && !example && !claims.is_empty()
}

/// The token of a Kubernetes service account.
pub fn jwt_kubernetes(secret: &str) -> bool {
    signed(secret).is_some_and(|(_, claims)| {
        let legacy = claims.get("iss").and_then(Value::as_str) == Some("kubernetes/serviceaccount");
        legacy || claims.get("kubernetes.io").is_some_and(Value::is_object)
    })
}

/// Supabase's key of the role that passes by row-level security.
pub fn jwt_supabase(secret: &str) -> bool {
    signed(secret).is_some_and(|(_, claims)| {
        let says = |key: &str, value: &str| claims.get(key).and_then(Value::as_str) == Some(value);
        says("role", "service_role")
            && claims.get("iss").and_then(Value::as_str).is_some_and(|by| by.contains("supabase"))
    })
}

type Object = serde_json::Map<String, Value>;

/// Header and claims of a token that is signed.
fn signed(secret: &str) -> Option<(Object, Object)> {
    let parts: Vec<&str> = secret.split('.').collect();
    let [header, claims, signature] = parts[..] else { return None };
    let header = object(header)?;
    let algorithm = header.get("alg")?.as_str()?;
    let is_signed = !algorithm.eq_ignore_ascii_case("none") && decoded(signature)?.len() >= 20;
    is_signed.then_some((header, object(claims)?))
}

fn object(base64: &str) -> Option<Object> {
    serde_json::from_slice(&decoded(base64)?).ok()
}

/// Sentry's organisation tokens carry base64 of an object with the address that they are for.
/// <https://github.com/getsentry/rfcs/blob/main/text/0091-ci-upload-tokens.md>
pub fn sentry_org(secret: &str) -> bool {
    let facts =
        secret.strip_prefix("sntrys_").and_then(|rest| rest.rsplit_once('_')).and_then(|(facts, _)| object(facts));
    facts.is_some_and(|facts| facts.contains_key("iat") && facts.contains_key("org"))
}

/// Grafana Cloud's tokens are base64 of an object: organisation, name, key, region.
pub fn grafana_cloud(secret: &str) -> bool {
    let facts = secret.strip_prefix("glc_").and_then(object);
    facts.is_some_and(|facts| facts.contains_key("n") && facts.contains_key("k"))
}

/// Grafana's former API keys are base64 of an object: key, name, id.
pub fn grafana_key(secret: &str) -> bool {
    object(secret).is_some_and(|facts| ["k", "n", "id"].iter().all(|key| facts.contains_key(*key)))
}

/// The first part of a Discord bot's token is its user's id in base64.
pub fn discord_bot(secret: &str) -> bool {
    let id = secret.split('.').next().and_then(decoded).unwrap_or_default();
    (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit)
}

/// Base64 of `user:password`, as HTTP's basic authentication and docker's `config.json` have it.
pub fn user_password(secret: &str) -> bool {
    let text = decoded(secret).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let printable = !text.contains(|c: char| c.is_control());
    printable && text.split_once(':').is_some_and(|(user, password)| !user.is_empty() && is_literal(password))
}

/// A private key as DER: a sequence, whatever is in it.
pub fn pem_der(secret: &str) -> bool {
    body(secret).is_some_and(|bytes| bytes.len() >= 32 && bytes[0] == 0x30)
}

/// A private key in OpenSSH's own form: <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>
pub fn pem_openssh(secret: &str) -> bool {
    body(secret).is_some_and(|bytes| bytes.starts_with(b"openssh-key-v1\0"))
}

/// A private key that is encrypted, or of a kind with a form of its own.
pub fn pem(secret: &str) -> bool {
    body(secret).is_some_and(|bytes| bytes.len() >= 32)
}

/// A private key as base64 of its whole file, as Kubernetes keeps it.
pub fn pem_in_base64(secret: &str) -> bool {
    decoded(secret).and_then(|bytes| String::from_utf8(bytes).ok()).is_some_and(|text| pem(&text))
}

/// A key of PuTTY, with its private part.
pub fn putty(secret: &str) -> bool {
    secret.contains("\nPrivate-Lines: ")
}

/// What stands between the two lines of dashes, decoded. The lines in between may be indented, quoted, and joined by
/// escapes such as `\n`; lines of words (`Proc-Type: 4,ENCRYPTED`) and a checksum (`=abcd`) are no part of it.
fn body(secret: &str) -> Option<Vec<u8>> {
    let (_, rest) = secret.split_once("-----BEGIN ")?;
    let (_, rest) = rest.split_once("-----")?;
    let (inside, _) = rest.rsplit_once("-----END ")?;
    let lines = inside.replace("\\r", "").replace("\\n", "\n").replace("\\\n", "\n");
    let is_key = |line: &&str| !(line.contains(':') || line.len() == 5 && line.starts_with('='));
    let lines =
        lines.lines().map(|line| line.trim_matches([' ', '\t', '"', '\'', ',', '+', '\\', '#', '*', '>', '|', ';']));
    // A plus at either end of a line may belong to the key as well as to the source text around it.
    let joined: String = lines.filter(is_key).collect();
    decoded(&joined).or_else(|| {
        let is_base64 = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        let all: String = inside.replace("\\r", "").replace("\\n", "\n").lines().filter(is_key).collect();
        let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '|' | '>');
        let is_sound = all.chars().all(|c| is_base64(&c) || around(c));
        is_sound.then(|| decoded(&all.chars().filter(is_base64).collect::<String>()))?
    })
}

/// A password that somebody chose, as opposed to a reference, a placeholder, or what a product ships with.
pub fn own_password(secret: &str) -> bool {
    is_literal(secret) && !is_default(secret)
}

/// A password that everybody tries first, which lets in all the same.
pub fn default_password(secret: &str) -> bool {
    is_literal(secret) && is_default(secret)
}

/// Words that say that a password stands here, and are none.
const STAND_INS: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "pass",
    "pwd",
    "pw",
    "passphrase",
    "secret",
    "token",
    "mypassword",
    "mypass",
    "yourpassword",
    "userpassword",
    "dbpassword",
    "dbpass",
    "db_password",
    "db_pass",
    "user",
    "username",
    "credentials",
    "some_password",
    "somepassword",
    "my_password",
    "my-password",
    "the_password",
    "hidden",
    "hunter2",
    "none",
    "null",
];

/// Words that say so in the midst of others.
const PLACED: &[&str] =
    &["change_me", "changeme", "change-me", "replace_me", "replaceme", "your_", "your-", "xxxxx", "<"];

/// Whether a password stands here itself, be it never so weak.
pub fn is_literal(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    let refers = secret.starts_with(['$', '{', '<', '%', '[', '('])
        || secret.contains("${")
        || secret.contains("$(")
        || secret.contains("{{")
        || secret.contains("...")
        || secret.contains("***")
        || secret.contains("%s")
        || secret.contains('{') && secret.contains('}');
    let upper_name = secret.len() > 3
        && secret.contains('_')
        && secret.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
    !(secret.is_empty() || refers || upper_name || STAND_INS.contains(&lower.as_str()))
        && lower.bytes().any(|byte| byte != lower.as_bytes()[0])
        && !PLACED.iter().any(|word| lower.contains(word))
        && placeholders::of(secret, false).is_none()
}

fn is_default(secret: &str) -> bool {
    static DEFAULTS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let table = tables::read("default_passwords");
        tables::texts(table.root().and_then(|root| root.get("default_passwords"))).into_iter().collect()
    });
    DEFAULTS.contains(&secret.to_lowercase())
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL_NOPAD};

    use super::*;

    fn token(header: &str, claims: &str, signature: usize) -> String {
        let encode = |text: &[u8]| BASE64URL_NOPAD.encode(text);
        format!("{}.{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()), encode(&vec![7; signature]))
    }

    #[test]
    fn only_signed_tokens_for_somebody_count() {
        let header = r#"{"alg":"HS256","typ":"JWT"}"#;
        assert!(jwt(&token(header, r#"{"sub":"17"}"#, 32)));
        for (header, claims, signature) in [
            (r#"{"alg":"none"}"#, r#"{"sub":"17"}"#, 32),
            (header, r#"{"sub":"17"}"#, 0),
            (header, r#"{"role":"anon"}"#, 32),
            (header, r#"{"sub":"1234567890","name":"John Doe"}"#, 32),
            (header, "[1]", 32),
            (header, "{}", 32),
        ] {
            assert!(!jwt(&token(header, claims, signature)), "{header} {claims} {signature}");
        }
        assert!(jwt_kubernetes(&token(header, r#"{"iss":"kubernetes/serviceaccount"}"#, 32)));
        assert!(!jwt_kubernetes(&token(header, r#"{"iss":"me"}"#, 32)));
    }

    #[test]
    fn keys_decode_however_their_lines_are_written() {
        let bytes: Vec<u8> = [0x30].into_iter().chain(0..120).collect();
        let base64 = BASE64.encode(&bytes);
        let (first, second) = base64.split_at(64);
        let begin = "\x2d----BEGIN PRIVATE KEY-----";
        let end = "-----END PRIVATE KEY-----";
        for text in [
            format!("{begin}\n{first}\n{second}\n{end}"),
            format!("{begin}\r\n    {first}\r\n    {second}\r\n{end}"),
            format!("{begin}\\n{first}\\n{second}\\n{end}"),
            format!("{begin}\\r\\n{first}\\r\\n{second}\\r\\n{end}"),
            format!("{begin}\\n\" +\n  \"{first}\\n\" +\n  \"{second}\\n\" +\n \"{end}"),
            format!("{begin} {first} {second} {end}"),
            format!("{begin}\\\n{first}\\\n{second}\\\n{end}"),
            format!("{begin}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{first}\n{second}\n{end}"),
        ] {
            assert!(pem_der(&text), "{text}");
        }
        for text in [
            format!("{begin}\n...\n{end}"),
            format!("{begin}\n{first}\n<rest of the key>\n{end}"),
            format!("{begin}\n{end}"),
            format!("{begin}\n{first}"),
        ] {
            assert!(!pem_der(&text), "{text}");
        }
    }

    #[test]
    fn passwords_are_literal() {
        for password in ["Winter2024!", "s3cr3t", "f%40o"] {
            assert!(own_password(password), "{password}");
        }
        assert!(default_password("postgres"));
        for password in [
            "",
            "password",
            "PASSWORD",
            "changeme",
            "$DB_PASS",
            "${PASS:-x}",
            "{{ pass }}",
            "<password>",
            "DB_PASS",
            "xxxx",
            "***",
            "%s",
        ] {
            assert!(!own_password(password) && !default_password(password), "{password}");
        }
    }
}
