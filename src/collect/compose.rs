use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::located::Dialect;

pub struct Compose;

impl Collector for Compose {
    fn section(&self) -> &'static str {
        "compose"
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
