//! Policies: the only module that knows the Rego engine.
//!
//! A rule is a package `rules.<area>.<rule>` with three sets. `subjects` holds routes: what it looked at. `unknown` holds
//! objects `{at, message, give}` (optional `in: "review"`): what it could not decide, and the evidence that would.
//! `deny` holds objects `{at, message}` (optional `related: [{at, label}]`, `severity` not above the rule's, and
//! `absent: true`): violations. `input` has the sections that its METADATA declares, `input.params`,
//! `input.mode` (`check` or `review`) and `input.whole` (whether the whole tree is judged, not single files of it).

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use foldhash::{HashSet, fast::FixedState};
use rayon::prelude::*;
use regorus::{Engine, Value as RegoValue};

use crate::input::{Entry, InputDocument, Part};
use crate::located::Step;
use crate::problem::Problem;
use crate::rule::metadata::SEVERITIES;
use crate::rule::{Rule, Scope, Severity};

use engine::{Engines, SETS};
use given::insert;

mod calls;
mod check;
mod engine;
mod given;
mod references;
mod source;
mod sprintf;
mod test;
mod value;

pub use source::Module;
pub use test::{TestOutcome, TestResult, run_tests};

/// What one rule said about the input document; its routes are not located yet.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Hashes of the routes examined: how many there are is all that counts, and large trees have very many.
    pub subjects: HashSet<u64>,
    /// The routes themselves, where only those count that touch given files.
    pub routes: Option<BTreeSet<Vec<Step>>>,
    pub unknowns: BTreeSet<UnknownSaid>,
    pub denies: BTreeSet<DenySaid>,
    /// Why the rule failed, with its place in the Rego file, if it did.
    pub error: Option<String>,
}

/// An entry of `unknown`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownSaid {
    pub at: Vec<Step>,
    pub message: String,
    pub give: String,
    /// Counts in `review` only.
    pub in_review: bool,
}

/// An entry of `deny`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DenySaid {
    pub at: Vec<Step>,
    pub message: String,
    /// Route and label.
    pub related: Vec<(Vec<Step>, String)>,
    pub severity: Option<Severity>,
    pub absent: bool,
}

/// A rule with what it said.
#[derive(Clone, Debug)]
pub struct Evaluated {
    pub rule: Arc<Rule>,
    pub evaluation: Evaluation,
}

/// All rules that are known, and the engines that they run on.
pub struct Policies {
    rules: Vec<Arc<Rule>>,
    engines: Engines,
}

impl Policies {
    /// The built-in policies and those of the given folders. A module with problems is left out, and the others count.
    pub fn load(own: &[PathBuf]) -> (Self, Vec<Problem>) {
        let mut modules = source::embedded();
        let (read, mut problems) = source::read(own);
        check::own(&modules, read, &mut problems).into_iter().for_each(|module| modules.push(module));
        let mut rules: Vec<Arc<Rule>> = Vec::new();
        for module in modules.iter().filter(|module| module.is_rule()) {
            match module.rule() {
                Ok(rule) => rules.push(Arc::new(rule)),
                Err(found) => problems.extend(found),
            }
        }
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        (Self { engines: Engines::new(modules, &rules), rules }, problems)
    }

    /// Every rule, sorted by id.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Texts of the modules by path, for reports that point into them.
    pub fn texts(&self) -> impl Iterator<Item = (Arc<str>, Arc<str>)> {
        self.engines.modules().iter().map(|module| (module.path.clone(), module.text.clone()))
    }

    /// Lets the given rules decide. `params` are those that the config sets, by rule and name.
    pub fn evaluate(
        &self,
        rules: &[Arc<Rule>],
        document: &InputDocument<'_>,
        mode: &str,
        params: &HashMap<Arc<str>, BTreeMap<String, serde_json::Value>>,
    ) -> Vec<Evaluated> {
        let roles = document.roles();
        // A rule over sections and roles with nothing in them has nothing to say, nor has one that needs the whole tree.
        let judges = |rule: &Rule| !document.only_given || rule.judges_parts();
        let (ready, idle): (Vec<&Arc<Rule>>, Vec<&Arc<Rule>>) =
            rules.iter().partition(|rule| judges(rule) && given::anything(rule, document, &roles));
        let asked = Question { mode, params, only_given: document.only_given };
        let mut merged: BTreeMap<Arc<str>, Evaluation> = BTreeMap::new();
        let of = |scope| ready.iter().copied().filter(|rule| rule.scope == scope).collect::<Vec<_>>();
        let (file, bundle) = (of(Scope::File), of(Scope::Bundle));
        let run = |part: Part<'_>, rules: &[&Arc<Rule>]| run_part(&self.engines, part, rules, &asked);
        let of_parts = || -> Vec<Vec<(Arc<str>, Evaluation)>> {
            let asked = |section: &str, list: Option<&str>| file.iter().any(|rule| rule.reads(section, list));
            let parts = if file.is_empty() { Vec::new() } else { document.parts(&asked, &given::roles(&file)) };
            parts.into_par_iter().map(|part| run(part, &file)).collect()
        };
        let of_whole = || {
            let asked = |section: &str, list: Option<&str>| bundle.iter().any(|rule| rule.reads(section, list));
            if bundle.is_empty() { Vec::new() } else { run(document.whole(&asked, &given::roles(&bundle)), &bundle) }
        };
        // Engines are prepared while the first parts are converted.
        let prepare = || ready.par_iter().for_each(|rule| _ = self.engines.of(rule));
        let (_, (parts, whole)) = rayon::join(prepare, || rayon::join(of_parts, of_whole));
        let results = parts.into_iter().flatten().chain(whole);
        for (id, evaluation) in results {
            merged.entry(id).or_default().merge(evaluation);
        }
        let evaluated = |rule: &Arc<Rule>| Evaluated {
            rule: rule.clone(),
            evaluation: merged.remove(&rule.id).unwrap_or_default(),
        };
        ready.into_iter().chain(idle).map(evaluated).collect()
    }
}

