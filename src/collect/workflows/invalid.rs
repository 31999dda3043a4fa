//! What makes GitHub refuse a workflow, or never start it: each is told at its place.

use std::collections::HashSet;
use std::sync::Arc;

use crate::artefact::Artefact;
use crate::collect::workflows::expressions::{self, Wrong};
use crate::collect::workflows::shapes::{ACTION_STEP, Keys, RUN_STEP, Shape, WORKFLOW};
use crate::located::{Kind, Span, Value};
use crate::problem::{Problem, ProblemKind};
use crate::rule::metadata::suggest;
use crate::syntax::scalar::Scalar;

mod events;
mod jobs;

/// Problems of one file that are told.
const MOST: usize = 100;

/// What is wrong with a workflow.
pub fn problems(artefact: &Artefact) -> Vec<Problem> {
    let mut checker = Checker { path: artefact.path.clone(), found: Vec::new(), seen: HashSet::new() };
    match artefact.located.root() {
        Some(root) if root.is_mapping() => {
            checker.keys(root, &WORKFLOW, None);
            events::check(&mut checker, root);
            jobs::check(&mut checker, root);
        }
        // What is left of a text that is no YAML, which is told as such.
        root if root.is_none_or(Value::is_null) && !artefact.located.text.lines().all(is_blank) => {}
        root => {
            let span = root.map(Value::pointer).unwrap_or_default();
            checker.tell(span, "it is no mapping".into(), "write `on` and `jobs`, or delete the file");
        }
    }
    let mut told = HashSet::new();
    checker.found.retain(|problem| told.insert((problem.span, problem.message.clone())));
    checker.found.sort_by_key(|problem| problem.span);
    checker.found.truncate(MOST);
    checker.found
}

/// Whether a line of YAML says nothing.
fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line == "---"
}

/// Contexts and functions of a place; None where expressions are not looked at.
type Place = Option<&'static [&'static str]>;

struct Checker<'a> {
    path: Arc<str>,
    found: Vec<Problem>,
    /// What aliases led to already, since they may repeat it without end.
    seen: HashSet<Value<'a>>,
}

impl<'a> Checker<'a> {
    fn tell(&mut self, span: Span, message: String, help: impl Into<String>) {
        let problem =
            Problem::new(ProblemKind::Fault, self.path.clone(), format!("GitHub refuses the workflow: {message}"));
        self.found.push(problem.at(span).help(help).spoils(&["workflows"]));
    }

    fn shape(&mut self, value: Value<'a>, shape: &Shape, place: Place) {
        if value.is_alias() && value.kind() != Kind::Scalar && !self.seen.insert(value.resolved()) {
            return;
        }
        match shape {
            Shape::In(names, inner) => return self.shape(value, inner, Some(names)),
            Shape::Condition => return self.condition(value, place),
            _ => {}
        }
        let evaluated = place.filter(|_| value.text().is_some_and(|text| text.contains("${{")));
        if let Some(names) = evaluated {
            self.expressions(value, names);
            if !matches!(shape, Shape::Fixed) {
                return;
            }
        }
        if let Shape::Either(shapes) = shape {
            return match shapes.iter().find(|one| is_of_kind(one, value)) {
                Some(one) => self.shape(value, one, place),
                None => self.unfit(value, shape),
            };
        }
        if !fits(shape, value) {
            return self.unfit(value, shape);
        }
        match shape {
            Shape::Keys(keys) => self.keys(value, keys, place),
            Shape::Job => self.keys(value, jobs::keys_of_job(value), None),
            Shape::Step => self.step(value, place),
            Shape::List(inner) => value.items().for_each(|item| self.shape(item, inner, place)),
            Shape::Any => self.anything(value, place),
            _ => {}
        }
    }

    fn anything(&mut self, value: Value<'a>, place: Place) {
        value.items().for_each(|item| self.shape(item, &Shape::Any, place));
        for child in value.own_entries() {
            self.shape(child, &Shape::Any, place);
        }
    }

