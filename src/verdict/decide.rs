//! From what rules said to outcomes: routes become places, and the first verdict that applies counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use foldhash::{HashMap, HashSet};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::artefact::HISTORY;
use crate::config::Config;
use crate::input::{InputDocument, Known, Place};
use crate::located::{Kind, Span, Step, Value};
use crate::mask::Mask;
use crate::policy::{DenySaid, Evaluated, top};
use crate::problem::{Problem, ProblemKind};
use crate::rule::{AbsentIn, NeededWhen, Rule};
use crate::verdict::{Finding, Outcome, Related, Status, Unknown, Verdict, trace};

/// What a verdict depends on beside what the rule said.
pub struct Circumstances<'c> {
    pub config: &'c Config,
    /// `check` or `review`.
    pub command: &'static str,
    /// Ids named with `--rule`, whose findings of absence count in every command.
    pub named: &'c std::collections::HashSet<Arc<str>>,
    pub problems: &'c [Problem],
    /// Keeps secrets out of fingerprints, which are published and could be guessed from.
    pub mask: &'c Mask,
}

/// Locates what the rules said. Findings are still open: waivers and ignores come next, then [`settle`].
pub fn locate<'a>(
    document: &InputDocument<'a>,
    evaluated: Vec<Evaluated>,
    circumstances: &Circumstances<'_>,
) -> Vec<Outcome> {
    let mut places: HashSet<Value<'a>> = HashSet::default();
    for deny in evaluated.iter().flat_map(|one| &one.evaluation.denies) {
        places.extend(document.locate(&deny.at).ok().and_then(|place| place.value));
    }
    if document.only_given {
        let unknowns = evaluated.iter().flat_map(|one| &one.evaluation.unknowns).map(|said| &said.at);
        let routes = evaluated.iter().flat_map(|one| &one.evaluation.routes).flatten().chain(unknowns);
        places.extend(routes.filter_map(|route| document.locate(route).ok()?.value));
    }
    let known = document.known(&places);
    let locator = Locator { document, known, circumstances };
    let mut outcomes: Vec<Outcome> = evaluated.into_par_iter().map(|one| locator.outcome(one)).collect();
    outcomes.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
    yield_places(&mut outcomes);
    trace::follow(&mut outcomes, document.bundle, circumstances.mask, document.only_given);
    outcomes
}

/// Takes from each rule the findings at places that the rules to which it yields report. It does not pass with them: the
/// defect is there, another rule says it.
fn yield_places(outcomes: &mut [Outcome]) {
    for n in 0..outcomes.len() {
        let yields_to = outcomes[n].rule.yields_to.clone();
        let mut taken: HashMap<Arc<str>, Vec<Span>> = HashMap::default();
        for finding in outcomes.iter().filter(|one| yields_to.contains(&one.rule.id)).flat_map(|one| &one.findings) {
            taken.entry(finding.path.clone()).or_default().push(finding.span);
        }
        let outcome = &mut outcomes[n];
        let before = outcome.findings.len();
        let overlaps = |a: Span, b: Span| a.start < b.end && b.start < a.end;
        outcome.findings.retain(|finding| {
            taken.get(&finding.path).is_none_or(|spans| !spans.iter().any(|span| overlaps(*span, finding.span)))
        });
        let left = before - outcome.findings.len();
        if left > 0 && outcome.verdict == Verdict::Pass {
            let of = yields_to.join(", ");
            (outcome.verdict, outcome.reason) =
                (Verdict::NotEvaluated, Some(format!("{left} of its findings are left to {of}")));
        }
    }
}

struct Locator<'l, 'a> {
    document: &'l InputDocument<'a>,
    known: HashMap<Value<'a>, Known<'a>>,
    circumstances: &'l Circumstances<'l>,
}

