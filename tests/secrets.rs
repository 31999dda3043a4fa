//! What the scanner of secrets finds and what it lets be, on labelled lines of many formats.

#[path = "secrets/cases.rs"]
mod cases;
#[path = "secrets/generate.rs"]
mod generate;

use std::collections::BTreeMap;

use cases::{Block, Label};

/// Each case is judged with several values, so that no figure rests on a lucky one.
const ROUNDS: u64 = 5;
const RECALL: f64 = 0.98;
const PRECISION: f64 = 0.98;

#[test]
fn labelled_lines() {
    let blocks = cases::read();
    let count = blocks.iter().flat_map(|block| &block.lines).filter(|line| line.label.is_case()).count();
    let near = blocks.iter().flat_map(|block| &block.lines).filter(|line| line.label == Label::Clean).count();
    assert!(count >= 2000 && near * 2 >= count, "{count} cases, {near} of them near misses");
    let mut tally = Tally::default();
    for round in 0..ROUNDS {
        for block in &blocks {
            tally.judge(block, round);
        }
    }
    let (recall, precision) = (tally.recall(), tally.precision());
    eprintln!("secrets: {count} cases, recall {recall:.3}, precision {precision:.3}");
    let list = tally.list();
    if std::env::var_os("PLIMSOLL_LIST").is_some() {
        eprint!("{list}");
    }
    assert!(recall >= RECALL && precision >= PRECISION, "recall {recall:.3}, precision {precision:.3}\n{list}");
}

/// What a run came to.
#[derive(Default)]
struct Tally {
    found: usize,
    missed: usize,
    alarms: usize,
    /// How many rounds went wrong, by kind, place and line.
    wrong: BTreeMap<(&'static str, String), u64>,
}

impl Tally {
    fn judge(&mut self, block: &Block, round: u64) {
        let expanded = block.expand(round);
        let mut found = vec![false; block.lines.len()];
        let mut alarmed = vec![false; block.lines.len()];
        for detection in plimsoll::secrets::scan(&block.path, &expanded.text) {
            let span = detection.span.range();
            assert!(!expanded.text[span.clone()].is_empty(), "an empty secret in {}", block.path);
            let line = expanded.line(span.start);
            match block.case(line) {
                Some(case) => {
                    found[case] |= expanded.made.iter().any(|made| made.start < span.end && span.start < made.end)
                }
                None => alarmed[line] = true,
            }
        }
        for (at, line) in block.lines.iter().enumerate() {
            match (line.label, found[at], alarmed[at]) {
                (Label::Secret, true, _) => self.found += 1,
                (Label::Secret, false, _) => {
                    self.missed += 1;
                    self.note("missed", block, at);
                }
                (_, _, true) => {
                    self.alarms += 1;
                    self.note("false alarm", block, at);
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, kind: &'static str, block: &Block, at: usize) {
        let line = &block.lines[at];
        let place = format!("{}:{} ({}): {}", block.file, line.number, block.path, line.text.trim());
        *self.wrong.entry((kind, place)).or_default() += 1;
    }

    fn recall(&self) -> f64 {
        self.found as f64 / (self.found + self.missed) as f64
    }

    fn precision(&self) -> f64 {
        self.found as f64 / (self.found + self.alarms) as f64
    }

    fn list(&self) -> String {
        self.wrong.iter().map(|((kind, place), rounds)| format!("{kind}, {rounds} of {ROUNDS}: {place}\n")).collect()
    }
}
