//! Secrets that no name gives away: arguments of commands, headers, statements of SQL.

use std::ops::Range;

use crate::secrets::assignments::{line_around, quoted};
use crate::secrets::names::Kind;
use crate::secrets::{Detection, Strength, credential, encoded, values};

/// A command that takes a password in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `curl -u user:password`.
    Curl,
    /// `-p password`, also without the blank.
    ShortFlag,
    /// `IDENTIFIED BY 'password'`.
    Sql,
}

/// Words that begin them, in lower case.
pub const WORDS: &[(&str, Command)] = &[
    ("curl ", Command::Curl),
    ("docker login", Command::ShortFlag),
    ("podman login", Command::ShortFlag),
    ("sshpass ", Command::ShortFlag),
    ("mysql ", Command::ShortFlag),
    ("mysqldump ", Command::ShortFlag),
    ("mysqladmin ", Command::ShortFlag),
    ("identified by ", Command::Sql),
];

/// The password of a command.
pub fn at(command: Command, text: &str, hit: Range<usize>, found: &mut Vec<Detection>) {
    let line = line_around(text, hit.start);
    let value = match command {
        Command::Curl => user_and_password(text, hit.end, line.end),
        Command::ShortFlag => short_flag(text, hit.end, line.end),
        Command::Sql => quoted(text, hit.end, line.end),
    };
    let Some(value) = value else { return };
    if let Ok(strength) = values::judge(Kind::Password, "password", &text[value.clone()]) {
        let signals = vec!["a command or statement takes it as a password".to_string()];
        found.push(credential("password", text, value, "", strength, signals));
    }
}

fn user_and_password(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let rest = &text[from..end];
    let flag = [" -u ", " -u", "--user ", "--user=", " --proxy-user "]
        .iter()
        .find_map(|flag| rest.find(flag).map(|at| at + flag.len()));
    let at = from + flag.or_else(|| rest.strip_prefix("-u ").map(|_| 3))?;
    let word = argument(text, at, end);
    let colon = text[word.clone()].find(':')?;
    Some(word.start + colon + 1..word.end)
}

fn short_flag(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let rest = &text[from.saturating_sub(1)..end];
    let at = from.saturating_sub(1) + rest.find(" -p")? + 3;
    let at = at + (text[at..end].len() - text[at..end].trim_start_matches(' ').len());
    let word = argument(text, at, end);
    (!text[word.clone()].starts_with('-') && !word.is_empty()).then_some(word)
}

/// One argument of a command line, without its quotes.
fn argument(text: &str, from: usize, end: usize) -> Range<usize> {
    quoted(text, from, end).unwrap_or_else(|| {
        let rest = &text[from..end];
        let stop = rest.find([' ', '\t', '"', '\'', '`', ';', '|', '\\']).unwrap_or(rest.len());
        from..from + stop
    })
}

/// What stands behind `Bearer` or `Basic`.
pub fn scheme(text: &str, hit: Range<usize>) -> Option<Detection> {
    let begins = hit.start == 0 || !text.as_bytes()[hit.start - 1].is_ascii_alphanumeric();
    let line = line_around(text, hit.start);
    if !begins || hit.end > line.end {
        return None;
    }
    let rest = &text[hit.end..line.end];
    let of_token =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    let length = rest.bytes().take_while(|byte| of_token(*byte)).count();
    let value = hit.end..hit.end + length;
    let token = &text[value.clone()];
    let name = "authorization";
    let signal = vec!["it stands behind the scheme of an HTTP header".to_string()];
    if text[hit].trim_end().eq_ignore_ascii_case("basic") {
        let inner = encoded::decoded(token)?;
        let (_, password) = inner.split_once(':')?;
        let strength = values::judge(Kind::Password, name, password).ok()?;
        return Some(credential("user and password in base64", text, value, "", strength, signal));
    }
    let made = length >= 16 && values::judge(Kind::Token, name, token).is_ok();
    made.then(|| credential("bearer token", text, value, "", Strength::Strong, signal))
}
