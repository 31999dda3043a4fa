//! `secrets` of the config: a team's own detectors, and what it accepts.

use globset::{GlobBuilder, GlobSetBuilder};
use regex::Regex;

use crate::config::Reader;
use crate::located::Value;
use crate::problem::{Problem, ProblemKind};
use crate::secrets::control::Control;
use crate::secrets::detectors::Detector;

impl Reader<'_> {
    /// What the config says of secrets; paths begin with `prefix`.
    pub(super) fn secrets(&mut self, secrets: Value<'_>, prefix: &str) -> Control {
        let mut control = Control::default();
        if !self.closed(secrets, &["detectors", "allow"]) {
            return control;
        }
        for item in self.items(secrets.get("detectors")) {
            match Detector::read(item) {
                Ok(detector) => control.detectors.push(detector),
                Err((span, message)) => {
                    let problem =
                        Problem::new(ProblemKind::Fault, self.path.clone(), format!("the detector: {message}"));
                    self.problems.push(problem.at(span).help("CONTRIBUTING.md describes a detector's record"));
                }
            }
        }
        let Some(allow) = secrets.get("allow") else { return control };
        if !self.closed(allow, &["values", "keys", "paths"]) {
            return control;
        }
        for item in self.items(allow.get("values")) {
            let Some(value) = item.text() else {
                self.problem(item, "a text is wanted here", "write a value, or a pattern between slashes");
                continue;
            };
            match value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
                None => _ = control.values.insert(value.to_string()),
                Some(pattern) => match Regex::new(&format!("^(?:{pattern})$")) {
                    Ok(pattern) => control.patterns.push(pattern),
                    Err(_) => self.problem(item, "this is no regular expression", "mend it, or write the value itself"),
                },
            }
        }
        control.keys.extend(self.texts(allow.get("keys")));
        let mut paths = GlobSetBuilder::new();
        for item in self.items(allow.get("paths")) {
            let glob =
                item.text().map(|glob| GlobBuilder::new(&format!("{prefix}{glob}")).literal_separator(true).build());
            match glob {
                Some(Ok(glob)) => _ = paths.add(glob),
                _ => self.problem(item, "this is no glob", "write a path with `*`, `**` or `?`"),
            }
        }
        control.paths = paths.build().unwrap_or_default();
        control
    }
}
