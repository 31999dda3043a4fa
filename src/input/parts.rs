//! The document in parts: what rules of `scope: file` see at a time, so that all cores work and memory stays small.

use std::collections::HashSet;

use crate::input::sections::{SettingsSection, WorkloadsSection};
use crate::input::settings::{Reach, Setting};
use crate::input::{Any, InputDocument};

/// Entries of views that one part holds at most.
const ENTRIES: usize = 2_000;

/// Sections for one evaluation, by name; only judged deployments are in their views.
pub struct Part<'s> {
    pub sections: Vec<(&'static str, Any<'s>)>,
}

impl<'a> InputDocument<'a> {
    /// The document as rules of `scope: bundle` see it: whole, without the deployments that are not judged, and of settings
    /// those of the given roles alone, if there are any.
    pub fn whole<'s>(&'s self, roles: &[&str]) -> Part<'s>
    where
        'a: 's,
    {
        let mut parts = self.slices(usize::MAX, roles);
        parts.pop().unwrap_or(Part { sections: Vec::new() })
    }

    /// The document cut into parts; raw sections are in each of them.
    pub fn parts<'s>(&'s self) -> Vec<Part<'s>>
    where
        'a: 's,
    {
        self.slices(ENTRIES, &[])
    }

    fn slices<'s>(&'s self, entries: usize, roles: &[&str]) -> Vec<Part<'s>>
    where
        'a: 's,
    {
        let judged = self.judged();
        // A pipeline is no deployment; its variables are for the rules that ask for them.
        let in_view = |setting: &&Setting<'a>| setting.reaches == Reach::Ci || judged.contains(&*setting.deployment);
        let mut settings: Vec<&Setting<'a>> = self.settings.all.iter().filter(in_view).collect();
        settings
            .retain(|setting| roles.is_empty() || setting.role.as_deref().is_some_and(|role| roles.contains(&role)));
        let all = of(&self.workloads.all, &judged, |workload| &workload.deployment);
        let services = of(&self.workloads.services, &judged, |service| &service.deployment);
        let autoscalers = of(&self.workloads.autoscalers, &judged, |scaler| &scaler.deployment);
        let budgets = of(&self.workloads.budgets, &judged, |budget| &budget.deployment);
        let policies = of(&self.workloads.network_policies, &judged, |policy| &policy.deployment);
        let namespaces = of(&self.workloads.namespaces, &judged, |namespace| &namespace.deployment);
        let edges = of(&self.edges, &judged, |edge| &edge.deployment);
        let total = settings.len()
            + all.len()
            + services.len()
            + autoscalers.len()
            + budgets.len()
            + policies.len()
            + namespaces.len()
            + edges.len();
        let count = total.div_ceil(entries).max(1);
        let collected = self.collected();
        (0..count)
            .map(|n| {
                let workloads = WorkloadsSection {
                    all: slice(&all, n, count),
                    services: slice(&services, n, count),
                    autoscalers: slice(&autoscalers, n, count),
                    budgets: slice(&budgets, n, count),
                    network_policies: slice(&policies, n, count),
                    namespaces: slice(&namespaces, n, count),
                };
                let deployments: Vec<_> = self.deployments.iter().filter(|deployment| deployment.judged).collect();
                let views: [(&'static str, Any<'s>); 4] = [
                    ("deployments", Box::new(deployments)),
                    ("settings", Box::new(SettingsSection::new(slice(&settings, n, count)))),
                    ("workloads", Box::new(workloads)),
                    ("edges", Box::new(slice(&edges, n, count))),
                ];
                let views = views.into_iter().filter(|(name, _)| collected.contains(name));
                Part { sections: views.chain(self.raw_sections()).collect() }
            })
            .collect()
    }
}

fn of<'s, T>(entries: &'s [T], judged: &HashSet<&str>, deployment: impl Fn(&T) -> &str) -> Vec<&'s T> {
    entries.iter().filter(|entry| judged.contains(deployment(entry))).collect()
}

/// The n-th of `count` slices of nearly equal length.
fn slice<T: Copy>(entries: &[T], n: usize, count: usize) -> Vec<T> {
    let bound = |n: usize| entries.len() * n / count;
    entries[bound(n)..bound(n + 1)].to_vec()
}
