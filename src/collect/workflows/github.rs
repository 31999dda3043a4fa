//! Workflows of GitHub Actions, with the reusable workflows and composite actions of the tree followed.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>.

use crate::artefact::{Artefact, Bundle};
use crate::collect::paths;
use crate::collect::workflows::{commands, is};
use crate::input::pipelines::{Host, Neutered, Pipeline, Step, StepKind};
use crate::input::settings::Via;
use crate::located::Value;

/// Workflows that call workflows: GitHub allows ten levels.
const DEEPEST: usize = 10;

/// What starts a pipeline when code changes.
const ON_CHANGE: &[&str] = &["push", "pull_request", "pull_request_target", "merge_group"];

pub fn is_workflow(path: &str) -> bool {
    let folder = paths::folder(path);
    folder == ".github/workflows" || folder.ends_with("/.github/workflows")
}

/// The folder that holds `.github`, by which `./` in `uses` goes.
fn home(path: &str) -> &str {
    match path.find(".github/") {
        Some(at) => path[..at].trim_end_matches('/'),
        None => "",
    }
}

/// Paths of the files that `uses` may mean.
fn targets(uses: &str, from: &str) -> Vec<String> {
    let Some(local) = uses.strip_prefix("./") else { return Vec::new() };
    let Some(path) = paths::join(home(from), local) else { return Vec::new() };
    if path.ends_with(".yml") || path.ends_with(".yaml") {
        return vec![path];
    }
    vec![format!("{path}/action.yml"), format!("{path}/action.yaml")]
}

/// Files of the tree that a workflow or an action uses.
pub fn used(artefact: &Artefact) -> Vec<String> {
    let Some(root) = artefact.located.root() else { return Vec::new() };
    let jobs: Vec<Value<'_>> =
        root.get("jobs").map(Value::entries).unwrap_or_default().into_iter().map(|job| job.1).collect();
    let steps = jobs.iter().filter_map(|job| job.get("steps")).chain(root.path(&["runs", "steps"]));
    let uses = steps.flat_map(Value::items).chain(jobs.iter().copied()).filter_map(|one| one.get("uses")?.text());
    uses.flat_map(|uses| targets(uses, &artefact.path)).collect()
}

/// The pipeline of a workflow; None for one that only others call or people start.
pub fn pipeline<'a>(root: Value<'a>, bundle: &'a Bundle) -> Option<Pipeline<'a>> {
    let on = root.get("on")?;
    let events: Vec<&str> = match on.text() {
        Some(event) => vec![event],
        None if on.is_sequence() => on.items().filter_map(Value::text).collect(),
        None => on.entries().into_iter().map(|(event, _)| event).collect(),
    };
    if events.iter().all(|event| *event == "workflow_call") {
        return None;
    }
    let mut steps = Vec::new();
    let walk = Walk { bundle, neutered: None, via: Vec::new(), depth: 0 };
    walk.jobs(root, &mut steps);
    Some(Pipeline {
        host: Host::Github,
        at: on.key().unwrap_or(on).into(),
        on_change: events.iter().any(|event| ON_CHANGE.contains(event)),
        on_schedule: events.contains(&"schedule"),
        steps,
    })
}

#[derive(Clone)]
struct Walk<'a> {
    bundle: &'a Bundle,
    /// What neuters everything inside.
    neutered: Option<Neutered<'a>>,
    via: Vec<Via<'a>>,
    depth: usize,
}

impl<'a> Walk<'a> {
    fn jobs(&self, root: Value<'a>, steps: &mut Vec<Step<'a>>) {
        for (name, job) in root.get("jobs").map(Value::entries).unwrap_or_default() {
            let inside = self.inside(job);
            if let Some(uses) = job.get("uses") {
                inside.follow(name, uses, steps);
            }
            inside.steps(name, job.get("steps"), steps);
        }
    }

    fn steps(&self, job: &'a str, list: Option<Value<'a>>, steps: &mut Vec<Step<'a>>) {
        for step in list.into_iter().flat_map(Value::items) {
            let inside = self.inside(step);
            if let Some(uses) = step.get("uses") {
                inside.action(job, step, uses, steps);
            }
            if let Some(run) = step.get("run") {
                steps.extend(inside.script(job, run));
            }
        }
    }

