//! What must be rendered before it can be read: Helm charts and kustomize builds.

use crate::artefact::render::{Build, Files};
use crate::artefact::trace::Trace;
use crate::artefact::{Artefact, Bundle};
use crate::config::Render;
use crate::input::deployments::Environment;
use crate::input::environment;

mod align;
mod chart;
mod kustomize;
mod origins;
mod parts;
mod program;
mod template;
mod values;

pub use chart::charts;
pub use kustomize::{Kustomized, is_kustomization, kustomizations, listed};

const HELM: &str = "helm template ";
const KUSTOMIZE: &str = "kustomize build ";

/// How charts and overlays are rendered.
pub fn builds(bundle: &Bundle, files: &Files<'_>, config: &Render) -> Vec<Build> {
    [chart::builds(files, config), kustomize::builds(bundle, files, config)].concat()
}

/// Where what was rendered comes from.
pub fn trace(build: &Build, rendered: &Artefact, files: &Files<'_>) -> Trace {
    if build.path.starts_with(HELM) {
        chart::trace(build, &rendered.located.text, files)
    } else {
        origins::trace(build, &rendered.located, files)
    }
}

/// The deployment of what was rendered: the command that made it.
pub fn home(path: &str) -> Option<(String, Environment)> {
    let made = path.starts_with(HELM) || path.starts_with(KUSTOMIZE);
    // Of a chart with several sets of values the set tells the environment, else the folder.
    let last = path.rsplit(' ').next().unwrap_or(path);
    made.then(|| (path.to_string(), environment::of_path(last)))
}

/// A folder as one types it.
fn shown(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}
