//! A compose project: its files read, extended, included and merged into one effective configuration.

use std::borrow::Cow;
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::compose::effective::{Content, Effective, Map};
use crate::collect::compose::interpolate::{Variables, variables};
use crate::collect::compose::{merge, normalise};
use crate::collect::paths;
use crate::located::Value;
use crate::problem::{Problem, ProblemKind};

/// The sections and views that a broken project spoils.
pub const SPOILS: &[&str] = &["compose", "settings", "workloads", "edges", "deployments"];

/// Includes inside includes, and extensions of extensions.
const DEEPEST: usize = 32;

/// A project as compose would run it.
pub struct Project<'a> {
    pub configuration: Effective<'a>,
    /// Paths of all files that it is made of, sorted.
    pub artefacts: Vec<Arc<str>>,
    pub variables: Variables<'a>,
    /// The project's `.env`, if there is one.
    pub env: Option<&'a Artefact>,
    /// Folder that paths of services are relative to.
    pub folder: String,
    pub problems: Vec<Problem>,
}

/// Loads the files of a project, the first one being its base.
pub fn load<'a>(bundle: &'a Bundle, files: &[&'a Artefact]) -> Option<Project<'a>> {
    let first = files.first()?;
    let folder = paths::folder(&first.path).to_string();
    let env = bundle.get(&paths::join(&folder, ".env")?).filter(|artefact| artefact.located.section == "env_files");
    let mut loader = Loader {
        bundle,
        variables: variables(env.and_then(|artefact| artefact.located.root())),
        problems: Vec::new(),
        artefacts: env.iter().map(|artefact| artefact.path.clone()).collect(),
    };
    let configuration = loader.files(files, 0)?;
    let Loader { variables, problems, mut artefacts, .. } = loader;
    artefacts.sort();
    artefacts.dedup();
    Some(Project { configuration, artefacts, variables, env, folder, problems })
}

struct Loader<'a> {
    bundle: &'a Bundle,
    variables: Variables<'a>,
    problems: Vec<Problem>,
    artefacts: Vec<Arc<str>>,
}

