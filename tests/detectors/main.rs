//! Every detector on what it must find and on what it must leave alone.

mod generate;

use std::collections::HashSet;

use generate::{Example, Random, example};
use plimsoll::located::{Limits, Value};
use plimsoll::secrets::detectors::{self, Detector, builtin, find};
use plimsoll::syntax::{Format, parse};
use proptest::prelude::*;

const ROUNDS: usize = 50;

/// Runs a check on every detector with its record.
fn each(mut check: impl FnMut(&Detector, Value<'_>)) {
    let mut at = 0;
    for (name, table) in detectors::tables() {
        let list = table.root().and_then(|root| root.get(name)).unwrap_or_else(|| panic!("{name} is no table"));
        for entry in list.items() {
            let detector = &builtin()[at];
            assert_eq!(entry.get("id").and_then(Value::text), Some(&*detector.id), "{name}");
            check(detector, entry);
            at += 1;
        }
    }
    assert_eq!(at, builtin().len());
}

fn templates(entry: Value<'_>, key: &str) -> Vec<String> {
    entry.get(key).into_iter().flat_map(Value::items).filter_map(Value::text).map(str::to_string).collect()
}

/// A file that the detector looks into.
fn path(entry: Value<'_>) -> String {
    templates(entry, "files").first().map_or("app/settings.py".to_string(), |glob| glob.replace('*', "app"))
}

/// What one detector alone finds in a text.
fn found(detector: &Detector, path: &str, text: &str) -> Vec<std::ops::Range<usize>> {
    let hits = detector.literals.iter().flat_map(|literal| text.match_indices(literal.as_str()));
    let found = hits.filter_map(|(at, literal)| detector.at(path, text, at..at + literal.len()));
    detectors::apart(found.map(|secret| (0, secret)).collect()).into_iter().map(|(_, secret)| secret).collect()
}

#[test]
fn every_record_reads_strictly_and_is_complete() {
    let mut ids = HashSet::new();
    each(|detector, entry| {
        let id = &detector.id;
        if let Err((_, message)) = Detector::read(entry) {
            panic!("{id}: {message}");
        }
        assert!(ids.insert(id.clone()), "{id} stands twice");
        for (key, text) in [("title", &detector.title), ("why", &detector.why)] {
            assert!(text.len() > 8, "{id} needs `{key}`");
        }
        assert!(detector.why.ends_with('.'), "{id}: `why` is a sentence");
        assert!(detector.link.starts_with("https://"), "{id}: {}", detector.link);
        assert!(!templates(entry, "examples").is_empty() && !templates(entry, "near_misses").is_empty(), "{id}");
    });
    assert!(ids.len() >= 60, "{} detectors", ids.len());
}

#[test]
fn every_example_is_found_with_its_exact_bytes() {
    let mut random = Random(17);
    let mut wrong = Vec::new();
    each(|detector, entry| {
        let path = path(entry);
        for template in templates(entry, "examples") {
            for round in 0..ROUNDS {
                let Example { text, secret } = example(&template, &mut random);
                let whole = secret == (0..text.len());
                let (before, after) = match (round % 5, whole) {
                    (1, true) => ("é = \"", "\"\n"),
                    (2, true) => ("{\"a\":\"x\\n", "\\n\"}"),
                    (3, true) => ("url?a%3D", "&b=1"),
                    (4, true) => ("- ", "\r\n"),
                    _ => ("", "\n"),
                };
                let placed = format!("{before}{text}{after}");
                let expected = before.len() + secret.start..before.len() + secret.end;
                let found = found(detector, &path, &placed);
                if found != [expected.clone()] {
                    wrong.push(format!("{}: {found:?} instead of {expected:?} in {placed}", detector.id));
                    break;
                }
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_near_miss_is_found_by_its_detector() {
    let mut random = Random(18);
    let mut wrong = Vec::new();
    each(|detector, entry| {
        let path = path(entry);
        for template in templates(entry, "near_misses") {
            for _ in 0..ROUNDS {
                let text = example(&template, &mut random).text;
                if !found(detector, &path, &text).is_empty() {
                    wrong.push(format!("{}: {text}", detector.id));
                    break;
                }
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands for itself in a file is found by the detector that knows most of it.
#[test]
fn examples_are_found_among_all_detectors() {
    let mut random = Random(19);
    let mut wrong = Vec::new();
    each(|detector, entry| {
        let path = path(entry);
        for template in templates(entry, "examples") {
            let Example { text, secret } = example(&template, &mut random);
            let text = format!("{text}\n");
            let all: Vec<_> = find(&path, &text).into_iter().map(|(at, span)| (&builtin()[at].id, span)).collect();
            if !all.contains(&(&detector.id, secret)) {
                wrong.push(format!("{}: {all:?} in {text}", detector.id));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tables_and_the_tests_hold_no_secret() {
    let mut files = 0;
    let mut wrong = Vec::new();
    for (path, bytes) in plimsoll::embedded::POLICIES {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        wrong.extend(find(path, text).into_iter().map(|(at, span)| (path, &builtin()[at].id, &text[span])));
        files += usize::from(path.contains("secret_detectors"));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(files > 0);
    for text in [include_str!("main.rs"), include_str!("generate.rs"), include_str!("../../src/secrets/structured.rs")]
    {
        assert!(find("tests/detectors.rs", text).is_empty());
    }
}

/// What is wrong with a team's own record, and the text that the message points at.
fn refused(record: &str) -> Option<(String, String)> {
    let parsed = parse(Format::Yaml, "plimsoll.yaml".into(), record.into(), Limits::default());
    assert!(parsed.faults.is_empty(), "{record}");
    let (span, message) = Detector::read(parsed.located.root().expect("a record")).err()?;
    Some((record[span.range()].to_string(), message))
}

#[test]
fn a_record_that_cannot_work_is_refused_at_its_place() {
    let own = |pattern: &str| format!("id: own\nliterals: [own_]\npattern: '{pattern}'\n");
    assert_eq!(refused(&own("own_[a-z]{20}")), None);
    for (record, place, message) in [
        (own("(?:own_)?"), "'(?:own_)?'", "matches the empty text"),
        (own("own_[a-z]+"), "'own_[a-z]+'", "repeats without an end"),
        (own("own_[a-z]{9000}"), "'own_[a-z]{9000}'", "may match"),
        (own("own_("), "'own_('", "is no regular expression"),
        (own("own_") + "check: crc64\n", "crc64", "is none of"),
        (own("own_") + "severity: awful\n", "awful", "is none of"),
        (own("own_") + "entropy: 9\n", "9", "is no number from 0 to 8"),
        (own("own_") + "before: 1000\n", "1000", "is no number from 0 to 512"),
        (own("own_") + "keyword: x\n", "keyword", "unknown key `keyword`"),
        (own("own_") + "files: ['[']\n", "files", "is no glob"),
        ("id: own\nliterals: [ow]\npattern: own\n".to_string(), "literals", "shorter than 3 characters"),
        ("id: own\npattern: own\n".to_string(), "own", "names no text"),
        ("id: own\nliterals: [own]\n".to_string(), "own", "needs `pattern`"),
        ("id: Own Key\nliterals: [own]\npattern: own\n".to_string(), "Own Key", "is not of lower-case letters"),
    ] {
        let (at, said) = refused(&record).unwrap_or_else(|| panic!("{record} is taken"));
        assert!(said.contains(message), "{said} instead of {message}");
        assert_eq!(at, place, "{record}");
    }
}

/// Work is bounded by the number of literals, however they are placed.
#[test]
fn literals_without_secrets_cost_little() {
    for literal in [
        "ghp_",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "eyJabcdefghijklmnopqr.",
        "postgres://a:",
        "eyJ",
        "-us1",
        "T3BlbkFJ",
    ] {
        let text = literal.repeat(200_000 / literal.len());
        let start = std::time::Instant::now();
        assert!(find("a.env", &text).is_empty(), "{literal}");
        assert!(start.elapsed().as_secs() < 20, "{literal} took {:?}", start.elapsed());
    }
}

#[test]
fn empty_and_plain_texts_hold_nothing() {
    for detector in builtin() {
        assert_eq!(detector.at("a", "", 0..0), None, "{}", detector.id);
        for literal in &detector.literals {
            assert_eq!(detector.at("a", literal, 0..literal.len()), None, "{}", detector.id);
        }
    }
}

proptest! {
    /// Any text around any literal, and any place of a hit: no panic, and what is found is whole characters.
    #[test]
    fn any_text_is_searched_without_panic(
        before in "\\PC{0,40}",
        after in "[a-zA-Z0-9_.:/@=\" é\n-]{0,120}",
        which in any::<prop::sample::Index>(),
        cut in 0_usize..200,
    ) {
        let detector = which.get(builtin());
        let literal = &detector.literals[cut % detector.literals.len()];
        let text = format!("{before}{literal}{after}");
        for path in ["a.env", ".netrc", ".docker/config.json"] {
            for (_, secret) in find(path, &text) {
                prop_assert!(!secret.is_empty() && text.get(secret).is_some());
            }
        }
        let _ = detector.at("a.env", &text, cut..cut + 3);
        let _ = detector.at(".netrc", &text, cut..usize::MAX);
    }
}
