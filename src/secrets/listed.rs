//! Files that hold credentials and nothing else, a line or a column at a time: no name says so, the file's own name does.

use std::ops::Range;

use crate::secrets::context;
use crate::secrets::names::Kind;
use crate::secrets::{Detection, Strength, credential, values};

/// How such a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// `user:hash:...` of `shadow`, `.htpasswd` and the like.
    Hashes,
    /// `"user" "password"` of pgbouncer.
    Users,
    /// `client server "secret" addresses` of `chap-secrets`.
    Chap,
    /// `host user:password` of Postfix.
    Relay,
    /// `host:port:database:user:password` of PostgreSQL.
    Pgpass,
    /// One key: `master.key` of Rails.
    Key,
    /// One password: what Ansible reads the password of a vault from.
    Whole,
    /// `user = "name:password"` of curl.
    Curl,
    /// `"host": "token"` below the kind of token, of Composer.
    Composer,
}

/// Bytes of a file that is looked through; such files are short.
const MOST: usize = 1 << 20;

impl Layout {
    fn of(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Some(match name {
            "shadow" | "shadow-" | "gshadow" | "master.passwd" | "passwd" | "passwd-" | "htpasswd" => Layout::Hashes,
            "userlist.txt" => Layout::Users,
            "chap-secrets" | "pap-secrets" => Layout::Chap,
            "sasl_passwd" | "sasl_password" | "smtp_auth" => Layout::Relay,
            ".pgpass" | "pgpass" | "pgpass.conf" => Layout::Pgpass,
            "master.key" => Layout::Key,
            ".curlrc" | "_curlrc" | "curlrc" => Layout::Curl,
            ".vault_pass"
            | ".vault_pass.txt"
            | "vault_pass"
            | "vault_pass.txt"
            | ".vault-pass"
            | ".vault_password"
            | "vault_password"
            | "vault_password.txt"
            | ".ansible_vault_pass" => Layout::Whole,
            "auth.json" => Layout::Composer,
            _ if name.ends_with(".key") && folder.ends_with("credentials") => Layout::Key,
            _ if name.ends_with("htpasswd") || name.starts_with(".htpasswd") || name.ends_with("passwd") => {
                Layout::Hashes
            }
            _ => return None,
        })
    }
}

/// What a file holds that is known by its name.
pub fn secrets(path: &str, text: &str, found: &mut Vec<Detection>) {
    let Some(layout) = Layout::of(path).filter(|_| text.len() <= MOST) else { return };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        if !body.trim_start().starts_with('#')
            && let Some(place) = place(layout, text, at..at + body.len())
        {
            found.extend(detection(layout, text, place));
        }
        at += line.len();
    }
}

/// The bytes that hold the secret of a line.
fn place(layout: Layout, text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let body = &text[line.clone()];
    match layout {
        Layout::Hashes => {
            let from = line.start + body.find(':')? + 1;
            let field = text[from..line.end].split(':').next()?;
            is_hash(field).then_some(from..from + field.len())
        }
        Layout::Users => nth_quoted(text, line, 1),
        Layout::Chap => nth_word(text, line, 2),
        Layout::Relay => {
            let word = nth_word(text, line, 1)?;
            let colon = text[word.clone()].find(':')?;
            Some(word.start + colon + 1..word.end)
        }
        Layout::Pgpass => {
            let from = body.match_indices(':').filter(|(at, _)| !body[..*at].ends_with('\\')).nth(3)?.0 + 1;
            Some(line.start + from..line.end)
        }
        // <https://guides.rubyonrails.org/security.html#custom-credentials>: 16 or 32 bytes in hexadecimal.
        Layout::Key => {
            let key = body.trim();
            let sound = matches!(key.len(), 32 | 64) && key.bytes().all(|byte| byte.is_ascii_hexdigit());
            (sound && text.trim() == key).then_some(line)
        }
        Layout::Whole => (!body.is_empty() && text.trim() == body).then_some(line),
        Layout::Curl => {
            let name = body.trim_start().trim_start_matches('-');
            let named = name.starts_with("user ") || name.starts_with("user=") || name.starts_with("proxy-user");
            let colon = body.find(':').filter(|_| named)?;
            let end = line.start + body.trim_end_matches(['"', '\'']).len();
            Some(line.start + colon + 1..end)
        }
        Layout::Composer => {
            let value = nth_quoted(text, line.clone(), 1)?;
            let kinds = ["github-oauth", "gitlab-token", "gitlab-oauth", "bitbucket-oauth", "bearer"];
            let above = context::parents(text, value.start).pop()?;
            kinds.contains(&above.as_str()).then_some(value)
        }
    }
}

fn detection(layout: Layout, text: &str, place: Range<usize>) -> Option<Detection> {
    let secret = &text[place.clone()];
    let signals = vec!["it stands where the file's own format keeps a secret".to_string()];
    let (title, strength) = match layout {
        Layout::Hashes => ("password hash", Strength::Weak),
        Layout::Key | Layout::Composer => {
            let title = if layout == Layout::Key { "key of the credentials" } else { "token" };
            (title, values::judge(Kind::Token, "", secret).ok()?)
        }
        Layout::Users if secret.starts_with("md5") || secret.starts_with("SCRAM-") => ("password hash", Strength::Weak),
        _ => ("password", values::judge(Kind::Password, "", secret).ok()?),
    };
    Some(credential(title, text, place, "", strength, signals))
}

/// A hash as `crypt` and Apache write one. <https://manpages.debian.org/unstable/libcrypt-dev/crypt.5.en.html>
fn is_hash(field: &str) -> bool {
    const DES: usize = 13;
    let of_crypt = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    let traditional = field.len() == DES && field.bytes().all(of_crypt);
    let modular = field.starts_with('$') && field.len() >= 20 && field.matches('$').count() >= 2;
    let ldap = field.starts_with('{') && field.find('}').is_some_and(|end| field.len() >= end + 20);
    traditional || modular && !field.contains("...") || ldap
}

/// What the quotes of a line hold, counted from 0.
fn nth_quoted(text: &str, line: Range<usize>, n: usize) -> Option<Range<usize>> {
    let mut quotes = text[line.clone()].match_indices('"').map(|(at, _)| line.start + at).skip(n * 2);
    let (open, close) = (quotes.next()?, quotes.next()?);
    (open + 1 < close).then_some(open + 1..close)
}

/// A word of a line without its quotes, counted from 0.
fn nth_word(text: &str, line: Range<usize>, n: usize) -> Option<Range<usize>> {
    let word = text[line.clone()].split_ascii_whitespace().nth(n)?;
    let from = word.as_ptr() as usize - text.as_ptr() as usize;
    let inside = word.trim_matches(['"', '\'']);
    let from = from + (word.len() - word.trim_start_matches(['"', '\'']).len());
    (!inside.is_empty()).then_some(from..from + inside.len())
}
