//! Detectors of the credentials that providers issue, from `policies/data/secret_detectors_*.yaml`.
//!
//! A detector is data: literals, one of which stands in every secret's neighbourhood; a pattern that is tried only where
//! a literal stands; and what makes a match more than a look-alike (a checksum, a structure, entropy, a word nearby).
//! Patterns see ASCII classes and bytes, so that they stay small and compile fast; secrets are whole characters.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use globset::GlobSet;
use regex::bytes::Regex;

use crate::input::tables;
use crate::located::{Span, Value};
use crate::rule::Severity;
use crate::secrets::checksums::Check;

mod doubt;
mod read;

/// Tables of detectors, the most specific first: of two detectors that find the same bytes the earlier one counts.
const TABLES: &[&str] = &[
    "secret_detectors_clouds",
    "secret_detectors_forges",
    "secret_detectors_delivery",
    "secret_detectors_services",
    "secret_detectors_products",
    "secret_detectors_files",
    "secret_detectors_systems",
    "secret_detectors_general",
];

/// Bytes behind a literal that a detector looks at, at most.
const WINDOW: usize = 8 << 10;
/// The same for a secret that runs through to a text that ends it, such as a private key.
const LONG_WINDOW: usize = 16 << 10;

/// What finds one kind of credential.
#[derive(Debug)]
pub struct Detector {
    /// Lower-case words with dashes; never changes.
    pub id: Arc<str>,
    /// What is found, as a heading.
    pub title: String,
    /// One sentence: what somebody can do with it.
    pub why: String,
    /// Where the provider describes the format or the credential; empty for a team's own detector that names none.
    pub link: String,
    /// Texts of which one stands in every match; they keep the patterns away from all other text.
    pub literals: Vec<String>,
    /// Where it is not the rule's own severity.
    pub severity: Option<Severity>,
    /// Whether people may have made up the secret, so that it may be weak, or no secret at all.
    pub chosen: bool,
    pattern: String,
    regex: OnceLock<Option<Regex>>,
    /// Bytes before the literal at which a match may begin.
    before: usize,
    /// Characters over which the secret goes on behind the pattern's match.
    run: Option<Box<[bool; 256]>>,
    /// The text through which the secret goes on behind the pattern's match.
    through: Option<String>,
    check: Option<Check>,
    /// Least Shannon entropy, in bits a character.
    entropy: f32,
    /// Words in lower case of which one stands on the secret's line or the line before.
    near: Vec<String>,
    /// Words in lower case of which none stands right behind the secret.
    unless: Vec<String>,
    /// Globs of the files that it looks into; empty for all.
    files: Vec<String>,
    globs: OnceLock<GlobSet>,
}

/// All built-in detectors, in the order of the tables.
pub fn builtin() -> &'static [Detector] {
    static DETECTORS: LazyLock<Vec<Detector>> = LazyLock::new(|| {
        let of = |name: &&'static str| {
            let table = tables::read(name);
            let list = table.root().and_then(|root| root.get(name));
            // A test reads every record strictly, so that none is left out here.
            list.into_iter().flat_map(Value::items).filter_map(|entry| read::record(entry).ok()).collect::<Vec<_>>()
        };
        TABLES.iter().flat_map(of).collect()
    });
    &DETECTORS
}

/// The records of the built-in detectors, by the name of their table: for tests of their examples.
pub fn tables() -> impl Iterator<Item = (&'static str, crate::located::Located)> {
    TABLES.iter().map(|name| (*name, tables::read_file(name)))
}

/// What the built-in detectors find in a text: the detector's place in [`builtin`] and the secret's bytes, in the order
/// of the text. Of secrets that overlap the longest counts, then the earlier detector's.
pub fn find(path: &str, text: &str) -> Vec<(usize, Range<usize>)> {
    static LITERALS: LazyLock<(Option<AhoCorasick>, Vec<usize>)> = LazyLock::new(|| {
        let pairs = builtin().iter().enumerate();
        let pairs = pairs.flat_map(|(at, detector)| detector.literals.iter().map(move |literal| (literal, at)));
        let (literals, owners): (Vec<&String>, Vec<usize>) = pairs.unzip();
        (AhoCorasick::new(literals).ok(), owners)
    });
    let (Some(automaton), owners) = &*LITERALS else { return Vec::new() };
    let mut found = Vec::new();
    // Where each detector's last secret ended: a literal inside of it finds it again.
    let mut ends = vec![0; builtin().len()];
    for hit in automaton.find_overlapping_iter(text) {
        let owner = owners[hit.pattern().as_usize()];
        if hit.start() < ends[owner] {
            continue;
        }
        if let Some(secret) = builtin()[owner].at(path, text, hit.range()) {
            ends[owner] = secret.end;
            found.push((owner, secret));
        }
    }
    apart(found)
}

