//! Secrets of a text that could not be read whole, told by its lines alone.
//!
//! An excerpt of a broken file would show the very password whose quote is missing, and no setting was read from it that
//! could say so. What is hidden here is more than what is secret; that is the right side to err on.

use crate::input::roles;
use crate::located::Span;

/// Lines within which `value:` belongs to a `name:` of a list entry.
const NEAR: usize = 2;

/// Bytes before an address within which the user's name and password stand.
const FAR: usize = 1024;

/// What stands behind the names of credentials, and the passwords of connection URLs.
pub fn secrets(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    // Lines left in which `value:` is the secret of the entry just named.
    let mut awaited = 0_usize;
    // Indentation of a key whose value goes on in the lines below.
    let mut open: Option<usize> = None;
    let mut key_block = false;
    let mut secret = is_secret(text);
    // Indentation of the `data` or `stringData` of a Secret.
    let mut held: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        if content.starts_with("---") && !content.starts_with("-----") {
            (secret, held) = (is_secret(&text[start + content.len()..]), None);
        }
        let inside = open.is_some_and(|key| content.is_empty() || indent > key);
        let begins_key = content.contains("-----BEGIN") && content.contains("PRIVATE KEY");
        held = held.filter(|key| content.is_empty() || indent > *key);
        if key_block || begins_key {
            found.push(Span::new(start + indent, start + content.len()));
            key_block = !content.contains("-----END");
        } else if let Some(at) = if secret { data(content) } else { None } {
            found.push(Span::new(start + at, start + content.len()));
            held = Some(indent);
        } else if held.is_some() {
            let at = content.find(':').map_or(indent, |at| at + 1);
            found.push(Span::new(start + at, start + content.len()));
        } else if inside {
            found.push(Span::new(start + indent, start + content.len()));
        } else {
            open = None;
            awaited = awaited.saturating_sub(1);
            if let Some(at) = value(content, &mut awaited) {
                found.push(Span::new(start + at, start + content.len()));
                let said = content[at..].trim_matches(['"', '\'']);
                open = (said.len() < 3).then_some(indent);
            } else {
                found.extend(passwords(content).map(|(from, to)| Span::new(start + from, start + to)));
            }
        }
        start += line.len();
    }
    found
}