impl<'a> Loader<'a> {
    fn fault(&mut self, at: Value<'a>, message: String, help: &str) {
        let path = at.located().path.clone();
        let problem = Problem::new(ProblemKind::Fault, path, message).at(at.pointer()).help(help).spoils(SPOILS);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn files(&mut self, files: &[&'a Artefact], depth: usize) -> Option<Effective<'a>> {
        let mut merged: Option<Effective<'a>> = None;
        for file in files {
            self.artefacts.push(file.path.clone());
            for document in file.located.documents().filter(|document| document.is_mapping()) {
                let mut read = Effective::read(document, &self.variables);
                self.extend(&mut read, file);
                self.include(&mut read, file, depth);
                merged = Some(match merged {
                    None => read,
                    Some(base) => merge::merge(base, read),
                });
            }
        }
        if let Some(merged) = &mut merged {
            merge::drop_reset(merged);
        }
        merged
    }

    /// Normalises the services of one file and lays each on what it extends.
    fn extend(&mut self, read: &mut Effective<'a>, file: &'a Artefact) {
        let Content::Map(root) = &mut read.content else { return };
        let Some(services) = root.get_mut("services") else { return };
        let place = services.at;
        let Content::Map(services) = &mut services.content else {
            if !matches!(services.content, Content::Null) {
                self.fault(
                    place,
                    "`services` is no mapping".to_string(),
                    "name each service and indent what belongs to it",
                );
            }
            services.content = Content::Map(Map::new());
            return;
        };
        let broken: Vec<Cow<'a, str>> =
            services.iter().filter(|(_, service)| service.map().is_none()).map(|(name, _)| name.clone()).collect();
        for name in broken {
            if let Some(service) = services.shift_remove(&name) {
                self.fault(
                    service.at,
                    format!("the service `{name}` is no mapping"),
                    "give it at least an image or a build",
                );
            }
        }
        services.values_mut().for_each(normalise::service);
        let own = services.clone();
        let names: Vec<Cow<'a, str>> = services.keys().cloned().collect();
        for name in names {
            let mut chain = vec![(file.path.clone(), name.to_string())];
            if let Some(service) = own.get(&name).cloned() {
                let extended = self.extended(service, &own, file, &mut chain);
                services.insert(name, extended);
            }
        }
    }

    fn extended(
        &mut self,
        mut service: Effective<'a>,
        own: &Map<'a>,
        file: &'a Artefact,
        chain: &mut Vec<(Arc<str>, String)>,
    ) -> Effective<'a> {
        let Content::Map(map) = &mut service.content else { return service };
        let Some(extends) = map.shift_remove("extends") else { return service };
        let (name, other) = match &extends.content {
            Content::Map(map) => {
                (map.get("service").and_then(Effective::text), map.get("file").and_then(Effective::text))
            }
            _ => (extends.text(), None),
        };
        let Some(name) = name else {
            self.fault(extends.at, "`extends` names no service".to_string(), "write `extends: {service: NAME}`");
            return service;
        };
        let target_file = match other {
            None => file,
            Some(other) => {
                let path = paths::join(paths::folder(&file.path), &other);
                match path.as_deref().and_then(|path| self.bundle.get(path)) {
                    Some(artefact) if artefact.located.section == "compose" => artefact,
                    _ => {
                        let message = format!("the file `{other}` that `extends` names is not there");
                        self.fault(extends.at, message, "add the file, or mend the path");
                        return service;
                    }
                }
            }
        };
        let link = (target_file.path.clone(), name.to_string());
        if chain.contains(&link) || chain.len() > DEEPEST {
            self.fault(extends.at, format!("the service `{name}` extends itself"), "take one link out of the circle");
            return service;
        }
        chain.push(link);
        let found = if std::ptr::eq(target_file, file) {
            own.get(&name).cloned().map(|base| self.extended(base, own, file, chain))
        } else {
            self.artefacts.push(target_file.path.clone());
            let mut services = Map::new();
            for document in target_file.located.documents().filter(|document| document.is_mapping()) {
                if let Some(value) = document.get("services")
                    && let Content::Map(map) = Effective::read(value, &self.variables).content
                {
                    services.extend(map);
                }
            }
            services.values_mut().for_each(normalise::service);
            services.get(&name).cloned().map(|base| self.extended(base, &services, target_file, chain))
        };
        chain.pop();
        let Some(mut base) = found else {
            self.fault(extends.at, format!("there is no service `{name}` to extend"), "name a service of that file");
            return service;
        };
        // compose does not hand these on.
        if let Content::Map(base) = &mut base.content {
            for key in ["depends_on", "links", "volumes_from"] {
                base.shift_remove(key);
            }
        }
        base.pass(extends.at, "extended here");
        merge::merge(base, service)
    }

    fn include(&mut self, read: &mut Effective<'a>, file: &'a Artefact, depth: usize) {
        let Content::Map(root) = &mut read.content else { return };
        let Some(include) = root.shift_remove("include") else { return };
        if depth > DEEPEST {
            self.fault(include.at, "includes go in a circle".to_string(), "take one include out of the circle");
            return;
        }
        let entries = match include.content {
            Content::List(items) => items,
            _ => vec![include],
        };
        let mut included: Option<Effective<'a>> = None;
        for entry in entries {
            let names: Vec<Cow<'a, str>> = match entry.get("path").or(Some(&entry)) {
                Some(path) if !path.items().is_empty() => path.items().iter().filter_map(Effective::text).collect(),
                Some(path) => path.text().into_iter().collect(),
                None => Vec::new(),
            };
            let mut files = Vec::new();
            for name in names {
                let path = paths::join(paths::folder(&file.path), &name);
                match path.as_deref().and_then(|path| self.bundle.get(path)) {
                    Some(artefact) if artefact.located.section == "compose" => files.push(artefact),
                    _ if path.as_deref().is_some_and(|path| self.bundle.is_unreadable(path)) => {}
                    _ => {
                        let message = format!("the included file `{name}` is not there");
                        self.fault(entry.at, message, "add the file, or mend the path");
                    }
                }
            }
            // An included project reads the `.env` of its own folder where it has one.
            let own_env = files.first().and_then(|first| paths::join(paths::folder(&first.path), ".env"));
            let own_env = own_env.and_then(|path| self.bundle.get(&path));
            let outer = self.variables.clone();
            if let Some(env) = own_env {
                self.artefacts.push(env.path.clone());
                let mut own = variables(env.located.root());
                own.extend(outer.clone());
                self.variables = own;
            }
            if let Some(read) = self.files(&files, depth + 1) {
                included = Some(match included {
                    None => read,
                    Some(base) => merge::merge(base, read),
                });
            }
            self.variables = outer;
        }
        if let Some(included) = included {
            let own = std::mem::replace(read, merge::empty(&included));
            *read = merge::merge(included, own);
        }
    }
}
