//! Variables of pipelines as settings, which only rules that ask for them judge.

use crate::artefact::Artefact;
use crate::collect::workflows::{github, gitlab};
use crate::input::settings::{Holder, Reach, Setting, State};
use crate::located::Value;

/// Contexts of GitHub that hold what is kept there, or what is made while a job runs.
const KEPT: &[&str] = &["secrets.", "steps.", "needs.", "jobs.", "github.token"];

/// The variables of a workflow or an action, its jobs and their steps, those of service containers too (which nobody
/// deploys); or those of a pipeline of GitLab and its jobs.
pub fn of(artefact: &Artefact) -> Vec<Setting<'_>> {
    let Some(root) = artefact.located.root() else { return Vec::new() };
    let mut found = Found { artefact, settings: Vec::new() };
    if github::is_workflow(&artefact.path) || root.get("runs").is_some() {
        found.of_github("", root.get("env"));
        for (name, job) in root.get("jobs").map(Value::entries).unwrap_or_default() {
            found.of_github(name, job.get("env"));
            found.of_github(name, job.path(&["container", "env"]));
            for (_, service) in job.get("services").map(Value::entries).unwrap_or_default() {
                found.of_github(name, service.get("env"));
            }
            found.steps(name, job.get("steps"));
        }
        found.steps("", root.path(&["runs", "steps"]));
    } else {
        let own = root.get("variables");
        found.of_gitlab("", own, own);
        for (name, job) in gitlab::jobs(root) {
            found.of_gitlab(name, job.get("variables"), own);
        }
    }
    found.settings
}

struct Found<'a> {
    artefact: &'a Artefact,
    settings: Vec<Setting<'a>>,
}

impl<'a> Found<'a> {
    fn steps(&mut self, job: &str, steps: Option<Value<'a>>) {
        for step in steps.into_iter().flat_map(Value::items) {
            self.of_github(job, step.get("env"));
        }
    }

    fn of_github(&mut self, job: &str, variables: Option<Value<'a>>) {
        for (name, value) in variables.map(Value::entries).unwrap_or_default() {
            let text = value.text().unwrap_or_default();
            let inside = text.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
            let kept = |expression: &str| {
                KEPT.iter().any(|context| expression.trim_start().starts_with(context)) && !expression.contains("||")
            };
            let state = match inside {
                Some(expression) if kept(expression) => State::Reference,
                _ if text.contains("${{") => State::Unknown,
                _ => State::Literal,
            };
            self.add(job, name, value, state);
        }
    }

    /// `$NAME` that the file does not set is a variable of the project, which GitLab keeps.
    fn of_gitlab(&mut self, job: &str, variables: Option<Value<'a>>, own: Option<Value<'a>>) {
        for (name, value) in variables.map(Value::entries).unwrap_or_default() {
            let value = value.get("value").unwrap_or(value);
            let text = value.text().unwrap_or_default();
            let inside = text.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
            let is_kept = |inside: &str| {
                inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && own.is_none_or(|own| own.get(inside).is_none())
            };
            let state = match inside {
                Some(inside) if is_kept(inside) => State::Reference,
                _ if text.contains('$') => State::Unknown,
                _ => State::Literal,
            };
            self.add(job, name, value, state);
        }
    }

    fn add(&mut self, job: &str, name: &'a str, value: Value<'a>, state: State) {
        let Some(text) = value.text() else { return };
        let path = &self.artefact.path;
        let consumer = if job.is_empty() { path.to_string() } else { format!("{path}: {job}") };
        let mut setting = Setting::new(path.clone(), consumer.into(), name.into(), value.into());
        (setting.reaches, setting.holder, setting.tracked) = (Reach::Ci, Holder::Workflow, self.artefact.tracked);
        setting.state = state;
        self.settings.push(if state == State::Literal { setting.with_value(text.into(), state) } else { setting });
    }
}
