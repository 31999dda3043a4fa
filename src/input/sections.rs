//! The names of all sections, and each section as something that serialises.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::collect::COLLECTORS;
use crate::input::edges::Edge;
use crate::input::scheduling::Scaler;
use crate::input::settings::{Reach, Setting};
use crate::input::shared::Shared;
use crate::input::workloads::{Budget, Namespace, NetworkPolicy, Service, Workload};
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
    "github",
    "probes",
    "hosts",
    "secrets",
    "history",
    "records",
];

/// The sections that are views: made from several kinds of artefact.
pub const VIEWS: &[&str] = &["deployments", "settings", "workloads", "edges"];

/// Settings by their role; those without one under `none`.
type ByRole<'s, 'a> = BTreeMap<&'s str, Vec<Shared<'s, Setting<'a>>>>;

/// Settings of one reach as rules ask for them.
#[derive(Serialize)]
struct Judgeable<'s, 'a> {
    known: ByRole<'s, 'a>,
    unseen: ByRole<'s, 'a>,
}

/// The section `settings`: every setting once, and the same settings as rules ask for them.
#[derive(Serialize)]
pub struct SettingsSection<'s, 'a> {
    all: Vec<Shared<'s, Setting<'a>>>,
    by_role: ByRole<'s, 'a>,
    /// What containers get and whose value is known.
    known: ByRole<'s, 'a>,
    /// What containers get and whose value the tree does not hold.
    unseen: ByRole<'s, 'a>,
    /// The same of what hosts of inventories get, for the rules that ask for it.
    inventory: Judgeable<'s, 'a>,
    placeholders: Vec<Shared<'s, Setting<'a>>>,
}

impl<'s, 'a> SettingsSection<'s, 'a> {
    pub fn new(all: Vec<&'s Setting<'a>>) -> Self {
        let by_role = |wanted: &dyn Fn(&Setting<'a>) -> bool| {
            let mut roles: ByRole<'s, 'a> = BTreeMap::new();
            for setting in all.iter().filter(|setting| wanted(setting)) {
                roles.entry(setting.role.as_deref().unwrap_or("none")).or_default().push(Shared(setting));
            }
            roles
        };
        let known = |reach| by_role(&|setting| setting.reaches == reach && setting.value.is_some());
        let unseen = |reach| by_role(&|setting| setting.reaches == reach && setting.unseen.is_some());
        Self {
            by_role: by_role(&|setting| setting.role.is_some()),
            known: known(Reach::Container),
            unseen: unseen(Reach::Container),
            inventory: Judgeable { known: known(Reach::Inventory), unseen: unseen(Reach::Inventory) },
            placeholders: all.iter().filter(|setting| setting.placeholder.is_some()).map(|one| Shared(*one)).collect(),
            all: all.into_iter().map(Shared).collect(),
        }
    }
}

/// The section `workloads`.
#[derive(Serialize, Default)]
pub struct WorkloadsSection<'s, 'a> {
    pub all: Vec<&'s Workload<'a>>,
    pub services: Vec<&'s Service<'a>>,
    pub autoscalers: Vec<&'s Scaler<'a>>,
    pub budgets: Vec<&'s Budget<'a>>,
    pub network_policies: Vec<&'s NetworkPolicy<'a>>,
    pub namespaces: Vec<&'s Namespace<'a>>,
}

/// A section that holds files and what the collector put beside them.
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
    /// Every section that was collected, whole, by name.
    pub fn sections<'s>(&'s self) -> Vec<(&'static str, Any<'s>)>
    where
        'a: 's,
    {
        let edges: Vec<&Edge<'a>> = self.edges.iter().collect();
        let views: [(&'static str, Any<'s>); 4] = [
            ("deployments", Box::new(&self.deployments)),
            ("settings", Box::new(SettingsSection::new(self.settings.all.iter().collect()))),
            (
                "workloads",
                Box::new(WorkloadsSection {
                    all: self.workloads.all.iter().collect(),
                    services: self.workloads.services.iter().collect(),
                    autoscalers: self.workloads.autoscalers.iter().collect(),
                    budgets: self.workloads.budgets.iter().collect(),
                    network_policies: self.workloads.network_policies.iter().collect(),
                    namespaces: self.workloads.namespaces.iter().collect(),
                }),
            ),
            ("edges", Box::new(edges)),
        ];
        let collected = self.collected();
        views.into_iter().filter(|(name, _)| collected.contains(name)).chain(self.raw_sections()).collect()
    }

    /// The sections of raw artefacts that were collected.
    pub(super) fn raw_sections<'s>(&'s self) -> Vec<(&'static str, Any<'s>)>
    where
        'a: 's,
    {
        let collected = self.collected();
        let sections = COLLECTORS.iter().map(|collector| collector.section());
        sections
            .filter(|section| collected.contains(section))
            .map(|section| {
                let files = Files(self.bundle.section(section).collect());
                let beside = self.beside.get(section).map_or(&[][..], Vec::as_slice);
                (section, Box::new(RawSection { files, beside }) as Any<'s>)
            })
            .collect()
    }
}
