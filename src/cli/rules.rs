//! `plimsoll rules` and `plimsoll explain`.

use std::io;
use std::sync::Arc;

use crate::cli::{BROKEN, Explain, FormatName, Rules, complain, print};
use crate::embedded::FIXTURES;
use crate::policy::Policies;
use crate::report::{concise, text};
use crate::rule::{AbsentIn, NeededWhen, Rule, metadata};

pub fn list(arguments: &Rules) -> io::Result<u8> {
    let Some(rules) = load(arguments) else { return Ok(BROKEN) };
    if matches!(arguments.format, FormatName::Json) {
        print(&json(&rules)?)?;
        return Ok(0);
    }
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let line =
        |rule: &Arc<Rule>| format!("{:<width$}  {:<8}  {}\n", rule.id, text::severity(rule.severity), rule.title);
    print(&rules.iter().map(line).collect::<String>())?;
    Ok(0)
}

pub fn explain(arguments: &Explain) -> io::Result<u8> {
    let Some(rules) = load(&arguments.rules) else { return Ok(BROKEN) };
    let Some(rule) = rules.iter().find(|rule| *rule.id == *arguments.rule) else {
        let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
        let near = metadata::near_rule(&arguments.rule, &ids);
        complain(&format!("plimsoll: no rule is called `{}`; {near}\n", arguments.rule));
        return Ok(BROKEN);
    };
    if matches!(arguments.rules.format, FormatName::Json) {
        print(&json(rule)?)?;
    } else {
        print(&page(rule))?;
    }
    Ok(0)
}

fn json<T: serde::Serialize>(value: &T) -> io::Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(io::Error::other)
}

fn load(arguments: &Rules) -> Option<Vec<Arc<Rule>>> {
    let (policies, problems) = Policies::load(&arguments.policies);
    for problem in &problems {
        complain(&format!(
            "{}: {}: {} ({})\n",
            problem.path,
            concise::kind(problem.kind),
            problem.message,
            problem.help
        ));
    }
    problems.is_empty().then(|| policies.rules().to_vec())
}

fn page(rule: &Rule) -> String {
    let mut out = format!(
        "{}\n{}, severity {}\n\nWhy\n{}\n\n",
        rule.title,
        rule.id,
        text::severity(rule.severity),
        prose(&rule.description)
    );
    out.push_str(&format!("What to write instead\n{}\n\n", prose(&rule.help)));
    out.push_str(&format!("Reads\n{}\n", prose(&rule.input.join(", "))));
    for need in &rule.needs {
        let when = match need.when {
            NeededWhen::Always => "",
            NeededWhen::Targets => " where the configuration names targets",
            NeededWhen::Review => " in review",
        };
        out.push_str(&indent(&format!("cannot pass without {}{when}", need.section)));
        out.push('\n');
    }
    if rule.absent_in == AbsentIn::Review {
        out.push_str(&indent("what is absent counts in review, and with --rule"));
        out.push('\n');
    }
    if !rule.params.is_empty() {
        out.push_str("\nParameters\n");
        for param in &rule.params {
            let unit = if param.unit == "none" { String::new() } else { format!(" {}", param.unit) };
            out.push_str(&prose(&format!("{} = {}{unit}: {}", param.name, param.default, param.meaning)));
            out.push('\n');
        }
    }
    let bad = failing(&rule.id);
    let good = bad.and_then(|bad| passing(&rule.id, bad.0));
    for (title, example) in [("Fails", bad), ("Passes", good)] {
        if let Some((path, text)) = example {
            out.push_str(&format!("\n{title} ({path})\n{}\n", indent(text)));
        }
    }
    if !rule.links.is_empty() {
        out.push_str(&format!("\nRead more\n{}\n", indent(&rule.links.join("\n"))));
    }
    out
}

/// A file of a fixture: its path inside the fixture, and its text.
type Example = (&'static str, &'static str);

/// What stands in a fixture beside each faulty line.
const MARK: &str = "NOT OK";

/// The files of a rule's fixture that show what it is about.
fn fixture(id: &str, kind: &str) -> impl Iterator<Item = Example> {
    let folder = format!("fixtures/{id}/{kind}/");
    let files = FIXTURES.iter();
    let texts =
        files.filter_map(move |(path, bytes)| Some((path.strip_prefix(&*folder)?, std::str::from_utf8(bytes).ok()?)));
    texts.filter(|(path, _)| *path != "plimsoll.yaml")
}

/// The smallest file with a marked line, or of those that have none (JSON); rather one with a counterpart that passes.
fn failing(id: &str) -> Option<Example> {
    let alone = |(path, text): &Example| !fixture(id, "good").any(|(other, good)| other == *path && good != *text);
    fixture(id, "bad").min_by_key(|file| (!file.1.contains(MARK), alone(file), file.1.len()))
}

/// The counterpart of a failing file: the one of its path, else of its name, else the smallest of its folder.
fn passing(id: &str, failing: &str) -> Option<Example> {
    let (folder, name) = failing.rsplit_once('/').unwrap_or(("", failing));
    let rank = |(path, text): &Example| {
        let (own_folder, own_name) = path.rsplit_once('/').unwrap_or(("", path));
        (*path != failing, own_name != name, own_folder != folder, text.len())
    };
    fixture(id, "good").min_by_key(rank)
}

/// A text in indented lines of at most 80 columns.
fn prose(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    indent(&lines.join("\n"))
}

fn indent(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}").trim_end().to_string()).collect::<Vec<_>>().join("\n")
}
