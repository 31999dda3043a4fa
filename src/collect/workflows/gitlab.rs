//! Pipelines of GitLab CI, with local includes, `extends` and `!reference` followed.
//!
//! Source: <https://docs.gitlab.com/ci/yaml/>.

use crate::artefact::Bundle;
use crate::collect::paths;
use crate::collect::workflows::{commands, github, is};
use crate::input::pipelines::{Host, Neutered, Pipeline, Step, StepKind};
use crate::located::Value;

/// Keys at the top that are no jobs.
const GLOBAL: &[&str] = &[
    "include",
    "stages",
    "variables",
    "default",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "pages:deploy",
];

/// Jobs that extend jobs; includes that include.
const DEEPEST: usize = 11;

pub fn is_pipeline(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == ".gitlab-ci.yml" || name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml")
}

fn includes(root: Value<'_>) -> Vec<Value<'_>> {
    match root.get("include") {
        None => Vec::new(),
        Some(list) if list.is_sequence() => list.items().collect(),
        Some(one) => vec![one],
    }
}

/// The path of a local include.
fn local<'a>(include: Value<'a>) -> Option<&'a str> {
    let path = include.get("local").or(Some(include)).and_then(Value::text)?;
    (!path.contains("://")).then(|| path.trim_start_matches('/'))
}

/// Files of the tree that a pipeline includes.
pub fn included(root: Value<'_>) -> Vec<String> {
    includes(root).into_iter().filter_map(local).map(str::to_string).collect()
}

pub fn pipeline<'a>(root: Value<'a>, bundle: &'a Bundle) -> Pipeline<'a> {
    let mut walk = Walk { bundle, roots: Vec::new(), unseen: Vec::new(), scans: Vec::new() };
    walk.add(root, 0);
    let first = root.entries().first().map_or(root, |(_, value)| value.key().unwrap_or(*value));
    let mut steps = walk.scans.clone();
    steps.extend(
        walk.unseen
            .iter()
            .map(|at| step("include", StepKind::Unknown, at.text().unwrap_or("an include").to_string(), *at)),
    );
    let jobs: Vec<(&'a str, Value<'a>)> = walk.roots.iter().flat_map(|root| jobs(*root)).collect();
    for (name, job) in jobs.into_iter().filter(|(name, _)| !name.starts_with('.')) {
        walk.job(name, job, &mut steps);
    }
    Pipeline { host: Host::Gitlab, at: first.into(), on_change: true, on_schedule: false, steps }
}

/// The jobs of a file, and what only others extend.
pub fn jobs<'a>(root: Value<'a>) -> impl Iterator<Item = (&'a str, Value<'a>)> {
    root.entries().into_iter().filter(|(name, job)| !GLOBAL.contains(name) && job.is_mapping())
}

struct Walk<'a> {
    bundle: &'a Bundle,
    /// The pipeline and all that it includes; of two jobs of one name the first counts.
    roots: Vec<Value<'a>>,
    unseen: Vec<Value<'a>>,
    scans: Vec<Step<'a>>,
}

fn step<'a>(job: &'a str, kind: StepKind, what: String, at: Value<'a>) -> Step<'a> {
    Step { job: job.into(), kind, what, at: at.into(), neutered: None, reports_only: false, via: Vec::new() }
}

impl<'a> Walk<'a> {
    fn add(&mut self, root: Value<'a>, depth: usize) {
        self.roots.push(root);
        for include in includes(root) {
            let template = include.get("template").and_then(Value::text);
            if let Some(template) = template {
                // GitLab's own security templates run jobs that are allowed to fail.
                if ["SAST", "Secret-Detection", "Dependency-Scanning", "Container-Scanning", "DAST"]
                    .iter()
                    .any(|name| template.contains(name))
                {
                    let mut scan = step("include", StepKind::Scan, template.to_string(), include);
                    scan.reports_only = true;
                    self.scans.push(scan);
                }
                continue;
            }
            let found = local(include).filter(|_| include.get("project").is_none()).and_then(|path| {
                let glob = path.contains('*');
                paths::join("", path).filter(|_| !glob).and_then(|path| self.bundle.get(&path))
            });
            match found.and_then(|artefact| artefact.located.root()).filter(|_| depth < DEEPEST) {
                Some(inner) => self.add(inner, depth + 1),
                None => self.unseen.push(include),
            }
        }
    }

    fn named(&self, name: &str) -> Option<Value<'a>> {
        self.roots.iter().find_map(|root| root.get(name))
    }

    /// A key of a job, else of what it extends.
    fn key(&self, job: Value<'a>, key: &str, depth: usize) -> Option<Value<'a>> {
        if let Some(own) = job.get(key) {
            return Some(own);
        }
        let extends = job.get("extends").filter(|_| depth < DEEPEST)?;
        let names: Vec<&str> =
            extends.text().map_or_else(|| extends.items().filter_map(Value::text).collect(), |one| vec![one]);
        names.into_iter().rev().filter_map(|name| self.named(name)).find_map(|base| self.key(base, key, depth + 1))
    }

    fn job(&self, name: &'a str, job: Value<'a>, steps: &mut Vec<Step<'a>>) {
        let allowed = self.key(job, "allow_failure", 0).filter(|at| is(*at, true));
        let never = self.key(job, "when", 0).filter(|at| at.text() == Some("never"));
        let neutered = allowed
            .map(|at| Neutered { at: at.into(), by: "allow_failure" })
            .or(never.map(|at| Neutered { at: at.into(), by: "when: never" }));
        for key in ["before_script", "script"] {
            let Some(script) = self.key(job, key, 0) else { continue };
            let mut lines = Vec::new();
            self.lines(script, &mut lines, 0);
            for line in lines {
                for command in commands::of_script(line.text().unwrap_or_default()) {
                    let Some(kind) = command.kind else { continue };
                    let mut found = step(name, kind, command.what.clone(), line);
                    let own = command.neutered.or_else(|| github::soft(command.text));
                    found.neutered = neutered.or(own.map(|by| Neutered { at: line.into(), by }));
                    found.reports_only = kind == StepKind::Scan && github::reports(&command.what, command.text);
                    steps.push(found);
                }
            }
        }
        if self.key(job, "trigger", 0).is_some() {
            steps.push(step(name, StepKind::Unknown, "trigger".to_string(), job.key().unwrap_or(job)));
        }
    }

    /// The lines of a script; `!reference [job, script]` stands for those of another job.
    fn lines(&self, script: Value<'a>, lines: &mut Vec<Value<'a>>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        if script.tag() == Some("!reference") {
            let mut path = script.items().filter_map(Value::text);
            let target = path.next().and_then(|job| self.named(job));
            let found = target.zip(path.next()).and_then(|(job, key)| self.key(job, key, 0));
            if let Some(found) = found {
                self.lines(found, lines, depth + 1);
            }
        } else if script.is_sequence() {
            script.items().for_each(|item| self.lines(item, lines, depth + 1));
        } else {
            lines.push(script);
        }
    }
}
