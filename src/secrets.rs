//! Secrets in a text: what a name and a literal tell, and what the published formats of providers tell.
//!
//! [`scan`] looks at a text once. A search for many words at a time finds the places that are worth a look; only there the
//! line is read as the assignment that it is, or the pattern of a provider is tried. Nothing here says whether a secret may
//! stand where it stands: rules do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use foldhash::HashMap;

use crate::artefact::SECRETS;
use crate::input::settings::Measures;
use crate::lines::Lines;
use crate::located::{Builder, Dialect, Excess, Limits, Located, Span, Style};
use crate::rule::Severity;

pub mod checksums;
pub mod control;
pub mod detectors;
pub mod gitleaks;

mod assignments;
mod commands;
mod context;
mod elements;
mod encoded;
mod family;
mod given;
mod listed;
mod literals;
mod manifests;
mod names;
mod rows;
mod structured;
mod values;

pub use family::Family;

/// One secret that stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// `credential` where a name and a literal told it, else the id of a provider's format.
    pub detector: Arc<str>,
    /// What it is, e.g. `password` or `GitHub token`.
    pub title: Arc<str>,
    /// The bytes of the secret itself, without quotes and without what stands around it.
    pub span: Span,
    /// The name that it is given to; empty where it stands alone.
    pub key: String,
    /// Keys that lead to it, outermost first, as far as the lines above tell; ends with `key`.
    pub context: Vec<String>,
    pub strength: Strength,
    /// How much it matters at most, where its detector says so.
    pub severity: Option<Severity>,
    pub measures: Measures,
    /// What spoke for it, a few words each; never a part of the secret.
    pub signals: Vec<String>,
}

/// How sure it is that the value is one that a machine made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// A word that people chose, which anybody may guess.
    Weak,
    /// Long or mixed enough that nobody guesses it.
    Strong,
    /// Written as its provider writes it.
    Known,
}

/// Where a look is worth it.
#[derive(Clone, Copy)]
enum Clue {
    /// A word of credential names.
    Name,
    /// `Bearer` or `Basic` of an HTTP header.
    Scheme,
    /// A command that takes a password.
    Command(commands::Command),
    /// A literal of a provider's format: which of the built-in detectors.
    Detector(usize),
}

/// What stands behind the name of a credential and was taken for no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    pub path: String,
    /// From 1.
    pub line: usize,
    /// The name.
    pub key: String,
    /// Why it is no secret; never a part of the value.
    pub reason: &'static str,
}

/// What a scan has found so far.
struct Finds<'d> {
    found: Vec<Detection>,
    /// What was dropped: name, bytes and reason, where somebody wants to know.
    dropped: Option<&'d mut Vec<(String, std::ops::Range<usize>, &'static str)>>,
}

impl Finds<'_> {
    fn drop(&mut self, key: &str, place: std::ops::Range<usize>, reason: &'static str) {
        if let Some(dropped) = &mut self.dropped {
            dropped.push((key.to_string(), place, reason));
        }
    }
}

struct Prefilter {
    /// Quick to build.
    small: AhoCorasick,
    /// Three times as fast, and worth its building from some megabytes on.
    large: OnceLock<Option<AhoCorasick>>,
    /// Bytes searched so far.
    searched: AtomicUsize,
    clues: Vec<(String, Clue)>,
}

/// Bytes after whose search the larger automaton is built: what the smaller one searches in the time that building takes.
const LARGE: usize = 1 << 20;

impl Prefilter {
    fn build(clues: &[(String, Clue)], kind: AhoCorasickKind) -> Option<AhoCorasick> {
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).kind(Some(kind)).build(clues.iter().map(|(word, _)| word)).ok()
    }

    fn search(&self, text: &str) -> &AhoCorasick {
        let searched = self.searched.fetch_add(text.len(), Ordering::Relaxed) + text.len();
        let large = || self.large.get_or_init(|| Self::build(&self.clues, AhoCorasickKind::DFA)).as_ref();
        if searched > LARGE { large().unwrap_or(&self.small) } else { &self.small }
    }
}