impl<'a> Locator<'_, 'a> {
    fn outcome(&self, evaluated: Evaluated) -> Outcome {
        let Evaluated { rule, evaluation } = evaluated;
        let config = self.circumstances.config.rules.get(&*rule.id);
        let severity = config.and_then(|rule| rule.severity).unwrap_or(rule.severity);
        let mut reasons: Vec<String> = evaluation.error.iter().cloned().collect();
        let mut findings: BTreeMap<(Arc<str>, Span), Finding> = BTreeMap::new();
        let absent_counts = rule.absent_in == AbsentIn::Check
            || self.circumstances.command == "review"
            || self.circumstances.named.contains(&rule.id);
        let mut absent_left_out = false;
        for deny in &evaluation.denies {
            if deny.absent && !absent_counts {
                absent_left_out = true;
                continue;
            }
            let place = match self.document.locate(&deny.at) {
                Ok(place) => place,
                Err(error) => {
                    reasons.push(error);
                    continue;
                }
            };
            let finding = self.finding(&rule, severity, deny, &place);
            if self.document.only_given && !self.touches_given(&finding) {
                continue;
            }
            match findings.get_mut(&(finding.path.clone(), finding.span)) {
                None => _ = findings.insert((finding.path.clone(), finding.span), finding),
                Some(known) => known.absorb(finding),
            }
        }
        let mut unknowns: Vec<Unknown> = Vec::new();
        let in_review = self.circumstances.command == "review" || self.circumstances.named.contains(&rule.id);
        for said in evaluation.unknowns.iter().filter(|said| in_review || !said.in_review) {
            match self.document.locate(&said.at) {
                Ok(place) if self.document.only_given && !self.is_given(&place) => {}
                Ok(place) => unknowns.push(Unknown {
                    path: place.path,
                    span: place.span,
                    route: said.at.clone(),
                    message: said.message.clone(),
                    give: said.give.clone(),
                }),
                Err(error) => reasons.push(error),
            }
        }
        unknowns.sort_by(|a, b| (&a.path, a.span, &a.message).cmp(&(&b.path, b.span, &b.message)));
        unknowns.dedup_by(|a, b| (&a.path, a.span, &a.message) == (&b.path, b.span, &b.message));
        let given = |route: &&Vec<Step>| self.document.locate(route).is_ok_and(|place| self.is_given(&place));
        let subjects = match &evaluation.routes {
            Some(routes) => routes.iter().filter(given).count(),
            None => evaluation.subjects.len(),
        };
        let (verdict, reason) = self.verdict(&rule, &reasons, subjects, &unknowns, absent_left_out);
        let findings = findings.into_values().collect();
        Outcome { rule, severity, verdict, subjects, findings, unknowns, failure: reasons.into_iter().next(), reason }
    }

    /// The verdict as it would be without findings; findings come on top in [`settle`].
    fn verdict(
        &self,
        rule: &Rule,
        errors: &[String],
        subjects: usize,
        unknowns: &[Unknown],
        absent_left_out: bool,
    ) -> (Verdict, Option<String>) {
        if let Some(off) = self.circumstances.config.rules.get(&*rule.id).and_then(|rule| rule.off.clone()) {
            return (Verdict::NotApplicable, Some(off));
        }
        if let Some(error) = errors.first() {
            return (Verdict::Error, Some(error.clone()));
        }
        let reads = |problem: &&Problem| rule.input.iter().any(|input| problem.sections.contains(&top(input)));
        let spoils = |kind| self.circumstances.problems.iter().filter(reads).find(|problem| problem.kind == kind);
        if let Some(problem) = spoils(ProblemKind::Fault) {
            return (Verdict::Error, Some(format!("{}: {}", problem.path, problem.message)));
        }
        if let Some(problem) = spoils(ProblemKind::Limit) {
            return (Verdict::NotEvaluated, Some(format!("{}: {}", problem.path, problem.message)));
        }
        if let Some(problem) = spoils(ProblemKind::Notice) {
            return (Verdict::NotEvaluated, Some(format!("{}: {}", problem.path, problem.message)));
        }
        if self.document.only_given && !rule.judges_parts() {
            return (Verdict::NotEvaluated, Some("it judges whole trees, and a part of one was given".to_string()));
        }
        let collected = self.document.collected();
        let missing = rule.needs.iter().find(|need| {
            let now = match need.when {
                NeededWhen::Always => true,
                NeededWhen::Targets => self.circumstances.config.has_targets(),
                NeededWhen::Review => self.circumstances.command == "review",
            };
            now && !collected.contains(top(&need.section))
        });
        // Where the missing evidence is all that a rule reads, it says more than that there was nothing.
        let nothing_else = rule.input.iter().all(|input| !collected.contains(top(input)));
        if let Some(need) = missing.filter(|_| subjects == 0 && nothing_else) {
            return (Verdict::NotEvaluated, Some(without(&need.section)));
        }
        if subjects == 0 {
            return (Verdict::NotEvaluated, Some("it found nothing to look at".to_string()));
        }
        if let Some(unknown) = unknowns.first() {
            let more = match unknowns.len() {
                1 => String::new(),
                n => format!(" ({} more)", n - 1),
            };
            return (Verdict::NotEvaluated, Some(format!("{}; give {}{more}", unknown.message, unknown.give)));
        }
        if let Some(need) = missing {
            return (Verdict::NotEvaluated, Some(without(&need.section)));
        }
        if absent_left_out {
            return (Verdict::NotEvaluated, Some("what is absent is judged in review".to_string()));
        }
        (Verdict::Pass, None)
    }

    fn finding(&self, rule: &Rule, severity: crate::rule::Severity, deny: &DenySaid, place: &Place<'a>) -> Finding {
        let known = place.value.and_then(|value| self.known.get(&value));
        let mut related: Vec<Related> = known
            .iter()
            .flat_map(|known| &known.via)
            .map(|via| Related {
                path: via.at.0.located().path.clone(),
                span: via.at.0.pointer(),
                label: via.label.to_string(),
                rendered: false,
            })
            .collect();
        for (route, label) in &deny.related {
            if let Ok(place) = self.document.locate(route) {
                let (path, span) = (place.path, place.span);
                related.push(Related { path, span, label: label.clone(), rendered: false });
            }
        }
        related.sort();
        related.dedup();
        related.retain(|related| (&related.path, related.span) != (&place.path, place.span));
        let (path, span) = match related.first() {
            // A file without a root has no place of its own; the first line that leads to it has.
            Some(first) if place.value.is_none() && place.span == Span::default() => (first.path.clone(), first.span),
            _ => (place.path.clone(), place.span),
        };
        let deployment = match known.map(|known| &known.deployments) {
            Some(names) if names.len() == 1 => names.first().cloned(),
            _ => self.document.deployment_of(&place.path),
        };
        let steps = self.steps(&deny.at);
        Finding {
            rule: rule.id.clone(),
            severity: deny.severity.map_or(severity, |lower| lower.min(severity)),
            message: deny.message.clone(),
            help: rule.help.clone(),
            fingerprint: fingerprint(rule, &steps, &self.circumstances.mask.text(&deny.message)),
            path,
            span,
            route: deny.at.clone(),
            place: steps.get(3..).unwrap_or_default().join(" > "),
            deployment,
            related,
            status: Status::Open,
            reason: None,
            why: self.document.bundle.signals(place),
            absent: deny.absent,
        }
    }

    /// Whether a place, or one that its value passed through, lies in a given file.
    fn is_given(&self, place: &Place<'a>) -> bool {
        let given = |path: &str| self.document.bundle.is_given(path);
        let known = place.value.and_then(|value| self.known.get(&value));
        given(&place.path) || known.iter().flat_map(|known| &known.via).any(|via| given(&via.at.0.located().path))
    }

    fn touches_given(&self, finding: &Finding) -> bool {
        let given = |path: &Arc<str>| self.document.bundle.is_given(path);
        given(&finding.path) || finding.related.iter().any(|related| given(&related.path))
    }

    /// The steps of a route; an index gives way to the name of what stands there.
    fn steps(&self, route: &[Step]) -> Vec<String> {
        let name = |(n, step): (usize, &Step)| match step {
            Step::Key(key) => key.to_string(),
            Step::Index(index) => {
                let here = self.document.locate(&route[..=n]).ok().and_then(|place| place.value);
                let name = here.and_then(name_of).map(|name| self.circumstances.mask.text(&name));
                name.unwrap_or_else(|| index.to_string())
            }
        };
        route.iter().enumerate().map(name).collect()
    }
}

