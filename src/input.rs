//! The input document: one section for each kind of artefact and one for each view, as rules see it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::artefact::{Artefact, Bundle};
use crate::collect::{COLLECTORS, Collector, Contribution, proxies};
use crate::config::Config;
use crate::input::deployments::Deployment;
use crate::input::edges::Edge;
use crate::input::settings::{Settings, Via};
use crate::input::workloads::Workloads;
use crate::located::{Span, Step, Value};
use crate::problem::Problem;

pub mod connections;
pub mod deployments;
pub mod dockerfiles;
pub mod dsn;
pub mod edges;
pub mod env_files;
pub mod environment;
pub mod exposure;
pub mod guards;
pub mod history;
pub mod inventories;
pub mod measures;
pub mod origins;
pub mod pipelines;
pub mod placeholders;
pub mod products;
pub mod realms;
pub mod references;
pub mod roles;
pub mod scheduling;
pub mod secrets;
pub mod settings;
pub mod shared;
pub mod tables;
pub mod workloads;

mod parts;
mod sections;

pub use parts::Part;
pub use sections::{Asked, BY_ROLE, Entry, SECTIONS, VIEWS, lists};

/// Something that serialises, of whatever type.
pub type Any<'a> = Box<dyn erased_serde::Serialize + Send + Sync + 'a>;

/// Everything that is known of the deployments under review.
pub struct InputDocument<'a> {
    pub bundle: &'a Bundle,
    pub deployments: Vec<Deployment<'a>>,
    pub settings: Settings<'a>,
    pub workloads: Workloads<'a>,
    pub edges: Vec<Edge<'a>>,
    /// Whether single files were given: then only what touches them is judged.
    pub only_given: bool,
    /// Deployments that an artefact is part of, by its path.
    owners: HashMap<Arc<str>, Vec<usize>>,
    /// What collectors put beside the files of their sections.
    beside: BTreeMap<&'static str, Vec<(&'static str, Any<'a>)>>,
}

/// A place that a route leads to.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    pub path: Arc<str>,
    pub span: Span,
    /// The value itself; None where the route names something absent and the place is its parent's.
    pub value: Option<Value<'a>>,
}

/// What the views know of a place.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// The places that the value passed through, of all its consumers.
    pub via: Vec<Via<'a>>,
    pub deployments: BTreeSet<Arc<str>>,
}

impl<'a> InputDocument<'a> {
    /// Lets every collector contribute and completes the views.
    pub fn build(bundle: &'a Bundle, config: &Config) -> (Self, Vec<Problem>) {
        let mut document = InputDocument {
            bundle,
            deployments: Vec::new(),
            settings: Settings::default(),
            workloads: Workloads::default(),
            edges: Vec::new(),
            only_given: false,
            owners: HashMap::new(),
            beside: BTreeMap::new(),
        };
        let mut problems = Vec::new();
        for collector in COLLECTORS {
            document.add(*collector, collector.collect(bundle, config), &mut problems);
        }
        document.add_stray_env_files();
        document.add_stray_images();
        let environments = proxies::Environments::new(bundle, &document.workloads, &document.settings.all);
        document.edges.extend(proxies::edges(bundle, &environments));
        exposure::complete(&mut document.edges, &document.workloads, &mut document.deployments);
        for deployment in &mut document.deployments {
            deployment.judged = config.all || deployment.environment.judged();
        }
        document.deployments.sort_by(|a, b| a.name.cmp(&b.name));
        for (n, deployment) in document.deployments.iter().enumerate() {
            for path in &deployment.artefacts {
                document.owners.entry(path.clone()).or_default().push(n);
                // What was rendered belongs to the files that it comes from.
                for path in bundle.trace(path).into_iter().flat_map(|trace| trace.texts.keys()) {
                    document.owners.entry(path.clone()).or_default().push(n);
                }
            }
        }
        settings::complete(&mut document.settings.all, bundle);
        connections::complete(&mut document.settings.all, &document.workloads);
        let with_edge: HashSet<Arc<str>> = document.edges.iter().map(|edge| edge.deployment.clone()).collect();
        for workload in &mut document.workloads.all {
            workload.edge_in_deployment = with_edge.contains(&workload.deployment);
        }
        (document, problems)
    }