/// Whether a value only says where a secret is: a variable without a default, or an expression of a template.
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    value.starts_with("${") && value.ends_with('}') && !value.contains(":-")
        || value.starts_with("{{") && value.ends_with("}}")
        || value.starts_with('$') && value[1..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A text with the values of credentials that its lines assign, and the passwords of connection URLs, as dots.
pub fn blank(text: &str) -> String {
    let line = |line: &str| {
        let assigned = value(line, &mut 0).map(|at| (at, line.len()));
        let mut masked = String::with_capacity(line.len());
        let mut done = 0;
        for (from, to) in passwords(line).filter(|(from, _)| assigned.is_none_or(|(at, _)| *from < at)).chain(assigned)
        {
            let from = from.max(done);
            if from < to {
                masked.push_str(&line[done..from]);
                masked.extend(line[from..to].chars().map(|_| '.'));
                done = to;
            }
        }
        masked + &line[done..]
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Whether the first document of a text calls itself a Secret.
fn is_secret(text: &str) -> bool {
    let document = text.find("\n---").map_or(text, |end| &text[..end]);
    document.lines().any(|line| {
        line.match_indices("kind").any(|(at, _)| {
            let rest = line[at + 4..].trim_start_matches(['"', '\'', ' ']);
            let kind = rest.strip_prefix(':').map(|rest| word_after(rest.trim_start()));
            kind == Some("Secret")
        })
    })
}

/// Where what a Secret holds begins in a line, behind `data:` or `stringData:`.
fn data(line: &str) -> Option<usize> {
    let keys = ["data", "stringData"].into_iter().flat_map(|key| line.match_indices(key));
    keys.filter(|(at, key)| word_before(&line[..at + key.len()]) == *key).find_map(|(at, key)| {
        let rest = line[at + key.len()..].trim_start_matches(['"', '\'']);
        rest.trim_start().strip_prefix(':').map(|rest| line.len() - rest.len())
    })
}

/// Where the first secret value of a line begins.
fn value(line: &str, awaited: &mut usize) -> Option<usize> {
    if let Some(at) = spaced(line) {
        return Some(at);
    }
    let mut rest = line;
    let mut named = false;
    while let Some(at) = rest.find([':', '=']) {
        let offset = line.len() - rest.len();
        let key = word_before(&rest[..at]);
        let after = offset + at + 1;
        let begin = after + (line[after..].len() - line[after..].trim_start().len());
        if roles::of(key).secret || key == "value" && (named || *awaited > 0) {
            // A reference says where the secret is, not what it is.
            let said = line[begin..].trim_matches(['"', '\'', ',', ' ']);
            let reference = is_reference(said);
            return (begin < line.len() && !reference).then_some(begin);
        }
        if key == "name" || key == "key" {
            let name = word_after(&line[begin..]);
            if roles::of(name).secret {
                named = true;
                *awaited = NEAR;
            }
        }
        rest = &line[after..];
    }
    None
}

/// Where the value begins of a line `NAME value` that forgot its `=`.
fn spaced(line: &str) -> Option<usize> {
    let mut rest = line.trim_start();
    for before in ["export ", "- ", "\"", "'"] {
        rest = rest.strip_prefix(before).unwrap_or(rest).trim_start();
    }
    let rest = rest.trim_start_matches(['"', '\'']);
    // Directives of nginx and instructions of Dockerfiles name first and then say.
    let directive =
        ["set $", "proxy_set_header ", "add_header ", "ENV ", "ARG "].iter().find_map(|one| rest.strip_prefix(one));
    let rest = directive.unwrap_or(rest).trim_start_matches(['"', '\'']);
    let name = word_after(rest);
    let value = rest[name.len()..].trim_start();
    if directive.is_some() && name.eq_ignore_ascii_case("authorization") && !value.is_empty() {
        return Some(line.len() - value.len());
    }
    let upper = name.contains('_') && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let apart = rest[name.len()..].starts_with([' ', '\t']) && !value.starts_with([':', '=', '#']);
    ((upper || directive.is_some()) && apart && !value.is_empty() && roles::of(name).secret)
        .then(|| line.len() - value.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn word_before(text: &str) -> &str {
    let text = text.trim_end().trim_end_matches(['"', '\'']);
    let start = text.char_indices().rev().take_while(|(_, c)| is_word(*c)).last().map_or(text.len(), |(at, _)| at);
    &text[start..]
}

fn word_after(text: &str) -> &str {
    let text = text.trim_start_matches(['"', '\'']);
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

/// The passwords of connection strings in a line: `://user:password@`, `user:password@tcp(` of Go, and
/// `oracle:thin:user/password@`; in order.
fn passwords(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut found: Vec<(usize, usize)> = in_urls(line).collect();
    for (at, _) in line.match_indices("@tcp(").chain(line.match_indices("@unix(")) {
        let near = line.floor_char_boundary(at.saturating_sub(FAR));
        let start = line[near..at].rfind([' ', '"', '\'', '\t', '=']).map_or(near, |before| near + before + 1);
        found.extend(line[start..at].find(':').map(|colon| (start + colon + 1, at)));
    }
    for (at, prefix) in line.match_indices("oracle:thin:").chain(line.match_indices("oracle:oci:")) {
        let from = at + prefix.len();
        let login = line[from..].split([' ', '"', '\'', '\t']).next().and_then(|word| word.split_once('@'));
        found.extend(login.and_then(|(login, _)| Some((from + login.find('/')? + 1, from + login.len()))));
    }
    found.sort_unstable();
    found.into_iter()
}

fn in_urls(line: &str) -> impl Iterator<Item = (usize, usize)> {
    line.match_indices("://").filter_map(|(at, _)| {
        let from = at + 3;
        let authority = line[from..].split([' ', '"', '\'', '\t']).next()?;
        let (userinfo, _) = authority.rsplit_once('@')?;
        let (user, password) = userinfo.split_once(':')?;
        (!password.is_empty()).then(|| (from + user.len() + 1, from + userinfo.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> Vec<&str> {
        secrets(text).into_iter().map(|span| &text[span.range()]).collect()
    }

    #[test]
    fn what_stands_behind_the_name_of_a_credential_is_hidden() {
        for (text, expected) in [
            ("  DB_PASSWORD: \"unclosed\n", &["\"unclosed"][..]),
            ("export JWT_SECRET=abc # why\n", &["abc # why"]),
            ("  - POSTGRES_PASSWORD=abc: def\n", &["abc: def"]),
            ("{\"env\": {\"dbPassword\": \"abc\"\n", &["\"abc\""]),
            ("environment: {LOG: info, DB_PASSWORD: abc}\n", &["abc}"]),
            ("- name: DB_PASSWORD\n  value: abc\n- name: LOG\n  value: info\n", &["abc"]),
            ("- {name: DB_PASSWORD, value: abc}\n", &["abc}"]),
            ("api_key: |\n  one\n  two\nother: x\n", &["|", "one", "two"]),
            ("export JWT_SECRET abc\n", &["abc"]),
            ("  - \"DB_PASSWORD abc\"\n", &["abc\""]),
            ("''\"DB_PASSWORD abc\"\n", &["abc\""]),
            ("''\u{11d90}\u{1f0d1}password=\n", &[]),
            ("  set $api_token \"abc\";\n", &["\"abc\";"]),
            ("proxy_set_header Authorization \"Basic abc\";\n", &["\"Basic abc\";"]),
            ("ENV API_TOKEN abc\n", &["abc"]),
            ("URL=postgres://app:abc@db/app\n", &["abc"]),
            ("run: serve --dsn app:a@b:c@tcp(db:3306)/app\n", &["a@b:c"]),
            ("run: serve --url jdbc:oracle:thin:scott/abc@//db:1521/x\n", &["abc"]),
            ("DB_PASSWORD=${DB_PASSWORD}\n", &[]),
            ("DB_PASSWORD=${DB_PASSWORD:-abc}\n", &["${DB_PASSWORD:-abc}"]),
            ("kind: Secret\ndata:\n  tls.key: abc\n  a: |\n    def\ntype: x\n", &["", " abc", " |", "def"]),
            ("data: {a: abc}\nkind: Secret\n---\ndata: {a: b}\n", &[" {a: abc}"]),
            ("{\"kind\": \"Secret\", \"data\": {\"a\": \"abc\"\n", &[" {\"a\": \"abc\""]),
            (
                "x: \x2d----BEGIN RSA PRIVATE KEY-----\n abc\n -----END RSA PRIVATE KEY-----\ny: z\n",
                &["x: \x2d----BEGIN RSA PRIVATE KEY-----", "abc", "-----END RSA PRIVATE KEY-----"],
            ),
            ("LOG_LEVEL: info\nimage: a/b:1.0\nurl: http://db:5432/x\n", &[]),
        ] {
            assert_eq!(hidden(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn spans_lie_inside_any_text(text in "[a-zA-Z:= \"'@/\n\\PC]{0,200}password[:=]\\PC{0,40}") {
            for span in secrets(&text) {
                proptest::prop_assert!(text.get(span.range()).is_some());
            }
        }
    }
}
