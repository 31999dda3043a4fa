//! Collectors: each finds and reads one kind of artefact, and contributes to the views.

use crate::artefact::render::{Build, Files};
use crate::artefact::trace::Trace;
use crate::artefact::{Artefact, Bundle, HISTORY, SECRETS};
use crate::config::{Config, Render};
use crate::input::deployments::Deployment;
use crate::input::edges::Edge;
use crate::input::settings::Setting;
use crate::input::workloads::Workloads;
use crate::located::{Dialect, Value};
use crate::problem::Problem;
use crate::syntax::Format;

pub mod compose;
pub mod config_files;
pub mod dockerfiles;
pub mod env_files;
pub mod gitignore;
pub mod history;
pub mod inventories;
pub mod kubernetes;
pub mod proxies;
pub mod realms;
pub mod secrets;
pub mod workflows;

mod interpolate;
mod paths;
mod traefik;

/// Every kind of artefact that plimsoll reads, in the order in which they claim a file.
pub static COLLECTORS: &[&dyn Collector] = &[
    &env_files::EnvFiles,
    &gitignore::Gitignore,
    &compose::Compose,
    &kubernetes::Kubernetes,
    &dockerfiles::Dockerfiles,
    &proxies::Proxies,
    &inventories::Inventories,
    &realms::Realms,
    &workflows::Workflows,
    &config_files::ConfigFiles,
    &secrets::Secrets,
    &history::Commits,
];

/// What a collector says of a file before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    No,
    /// Its content decides, see [`Collector::recognises`].
    Maybe(Format),
    Yes(Format),
}

/// A file that an artefact names, to be read even where git ignores it or no collector knows its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Path of the run, normalised (no `.` or `..`); stars stand for all that fits.
    pub path: String,
    /// The section that reads it.
    pub section: &'static str,
    pub format: Format,
}

/// A file that stands in a value of an artefact.
pub struct Part<'a> {
    /// What it is called, below the path of the artefact.
    pub name: String,
    /// The path at which programs see it, by which its kind is known.
    pub target: &'a str,
    pub value: Value<'a>,
    /// The section and the grammar that read it where nothing knows it by its path.
    pub reader: Option<(&'static str, Format)>,
    /// Its text, where that is not the value's own.
    pub text: Option<String>,
}

/// What a collector makes of its artefacts.
#[derive(Default)]
pub struct Contribution<'a> {
    pub deployments: Vec<Deployment<'a>>,
    pub settings: Vec<Setting<'a>>,
    pub workloads: Workloads<'a>,
    pub edges: Vec<Edge<'a>>,
    /// What stands in the section beside `files`, by key.
    pub beside: Vec<(&'static str, Box<dyn erased_serde::Serialize + Send + Sync + 'a>)>,
    pub problems: Vec<Problem>,
}

/// One kind of artefact.
pub trait Collector: Sync {
    /// Name of its section in the input document.
    fn section(&self) -> &'static str;

    /// The views that it contributes to: what is broken in the section spoils them too.
    fn views(&self) -> &'static [&'static str];

    fn dialect(&self) -> Dialect;

    /// Whether a route carries the index of the document (files with several).
    fn numbered(&self) -> bool {
        false
    }

    /// What the path of a file says.
    fn claims(&self, path: &str) -> Claim;

    /// Whether one document of a file is of this kind.
    fn recognises(&self, _document: Value<'_>) -> bool {
        false
    }

    /// Whether a text that could not be parsed looks like this kind, by its lines at column 0.
    fn suspects(&self, _path: &str, _text: &str) -> bool {
        false
    }

    /// Files that the artefact names.
    fn references(&self, _artefact: &Artefact) -> Vec<Reference> {
        Vec::new()
    }

    /// Files that stand in its values.
    fn parts<'a>(&self, _artefact: &'a Artefact) -> Vec<Part<'a>> {
        Vec::new()
    }

    /// Folders that are not read as they stand (templates of a chart), each with the problem that says so; `paths` are
    /// all files of the run.
    fn leaves_out(&self, _paths: &[&str]) -> Vec<(String, Problem)> {
        Vec::new()
    }

    /// What of the tree other programs must render before it can be read.
    fn builds(&self, _bundle: &Bundle, _files: &Files<'_>, _config: &Render) -> Vec<Build> {
        Vec::new()
    }

    /// Where the text of a build comes from.
    fn trace(&self, _build: &Build, _rendered: &Artefact, _files: &Files<'_>) -> Trace {
        Trace::default()
    }

    fn collect<'a>(&self, bundle: &'a Bundle, config: &Config) -> Contribution<'a>;

    /// Schema of what stands in the section beside `files`, by key.
    fn schema(&self, _generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        Vec::new()
    }
}

/// The collectors that a path may belong to: the one that knows it by name, else all that must see its content.
pub fn claims(path: &str) -> Vec<(&'static dyn Collector, Claim)> {
    let mut maybe = Vec::new();
    for &collector in COLLECTORS {
        match collector.claims(path) {
            Claim::Yes(format) => return vec![(collector, Claim::Yes(format))],
            Claim::Maybe(format) => maybe.push((collector, Claim::Maybe(format))),
            Claim::No => {}
        }
    }
    maybe
}

/// The sections and views that cannot be whole without a file of these collectors.
pub fn spoiled(collectors: impl IntoIterator<Item = &'static dyn Collector>) -> Vec<&'static str> {
    let mut sections: Vec<&'static str> = Vec::new();
    for collector in collectors {
        for section in std::iter::once(collector.section()).chain(collector.views().iter().copied()) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
    }
    sections
}

/// What cannot be whole without a file or a folder of which only the path is known: of a folder, all that a tree can hold.
pub fn spoiled_by(path: &str, is_folder: bool) -> Vec<&'static str> {
    let claimed = claims(path).into_iter().map(|(collector, _)| collector);
    let in_tree = COLLECTORS.iter().copied().filter(|collector| collector.section() != HISTORY);
    if is_folder { spoiled(in_tree) } else { spoiled(claimed.chain(in_tree.filter(|one| one.section() == SECRETS))) }
}
