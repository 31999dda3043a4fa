//! Text for people: each finding drawn in its source. The only module that names miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
};
use rayon::prelude::*;

use crate::Run;
use crate::located::Span;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Source, Sources, Style, clean_line, concise, open};
use crate::rule::Severity;
use crate::verdict::{Finding, Related, Verdict};

/// Related places that a finding lists; more are counted.
const RELATED: usize = 5;

/// Characters of a line that an excerpt shows; minified files have lines of megabytes.
const LINE: usize = 400;

/// Findings that one thread draws at a time.
const CHUNK: usize = 16;

pub fn render(run: &Run, sources: &Sources<'_>, style: Style) -> String {
    let drawn = |findings: &[&Finding]| {
        let (handler, mut out) = (handler(style), String::new());
        findings.iter().for_each(|finding| draw(&handler, &of_finding(finding, sources, style.why), &mut out));
        out
    };
    let mut out: String = open(&run.review.outcomes).par_chunks(CHUNK).map(drawn).collect();
    if style.verbose {
        out.push_str(&undecided(run, sources));
    }
    if !style.quiet {
        out.push_str(&summary(run));
    }
    out
}

/// Problems, drawn in their sources where they have a place.
pub fn problems(problems: &[Problem], sources: &Sources<'_>, style: Style) -> String {
    let handler = handler(style);
    let mut out = String::new();
    for problem in problems {
        let drawable =
            problem.span.filter(|_| sources.get(&problem.path).is_some_and(|source| !source.text.is_empty()));
        match drawable {
            Some(span) => draw(&handler, &of_problem(problem, span, sources), &mut out),
            None => out.push_str(&concise::problems(std::slice::from_ref(problem), sources)),
        }
    }
    out
}

/// What was not decided and which evidence would decide it.
pub fn undecided(run: &Run, sources: &Sources<'_>) -> String {
    let mut out = String::new();
    for outcome in &run.review.outcomes {
        for unknown in &outcome.unknowns {
            let place = sources.place(&unknown.path, unknown.span);
            let (message, give) = (sources.show(&unknown.message), sources.show(&unknown.give));
            out.push_str(&format!("{place}: unknown {} {message}; give {give}\n", outcome.rule.id));
        }
    }
    for outcome in run.review.outcomes.iter().filter(|outcome| outcome.unknowns.is_empty()) {
        if let Some(reason) = &outcome.reason {
            out.push_str(&format!("{}: {} {}\n", outcome.rule.id, verdict(outcome.verdict), sources.show(reason)));
        }
    }
    out
}

/// The figures of a run in a few lines.
pub fn summary(run: &Run) -> String {
    let figures = &run.review.summary;
    let severities = [
        (figures.critical, "critical"),
        (figures.high, "high"),
        (figures.medium, "medium"),
        (figures.low, "low"),
        (figures.info, "info"),
    ];
    let found: usize = severities.iter().map(|(count, _)| count).sum();
    let parts: Vec<String> =
        severities.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    let mut findings = count(found, "finding");
    if found > 0 {
        findings = format!("{findings} ({})", parts.join(", "));
    }
    for (count, word) in [(figures.ignored, "ignored"), (figures.waived, "waived"), (figures.baselined, "baselined")] {
        if count > 0 {
            findings.push_str(&format!(", {count} {word}"));
        }
    }
    let of = |wanted: Verdict| run.review.outcomes.iter().filter(|outcome| outcome.verdict == wanted).count();
    let mut rules = vec![format!("{} proved", of(Verdict::Pass)), format!("{} failed", of(Verdict::Fail))];
    for (verdict, word) in [
        (Verdict::Error, "in error"),
        (Verdict::NotEvaluated, "not evaluated"),
        (Verdict::Waived, "waived"),
        (Verdict::NotApplicable, "not applicable"),
    ] {
        if of(verdict) > 0 {
            rules.push(format!("{} {word}", of(verdict)));
        }
    }
    let mut judged = format!("{} judged", count(figures.deployments_judged, "deployment"));
    if figures.deployments_not_judged > 0 {
        let which = count(figures.deployments_not_judged, "development or test deployment");
        judged.push_str(&format!(", {which} not judged (--all judges them)"));
    }
    let mut artefacts = format!("{} read", count(figures.artefacts, "artefact"));
    if figures.texts > figures.artefacts {
        artefacts.push_str(&format!(", {} searched for secrets", count(figures.texts, "text")));
    }
    if figures.binary > 0 {
        artefacts.push_str(&format!(" ({} left out)", count(figures.binary, "binary file")));
    }
    let (unknowns, problems) = (count(figures.unknowns, "unknown"), count(figures.problems, "problem"));
    format!(
        "{findings}; {}: {}\n{artefacts}, {judged}; {unknowns}, {problems}\n",
        count(figures.rules, "rule"),
        rules.join(", ")
    )
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "fail",
        Verdict::Error => "error",
        Verdict::Expired => "expired",
        Verdict::NotEvaluated => "not-evaluated",
        Verdict::Waived => "waived",
        Verdict::Attested => "attested",
        Verdict::Pass => "pass",
        Verdict::NotApplicable => "not-applicable",
    }
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme { characters: miette::ThemeCharacters::ascii(), ..GraphicalTheme::unicode() },
        (false, false) => GraphicalTheme::none(),
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.max(40))
        .with_context_lines(0)
        .with_links(false)
        .with_break_words(false)
}

