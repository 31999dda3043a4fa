//! A line a finding, for editors, greps and quick eyes.

use crate::Run;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Sources, Style, clean_line, open, text};

pub fn render(run: &Run, sources: &Sources<'_>, style: Style) -> String {
    let mut out = String::new();
    for finding in open(&run.review.outcomes) {
        let place = sources.place(&finding.path, finding.span);
        let message = one_line(&sources.show(&finding.message));
        let why = if style.why && !finding.why.is_empty() {
            format!(" (why: {})", one_line(&sources.show(&finding.why.join("; "))))
        } else {
            String::new()
        };
        let rendered = finding.related.iter().find(|related| related.rendered);
        let rendered = rendered.map(|related| format!(" ({}{})", related.label, text::line(related, sources)));
        let (severity, rendered) = (text::severity(finding.severity), rendered.unwrap_or_default());
        out.push_str(&format!("{place}: {severity} {} {message}{rendered}{why}\n", finding.rule));
    }
    if style.verbose {
        out.push_str(&text::undecided(run, sources));
    }
    if !style.quiet {
        out.push_str(&text::summary(run));
    }
    out
}

/// Problems, a line each.
pub fn problems(problems: &[Problem], sources: &Sources<'_>) -> String {
    let mut out = String::new();
    for problem in problems {
        let place = match problem.span {
            Some(span) => sources.place(&problem.path, span),
            None => clean_line(&problem.path),
        };
        let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
        let message = one_line(&sources.show(&problem.message));
        let help = one_line(&sources.show(&problem.help));
        let help = if help.is_empty() { String::new() } else { format!(" ({help})") };
        out.push_str(&format!("{place}{}: {message}{help}\n", kind(problem.kind)));
    }
    out
}

pub fn kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Fault => "fault",
        ProblemKind::Limit => "limit",
        ProblemKind::Notice => "notice",
    }
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}
