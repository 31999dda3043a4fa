//! METADATA comments to [`Rule`]: a closed schema, with every error at its place in the Rego file.

use std::sync::Arc;

use crate::input::{SECTIONS, lists, tables};
use crate::located::{Dialect, Limits, Span, Value};
use crate::problem::{Problem, ProblemKind};
use crate::rule::{AbsentIn, Need, NeededWhen, Param, Rule, Scope, Severity};
use crate::syntax::{Format, parse};

/// The rule of a Rego file by its METADATA, or everything that is wrong with it. `embedded` is the METADATA as JSON, where
/// it was made at build time.
pub fn read(
    file: &Arc<str>,
    text: &str,
    embedded: Option<&'static str>,
    id: &str,
    package: &str,
) -> Result<Rule, Vec<Problem>> {
    if let Some(json) = embedded {
        let located = tables::embedded(file, json);
        let block = Block { yaml: String::new(), lines: Vec::new() };
        let mut checker = Checker { file, block: &block, problems: Vec::new() };
        let rule = located.root().and_then(|root| checker.rule(root, id, package));
        return rule.filter(|_| checker.problems.is_empty()).ok_or(checker.problems);
    }
    let Some(block) = Block::find(text) else {
        return Err(vec![
            Problem::new(ProblemKind::Fault, file.clone(), "the rule has no METADATA").at(Span::default()).help(
                "begin the file with `# METADATA` and title, description, custom.severity, custom.input, custom.help",
            ),
        ]);
    };
    let parsed = parse(Format::Yaml, file.clone(), block.yaml.as_str().into(), Limits::default());
    let mut located = parsed.located;
    located.dialect = Dialect::Compose;
    let mut checker = Checker { file, block: &block, problems: Vec::new() };
    for fault in parsed.faults {
        checker.problem(fault.span, format!("METADATA {}", fault.message), fault.help);
    }
    let rule = located.root().and_then(|root| checker.rule(root, id, package));
    match rule {
        Some(rule) if checker.problems.is_empty() => Ok(rule),
        _ if checker.problems.is_empty() => Err(vec![
            Problem::new(ProblemKind::Fault, file.clone(), "METADATA is no mapping")
                .at(block.place(Span::default()))
                .help("write `# title: ...` and the other keys below `# METADATA`"),
        ]),
        _ => Err(checker.problems),
    }
}

/// The YAML of a METADATA block, and where each of its lines stands in the Rego file.
struct Block {
    yaml: String,
    /// Offset in the YAML, offset in the file.
    lines: Vec<(usize, usize)>,
}

impl Block {
    fn find(text: &str) -> Option<Self> {
        let mut block: Option<Block> = None;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let kept = line.trim_end();
            match (&mut block, kept.strip_prefix('#')) {
                (None, Some(comment)) if comment.trim() == "METADATA" => {
                    block = Some(Block { yaml: String::new(), lines: Vec::new() });
                }
                (Some(found), Some(comment)) => {
                    let content = comment.strip_prefix(' ').unwrap_or(comment);
                    found.lines.push((found.yaml.len(), at + kept.len() - content.len()));
                    found.yaml.push_str(content);
                    found.yaml.push('\n');
                }
                (Some(_), None) => break,
                // METADATA below the package would belong to a rule, not to the file.
                (None, None) if kept.starts_with("package ") => break,
                (None, _) => {}
            }
            at += line.len();
        }
        block
    }

    fn place(&self, span: Span) -> Span {
        let offset = |at: usize| {
            let line = self.lines.iter().rev().find(|(yaml, _)| *yaml <= at);
            line.map_or(0, |(yaml, file)| file + at - yaml)
        };
        Span::new(offset(span.start as usize), offset(span.end as usize))
    }
}

