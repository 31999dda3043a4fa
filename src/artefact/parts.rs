//! Files that stand in values of other files: a ConfigMap's `nginx.conf`, the `content` of a config of compose.

use std::collections::HashSet;
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::{COLLECTORS, Claim, Part};
use crate::located::{Limits, Span, Within};
use crate::problem::{Problem, ProblemKind};
use crate::syntax;

/// The parts of all artefacts that a collector wants, as artefacts of their own.
pub fn read(bundle: &Bundle, limits: Limits) -> (Vec<Artefact>, Vec<Problem>) {
    let (mut parts, mut problems) = (Vec::new(), Vec::new());
    let mut names: HashSet<Arc<str>> = HashSet::new();
    for artefact in bundle.artefacts() {
        for collector in COLLECTORS.iter().filter(|one| one.section() == artefact.located.section) {
            for part in collector.parts(artefact) {
                let path: Arc<str> = format!("{}/{}", artefact.path, part.name).into();
                if bundle.get(&path).is_none() && names.insert(path.clone()) {
                    parts.extend(one(artefact, &part, path, limits, &mut problems));
                }
            }
        }
    }
    (parts, problems)
}

fn one(
    of: &Artefact,
    part: &Part<'_>,
    path: Arc<str>,
    limits: Limits,
    problems: &mut Vec<Problem>,
) -> Option<Artefact> {
    let (text, place) = text(part)?;
    let claim = COLLECTORS.iter().map(|collector| (*collector, collector.claims(part.target)));
    let known = claim.into_iter().find(|(_, claim)| *claim != Claim::No).and_then(|(collector, claim)| {
        let (Claim::Yes(format) | Claim::Maybe(format)) = claim else { return None };
        let certain = matches!(claim, Claim::Yes(_));
        if !certain && !collector.suspects(part.target, &text) {
            return None;
        }
        let parsed = syntax::parse(format, path.clone(), text.clone(), limits);
        let is_its = certain || parsed.located.documents().any(|document| collector.recognises(document));
        is_its.then_some((collector, parsed))
    });
    let (collector, parsed) = match (known, part.reader) {
        (Some(known), _) => known,
        (None, Some((section, format))) => {
            let collector = COLLECTORS.iter().find(|collector| collector.section() == section)?;
            let parsed = syntax::parse(format, path.clone(), text, limits);
            // What its own program may read all the same is no fault; its holder says that it is unknown.
            if !parsed.faults.is_empty() {
                return None;
            }
            (*collector, parsed)
        }
        (None, None) => return None,
    };
    let mut located = parsed.located;
    for fault in parsed.faults {
        let span = match place {
            Within::From(from) => Span::new(fault.span.start as usize + from, fault.span.end as usize + from),
            Within::Span(span) => span,
        };
        let problem = Problem::new(ProblemKind::Fault, of.path.clone(), fault.message).at(span).help(fault.help);
        let spoils: Vec<&'static str> =
            std::iter::once(collector.section()).chain(collector.views().iter().copied()).collect();
        problems.push(problem.spoils(&spoils));
    }
    (located.section, located.dialect) = (collector.section(), collector.dialect());
    let whole = part.value.located();
    let located = located.within(whole.path.clone(), whole.text.clone(), path.clone(), place);
    Some(Artefact { path, located, tracked: of.tracked, ignored: of.ignored, given: of.given })
}

/// The text of a part and where it stands. Where all lines of a block only lost their indentation, it is the block as it is
/// written, since no grammar minds blanks that all lines begin with.
fn text(part: &Part<'_>) -> Option<(Arc<str>, Within)> {
    let span = part.value.span();
    let value = part.value.text()?;
    if let Some(text) = &part.text {
        return Some((text.as_str().into(), Within::Span(span)));
    }
    let source = &part.value.located().text;
    let raw = source.get(span.range())?;
    let head = if raw.starts_with('|') { raw.find('\n').map_or(raw.len(), |at| at + 1) } else { 0 };
    // The indentation of the first line is part of it, as it is of the others.
    let begin = source[..span.start as usize + head].trim_end_matches(' ').len();
    let block = &source[begin..span.end as usize];
    let mut lines = block.lines().map(str::trim);
    let same = value.trim_end().lines().all(|line| lines.next() == Some(line.trim()));
    // Indented marks part no documents of YAML.
    let marked = value.lines().any(|line| line.starts_with("---"));
    if same && lines.all(str::is_empty) && !marked {
        return Some((block.into(), Within::From(begin)));
    }
    Some((value.into(), Within::Span(span)))
}