static PREFILTER: LazyLock<Option<Prefilter>> = LazyLock::new(|| {
    let mut words: Vec<(String, Clue)> = names::clues().map(|word| (word, Clue::Name)).collect();
    words.extend(["bearer ", "basic "].map(|word| (word.to_string(), Clue::Scheme)));
    words.extend(commands::WORDS.iter().map(|(word, command)| ((*word).to_string(), Clue::Command(*command))));
    for (at, detector) in detectors::builtin().iter().enumerate() {
        words.extend(detector.literals.iter().map(|literal| (literal.clone(), Clue::Detector(at))));
    }
    let small = Prefilter::build(&words, AhoCorasickKind::ContiguousNFA)?;
    Some(Prefilter { small, large: OnceLock::new(), searched: AtomicUsize::new(0), clues: words })
});

/// Builds the tables that the first search needs.
pub fn make_ready() {
    LazyLock::force(&PREFILTER);
}

/// The secrets of a text, in the order in which they stand; no two of them overlap.
pub fn scan(path: &str, text: &str) -> Vec<Detection> {
    look(path, text, Finds { found: Vec::new(), dropped: None })
}

/// The same, and what was dropped on the way, in the order in which it stands.
pub fn explained(path: &str, text: &str) -> (Vec<Detection>, Vec<Dropped>) {
    let mut dropped = Vec::new();
    let found = look(path, text, Finds { found: Vec::new(), dropped: Some(&mut dropped) });
    let lines = Lines::new(text);
    let unfound = |place: &std::ops::Range<usize>| {
        found.iter().all(|one| place.end <= one.span.start as usize || one.span.end as usize <= place.start)
    };
    let dropped = dropped.into_iter().filter(|(_, place, _)| unfound(place)).map(|(key, place, reason)| {
        let line = lines.position(place.start, text).line;
        Dropped { path: path.to_string(), line, key, reason }
    });
    let dropped = dropped.collect();
    (found, dropped)
}

fn look(path: &str, text: &str, mut finds: Finds<'_>) -> Vec<Detection> {
    let Some(prefilter) = PREFILTER.as_ref() else { return finds.found };
    let family = Family::of(path, text);
    // Where the last name ended, and the last secret of each detector: what lies inside was looked at.
    let mut seen = 0;
    let mut ends: HashMap<usize, usize> = HashMap::default();
    for hit in prefilter.search(text).find_overlapping_iter(text) {
        let (word, clue) = &prefilter.clues[hit.pattern().as_usize()];
        match *clue {
            Clue::Detector(at) => {
                // The search is blind to case, formats are not.
                let exact = text.as_bytes()[hit.range()] == *word.as_bytes();
                if exact && ends.get(&at).is_none_or(|end| *end <= hit.start()) {
                    let detector = &detectors::builtin()[at];
                    if let Some(secret) = detector.at(path, text, hit.range()) {
                        ends.insert(at, secret.end);
                        finds.found.extend(known(detector, text, secret));
                    }
                }
            }
            Clue::Name if hit.start() < seen => {}
            Clue::Name => seen = assignments::at(path, family, text, hit.range(), &mut finds).max(seen),
            Clue::Scheme => finds.found.extend(commands::scheme(text, hit.range())),
            Clue::Command(command) => commands::at(command, text, hit.range(), &mut finds.found),
        }
    }
    let Finds { mut found, .. } = finds;
    manifests::secrets(family, text, &mut found);
    listed::secrets(path, text, &mut found);
    let mut found = apart(found);
    for detection in &mut found {
        detection.context = context::of(family, text, detection);
    }
    found
}

/// A tree with a place for each detection, in their order; without text where there are none. Its keys are what leads to
/// them, and no value is in it.
pub fn located(path: &Arc<str>, text: &Arc<str>, detections: &[Detection], limits: Limits) -> Located {
    let kept = if detections.is_empty() { "".into() } else { text.clone() };
    let mut builder = Builder::new(path.clone(), kept, Limits { nodes: usize::MAX, ..limits });
    let mut seen: HashMap<String, usize> = HashMap::default();
    let mut build = || -> Result<(), Excess> {
        builder.begin_document();
        builder.open(true, 0, None, 0)?;
        for detection in detections {
            let name = if detection.context.is_empty() { detection.key.clone() } else { detection.context.join(".") };
            let name = if name.is_empty() { detection.detector.to_string() } else { name };
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count > 1 { format!("{name}#{count}") } else { name };
            builder.scalar_owned(detection.span, &name, Style::DoubleQuoted, None, 0)?;
            builder.scalar_owned(detection.span, "", Style::DoubleQuoted, None, 0)?;
        }
        builder.close(Some(text.len()))?;
        builder.end_document()
    };
    let built = if detections.is_empty() { Ok(()) } else { build() };
    let mut located = built.and_then(|()| builder.finish()).unwrap_or_default();
    (located.path, located.section, located.dialect) = (path.clone(), SECRETS, Dialect::Text);
    located
}