struct Checker<'c> {
    file: &'c Arc<str>,
    block: &'c Block,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn problem(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::new(ProblemKind::Fault, self.file.clone(), message);
        self.problems.push(problem.at(self.block.place(span)).help(help));
    }

    /// Reports keys that do not belong into a mapping.
    fn closed(&mut self, mapping: Value<'_>, known: &[&str]) {
        for (key, value) in mapping.entries() {
            if !known.contains(&key) {
                let span = value.key().map_or(value.span(), Value::span);
                self.problem(span, format!("METADATA has an unknown key `{key}`"), suggest(key, known));
            }
        }
    }

    fn text(&mut self, mapping: Value<'_>, key: &str, name: &str) -> Option<String> {
        match mapping.get(key) {
            Some(value) if value.text().is_some_and(|text| !text.trim().is_empty()) => {
                value.text().map(|text| text.trim().to_string())
            }
            Some(value) => {
                self.problem(value.pointer(), format!("`{name}` is no text"), "write a sentence");
                None
            }
            None => {
                self.problem(mapping.pointer(), format!("METADATA has no `{name}`"), format!("add `{name}`"));
                None
            }
        }
    }

    fn rule(&mut self, root: Value<'_>, id: &str, package: &str) -> Option<Rule> {
        if !root.is_mapping() {
            return None;
        }
        self.closed(root, &["title", "description", "related_resources", "custom"]);
        let title = self.text(root, "title", "title");
        let description = self.text(root, "description", "description");
        let links = root.get("related_resources").into_iter().flat_map(Value::items);
        let links = links.filter_map(|link| link.text().or_else(|| link.get("ref").and_then(Value::text)));
        let links = links.map(str::to_string).collect();
        let Some(custom) = root.get("custom").filter(|custom| custom.is_mapping()) else {
            self.problem(root.pointer(), "METADATA has no `custom`", "add `custom` with severity, input and help");
            return None;
        };
        self.closed(
            custom,
            &["severity", "input", "needs", "roles", "scope", "absent_in", "yields_to", "params", "help"],
        );
        let severity = self.choice(custom, "severity", SEVERITIES, None);
        let scope =
            self.choice(custom, "scope", &[("file", Scope::File), ("bundle", Scope::Bundle)], Some(Scope::File));
        let places = [("check", AbsentIn::Check), ("review", AbsentIn::Review)];
        let absent_in = self.choice(custom, "absent_in", &places, Some(AbsentIn::Check));
        let help = self.text(custom, "help", "custom.help");
        let input = self.sections(custom);
        let needs = self.needs(custom, &input);
        let params = self.params(custom);
        let roles = self.roles(custom);
        let yields_to = custom.get("yields_to").into_iter().flat_map(Value::items).filter_map(Value::text);
        let yields_to = yields_to.map(Into::into).collect();
        Some(Rule {
            id: id.into(),
            package: package.to_string(),
            title: title?,
            description: description?,
            links,
            severity: severity?,
            input,
            needs,
            roles,
            scope: scope?,
            absent_in: absent_in?,
            yields_to,
            params,
            help: help?,
            file: self.file.clone(),
        })
    }

    fn choice<T: Copy>(
        &mut self,
        custom: Value<'_>,
        key: &str,
        choices: &[(&str, T)],
        default: Option<T>,
    ) -> Option<T> {
        let Some(value) = custom.get(key) else {
            if default.is_none() {
                self.problem(
                    custom.pointer(),
                    format!("METADATA has no `custom.{key}`"),
                    format!("add `custom.{key}`"),
                );
            }
            return default;
        };
        let text = value.text().unwrap_or_default();
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(value.pointer(), format!("`custom.{key}` cannot be `{text}`"), suggest(text, &names));
        }
        found
    }

    fn sections(&mut self, custom: Value<'_>) -> Vec<String> {
        let Some(list) = custom.get("input").filter(|list| list.is_sequence()) else {
            self.problem(
                custom.pointer(),
                "METADATA has no list `custom.input`",
                "list the sections that the rule reads",
            );
            return Vec::new();
        };
        list.items().filter_map(|item| self.section(item)).collect()
    }

    fn section(&mut self, item: Value<'_>) -> Option<String> {
        let name = item.text().unwrap_or_default();
        let (top, list) = name.split_once('.').map_or((name, None), |(top, list)| (top, Some(list)));
        let (known, given) = match list {
            Some(list) if !lists(top).is_empty() => (lists(top), list),
            _ => (SECTIONS, top),
        };
        if known.contains(&given) {
            return Some(name.to_string());
        }
        self.problem(item.pointer(), format!("there is no section `{name}`"), suggest(given, known));
        None
    }

    fn needs(&mut self, custom: Value<'_>, input: &[String]) -> Vec<Need> {
        let mut needs = Vec::new();
        for item in custom.get("needs").into_iter().flat_map(Value::items) {
            let (name, when) = if item.is_mapping() {
                self.closed(item, &["section", "when"]);
                let choices = [("targets", NeededWhen::Targets), ("review", NeededWhen::Review)];
                (item.get("section"), self.choice(item, "when", &choices, Some(NeededWhen::Always)))
            } else {
                (Some(item), Some(NeededWhen::Always))
            };
            let section = match name {
                Some(name) => self.section(name),
                None => {
                    self.problem(item.pointer(), "an entry of `needs` names no section", "add `section`");
                    None
                }
            };
            if let (Some(section), Some(when)) = (section, when) {
                if !input.contains(&section) {
                    self.problem(
                        item.pointer(),
                        format!("`{section}` is needed but not read"),
                        "list it in `custom.input` too",
                    );
                }
                needs.push(Need { section, when });
            }
        }
        needs
    }

    fn roles(&mut self, custom: Value<'_>) -> Vec<String> {
        let known: Vec<&str> = crate::input::roles::names().collect();
        let items: Vec<Value<'_>> = custom.get("roles").into_iter().flat_map(Value::items).collect();
        for item in &items {
            let name = item.text().unwrap_or_default();
            if !known.contains(&name) {
                self.problem(item.pointer(), format!("no setting has the role `{name}`"), suggest(name, &known));
            }
        }
        items.into_iter().filter_map(Value::text).map(str::to_string).collect()
    }

    fn params(&mut self, custom: Value<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        for (name, value) in custom.get("params").map(Value::entries).unwrap_or_default() {
            if !value.is_mapping() {
                self.problem(value.pointer(), format!("the parameter `{name}` is no mapping"), PARAM_HELP);
                continue;
            }
            self.closed(value, &["default", "meaning", "unit"]);
            let Some(default) = value.get("default") else {
                self.problem(value.pointer(), format!("the parameter `{name}` has no default"), PARAM_HELP);
                continue;
            };
            let meaning = self.text(value, "meaning", &format!("params.{name}.meaning"));
            let unit = self.text(value, "unit", &format!("params.{name}.unit"));
            if let (Some(meaning), Some(unit), Ok(default)) = (meaning, unit, serde_json::to_value(default)) {
                params.push(Param { name: name.to_string(), default, meaning, unit });
            }
        }
        params
    }
}

