//! What a team says of secrets in its own repository: further detectors, and what is accepted.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashSet;
use globset::GlobSet;
use regex::Regex;

use crate::located::Span;
use crate::secrets::detectors::Detector;
use crate::secrets::gitleaks::Gitleaks;
use crate::secrets::{Detection, Dropped, Strength, apart, known};

/// Further detectors, and what is accepted; nothing by default.
#[derive(Debug, Default)]
pub struct Control {
    pub detectors: Vec<Detector>,
    /// Whole values.
    pub values: HashSet<String>,
    /// Patterns that whole values match.
    pub patterns: Vec<Regex>,
    /// Names.
    pub keys: HashSet<String>,
    pub paths: GlobSet,
    /// What the configuration of gitleaks adds, where the repository has one.
    pub gitleaks: Option<Gitleaks>,
    /// What scans dropped, where somebody wants to know.
    pub dropped: Option<Mutex<Vec<Dropped>>>,
}

impl Control {
    /// What scans dropped so far, by its place.
    pub fn dropped(&self) -> Vec<Dropped> {
        let Some(list) = &self.dropped else { return Vec::new() };
        let mut list = list.lock().unwrap_or_else(PoisonError::into_inner).clone();
        list.sort();
        list.dedup();
        list
    }

    /// The secrets of a text, with what the team's own detectors find and without what it accepts.
    pub fn scan(&self, path: &str, text: &str) -> Vec<Detection> {
        if self.paths.is_match(path) || self.gitleaks.as_ref().is_some_and(|gitleaks| gitleaks.leaves_out(path)) {
            return Vec::new();
        }
        let mut found = match &self.dropped {
            None => super::scan(path, text),
            Some(list) => {
                let (found, dropped) = super::explained(path, text);
                list.lock().unwrap_or_else(PoisonError::into_inner).extend(dropped);
                found
            }
        };
        let before = found.len();
        for detector in &self.detectors {
            for literal in &detector.literals {
                let hits = text.match_indices(literal.as_str());
                let secrets = hits.filter_map(|(at, hit)| detector.at(path, text, at..at + hit.len()));
                found.extend(secrets.filter_map(|secret| known(detector, text, secret)));
            }
        }
        if let Some(gitleaks) = &self.gitleaks {
            found.extend(gitleaks.scan(path, text));
        }
        let mut found = if found.len() > before { apart(found) } else { found };
        found.retain(|detection| {
            let secret = text.get(detection.span.range()).unwrap_or_default();
            let accepted = self.values.contains(secret)
                || self.keys.contains(&detection.key)
                || self.patterns.iter().any(|pattern| pattern.is_match(secret))
                || self.gitleaks.as_ref().is_some_and(|gitleaks| gitleaks.accepts(path, text, detection));
            !accepted
        });
        found
    }
}

/// A detection by a rule of another scanner's configuration.
pub fn foreign(id: &str, title: &str, text: &str, place: std::ops::Range<usize>) -> Detection {
    Detection {
        detector: id.into(),
        title: Arc::from(if title.is_empty() { id } else { title }),
        span: Span::new(place.start, place.end),
        key: String::new(),
        context: vec![id.to_string()],
        strength: Strength::Known,
        severity: None,
        measures: crate::input::measures::of(&text[place], None),
        signals: vec![format!("the rule {id} of .gitleaks.toml matches")],
    }
}
