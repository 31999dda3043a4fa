//! Runs the Rego tests of a policy folder.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::located::Span;
use crate::problem::Problem;

use super::engine::prepare;
use super::{Module, RegoValue, caught, check, source};

/// What a test came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestOutcome {
    Pass,
    /// It is undefined, false, or anything but exactly true.
    Fail,
    Error(String),
}

/// One `test_*` rule.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// E.g. `rules.web.cors_no_wildcard_test.test_star`.
    pub name: String,
    pub path: Arc<str>,
    /// The head of the test.
    pub span: Span,
    pub outcome: TestOutcome,
}

/// Runs the tests of the given folders, of the built-in policies if there are none. Own folders see the built-in
/// libraries. The problems are those that kept a module out.
pub fn run_tests(folders: &[PathBuf]) -> (Vec<TestResult>, Vec<Problem>) {
    let built_in = source::embedded();
    let (own, mut problems) = source::read(folders);
    let tested: Vec<Module> = if folders.is_empty() {
        built_in.clone()
    } else {
        let (tests, others): (Vec<Module>, Vec<Module>) = own.into_iter().partition(Module::is_test);
        let others = check::own(&built_in, others, &mut problems);
        others.into_iter().chain(check::parsable(tests, &mut problems)).collect()
    };
    let libraries = built_in.iter().filter(|module| !folders.is_empty() && (module.is_lib() || module.is_data()));
    let all: Vec<Module> = libraries.cloned().chain(tested.iter().cloned()).collect();
    let (tables, code): (Vec<&Module>, Vec<&Module>) = all.iter().partition(|module| module.is_data());
    let tables: Result<Vec<RegoValue>, String> = tables.into_iter().map(Module::data).collect();
    let engine = match tables.and_then(|tables| prepare(code, tables)) {
        Ok(engine) => engine,
        Err(error) => {
            let path: Arc<str> = error.split(':').next().unwrap_or_default().into();
            let problem = Problem::new(crate::problem::ProblemKind::Fault, path, error).help("mend the module");
            problems.push(problem);
            return (Vec::new(), problems);
        }
    };
    let heads: Vec<(&Module, String, Span)> = tested.iter().flat_map(heads).collect();
    let results = heads
        .into_par_iter()
        .map(|(module, name, span)| {
            let package = module.package().unwrap_or_default();
            let run = || {
                let mut engine = engine.clone();
                engine.set_input(RegoValue::new_object());
                engine.eval_rule(format!("data.{package}.{name}"))
            };
            let outcome = match caught(run) {
                Some(Ok(RegoValue::Bool(true))) => TestOutcome::Pass,
                Some(Ok(_)) => TestOutcome::Fail,
                Some(Err(error)) => TestOutcome::Error(check::reason(&error.to_string())),
                None => TestOutcome::Error("the engine failed on this test".to_string()),
            };
            TestResult { name: format!("{package}.{name}"), path: module.path.clone(), span, outcome }
        })
        .collect();
    (results, problems)
}

/// The `test_*` heads of a module, each once.
fn heads(module: &Module) -> Vec<(&Module, String, Span)> {
    let mut found: Vec<(&Module, String, Span)> = Vec::new();
    let mut at = 0;
    for line in module.text.split_inclusive('\n') {
        if module.is_test() && line.starts_with("test_") {
            let name: String = line.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let span = Span::new(at, at + name.len());
            if !found.iter().any(|(_, known, _)| *known == name) {
                found.push((module, name, span));
            }
        }
        at += line.len();
    }
    found
}