    /// What a job or step says of its own failure.
    fn inside(&self, value: Value<'a>) -> Self {
        let mut walk = self.clone();
        let own = |key: &str, on: bool, by: &'static str| {
            value.get(key).filter(|at| is(*at, on)).map(|at| Neutered { at: at.into(), by })
        };
        let found = own("continue-on-error", true, "continue-on-error").or_else(|| own("if", false, "if: false"));
        walk.neutered = walk.neutered.or(found);
        walk
    }

    fn step(&self, job: &'a str, kind: StepKind, what: String, at: Value<'a>) -> Step<'a> {
        Step {
            job: job.into(),
            kind,
            what,
            at: at.into(),
            neutered: self.neutered,
            reports_only: false,
            via: self.via.clone(),
        }
    }

    fn script(&self, job: &'a str, run: Value<'a>) -> Vec<Step<'a>> {
        let commands = commands::of_script(run.text().unwrap_or_default()).into_iter();
        commands
            .filter_map(|command| {
                let mut step = self.step(job, command.kind?, command.what.clone(), run);
                let own = command.neutered.or_else(|| soft(command.text));
                step.neutered = step.neutered.or(own.map(|by| Neutered { at: run.into(), by }));
                step.reports_only = step.kind == StepKind::Scan && reports(&command.what, command.text);
                Some(step)
            })
            .collect()
    }

    fn action(&self, job: &'a str, step: Value<'a>, uses: Value<'a>, steps: &mut Vec<Step<'a>>) {
        let text = uses.text().unwrap_or_default();
        if text.starts_with("./") {
            return self.follow(job, uses, steps);
        }
        let Some(kind) = commands::of_action(text) else { return };
        let name = text.split('@').next().unwrap_or(text);
        let mut found = self.step(job, kind, name.to_string(), uses);
        let with = |key: &str| step.path(&["with", key]);
        let off = |key: &str, value: &str| with(key).filter(|at| at.text() == Some(value));
        let soft = off("exit-code", "0")
            .or_else(|| off("soft_fail", "true"))
            .or_else(|| off("fail-build", "false"))
            .or_else(|| off("fail_build", "false"));
        found.neutered = found.neutered.or(soft.map(|at| Neutered { at: at.into(), by: "its own option" }));
        let blocks = !name.contains("codeql") && !name.contains("scorecard") && !name.contains("sonar");
        let trivy_blocks = !name.contains("trivy") || with("exit-code").is_some_and(|at| at.text() != Some("0"));
        found.reports_only = kind == StepKind::Scan && !(blocks && trivy_blocks);
        steps.push(found);
    }

    /// A reusable workflow or a composite action.
    fn follow(&self, job: &'a str, uses: Value<'a>, steps: &mut Vec<Step<'a>>) {
        let text = uses.text().unwrap_or_default();
        let found = targets(text, &uses.located().path).into_iter().find_map(|path| self.bundle.get(&path));
        let root = found.and_then(|artefact| artefact.located.root()).filter(|_| self.depth < DEEPEST);
        let Some(root) = root else {
            steps.push(self.step(job, StepKind::Unknown, text.to_string(), uses));
            return;
        };
        let mut inside = self.clone();
        inside.depth += 1;
        inside.via.push(Via { at: uses.into(), label: "used here".into() });
        inside.jobs(root, steps);
        inside.steps(job, root.path(&["runs", "steps"]), steps);
    }
}

/// Flags of scanners and test runners that turn failures into success.
pub fn soft(command: &str) -> Option<&'static str> {
    let has = |flag: &str| command.split_whitespace().any(|word| word == flag);
    let zero = command.contains("--exit-code 0") || command.contains("--exit-code=0");
    if zero {
        return Some("--exit-code 0");
    }
    ["--soft-fail", "--exit-zero", "--no-fail"].into_iter().find(|flag| has(flag))
}

/// Scanners that end well whatever they find, unless a flag says otherwise.
pub fn reports(what: &str, command: &str) -> bool {
    let asked = |flag: &str| command.contains(flag);
    match what {
        "trivy" => !asked("--exit-code"),
        "grype" => !asked("--fail-on") && !asked("-f "),
        "docker scout" => !asked("--exit-code"),
        "semgrep" => !asked("semgrep ci") && !asked("--error"),
        "codeql" => true,
        _ => false,
    }
}
