//! The engines that rules run on, each prepared when the first part asks for it.
//!
//! A rule has an engine of its own with what it refers to and nothing else: starting an evaluation costs time for every
//! module that an engine holds.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use regorus::utils::limits::{ExecutionTimerConfig, PolicyLengthConfig};

use crate::rule::Rule;

use super::{Engine, Module, RegoValue, check, sprintf};

/// The sets of a rule's contract.
pub const SETS: [&str; 3] = ["subjects", "unknown", "deny"];

/// Longest a rule may run over one part of the document.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The engines of all rules, each prepared when it is asked for first.
pub struct Engines {
    modules: Vec<Module>,
    /// What a module may refer to, below `data`: packages and tables, each with the module's number.
    names: Vec<(String, usize)>,
    /// Tables by the number of the module that holds them, converted once.
    tables: HashMap<usize, OnceLock<Result<RegoValue, String>>>,
    rules: HashMap<Arc<str>, OnceLock<Result<Prepared, String>>>,
}

impl Engines {
    pub fn new(modules: Vec<Module>, rules: &[Arc<Rule>]) -> Self {
        let numbered = || modules.iter().enumerate().filter(|(_, module)| !module.is_test());
        Self {
            names: numbered().filter_map(|(n, module)| Some((module.mounted()?, n))).collect(),
            tables: numbered().filter(|(_, module)| module.is_data()).map(|(n, _)| (n, OnceLock::new())).collect(),
            rules: rules.iter().map(|rule| (rule.id.clone(), OnceLock::new())).collect(),
            modules,
        }
    }

    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The engines of a rule.
    ///
    /// # Errors
    ///
    /// What the engine says of a module that does not fit the others.
    pub fn of(&self, rule: &Rule) -> Result<&Prepared, String> {
        let slot = self.rules.get(&rule.id).ok_or("the rule is none of these policies")?;
        slot.get_or_init(|| self.prepare(rule)).as_ref().map_err(Clone::clone)
    }

    fn prepare(&self, rule: &Rule) -> Result<Prepared, String> {
        let own = self.modules.iter().find(|module| module.path == rule.file);
        let said = said(rule, own.map_or("", |module| &module.text));
        let mut wanted: Vec<usize> =
            self.names.iter().map(|(_, n)| *n).filter(|n| self.modules[*n].path == rule.file).collect();
        let mut next = 0;
        while let Some(n) = wanted.get(next) {
            for other in self.referred(&self.modules[*n].text) {
                if !wanted.contains(&other) {
                    wanted.push(other);
                }
            }
            next += 1;
        }
        let (tables, code): (Vec<usize>, Vec<usize>) = wanted.into_iter().partition(|n| self.tables.contains_key(n));
        let tables: Result<Vec<RegoValue>, String> = tables.into_iter().map(|n| self.table(n)).collect();
        let strict = prepare(code.into_iter().map(|n| &self.modules[n]).chain([&said]), tables?)?;
        Ok(Prepared { strict, lenient: OnceLock::new() })
    }

