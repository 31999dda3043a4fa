//! A compose project: its files read, extended, included and merged into one effective configuration.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::compose::effective::{Content, Effective, Map};
use crate::collect::compose::{merge, normalise};
use crate::collect::interpolate::Variables;
use crate::collect::paths;
use crate::located::Value;
use crate::problem::{Problem, ProblemKind};

/// The sections and views that a broken project spoils.
pub const SPOILS: &[&str] = &["compose", "settings", "workloads", "edges", "deployments"];

/// Includes inside includes, and extensions of extensions.
const DEEPEST: usize = 32;

/// What an included project gives to the one that includes it.
const RESOURCES: &[&str] = &["services", "volumes", "networks", "secrets", "configs"];

/// Values that includes and extensions may copy in one project: a small file can ask for any number of copies.
const COPIES: usize = 500_000;

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
    let text: usize = env.iter().chain(files).map(|artefact| artefact.located.text.len()).sum();
    let none = Variables::for_texts(text);
    let mut loader = Loader {
        bundle,
        variables: none.with(env.and_then(|artefact| artefact.located.root())),
        problems: Vec::new(),
        artefacts: env.iter().map(|artefact| artefact.path.clone()).collect(),
        folder: folder.clone(),
        including: Vec::new(),
        others: HashMap::new(),
        room: COPIES,
    };
    let configuration = loader.files(files, &folder)?;
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
    /// Folder of the project, which the paths of env files are brought to.
    folder: String,
    /// First files of the projects that are being included, outermost first.
    including: Vec<Arc<str>>,
    /// Services of files that others extend, by path, as they are written under the variables at hand.
    others: HashMap<Arc<str>, Rc<Map<'a>>>,
    /// Values that includes and extensions may still copy.
    room: usize,
}

impl<'a> Loader<'a> {
    fn fault(&mut self, at: Value<'a>, message: String, help: &str) {
        let path = at.located().path.clone();
        let problem = Problem::new(ProblemKind::Fault, path, message).at(at.pointer()).help(help).spoils(SPOILS);
        self.problems.push(problem);
    }

    /// Takes room for copied values; false, with a fault, where there is none left.
    fn take(&mut self, values: usize, at: Value<'a>) -> bool {
        let enough = values < self.room;
        // What is too much once is so ever after, and is said once.
        let first = !enough && self.room > 0;
        self.room = if enough { self.room - values } else { 0 };
        if first {
            let message = format!("includes and extensions copy more than {COPIES} values");
            self.fault(at, message, "extend smaller services, and include a file once");
        }
        enough
    }

