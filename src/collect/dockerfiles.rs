//! Dockerfiles: stages, and what the last one leaves to the image; its ENV are settings of the services that build it, or of
//! a deployment of its own where none does.

use std::borrow::Cow;
use std::collections::HashMap;

use schemars::SchemaGenerator;

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, paths};
use crate::config::Config;
use crate::input::deployments::{Deployment, DeploymentKind};
use crate::input::dockerfiles::{Dockerfile, Env, Stage, Text};
use crate::input::environment;
use crate::input::settings::{Holder, Setting, State};
use crate::input::workloads::Word;
use crate::located::{Dialect, Value};
use crate::syntax::Format;

mod substitute;

pub struct Dockerfiles;

impl Collector for Dockerfiles {
    fn section(&self) -> &'static str {
        "dockerfiles"
    }

    fn views(&self) -> &'static [&'static str] {
        &["deployments", "settings"]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    fn claims(&self, path: &str) -> Claim {
        let name = path.rsplit('/').next().unwrap_or(path);
        let lower = name.to_ascii_lowercase();
        let own = ["dockerfile", "containerfile"].iter().any(|known| {
            lower == *known || lower.ends_with(&format!(".{known}")) || lower.starts_with(&format!("{known}."))
        });
        let other = [".dockerignore", ".md", ".j2", ".yml", ".yaml", ".sh", ".tpl", ".tmpl", ".template"];
        if own && !other.iter().any(|ending| lower.ends_with(ending)) {
            Claim::Yes(Format::Dockerfile)
        } else {
            Claim::No
        }
    }

    fn references(&self, artefact: &Artefact) -> Vec<crate::collect::Reference> {
        if artefact.located.section != "compose" {
            return Vec::new();
        }
        let folder = paths::folder(&artefact.path);
        let documents = artefact.located.documents();
        let services = documents.flat_map(|document| document.get("services").map(Value::entries).unwrap_or_default());
        let named = services.filter_map(|(_, service)| {
            let build = service.get("build")?;
            let context = build.get("context").or(Some(build)).and_then(Value::text).unwrap_or(".");
            let context = paths::join(folder, context)?;
            paths::join(&context, build.get("dockerfile").and_then(Value::text).unwrap_or("Dockerfile"))
        });
        let section = self.section();
        named.map(|path| crate::collect::Reference { path, section, format: Format::Dockerfile }).collect()
    }

    fn collect<'a>(&self, bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        let files: Vec<Dockerfile<'a>> = bundle.section(self.section()).filter_map(read).collect();
        if files.is_empty() {
            return Contribution::default();
        }
        Contribution { beside: vec![("all", Box::new(files))], ..Contribution::default() }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("all", generator.subschema_for::<Vec<Dockerfile<'_>>>())]
    }
}

/// A Dockerfile; None for one without stages.
pub fn read(artefact: &Artefact) -> Option<Dockerfile<'_>> {
    let mut stages: Vec<Stage<'_>> = Vec::new();
    let mut arguments = Arguments::default();
    for instruction in artefact.located.root()?.items() {
        let (Some(name), Some(body)) = (instruction.get("instruction"), instruction.get("text")) else { continue };
        let text = body.text().unwrap_or_default();
        if name.text() == Some("FROM") {
            stages.push(stage(&stages, text, body));
            arguments.begin();
            continue;
        }
        if name.text() == Some("ARG") {
            arguments.add(text);
            continue;
        }
        let Some(stage) = stages.last_mut() else { continue };
        let said = Text { text: text.into(), at: body.into() };
        match name.text().unwrap_or_default() {
            "USER" => stage.user = Some(said),
            "HEALTHCHECK" => stage.healthcheck = Some(said),
            "EXPOSE" => stage.exposed.push(said),
            "ENTRYPOINT" => {
                // What an image brings with it as CMD goes with its own ENTRYPOINT.
                if !std::mem::replace(&mut arguments.commanded, true) {
                    stage.command.clear();
                }
                stage.entrypoint = words(text, body);
            }
            "CMD" => {
                arguments.commanded = true;
                stage.command = words(text, body);
            }
            "ENV" => {
                // A line sees what the lines before it set, and not what it sets itself.
                let known = stage.env.clone();
                for (name, value) in assignments(text) {
                    stage.env.retain(|known| known.name != name);
                    let found = substitute::value(&value, name, &known, &arguments.known);
                    let (value, defaults_of) = found.map_or((None, Vec::new()), |(value, of)| (Some(value.into()), of));
                    stage.env.push(Env { name: name.into(), value, defaults_of, at: body.into() });
                }
            }
            _ => {}
        }
    }
    (!stages.is_empty()).then(|| Dockerfile { path: artefact.path.clone(), stages })
}

