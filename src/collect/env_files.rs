//! Env files: names and values that containers, compose or an application read.

use schemars::SchemaGenerator;

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::env_files::{Credential, EnvFile};
use crate::input::settings::{Holder, Setting, State};
use crate::input::{environment, measures, roles};
use crate::located::{Dialect, Value};
use crate::syntax::Format;
use crate::syntax::dotenv::UNSET;

/// Endings of names that are code or markup, whatever stands before them.
const CODE: &[&str] = &[
    "py", "js", "cjs", "mjs", "ts", "tsx", "jsx", "go", "rb", "sh", "bash", "json", "yaml", "yml", "toml", "md", "rs",
    "php", "java", "kt", "cs", "html", "css", "vue", "tf", "tpl", "j2", "rst", "txt", "lock", "svg", "ps1", "mk",
];

pub struct EnvFiles;

impl Collector for EnvFiles {
    fn section(&self) -> &'static str {
        "env_files"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "settings"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    fn claims(&self, path: &str) -> Claim {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut parts = name.split('.');
        let ending = parts.next_back().unwrap_or_default();
        let is_code = name.contains('.') && CODE.contains(&ending.to_ascii_lowercase().as_str());
        let named_env = name.split('.').any(|part| part == "env");
        if named_env && !is_code { Claim::Yes(Format::Dotenv) } else { Claim::No }
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a> {
        let files: Vec<EnvFile<'a>> =
            bundle.section(self.section()).filter_map(|artefact| env_file(artefact, config.all)).collect();
        Contribution { beside: vec![("all", Box::new(files))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("all", generator.subschema_for::<Vec<EnvFile<'_>>>())]
    }
}

fn env_file(artefact: &Artefact, all: bool) -> Option<EnvFile<'_>> {
    let root = artefact.located.root()?;
    let entries = root.entries();
    let credential = |(name, value): &(&'_ str, Value<'_>)| {
        let text = value.text().unwrap_or_default();
        let literal = !text.is_empty() && !text.contains('$') && !text.starts_with("/run/secrets/");
        let meaning = roles::of(name);
        let is_one = meaning.secret || meaning.role == Some("db_url") && measures::credentials(text).is_some();
        literal && is_one
    };
    let environment = environment::of_path(&artefact.path);
    let credentials = entries.iter().filter(|entry| credential(entry));
    Some(EnvFile {
        path: artefact.path.clone(),
        at: root.into(),
        template: environment::is_template(&artefact.path),
        environment,
        judged: all || environment.judged(),
        tracked: artefact.tracked,
        ignored: artefact.ignored,
        credentials: credentials
            .map(|(name, value)| Credential { name: (*name).into(), at: (*value).into() })
            .collect(),
    })
}

/// What an env file that no deployment uses contributes: a deployment of its own, None for an unreadable one.
pub fn stray_settings(artefact: &Artefact) -> Option<(Deployment<'_>, Vec<Setting<'_>>)> {
    let root = artefact.located.root()?;
    let deployment = Deployment {
        name: artefact.path.clone(),
        kind: DeploymentKind::EnvFile,
        environment: environment::of_path(&artefact.path),
        judged: false,
        artefacts: vec![artefact.path.clone()],
        at: root.into(),
    };
    let name = deployment.name.clone();
    Some((deployment, settings(artefact, name)))
}

/// The settings of an env file as an application that loads it sees them.
pub fn settings(artefact: &Artefact, deployment: std::sync::Arc<str>) -> Vec<Setting<'_>> {
    let entries = artefact.located.root().map(Value::entries).unwrap_or_default();
    entries
        .into_iter()
        .map(|(name, value)| {
            let at = value.into();
            let mut setting = Setting::new(deployment.clone(), (&*artefact.path).into(), name.into(), at);
            (setting.holder, setting.tracked) = (Holder::EnvFile, artefact.tracked);
            let text = value.text().unwrap_or_default();
            if value.tag() == Some(UNSET) || text.contains("${") || text.starts_with('$') {
                return setting;
            }
            setting.with_value(text.into(), State::Literal)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn env_files_are_known_by_name() {
        for path in [".env", "a/.env.production", "prod.env", "api.env.local", "env", "env.prod", ".env.example"] {
            assert_eq!(EnvFiles.claims(path), Claim::Yes(Format::Dotenv), "{path}");
        }
        for path in
            ["env.py", ".env.ts", "environment", "src/env.go", "my.env.json", "env.rb", ".envrc", "environment.prod"]
        {
            assert_eq!(EnvFiles.claims(path), Claim::No, "{path}");
        }
    }
}