    /// The modules that a text names somewhere; more than it needs is fine, fewer are not.
    fn referred(&self, text: &str) -> Vec<usize> {
        let inside = |path: &str, outer: &str| {
            path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut found = Vec::new();
        for (at, _) in text.match_indices("data") {
            let rest = &text[at + "data".len()..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
            let path = rest[..end].trim_matches('.');
            let all = end == 0 && rest.starts_with('[');
            if all || rest.starts_with('.') {
                let named = self.names.iter().filter(|(name, _)| all || inside(path, name) || inside(name, path));
                found.extend(named.map(|(_, n)| *n));
            }
        }
        found
    }

    fn table(&self, n: usize) -> Result<RegoValue, String> {
        let read = || self.modules[n].data();
        self.tables.get(&n).map_or_else(read, |slot| slot.get_or_init(read).clone())
    }
}

/// The prepared engines of a rule. Changing a clone's strictness would copy all that is prepared, so there are two.
pub struct Prepared {
    strict: Engine,
    /// Made when the strict run fails for the first time.
    lenient: OnceLock<Engine>,
}

impl Prepared {
    pub fn strict(&self) -> &Engine {
        &self.strict
    }

    pub fn lenient(&self) -> &Engine {
        self.lenient.get_or_init(|| {
            let mut engine = self.strict.clone();
            engine.set_strict_builtin_errors(false);
            engine
        })
    }
}

/// Where the engine finds everything that a rule says.
pub fn said_path(rule: &Rule) -> String {
    format!("data.{}.said", said_package(rule))
}

fn said_package(rule: &Rule) -> String {
    format!("plimsoll.{}", rule.package.trim_start_matches("data."))
}

/// A module that collects what a rule says, so that one evaluation gives all its sets and what they share is worked out
/// once. `text` is the rule's own.
fn said(rule: &Rule, text: &str) -> Module {
    let mut module = format!("package {}\n", said_package(rule));
    let mut sets = Vec::new();
    for set in SETS {
        let head = format!("{set} contains ");
        if text.lines().any(|line| line.starts_with(&head)) {
            sets.push(format!("\"{set}\": {}.{set}", rule.package));
        } else if text.contains(set) {
            // Only a set that is surely made entry by entry is there when nothing is in it. Any other may be missing.
            module.push_str(&format!("\ndefault {set} := set()\n\n{set} := {}.{set}\n", rule.package));
            sets.push(format!("\"{set}\": {set}"));
        }
    }
    module.push_str(&format!("\nsaid := {{{}}}\n", sets.join(", ")));
    let path = format!("said/{}", rule.id);
    Module { path: path.as_str().into(), text: module.into(), inside: path, embedded: false }
}

/// An engine with our `sprintf` and our bounds, without policies.
pub fn bare() -> Engine {
    let mut engine = Engine::new();
    engine.set_policy_length_config(PolicyLengthConfig {
        max_col: std::num::NonZeroU32::new(4096).unwrap_or(std::num::NonZeroU32::MIN),
        ..PolicyLengthConfig::default()
    });
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: TIME_LIMIT,
        check_interval: std::num::NonZeroU32::new(4096).unwrap_or(std::num::NonZeroU32::MIN),
    });
    // Replacing a built-in cannot fail on an engine that has no extensions yet.
    let _ = engine.add_extension("sprintf".to_string(), 2, Box::new(rego_sprintf));
    engine.set_gather_prints(true);
    engine
}

/// An engine with the given modules and tables that is ready to be cloned and asked.
pub fn prepare<'m>(
    modules: impl IntoIterator<Item = &'m Module>,
    tables: impl IntoIterator<Item = RegoValue>,
) -> Result<Engine, String> {
    let mut engine = bare();
    for module in modules {
        engine
            .add_policy(module.path.to_string(), module.text.to_string())
            .map_err(|error| format!("{}: {}", module.path, check::reason(&error.to_string())))?;
    }
    for table in tables {
        engine.add_data(table).map_err(|error| check::reason(&error.to_string()))?;
    }
    engine.set_strict_builtin_errors(true);
    // Asking for a rule that there is none of prepares the engine and evaluates nothing.
    match engine.eval_rule("data.plimsoll.nothing".to_string()) {
        Err(error) if !is_missing(&error) => Err(check::reason(&error.to_string())),
        _ => Ok(engine),
    }
}

/// Whether an engine says no more than that it has no such rule.
pub fn is_missing(error: &anyhow::Error) -> bool {
    error.to_string().contains("not a valid rule path")
}

fn rego_sprintf(mut arguments: Vec<RegoValue>) -> anyhow::Result<RegoValue> {
    let values = arguments.pop().unwrap_or(RegoValue::Undefined);
    let format = arguments.pop().unwrap_or(RegoValue::Undefined);
    let (Ok(format), Ok(values)) = (format.as_string(), values.as_array()) else {
        anyhow::bail!("sprintf takes a text and a list");
    };
    let argument = |value: &RegoValue| match value {
        RegoValue::String(text) => sprintf::Argument::Text(text.to_string()),
        RegoValue::Number(number) => match (number.is_integer(), number.as_i128(), number.as_f64()) {
            (true, Some(value), _) => sprintf::Argument::Int(value),
            (_, _, Some(value)) => sprintf::Argument::Float(value),
            _ => sprintf::Argument::Rego(value.to_string()),
        },
        other => sprintf::Argument::Rego(rego_text(other)),
    };
    let values: Vec<sprintf::Argument> = values.iter().map(argument).collect();
    Ok(RegoValue::from(sprintf::sprintf(format, &values)))
}

/// A value as Rego writes it, with a blank after each comma and colon.
fn rego_text(value: &RegoValue) -> String {
    let join = |items: Vec<String>| items.join(", ");
    match value {
        RegoValue::Array(items) => format!("[{}]", join(items.iter().map(rego_text).collect())),
        RegoValue::Set(items) if items.is_empty() => "set()".to_string(),
        RegoValue::Set(items) => format!("{{{}}}", join(items.iter_sorted().map(rego_text).collect())),
        RegoValue::Object(entries) => {
            let pair = |(key, value)| format!("{}: {}", rego_text(key), rego_text(value));
            format!("{{{}}}", join(entries.iter_sorted().map(pair).collect()))
        }
        other => other.to_string(),
    }
}