/// The detections without those that overlap a surer or an earlier one.
fn apart(mut found: Vec<Detection>) -> Vec<Detection> {
    found.sort_by(|a, b| b.strength.cmp(&a.strength).then(a.span.cmp(&b.span)));
    let mut kept: Vec<Detection> = Vec::with_capacity(found.len());
    let mut taken = std::collections::BTreeMap::<u32, u32>::new();
    for detection in found {
        let Span { start, end } = detection.span;
        let free = taken.range(..end).next_back().is_none_or(|(_, taken_end)| *taken_end <= start);
        if free && start < end {
            taken.insert(start, end);
            kept.push(detection);
        }
    }
    kept.sort_by_key(|detection| detection.span);
    kept
}

/// A detection that a provider's format told, unless what stands there only holds its place.
fn known(detector: &detectors::Detector, text: &str, place: std::ops::Range<usize>) -> Option<Detection> {
    let secret = &text[place.clone()];
    if secret.contains("...") {
        return None;
    }
    let strength = match detector.chosen {
        true => values::judge(names::Kind::Password, "db_password", secret).ok()?,
        false => Strength::Known,
    };
    Some(Detection {
        detector: detector.id.clone(),
        title: detector.title.as_str().into(),
        span: Span::new(place.start, place.end),
        key: String::new(),
        context: Vec::new(),
        strength,
        severity: detector.severity,
        measures: crate::input::measures::of(secret, None),
        signals: vec![format!("it stands where a {} stands, and is written as one", detector.title)],
    })
}

/// A detection that no provider's format told.
fn credential(
    title: &str,
    text: &str,
    place: std::ops::Range<usize>,
    key: &str,
    strength: Strength,
    signals: Vec<String>,
) -> Detection {
    let measures = crate::input::measures::of(&text[place.clone()], None);
    Detection {
        detector: "credential".into(),
        title: title.into(),
        span: Span::new(place.start, place.end),
        key: key.to_string(),
        context: Vec::new(),
        strength,
        severity: None,
        measures,
        signals,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&str] = &[
        "password",
        "api_key",
        "token",
        "PASSWORD",
        ":",
        "=",
        ":=",
        "=>",
        "\"",
        "'",
        "\\\"",
        " ",
        "\n",
        "  ",
        "- ",
        "${",
        "}",
        ":-",
        "{{",
        "}}",
        "name",
        "value",
        "kind: Secret",
        "data:",
        "---",
        "bearer ",
        "basic ",
        "curl -u ",
        "mysql -p",
        "identified by ",
        "identified with x by ",
        "insert into t (a, password) values (1, '",
        "copy t (a, password) from stdin;\n",
        "login('",
        "auth=('",
        "net user ",
        "htpasswd -b ",
        "lftp -u a,",
        "sqlcmd -P",
        "<Password>",
        "<Value>",
        "<name>",
        "'key' => ['",
        "$6$",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "</",
        "ü",
        "𐍈",
        "q8Zr2LxV5nTc7KpW",
        "cG9zdGdyZXM6cG9zdGdyZXM=",
        "ENV ",
        "|",
        "#",
        "//",
        ",",
        ";",
        "\r\n",
        "\t",
        "eyJhbGciOiJIUzI1NiJ9",
    ];
    const PATHS: &[&str] = &[
        "a.yaml",
        "a.py",
        "a.json",
        ".env",
        "Dockerfile",
        "a.xml",
        "a.md",
        "a.sh",
        "a.conf",
        "-",
        "shadow",
        "auth.json",
        ".curlrc",
        "a.sql",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn places_lie_apart_inside_any_text(
            words in proptest::collection::vec(prop_oneof![4 => proptest::sample::select(WORDS).prop_map(str::to_string), 1 => "\\PC{0,6}"], 0..60),
            path in proptest::sample::select(PATHS),
        ) {
            let text = words.concat();
            let found = scan(path, &text);
            for detection in &found {
                prop_assert!(text.get(detection.span.range()).is_some_and(|secret| !secret.is_empty()));
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            let located = located(&path.into(), &text.as_str().into(), &found, Limits::default());
            prop_assert_eq!(located.root().map_or(0, |root| root.entries().len()), found.len());
        }
    }
}
