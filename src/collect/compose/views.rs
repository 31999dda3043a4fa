//! What a project contributes to the views.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::artefact::{Artefact, Bundle, Tracked};
use crate::collect::Contribution;
use crate::collect::compose::effective::Effective;
use crate::collect::compose::project::{Project, SPOILS};
use crate::collect::compose::{Planned, routers, services};
use crate::collect::dockerfiles;
use crate::collect::interpolate::{Variables, interpolate};
use crate::collect::paths;
use crate::input::dockerfiles::Stage;
use crate::input::edges::{Edge, EdgeKind};
use crate::input::products;
use crate::input::settings::{Holder, Reach, Setting, State, Via};
use crate::input::workloads::{Build, Container, ContainerRole, Platform, Workload};
use crate::located::{Style, Value};
use crate::problem::{Problem, ProblemKind};
use crate::syntax::dotenv::UNSET;

/// Adds the settings, workloads and edges of a project.
pub fn add<'a>(
    project: &Project<'a>,
    name: &Arc<str>,
    planned: &Planned<'a>,
    bundle: &'a Bundle,
    contribution: &mut Contribution<'a>,
) {
    let mut adder = Adder { project, name, bundle, contribution, variables: HashMap::new() };
    let services = project.configuration.get("services").and_then(Effective::map);
    for (service_name, service) in services.into_iter().flatten() {
        adder.environment(service_name.clone(), service);
        adder.build(service_name.clone(), service);
        adder.workload(service_name.clone(), service, planned.overlay);
    }
    if let Some(services) = services {
        adder.contribution.edges.extend(routers::edges(services, name));
    }
    adder.env(planned);
    if project.variables.exhausted()
        && let Some(env) = project.env
    {
        let message = "variables that hold one another add too much text, so what they set is unknown";
        let problem = Problem::new(ProblemKind::Limit, env.path.clone(), message);
        let help = "write the values out, or use each variable fewer times";
        adder.contribution.problems.push(problem.help(help).spoils(SPOILS));
    }
}

struct Adder<'p, 'a> {
    project: &'p Project<'a>,
    name: &'p Arc<str>,
    bundle: &'a Bundle,
    contribution: &'p mut Contribution<'a>,
    /// What the lines of an env file see, by the file's path.
    variables: HashMap<Arc<str>, Rc<Variables<'a>>>,
}