impl Evaluation {
    fn merge(&mut self, other: Evaluation) {
        self.subjects.extend(other.subjects);
        self.routes = match (self.routes.take(), other.routes) {
            (Some(mut own), Some(more)) => {
                own.extend(more);
                Some(own)
            }
            (own, more) => own.or(more),
        };
        self.unknowns.extend(other.unknowns);
        self.denies.extend(other.denies);
        self.error = self.error.take().or(other.error);
    }
}

/// Texts of the files of a team's own policy folders by path, also of those that cannot be loaded.
pub fn texts(folders: &[PathBuf]) -> Vec<(Arc<str>, Arc<str>)> {
    source::read(folders).0.into_iter().map(|module| (module.path, module.text)).collect()
}

/// The section that a dotted name belongs to.
pub fn top(section: &str) -> &str {
    section.split('.').next().unwrap_or(section)
}

/// What every rule of a run is asked with.
struct Question<'q> {
    /// `check` or `review`.
    mode: &'q str,
    /// What the config sets, by rule.
    params: &'q HashMap<Arc<str>, BTreeMap<String, serde_json::Value>>,
    /// Whether single files were given: then the routes of subjects are kept.
    only_given: bool,
}

fn run_part(
    engines: &Engines,
    part: Part<'_>,
    rules: &[&Arc<Rule>],
    asked: &Question<'_>,
) -> Vec<(Arc<str>, Evaluation)> {
    let strings = value::Strings::default();
    let mut base: Vec<(&str, Option<&str>, RegoValue)> = Vec::with_capacity(part.len());
    let mut failure = None;
    for Entry { section, list, value } in &part {
        match value::convert(value.as_ref(), &strings) {
            Ok(value) => base.push((section, *list, value)),
            Err(error) => failure = Some(format!("the section {section} cannot be converted: {error}")),
        }
    }
    drop((part, strings));
    rules
        .par_iter()
        .map(|rule| {
            let mut input = given::sections(rule, &base);
            insert(&mut input, "mode", RegoValue::from(asked.mode));
            insert(&mut input, "whole", RegoValue::from(!asked.only_given));
            insert(&mut input, "params", given::parameters(rule, asked.params.get(&rule.id)));
            let mut evaluation = evaluate_rule(engines, rule, &input, asked.only_given);
            evaluation.error = evaluation.error.or_else(|| failure.clone());
            (rule.id.clone(), evaluation)
        })
        .collect()
}

/// One rule over one input: strict about errors of built-ins first, all sets at once; only if that failed each set by
/// itself, and once more without strictness, so that what can be said is said.
fn evaluate_rule(engines: &Engines, rule: &Rule, input: &RegoValue, routes: bool) -> Evaluation {
    let prepared = match engines.of(rule) {
        Ok(prepared) => prepared,
        Err(error) => return Evaluation { error: Some(error), ..Evaluation::default() },
    };
    let strict = attempt(prepared.strict(), rule, input, routes, all_sets);
    if strict.error.is_none() {
        return strict;
    }
    let mut evaluation = Evaluation { error: strict.error, ..Evaluation::default() };
    evaluation.merge(attempt(prepared.strict(), rule, input, routes, each_set));
    evaluation.merge(attempt(prepared.lenient(), rule, input, routes, each_set));
    evaluation
}

fn attempt(
    prepared: &Engine,
    rule: &Rule,
    input: &RegoValue,
    routes: bool,
    sets: fn(&mut Engine, &Rule, &mut Evaluation),
) -> Evaluation {
    let run = || {
        let mut engine = prepared.clone();
        engine.set_input(input.clone());
        let mut evaluation = Evaluation { routes: routes.then(BTreeSet::new), ..Evaluation::default() };
        sets(&mut engine, rule, &mut evaluation);
        evaluation
    };
    // The engine that panicked is dropped with the closure; the prepared one is untouched.
    caught(run).unwrap_or_else(|| Evaluation {
        error: Some(format!("{}: the engine failed on this rule", rule.file)),
        ..Evaluation::default()
    })
}