/// Leaves out what overlaps with something longer, or with an earlier detector's find of the same length.
pub fn apart(mut found: Vec<(usize, Range<usize>)>) -> Vec<(usize, Range<usize>)> {
    found.sort_by_key(|(detector, secret)| (Reverse(secret.len()), *detector, secret.start));
    let mut kept: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (detector, secret) in found {
        let before = kept.range(..secret.end).next_back();
        if before.is_none_or(|(_, (_, end))| *end <= secret.start) {
            kept.insert(secret.start, (detector, secret.end));
        }
    }
    kept.into_iter().map(|(start, (detector, end))| (detector, start..end)).collect()
}

impl Detector {
    /// Reads one record; what is wrong with it comes with its place.
    pub fn read(entry: Value<'_>) -> Result<Self, (Span, String)> {
        let detector = read::record(entry)?;
        read::verify(entry, &detector)?;
        Ok(detector)
    }

    /// The secret's bytes, where the detector matches around a hit of one of its literals. Looks at a bounded number of
    /// bytes around the hit, however long the text is.
    pub fn at(&self, path: &str, text: &str, hit: Range<usize>) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        // A run is looked at once, where it begins: else a long one would be walked at each literal in it.
        let begins = |run: &[bool; 256]| starts_word(bytes, hit.start, |byte| run[usize::from(byte)]);
        if !(self.looks_into(path) && self.run.as_deref().is_none_or(begins)) {
            return None;
        }
        let from = hit.start.saturating_sub(self.before);
        let reach = if self.through.is_some() { LONG_WINDOW } else { WINDOW };
        let window = bytes.get(from..hit.end.saturating_add(reach).min(bytes.len()))?;
        let (whole, secret) = self.matched(window)?;
        let secret = from + secret.start..from + secret.end;
        let whole = from + whole.start..from + whole.end;
        let around_hit = whole.start <= hit.start && hit.end <= whole.end.max(secret.end);
        let starts_apart = secret.start > whole.start || starts_word(bytes, secret.start, is_word);
        let ends_apart = secret.end < whole.end || ends_word(bytes, secret.end);
        if !(around_hit && starts_apart && ends_apart) || secret.is_empty() {
            return None;
        }
        let secret = text.floor_char_boundary(secret.start)..text.ceil_char_boundary(secret.end);
        let value = &text[secret.clone()];
        let real = !doubt::is_made_up(value)
            && (self.entropy == 0.0 || doubt::entropy(value) >= self.entropy)
            && !doubt::stands_behind(text, &secret, &self.unless)
            && (self.near.is_empty() || doubt::stands_near(text, &secret, &self.near))
            && self.check.is_none_or(|check| check(value));
        real.then_some(secret)
    }

    fn looks_into(&self, path: &str) -> bool {
        self.files.is_empty() || self.globs.get_or_init(|| read::globs(&self.files).unwrap_or_default()).is_match(path)
    }

    /// The whole match in a window and the secret in it.
    fn matched(&self, window: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
        let regex = self.regex.get_or_init(|| read::compile(&self.pattern, self.before).ok()).as_ref()?;
        let groups = regex.captures(window)?;
        let whole = groups.name("whole")?.range();
        let mut secret = groups.name("secret").map_or(whole.clone(), |group| group.range());
        if let Some(run) = &self.run {
            let further = window[secret.end..].iter().take_while(|byte| run[usize::from(**byte)]).count();
            secret.end += further;
            // A full stop behind a token ends a sentence.
            secret.end -= window[secret.clone()].iter().rev().take_while(|byte| **byte == b'.').count();
        }
        if let Some(through) = &self.through {
            // Up to where the next one begins, so that many beginnings without an end are each walked over once.
            let rest = &window[secret.end..];
            let rest = &rest[..position(rest, &window[whole.clone()]).unwrap_or(rest.len())];
            secret.end += position(rest, through.as_bytes())? + through.len();
        }
        Some((whole, secret))
    }
}

/// Where a text first stands in another.
fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether no word goes on into what begins at a byte. The letter of an escape (`\n`) and the digits of a URL's `%3D`
/// belong to no word.
fn starts_word(bytes: &[u8], at: usize, is_part: impl Fn(u8) -> bool) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| bytes.get(at)).copied();
    let inside = bytes.get(at).is_some_and(|byte| is_part(*byte)) && before(1).is_some_and(is_part);
    let escape = before(2) == Some(b'\\') && matches!(before(1), Some(b'n' | b'r' | b't'));
    let percent = before(3) == Some(b'%') && [before(1), before(2)].iter().flatten().all(u8::is_ascii_hexdigit);
    !inside || escape || percent
}

/// Whether what ends before a byte is no part of a longer word.
fn ends_word(bytes: &[u8], end: usize) -> bool {
    let last = end.checked_sub(1).and_then(|at| bytes.get(at));
    !(last.is_some_and(|byte| is_word(*byte)) && bytes.get(end).is_some_and(|byte| is_word(*byte)))
}