    fn unfit(&mut self, value: Value<'a>, shape: &Shape) {
        let named = match (value.key_text(), value.parent().and_then(Value::key_text)) {
            (Some(key), _) => format!("`{key}`"),
            (None, Some(list)) => format!("an entry of `{list}`"),
            (None, None) => "the value".to_string(),
        };
        let message = match value.text() {
            Some(text) if !text.is_empty() && !value.is_null() => format!("{named} cannot be `{}`", brief(text)),
            Some(_) => format!("{named} is empty"),
            None if value.is_mapping() => format!("{named} cannot be a mapping"),
            None => format!("{named} cannot be a list"),
        };
        let help = match shape {
            Shape::Choice(known) => suggest(value.text().unwrap_or_default(), known),
            shape => format!("write {}", wanted(shape)),
        };
        self.tell(value.pointer(), message, help);
    }

    fn keys(&mut self, value: Value<'a>, keys: &Keys, place: Place) {
        let mut names = HashSet::new();
        for child in value.own_entries() {
            let (Some(key), Some(name)) = (child.key(), child.key_text()) else { continue };
            let known = keys.known.iter().find(|known| known.0 == name).map(|known| &known.1).or(keys.rest.as_ref());
            if name == "<<" {
                let help = "repeat the keys, or use an alias for the whole mapping";
                self.tell(key.pointer(), "`<<` merges nothing here".into(), help);
                continue;
            }
            if !names.insert(name.to_lowercase()) {
                let message = format!("`{}` stands twice; upper and lower case count as the same", brief(name));
                self.tell(key.pointer(), message, "keep one of the two");
            }
            if let Some(names) = place.filter(|_| name.contains("${{")) {
                self.expressions(key, names);
            }
            if let Some(shape) = known {
                self.shape(child, shape, place);
            } else {
                let known: Vec<&str> = keys.known.iter().map(|known| known.0).collect();
                let message = format!("`{}` is no key of {}", brief(name), keys.what);
                self.tell(key.pointer(), message, suggest(name, &known));
            }
        }
        for needed in keys.needed.iter().filter(|needed| value.get(needed).is_none()) {
            let at = value.key().map_or(value.pointer(), Value::pointer);
            self.tell(at, format!("{} lacks `{needed}`", keys.what), format!("write `{needed}`"));
        }
    }

    fn step(&mut self, step: Value<'a>, place: Place) {
        let (run, uses) = (step.get("run"), step.get("uses"));
        let keys = if uses.is_some() { &ACTION_STEP } else { &RUN_STEP };
        match (run.and_then(Value::key), uses.and_then(Value::key)) {
            (Some(run), Some(uses)) => {
                let first = if run.span() < uses.span() { run } else { uses };
                let help = "make two steps of it";
                self.tell(first.pointer(), "a step either runs commands or uses an action".into(), help);
            }
            (None, None) => {
                let help = "write `run` or `uses`";
                self.tell(step.pointer(), "the step has neither `run` nor `uses`".into(), help);
            }
            _ => self.keys(step, keys, place),
        }
    }

    /// `if` takes an expression with or without braces.
    fn condition(&mut self, value: Value<'a>, place: Place) {
        let Some(text) = value.text() else { return self.unfit(value, &Shape::Condition) };
        let Some(names) = place else { return };
        if text.contains("${{") {
            return self.expressions(value, names);
        }
        if text.trim().is_empty() {
            return;
        }
        if let Err(wrong) = expressions::check(text, names) {
            let source = &value.located().text[value.resolved().span().range()];
            self.wrong(value, wrong, source.find(text));
        }
    }

