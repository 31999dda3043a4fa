//! Dockerfiles: stages, and what the last one leaves to the image; ENV and ARG are settings of the services that build it.

use std::borrow::Cow;

use schemars::SchemaGenerator;

use crate::artefact::{Artefact, Bundle};
use crate::collect::{Claim, Collector, Contribution, paths};
use crate::config::Config;
use crate::input::dockerfiles::{Dockerfile, Env, Stage, Text};
use crate::located::{Dialect, Value};
use crate::syntax::Format;

pub struct Dockerfiles;

impl Collector for Dockerfiles {
    fn section(&self) -> &'static str {
        "dockerfiles"
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
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
    for instruction in artefact.located.root()?.items() {
        let (Some(name), Some(body)) = (instruction.get("instruction"), instruction.get("text")) else { continue };
        let text = body.text().unwrap_or_default();
        if name.text() == Some("FROM") {
            stages.push(stage(&stages, text, body));
            continue;
        }
        let Some(stage) = stages.last_mut() else { continue };
        let said = Text { text: text.into(), at: body.into() };
        match name.text().unwrap_or_default() {
            "USER" => stage.user = Some(said),
            "HEALTHCHECK" => stage.healthcheck = Some(said),
            "EXPOSE" => stage.exposed.push(said),
            "ENV" => {
                for (name, value) in assignments(text) {
                    stage.env.retain(|known| known.name != name);
                    let value = Some(value).filter(|value| !value.contains('$')).map(Cow::Owned);
                    stage.env.push(Env { name: name.into(), value, at: body.into() });
                }
            }
            _ => {}
        }
    }
    (!stages.is_empty()).then(|| Dockerfile { path: artefact.path.clone(), stages })
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
                _ if c == '\\' && quote != Some('\'') => value.extend(chars.next().map(|(_, escaped)| escaped)),
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
    });
    stage.name = name.map(Cow::Borrowed);
    stage.at = at.into();
    stage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_images() {
        let found =
            |text| assignments(text).into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        assert_eq!(found("A=b C=\"d e\" F='g\\h' I=j\\ k"), ["A=b", "C=d e", "F=g\\h", "I=j k"]);
        assert_eq!(found("A b c"), ["A=b c"]);
        assert_eq!(found("A="), ["A="]);
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
