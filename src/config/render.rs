//! `render`: what the programs that are installed for it shall render.

use std::time::Duration;

use super::Reader;
use crate::artefact::render::TIME_LIMIT;
use crate::located::Value;
use crate::syntax::scalar::Scalar;

/// Which charts and overlays are rendered: `render: true`, or a mapping with any of the keys below, which means true.
///
/// ```yaml
/// render:
///   helm: # a chart that stands here is rendered with these values alone, once for each entry
///     - {chart: deploy/shop, values: [deploy/live.yaml, deploy/eu.yaml]}
///   kustomize: [deploy/live] # besides those that no other kustomization builds on
///   seconds: 20 # the longest that one program may run, 60 if not said
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Render {
    /// Whether anything is rendered at all.
    pub on: bool,
    pub helm: Vec<Chart>,
    /// Folders of kustomizations, as paths of the run.
    pub kustomize: Vec<String>,
    /// Longest that a program may run.
    pub limit: Duration,
}

/// A chart with one set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Its folder, as a path of the run.
    pub chart: String,
    /// Files of values, the later ones count more; the chart's own count least.
    pub values: Vec<String>,
}

impl Default for Render {
    fn default() -> Self {
        Self { on: false, helm: Vec::new(), kustomize: Vec::new(), limit: TIME_LIMIT }
    }
}

impl Reader<'_> {
    pub(super) fn render(&mut self, value: Value<'_>, prefix: &str) -> Render {
        let mut render = Render::default();
        if let Some(Scalar::Bool(on)) = value.scalar() {
            render.on = on;
            return render;
        }
        if !value.is_mapping() {
            self.problem(value, "`render` is neither true nor false nor a mapping", "write `render: true`");
            return render;
        }
        if !self.closed(value, &["helm", "kustomize", "seconds"]) {
            return render;
        }
        render.on = true;
        for item in self.items(value.get("helm")) {
            if self.closed(item, &["chart", "values"])
                && let Some(chart) = self.text(item, "chart")
            {
                let values = item.get("values").map(|list| self.paths(list, prefix)).unwrap_or_default();
                render.helm.push(Chart { chart: folder(prefix, &chart), values });
            }
        }
        if let Some(list) = value.get("kustomize") {
            render.kustomize = self.texts(Some(list)).iter().map(|path| folder(prefix, path)).collect();
        }
        match value.get("seconds").map(|seconds| (seconds, seconds.scalar())) {
            None => {}
            Some((_, Some(Scalar::Int(seconds)))) if (1..=3_600).contains(&seconds) => {
                render.limit = Duration::from_secs(seconds.unsigned_abs());
            }
            Some((seconds, _)) => self.problem(seconds, "`seconds` is no number from 1 to 3600", "write e.g. 60"),
        }
        render
    }
}

/// A folder of the config as a path of the run, "" for the root.
fn folder(prefix: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
    let path = if path == "." { "" } else { path };
    format!("{prefix}{path}").trim_end_matches('/').to_string()
}
