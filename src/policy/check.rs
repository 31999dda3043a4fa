//! What a module must keep to before it is let near the engine: it parses, its literals are not nested without end, its
//! imports resolve, it declares what it reads, and nothing in it calls itself.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::input::{BY_ROLE, SECTIONS, lists};
use crate::located::Span;
use crate::problem::{Problem, ProblemKind};
use crate::rule::Rule;

use super::Module;
use super::calls::recursion;
use super::engine::bare;
use super::references::{chain, references};

/// Parsing takes exponential time in the nesting of literals, so deeper ones are refused unread.
const DEEPEST: usize = 12;

/// Keys of `input` that every rule has.
const ALWAYS: &[&str] = &["params", "mode", "whole"];

/// The modules of a team that hold what is asked, with a problem for each reason against the others.
pub fn own(built_in: &[Module], read: Vec<Module>, problems: &mut Vec<Problem>) -> Vec<Module> {
    let (code, data): (Vec<Module>, Vec<Module>) = read.into_iter().partition(|module| !module.is_data());
    let mut kept: Vec<Module> = data;
    let mut trees: Vec<(Module, Json)> = Vec::new();
    for module in code {
        match tree(&module) {
            Ok(tree) => trees.push((module, tree)),
            Err(problem) => problems.push(*problem),
        }
    }
    let all = built_in.iter().chain(trees.iter().map(|(module, _)| module)).chain(&kept);
    let packages: BTreeSet<String> = all.filter_map(Module::mounted).collect();
    let mut circles = Vec::new();
    recursion(&trees, &mut circles);
    for (module, tree) in trees {
        let before = problems.len();
        problems.extend(circles.iter().filter(|problem| problem.path == module.path).cloned());
        let taken = built_in.iter().find(|known| known.package() == module.package() && !module.is_test());
        if let Some(known) = taken {
            problems.push(at(
                &module,
                &tree["package"]["span"],
                format!("the package is taken by {}", known.path),
                "choose another name",
            ));
        }
        imports(&module, &tree, &packages, problems);
        if !module.is_test() {
            reads(&module, &tree, problems);
        }
        if module.is_rule() {
            denies(&module, &tree, problems);
        }
        if problems.len() == before {
            kept.push(module);
        }
    }
    kept
}