const PARAM_HELP: &str = "give it `default`, `meaning` and `unit`";

/// The names of severities, mildest first.
pub const SEVERITIES: &[(&str, Severity)] = &[
    ("info", Severity::Info),
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

/// "did you mean", or what there is.
pub fn suggest(word: &str, known: &[&str]) -> String {
    let near = near(word, known);
    if near.is_empty() { format!("known are {}", known.join(", ")) } else { near }
}

/// "did you mean" with the known word that is written most alike, as a whole or behind its last `/`; empty if none is.
pub fn near(word: &str, known: &[&str]) -> String {
    let distance = |one: &str| {
        let last = one.rsplit('/').next().unwrap_or(one);
        strsim::damerau_levenshtein(word, one).min(strsim::damerau_levenshtein(word, last))
    };
    match known.iter().map(|one| (distance(one), one)).min() {
        Some((distance, one)) if distance <= 1 + word.chars().count() / 4 => format!("did you mean `{one}`?"),
        _ => String::new(),
    }
}

/// The same for the id of a rule, with where to find all of them.
pub fn near_rule(id: &str, ids: &[&str]) -> String {
    format!("{} `plimsoll rules` lists them all", near(id, ids)).trim_start().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# METADATA\n# title: T\n# description: D\n# custom:\n#   severity: high\n#   input: [settings, probes.tcp]\n#   needs: [probes.tcp]\n#   params:\n#     n: {default: 2, meaning: copies, unit: none}\n#   help: H\npackage rules.a.b\n";

    fn problems(text: &str) -> Vec<(String, String)> {
        let problems = read(&"a/b.rego".into(), text, None, "a/b", "data.rules.a.b").err().unwrap_or_default();
        let place = |problem: &Problem| problem.span.map(|span| text[span.range()].to_string()).unwrap_or_default();
        problems.iter().map(|problem| (problem.message.clone(), place(problem))).collect()
    }

    #[test]
    fn a_whole_block_is_read() {
        let rule = read(&"a/b.rego".into(), GOOD, None, "a/b", "data.rules.a.b").expect("it is right");
        assert_eq!((rule.severity, rule.input.len(), rule.needs.len()), (Severity::High, 2, 1));
        assert_eq!(rule.params[0].default, serde_json::json!(2));
    }

    #[test]
    fn the_nearest_word_is_meant() {
        let known = ["settings/debug-disabled", "web/cors-no-wildcard"];
        let meant = "did you mean `web/cors-no-wildcard`?";
        for (word, expected) in [
            ("web/cors-no-wildcards", meant),
            ("cors-no-wildcard", meant),
            ("cors-no-wilcard", meant),
            ("readiness", ""),
        ] {
            assert_eq!(near(word, &known), expected, "{word}");
        }
    }

    #[test]
    fn errors_stand_at_their_place() {
        for (from, to, message, place) in [
            ("title: T", "titel: T", "METADATA has an unknown key `titel`", "titel"),
            ("severity: high", "severity: hihg", "`custom.severity` cannot be `hihg`", "hihg"),
            ("[settings, probes.tcp]", "[setings, probes.tcp]", "there is no section `setings`", "setings"),
            ("[settings,", "[settings.al,", "there is no section `settings.al`", "settings.al"),
            ("unit: none", "units: none", "METADATA has an unknown key `units`", "units"),
            ("default: 2, ", "", "the parameter `n` has no default", "n"),
        ] {
            let found = problems(&GOOD.replace(from, to));
            assert!(found.contains(&(message.to_string(), place.to_string())), "{to}: {found:?}");
        }
        assert_eq!(problems("package rules.a.b\n")[0].0, "the rule has no METADATA");
    }
}
