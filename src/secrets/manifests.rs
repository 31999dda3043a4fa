//! What Kubernetes Secrets hold: every entry is base64, and its key need not say what it is.

use crate::secrets::family::Family;
use crate::secrets::literals::line_around;
use crate::secrets::names::{self, Kind};
use crate::secrets::{Detection, credential, encoded, scan, values};

/// The entries of the Secrets of a text that their names alone do not tell.
pub fn secrets(family: Family, text: &str, found: &mut Vec<Detection>) {
    if !matches!(family, Family::Yaml | Family::Json) || !text.contains("Secret") {
        return;
    }
    for (at, _) in text.match_indices("kind") {
        let line = line_around(text, at);
        let rest = text[at + 4..line.end].trim_start_matches(['"', ' ']);
        let kind = rest.strip_prefix(':').map(|rest| rest.trim_matches(['"', '\'', ' ', ','])).unwrap_or_default();
        if kind == "Secret" {
            let start = text[..at].rfind("\n---").map_or(0, |found| found + 1);
            let end = text[at..].find("\n---").map_or(text.len(), |found| at + found);
            entries(text, start, end, found);
        }
    }
}

/// The lines below `data:` of one document.
fn entries(text: &str, start: usize, end: usize, found: &mut Vec<Detection>) {
    let mut at = start;
    let mut open: Option<usize> = None;
    while at < end {
        let line = line_around(text, at);
        let content = &text[line.clone()];
        let indent = content.len() - content.trim_start().len();
        let body = content.trim_start();
        at = text[line.end..end].find('\n').map_or(end, |next| line.end + next + 1);
        if body.is_empty() {
            continue;
        }
        if open.is_some_and(|own| indent <= own) {
            open = None;
        }
        if open.is_none() {
            let key = body.trim_start_matches('"');
            let opens = key.strip_prefix("data").map(|rest| rest.trim_start_matches('"').trim());
            if matches!(opens, Some(":" | ": {")) {
                open = Some(indent);
            }
            continue;
        }
        let Some((key, value)) = body.split_once(':') else { continue };
        let key = key.trim().trim_matches(['"', '\'']);
        let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
        if let Some(detection) = entry(text, &line, key, value) {
            found.push(detection);
        }
    }
}

fn entry(text: &str, line: &std::ops::Range<usize>, key: &str, value: &str) -> Option<Detection> {
    let inner = encoded::decoded(value)?;
    let inner = encoded::decoded(&inner).unwrap_or(inner);
    let kind = names::meaning(key).unwrap_or(Kind::Token);
    let inside = || scan("entry.json", &inner).iter().map(|detection| detection.strength).max();
    let strength = values::judge(kind, key, &inner).ok().or_else(inside)?;
    let from = line.start + text[line.clone()].rfind(value)?;
    let signals = vec![format!("`{key}` is an entry of a Secret"), "its base64 holds a literal".to_string()];
    Some(credential("entry of a Secret", text, from..from + value.len(), key, strength, signals))
}
