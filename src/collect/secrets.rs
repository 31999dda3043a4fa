//! Secrets: what was detected in every text, whoever reads it.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use schemars::SchemaGenerator;
use sha2::{Digest as _, Sha256};

use crate::artefact::{Bundle, SECRETS, Scanned};
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::input::deployments::Environment;
use crate::input::secrets::Secret;
use crate::input::{environment, roles};
use crate::located::{Dialect, Value};

pub struct Secrets;

impl Collector for Secrets {
    fn section(&self) -> &'static str {
        SECRETS
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    /// Texts are scanned as they are read, whatever else reads them.
    fn claims(&self, _path: &str) -> Claim {
        Claim::No
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let salt = salt();
        let found: Vec<Secret<'a>> = bundle
            .scanned()
            .iter()
            .flat_map(|scanned| secrets(scanned, &scanned.artefact.path, config.all, &salt))
            .collect();
        let code: Vec<Arc<str>> =
            bundle.scanned().iter().filter(|one| one.code).map(|one| one.artefact.path.clone()).collect();
        Contribution { beside: vec![("found", Box::new(found)), ("code", Box::new(code))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![
            ("found", generator.subschema_for::<Vec<Secret<'_>>>()),
            ("code", generator.subschema_for::<Vec<Arc<str>>>()),
        ]
    }
}

/// What makes digests of one run useless in another.
pub fn salt() -> [u8; 8] {
    RandomState::new().hash_one(0_u8).to_le_bytes()
}

/// What was detected in a text that stands at `path`, in the order of its detections.
pub fn secrets<'a>(scanned: &'a Scanned, path: &Arc<str>, all: bool, salt: &[u8]) -> Vec<Secret<'a>> {
    let artefact = &scanned.artefact;
    let text = &artefact.located.text;
    let places = artefact.located.root().map(Value::entries).unwrap_or_default();
    let environment = match environment::of_path(path) {
        Environment::Unknown if is_of_tests(path) => Environment::Test,
        environment => environment,
    };
    let secret = |((_, place), detection): ((&'a str, Value<'a>), &'a crate::secrets::Detection)| {
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update(text.get(detection.span.range()).unwrap_or_default());
        Secret {
            at: place.into(),
            path: path.clone(),
            detector: detection.detector.clone(),
            title: detection.title.clone(),
            key: detection.key.clone(),
            role: roles::of(&detection.key).role,
            strength: detection.strength,
            severity: detection.severity,
            length: detection.measures.length,
            entropy: (detection.measures.shannon_bits / detection.measures.length.max(1) as f64 * 100.0).round()
                / 100.0,
            digest: HEXLOWER.encode(&hash.finalize()[..8]),
            code: scanned.code,
            private: scanned.private,
            environment,
            judged: all || environment.judged(),
            template: environment::is_template(path),
            tracked: artefact.tracked,
            ignored: artefact.ignored,
        }
    };
    places.into_iter().zip(&scanned.detections).map(secret).collect()
}

/// Whether a file or a folder above it has a name that test data go by, beside those that name an environment.
fn is_of_tests(path: &str) -> bool {
    const WORDS: &[&str] = &[
        "spec",
        "specs",
        "fixture",
        "fixtures",
        "mock",
        "mocks",
        "testdata",
        "cassettes",
        "stub",
        "stubs",
        "conftest",
        "openapi",
        "swagger",
    ];
    path.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
}
