//! Values that compose refuses, each told at its place: they spoil their keys, and the rest of the file counts.

use crate::artefact::{Artefact, Bundle};
use crate::collect::compose::project::SPOILS;
use crate::collect::interpolate::{Variables, interpolate};
use crate::located::{Kind, Value};
use crate::problem::{Problem, ProblemKind};

/// The keys of a service whose lists hold `NAME=value`.
const PAIRS: &[&[&str]] = &[&["environment"], &["build", "args"]];

/// What is wrong with single values of all compose files.
pub fn values(bundle: &Bundle) -> Vec<Problem> {
    let mut problems = Vec::new();
    for artefact in bundle.section("compose") {
        for document in artefact.located.documents() {
            substitutions(artefact, document, &mut problems);
            for (_, service) in document.get("services").map(Value::entries).unwrap_or_default() {
                let lists = PAIRS.iter().filter_map(|keys| service.path(keys)).filter(|list| list.is_sequence());
                let wrong = lists.flat_map(Value::items).filter(|item| !is_pair(*item));
                problems.extend(wrong.map(|item| {
                    let message = "the entry of the list is no NAME=value";
                    let help = "write NAME=value, or make the list a mapping";
                    problem(artefact, item, message, help).spoils(&["compose", "settings"])
                }));
            }
        }
    }
    problems
}

/// Whether an entry of a list is a variable, with or without a value.
fn is_pair(item: Value<'_>) -> bool {
    item.text().is_some_and(|text| is_name(text.split_once('=').map_or(text, |(name, _)| name)))
}

/// Whether a text can be the name of a variable.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains([' ', '\t', ':', '\n'])
}

fn substitutions(artefact: &Artefact, value: Value<'_>, problems: &mut Vec<Problem>) {
    if value.is_alias() {
        return;
    }
    match value.kind() {
        Kind::Mapping => value.entries().into_iter().for_each(|(_, child)| substitutions(artefact, child, problems)),
        Kind::Sequence => value.items().for_each(|item| substitutions(artefact, item, problems)),
        Kind::Scalar => {
            if value.text().is_some_and(|text| text.contains("${") && interpolate(text, &Variables::new(0)).invalid) {
                let help = "close the brace behind a name, or write `$$` for a dollar sign";
                problems.push(problem(artefact, value, "the substitution is none that compose knows", help));
            }
        }
    }
}

fn problem(artefact: &Artefact, at: Value<'_>, message: &str, help: &str) -> Problem {
    Problem::new(ProblemKind::Fault, artefact.path.clone(), message).at(at.pointer()).help(help).spoils(SPOILS)
}
