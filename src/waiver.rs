//! Accepted findings: waivers of the config, and ignores beside the line.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::artefact::Bundle;
use crate::config::Config;
use crate::lines::Lines;
use crate::located::Span;
use crate::problem::{Problem, ProblemKind};
use crate::rule::metadata::suggest;
use crate::rule::{AbsentIn, Severity};
use crate::secrets::gitleaks::Gitleaks;
use crate::verdict::{Outcome, Status, Verdict};

/// `plimsoll: ignore[rule, other] reason` in a comment.
struct Ignore {
    path: Arc<str>,
    /// The comment from `plimsoll:` on.
    span: Span,
    rules: Vec<String>,
    reason: String,
    /// Lines whose findings it covers, from 0: its own, and the next one if it stands alone.
    lines: Vec<usize>,
}

/// What was judged, which tells an acceptance that covers nothing from one whose finding was not looked for.
pub struct Judged<'j> {
    /// Ids of all rules, decided in this run or not.
    pub ids: &'j [&'j str],
    /// Whether findings in a file were looked for.
    pub path: &'j dyn Fn(&str) -> bool,
    /// Whether all files were.
    pub whole: bool,
}

/// Marks findings that are accepted, and says what is wrong with the acceptances.
pub fn apply(outcomes: &mut [Outcome], bundle: &Bundle, config: &Config, judged: &Judged<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    waive(outcomes, config, judged, &today(), &mut problems);
    if let Some(gitleaks) = &config.secrets.gitleaks {
        listed(outcomes, bundle, gitleaks);
        problems.extend(gitleaks.notices.iter().cloned());
    }
    let texts: BTreeMap<Arc<str>, Arc<str>> = bundle.texts().collect();
    for (path, text) in &texts {
        // A comment counts where it is written, not where it is rendered.
        if bundle.trace(path).is_some() {
            continue;
        }
        let foreign = FOREIGN.iter().any(|mark| text.contains(mark));
        if !foreign && !text.contains(MARK) {
            continue;
        }
        let lines = Lines::new(text);
        for ignore in ignores(path, text, &lines) {
            inline(outcomes, &ignore, &lines, judged, &mut problems);
        }
        if foreign {
            allowed(outcomes, path, text, &lines, &mut problems);
        }
    }
    problems
}

/// Accepts what `.gitleaksignore` lists.
fn listed(outcomes: &mut [Outcome], bundle: &Bundle, gitleaks: &Gitleaks) {
    let texts: BTreeMap<Arc<str>, Arc<str>> = bundle.texts().collect();
    let findings = outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
    for finding in findings.filter(|finding| is_of_secrets(&finding.rule) && finding.status == Status::Open) {
        let Some(text) = texts.get(&finding.path) else { continue };
        let line = text[..(finding.span.start as usize).min(text.len())].matches('\n').count() + 1;
        if gitleaks.ignores(&finding.path, line) {
            finding.status = Status::Ignored;
            finding.reason = Some("`.gitleaksignore` lists it".to_string());
        }
    }
}

/// Marks by which other scanners of secrets are told to accept a line; the last one speaks of the line below it.
const FOREIGN: &[&str] = &["gitleaks:allow", "pragma: allowlist secret", NEXT_LINE];
const NEXT_LINE: &str = "pragma: allowlist nextline secret";

/// Rules whose findings those marks accept.
fn is_of_secrets(rule: &str) -> bool {
    rule.starts_with("secrets/") || rule == "settings/database-credentials-not-in-env-files"
}

/// Accepts what other scanners were told to accept; that nobody said why is worth a notice.
fn allowed(outcomes: &mut [Outcome], path: &Arc<str>, text: &str, lines: &Lines, problems: &mut Vec<Problem>) {
    let said = |line: usize| {
        let start = lines.start(line, text);
        text[start..].lines().next().unwrap_or_default()
    };
    let findings = outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
    for finding in findings.filter(|finding| finding.path == *path && is_of_secrets(&finding.rule)) {
        let line = lines.line(finding.span.start as usize);
        let here = FOREIGN.iter().find(|mark| **mark != NEXT_LINE && said(line).contains(**mark));
        let above = || (line > 0 && said(line - 1).contains(NEXT_LINE)).then_some(&NEXT_LINE);
        let Some(mark) = here.or_else(above).filter(|_| finding.status == Status::Open) else { continue };
        finding.status = Status::Ignored;
        finding.severity = Severity::Info;
        finding.reason = Some(format!("`{mark}`, without a reason"));
        let message = format!("`{mark}` accepts a secret without a reason");
        let help = format!("write `plimsoll: ignore[{}] why it is accepted`", finding.rule);
        problems.push(Problem::new(ProblemKind::Notice, path.clone(), message).at(finding.span).help(help));
    }
}