    fn expressions(&mut self, value: Value<'a>, names: &[&str]) {
        let text = value.text().unwrap_or_default();
        let source = &value.located().text[value.resolved().span().range()];
        let mut from = 0;
        while let Some(found) = expressions::next(text, from) {
            let start = found.as_ref().map_or_else(|start| *start, |found| found.whole.start);
            let before = text[..start].matches("${{").count();
            let place = source.match_indices("${{").nth(before).map(|found| found.0);
            let Ok(found) = found else {
                let wrong = Wrong {
                    at: 0..3,
                    message: "nothing closes the expression".into(),
                    help: "close it with `}}`, or write `${{ '${{' }}` for the braces themselves".into(),
                };
                return self.wrong(value, wrong, place);
            };
            if let Err(wrong) = expressions::check(&text[found.inside.clone()], names) {
                // Only where the source says it in the same words do its places hold.
                let same = place.filter(|at| source[*at..].starts_with(&text[found.whole.clone()]));
                match same {
                    Some(at) => self.wrong(value, wrong, Some(at + 3)),
                    None => self.wrong(value, Wrong { at: 0..3, ..wrong }, place),
                }
            }
            from = found.whole.end;
        }
    }

    /// Tells what is wrong with an expression that begins at a byte of the value's source.
    fn wrong(&mut self, value: Value<'a>, wrong: Wrong, start: Option<usize>) {
        let begin = value.resolved().span().start as usize;
        let span = match start {
            Some(start) => Span::new(begin + start + wrong.at.start, begin + start + wrong.at.end),
            None => value.pointer(),
        };
        self.tell(span, wrong.message, wrong.help);
    }
}

/// As much of a text as a message carries.
fn brief(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.char_indices().nth(60).map_or(line, |(end, _)| &line[..end])
}

/// Whether a value is of the kind of node that a shape asks for, whatever stands in it.
fn is_of_kind(shape: &Shape, value: Value<'_>) -> bool {
    match shape {
        Shape::Any => true,
        Shape::List(_) => value.is_sequence(),
        Shape::Keys(_) | Shape::Job | Shape::Step => value.is_mapping(),
        Shape::Either(shapes) => shapes.iter().any(|one| is_of_kind(one, value)),
        Shape::In(_, inner) => is_of_kind(inner, value),
        _ => value.kind() == Kind::Scalar,
    }
}

fn fits(shape: &Shape, value: Value<'_>) -> bool {
    let text = value.text().unwrap_or_default();
    is_of_kind(shape, value)
        && match shape {
            Shape::Filled => !text.is_empty() && !value.is_null(),
            Shape::Fixed => !text.is_empty() && !value.is_null() && !text.contains("${{"),
            Shape::Flag => matches!(value.scalar(), Some(Scalar::Bool(_))),
            Shape::Number => {
                matches!(value.scalar(), Some(Scalar::Int(1..) | Scalar::UInt(_)))
                    || matches!(value.scalar(), Some(Scalar::Float(number)) if number > 0.0)
            }
            Shape::Count => matches!(value.scalar(), Some(Scalar::Int(1..) | Scalar::UInt(_))),
            Shape::Cron => events::is_cron(text),
            Shape::Choice(known) => known.contains(&text),
            Shape::Nothing => value.is_null(),
            _ => true,
        }
}

/// What to write, for a help.
fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Any | Shape::Text => "a text".into(),
        Shape::Filled => "a text that is not empty".into(),
        Shape::Fixed => "a text without an expression".into(),
        Shape::Flag => "`true` or `false`, without quotes".into(),
        Shape::Number => "a number over 0, without quotes".into(),
        Shape::Count => "a whole number over 0, without quotes".into(),
        Shape::Cron => "five fields of cron, such as `30 5 * * 1`".into(),
        Shape::Condition => "an expression".into(),
        Shape::Nothing => "nothing here".into(),
        Shape::Choice(known) => format!("one of {}", known.join(", ")),
        Shape::List(_) => "a list".into(),
        Shape::Keys(keys) if keys.known.is_empty() => "a mapping, or delete the key".into(),
        Shape::Keys(_) | Shape::Job | Shape::Step => "a mapping".into(),
        Shape::Either(shapes) => shapes.iter().map(wanted).collect::<Vec<_>>().join(", or "),
        Shape::In(_, inner) => wanted(inner),
    }
}