/// What a Dockerfile that no service builds contributes: a deployment of its own.
pub fn stray_settings(artefact: &Artefact) -> Option<(Deployment<'_>, Vec<Setting<'_>>)> {
    let stage = read(artefact)?.stages.pop()?;
    let deployment = Deployment {
        name: artefact.path.clone(),
        kind: DeploymentKind::Dockerfile,
        environment: environment::of_path(&artefact.path),
        judged: false,
        artefacts: vec![artefact.path.clone()],
        at: artefact.located.root()?.into(),
    };
    let consumer: &str = &artefact.path;
    let mut settings = Vec::with_capacity(stage.env.len());
    for variable in stage.env {
        let mut setting = Setting::new(deployment.name.clone(), consumer.into(), variable.name, variable.at);
        (setting.holder, setting.tracked) = (Holder::Dockerfile, artefact.tracked);
        let state = if variable.defaults_of.is_empty() { State::Literal } else { State::Default };
        settings.push(match variable.value {
            Some(value) => setting.with_value(value, state),
            None => setting,
        });
    }
    Some((deployment, settings))
}

/// Build arguments that a stage may use.
#[derive(Default)]
struct Arguments {
    /// Those of the file, before its first stage.
    of_file: HashMap<String, String>,
    /// Those of the stage with their defaults.
    known: HashMap<String, Option<String>>,
    in_stage: bool,
    /// Whether the stage has an ENTRYPOINT or a CMD of its own.
    commanded: bool,
}

impl Arguments {
    fn begin(&mut self) {
        self.known.clear();
        (self.in_stage, self.commanded) = (true, false);
    }

    /// `ARG NAME`, `ARG NAME=default`; what stands before the first stage counts where a stage names it again.
    fn add(&mut self, text: &str) {
        if !text.contains('=') {
            for name in text.split_whitespace() {
                self.known.insert(name.to_string(), self.of_file.get(name).cloned());
            }
            return;
        }
        for (name, value) in assignments(text) {
            let plain = Some(value).filter(|value| !value.contains('$'));
            if self.in_stage {
                self.known.insert(name.to_string(), plain);
            } else if let Some(value) = plain {
                self.of_file.insert(name.to_string(), value);
            }
        }
    }
}

/// The words of the form in JSON; of the form for a shell the whole line.
fn words<'a>(text: &'a str, at: Value<'a>) -> Vec<Word<'a>> {
    let listed: Option<Vec<String>> = serde_json::from_str(text).ok();
    match listed {
        Some(words) => words.into_iter().map(|word| Word { text: word.into(), at: at.into() }).collect(),
        None => vec![Word { text: text.into(), at: at.into() }],
    }
}

/// `A=b C="d e"`, or the old form `A b c`.
fn assignments(text: &str) -> Vec<(&str, String)> {
    let first = text.split([' ', '\t']).next().unwrap_or_default();
    if !first.contains('=') {
        let (name, value) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        return vec![(name, value.trim().to_string())];
    }
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let mut value = String::new();
        let mut quote = None;
        let mut end = after.len();
        let mut chars = after.char_indices();
        while let Some((at, c)) = chars.next() {
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '"' | '\'') => quote = Some(c),
                None if c.is_whitespace() => {
                    end = at;
                    break;
                }
                _ if c == '\\' && quote != Some('\'') => {
                    let escaped = chars.next().map(|(_, escaped)| escaped);
                    // The sign of a variable stays what it was: no name begins with a backslash.
                    value.extend((escaped == Some('$')).then_some("$\\").into_iter().flat_map(str::chars));
                    value.extend(escaped.filter(|escaped| *escaped != '$'));
                }
                _ => value.push(c),
            }
        }
        found.push((name.trim(), value));
        rest = after[end..].trim_start();
    }
    found
}

