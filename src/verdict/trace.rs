//! Places in rendered text become places in the files that it comes from, where that is proved; else the place is that of
//! the chart or the kustomization, and the rendered line is shown beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::artefact::Bundle;
use crate::artefact::trace::{Origin, Trace};
use crate::located::Span;
use crate::mask::Mask;
use crate::problem::Problem;
use crate::verdict::decide::digest;
use crate::verdict::{Finding, Outcome, Related, Unknown};

/// Moves findings and unknowns; `only_given` is whether only what touches given files is reported.
pub fn follow(outcomes: &mut [Outcome], bundle: &Bundle, mask: &Mask, only_given: bool) {
    for outcome in outcomes {
        if outcome.findings.iter().any(|one| is_rendered(one, bundle)) {
            outcome.findings = moved(std::mem::take(&mut outcome.findings), bundle, mask, only_given);
        }
        for unknown in &mut outcome.unknowns {
            self::unknown(unknown, bundle);
        }
        let key = |one: &Unknown| (one.path.clone(), one.span, one.message.clone());
        outcome.unknowns.sort_by_key(key);
        outcome.unknowns.dedup_by_key(|one| key(one));
    }
}

/// Moves a problem's places, if all of them are known.
pub fn problem(problem: &mut Problem, bundle: &Bundle) {
    let Some((trace, span)) = bundle.trace(&problem.path).zip(problem.span) else { return };
    let Some((origin, _)) = trace.origin(span) else { return };
    let related = problem.related.as_ref().map(|(span, _)| trace.origin(*span));
    match related {
        Some(Some((second, _))) if second.path == origin.path => {
            problem.related.iter_mut().for_each(|(span, _)| *span = second.span);
        }
        Some(_) => return,
        None => {}
    }
    (problem.path, problem.span) = (origin.path, Some(origin.span));
}

fn is_rendered(finding: &Finding, bundle: &Bundle) -> bool {
    let rendered = |path: &Arc<str>| bundle.trace(path).is_some();
    rendered(&finding.path) || finding.related.iter().any(|related| rendered(&related.path))
}

fn moved(findings: Vec<Finding>, bundle: &Bundle, mask: &Mask, only_given: bool) -> Vec<Finding> {
    // What several renderings say of one place is one finding; at the chart there are as many as rendered places.
    let mut moved: BTreeMap<(Arc<str>, Span, Option<String>), Finding> = BTreeMap::new();
    for mut finding in findings {
        let here = bundle.trace(&finding.path).map(|trace| self::finding(&mut finding, trace, mask));
        for related in &mut finding.related {
            if let Some(trace) = bundle.trace(&related.path).filter(|_| !related.rendered) {
                match trace.origin(related.span) {
                    Some((origin, _)) => (related.path, related.span) = (origin.path, origin.span),
                    None => related.rendered = true,
                }
            }
        }
        finding.related.sort();
        finding.related.dedup();
        let at_chart = here == Some(false);
        let given = |path: &Arc<str>| bundle.is_given(path);
        let touches = given(&finding.path) || finding.related.iter().any(|related| given(&related.path));
        if only_given && !touches && !at_chart {
            continue;
        }
        let key = (finding.path.clone(), finding.span, at_chart.then(|| finding.place.clone()));
        match moved.get_mut(&key) {
            None => _ = moved.insert(key, finding),
            Some(known) => known.absorb(finding),
        }
    }
    moved.into_values().collect()
}

/// Moves a finding in rendered text; whether its place in a file is known.
fn finding(finding: &mut Finding, trace: &Trace, mask: &Mask) -> bool {
    let found = trace.origin(finding.span);
    let set = trace.set(finding.span).map(|(origin, label)| related(origin, label.to_string()));
    finding.related.extend(set);
    if !matches!(found, Some((_, true))) {
        let (path, span) = (finding.path.clone(), finding.span);
        finding.related.push(Related { path, span, label: "as rendered".to_string(), rendered: true });
    }
    let traced = found.is_some();
    let place = found.map_or_else(|| trace.home.clone(), |(origin, _)| origin);
    (finding.path, finding.span) = (place.path, place.span);
    let texts = [&*finding.path, &finding.place, &mask.text(&finding.message)];
    finding.fingerprint = digest(&finding.rule, texts.into_iter());
    traced
}

fn related(origin: &Origin, label: String) -> Related {
    Related { path: origin.path.clone(), span: origin.span, label, rendered: false }
}

fn unknown(unknown: &mut Unknown, bundle: &Bundle) {
    if let Some((origin, _)) = bundle.trace(&unknown.path).and_then(|trace| trace.origin(unknown.span)) {
        (unknown.path, unknown.span) = (origin.path, origin.span);
    }
}
