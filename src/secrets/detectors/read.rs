//! Records of detectors, read and verified.

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

use super::{Detector, WINDOW};
use crate::input::tables;
use crate::located::{Span, Value};
use crate::rule::metadata;
use crate::secrets::checksums;

/// Bytes before a literal at which a match may begin, at most.
const MOST_BEFORE: usize = 512;
/// Bytes of a compiled pattern and of its automaton, at most.
const SIZE: usize = 2 << 20;

const KEYS: &[&str] = &[
    "id",
    "title",
    "why",
    "link",
    "severity",
    "literals",
    "pattern",
    "before",
    "run",
    "through",
    "check",
    "entropy",
    "near",
    "unless",
    "files",
    "examples",
    "near_misses",
];

type Refused = (Span, String);

/// A record as it stands; [`verify`] looks at what only a pattern's syntax tells.
pub fn record(entry: Value<'_>) -> Result<Detector, Refused> {
    for (key, value) in entry.entries() {
        if !KEYS.contains(&key) {
            let place = value.key().map_or(value.span(), Value::span);
            return Err((place, format!("unknown key `{key}`: a detector knows {}", KEYS.join(", "))));
        }
    }
    let id = needed(entry, "id")?;
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.bytes().all(is_of_id) {
        return Err(refused(entry, "id", "is not of lower-case letters, digits and dashes"));
    }
    let literals = tables::texts(entry.get("literals"));
    if literals.is_empty() {
        return Err(refused(entry, "literals", "names no text that every match holds"));
    }
    if let Some(short) = literals.iter().find(|literal| literal.len() < 3) {
        return Err(refused(entry, "literals", &format!("has `{short}`, which is shorter than 3 characters")));
    }
    let check = match optional(entry, "check")? {
        None => None,
        Some(name) => Some(checksums::named(name).ok_or_else(|| {
            let known: Vec<&str> = checksums::CHECKS.iter().map(|(name, _)| *name).collect();
            refused(entry, "check", &format!("is none of {}", known.join(", ")))
        })?),
    };
    let severity = match optional(entry, "severity")? {
        None => None,
        Some(name) => Some(
            metadata::SEVERITIES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, severity)| *severity)
                .ok_or_else(|| refused(entry, "severity", "is none of info, low, medium, high, critical"))?,
        ),
    };
    let words = |key| tables::texts(entry.get(key)).iter().map(|word| word.to_ascii_lowercase()).collect();
    let text = |key| optional(entry, key).map(Option::unwrap_or_default).map(str::to_string);
    Ok(Detector {
        id: id.into(),
        title: text("title")?,
        why: text("why")?,
        link: text("link")?,
        literals,
        severity,
        pattern: needed(entry, "pattern")?.to_string(),
        regex: Default::default(),
        before: number(entry, "before", MOST_BEFORE as f32)? as usize,
        run: optional(entry, "run")?.map(characters),
        through: optional(entry, "through")?.map(str::to_string),
        chosen: matches!(optional(entry, "check")?, Some("password" | "own-password" | "default-password")),
        check,
        entropy: number(entry, "entropy", 8.0)?,
        near: words("near"),
        unless: words("unless"),
        files: tables::texts(entry.get("files")),
        globs: Default::default(),
    })
}

/// Refuses a pattern that does not compile, that matches nothing at all, or whose matches have no bound.
pub fn verify(entry: Value<'_>, detector: &Detector) -> Result<(), Refused> {
    let pattern = |message: String| refused(entry, "pattern", &message);
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(&detector.pattern);
    let hir = hir.map_err(|error| pattern(format!("is no regular expression: {}", last_line(&error.to_string()))))?;
    match (hir.properties().minimum_len(), hir.properties().maximum_len()) {
        (Some(0), _) => return Err(pattern("matches the empty text".to_string())),
        (_, None) => return Err(pattern("repeats without an end: write {1,100} for + and {0,100} for *".to_string())),
        (_, Some(most)) if most > WINDOW => {
            return Err(pattern(format!("may match {most} bytes, and {WINDOW} are the most")));
        }
        _ => {}
    }
    compile(&detector.pattern, detector.before)
        .map_err(|error| pattern(format!("does not compile: {}", last_line(&error.to_string()))))?;
    globs(&detector.files).map_err(|error| refused(entry, "files", &format!("is no glob: {error}")))?;
    Ok(())
}

/// The expression that is run on a window: the pattern, at most so many bytes behind the window's start.
pub fn compile(pattern: &str, before: usize) -> Result<Regex, regex::Error> {
    let skip = if before == 0 { String::new() } else { format!("(?s:.{{0,{before}}}?)") };
    RegexBuilder::new(&format!(r"\A{skip}(?P<whole>{pattern})"))
        .unicode(false)
        .size_limit(SIZE)
        .dfa_size_limit(SIZE)
        .build()
}

/// Globs of files: one without a slash means the file's name.
pub fn globs(files: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for file in files {
        let anywhere = if file.contains('/') { file.clone() } else { format!("**/{file}") };
        set.add(Glob::new(&anywhere)?);
    }
    set.build()
}

/// The characters of a list such as `A-Za-z0-9_-`: a dash between two characters means all from the one to the other.
fn characters(list: &str) -> Box<[bool; 256]> {
    let mut set = Box::new([false; 256]);
    let mut rest = list.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (last, further) = match after {
            [b'-', last, further @ ..] => (*last, further),
            _ => (*first, after),
        };
        (*first..=last).for_each(|byte| set[usize::from(byte)] = true);
        rest = further;
    }
    set
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

fn needed<'a>(entry: Value<'a>, key: &str) -> Result<&'a str, Refused> {
    optional(entry, key)?.ok_or_else(|| (entry.pointer(), format!("a detector needs `{key}`")))
}

fn optional<'a>(entry: Value<'a>, key: &str) -> Result<Option<&'a str>, Refused> {
    let Some(value) = entry.get(key) else { return Ok(None) };
    match value.text().map(str::trim) {
        Some(text) if !text.is_empty() => Ok(Some(text)),
        _ => Err(refused(entry, key, "is no text")),
    }
}

fn number(entry: Value<'_>, key: &str, most: f32) -> Result<f32, Refused> {
    let Some(text) = optional(entry, key)? else { return Ok(0.0) };
    let number = text.parse().ok().filter(|number| (0.0..=most).contains(number));
    number.ok_or_else(|| refused(entry, key, &format!("is no number from 0 to {most}")))
}

fn refused(entry: Value<'_>, key: &str, message: &str) -> Refused {
    let place = entry.get(key).map_or(entry.pointer(), Value::pointer);
    (place, format!("`{key}` {message}"))
}

/// What an error of several lines, with the pattern drawn in it, comes down to.
fn last_line(error: &str) -> &str {
    error.lines().last().unwrap_or(error).trim_start_matches("error: ")
}
