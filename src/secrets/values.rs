//! What a literal behind the name of a credential is: a secret, or one of the many things that only stand there.

use std::sync::LazyLock;

use foldhash::HashSet;

use crate::input::{dsn, measures, placeholders, roles, tables};
use crate::secrets::Strength;
use crate::secrets::names::Kind;

/// What a literal is no secret for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Not {
    Empty,
    Reference,
    Placeholder,
    /// It repeats its name.
    Name,
    /// A path, a URL without a password, a type, a boolean, a number, a duration.
    Plain,
    /// Several words.
    Sentence,
    /// A word where a machine would have made something else.
    Word,
    Short,
}

impl Not {
    /// Why it is no secret, in a few words.
    pub fn reason(self) -> &'static str {
        match self {
            Not::Empty => "nothing stands there",
            Not::Reference => "it refers to something, or is code",
            Not::Placeholder => "it only holds the place of a secret",
            Not::Name => "it is made of words of its name, or of words that say nothing",
            Not::Plain => "it is a path, an address, a hash, a number, a duration or a public key",
            Not::Sentence => "it is several words",
            Not::Word => "it is a word, where a machine would have made something else",
            Not::Short => "it is too short",
        }
    }
}

/// Shortest password that is told by its name alone, in characters: below, words of code and tests are all that is found.
const SHORTEST: usize = 5;

/// Shortest token.
const SHORTEST_TOKEN: usize = 8;

struct Tables {
    prefixes: Vec<String>,
    contained: Vec<String>,
    words: HashSet<String>,
    filler: HashSet<String>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let table = tables::read("secret_values");
    let values = table.root().and_then(|root| root.get("secret_values"));
    let texts = |key| tables::texts(values.and_then(|values| values.get(key)));
    Tables {
        prefixes: texts("reference_prefixes"),
        contained: texts("reference_parts"),
        words: texts("words").into_iter().collect(),
        filler: texts("filler").into_iter().collect(),
    }
});

/// What a literal is that stands behind the name of a credential.
///
/// # Errors
///
/// Why it is no secret.
pub fn judge(kind: Kind, name: &str, value: &str) -> Result<Strength, Not> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Not::Empty);
    }
    if is_reference(value) {
        return Err(Not::Reference);
    }
    if is_placeholder(value) {
        return Err(Not::Placeholder);
    }
    if is_plain(kind, value) {
        return Err(Not::Plain);
    }
    let phrase = name.to_ascii_lowercase().contains("passphrase") && value.bytes().any(|byte| byte.is_ascii_digit());
    let one = phrase || is_salt(value) || kind == Kind::Password && is_password_with_a_blank(value);
    if value.contains(char::is_whitespace) && !one {
        return Err(Not::Sentence);
    }
    if repeats(name, value) {
        return Err(Not::Name);
    }
    let length = value.chars().count();
    let random = looks_made(value);
    match kind {
        Kind::Password if length < SHORTEST && !(length + 1 == SHORTEST && oddness(value) > 0.5) => Err(Not::Short),
        Kind::Password => Ok(if random && length >= 12 { Strength::Strong } else { Strength::Weak }),
        Kind::Token if length < SHORTEST_TOKEN => Err(Not::Short),
        Kind::Token if random => Ok(Strength::Strong),
        Kind::Token if is_chosen(value) => Ok(Strength::Weak),
        Kind::Token => Err(Not::Word),
    }
}

/// Whether a value says where a secret is, not what it is.
pub fn is_reference(value: &str) -> bool {
    let bytes = value.as_bytes();
    let lower = value.to_ascii_lowercase();
    let wrapped = |open: &str, close: &str| value.starts_with(open) && value.ends_with(close);
    (bytes[0] == b'$'
        && bytes.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'{' | b'('))
        && !looks_made(&value[1..]))
        || value.starts_with("$$")
        || ["${", "{{", "{%", "$(", "<%", "#{", "<?", "@@", "$["].iter().any(|open| value.contains(open))
        || wrapped("<", ">")
        || wrapped("%", "%")
        || wrapped("__", "__")
        || wrapped("[", "]")
        || wrapped("{", "}")
        || wrapped("@", "@")
        || value.starts_with('!') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic) && value.contains(' ')
        || begins_reference(value)
        || is_cmdlet(value)
        || TABLES.contained.iter().any(|part| lower.contains(part.as_str()))
        || is_sealed(value)
        || is_expression(value)
}