fn all_sets(engine: &mut Engine, rule: &Rule, evaluation: &mut Evaluation) {
    match engine.eval_rule(engine::said_path(rule)) {
        Ok(said) => {
            for set in SETS {
                evaluation.take_set(set, said[set].clone(), rule);
            }
        }
        Err(error) => evaluation.error = Some(check::reason(&error.to_string())),
    }
}

fn each_set(engine: &mut Engine, rule: &Rule, evaluation: &mut Evaluation) {
    for set in SETS {
        match engine.eval_rule(format!("{}.{set}", rule.package)) {
            Ok(value) => evaluation.take_set(set, value, rule),
            // A set that the module does not define is empty.
            Err(error) if engine::is_missing(&error) => {}
            Err(error) => _ = evaluation.error.get_or_insert(check::reason(&error.to_string())),
        }
    }
}

thread_local! {
    static EVALUATING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside the engine, whose panics are caught and told as errors of the rule.
pub fn is_evaluating() -> bool {
    EVALUATING.get()
}

/// What a closure gives, None if the engine panics in it.
fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    EVALUATING.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    EVALUATING.set(false);
    result.ok()
}

impl Evaluation {
    fn take_set(&mut self, set: &str, value: RegoValue, rule: &Rule) {
        match value {
            RegoValue::Set(entries) => {
                for entry in entries.iter() {
                    if let Err(error) = self.take(set, entry, rule) {
                        self.error.get_or_insert(format!("{}: an entry of `{set}` {error}", rule.file));
                    }
                }
            }
            RegoValue::Undefined => {}
            _ => _ = self.error.get_or_insert(format!("{}: `{set}` is no set", rule.file)),
        }
    }

    fn take(&mut self, set: &str, entry: &RegoValue, rule: &Rule) -> Result<(), String> {
        if set == "subjects" {
            self.subjects.insert(route_hash(entry)?);
            if let Some(routes) = &mut self.routes {
                routes.insert(route(entry)?);
            }
            return Ok(());
        }
        let object = entry.as_object().map_err(|_| "is no object".to_string())?;
        let field = |name: &str| object.get(&RegoValue::from(name));
        let text = |name: &str| match field(name) {
            Some(RegoValue::String(text)) => Ok(text.to_string()),
            Some(_) => Err(format!("has a `{name}` that is no text")),
            None => Err(format!("has no `{name}`")),
        };
        let known: &[&str] = if set == "unknown" {
            &["at", "message", "give", "in"]
        } else {
            &["at", "message", "related", "severity", "absent"]
        };
        for key in object.keys() {
            if !matches!(key, RegoValue::String(key) if known.contains(&&**key)) {
                return Err(format!("has an unknown key {key}"));
            }
        }
        let at = route(field("at").ok_or("has no `at`")?)?;
        let message = text("message")?;
        if set == "unknown" {
            let in_review = field("in").is_some_and(|value| *value == RegoValue::from("review"));
            self.unknowns.insert(UnknownSaid { at, message, give: text("give")?, in_review });
            return Ok(());
        }
        let severity = match field("severity") {
            None => None,
            Some(RegoValue::String(name)) => {
                let found = SEVERITIES.iter().find(|(known, _)| *known == &**name).map(|(_, severity)| *severity);
                Some(found.filter(|severity| *severity <= rule.severity).ok_or("has a `severity` above the rule's")?)
            }
            Some(_) => return Err("has a `severity` that is no text".to_string()),
        };
        let absent = field("absent").is_some_and(|value| *value == RegoValue::Bool(true));
        let mut related = Vec::new();
        if let Some(entries) = field("related") {
            for one in entries.as_array().map_err(|_| "has a `related` that is no list".to_string())?.iter() {
                let one = one.as_object().map_err(|_| "has a related entry that is no object".to_string())?;
                let at = route(one.get(&RegoValue::from("at")).ok_or("has a related entry without `at`")?)?;
                let label = one.get(&RegoValue::from("label")).and_then(|label| label.as_string().ok());
                related.push((at, label.map(ToString::to_string).unwrap_or_default()));
            }
        }
        self.denies.insert(DenySaid { at, message, related, severity, absent });
        Ok(())
    }
}

fn route(value: &RegoValue) -> Result<Vec<Step>, String> {
    let steps = value.as_array().map_err(|_| "has a route that is no list".to_string())?;
    let step = |step: &RegoValue| match step {
        RegoValue::String(key) => Ok(Step::Key(key.to_string().into())),
        RegoValue::Number(number) => {
            let index = number.as_u64().and_then(|index| usize::try_from(index).ok());
            index.map(Step::Index).ok_or_else(|| "has a route with a number that is no index".to_string())
        }
        _ => Err("has a route with a step that is neither key nor index".to_string()),
    };
    steps.iter().map(step).collect()
}

fn route_hash(value: &RegoValue) -> Result<u64, String> {
    let mut hash = FixedState::default().build_hasher();
    for step in value.as_array().map_err(|_| "is a subject that is no route".to_string())?.iter() {
        match step {
            RegoValue::String(key) => key.hash(&mut hash),
            RegoValue::Number(number) => number.as_u64().hash(&mut hash),
            _ => return Err("has a route with a step that is neither key nor index".to_string()),
        }
    }
    Ok(hash.finish())
}