/// Rule, route and message, hashed.
fn fingerprint(rule: &Rule, steps: &[String], message: &str) -> String {
    digest(&rule.id, steps.iter().map(String::as_str).chain([message]))
}

/// A rule's id and some texts, hashed.
pub fn digest<'t>(rule: &'t str, texts: impl Iterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in std::iter::once(rule).chain(texts) {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}

/// Why a rule cannot pass, and how to give what it waits for, where a flag does.
fn without(section: &str) -> String {
    let how = if section == HISTORY { "; give it with `--history`" } else { "" };
    format!("it cannot pass without the evidence `{section}`{how}")
}

/// What a list's element calls itself: its `name`, a Kubernetes document its kind and name, a scalar its text, of which
/// `NAME=value` only the name.
fn name_of(value: Value<'_>) -> Option<String> {
    if value.kind() == Kind::Scalar {
        return value.text().map(|text| text.split_once('=').map_or(text, |(name, _)| name).to_string());
    }
    let text = |keys: &[&str]| value.path(keys).and_then(Value::text);
    match (text(&["kind"]), text(&["metadata", "name"]), text(&["metadata", "namespace"])) {
        (Some(kind), Some(name), namespace) => Some(format!("{kind}/{}/{name}", namespace.unwrap_or_default())),
        _ => text(&["name"]).map(str::to_string),
    }
}