/// Whether a text begins as a reference does.
pub fn begins_reference(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    TABLES.prefixes.iter().any(|prefix| lower.starts_with(prefix.as_str()))
}

/// What kubeseal makes begins with the length of its key, and is long.
fn is_sealed(value: &str) -> bool {
    const SHORTEST: usize = 100;
    value.starts_with("Ag") && value.len() >= SHORTEST
}

/// `Read-Host`: a cmdlet of PowerShell.
fn is_cmdlet(value: &str) -> bool {
    value.split_once('-').is_some_and(|(verb, noun)| {
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_uppercase()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
        };
        word(verb)
            && word(noun)
            && matches!(verb, "Read" | "Get" | "New" | "ConvertTo" | "ConvertFrom" | "Import" | "Invoke")
    })
}

/// Names with dots or brackets between them, and calls: `var.db_password`, `config.get("x")`, `settings["x"]`.
fn is_expression(value: &str) -> bool {
    let call = value.ends_with([')', ']']) && value.contains(['(', '[']);
    let start = value.split(['(', '[']).next().unwrap_or(value);
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let parts: Vec<&str> = start.split('.').collect();
    let names = !start.is_empty() && parts.iter().all(|part| name(part));
    names && (call || parts.len() > 1 && !parts.iter().any(|part| looks_made(part)))
}

/// Whether a value only holds the place of one.
pub fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    let inner = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let first = inner.chars().next();
    inner.is_empty()
        || TABLES.words.contains(inner)
        || inner.chars().all(|c| Some(c) == first)
        || inner.chars().filter(|c| *c != 'x' && c.is_alphanumeric()).count() == 0
        || [
            "xxxx",
            "****",
            "...",
            "redacted",
            "placeholder",
            "changeme",
            "change_me",
            "change-me",
            "yourpassword",
            "mypassword",
        ]
        .iter()
        .any(|part| lower.contains(part))
        || is_run(inner)
        || is_constant(value)
        || placeholders::of(value, false).is_some()
        || roles::words(value).iter().any(|word| {
            matches!(
                word.as_ref(),
                "example"
                    | "sample"
                    | "dummy"
                    | "fake"
                    | "your"
                    | "insert"
                    | "replace"
                    | "todo"
                    | "changeit"
                    | "redacted"
                    | "masked"
                    | "hidden"
            )
        })
}

/// `R_SPF_ALLOW`: the name of something, as programs write it.
fn is_constant(value: &str) -> bool {
    value.contains('_') && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Digits or letters in the order in which everybody knows them.
fn is_run(value: &str) -> bool {
    let bytes = value.as_bytes();
    let step = |pair: &[u8]| i16::from(pair[1]) - i16::from(pair[0]);
    let steps = bytes.windows(2).filter(|pair| matches!(step(pair), 1 | -1 | -9) || pair[1] == pair[0]).count();
    bytes.len() >= 3 && steps * 10 >= (bytes.len() - 1) * 8
}

/// What durations and sizes are counted in.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "s", "m", "h", "d", "ms", "w", "y", "min", "mins", "sec", "secs", "second", "seconds", "minute",
    "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years", "kb", "mb", "gb",
    "px",
];

/// Whether a value is a regular expression.
fn is_pattern(value: &str) -> bool {
    let parts = ["[a-", "[A-", "[0-", "[^", "(?", "\\d", "\\w", "\\s", "\\b", "){", "]{", "]+", "]*", "]?", ".*", ")("];
    parts.iter().any(|part| value.contains(part))
}