/// A rule without `deny` could never fail, so it is none.
fn denies(module: &Module, tree: &Json, problems: &mut Vec<Problem>) {
    let rules = tree["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = rules.iter().filter_map(super::calls::head).collect();
    if !names.iter().any(|name| name == "deny") {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let help = format!(
            "{} add `deny contains {{\"at\": ..., \"message\": ...}} if ...`",
            crate::rule::metadata::near("deny", &known)
        );
        let message = "the rule has no set `deny`, so it could never fail";
        problems.push(at(module, &tree["package"]["span"], message.to_string(), help.trim()));
    }
}

/// The modules that parse.
pub fn parsable(modules: Vec<Module>, problems: &mut Vec<Problem>) -> Vec<Module> {
    let mut kept = Vec::new();
    for module in modules {
        match tree(&module) {
            Ok(_) => kept.push(module),
            Err(problem) => problems.push(*problem),
        }
    }
    kept
}

/// The syntax tree of a module as JSON.
fn tree(module: &Module) -> Result<Json, Box<Problem>> {
    let fault = |message: String, span: Span, help: &str| {
        Box::new(Problem::new(ProblemKind::Fault, module.path.clone(), message).at(span).help(help))
    };
    if let Some(span) = too_deep(&module.text) {
        let message = format!("literals are nested more than {DEEPEST} deep");
        return Err(fault(message, span, "take the inner ones out into rules of their own"));
    }
    let mut engine = bare();
    if let Err(error) = engine.add_policy(module.path.to_string(), module.text.to_string()) {
        let text = error.to_string();
        let span = position(&text).map_or(Span::default(), |(line, column)| offset(&module.text, line, column));
        return Err(fault(format!("is no valid Rego: {}", message(&text)), span, "mend the module at this place"));
    }
    let tree = engine.get_ast_as_json().map_err(|error| error.to_string());
    let tree = tree.and_then(|text| serde_json::from_str::<Json>(&text).map_err(|error| error.to_string()));
    match tree {
        Ok(mut tree) => Ok(tree[0]["ast"].take()),
        Err(error) => Err(fault(error, Span::default(), "mend the module")),
    }
}

/// The message of an engine's error, without its drawing of the source.
pub fn reason(error: &str) -> String {
    let place = position(error).map(|(line, column)| format!("{line}:{column}: ")).unwrap_or_default();
    let file = error.lines().find_map(|line| line.trim().strip_prefix("--> ")).and_then(|at| at.split(':').next());
    match file {
        Some(file) => format!("{file}:{place}{}", message(error)),
        None => message(error),
    }
}

fn message(error: &str) -> String {
    let line = error.lines().find_map(|line| line.trim().strip_prefix("error: "));
    line.unwrap_or_else(|| error.lines().find(|line| !line.trim().is_empty()).unwrap_or(error)).trim().to_string()
}

fn position(error: &str) -> Option<(usize, usize)> {
    let at = error.lines().find_map(|line| line.trim().strip_prefix("--> "))?;
    let mut parts = at.rsplit(':');
    let column = parts.next()?.trim().parse().ok()?;
    Some((parts.next()?.trim().parse().ok()?, column))
}

/// The engine counts columns in characters and a tab as four.
fn offset(text: &str, line: usize, column: usize) -> Span {
    let mut start = 0;
    for (n, content) in text.split_inclusive('\n').enumerate() {
        if n + 1 == line {
            let mut at = 1;
            for (byte, c) in content.char_indices() {
                if at >= column || c == '\n' {
                    return Span::new(start + byte, start + byte + if c == '\n' { 0 } else { c.len_utf8() });
                }
                at += if c == '\t' { 4 } else { 1 };
            }
            return Span::new(start + content.len(), start + content.len());
        }
        start += content.len();
    }
    Span::new(text.len(), text.len())
}

/// A problem at a span of the engine.
pub fn at(module: &Module, span: &Json, message: String, help: impl Into<String>) -> Problem {
    let number = |key: &str| span[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    let start = offset(&module.text, number("line"), number("col"));
    let length = number("end").saturating_sub(number("start")).max(1);
    let rest = &module.text[start.start as usize..];
    let length = rest.find('\n').unwrap_or(rest.len()).min(length);
    let end = (0..=length).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0);
    let span = Span::new(start.start as usize, start.start as usize + end);
    Problem::new(ProblemKind::Fault, module.path.clone(), message).at(span).help(help)
}

/// Where brackets are nested too deep, outside strings and comments.
fn too_deep(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'`' => at += 1 + text[at + 1..].find('`').unwrap_or(text.len() - at - 1),
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'[' | b'{' | b'(' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(Span::new(at, at + 1));
                }
            }
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

fn imports(module: &Module, tree: &Json, packages: &BTreeSet<String>, problems: &mut Vec<Problem>) {
    for import in tree["imports"].as_array().into_iter().flatten() {
        let mut parts = Vec::new();
        if chain(&import["refr"], &mut parts, &mut Vec::new()).is_none() {
            continue;
        }
        parts.reverse();
        let names: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
        let name = names.join(".");
        let problem = match names.as_slice() {
            ["rego", ..] => continue,
            ["data", "lib" | "data", ..] => {
                let inner = names[1..].join(".");
                (!packages.contains(&inner)).then(|| {
                    let known: Vec<&str> = packages.iter().map(String::as_str).collect();
                    (format!("nothing is called `{name}`"), crate::rule::metadata::suggest(&inner, &known))
                })
            }
            ["data", "rules", ..] if module.is_test() => None,
            ["input", ..] if module.is_test() => None,
            _ => Some((
                format!("`{name}` cannot be imported"),
                "import data.lib.<topic> or data.data.<table>".to_string(),
            )),
        };
        if let Some((message, help)) = problem {
            problems.push(at(module, &import["span"], message, help));
        }
    }
}

