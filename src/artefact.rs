//! Artefacts: finding, classifying and reading the sources of a run.

use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::located::Located;

/// Whether git tracks a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tracked {
    Yes,
    No,
    /// Outside git, or git refuses to say.
    Unknown,
}

/// One source that was read.
#[derive(Debug)]
pub struct Artefact {
    /// Relative to the git root, else to the argument; with forward slashes.
    pub path: Arc<str>,
    pub located: Located,
    pub tracked: Tracked,
    /// Whether a `.gitignore` matches it.
    pub ignored: bool,
    /// Whether it lies in a PATH of the command line (and is not a neighbour, read for its effect on those).
    pub given: bool,
}

/// All artefacts of a run, sorted by path.
#[derive(Debug, Default)]
pub struct Bundle {
    artefacts: Vec<Artefact>,
    by_path: HashMap<Arc<str>, usize>,
    /// Whether the run's root is a git work tree that answers.
    pub in_git: bool,
}

impl Bundle {
    pub fn new(mut artefacts: Vec<Artefact>, in_git: bool) -> Self {
        artefacts.sort_by(|a, b| a.path.cmp(&b.path));
        let by_path = artefacts.iter().enumerate().map(|(n, artefact)| (artefact.path.clone(), n)).collect();
        Self { artefacts, by_path, in_git }
    }

    pub fn artefacts(&self) -> &[Artefact] {
        &self.artefacts
    }

    /// The artefact at a path of the run.
    pub fn get(&self, path: &str) -> Option<&Artefact> {
        self.by_path.get(path).map(|&n| &self.artefacts[n])
    }

    /// The artefacts of one section, sorted by path.
    pub fn section(&self, section: &str) -> impl Iterator<Item = &Artefact> {
        self.artefacts.iter().filter(move |artefact| artefact.located.section == section)
    }
}
