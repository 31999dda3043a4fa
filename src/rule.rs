//! Rules as their METADATA describes them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::{HISTORY, SECRETS};

pub mod metadata;

/// How much a finding matters, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// What a rule looks at in one evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// One artefact with its effective configuration: may be evaluated in parts, and on single files.
    File,
    /// Correlates: whole trees only.
    Bundle,
}

/// The command in which findings of absence count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AbsentIn {
    Check,
    Review,
}

/// When a needed section is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NeededWhen {
    Always,
    /// Only where the config names targets.
    Targets,
    /// Only in `review`.
    Review,
}

/// A section without which a rule cannot pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    pub section: String,
    pub when: NeededWhen,
}

/// A parameter of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Param {
    pub name: String,
    pub default: serde_json::Value,
    pub meaning: String,
    /// Unit of the value; `none` where it has none.
    pub unit: String,
}

/// One requirement, as the METADATA of its Rego file describes it.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// E.g. `web/cors-no-wildcard`.
    pub id: Arc<str>,
    /// E.g. `data.rules.web.cors_no_wildcard`.
    pub package: String,
    pub title: String,
    /// Why it matters to whoever runs the service.
    pub description: String,
    /// Links to read more.
    pub links: Vec<String>,
    pub severity: Severity,
    /// Sections that it reads, as dotted names (`settings`, `workloads.budgets`, `probes.tcp`).
    pub input: Vec<String>,
    pub needs: Vec<Need>,
    /// Roles of the settings that it reads; it is given no others, and is idle where none has them. Empty for all.
    pub roles: Vec<String>,
    pub scope: Scope,
    pub absent_in: AbsentIn,
    /// Rules whose findings it does not repeat: what overlaps one of theirs is left to them, and then it does not pass.
    pub yields_to: Vec<Arc<str>>,
    pub params: Vec<Param>,
    /// What to write instead.
    pub help: String,
    /// Path of its Rego file; built-in ones begin with `policies/`.
    pub file: Arc<str>,
}

impl Rule {
    /// Whether it has something to say of a part of a tree: it looks at one artefact at a time, or at texts, which are whole.
    pub fn judges_parts(&self) -> bool {
        let of_text = |input: &String| matches!(input.split('.').next(), Some(SECRETS | HISTORY));
        self.scope == Scope::File || self.input.iter().all(of_text)
    }

    /// Whether it declares a section, or a list of it: `workloads` and `workloads.budgets` both do for that list.
    pub fn reads(&self, section: &str, list: Option<&str>) -> bool {
        self.input.iter().any(|name| match name.strip_prefix(section) {
            Some("") => true,
            Some(rest) => rest.strip_prefix('.').is_some_and(|own| list.is_none_or(|list| list == own)),
            None => false,
        })
    }
}