/// Sections that are read without being declared, or that there are none of.
fn reads(module: &Module, tree: &Json, problems: &mut Vec<Problem>) {
    let mut found = Vec::new();
    references(&tree["rules"], &mut found);
    let declared: Option<Rule> = if module.is_lib() {
        None
    } else {
        match module.rule() {
            Ok(rule) => Some(rule),
            // Its METADATA is reported where rules are made.
            Err(_) => return,
        }
    };
    for reference in
        found.iter().filter(|reference| reference.parts.first().and_then(Option::as_deref) == Some("input"))
    {
        let mut report = |message: String, help: String| problems.push(at(module, &reference.span, message, help));
        let Some(declared) = &declared else {
            report("a library reads `input`".to_string(), "let it take arguments; only rules read `input`".to_string());
            continue;
        };
        match reference.parts.get(1) {
            None => report(
                "`input` is used as a whole".to_string(),
                "read a section of it, e.g. `input.settings`".to_string(),
            ),
            Some(None) => {
                report("the section is computed".to_string(), "name the section, e.g. `input.settings`".to_string())
            }
            Some(Some(section)) if ALWAYS.contains(&section.as_str()) => {}
            Some(Some(section)) if !SECTIONS.contains(&section.as_str()) => {
                report(format!("there is no section `{section}`"), crate::rule::metadata::suggest(section, SECTIONS));
            }
            Some(Some(section)) => {
                let list = reference.parts.get(2).and_then(Option::as_deref);
                let list = list.filter(|list| lists(section).contains(list));
                let parts = reference.parts.iter().skip(if list == Some("inventory") { 4 } else { 3 });
                let role = parts.take(1).find_map(Option::as_deref).filter(|_| section == "settings" && list.is_some());
                let some = declared.reads(section, None);
                let read = list.filter(|_| some).map_or(section.clone(), |list| format!("{section}.{list}"));
                let whole = list.is_some() || lists(section).is_empty() || declared.input.contains(section);
                if !declared.reads(section, list) || !whole {
                    report(
                        format!("`input.{read}` is read but not declared"),
                        format!("add `{read}` to `custom.input`"),
                    );
                } else if section == "settings"
                    && !declared.roles.is_empty()
                    && list.is_some_and(|list| !BY_ROLE.contains(&list))
                {
                    report(
                        format!("`input.{read}` is read, which a rule with `roles` does not get"),
                        "read the settings of its roles, or leave out `custom.roles`".to_string(),
                    );
                } else if let Some(role) = role
                    && !declared.roles.is_empty()
                    && !declared.roles.iter().any(|one| one == role)
                {
                    report(
                        format!("settings of the role `{role}` are read, which the rule does not name"),
                        format!("add `{role}` to `custom.roles`"),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(inside: &str, text: &str) -> Module {
        Module { path: inside.into(), text: text.into(), inside: inside.to_string(), embedded: false }
    }

    fn problems(body: &str) -> Vec<(String, String)> {
        problems_of("[settings]", body)
    }

    /// Problems of a rule with the given `input`, and maybe more keys behind it.
    fn problems_of(input: &str, body: &str) -> Vec<(String, String)> {
        let custom = format!("#   severity: low\n#   input: {input}\n#   help: H\n");
        let text =
            format!("# METADATA\n# title: T\n# description: D\n# custom:\n{custom}package rules.own.x\n\n{body}");
        let mut problems = Vec::new();
        own(&super::super::source::embedded(), vec![module("rules/own/x.rego", &text)], &mut problems);
        let place = |problem: &Problem| problem.span.map(|span| text[span.range()].to_string()).unwrap_or_default();
        problems.iter().map(|problem| (problem.message.clone(), place(problem))).collect()
    }

    #[test]
    fn a_module_that_keeps_to_the_contract_is_taken() {
        let body = "import data.data.default_passwords\n\ndeny contains {\"at\": s.at, \"message\": \"m\"} if {\n\tsome s in input.settings.all\n\ts.value in default_passwords\n\tinput.params.n\n}\n";
        assert_eq!(problems(body), []);
    }

    #[test]
    fn lists_are_declared_alone_or_with_their_section() {
        let budgets = "deny contains b if some b in input.workloads.budgets\n";
        let whole = "deny contains f(input.workloads) if true\n\nf(x) := x.all\n";
        let all = "deny contains s if some s in input.settings.all\n";
        let known = "deny contains s if some s in input.settings.known.db_url\n";
        let hosts = "deny contains s if some s in input.settings.inventory.unseen.db_url\n";
        for (input, body, expected) in [
            ("[workloads]", budgets, ""),
            ("[workloads.budgets]", budgets, ""),
            ("[workloads.all]", budgets, "`input.workloads.budgets` is read but not declared"),
            ("[workloads]", whole, ""),
            ("[workloads.all]", whole, "`input.workloads` is read but not declared"),
            (
                "[settings]\n#   roles: [jwt_secret]",
                known,
                "settings of the role `db_url` are read, which the rule does not name",
            ),
            (
                "[settings]\n#   roles: [jwt_secret]",
                hosts,
                "settings of the role `db_url` are read, which the rule does not name",
            ),
            ("[settings]\n#   roles: [db_url]", hosts, ""),
            (
                "[settings]\n#   roles: [jwt_secret]",
                all,
                "`input.settings.all` is read, which a rule with `roles` does not get",
            ),
        ] {
            let found: Vec<String> = problems_of(input, body).into_iter().map(|one| one.0).collect();
            let expected: Vec<&str> = Some(expected).filter(|expected| !expected.is_empty()).into_iter().collect();
            assert_eq!(found, expected, "{input}");
        }
    }

    #[test]
    fn circles_through_several_modules_are_found() {
        let lib = |topic: &str, other: &str, alias: &str| {
            let text = format!("package lib.{topic}\n\nimport data.lib.{other}{alias}\n\nf(x) := {other}.f(x)\n");
            module(&format!("lib/{topic}.rego"), &text)
        };
        let mut problems = Vec::new();
        let kept = own(&[], vec![lib("one", "two", ""), lib("two", "one", "")], &mut problems);
        let found: Vec<(&str, &str)> =
            problems.iter().map(|problem| (&*problem.path, problem.message.as_str())).collect();
        assert_eq!(found, [("lib/one.rego", "`f` calls itself"), ("lib/two.rego", "`f` calls itself")]);
        assert_eq!(kept.len(), 0);
    }

    #[test]
    fn each_offence_is_reported_at_its_place() {
        for (body, message, place) in [
            (
                "deny contains 1 if input.workloads.all\n",
                "`input.workloads` is read but not declared",
                "input.workloads.all",
            ),
            ("deny contains 1 if input.setings.all\n", "there is no section `setings`", "input.setings.all"),
            ("deny contains input\n", "`input` is used as a whole", "input"),
            ("deny contains 1 if { some k; input[k] }\n", "the section is computed", "input[k]"),
            (
                "import data.lib.nowhere\n\ndeny contains 1 if true\n",
                "nothing is called `data.lib.nowhere`",
                "import data.lib.nowhere",
            ),
            (
                "import data.rules.web.x\n\ndeny contains 1 if true\n",
                "`data.rules.web.x` cannot be imported",
                "import data.rules.web.x",
            ),
            ("f(x) := g(x)\n\ng(x) := f(x)\n", "`f` calls itself", "f(x) := g(x)"),
            ("deny contains [[[[[[[[[[[[[1]]]]]]]]]]]]]\n", "literals are nested more than 12 deep", "["),
        ] {
            let found = problems(body);
            assert!(found.iter().any(|one| one.0 == message && one.1.starts_with(place)), "{body}: {found:?}");
        }
        assert!(problems("deny contains {\n")[0].0.starts_with("is no valid Rego"));
    }
}
