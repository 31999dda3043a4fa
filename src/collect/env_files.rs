//! Env files: names and values that containers, compose or an application read.

use std::sync::Arc;

use schemars::SchemaGenerator;

use crate::artefact::{Artefact, Bundle};
use crate::collect::interpolate::{Interpolated, Variables, interpolate};
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::env_files::{Credential, EnvFile};
use crate::input::settings::{Holder, Setting, State, Via};
use crate::input::{dsn, environment, references, roles};
use crate::located::{Dialect, Style, Value};
use crate::syntax::Format;

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
        // A value of another file is no file that git could ignore.
        let own = bundle.section(self.section()).filter(|artefact| artefact.located.part.is_none());
        let files: Vec<EnvFile<'a>> = own.filter_map(|artefact| env_file(artefact, config.all)).collect();
        Contribution { beside: vec![("all", Box::new(files))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("all", generator.subschema_for::<Vec<EnvFile<'_>>>())]
    }
}

/// What can be said of an env file; None for an unreadable one.
pub fn env_file(artefact: &Artefact, all: bool) -> Option<EnvFile<'_>> {
    let root = artefact.located.root()?;
    let entries = root.entries();
    let nothing_set = Variables::new(0);
    let credential = |(name, value): &(&'_ str, Value<'_>)| {
        let Interpolated { text, names, .. } = expand(*value, &nothing_set);
        let literal = |text: &str| !text.is_empty() && references::of(text).is_none();
        let meaning = roles::of(name);
        let inside = || {
            let worth = meaning.role == Some("db_url") || dsn::may_hold_password(&text);
            worth && dsn::password(&text).is_some_and(|password| literal(&password.text))
        };
        names.is_empty() && literal(&text) && (meaning.secret || inside())
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

/// The settings of an env file as an application that loads it sees them; a line may use what earlier lines set.
fn settings(artefact: &Artefact, deployment: Arc<str>) -> Vec<Setting<'_>> {
    let root = artefact.located.root();
    let known = Variables::for_texts(artefact.located.text.len()).with(root);
    let lines = root.map(Value::entries).unwrap_or_default().into_iter();
    lines.map(|(name, value)| setting(artefact, deployment.clone(), name, value, &known)).collect()
}

fn setting<'a>(
    artefact: &'a Artefact,
    deployment: Arc<str>,
    name: &'a str,
    value: Value<'a>,
    known: &Variables<'a>,
) -> Setting<'a> {
    let mut setting = Setting::new(deployment, (&*artefact.path).into(), name.into(), value.into());
    (setting.holder, setting.tracked) = (Holder::EnvFile, artefact.tracked);
    let Some(own) = known.get(name).filter(|own| !own.unknown) else { return setting };
    let used = expand(value, known);
    // What stands further down was not set yet when this line was read.
    let earlier = |name: &String| known.get(name.as_str()).filter(|set| set.place.span() < value.span());
    let places: Vec<Value<'a>> = used.names.iter().filter_map(earlier).map(|variable| variable.place).collect();
    match places.as_slice() {
        [place] if used.whole.is_some() => {
            setting.at = (*place).into();
            setting.via.push(Via { at: value.into(), label: "used here".into() });
        }
        places => setting.via.extend(places.iter().map(|place| Via { at: (*place).into(), label: "set here".into() })),
    }
    let state = if used.defaulted { State::Default } else { State::Literal };
    setting.with_value(own.text.clone(), state)
}

/// The value of a line with its variables replaced; single quotes keep it as it stands.
fn expand<'a>(value: Value<'a>, known: &Variables<'_>) -> Interpolated<'a> {
    let text = value.text().unwrap_or_default();
    match value.style() {
        Style::SingleQuoted => Interpolated { text: text.into(), ..Interpolated::default() },
        _ => interpolate(text, known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artefact::Tracked;

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

    fn artefact(text: &str) -> Artefact {
        let mut located = crate::syntax::parse(Format::Dotenv, ".env".into(), text.into(), Default::default()).located;
        located.section = "env_files";
        Artefact { path: ".env".into(), located, tracked: Tracked::Yes, ignored: false, given: true }
    }

    #[test]
    fn lines_use_what_earlier_ones_set() {
        let artefact = artefact(concat!(
            "PW=kT8vqLw02zPfR7mXeY\nURL=postgres://app:$PW@db/app\nALL=${STAR}\nSTAR=*\nORIGINS=$STAR\n",
            "LEVEL=${LOG:-debug}\nKEPT='a$PW'\nESCAPED=\"a\\$PW\"\nOUTSIDE\n",
        ));
        let (_, settings) = stray_settings(&artefact).expect("the file has lines");
        let root = artefact.located.root().expect("the file has lines");
        let found = |name: &str| {
            let setting = settings.iter().find(|setting| setting.name == name).expect("the line is there");
            (setting.state, setting.value.as_deref(), setting.at.0.key_text(), setting.via.len())
        };
        let url = Some("postgres://app:kT8vqLw02zPfR7mXeY@db/app");
        assert_eq!(found("URL"), (State::Literal, url, Some("URL"), 1));
        assert_eq!(found("ALL"), (State::Unknown, None, Some("ALL"), 0));
        assert_eq!(found("ORIGINS"), (State::Literal, Some("*"), Some("STAR"), 1));
        assert_eq!(found("LEVEL"), (State::Default, Some("debug"), Some("LEVEL"), 0));
        assert_eq!(found("KEPT"), (State::Literal, Some("a$PW"), Some("KEPT"), 0));
        assert_eq!(found("ESCAPED"), (State::Literal, Some("a$PW"), Some("ESCAPED"), 0));
        assert_eq!(found("OUTSIDE"), (State::Unknown, None, Some("OUTSIDE"), 0));
        assert_eq!(root.entries().len(), settings.len());
    }

    #[test]
    fn credentials_are_literals_whatever_signs_they_hold() {
        let artefact = artefact(concat!(
            "API_KEY='sup$er-9f8e7d6c'\nDB_PASSWORD=$OTHER\nJWT_SECRET=${X:-y}\nSMTP_PASSWORD=/run/secrets/smtp\n",
            "DATABASE_URL=postgres://u:p@db/x\nDB_URL=postgres://u:$DB_PASSWORD@db/x\nTOKEN=\nLOG_LEVEL=info\n",
            "AMQP_URL=amqp://u:p@mq\nMAIL=https://app.acme.io/@me\nREDIS_URL=redis://cache:6379\n",
        ));
        let file = env_file(&artefact, false).expect("the file has lines");
        let names: Vec<&str> = file.credentials.iter().map(|credential| &*credential.name).collect();
        assert_eq!(names, ["API_KEY", "DATABASE_URL", "AMQP_URL"]);
    }
}
