use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::located::Dialect;

pub struct Gitignore;

impl Collector for Gitignore {
    fn section(&self) -> &'static str {
        "gitignore"
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    fn claims(&self, _path: &str) -> Claim {
        Claim::No
    }

    fn collect<'a>(&self, _bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        Contribution::default()
    }
}
