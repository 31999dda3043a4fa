//! Secrets that no name gives away: arguments of commands, headers, statements of SQL.

use std::ops::Range;

use crate::secrets::literals::{line_around, quoted};
use crate::secrets::names::Kind;
use crate::secrets::{Detection, Strength, credential, encoded, rows, values};

/// A command that takes a password in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `curl -u user:password`.
    Curl,
    /// `-p password`, also without the blank.
    ShortFlag,
    /// `IDENTIFIED BY 'password'`, and the like: quoted text right behind the words.
    Sql,
    /// `basic_auth("user", "password")`: the last text of a call.
    Call,
    /// `redis-cli -a password`.
    Redis,
    /// `user:password` in front, as `@tcp(` of Go's driver for MySQL and `| chpasswd` have it.
    Pair,
    /// `stats auth user:password`.
    PairBehind,
    /// `echo password | docker login --password-stdin`.
    Echo,
    /// `login("user", "password")`: which text of a call, from 0.
    Text(usize),
    /// `signWith("key")`: the same, where a machine made it.
    Made(usize),
    /// `login("token")`: the one text of a call, where a machine made it.
    Only,
    /// `net user NAME password`: which word behind it, from 0.
    Word(usize),
    /// The word behind a flag of its own.
    Flag(&'static str),
    /// `-u user,password`, `-U user%password`: what stands behind the sign in the word behind the flag.
    Split(&'static str, char),
    /// `IDENTIFIED WITH plugin BY 'password'`.
    Plugin,
    /// A statement of SQL that brings rows.
    Insert,
    Copy,
}

/// Words that begin them, in lower case.
pub const WORDS: &[(&str, Command)] = &[
    ("curl ", Command::Curl),
    ("docker login", Command::ShortFlag),
    ("podman login", Command::ShortFlag),
    ("sshpass ", Command::ShortFlag),
    ("mysql ", Command::ShortFlag),
    ("mongo ", Command::ShortFlag),
    ("mongosh ", Command::ShortFlag),
    ("mongodump ", Command::ShortFlag),
    ("mongorestore ", Command::ShortFlag),
    ("ncftpput ", Command::ShortFlag),
    ("ncftpget ", Command::ShortFlag),
    ("sqlcmd ", Command::Flag("-P")),
    ("lftp ", Command::Split("-u", ',')),
    ("smbclient ", Command::Split("-U", '%')),
    ("openssl enc ", Command::Flag("-k")),
    ("/rp ", Command::Word(0)),
    ("net user ", Command::Word(1)),
    (" /user:", Command::Word(1)),
    ("nickserv identify ", Command::Word(0)),
    ("htpasswd -b ", Command::Word(usize::MAX)),
    ("mc alias set ", Command::Word(3)),
    ("login(", Command::Text(1)),
    ("login(", Command::Only),
    (".auth(", Command::Text(1)),
    ("auth=(", Command::Text(1)),
    ("ftp(", Command::Text(2)),
    ("new mysqli(", Command::Text(2)),
    ("mysqli_connect(", Command::Text(2)),
    ("mysql_connect(", Command::Text(2)),
    ("mysql_pconnect(", Command::Text(2)),
    ("new pdo(", Command::Text(2)),
    ("dbi->connect(", Command::Text(2)),
    ("ftp_login(", Command::Text(2)),
    ("imap_open(", Command::Text(2)),
    ("odbc_connect(", Command::Text(2)),
    ("ldap_bind(", Command::Text(2)),
    ("ssh2_auth_password(", Command::Text(2)),
    ("new sequelize(", Command::Text(2)),
    ("plainauth(", Command::Text(2)),
    ("passwordauthentication(", Command::Text(1)),
    ("passwordauthenticationtoken(", Command::Text(1)),
    ("passwordcredentials(", Command::Text(1)),
    ("credentials.basic(", Command::Text(1)),
    ("createcredential(", Command::Text(2)),
    ("basic_auth '", Command::Text(1)),
    ("basic_auth \"", Command::Text(1)),
    ("sp_addlogin '", Command::Text(1)),
    ("hmacshakeyfor(", Command::Made(0)),
    ("signwith(", Command::Made(1)),
    ("bearer_auth(", Command::Made(0)),
    ("omniauth :", Command::Made(2)),
    ("identified with ", Command::Plugin),
    ("insert into ", Command::Insert),
    ("copy ", Command::Copy),
    ("mysqldump ", Command::ShortFlag),
    ("mysqladmin ", Command::ShortFlag),
    ("az login", Command::ShortFlag),
    ("identified by ", Command::Sql),
    ("convertto-securestring ", Command::Sql),
    ("basic_auth(", Command::Call),
    ("basicauth(", Command::Call),
    ("networkcredential(", Command::Call),
    ("drivermanager.getconnection(", Command::Call),
    ("redis-cli", Command::Redis),
    ("@tcp(", Command::Pair),
    ("| chpasswd", Command::Pair),
    ("stats auth ", Command::PairBehind),
    ("--password-stdin", Command::Echo),
];

/// The password of a command.
pub fn at(command: Command, text: &str, hit: Range<usize>, found: &mut Vec<Detection>) {
    match command {
        Command::Insert => return rows::inserted(text, hit.end, found),
        Command::Copy => return rows::copied(text, hit.end, found),
        _ => {}
    }
    let line = line_around(text, hit.start);
    let (kind, name) = match command {
        Command::Made(_) | Command::Only => (Kind::Token, "token"),
        _ => (Kind::Password, "password"),
    };
    let value = match command {
        Command::Curl => user_and_password(text, hit.end, line.end),
        Command::ShortFlag => short_flag(text, hit.end, line.end),
        // Text between backticks is prose.
        Command::Sql if text[hit.end..line.end].starts_with('`') => None,
        Command::Sql => quoted(text, hit.end, line.end).or_else(|| bare(text, &line, hit.clone())),
        Command::Plugin => text[hit.end..line.end]
            .to_ascii_lowercase()
            .find(" by ")
            .and_then(|by| quoted(text, hit.end + by + 4, line.end)),
        Command::Text(which) | Command::Made(which) => {
            let from = if text[..hit.end].ends_with(['"', '\'', ':']) { hit.end - 1 } else { hit.end };
            texts(text, from, line.end, which)
        }
        Command::Only => quoted(text, hit.end, line.end).filter(|place| text[place.end + 1..].starts_with(')')),
        Command::Word(which) => words(text, hit.end, line.end, which),
        Command::Flag(name) => flag(text, hit.end - 1, line.end, name),
        Command::Split(name, sign) => flag(text, hit.end - 1, line.end, name)
            .and_then(|word| {
                let at = text[word.clone()].find(sign)?;
                Some(word.start + at + 1..word.end)
            })
            .or_else(|| split(text, hit.end, line.end, name, sign)),
        Command::Insert | Command::Copy => None,
        Command::Call => last_of_call(text, hit.end, line.end),
        Command::Redis => flag(text, hit.end, line.end, "-a"),
        Command::Pair => pair_before(text, line.start, hit.start),
        Command::PairBehind => pair_of(text, argument(text, hit.end, line.end)),
        Command::Echo => echoed(text, line.start, hit.start),
    };
    let Some(value) = value else { return };
    let secret = &text[value.clone()];
    let Ok(strength) = values::judge(kind, name, secret) else { return };
    // A word of letters alone, and words with dashes between them, are the names of something in code.
    let is_name = secret.chars().all(char::is_alphabetic) || secret == secret.to_lowercase() && secret.contains('-');
    // A short number is a port.
    if secret.len() <= 5 && secret.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let of_words = matches!(command, Command::Text(_) | Command::Word(_)) && is_name;
    if strength != Strength::Weak || !of_words {
        let signals = vec!["a command or statement takes it as a password".to_string()];
        found.push(credential("password", text, value, "", strength, signals));
    }
}

/// A text of a call, where all before it are texts or names.
fn texts(text: &str, from: usize, end: usize, which: usize) -> Option<Range<usize>> {
    let mut at = from;
    for number in 0..=which {
        let place = quoted(text, at, end);
        if number == which {
            return place;
        }
        let behind = place.map_or(at, |place| place.end + 1);
        let stop = text[behind..end].find([',', ')', ';'])?;
        if !text[behind + stop..].starts_with(',') {
            return None;
        }
        at = behind + stop + 1;
    }
    None
}

/// A word of a command line; the last one for a number that is too high.
fn words(text: &str, from: usize, end: usize, which: usize) -> Option<Range<usize>> {
    let rest = &text[from..end];
    let stop = rest.find([';', '|', '`', '&']).unwrap_or(rest.len());
    let mut words = rest[..stop].split_ascii_whitespace();
    let word = if which == usize::MAX { words.filter(|word| !word.starts_with('-')).nth(2) } else { words.nth(which) }?;
    let start = word.as_ptr() as usize - text.as_ptr() as usize;
    let inside = word.trim_matches(['"', '\'']);
    let start = start + (word.len() - word.trim_start_matches(['"', '\'']).len());
    (!inside.is_empty() && !inside.starts_with(['-', '/', '$', '%'])).then_some(start..start + inside.len())
}

/// The word behind a flag, from a sign in it on, where the flag comes first.
fn split(text: &str, from: usize, end: usize, name: &str, sign: char) -> Option<Range<usize>> {
    let rest = text[from..end].strip_prefix(name)?.trim_start();
    let word = argument(text, end - rest.len(), end);
    let at = text[word.clone()].find(sign)?;
    Some(word.start + at + 1..word.end)
}

/// `CREATE USER a IDENTIFIED BY password` of Oracle, without quotes.
fn bare(text: &str, line: &Range<usize>, hit: Range<usize>) -> Option<Range<usize>> {
    let before = text[line.start..hit.start].to_ascii_lowercase();
    let word = argument(text, hit.end, line.end);
    let secret = &text[word.clone()];
    let sound =
        secret.bytes().any(|byte| byte.is_ascii_digit()) && !secret.contains([':', '?', '&', '@', '%', '(', '<']);
    (sound && ["user ", "grant ", "role "].iter().any(|statement| before.contains(statement))).then_some(word)
}

fn user_and_password(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let rest = &text[from..end];
    let flag = [" -u ", " -u", "--user ", "--user=", " --proxy-user "]
        .iter()
        .find_map(|flag| rest.find(flag).map(|at| at + flag.len()));
    let at = from + flag.or_else(|| rest.strip_prefix("-u ").map(|_| 3))?;
    pair_of(text, argument(text, at, end))
}

/// The password of `user:password`.
fn pair_of(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let colon = text[word.clone()].find(':')?;
    Some(word.start + colon + 1..word.end)
}

/// The password of the `user:password` that ends here.
fn pair_before(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let end = start + text[start..end].trim_end_matches([' ', '"', '\'']).len();
    let from = text[start..end].rfind([' ', '"', '\'', '`', '=', '/']).map_or(start, |at| start + at + 1);
    pair_of(text, from..end)
}

/// The last text of a call with at least two of them, or with something before it.
fn last_of_call(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let close = text[from..end].rfind(')').map_or(end, |at| from + at);
    let inside = text[from..close].trim_end_matches([')', ' ', ';', ',']);
    let quote = inside.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let last = inside.len() - 1;
    let open = inside[..last].rfind(quote)?;
    inside[..open].contains(',').then_some(from + open + 1..from + last)
}

/// The argument of a flag, on a command line or in a list of texts.
fn flag(text: &str, from: usize, end: usize, name: &str) -> Option<Range<usize>> {
    let rest = &text[from..end];
    let at = rest
        .match_indices(name)
        .map(|(at, _)| at)
        .find(|at| rest[..*at].ends_with([' ', '"', '\'']) && rest[at + name.len()..].starts_with([' ', '"', '\'']))?;
    let behind = rest[at + name.len()..].trim_start_matches(['"', '\'', ',', ' ']);
    let from = end - behind.len();
    let stop = behind.find([' ', '"', '\'', ',', ']', '`', ';', '|']).unwrap_or(behind.len());
    Some(from..from + stop)
}

/// What a line prints into the command behind its pipe.
fn echoed(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let line = &text[start..end];
    let pipe = line.find('|')?;
    let echo = line[..pipe].find("echo ")? + "echo ".len();
    let word = line[echo..pipe].trim();
    let from = start + echo + line[echo..pipe].find(word)?;
    Some(quoted(text, from, start + pipe).unwrap_or(from..from + word.len()))
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
