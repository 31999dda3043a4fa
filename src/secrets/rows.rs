//! Rows of SQL dumps: the columns say which of the values are secrets.

use std::ops::Range;

use crate::secrets::names::{self, Kind};
use crate::secrets::{Detection, Strength, credential, values};

/// Rows of one statement that are looked at: a dump of a whole table needs no more to be seen.
const ROWS: usize = 100;

/// Bytes of a statement that are looked at, and bytes above it in which its table is looked for.
const BYTES: usize = 256 << 10;

/// The secrets of `INSERT INTO table (columns) VALUES (...), (...)`; `from` is behind `INTO`.
pub fn inserted(text: &str, from: usize, found: &mut Vec<Detection>) {
    let end = text.floor_char_boundary((from + BYTES).min(text.len()));
    let Some((table, at)) = identifier(text, from, end) else { return };
    let rest = text[at..end].trim_start();
    let at = end - rest.len();
    let (columns, at) = match rest.strip_prefix('(') {
        Some(_) => {
            let Some(close) = text[at..end].find(')') else { return };
            (listed(&text[at + 1..at + close]), at + close + 1)
        }
        None => (created(text, from, table), at),
    };
    let secret = secrets_of(&columns);
    let behind = text[at..end].trim_start();
    let values = behind.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("values"));
    if secret.is_empty() || !values {
        return;
    }
    let mut at = end - behind.len() + 6;
    for _ in 0..ROWS {
        let rest = text[at..end].trim_start_matches([' ', '\t', '\r', '\n', ',']);
        if !rest.starts_with('(') {
            return;
        }
        let Some((cells, next)) = row(text, end - rest.len() + 1, end) else { return };
        for (column, kind) in &secret {
            let cell = cells.get(*column).and_then(Option::as_ref);
            found.extend(cell.and_then(|cell| judged(text, cell.clone(), &columns[*column], *kind)));
        }
        at = next;
    }
}

/// The secrets of the rows behind `COPY table (columns) FROM stdin;`; `from` is behind `COPY`.
pub fn copied(text: &str, from: usize, found: &mut Vec<Detection>) {
    let end = text.floor_char_boundary((from + BYTES).min(text.len()));
    let Some((_, at)) = identifier(text, from, end) else { return };
    let Some(list) = text[at..end].trim_start().strip_prefix('(') else { return };
    let Some((list, behind)) = list.split_once(')') else { return };
    let columns = listed(list);
    let secret = secrets_of(&columns);
    let head = behind.lines().next().unwrap_or_default().trim().to_ascii_lowercase();
    if secret.is_empty() || !head.starts_with("from stdin") {
        return;
    }
    let mut at = end - behind.len();
    for line in behind.split_inclusive('\n').take(ROWS + 1) {
        if line.starts_with("\\.") {
            return;
        }
        let mut start = at;
        for (column, cell) in line.trim_end_matches(['\r', '\n']).split('\t').enumerate() {
            if let Some((_, kind)) = secret.iter().find(|(known, _)| *known == column)
                && cell != "\\N"
            {
                found.extend(judged(text, start..start + cell.len(), &columns[column], *kind));
            }
            start += cell.len() + 1;
        }
        at += line.len();
    }
}

/// The name of a table and where it ends.
fn identifier(text: &str, from: usize, end: usize) -> Option<(&str, usize)> {
    let rest = text[from..end].trim_start();
    let length = rest.find(|c: char| c.is_whitespace() || c == '(')?;
    let name = rest[..length].rsplit('.').next()?.trim_matches(['`', '"', '[', ']']);
    (!name.is_empty()).then_some((name, end - rest.len() + length))
}

fn listed(list: &str) -> Vec<String> {
    list.split(',').map(|name| name.trim().trim_matches(['`', '"', '[', ']']).to_string()).collect()
}

/// The columns of the table that `CREATE TABLE` above made.
fn created(text: &str, at: usize, table: &str) -> Vec<String> {
    let low = text.floor_char_boundary(at.saturating_sub(BYTES));
    let above = &text[low..at];
    let made = ["CREATE TABLE", "create table"].iter().filter_map(|words| above.rfind(words).map(|at| at + 12)).max();
    let Some(body) = made.and_then(|made| above[made..].split_once('(')).filter(|(head, _)| {
        head.trim().rsplit([' ', '.']).next().is_some_and(|name| name.trim_matches(['`', '"']) == table)
    }) else {
        return Vec::new();
    };
    let no_column = ["PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "INDEX", "FOREIGN", "FULLTEXT", "CHECK", ")"];
    let lines = body.1.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .take_while(|line| !line.starts_with(')'))
        .filter(|line| !no_column.iter().any(|word| line.starts_with(word)))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| name.trim_matches(['`', '"', ',']).to_string())
        .collect()
}

fn secrets_of(columns: &[String]) -> Vec<(usize, Kind)> {
    columns.iter().enumerate().filter_map(|(at, name)| Some((at, names::meaning(name)?))).collect()
}

/// The texts of a row, None for what is none, and where the row ends.
fn row(text: &str, from: usize, end: usize) -> Option<(Vec<Option<Range<usize>>>, usize)> {
    let bytes = text.as_bytes();
    let (mut cells, mut cell, mut at, mut depth) = (Vec::new(), None, from, 0_usize);
    while at < end {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                let start = at + 1;
                at = start;
                while at < end && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if depth == 0 {
                    cell = text.get(start..at.min(end)).map(|_| start..at);
                }
            }
            b'(' => depth += 1,
            b')' if depth > 0 => {
                depth -= 1;
                // What a function makes of a text is not the text.
                cell = None;
            }
            b',' if depth == 0 => cells.push(cell.take()),
            b')' => {
                cells.push(cell);
                return Some((cells, at + 1));
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn judged(text: &str, place: Range<usize>, column: &str, kind: Kind) -> Option<Detection> {
    let value = text.get(place.clone())?;
    let hashed = value.starts_with('$') && value.len() >= 20 && value.matches('$').count() >= 2;
    let strength = if hashed { Strength::Weak } else { values::judge(kind, column, value).ok()? };
    let title = if hashed { "password hash" } else { names::title(kind, column) };
    let signals = vec![format!("a row gives it to the column `{column}`")];
    Some(credential(title, text, place, column, strength, signals))
}
