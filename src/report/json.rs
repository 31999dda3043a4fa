//! JSON, as `schemas/report.schema.json` describes it.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Run;
use crate::located::{Span, Step};
use crate::problem::Problem;
use crate::report::concise::kind;
use crate::report::{Sources, spoiled};
use crate::rule::Severity;
use crate::verdict::{Finding, Status, Summary, Verdict};

/// The report of a run.
#[derive(Serialize, JsonSchema)]
pub struct Report {
    tool: Tool,
    /// `check` or `review`.
    command: &'static str,
    /// The worst verdict of all rules.
    verdict: Verdict,
    summary: Summary,
    /// Sorted by path and place.
    findings: Vec<ReportedFinding>,
    /// Sorted by id.
    rules: Vec<ReportedRule>,
    /// Sorted by path and place.
    problems: Vec<ReportedProblem>,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Line and column from 1, columns in Unicode characters; byte from 0, of the text as UTF-8.
#[derive(Serialize, JsonSchema)]
struct Place {
    line: usize,
    column: usize,
    byte: usize,
}

#[derive(Serialize, JsonSchema)]
struct ReportedFinding {
    rule: String,
    severity: Severity,
    message: String,
    /// What to write instead.
    help: String,
    path: String,
    start: Place,
    /// Exclusive.
    end: Place,
    /// Keys and indices from the input document's root.
    #[schemars(with = "Vec<serde_json::Value>")]
    route: Vec<Step>,
    /// Null where it belongs to none or to several.
    deployment: Option<String>,
    related: Vec<ReportedRelated>,
    /// Survives moved lines; holds no secret.
    fingerprint: String,
    status: Status,
    /// Why it is waived or ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What spoke for it, where a scan for secrets told it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    why: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct ReportedRelated {
    path: String,
    start: Place,
    end: Place,
    label: String,
    /// The line, where the path is a command whose output it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct ReportedRule {
    id: String,
    verdict: Verdict,
    severity: Severity,
    /// How many things it looked at.
    subjects: usize,
    /// How many findings it has, waived and ignored ones too.
    findings: usize,
    /// How many things it could not decide.
    unknowns: usize,
    /// Why it is neither pass nor fail; beside findings, what kept it from seeing everything.
    reason: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct ReportedProblem {
    /// `fault`, `limit` or `notice`.
    kind: &'static str,
    path: String,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    help: String,
    /// Rules whose verdict it spoils.
    rules: Vec<String>,
}

/// The report of a run as one JSON document.
pub fn render(run: &Run, sources: &Sources<'_>) -> String {
    let mut findings: Vec<&Finding> = run.review.outcomes.iter().flat_map(|outcome| &outcome.findings).collect();
    findings.sort_by(|a, b| (&a.path, a.span, &a.rule).cmp(&(&b.path, b.span, &b.rule)));
    let rules = run.review.outcomes.iter().map(|outcome| ReportedRule {
        id: outcome.rule.id.to_string(),
        verdict: outcome.verdict,
        severity: outcome.severity,
        subjects: outcome.subjects,
        findings: outcome.findings.len(),
        unknowns: outcome.unknowns.len(),
        reason: outcome.reason.as_ref().map(|reason| sources.mask.text(reason)),
    });
    let report = Report {
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        command: run.review.command,
        verdict: run.review.verdict,
        summary: run.review.summary.clone(),
        findings: findings.into_par_iter().map(|finding| reported(finding, sources)).collect(),
        rules: rules.collect(),
        problems: run.review.problems.iter().map(|problem| problem_of(problem, run, sources)).collect(),
    };
    // The types have no map with other keys than strings and no failing part.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn reported(finding: &Finding, sources: &Sources<'_>) -> ReportedFinding {
    let (start, end) = places(sources, &finding.path, finding.span);
    let related = finding.related.iter().map(|related| {
        let (start, end) = places(sources, &related.path, related.span);
        let line = sources.line(&related.path, related.span).filter(|_| related.rendered);
        ReportedRelated {
            path: related.path.to_string(),
            start,
            end,
            label: sources.mask.text(&related.label),
            text: line.map(str::to_string),
        }
    });
    ReportedFinding {
        rule: finding.rule.to_string(),
        severity: finding.severity,
        message: sources.mask.text(&finding.message),
        help: sources.mask.text(&finding.help),
        path: finding.path.to_string(),
        start,
        end,
        route: finding.route.clone(),
        deployment: finding.deployment.as_ref().map(ToString::to_string),
        related: related.collect(),
        fingerprint: finding.fingerprint.clone(),
        status: finding.status,
        reason: finding.reason.as_ref().map(|reason| sources.mask.text(reason)),
        why: finding.why.iter().map(|signal| sources.mask.text(signal)).collect(),
    }
}

fn places(sources: &Sources<'_>, path: &str, span: Span) -> (Place, Place) {
    let place = |offset: u32| match sources.get(path) {
        Some(source) => {
            let at = source.lines.position(offset as usize, &source.text);
            Place { line: at.line, column: at.column, byte: at.byte }
        }
        None => Place { line: 1, column: 1, byte: offset as usize },
    };
    (place(span.start), place(span.end))
}

fn problem_of(problem: &Problem, run: &Run, sources: &Sources<'_>) -> ReportedProblem {
    let at = problem.span.zip(sources.get(&problem.path));
    let at = at.map(|(span, source)| source.lines.position(span.start as usize, &source.text));
    ReportedProblem {
        kind: kind(problem.kind),
        path: problem.path.to_string(),
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        message: sources.mask.text(&problem.message),
        help: sources.mask.text(&problem.help),
        rules: spoiled(problem, &run.review.outcomes).into_iter().map(str::to_string).collect(),
    }
}
