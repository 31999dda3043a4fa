//! Which files hold the variables of which group or host.
//!
//! Source: <https://docs.ansible.com/projects/ansible/latest/inventory_guide/intro_inventory.html#organizing-host-and-group-variables>.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::artefact::{Artefact, Bundle};
use crate::collect::inventories::plays;
use crate::collect::paths;
use crate::located::Value;

/// Endings of such files in the order in which Ansible looks for them: only the first that is there counts.
const ENDINGS: &[&str] = &["", ".yml", ".yaml", ".json"];

/// Last labels of names in `host_vars` that are no part of a host's name.
const NO_HOSTS: &[&str] = &[
    "bak", "cfg", "dist", "example", "gpg", "ini", "j2", "md", "old", "orig", "py", "retry", "rst", "sample", "sh",
    "swp", "template", "tmpl", "toml", "txt",
];

/// Whether a file holds variables of a group or host by its place.
pub fn is_one(path: &str) -> bool {
    place(path).is_some()
}

/// What a file's place says.
struct Place<'p> {
    /// The folder that holds `group_vars` or `host_vars`.
    folder: &'p str,
    kind: &'static str,
    /// The file or folder in there, whose name without its ending is a group or host.
    entry: &'p str,
}

/// `x/group_vars/web.yml` and `x/group_vars/web/a.yml` are about `web`, beside `x`.
fn place(path: &str) -> Option<Place<'_>> {
    let mut end = 0;
    let mut found = None;
    for part in path.split('/') {
        let kind = ["group_vars", "host_vars"].into_iter().find(|kind| *kind == part);
        found = kind.map(|kind| (end, end + part.len(), kind)).or(found);
        end += part.len() + 1;
    }
    let (start, end, kind) = found?;
    let rest = path.get(end + 1..)?;
    let (entry, inner) = rest.split_once('/').map_or((rest, None), |(entry, inner)| (entry, Some(inner)));
    let is_read = match inner {
        None => is_entry(kind, entry),
        Some(inner) => !is_skipped(entry) && is_inside(inner),
    };
    is_read.then(|| Place { folder: path[..start].trim_end_matches('/'), kind, entry })
}

/// A file straight in `group_vars` or `host_vars`. Names of hosts have dots, so that there an ending need not be one.
fn is_entry(kind: &str, name: &str) -> bool {
    let labels = || name.split('.');
    let is_host = || {
        kind == "host_vars"
            && !labels().any(|label| matches!(label, "yml" | "yaml" | "json") || label.is_empty())
            && labels().next_back().is_some_and(|label| !NO_HOSTS.contains(&label))
    };
    !is_skipped(name) && (!name.contains('.') || has_ending(name) || is_host())
}

/// A file in a folder of a group or host: folders with a dot in their names are passed over, and so are endings that no
/// file of variables has.
fn is_inside(inner: &str) -> bool {
    let (folders, name) = inner.rsplit_once('/').map_or((None, inner), |(folders, name)| (Some(folders), name));
    !folders.into_iter().flat_map(|folders| folders.split('/')).any(|folder| folder.contains('.'))
        && !is_skipped(name)
        && (!name.contains('.') || has_ending(name))
}

/// Hidden files and copies of an editor.
fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~')
}

fn has_ending(name: &str) -> bool {
    ENDINGS.iter().any(|ending| !ending.is_empty() && name.ends_with(ending))
}

/// Files of variables by the folder that holds `group_vars` or `host_vars` and kind, then by entry.
pub struct Files<'a> {
    by_place: BTreeMap<(&'a str, &'static str), BTreeMap<&'a str, Vec<&'a Artefact>>>,
    /// Folders that hold playbooks.
    playbooks: BTreeSet<&'a str>,
}

