//! Reports: a review as people and programs read it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::Run;
use crate::lines::Lines;
use crate::located::Span;
use crate::mask::{Mask, lexical};
use crate::problem::Problem;
use crate::verdict::{Finding, Outcome, Status};

pub mod concise;
pub mod json;
pub mod text;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Concise,
    Json,
}

/// How much and how a report shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub color: bool,
    pub unicode: bool,
    /// Columns of the text report.
    pub width: usize,
    pub quiet: bool,
    pub verbose: bool,
    /// Says what spoke for each secret.
    pub why: bool,
}

/// The report of a run in a format.
pub fn render(run: &Run, format: Format, style: Style) -> String {
    let sources = Sources::new(run);
    match format {
        Format::Text => text::render(run, &sources, style),
        Format::Concise => concise::render(run, &sources, style),
        Format::Json => json::render(run, &sources),
    }
}

/// The problems of a run as text, for standard error.
pub fn problems(run: &Run, format: Format, style: Style) -> String {
    let sources = Sources::of(run, run.review.problems.iter().map(|problem| &problem.path).collect());
    match format {
        Format::Text => text::problems(&run.review.problems, &sources, style),
        Format::Concise | Format::Json => concise::problems(&run.review.problems, &sources),
    }
}

/// Texts of artefacts with secrets masked and lines indexed, made once a file.
pub struct Sources<'r> {
    texts: BTreeMap<Arc<str>, Source>,
    mask: &'r Mask,
}

/// One masked text.
#[derive(Debug)]
pub struct Source {
    pub text: String,
    pub lines: Lines,
}

impl<'r> Sources<'r> {
    /// The texts that the findings, unknowns and problems of a run stand in.
    fn new(run: &'r Run) -> Self {
        let mut wanted: Vec<&Arc<str>> = run.review.problems.iter().map(|problem| &problem.path).collect();
        for finding in run.review.outcomes.iter().flat_map(|outcome| &outcome.findings) {
            wanted.push(&finding.path);
            wanted.extend(finding.related.iter().map(|related| &related.path));
        }
        let unknowns = run.review.outcomes.iter().flat_map(|outcome| &outcome.unknowns);
        wanted.extend(unknowns.map(|unknown| &unknown.path));
        Self::of(run, wanted)
    }

    fn of(run: &'r Run, mut wanted: Vec<&'r Arc<str>>) -> Self {
        wanted.sort();
        wanted.dedup();
        let troubled: HashSet<&str> = run.review.problems.iter().map(|problem| &*problem.path).collect();
        let source = |path: &Arc<str>| {
            // Of a file with a problem not every setting was read, so what its lines say must do.
            let hidden = if troubled.contains(&**path) { lexical::secrets(run.texts.get(path)?) } else { Vec::new() };
            let text = visible(run.mask.source(path, run.texts.get(path)?, &hidden));
            let lines = Lines::new(&text);
            Some((path.clone(), Source { text, lines }))
        };
        Self { texts: wanted.into_par_iter().filter_map(source).collect(), mask: &run.mask }
    }

    pub fn get(&self, path: &str) -> Option<&Source> {
        self.texts.get(path)
    }

    /// `path:line:column`, or the path alone where there is no text.
    pub fn place(&self, path: &str, span: Span) -> String {
        match self.get(path) {
            Some(source) => {
                let at = source.lines.position(span.start as usize, &source.text);
                format!("{}:{}:{}", clean_line(path), at.line, at.column)
            }
            None => clean_line(path),
        }
    }

    /// The line of a place, without space around it.
    pub fn line(&self, path: &str, span: Span) -> Option<&str> {
        let source = self.get(path)?;
        let start = source.lines.start(source.lines.line(span.start as usize), &source.text);
        source.text.get(start..)?.lines().next().map(str::trim)
    }

    /// A text for people: no secret, and no character that a terminal would obey.
    pub fn show(&self, text: &str) -> String {
        clean(&self.mask.text(text))
    }
}

/// Whether a character could rewrite what a terminal shows: control characters and changes of direction.
fn obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text without characters that a terminal obeys; line ends stay.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if obeyed(c) && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A text without characters that a terminal obeys, in one line.
pub fn clean_line(text: &str) -> String {
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// The text of an excerpt without characters that a terminal obeys, byte for byte as long as before.
fn visible(text: String) -> String {
    // By bytes first, since a bundle of JavaScript has megabytes of them: C0 and DEL, and what begins C1 and changes of
    // direction.
    let suspect = |byte: u8| byte < b' ' && !matches!(byte, b'\n' | b'\t') || matches!(byte, 0x7f | 0xc2 | 0xe2);
    if !text.bytes().any(suspect) || !text.chars().any(|c| obeyed(c) && !matches!(c, '\n' | '\t')) {
        return text;
    }
    let mut seen = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends_line = c == '\r' && chars.peek() == Some(&'\n');
        seen.push(match c.len_utf8() {
            _ if !obeyed(c) || ends_line || matches!(c, '\n' | '\t') => c,
            1 => '?',
            2 => '\u{a4}',
            _ => '\u{fffd}',
        });
    }
    seen
}

/// Open findings in the order of their places.
pub fn open(outcomes: &[Outcome]) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = outcomes
        .iter()
        .flat_map(|outcome| &outcome.findings)
        .filter(|finding| finding.status == Status::Open)
        .collect();
    findings.sort_by(|a, b| (&a.path, a.span, &a.rule).cmp(&(&b.path, b.span, &b.rule)));
    findings
}

/// Ids of the rules whose verdict a problem spoils.
pub fn spoiled<'o>(problem: &Problem, outcomes: &'o [Outcome]) -> Vec<&'o str> {
    let reads = |outcome: &&Outcome| {
        outcome.rule.input.iter().any(|input| problem.sections.contains(&crate::policy::top(input)))
    };
    outcomes.iter().filter(reads).map(|outcome| &*outcome.rule.id).collect()
}