impl<'a> Adder<'_, 'a> {
    fn tracked(&self, at: Value<'_>) -> Tracked {
        self.bundle.get(&at.located().path).map_or(Tracked::Unknown, |artefact| artefact.tracked)
    }

    fn problem(&mut self, kind: ProblemKind, at: Value<'_>, message: String, help: &str) {
        let path = at.located().path.clone();
        let problem = Problem::new(kind, path, message).at(at.pointer()).help(help).spoils(SPOILS);
        self.contribution.problems.push(problem);
    }

    /// `environment` over `env_file`; of several files the last counts.
    fn environment(&mut self, service_name: Cow<'a, str>, service: &Effective<'a>) {
        let mut settings: IndexMap<Cow<'a, str>, Setting<'a>> = IndexMap::new();
        let image = service.get("image").and_then(Effective::text);
        let built = services::build(service, &self.project.folder).map(|build| self.staged(build));
        for variable in built.and_then(|build| build.stage).map(|stage| stage.env).unwrap_or_default() {
            let mut setting = self.setting(&service_name, variable.name.clone(), variable.at.0);
            setting.holder = Holder::Dockerfile;
            let given = |name: &String| service.path(&["build", "args", name]).is_some();
            let state = if variable.defaults_of.is_empty() { State::Literal } else { State::Default };
            let setting = match variable.value.filter(|_| !variable.defaults_of.iter().any(given)) {
                Some(value) => setting.with_value(value, state),
                None => setting,
            };
            settings.insert(variable.name, setting);
        }
        for file in service.get("env_file").map(Effective::items).unwrap_or_default() {
            let Some(artefact) = self.env_file(file) else { continue };
            let use_at = file.get("path").map_or(file.at, |path| path.at);
            let variables = self.variables_of(artefact);
            for (key, value) in artefact.located.root().map(Value::entries).unwrap_or_default() {
                let mut setting = self.setting(&service_name, Cow::Borrowed(key), value);
                setting.holder = Holder::EnvFile;
                setting.image.clone_from(&image);
                setting.via.push(Via { at: use_at.into(), label: format!("used by service {service_name}").into() });
                settings.insert(Cow::Borrowed(key), self.in_env_file(setting, value, &variables));
            }
        }
        for (key, value) in service.get("environment").and_then(Effective::map).into_iter().flatten() {
            let mut setting = self.setting(&service_name, key.clone(), value.at);
            setting.image.clone_from(&image);
            settings.insert(key.clone(), self.in_compose(setting, value));
        }
        self.contribution.settings.extend(settings.into_values());
    }

    fn variables_of(&mut self, file: &'a Artefact) -> Rc<Variables<'a>> {
        let known = self.variables.entry(file.path.clone());
        known.or_insert_with(|| Rc::new(self.project.variables.with(file.located.root()))).clone()
    }

    fn setting(&self, consumer: &Cow<'a, str>, name: Cow<'a, str>, at: Value<'a>) -> Setting<'a> {
        let mut setting = Setting::new(self.name.clone(), consumer.clone(), name, at.into());
        setting.tracked = self.tracked(at);
        setting
    }

    fn in_compose(&self, mut setting: Setting<'a>, value: &Effective<'a>) -> Setting<'a> {
        setting.holder = if value.at.located().section == "env_files" { Holder::EnvFile } else { Holder::Compose };
        setting.via.clone_from(&value.via);
        match value.text() {
            Some(text) if !value.is_unknown() => setting.with_value(text, value.state),
            // `/run/secrets/${NAME}` refers elsewhere whatever the name is.
            Some(text) if text.starts_with("/run/secrets/") => setting.with_value(text, State::Reference),
            _ => setting,
        }
    }

    /// A line of an env file, which sees `variables`: those of the project before those that stand above it in the file.
    fn in_env_file(&self, setting: Setting<'a>, value: Value<'a>, variables: &Variables<'a>) -> Setting<'a> {
        let raw = value.text().unwrap_or_default();
        if value.tag() == Some(UNSET) {
            return match self.project.variables.get(&setting.name) {
                Some(variable) => setting.with_value(variable.text.clone(), State::Literal),
                None => setting,
            };
        }
        if value.style() == Style::SingleQuoted || !raw.contains('$') {
            return setting.with_value(Cow::Borrowed(raw), State::Literal);
        }
        let found = interpolate(raw, &variables.before(value));
        if found.unknown { setting } else { setting.with_value(found.text, State::Literal) }
    }

    /// The env file that an entry names; a missing one is a problem, unless nobody expects it in the tree.
    fn env_file(&mut self, entry: &Effective<'a>) -> Option<&'a Artefact> {
        let path = entry.get("path").unwrap_or(entry);
        let text = path.text()?;
        if path.is_unknown() {
            self.problem(
                ProblemKind::Notice,
                path.at,
                "a variable that nothing sets names the env file, so what it sets is unknown".to_string(),
                "set the variable in `.env`",
            );
            return None;
        }
        let joined = paths::join(&self.project.folder, &text);
        if let Some(artefact) = joined.as_deref().and_then(|joined| self.bundle.get(joined)) {
            return Some(artefact);
        }
        let optional = entry.get("required").and_then(Effective::bool) == Some(false);
        let ignored = joined.as_deref().is_none_or(|joined| self.bundle.ignores(joined));
        if joined.as_deref().is_some_and(|joined| self.bundle.is_unreadable(joined)) {
            return None;
        }
        if optional || ignored {
            let message = format!("the env file `{text}` is not in the tree, so what it sets is unknown");
            self.problem(ProblemKind::Notice, path.at, message, "give it beside the compose file to have it judged");
        } else {
            let message = format!("the env file `{text}` is not there");
            self.problem(
                ProblemKind::Fault,
                path.at,
                message,
                "add it, write `required: false`, or let .gitignore match it",
            );
        }
        None
    }

    fn build(&mut self, service_name: Cow<'a, str>, service: &Effective<'a>) {
        for (key, value) in service.path(&["build", "args"]).and_then(Effective::map).into_iter().flatten() {
            let mut setting = self.setting(&service_name, key.clone(), value.at);
            setting.reaches = Reach::Build;
            let setting = self.in_compose(setting, value);
            self.contribution.settings.push(setting);
        }
    }

    /// A build with the stage of its Dockerfile, where the tree holds it.
    fn staged(&self, mut build: Build<'a>) -> Build<'a> {
        let artefact = self.bundle.get(&build.dockerfile).filter(|artefact| artefact.located.section == "dockerfiles");
        let Some(mut file) = artefact.and_then(dockerfiles::read) else { return build };
        let target = build.target.as_deref();
        let named = |stage: &Stage<'_>| stage.name.as_deref() == target;
        let index = target.and_then(|_| file.stages.iter().rposition(named)).unwrap_or(file.stages.len() - 1);
        build.stage = Some(Box::new(file.stages.swap_remove(index)));
        build
    }

    fn workload(&mut self, service_name: Cow<'a, str>, service: &Effective<'a>, overlay: bool) {
        let image = service.get("image");
        let image_text = image.filter(|image| !image.is_unknown()).and_then(Effective::text);
        let product = image_text.as_deref().and_then(products::of);
        let host_network = service.get("network_mode").and_then(Effective::text).as_deref() == Some("host");
        let (published, inside, invalid) = services::ports(service, host_network);
        for at in invalid {
            let message = format!("a port of service `{service_name}` is no port");
            self.problem(ProblemKind::Fault, at, message, "write `HOST:CONTAINER` with numbers from 1 to 65535");
        }
        let build = services::build(service, &self.project.folder).map(|build| Box::new(self.staged(build)));
        self.edges(
            service_name.clone(),
            service,
            product.as_ref().is_some_and(|product| product.kind == "proxy"),
            &published,
        );
        self.contribution.workloads.all.push(Workload {
            strategy: services::strategy(service, services::replicas(service, overlay).value).map(Box::new),
            replicas: services::replicas(service, overlay),
            containers: vec![Container {
                name: service_name.clone(),
                at: service.at.into(),
                role: ContainerRole::Main,
                image: image_text,
                image_at: image.map(|image| image.at.into()),
                product,
                command: match build.as_ref().and_then(|build| build.stage.as_deref()) {
                    Some(image) => services::command_with(service, image),
                    None => services::command(service),
                },
                ports: inside,
                unclear: Box::default(),
                resources: services::resources(service),
                liveness: None,
                readiness: None,
                startup: None,
                healthcheck: services::healthcheck(service).map(Box::new),
                mounts: services::mounts(service, &self.project.folder, self.project.configuration.get("configs")),
                build,
            }],
            published,
            host_network,
            labels: services::labels(service),
            aliases: services::aliases(service),
            overlay,
            ..Workload::new(self.name.clone(), Platform::Compose, "service".into(), service_name, service.at.into())
        });
    }

    /// A proxy that publishes 80 or 443.
    fn edges(
        &mut self,
        service_name: Cow<'a, str>,
        service: &Effective<'a>,
        proxy: bool,
        published: &[crate::input::workloads::PublishedPort<'a>],
    ) {
        let ports: BTreeSet<u16> = published
            .iter()
            .filter(|port| !port.loopback)
            .filter_map(|port| port.host_port)
            .filter(|port| matches!(port, 80 | 443))
            .collect();
        if proxy && !ports.is_empty() {
            let edge = Edge::new(self.name.clone(), EdgeKind::Proxy, service_name, service.at.into());
            let locations = routers::entry_point(service).into_iter().collect();
            self.contribution.edges.push(Edge { ports: ports.into_iter().collect(), locations, ..edge });
        }
    }

    /// The keys of the project's `.env`: those that interpolation uses, and those that an application may load itself.
    fn env(&mut self, planned: &Planned<'a>) {
        let Some(env) = self.project.env else { return };
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for artefact in self.project.artefacts.iter().filter_map(|path| self.bundle.get(path)) {
            names(&artefact.located.text, &mut used);
        }
        for file in &planned.files {
            names(&file.located.text, &mut used);
        }
        for (key, value) in env.located.root().map(Value::entries).unwrap_or_default() {
            let consumer = Cow::Borrowed(&*env.path);
            let mut setting = self.setting(&consumer, Cow::Borrowed(key), value);
            if used.contains(key) || key.starts_with("COMPOSE_") {
                setting.reaches = Reach::Interpolation;
            }
            let setting = self.in_env_file(setting, value, &self.project.variables);
            self.contribution.settings.push(setting);
        }
    }
}

/// The variable names that a text uses.
fn names<'t>(text: &'t str, used: &mut BTreeSet<&'t str>) {
    for (at, _) in text.match_indices('$') {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if length > 0 {
            used.insert(&rest[..length]);
        }
    }
}