impl Finding {
    /// Takes in another thing that the same rule says of the same place.
    pub(super) fn absorb(&mut self, other: Finding) {
        self.message = joined(&self.message, &other.message);
        self.severity = self.severity.max(other.severity);
        self.absent &= other.absent;
        self.related.extend(other.related);
        self.related.sort();
        self.related.dedup();
        if self.deployment != other.deployment {
            self.deployment = None;
        }
    }
}

/// What two messages say together, each fault once; a rule may have joined several itself.
fn joined(one: &str, other: &str) -> String {
    let said: BTreeSet<&str> = one.split("; ").collect();
    std::iter::once(one).chain(other.split("; ").filter(|part| !said.contains(part))).collect::<Vec<_>>().join("; ")
}

/// The final verdicts, after waivers and ignores: findings come on top of what else is known.
pub fn settle(outcomes: &mut [Outcome]) {
    for outcome in outcomes {
        if outcome.verdict == Verdict::NotApplicable {
            outcome.findings.clear();
            continue;
        }
        if outcome.findings.iter().any(|finding| finding.status == Status::Open) {
            // What kept a rule from seeing everything still counts where its findings are too mild to.
            if outcome.verdict != Verdict::Error {
                outcome.reason = None;
            }
            outcome.verdict = Verdict::Fail;
        } else if !outcome.findings.is_empty() {
            outcome.verdict = outcome.verdict.min(Verdict::Waived);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_one_place_are_said_once() {
        for (one, other, both) in [
            ("no limit", "no limit", "no limit"),
            ("no limit", "no request", "no limit; no request"),
            ("no limit; no request", "no limit; no request", "no limit; no request"),
            ("no limit", "no limit; no request", "no limit; no request"),
        ] {
            assert_eq!(joined(one, other), both);
        }
    }
}
