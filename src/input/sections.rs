//! The names of all sections, and each section as something that serialises.

use serde::Serialize;

use crate::collect::COLLECTORS;
use crate::input::edges::Edge;
use crate::input::settings::{Setting, Settings};
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
    "records",
];

/// The sections that are views: made from several kinds of artefact.
pub const VIEWS: &[&str] = &["deployments", "settings", "workloads", "edges"];

/// The section `settings`.
#[derive(Serialize)]
pub struct SettingsSection<'s, 'a> {
    all: Vec<&'s Setting<'a>>,
    by_role: std::collections::BTreeMap<&'s str, Vec<&'s Setting<'a>>>,
    placeholders: Vec<&'s Setting<'a>>,
}

impl<'s, 'a> SettingsSection<'s, 'a> {
    pub fn new(all: Vec<&'s Setting<'a>>) -> Self {
        let by_role = Settings::by_role(&all);
        let placeholders = all.iter().copied().filter(|setting| setting.placeholder.is_some()).collect();
        Self { all, by_role, placeholders }
    }
}

/// The section `workloads`.
#[derive(Serialize, Default)]
pub struct WorkloadsSection<'s, 'a> {
    pub all: Vec<&'s Workload<'a>>,
    pub services: Vec<&'s Service<'a>>,
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