fn waive(outcomes: &mut [Outcome], config: &Config, judged: &Judged<'_>, today: &str, problems: &mut Vec<Problem>) {
    for waiver in &config.waivers {
        let live = waiver.expires.as_str() >= today;
        let mut used = false;
        let looked = judged.whole && outcomes.iter().any(|one| *one.rule.id == *waiver.rule && decided(one));
        for finding in outcomes.iter_mut().filter(|one| *one.rule.id == *waiver.rule).flat_map(|one| &mut one.findings)
        {
            let same = waiver.fingerprint.as_ref().is_none_or(|fingerprint| *fingerprint == finding.fingerprint);
            if same && waiver.path.is_match(&*finding.path) {
                used = true;
                if live && finding.status == Status::Open {
                    finding.status = Status::Waived;
                    finding.reason = Some(format!("{} ({}, until {})", waiver.reason, waiver.owner, waiver.expires));
                }
            }
        }
        let notice = |message: String| Problem::new(ProblemKind::Notice, config.path.clone(), message).at(waiver.span);
        if !used && looked {
            problems.push(notice(format!("the waiver of {} covers nothing", waiver.rule)).help("remove it"));
        } else if used && !live {
            let message = format!("the waiver of {} expired on {}", waiver.rule, waiver.expires);
            problems.push(notice(message).help("mend the finding, or accept it anew with a later date"));
        }
    }
}

const MARK: &str = "plimsoll: ignore";

fn ignores(path: &Arc<str>, text: &str, lines: &Lines) -> Vec<Ignore> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let line = lines.line(at);
        let start = lines.start(line, text);
        let before = &text[start..at];
        let end = at + text[at..].find(['\n', '\r']).unwrap_or(text.len() - at);
        let signs = ["#", "//", "--", ";", "<!--", "/*"];
        let Some(code) = signs.iter().find_map(|sign| before.trim_end().strip_suffix(sign)) else { continue };
        // A mark inside a value is text, not a comment.
        if !(code.is_empty() || code.ends_with([' ', '\t'])) {
            continue;
        }
        let rest = &text[at + MARK.len()..end];
        let (rules, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((rules, reason)) => {
                let reason = reason.trim().trim_end_matches("-->").trim_end_matches("*/").trim();
                (rules.split(',').map(|rule| rule.trim().to_string()).collect(), reason)
            }
            None => (Vec::new(), rest.trim()),
        };
        let covered = if code.trim().is_empty() { vec![line, line + 1] } else { vec![line] };
        let span = Span::new(at, end);
        found.push(Ignore { path: path.clone(), span, rules, reason: reason.to_string(), lines: covered });
    }
    found
}

/// Whether a rule said all that it has to say: one in error, or whose absent things count in review, may have more.
fn decided(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Pass | Verdict::NotEvaluated) && outcome.rule.absent_in == AbsentIn::Check
}

fn inline(outcomes: &mut [Outcome], ignore: &Ignore, lines: &Lines, judged: &Judged<'_>, problems: &mut Vec<Problem>) {
    let mut say = |kind, message: String, help: String| {
        problems.push(Problem::new(kind, ignore.path.clone(), message).at(ignore.span).help(help));
    };
    if ignore.rules.is_empty() || ignore.reason.is_empty() {
        let help = "write `plimsoll: ignore[rule-id] why it is accepted`".to_string();
        return say(
            ProblemKind::Fault,
            "an ignore needs a rule and a reason; this one counts for nothing".to_string(),
            help,
        );
    }
    let present: HashSet<Arc<str>> =
        outcomes.iter().filter(|outcome| decided(outcome)).map(|outcome| outcome.rule.id.clone()).collect();
    let mut used: HashSet<String> = HashSet::new();
    for finding in outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings) {
        let here = finding.path == ignore.path && ignore.lines.contains(&lines.line(finding.span.start as usize));
        if here && ignore.rules.iter().any(|rule| **rule == *finding.rule) {
            used.insert(finding.rule.to_string());
            if finding.status == Status::Open {
                finding.status = Status::Ignored;
                finding.reason = Some(ignore.reason.clone());
            }
        }
    }
    for rule in &ignore.rules {
        if !judged.ids.contains(&rule.as_str()) {
            say(ProblemKind::Fault, format!("no rule is called `{rule}`"), suggest_rule(rule, judged.ids));
        } else if present.contains(rule.as_str()) && (judged.path)(&ignore.path) && !used.contains(rule) {
            say(ProblemKind::Notice, format!("{rule} found nothing here to ignore"), "remove the comment".to_string());
        }
    }
}

fn suggest_rule(rule: &str, ids: &[&str]) -> String {
    let near = crate::rule::metadata::near(rule, ids);
    if near.is_empty() { "`plimsoll rules` lists them all".to_string() } else { suggest(rule, ids) }
}

/// Today in UTC as YYYY-MM-DD.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// The calendar day of a number of days since 1970-01-01 (Howard Hinnant's civil_from_days).
fn date(days: u64) -> String {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_781, "2026-11-24")] {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn ignores_are_comments_with_rules_and_a_reason() {
        let text = "a: '*' # plimsoll: ignore[web/x] fine here\n# plimsoll: ignore[a/b, c/d] why\nb: 1\nc: \"x#plimsoll: ignore[a/b] no\"\n";
        let found = ignores(&"f".into(), text, &Lines::new(text));
        let short: Vec<_> =
            found.iter().map(|one| (one.rules.join("+"), one.reason.as_str(), one.lines.clone())).collect();
        assert_eq!(short, [("web/x".to_string(), "fine here", vec![0]), ("a/b+c/d".to_string(), "why", vec![1, 2])]);
    }
}