    fn add(&mut self, collector: &dyn Collector, contribution: Contribution<'a>, problems: &mut Vec<Problem>) {
        append(&mut self.deployments, contribution.deployments);
        append(&mut self.settings.all, contribution.settings);
        append(&mut self.workloads.all, contribution.workloads.all);
        append(&mut self.workloads.services, contribution.workloads.services);
        append(&mut self.workloads.autoscalers, contribution.workloads.autoscalers);
        append(&mut self.workloads.budgets, contribution.workloads.budgets);
        append(&mut self.workloads.network_policies, contribution.workloads.network_policies);
        append(&mut self.workloads.namespaces, contribution.workloads.namespaces);
        append(&mut self.edges, contribution.edges);
        if !contribution.beside.is_empty() {
            self.beside.insert(collector.section(), contribution.beside);
        }
        problems.extend(contribution.problems);
    }

    /// An env file that no deployment uses is read by something that the tree does not show: it is its own deployment.
    fn add_stray_env_files(&mut self) {
        let used: HashSet<Arc<str>> =
            self.deployments.iter().flat_map(|deployment| deployment.artefacts.iter().cloned()).collect();
        for artefact in self.bundle.section("env_files") {
            if used.contains(&artefact.path) || environment::is_template(&artefact.path) {
                continue;
            }
            if let Some((deployment, settings)) = crate::collect::env_files::stray_settings(artefact) {
                self.deployments.push(deployment);
                self.settings.all.extend(settings);
            }
        }
    }

    /// A Dockerfile that no service builds makes an image that something deploys which the tree does not show.
    fn add_stray_images(&mut self) {
        let containers = self.workloads.all.iter().flat_map(|workload| &workload.containers);
        let built: HashSet<String> =
            containers.filter_map(|container| Some(container.build.as_ref()?.dockerfile.to_string())).collect();
        for artefact in self.bundle.section("dockerfiles").filter(|artefact| !built.contains(&*artefact.path)) {
            if let Some((deployment, settings)) = crate::collect::dockerfiles::stray_settings(artefact) {
                self.deployments.push(deployment);
                self.settings.all.extend(settings);
            }
        }
    }

    /// Names of the deployments that rules judge.
    fn judged(&self) -> HashSet<&str> {
        self.deployments.iter().filter(|deployment| deployment.judged).map(|deployment| &*deployment.name).collect()
    }

