//! The names of all sections and of their lists, and each of them as something that serialises.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::collect::COLLECTORS;
use crate::input::deployments::Deployment;
use crate::input::edges::Edge;
use crate::input::guards::{Budget, Namespace, NetworkPolicy};
use crate::input::scheduling::Scaler;
use crate::input::settings::{Reach, Setting};
use crate::input::shared::Shared;
use crate::input::workloads::{Service, Workload};
use crate::input::{Any, Files, InputDocument};

/// Every section of the input document, also those that nothing gathers yet.
pub const SECTIONS: &[&str] = &[
    "deployments",
    "settings",
    "workloads",
    "edges",
    "env_files",
    "gitignore",
    "compose",
    "kubernetes",
    "proxies",
    "dockerfiles",
    "inventories",
    "workflows",
    "realms",
    "config_files",
    "github",
    "probes",
    "hosts",
    "secrets",
    "history",
    "records",
];

/// The sections that are views: made from several kinds of artefact.
pub const VIEWS: &[&str] = &["deployments", "settings", "workloads", "edges"];

/// The views with several lists, each of which a rule may declare alone: `workloads.budgets`.
const LISTS: &[(&str, &[&str])] = &[
    ("settings", &["all", "by_role", "known", "unseen", "inventory", "placeholders"]),
    ("workloads", &["all", "services", "autoscalers", "budgets", "network_policies", "namespaces"]),
];

/// The lists of `settings` by role: all that a rule with `roles` gets of them.
pub const BY_ROLE: &[&str] = &["by_role", "known", "unseen", "inventory"];

/// The lists of a view, none where it is one list itself.
pub fn lists(section: &str) -> &'static [&'static str] {
    LISTS.iter().find(|(name, _)| *name == section).map_or(&[][..], |(_, lists)| lists)
}

/// A section, or one list of it, as something that serialises.
pub struct Entry<'s> {
    pub section: &'static str,
    /// None where the section has no lists of its own.
    pub list: Option<&'static str>,
    pub value: Any<'s>,
}

/// Which sections, and which of their lists, are asked for.
pub type Asked<'w> = dyn Fn(&str, Option<&str>) -> bool + 'w;

/// Settings by their role; those without one under `none`.
type ByRole<'s, 'a> = BTreeMap<&'s str, Vec<Shared<'s, Setting<'a>>>>;

/// Settings of one reach as rules ask for them.
#[derive(Serialize)]
struct Judgeable<'s, 'a> {
    known: ByRole<'s, 'a>,
    unseen: ByRole<'s, 'a>,
}

/// A list of settings: every setting once, or some of them as rules ask for them.
fn settings<'s, 'a>(list: &str, all: &[&'s Setting<'a>]) -> Any<'s> {
    let shared = |wanted: &dyn Fn(&Setting<'a>) -> bool| -> Vec<Shared<'s, Setting<'a>>> {
        all.iter().filter(|setting| wanted(setting)).map(|one| Shared(*one)).collect()
    };
    let by_role = |wanted: &dyn Fn(&Setting<'a>) -> bool| {
        let mut roles: ByRole<'s, 'a> = BTreeMap::new();
        for setting in shared(wanted) {
            roles.entry(setting.0.role.as_deref().unwrap_or("none")).or_default().push(setting);
        }
        roles
    };
    let known = |reach| by_role(&|setting| setting.reaches == reach && setting.value.is_some());
    let unseen = |reach| by_role(&|setting| setting.reaches == reach && setting.unseen.is_some());
    match list {
        "by_role" => Box::new(by_role(&|setting| setting.role.is_some())),
        // What containers get: the value is known, or the tree does not hold it.
        "known" => Box::new(known(Reach::Container)),
        "unseen" => Box::new(unseen(Reach::Container)),
        // The same of what hosts of inventories get, for the rules that ask for it.
        "inventory" => Box::new(Judgeable { known: known(Reach::Inventory), unseen: unseen(Reach::Inventory) }),
        "placeholders" => Box::new(shared(&|setting| setting.placeholder.is_some())),
        _ => Box::new(shared(&|_| true)),
    }
}