fn draw(handler: &GraphicalReportHandler, drawing: &Drawing<'_>, out: &mut String) {
    // Writing to a String fails only if a source cannot be read, and ours are in memory.
    if handler.render_report(out, drawing).is_err() {
        out.push_str(&format!("{drawing}\n"));
    }
    out.push('\n');
}

fn of_finding<'s>(finding: &Finding, sources: &'s Sources<'_>, why: bool) -> Drawing<'s> {
    let deployment = finding.deployment.as_ref().map(|name| format!(" in {}", clean_line(name))).unwrap_or_default();
    let mut labels = vec![(finding.span, String::new(), true)];
    let mut elsewhere = Vec::new();
    for related in &finding.related {
        let label = sources.show(&related.label);
        if related.path == finding.path && labels.len() < RELATED {
            labels.push((related.span, label, false));
        } else {
            elsewhere.push(format!("{} {label}{}", sources.place(&related.path, related.span), line(related, sources)));
        }
    }
    let mut help = sources.show(&finding.help);
    for place in elsewhere.iter().take(RELATED) {
        help.push_str(&format!("\nsee {place}"));
    }
    if elsewhere.len() > RELATED {
        help.push_str(&format!("\nand {} more places", elsewhere.len() - RELATED));
    }
    if why && !finding.why.is_empty() {
        help.push_str(&format!("\nwhy: {}", sources.show(&finding.why.join("; "))));
    }
    Drawing {
        message: sources.show(&finding.message),
        code: format!("{} {}{deployment}", severity(finding.severity), finding.rule),
        help,
        level: match finding.severity {
            Severity::Critical | Severity::High => miette::Severity::Error,
            Severity::Medium | Severity::Low => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        },
        labels,
        source: sources.get(&finding.path).map(|source| Excerpt { name: clean_line(&finding.path), source }),
    }
}

/// The line of a place that nobody can open.
pub fn line(related: &Related, sources: &Sources<'_>) -> String {
    let line = sources.line(&related.path, related.span).filter(|_| related.rendered);
    line.map(|line| format!(": `{}`", line.chars().take(LINE).collect::<String>())).unwrap_or_default()
}

fn of_problem<'s>(problem: &Problem, span: Span, sources: &'s Sources<'_>) -> Drawing<'s> {
    let mut labels = vec![(span, String::new(), true)];
    labels.extend(problem.related.iter().map(|(span, label)| (*span, sources.show(label), false)));
    Drawing {
        message: sources.show(&problem.message),
        code: concise::kind(problem.kind).to_string(),
        help: sources.show(&problem.help),
        level: match problem.kind {
            ProblemKind::Fault => miette::Severity::Error,
            ProblemKind::Limit => miette::Severity::Warning,
            ProblemKind::Notice => miette::Severity::Advice,
        },
        labels,
        source: sources.get(&problem.path).map(|source| Excerpt { name: clean_line(&problem.path), source }),
    }
}

/// What miette draws.
#[derive(Debug)]
struct Drawing<'s> {
    message: String,
    code: String,
    help: String,
    level: miette::Severity,
    /// Span, label, whether it is the primary one.
    labels: Vec<(Span, String, bool)>,
    source: Option<Excerpt<'s>>,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl Diagnostic for Drawing<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.level)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source.as_ref()?.source;
        Some(Box::new(self.labels.iter().map(move |(span, label, primary)| {
            let label = (!label.is_empty()).then(|| label.clone());
            let span = shown(*span, source);
            if *primary {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            }
        })))
    }
}

/// A span as it is drawn: no further than the end of its first line.
fn shown(span: Span, source: &Source) -> SourceSpan {
    let start = (span.start as usize).min(source.text.len());
    let line = source.text[start..].find('\n').unwrap_or(source.text.len() - start);
    let length = (span.end as usize).saturating_sub(span.start as usize).min(line).min(LINE / 2);
    (start, length).into()
}

/// A source that finds its lines by index; miette's own scans from the beginning for each label.
#[derive(Debug)]
struct Excerpt<'s> {
    name: String,
    source: &'s Source,
}

struct Contents<'s> {
    data: &'s [u8],
    span: SourceSpan,
    line: usize,
    column: usize,
    count: usize,
    name: &'s str,
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let Source { text, lines } = self.source;
        if span.offset() > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let end = (span.offset() + span.len()).min(text.len());
        let first = lines.line(span.offset()).saturating_sub(before);
        let last = (lines.line(end) + after).min(lines.count().saturating_sub(1));
        let line_start = lines.start(first, text);
        let mut start = line_start;
        let mut stop = lines.start(last + 1, text);
        if stop - start > LINE && first == last {
            start = boundary(text, span.offset().saturating_sub(LINE / 4).max(start));
            stop = boundary(text, (end + LINE / 4).min(stop)).max(end);
        }
        Ok(Box::new(Contents {
            data: &text.as_bytes()[start..stop],
            span: (start, stop - start).into(),
            line: first,
            column: if before == 0 { text[line_start..span.offset()].chars().count() } else { 0 },
            count: last - first + 1,
            name: &self.name,
        }))
    }
}

fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }
    fn span(&self) -> &SourceSpan {
        &self.span
    }
    fn line(&self) -> usize {
        self.line
    }
    fn column(&self) -> usize {
        self.column
    }
    fn line_count(&self) -> usize {
        self.count
    }
    fn name(&self) -> Option<&str> {
        Some(self.name)
    }
}