    /// Sections that were collected: those with an artefact, and the views that they feed.
    pub fn collected(&self) -> BTreeSet<&'static str> {
        let mut sections = BTreeSet::new();
        for collector in COLLECTORS {
            if self.bundle.section(collector.section()).next().is_some()
                || self.beside.contains_key(collector.section())
            {
                sections.insert(collector.section());
                sections.extend(collector.views());
            }
        }
        if !self.settings.all.is_empty() {
            sections.insert("settings");
        }
        if !self.workloads.is_empty() {
            sections.insert("workloads");
        }
        sections
    }

    /// Whether a section, or one list of it (`workloads.budgets`), holds anything that a rule could look at.
    pub fn has(&self, name: &str) -> bool {
        let workloads = &self.workloads;
        match name {
            "settings" => !self.settings.all.is_empty(),
            "settings.placeholders" => self.settings.all.iter().any(|setting| setting.placeholder.is_some()),
            "workloads" => !workloads.is_empty(),
            "workloads.all" => !workloads.all.is_empty(),
            "workloads.services" => !workloads.services.is_empty(),
            "workloads.autoscalers" => !workloads.autoscalers.is_empty(),
            "workloads.budgets" => !workloads.budgets.is_empty(),
            "workloads.network_policies" => !workloads.network_policies.is_empty(),
            "workloads.namespaces" => !workloads.namespaces.is_empty(),
            "edges" => !self.edges.is_empty(),
            other => match other.split_once('.') {
                Some((section, _)) => self.has(section),
                None => self.collected().contains(other),
            },
        }
    }

    /// The roles that settings have.
    pub fn roles(&self) -> HashSet<&str> {
        self.settings.all.iter().filter_map(|setting| setting.role.as_deref()).collect()
    }

    /// The place that a route names.
    ///
    /// # Errors
    ///
    /// A route that leads nowhere: no such artefact, or more than its last step is missing.
    pub fn locate(&self, route: &[Step]) -> Result<Place<'a>, String> {
        let unknown = || format!("the route {} leads nowhere", display(route));
        let [Step::Key(section), Step::Key(files), Step::Key(path), rest @ ..] = route else { return Err(unknown()) };
        let artefact = self.bundle.in_section(section, path);
        let Some(artefact) = artefact.filter(|_| &**files == "files") else { return Err(unknown()) };
        let path = artefact.shown_path();
        match artefact.located.resolve(rest) {
            (Some(value), used) if used == rest.len() => {
                Ok(Place { path, span: value.pointer(), value: Some(value.resolved()) })
            }
            (Some(parent), used) if used + 1 == rest.len() => Ok(Place { path, span: parent.pointer(), value: None }),
            (None, _) if rest.len() <= 1 => Ok(Place { path, span: Span::default(), value: None }),
            _ => Err(unknown()),
        }
    }

    /// What the views know of the given places.
    pub fn known(&self, places: &foldhash::HashSet<Value<'a>>) -> foldhash::HashMap<Value<'a>, Known<'a>> {
        let mut known: foldhash::HashMap<Value<'a>, Known<'a>> = foldhash::HashMap::default();
        let mut note = |at: Value<'a>, deployment: &Arc<str>, via: &[Via<'a>]| {
            if places.contains(&at) {
                let entry = known.entry(at).or_default();
                entry.deployments.insert(deployment.clone());
                for step in via {
                    if !entry.via.contains(step) {
                        entry.via.push(step.clone());
                    }
                }
            }
        };
        for setting in &self.settings.all {
            note(setting.at.0, &setting.deployment, &setting.via);
        }
        for workload in &self.workloads.all {
            note(workload.at.0, &workload.deployment, &[]);
            for port in &workload.published {
                note(port.at.0, &workload.deployment, &port.via);
            }
            note(workload.replicas.at.0, &workload.deployment, &workload.replicas.via);
            for amount in workload.containers.iter().flat_map(|container| container.resources.all()) {
                note(amount.at.0, &workload.deployment, &amount.via);
            }
        }
        known
    }

    /// The deployment that a place belongs to where no view names it: the only one that its artefact is part of.
    pub fn deployment_of(&self, path: &str) -> Option<Arc<str>> {
        match self.owners.get(path).map(Vec::as_slice) {
            Some([only]) => Some(self.deployments[*only].name.clone()),
            _ => None,
        }
    }

    /// Whether a file belongs to no deployment, or to one that is judged.
    pub fn is_judged(&self, path: &str) -> bool {
        self.owners.get(path).is_none_or(|owners| owners.iter().any(|n| self.deployments[*n].judged))
    }
}

/// Adds to a list; the first and mostly the only addition is taken as it is.
fn append<T>(list: &mut Vec<T>, more: Vec<T>) {
    if list.is_empty() {
        *list = more;
    } else {
        list.extend(more);
    }
}

/// A route as people read it.
pub fn display(route: &[Step]) -> String {
    let steps: Vec<String> = route
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.to_string(),
            Step::Index(index) => index.to_string(),
        })
        .collect();
    steps.join(" > ")
}

/// The whole document, every section that was collected.
impl Serialize for InputDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.entries();
        let mut map = serializer.serialize_map(None)?;
        for section in entries.chunk_by(|a, b| a.section == b.section) {
            match section {
                [Entry { section, list: None, value }] => map.serialize_entry(section, value)?,
                lists => map.serialize_entry(lists[0].section, &Lists(lists))?,
            }
        }
        map.end()
    }
}

/// The lists of one section, by name.
struct Lists<'l, 's>(&'l [Entry<'s>]);

impl Serialize for Lists<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter_map(|entry| Some((entry.list?, &entry.value))))
    }
}

/// The files of a section: path to content, a list of documents where the section numbers them.
pub struct Files<'a>(pub Vec<&'a Artefact>);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for artefact in &self.0 {
            if artefact.located.numbered {
                map.serialize_entry(&*artefact.path, &artefact.located.documents().collect::<Vec<_>>())?;
            } else {
                map.serialize_entry(&*artefact.path, &artefact.located.root())?;
            }
        }
        map.end()
    }
}
