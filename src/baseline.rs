//! Baselines: findings that a team knows of, so that only new ones count.
//!
//! A baseline holds no secret and no line number: a finding is known again by its rule, its path and the keys that lead to
//! it. A secret of high entropy has a keyed digest besides, so that a new one at an old place is new; a weaker one could be
//! guessed from a digest and is known by its place alone, so that the file may be public.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::artefact::Bundle;
use crate::mask::Mask;
use crate::problem::{Problem, ProblemKind};
use crate::verdict::{Finding, Outcome, Status};

/// Version of the format.
const SCHEMA: u32 = 1;

/// Shannon estimate of a value in bits from which on a digest of it tells nothing to those who guess.
const GUESSABLE: f64 = 64.0;

/// Findings that are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: u32,
    /// Keys the digests, so that equal secrets of two repositories do not look alike.
    key: String,
    findings: Vec<Known>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    rule: String,
    path: String,
    /// The keys that lead to it inside the file.
    place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// For those who review the file; a finding is known again without it.
    message: String,
}

impl Baseline {
    /// A baseline that knows nothing yet.
    pub fn empty() -> Self {
        let mut hash = Sha256::new();
        for n in 0..4_u8 {
            hash.update(RandomState::new().hash_one(n).to_le_bytes());
        }
        Self { schema: SCHEMA, key: HEXLOWER.encode(&hash.finalize()[..16]), findings: Vec::new() }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, in a sentence with its place.
    pub fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let help = "write it anew with --write-baseline";
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("the baseline {shown} cannot be read: {error} ({help})"))?;
        let baseline: Self = serde_json::from_str(&text).map_err(|error| {
            format!("{shown}:{}:{}: the baseline is broken: {error} ({help})", error.line(), error.column())
        })?;
        match baseline.schema {
            SCHEMA => Ok(baseline),
            other => Err(format!("{shown}: the baseline has the schema {other}, and {SCHEMA} is known ({help})")),
        }
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The file's text.
    pub fn text(&self) -> String {
        // The type has no part that fails.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Marks the open findings that are known; those of the baseline that are gone, of rules and files that were looked at.
    pub fn apply(&self, outcomes: &mut [Outcome], bundle: &Bundle, looked_at: &dyn Fn(&str) -> bool) -> usize {
        type Place = (String, String, String, Option<String>);
        let place = |one: &Known| (one.rule.clone(), one.path.clone(), one.place.clone(), one.digest.clone());
        let mut known: BTreeMap<Place, bool> = self.findings.iter().map(|one| (place(one), false)).collect();
        for finding in outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings) {
            let one = (
                finding.rule.to_string(),
                finding.path.to_string(),
                finding.place.clone(),
                self.digest(finding, bundle),
            );
            if let Some(seen) = known.get_mut(&one) {
                *seen = true;
                if finding.status == Status::Open {
                    finding.status = Status::Baselined;
                    finding.reason = Some("the baseline knows it".to_string());
                }
            }
        }
        let decided = |rule: &str| outcomes.iter().any(|outcome| *outcome.rule.id == *rule);
        known.iter().filter(|((rule, path, ..), seen)| !**seen && decided(rule) && looked_at(path)).count()
    }

    /// The same baseline with what a run found instead of what it knew.
    pub fn renewed(&self, outcomes: &[Outcome], bundle: &Bundle, mask: &Mask) -> Self {
        let findings = outcomes.iter().flat_map(|outcome| &outcome.findings);
        let kept = findings.filter(|finding| matches!(finding.status, Status::Open | Status::Baselined));
        let mut findings: Vec<Known> = kept
            .map(|finding| Known {
                rule: finding.rule.to_string(),
                path: finding.path.to_string(),
                place: finding.place.clone(),
                digest: self.digest(finding, bundle),
                message: mask.text(&finding.message),
            })
            .collect();
        findings.sort();
        findings.dedup();
        Self { findings, ..self.clone() }
    }

    /// A digest of the secret at a finding's place, if it is one that nobody guesses.
    fn digest(&self, finding: &Finding, bundle: &Bundle) -> Option<String> {
        // Other rules say of a place what holds whatever stands there.
        let scanned = bundle.scan(&finding.path).filter(|_| !finding.why.is_empty())?;
        let detection = scanned.detections.iter().find(|detection| detection.span == finding.span)?;
        let secret = scanned.artefact.located.text.get(detection.span.range())?;
        let mut hash = Sha256::new();
        // The key is of fixed length, and what follows it is hashed whole.
        hash.update(self.key.as_bytes());
        hash.update(secret.as_bytes());
        (detection.measures.shannon_bits >= GUESSABLE).then(|| HEXLOWER.encode(&hash.finalize()[..16]))
    }
}

/// What to say of findings that are gone.
pub fn fixed(path: &Path, count: usize) -> Option<Problem> {
    let message = match count {
        0 => return None,
        1 => "1 finding of the baseline is fixed".to_string(),
        n => format!("{n} findings of the baseline are fixed"),
    };
    let shown: Arc<str> = path.file_name().unwrap_or_default().to_string_lossy().as_ref().into();
    Some(Problem::new(ProblemKind::Notice, shown, message).help("write it anew with --write-baseline"))
}