impl<'a> Files<'a> {
    pub fn new(bundle: &'a Bundle) -> Self {
        let mut files = Self { by_place: BTreeMap::new(), playbooks: BTreeSet::new() };
        for artefact in bundle.section("inventories") {
            if let Some(Place { folder, kind, entry }) = place(&artefact.path) {
                files.by_place.entry((folder, kind)).or_default().entry(entry).or_default().push(artefact);
            } else if artefact.located.root().is_some_and(plays::are) {
                files.playbooks.insert(paths::folder(&artefact.path));
            }
        }
        // Folder by folder, as they are read: `a/z.yml` comes before `a.yml`.
        let by_parts = |one: &&Artefact, other: &&Artefact| one.path.split('/').cmp(other.path.split('/'));
        files.by_place.values_mut().flat_map(BTreeMap::values_mut).for_each(|found| found.sort_by(by_parts));
        files
    }

    /// Folders of the playbooks that may use an inventory, weakest first: the ones in its folder or above, and in
    /// `playbooks` beside one of these.
    pub fn playbooks(&self, folder: &'a str) -> Vec<&'a str> {
        let is_above = |one: &str| {
            one == folder || one.is_empty() || folder.strip_prefix(one).is_some_and(|rest| rest.starts_with('/'))
        };
        let is_beside = |one: &str| one.rsplit('/').next() == Some("playbooks") && is_above(paths::folder(one));
        self.playbooks.iter().copied().filter(|one| is_above(one) || is_beside(one)).collect()
    }

    /// Folders beside which the variables of an inventory lie, weakest first: its own, then those of playbooks.
    pub fn folders(&self, folder: &'a str) -> Vec<&'a str> {
        let above = self.playbooks(folder).into_iter().filter(|one| *one != folder);
        std::iter::once(folder).chain(above).collect()
    }

    /// The roots of the files of a group or host that count, weakest first.
    pub fn of(&self, folder: &'a str, kind: &'static str, name: &str) -> impl Iterator<Item = Value<'a>> {
        let beside = self.by_place.get(&(folder, kind));
        let named = |ending: &&str| beside.and_then(|entries| entries.get(format!("{name}{ending}").as_str()));
        let found = ENDINGS.iter().find_map(named);
        found.into_iter().flatten().filter_map(|artefact| artefact.located.root())
    }

    /// All of them, each with the group or host that it is about.
    pub fn all(&self) -> impl Iterator<Item = (&'a str, &'a Artefact)> {
        let entries = self.by_place.values().flatten();
        entries.flat_map(|(entry, files)| files.iter().map(move |file| (owner(entry), *file)))
    }

    /// The files beside an inventory.
    pub fn used(&self, folder: &'a str) -> Vec<Arc<str>> {
        let folders = self.folders(folder);
        let beside = self.by_place.iter().filter(|((folder, _), _)| folders.contains(folder));
        let found = beside.flat_map(|(_, entries)| entries.values().flatten());
        found.map(|artefact| artefact.path.clone()).collect()
    }
}

fn owner(entry: &str) -> &str {
    let endings = ENDINGS.iter().filter(|ending| !ending.is_empty());
    endings.filter_map(|ending| entry.strip_suffix(ending)).next().unwrap_or(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_variables() {
        for path in [
            "group_vars/all",
            "x/group_vars/web.yml",
            "group_vars/web/a.json",
            "group_vars/web/deep/er/b",
            "group_vars/web.io/a.yaml",
            "host_vars/web1.example.org",
            "host_vars/10.0.0.1",
            "host_vars/web1.example.org/a.yml",
        ] {
            assert!(is_one(path), "{path}");
        }
        for path in [
            "group_vars",
            "group_vars/.web.yml",
            "group_vars/web.yml~",
            "group_vars/web.yml.j2",
            "group_vars/web.io",
            "group_vars/web/conf.d/a.yml",
            "group_vars/web/.git/a.yml",
            "group_vars/web/notes.md",
            "host_vars/web1.yml.old",
            "host_vars/README.md",
            "my_group_vars/all.yml",
        ] {
            assert!(!is_one(path), "{path}");
        }
        let found = place("a/group_vars/x.yard.yml").map(|place| (place.folder, place.kind, owner(place.entry)));
        assert_eq!(found, Some(("a", "group_vars", "x.yard")));
    }
}
