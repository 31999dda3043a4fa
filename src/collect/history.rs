//! History: what was detected in the texts that commits brought, if that was asked for.

use schemars::SchemaGenerator;

use crate::artefact::{Bundle, HISTORY, Past};
use crate::collect::{Claim, Collector, Contribution, secrets};
use crate::config::Config;
use crate::input::history::PastSecret;
use crate::located::Dialect;

pub struct Commits;

impl Collector for Commits {
    fn section(&self) -> &'static str {
        HISTORY
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    /// Commits are no files of the tree.
    fn claims(&self, _path: &str) -> Claim {
        Claim::No
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let Some(history) = &bundle.history else { return Contribution::default() };
        let salt = secrets::salt();
        let found: Vec<PastSecret<'a>> =
            history.past.iter().flat_map(|past| secrets_of(past, config.all, &salt)).collect();
        Contribution {
            beside: vec![
                ("found", Box::new(found)),
                ("commits", Box::new(history.commits)),
                ("texts", Box::new(history.texts)),
            ],
            ..Contribution::default()
        }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![
            ("found", generator.subschema_for::<Vec<PastSecret<'_>>>()),
            ("commits", generator.subschema_for::<usize>()),
            ("texts", generator.subschema_for::<usize>()),
        ]
    }
}

fn secrets_of<'a>(past: &'a Past, all: bool, salt: &[u8]) -> Vec<PastSecret<'a>> {
    let secrets = secrets::secrets(&past.scanned, &past.path, all, salt);
    let entry = |(secret, in_head): (_, &bool)| PastSecret {
        secret,
        commit: past.commit.clone(),
        date: past.date.clone(),
        in_head: *in_head,
    };
    secrets.into_iter().zip(&past.in_head).map(entry).collect()
}