    /// Merges the files of a project whose own folder is `folder`.
    fn files(&mut self, files: &[&'a Artefact], folder: &str) -> Option<Effective<'a>> {
        let mut merged: Option<Effective<'a>> = None;
        for file in files {
            self.artefacts.push(file.path.clone());
            for document in file.located.documents().filter(|document| document.is_mapping()) {
                let mut read = Effective::read(document, &self.variables);
                self.normalise(&mut read, folder);
                // An included service may be extended, so includes come first.
                self.include(&mut read, folder);
                self.extend(&mut read, file, folder);
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

    /// Brings the services of a document to their long form, and takes out what is no service.
    fn normalise(&mut self, read: &mut Effective<'a>, folder: &str) {
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
        let mut broken = Vec::new();
        services.retain(|name, service| {
            let kept = service.map().is_some() || service.tag == Some("!reset");
            if !kept {
                broken.push((name.clone(), service.at));
            }
            kept
        });
        let way = paths::way(&self.folder, folder);
        services.values_mut().for_each(|service| normalise::service(service, &way, &self.variables));
        for (name, at) in broken {
            self.fault(at, format!("the service `{name}` is no mapping"), "give it at least an image or a build");
        }
    }

    /// Lays each service of a document on what it extends.
    fn extend(&mut self, read: &mut Effective<'a>, file: &'a Artefact, folder: &str) {
        let Content::Map(root) = &mut read.content else { return };
        let Some(Content::Map(services)) = root.get_mut("services").map(|services| &mut services.content) else {
            return;
        };
        if services.values().all(|service| service.get("extends").is_none()) {
            return;
        }
        let own = services.clone();
        for (name, service) in services.iter_mut().filter(|(_, service)| service.get("extends").is_some()) {
            let mut chain = vec![(file.path.clone(), name.to_string())];
            let written = std::mem::replace(service, Effective::new(Content::Null, service.at));
            *service = self.extended(written, &own, file, folder, &mut chain);
        }
    }

    fn extended(
        &mut self,
        mut service: Effective<'a>,
        own: &Map<'a>,
        file: &'a Artefact,
        folder: &str,
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
                let path = paths::join(folder, &other);
                match path.as_deref().and_then(|path| self.bundle.get(path)) {
                    Some(artefact) if artefact.located.section == "compose" => artefact,
                    _ if path.as_deref().is_some_and(|path| self.bundle.is_unreadable(path)) => return service,
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
            let base = own.get(&name).cloned();
            base.map(|base| self.extended(base, own, file, folder, chain))
        } else {
            let services = self.other(target_file, extends.at);
            let base = services.get(&name).cloned();
            let folder = paths::folder(&target_file.path);
            base.map(|base| self.extended(base, &services, target_file, folder, chain))
        };
        chain.pop();
        let Some(mut base) = found else {
            self.fault(extends.at, format!("there is no service `{name}` to extend"), "name a service of that file");
            return service;
        };
        if !self.take(base.size(), extends.at) {
            return service;
        }
        base.pass(extends.at, "extended here");
        merge::merge(base, service)
    }

    /// The services of another file, as it writes them.
    fn other(&mut self, file: &'a Artefact, at: Value<'a>) -> Rc<Map<'a>> {
        if let Some(known) = self.others.get(&file.path) {
            return known.clone();
        }
        self.artefacts.push(file.path.clone());
        let mut services = Map::new();
        if self.take(file.located.len(), at) {
            for document in file.located.documents().filter(|document| document.is_mapping()) {
                let mut read = Effective::read(document, &self.variables);
                self.normalise(&mut read, paths::folder(&file.path));
                if let Content::Map(root) = &mut read.content
                    && let Some(Content::Map(found)) = root.shift_remove("services").map(|services| services.content)
                {
                    services.extend(found);
                }
            }
        }
        let services = Rc::new(services);
        self.others.insert(file.path.clone(), services.clone());
        services
    }

    fn include(&mut self, read: &mut Effective<'a>, folder: &str) {
        let Content::Map(root) = &mut read.content else { return };
        let Some(include) = root.shift_remove("include") else { return };
        let entries = match include.content {
            Content::List(items) => items,
            _ => vec![include],
        };
        for entry in entries {
            if let Some(mut included) = self.included(&entry, folder) {
                // What stands beside the resources (`name`, extensions) stays with the included project.
                if let Content::Map(root) = &mut included.content {
                    root.retain(|key, _| RESOURCES.contains(&&**key));
                }
                let own = std::mem::replace(read, merge::empty(&included));
                *read = merge::merge(included, own);
            }
        }
    }

    /// The project that an entry of `include` names.
    fn included(&mut self, entry: &Effective<'a>, folder: &str) -> Option<Effective<'a>> {
        let mut files = Vec::new();
        for name in texts(entry.get("path").unwrap_or(entry)) {
            let path = paths::join(folder, &name);
            match path.as_deref().and_then(|path| self.bundle.get(path)) {
                Some(artefact) if artefact.located.section == "compose" => files.push(artefact),
                _ if path.as_deref().is_some_and(|path| self.bundle.is_unreadable(path)) => {}
                _ => {
                    let message = format!("the included file `{name}` is not there");
                    self.fault(entry.at, message, "add the file, or mend the path");
                }
            }
        }
        let first = files.first()?.path.clone();
        if self.including.contains(&first) || self.including.len() >= DEEPEST {
            self.fault(entry.at, "includes go in a circle".to_string(), "take one include out of the circle");
            return None;
        }
        if !self.take(files.iter().map(|file| file.located.len()).sum(), entry.at) {
            return None;
        }
        let own_folder = match entry.get("project_directory").and_then(Effective::text) {
            Some(directory) => paths::join(folder, &directory)?,
            None => paths::folder(&first).to_string(),
        };
        // An included project reads the env files that it is given, else the `.env` of its own folder.
        let given = entry.get("env_file").map(texts).unwrap_or_default();
        let env_files: Vec<Option<String>> = if given.is_empty() {
            vec![paths::join(&own_folder, ".env")]
        } else {
            given.iter().map(|path| paths::join(folder, path)).collect()
        };
        let outer = self.variables.clone();
        let others = std::mem::take(&mut self.others);
        for env in env_files.into_iter().flatten().filter_map(|path| self.bundle.get(&path)) {
            self.artefacts.push(env.path.clone());
            self.variables = self.variables.with(env.located.root());
        }
        self.including.push(first);
        let read = self.files(&files, &own_folder);
        self.including.pop();
        self.variables = outer;
        self.others = others;
        read
    }
}

/// The texts of a value that is one or a list of them.
fn texts<'a>(value: &Effective<'a>) -> Vec<Cow<'a, str>> {
    value.text().into_iter().chain(value.items().iter().filter_map(Effective::text)).collect()
}
