//! Names that mean a credential.

use crate::input::roles;

/// What kind of credential a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People may have chosen it, so that any word may be one.
    Password,
    /// A machine made it, so that a plain word is the name of one.
    Token,
}

/// Words behind the one that matters: which of several credentials it is.
const WHICH: &[&str] = &[
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "stage",
    "test",
    "qa",
    "live",
    "old",
    "new",
    "primary",
    "secondary",
    "base",
];

/// Endings of names that are written as one word.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "secretkey",
    "privatekey",
    "accesskey",
    "authkey",
    "passwort",
    "encryptionkey",
    "signingkey",
    "sessionkey",
    "masterkey",
    "sharedkey",
];

/// Short words for a password, and what stands before them in names that are written as one word: `smtppass`, `bindpw`.
const SHORT: &[&str] = &["pass", "pwd", "pw"];
const STEMS: &[&str] = &[
    "ssh",
    "smtp",
    "mail",
    "imap",
    "pop",
    "pop3",
    "ftp",
    "sftp",
    "db",
    "sql",
    "mysql",
    "pg",
    "redis",
    "mongo",
    "ldap",
    "user",
    "usr",
    "admin",
    "root",
    "remote",
    "keystore",
    "truststore",
    "key",
    "store",
    "trust",
    "send",
    "recv",
    "link",
    "oper",
    "proxy",
    "http",
    "sudo",
    "become",
    "wifi",
    "app",
    "api",
    "server",
    "client",
    "auth",
    "login",
    "my",
    "svn",
    "git",
    "rpc",
    "bind",
    "sasl",
    "rcon",
    "vnc",
    "rdp",
    "cert",
    "pem",
    "sys",
    "host",
    "web",
    "mqtt",
    "amqp",
    "jdbc",
    "odbc",
    "master",
    "default",
    "enable",
    "vpn",
    "ppp",
    "rsync",
    "snmp",
    "zip",
    "pdf",
    "account",
    "acct",
];

/// Last words of names that mean a credential together only.
const TOGETHER: &[[&str; 2]] = &[["pass", "phrase"], ["password", "hash"]];

/// Words one of which every name holds that means a credential.
pub fn clues() -> impl Iterator<Item = String> {
    roles::secret_words().into_iter()
}

/// What a name promises, if it is one of a credential.
pub fn meaning(name: &str) -> Option<Kind> {
    let words = roles::words(name);
    let mut words: &[_] = &words;
    while let [rest @ .., last] = words {
        let numbered = last.bytes().all(|byte| byte.is_ascii_digit())
            || last.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        if rest.is_empty() || !(numbered || WHICH.contains(&last.as_ref())) {
            break;
        }
        words = rest;
    }
    // Directives of proxies that pass a request on.
    const PROXIES: &[&str] = &["fastcgi", "proxy", "uwsgi", "scgi", "grpc", "memcached"];
    if let [.., before, last] = words
        && *last == "pass"
        && PROXIES.contains(&before.as_ref())
    {
        return None;
    }
    // Where a list goes on.
    const LISTS: &[&str] = &["page", "next", "continuation", "cursor", "resume", "sync"];
    if let [.., before, last] = words
        && *last == "token"
        && LISTS.contains(&before.as_ref())
    {
        return None;
    }
    let last = match words.last()?.as_ref() {
        "keys" => "key",
        last => last,
    };
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    // A whole word that ends in `key` is in no table; git's own is the id of a key. The others are, with what makes them none.
    let whole = |ending: &str| ending.ends_with("key") && !matches!(ending, "signingkey" | "authkey");
    let long = |ending: &str| last.ends_with(ending) && (last.len() > ending.len() || whole(ending));
    let short = |ending: &str| last.strip_suffix(ending).is_some_and(|stem| STEMS.contains(&stem));
    let ends = ENDINGS.iter().any(|ending| long(ending)) || SHORT.iter().any(|ending| short(ending));
    let stem: Vec<&str> = words[..words.len() - 1].iter().map(AsRef::as_ref).chain([last]).collect();
    let together = TOGETHER.iter().any(|two| stem.ends_with(two));
    let secret = roles::is_secret(&stem) || together || ends && !last.starts_with("no");
    secret.then(|| {
        let people = ["pass", "pwd", "phrase"].iter().any(|word| last.contains(word))
            || last.ends_with("authtok")
            || last == "psk"
            || last.ends_with("pw") && (last.len() > 2 || words.len() > 1);
        if people { Kind::Password } else { Kind::Token }
    })
}

/// What a credential of that name is called.
pub fn title(kind: Kind, name: &str) -> &'static str {
    let lower = name.to_ascii_lowercase();
    match ["token", "key", "secret"].into_iter().filter_map(|word| Some((lower.rfind(word)?, word))).max() {
        Some((_, word)) if kind == Kind::Token => word,
        _ if kind == Kind::Token => "credential",
        _ => "password",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_words() {
        for name in [
            "dbPassword",
            "DB_PASS",
            "smtp-auth.pass",
            "spring.datasource.password",
            "rootpassword",
            "PASSWORD_PROD",
            "password2",
            "pwd",
            "smtppass",
            "LDAP_BINDPW",
            "pemPassPhrase",
        ] {
            assert_eq!(meaning(name), Some(Kind::Password), "{name}");
        }
        for name in [
            "API_KEY",
            "apiKey",
            "client_secret",
            "clientsecret",
            "X-Auth-Token",
            "accesstoken",
            "api_key_v2",
            "secret_key_base",
            "ENCRYPTIONKEY",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert_eq!(meaning(name), Some(Kind::Token), "{name}");
        }
        for name in [
            "password_policy",
            "token_url",
            "secretName",
            "passwordResetTtl",
            "PUBLIC_KEY",
            "key",
            "keyboard",
            "primary_key",
            "compass",
            "author",
            "tokenizer",
            "path",
            "pattern",
            "monkey",
            "passenger_temp",
            "passwordField",
            "bypass",
            "minipass",
            "SSH_ASKPASS",
            "getpass",
            "signingkey",
        ] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }

    #[test]
    fn every_name_of_a_credential_has_a_clue() {
        let clues: Vec<String> = clues().collect();
        for name in [
            "dbPassword",
            "API_KEY",
            "pgpass",
            "clientsecret",
            "SLACK_WEBHOOK_URL",
            "http_auth",
            "pepper",
            "gitlab_pat",
        ] {
            assert!(clues.iter().any(|clue| name.to_ascii_lowercase().contains(clue)), "{name}");
        }
    }
}
