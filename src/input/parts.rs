//! The document in parts: what rules of `scope: file` see at a time, so that all cores work and memory stays small.

use std::collections::HashSet;

use crate::input::InputDocument;
use crate::input::sections::{Asked, Entry, Views};
use crate::input::settings::{Reach, Setting};

/// Entries of views that one part holds at most.
const ENTRIES: usize = 2_000;
/// Entries from which on two parts, on two cores, are done sooner than one.
const WORTH_TWO: usize = 200;

/// What rules see in one evaluation; only judged deployments are in its views.
pub type Part<'s> = Vec<Entry<'s>>;

impl<'a> InputDocument<'a> {
    /// The document as rules of `scope: bundle` see it: whole, without the deployments that are not judged, and of settings
    /// those of the given roles alone, if there are any.
    pub fn whole<'s>(&'s self, asked: &Asked<'_>, roles: &[&str]) -> Part<'s>
    where
        'a: 's,
    {
        self.slices(usize::MAX, asked, roles).pop().unwrap_or_default()
    }

    /// The document cut into parts; raw sections are in each of them.
    pub fn parts<'s>(&'s self, asked: &Asked<'_>, roles: &[&str]) -> Vec<Part<'s>>
    where
        'a: 's,
    {
        self.slices(ENTRIES, asked, roles)
    }

    fn slices<'s>(&'s self, entries: usize, asked: &Asked<'_>, roles: &[&str]) -> Vec<Part<'s>>
    where
        'a: 's,
    {
        let judged = self.judged();
        // A pipeline is no deployment; its variables are for the rules that ask for them.
        let in_view = |setting: &&Setting<'a>| setting.reaches == Reach::Ci || judged.contains(&*setting.deployment);
        let of_role = |setting: &&Setting<'a>| {
            roles.is_empty() || setting.role.as_deref().is_some_and(|role| roles.contains(&role))
        };
        let settings: Vec<&Setting<'a>> =
            self.settings.all.iter().filter(|setting| of_role(setting) && in_view(setting)).collect();
        let workloads = of(&self.workloads.all, &judged, |workload| &workload.deployment);
        let services = of(&self.workloads.services, &judged, |service| &service.deployment);
        let autoscalers = of(&self.workloads.autoscalers, &judged, |scaler| &scaler.deployment);
        let budgets = of(&self.workloads.budgets, &judged, |budget| &budget.deployment);
        let policies = of(&self.workloads.network_policies, &judged, |policy| &policy.deployment);
        let namespaces = of(&self.workloads.namespaces, &judged, |namespace| &namespace.deployment);
        let edges = of(&self.edges, &judged, |edge| &edge.deployment);
        let total = settings.len()
            + workloads.len()
            + services.len()
            + autoscalers.len()
            + budgets.len()
            + policies.len()
            + namespaces.len()
            + edges.len();
        let least = if entries < usize::MAX && total >= WORTH_TWO { 2 } else { 1 };
        let count = total.div_ceil(entries).max(least);
        let collected = self.collected();
        let asked_view = |section: &str, list: Option<&str>| collected.contains(section) && asked(section, list);
        (0..count)
            .map(|n| {
                let views = Views {
                    deployments: self.deployments.iter().filter(|deployment| deployment.judged).collect(),
                    settings: slice(&settings, n, count),
                    workloads: slice(&workloads, n, count),
                    services: slice(&services, n, count),
                    autoscalers: slice(&autoscalers, n, count),
                    budgets: slice(&budgets, n, count),
                    network_policies: slice(&policies, n, count),
                    namespaces: slice(&namespaces, n, count),
                    edges: slice(&edges, n, count),
                };
                views.entries(&asked_view).into_iter().chain(self.raw_entries(asked)).collect()
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
