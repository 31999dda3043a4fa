//! What of the jobs of a workflow does not fit together: names, needs, and what they use.

use std::collections::{HashMap, HashSet};

use super::{Checker, brief};
use crate::collect::workflows::shapes::{CALLING_JOB, Keys, STEPS_JOB};
use crate::located::Value;

pub(super) fn keys_of_job(job: Value<'_>) -> &'static Keys {
    const CALLING: &Keys = &CALLING_JOB;
    const STEPS: &Keys = &STEPS_JOB;
    if job.get("uses").is_some() { CALLING } else { STEPS }
}

pub(super) fn check<'a>(checker: &mut Checker<'a>, root: Value<'a>) {
    let Some(list) = root.get("jobs").filter(|jobs| jobs.is_mapping()) else { return };
    let jobs = list.entries();
    if jobs.is_empty() {
        checker.tell(list.pointer(), "it has no job".into(), "add a job, or delete the file");
    }
    for (name, job) in &jobs {
        identifier(checker, "a job", name, job.key().unwrap_or(*job));
        if let Some(uses) = job.get("uses") {
            called(checker, uses);
        }
        matrix(checker, *job);
        steps(checker, *job);
    }
    needs(checker, &jobs);
}

/// Names by which expressions ask for jobs and steps.
fn identifier(checker: &mut Checker<'_>, of: &str, name: &str, at: Value<'_>) {
    let mut letters = name.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let sound = first && letters.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !name.is_empty() && !sound {
        let help = "begin with a letter or `_`, and go on with letters, digits, `-` and `_`";
        checker.tell(at.pointer(), format!("`{}` cannot be the name of {of}", brief(name)), help);
    }
}

fn steps<'a>(checker: &mut Checker<'a>, job: Value<'a>) {
    let mut names = HashSet::new();
    let Some(steps) = job.get("steps").filter(|steps| steps.is_sequence()) else { return };
    if steps.items().next().is_none() {
        checker.tell(steps.pointer(), "the job has no steps".into(), "add a step, or delete the job");
    }
    for step in steps.items() {
        if let Some((id, name)) = step.get("id").and_then(|id| Some((id, id.text()?))) {
            identifier(checker, "a step", name, id);
            if !names.insert(name.to_lowercase()) {
                checker.tell(id.pointer(), format!("two steps have the id `{}`", brief(name)), "rename one of them");
            }
        }
        if let Some((uses, text)) = step.get("uses").and_then(|uses| Some((uses, uses.text()?))) {
            let local = text.starts_with("./") || text.starts_with("docker://");
            if !local && !text.is_empty() && !text.contains("${{") && !is_remote(text, 2) {
                let message = format!("`{}` names no action", brief(text));
                checker.tell(uses.pointer(), message, "write `owner/repository@ref`, `./path` or `docker://image`");
            }
        }
    }
}

/// Whether a text is `owner/repository/path@ref` with at least as many parts.
fn is_remote(text: &str, least: usize) -> bool {
    let Some((path, reference)) = text.split_once('@') else { return false };
    !reference.is_empty() && path.split('/').count() >= least && path.split('/').all(|part| !part.is_empty())
}

/// A workflow that a job calls; one of the same tree has no ref.
fn called(checker: &mut Checker<'_>, uses: Value<'_>) {
    let Some(text) = uses.text().filter(|text| !text.is_empty() && !text.contains("${{")) else { return };
    let local = text.starts_with("./") && !text.contains('@');
    if !local && (text.starts_with('.') || !is_remote(text, 3)) {
        let help = "write `./.github/workflows/file.yml`, or `owner/repository/.github/workflows/file.yml@ref`";
        checker.tell(uses.pointer(), format!("`{}` names no workflow", brief(text)), help);
    }
}

/// A dimension without values leaves no job to run.
fn matrix<'a>(checker: &mut Checker<'a>, job: Value<'a>) {
    for (name, values) in job.path(&["strategy", "matrix"]).map(Value::entries).unwrap_or_default() {
        let filter = name == "include" || name == "exclude";
        if !filter && values.is_sequence() && values.items().next().is_none() {
            checker.tell(values.pointer(), format!("`{}` of the matrix has no values", brief(name)), "list some");
        }
    }
}

fn needs<'a>(checker: &mut Checker<'a>, jobs: &[(&'a str, Value<'a>)]) {
    let index: HashMap<String, usize> =
        jobs.iter().enumerate().map(|(at, (name, _))| (name.to_lowercase(), at)).collect();
    let mut edges: Vec<Vec<usize>> = Vec::new();
    for (_, job) in jobs {
        let needs = job.get("needs");
        let list = needs.filter(|needs| needs.is_sequence()).into_iter().flat_map(Value::items);
        let named: Vec<Value<'a>> = list.chain(needs.filter(|needs| !needs.is_sequence())).collect();
        let mut found = Vec::new();
        for (value, name) in named.into_iter().filter_map(|value| Some((value, value.text()?))) {
            match index.get(&name.to_lowercase()) {
                Some(at) => found.push(*at),
                None if name.is_empty() => {}
                None => {
                    let message = format!("there is no job `{}` to wait for", brief(name));
                    checker.tell(value.pointer(), message, "name a job of this workflow");
                }
            }
        }
        edges.push(found);
    }
    // What waits for nothing that still waits can go, again and again; what is left stands in a circle or behind one.
    let mut waits: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (job, needed) in edges.iter().enumerate() {
        needed.iter().for_each(|needed| behind[*needed].push(job));
    }
    let mut free: Vec<usize> = (0..edges.len()).filter(|job| waits[*job] == 0).collect();
    while let Some(job) = free.pop() {
        for waiting in &behind[job] {
            waits[*waiting] -= 1;
            if waits[*waiting] == 0 {
                free.push(*waiting);
            }
        }
    }
    if let Some(first) = (0..edges.len()).find(|job| waits[*job] > 0) {
        let circle = circle(&edges, &waits, first);
        let names: Vec<&str> = circle.iter().map(|job| jobs[*job].0).collect();
        let start = circle.iter().min().copied().unwrap_or(first);
        let at = jobs[start].1.key().unwrap_or(jobs[start].1);
        let message = format!("jobs wait for each other: {}", names.join(" for "));
        checker.tell(at.pointer(), message, "take one of them out of `needs`");
    }
}

/// The circle that a job which never becomes free leads to; its first job comes last again.
fn circle(edges: &[Vec<usize>], waits: &[usize], first: usize) -> Vec<usize> {
    let (mut path, mut at) = (vec![first], first);
    let mut places: HashMap<usize, usize> = HashMap::from([(first, 0)]);
    while let Some(next) = edges[at].iter().copied().find(|job| waits[*job] > 0) {
        path.push(next);
        if let Some(before) = places.insert(next, path.len() - 1) {
            return path.split_off(before);
        }
        at = next;
    }
    path
}