fn is_plain(kind: Kind, value: &str) -> bool {
    if kind == Kind::Token && is_pattern(value)
        || ["\\x1b[", "\\033[", "\\e["].iter().any(|colour| value.contains(colour))
    {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let number = value
        .trim_start_matches(['-', '+'])
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b','));
    let duration = digits > 0
        && value
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .trim_start_matches(['.', '_', ' '])
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic())
        && value.len() - digits <= 8
        && UNITS.contains(
            &lower.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start_matches(['.', '_', ' ']),
        );
    let path = value.starts_with(['/', '~']) && !looks_made(value.trim_start_matches('/'))
        || value.starts_with("./")
        || value.starts_with("../")
        || value.get(1..3) == Some(":\\")
        || value.contains('/') && value.split('/').all(|part| !part.is_empty() && !looks_made(part))
        || [
            ".pem", ".key", ".crt", ".txt", ".json", ".yaml", ".yml", ".env", ".conf", ".jks", ".p12", ".pfx", ".pub",
            ".asc", ".gpg", ".sh", ".py", ".js", ".html", ".md",
        ]
        .iter()
        .any(|ending| lower.ends_with(ending));
    let url = value.contains("://") && dsn::password(value).is_none();
    let public_key =
        ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "-----begin"].iter().any(|start| lower.starts_with(start));
    // An account or a contract of a block chain; a private key is longer.
    let account =
        value.len() == 42 && value.starts_with("0x") && value[2..].bytes().all(|byte| byte.is_ascii_hexdigit());
    let hashed = [
        "$1$", "$5$", "$6$", "$apr1$", "$2a$", "$2b$", "$2y$", "$argon2", "$pbkdf2", "sha256:", "sha512:", "sha1:",
        "sha256-", "sha512-", "sha384-", "pbkdf2_",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    path || url
        || public_key
        || hashed
        || account
        || duration
        || number && (kind == Kind::Token || digits < SHORTEST)
        || lower.starts_with("application/")
        || value.contains('\0')
}

/// What people make where a secret is asked for: capitals, small letters, digits and a sign.
fn is_chosen(value: &str) -> bool {
    const SHORTEST: usize = 10;
    let has = |class: fn(&u8) -> bool| value.bytes().any(|byte| class(&byte));
    let sign = value.contains(|c: char| c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '.' | ':' | '/'));
    value.len() >= SHORTEST
        && sign
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// A password that no sentence holds: of every kind of sign, in one word.
pub fn is_chosen_well(value: &str) -> bool {
    const SHORTEST: usize = 8;
    let has = |class: fn(&u8) -> bool| value.bytes().any(|byte| class(&byte));
    let inner = value.trim_matches(|c: char| matches!(c, '.' | ',' | ':' | ';' | ')' | '('));
    inner.len() >= SHORTEST
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && inner.bytes().any(|byte| byte.is_ascii_punctuation() && byte != b'/')
}

/// `correct horse 7` is a password, `Enter your password` is not.
fn is_password_with_a_blank(value: &str) -> bool {
    value.split_whitespace().count() == 2
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_punctuation())
}

/// Long, of every kind of sign, and with a blank or a few among them: what WordPress makes its salts of.
fn is_salt(value: &str) -> bool {
    const SHORTEST: usize = 40;
    const BLANKS: usize = 5;
    let count = |class: fn(&u8) -> bool| value.bytes().filter(class).count();
    let mut signs: Vec<u8> = value.bytes().filter(u8::is_ascii_punctuation).collect();
    signs.sort_unstable();
    signs.dedup();
    value.len() >= SHORTEST
        && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
        && count(|byte| *byte == b' ') <= BLANKS
        && signs.len() >= 2
        && count(u8::is_ascii_digit) >= 4
        && count(u8::is_ascii_uppercase) >= 4
        && count(u8::is_ascii_lowercase) >= 4
        && oddness(value) > 0.5
}

/// Whether a value is made of words of its name and of words that say nothing: `my-secret` behind `client_secret`.
fn repeats(name: &str, value: &str) -> bool {
    let name = roles::words(name);
    let words = roles::words(value);
    let known = |word: &str| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        name.iter().any(|one| one == word) || TABLES.filler.contains(word)
    };
    let joined: String = name.iter().map(AsRef::as_ref).collect();
    let digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let letters = words.iter().any(|word| !digits(word));
    letters && words.iter().all(|word| known(word) || digits(word) && word.len() < SHORTEST || is_joined(word))
        || !joined.is_empty() && value.to_ascii_lowercase() == joined
}

/// Whether a word is three or more words that say nothing, written as one: `mysupersecretpassword`.
fn is_joined(word: &str) -> bool {
    const WORDS: usize = 3;
    // The most words that the text up to each byte is made of; 0 where it is not made of any.
    let mut most = vec![0; word.len() + 1];
    for end in 1..=word.len().min(64) {
        for start in (0..end).filter(|start| end - start >= 2 && word.is_char_boundary(*start)) {
            let begins = start == 0 || most[start] > 0;
            if begins && word.get(start..end).is_some_and(|part| TABLES.filler.contains(part)) {
                most[end] = most[end].max(most[start] + 1);
            }
        }
    }
    word.len() <= 64 && most[word.len()] >= WORDS
}