/// `image AS name`, where the image may be an earlier stage, whose settings go on.
fn stage<'a>(earlier: &[Stage<'a>], text: &'a str, at: Value<'a>) -> Stage<'a> {
    let mut words = text.split_whitespace();
    let image = words.next().unwrap_or_default();
    let name = words.next().filter(|word| word.eq_ignore_ascii_case("as")).and(words.next());
    let base =
        earlier.iter().rev().find(|stage| stage.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(image)));
    let mut stage = base.cloned().unwrap_or(Stage {
        name: None,
        at: at.into(),
        base: image.into(),
        user: None,
        healthcheck: None,
        exposed: Vec::new(),
        env: Vec::new(),
        entrypoint: Vec::new(),
        command: Vec::new(),
    });
    stage.name = name.map(Cow::Borrowed);
    stage.at = at.into();
    stage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artefact::Tracked;

    #[test]
    fn variables_of_images() {
        let found =
            |text| assignments(text).into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        assert_eq!(found("A=b C=\"d e\" F='g\\h' I=j\\ k"), ["A=b", "C=d e", "F=g\\h", "I=j k"]);
        assert_eq!(found("A b c"), ["A=b c"]);
        assert_eq!(found("A="), ["A="]);
    }

    fn artefact(text: &str) -> Artefact {
        let parsed = crate::syntax::parse(Format::Dockerfile, "Dockerfile".into(), text.into(), Default::default());
        let mut located = parsed.located;
        located.section = "dockerfiles";
        Artefact { path: "Dockerfile".into(), located, tracked: Tracked::Yes, ignored: false, given: true }
    }

    #[test]
    fn variables_and_arguments_are_filled_in() {
        let artefact = artefact(concat!(
            "ARG LEVEL=debug\nARG ONLY=file\nFROM a AS base\nARG GONE=x\nENV A=1\n",
            "FROM base\nARG LEVEL\nARG GIVEN\nENV B=${A}2 C=$LEVEL D=$GIVEN E=$GONE\n",
            "ENV PATH=/opt:$PATH F=$ONLY G=$B-${NONE:-y} H=\"a\\$b\"\n",
        ));
        let (deployment, settings) = stray_settings(&artefact).expect("the file has a stage");
        assert_eq!((deployment.kind, &*deployment.name), (DeploymentKind::Dockerfile, "Dockerfile"));
        let found: Vec<_> = settings.iter().map(|one| (&*one.name, one.state, one.value.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("A", State::Literal, Some("1")),
                ("B", State::Literal, Some("12")),
                ("C", State::Default, Some("debug")),
                ("D", State::Unknown, None),
                ("E", State::Unknown, None),
                ("PATH", State::Literal, Some("/opt:")),
                ("F", State::Unknown, None),
                ("G", State::Literal, Some("12-y")),
                ("H", State::Unknown, None),
            ]
        );
    }

    #[test]
    fn the_command_of_the_last_stage() {
        for (text, expected) in [
            ("FROM a\nENTRYPOINT [\"x\", \"-y\"]\nCMD [\"z\"]\n", "x -y|z"),
            ("FROM a\nCMD run --reload && x\n", "|run --reload && x"),
            ("FROM a AS b\nCMD [\"old\"]\nFROM b\nENTRYPOINT [\"new\"]\n", "new|"),
            ("FROM a AS b\nCMD [\"old\"]\nFROM b\n", "|old"),
            ("FROM a\nCMD [\"z\"]\nENTRYPOINT [\"x\"]\n", "x|z"),
        ] {
            let artefact = artefact(text);
            let stage = read(&artefact).and_then(|mut file| file.stages.pop()).expect("the file has a stage");
            let line = |words: &[Word<'_>]| words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ");
            assert_eq!(format!("{}|{}", line(&stage.entrypoint), line(&stage.command)), expected, "{text}");
        }
    }

    #[test]
    fn names_of_dockerfiles() {
        for path in ["Dockerfile", "api/Dockerfile.prod", "api.dockerfile", "Containerfile"] {
            assert_eq!(Dockerfiles.claims(path), Claim::Yes(Format::Dockerfile), "{path}");
        }
        for path in [".dockerignore", "Dockerfile.md", "dockerfiles.go", "Dockerfile.j2"] {
            assert_eq!(Dockerfiles.claims(path), Claim::No, "{path}");
        }
    }
}