/// Entries of the views, all of them or a part.
pub struct Views<'s, 'a> {
    pub deployments: Vec<&'s Deployment<'a>>,
    pub settings: Vec<&'s Setting<'a>>,
    pub workloads: Vec<&'s Workload<'a>>,
    pub services: Vec<&'s Service<'a>>,
    pub autoscalers: Vec<&'s Scaler<'a>>,
    pub budgets: Vec<&'s Budget<'a>>,
    pub network_policies: Vec<&'s NetworkPolicy<'a>>,
    pub namespaces: Vec<&'s Namespace<'a>>,
    pub edges: Vec<&'s Edge<'a>>,
}

impl<'s, 'a: 's> Views<'s, 'a> {
    /// What is asked for of them.
    pub fn entries(&self, asked: &Asked<'_>) -> Vec<Entry<'s>> {
        let value = |section: &str, list: Option<&str>| -> Any<'s> {
            match (section, list) {
                ("settings", Some(list)) => settings(list, &self.settings),
                ("workloads", Some("services")) => Box::new(self.services.clone()),
                ("workloads", Some("autoscalers")) => Box::new(self.autoscalers.clone()),
                ("workloads", Some("budgets")) => Box::new(self.budgets.clone()),
                ("workloads", Some("network_policies")) => Box::new(self.network_policies.clone()),
                ("workloads", Some("namespaces")) => Box::new(self.namespaces.clone()),
                ("workloads", _) => Box::new(self.workloads.clone()),
                ("edges", _) => Box::new(self.edges.clone()),
                _ => Box::new(self.deployments.clone()),
            }
        };
        let mut entries = Vec::new();
        for section in VIEWS.iter().copied() {
            let names: Vec<Option<&'static str>> = match lists(section) {
                [] => vec![None],
                names => names.iter().copied().map(Some).collect(),
            };
            let names = names.into_iter().filter(|name| asked(section, *name));
            entries.extend(names.map(|name| Entry { section, list: name, value: value(section, name) }));
        }
        entries
    }
}

/// The files of a section and what its collector put beside them.
#[derive(Serialize)]
struct RawSection<'s, 'a> {
    files: Files<'a>,
    #[serde(flatten, serialize_with = "beside")]
    beside: &'s [(&'static str, Any<'a>)],
}

fn beside<S: serde::Serializer>(entries: &&[(&'static str, Any<'_>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}

impl<'a> InputDocument<'a> {
    /// Every section that was collected, whole, each section's lists one after the other.
    pub(super) fn entries<'s>(&'s self) -> Vec<Entry<'s>>
    where
        'a: 's,
    {
        let views = Views {
            deployments: self.deployments.iter().collect(),
            settings: self.settings.all.iter().collect(),
            workloads: self.workloads.all.iter().collect(),
            services: self.workloads.services.iter().collect(),
            autoscalers: self.workloads.autoscalers.iter().collect(),
            budgets: self.workloads.budgets.iter().collect(),
            network_policies: self.workloads.network_policies.iter().collect(),
            namespaces: self.workloads.namespaces.iter().collect(),
            edges: self.edges.iter().collect(),
        };
        let collected = self.collected();
        let all = views.entries(&|section, _| collected.contains(section));
        all.into_iter().chain(self.raw_entries(&|_, _| true)).collect()
    }

    /// The sections of raw artefacts that were collected and are asked for.
    pub(super) fn raw_entries<'s>(&'s self, asked: &Asked<'_>) -> Vec<Entry<'s>>
    where
        'a: 's,
    {
        let collected = self.collected();
        let sections = COLLECTORS.iter().map(|collector| collector.section());
        sections
            .filter(|section| collected.contains(section) && asked(section, None))
            .map(|section| {
                let files = Files(self.bundle.section(section).collect());
                let beside = self.beside.get(section).map_or(&[][..], Vec::as_slice);
                Entry { section, list: None, value: Box::new(RawSection { files, beside }) }
            })
            .collect()
    }
}