/// Whether a value looks made by a machine, or by somebody who wanted a good password: no run of words.
pub fn looks_made(value: &str) -> bool {
    let length = value.chars().count();
    if length < SHORTEST_TOKEN {
        return false;
    }
    let bytes = value.as_bytes();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    if hex && length >= 16 && digits > 0 && letters > 0 {
        return true;
    }
    let entropy = measures::of(value, None).shannon_bits / length as f64;
    if entropy < 2.5 {
        return false;
    }
    // Changes of class inside words: letter to digit and back, small to capital where no word begins.
    let class = |byte: u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let mut changes = 0;
    for window in bytes.windows(2) {
        let (a, b) = (class(window[0]), class(window[1]));
        if a != 0 && b != 0 && a != b && (a, b) != (2, 1) {
            changes += 1;
        }
    }
    let odd = oddness(value);
    if digits == 0 {
        return letters >= 12 && odd > 0.62 || changes * 5 >= length && odd > 0.45 && length >= 12;
    }
    changes >= 2 && (odd > 0.45 || changes * 4 >= length) || length >= 20 && odd > 0.6 && entropy > 3.0
}

/// Pairs of letters that make up most of written English and of names in configuration.
const COMMON: &str = "th he in er an re nd on en at ou ed ha to or it is hi es ng st nt te ar se me sa le ve of ne al ti ra ro \
    ic as ea om co de ri li io ma us ta ur la ll el ch ec tr ss ho em be di no ac ot pr rs il mi ca un lo po ns ce \
    ge ly ul na pe et ad oo op ow da so sh wo fo ig ai ol mo wa pa ke ir si ts ev bl iv ap sp am ut id ie ee ck ct \
    av ab sw or su do ag ex ay ep bo vi ey fi go cr fe ef cl im ki ld ty pl gi";

static PAIRS: LazyLock<HashSet<[u8; 2]>> =
    LazyLock::new(|| COMMON.split_whitespace().filter_map(|pair| pair.as_bytes().try_into().ok()).collect());

/// The share of neighbouring letters that words seldom put side by side; 1 without any letters side by side.
fn oddness(value: &str) -> f64 {
    let lower = value.to_ascii_lowercase();
    let pairs: Vec<&[u8]> =
        lower.as_bytes().windows(2).filter(|pair| pair.iter().all(u8::is_ascii_lowercase)).collect();
    if pairs.is_empty() {
        return 1.0;
    }
    let odd = pairs.iter().filter(|pair| !PAIRS.contains(&[pair[0], pair[1]])).count();
    odd as f64 / pairs.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_told_from_what_stands_in_for_them() {
        let token = |value: &str| judge(Kind::Token, "api_key", value);
        let password = |value: &str| judge(Kind::Password, "db_password", value);
        for value in [
            "${X}",
            "$DB_PASS",
            "{{ pw }}",
            "$(cat x)",
            "<password>",
            "vault:secret/a#b",
            "ENC[AES256,data:x]",
            "%env(X)%",
            "os.environ['X']",
            "process.env.X",
            "var.db_password",
            "config.get(\"x\")",
            "!vault |",
            "op://vault/item",
            "/run/secrets/x",
        ] {
            assert_eq!(password(value), Err(Not::Reference), "{value}");
        }
        for value in [
            "changeme",
            "xxxxxx",
            "your-api-key",
            "********",
            "123456",
            "password",
            "REPLACE_ME_NOW!",
            "example-1",
            "aaaaaa",
            "abcdef",
        ] {
            assert_eq!(password(value), Err(Not::Placeholder), "{value}");
        }
        for value in ["/etc/ssl/key.pem", "30m", "86400", "https://acme.io/x", "3600s"] {
            assert_eq!(token(value), Err(Not::Plain), "{value}");
        }
        assert_eq!(password("db-password"), Err(Not::Name));
        assert_eq!(token("my-secret-token"), Err(Not::Name));
        assert_eq!(token("database-url-reader"), Err(Not::Word));
        assert_eq!(password("Type it twice here"), Err(Not::Sentence));
        for value in ["postgres", "Winter2024!", "vtdbv", "6412871"] {
            assert_eq!(password(value), Ok(Strength::Weak), "{value}");
        }
        for value in [
            "dX8fK2pQ9vLm4Zt7",
            "0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c",
            "kqzva1hi7Q",
            "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        ] {
            assert_eq!(token(value), Ok(Strength::Strong), "{value}");
        }
    }
}
