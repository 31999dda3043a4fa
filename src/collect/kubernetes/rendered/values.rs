//! The values that a chart is rendered with: which line of which file sets what an action prints.

use std::sync::Arc;

use crate::artefact::render::Files;
use crate::artefact::trace::Origin;
use crate::collect::kubernetes::rendered::template;
use crate::collect::paths;
use crate::located::{Kind, Limits, Located, Span, Value};
use crate::syntax::{Format, parse};

/// What sets the values of a chart and of the charts in it.
pub struct Sets<'f> {
    files: &'f Files<'f>,
    root: &'f str,
    /// Those of the whole rendering, the one that counts most first.
    whole: Vec<Located>,
}

impl<'f> Sets<'f> {
    /// `paths` are files of values, the one that counts least first.
    pub fn new(files: &'f Files<'f>, root: &'f str, paths: &[String]) -> Self {
        let whole = paths.iter().rev().filter_map(|path| read(files, path)).collect();
        Self { files, root, whole }
    }

    /// Those of one chart, given by the names of the charts on the way to it.
    pub fn of<'s>(&'s self, chart: &'s [String]) -> Values<'s> {
        let mut folder = self.root.to_string();
        let mut own = Vec::new();
        for (n, name) in chart.iter().enumerate() {
            folder = paths::within(&folder, &format!("charts/{name}"));
            let values = read(self.files, &paths::within(&folder, "values.yaml"));
            own.extend(values.map(|values| (values, &chart[n + 1..])));
        }
        Values { chart, whole: &self.whole, own }
    }
}

/// What sets the values of one chart.
pub struct Values<'s> {
    chart: &'s [String],
    whole: &'s [Located],
    /// Values of the charts on the way to it, the outer ones first, each with the way from it.
    own: Vec<(Located, &'s [String])>,
}

impl Values<'_> {
    /// The places that set what an action printed, where they hold the very same: rendered bytes, place and label each.
    /// `rendered` are its bytes in `text`.
    pub fn set(&self, action: &str, text: &str, rendered: Span) -> Vec<(Span, Origin, String)> {
        let Some(keys) = keys(action) else { return Vec::new() };
        let printed = text.get(rendered.range()).unwrap_or_default();
        let shown = keys.join(".");
        let set = |value: Value<'_>| {
            let origin = Origin { path: value.located().path.clone(), span: value.pointer() };
            (origin, format!("sets `.Values.{shown}`"))
        };
        let Some(value) = self.find(&keys) else { return Vec::new() };
        if value.kind() == Kind::Scalar {
            let says = value.text().is_some_and(|text| !text.is_empty() && text == unquoted(printed.trim()));
            let found = says.then(|| set(value)).map(|(origin, label)| (rendered, origin, label));
            return found.into_iter().collect();
        }
        // What `toYaml` printed has the keys of the value; each scalar of it has its own line.
        let block = parse(Format::Yaml, Arc::default(), printed.into(), Limits::default()).located;
        let mut found = Vec::new();
        let mut open: Vec<(Value<'_>, Vec<String>)> = block.root().map(|root| (root, keys)).into_iter().collect();
        while let Some((node, keys)) = open.pop() {
            let with = |key: String| [keys.clone(), vec![key]].concat();
            match node.kind() {
                Kind::Mapping => {
                    open.extend(node.entries().into_iter().map(|(key, node)| (node, with(key.to_string()))))
                }
                Kind::Sequence => open.extend(node.items().enumerate().map(|(n, node)| (node, with(n.to_string())))),
                Kind::Scalar => {
                    let same = |value: &Value<'_>| value.text().is_some() && value.text() == node.text();
                    if let Some(value) = self.find(&keys).filter(same) {
                        let at = |offset: u32| rendered.start + offset;
                        let span = Span { start: at(node.span().start), end: at(node.span().end) };
                        let (origin, label) = set(value);
                        found.push((span, origin, label));
                    }
                }
            }
        }
        found
    }

    /// The value of some keys, as the first file sets it that does.
    fn find(&self, keys: &[String]) -> Option<Value<'_>> {
        let global = keys.first().is_some_and(|key| key == "global");
        let way = |way: &'_ [String]| if global { Vec::new() } else { way.to_vec() };
        let whole = self.whole.iter().filter_map(|values| follow(values, &way(self.chart), keys));
        let own = self.own.iter().filter_map(|(values, inner)| follow(values, &way(inner), keys));
        whole.chain(own).next()
    }
}

fn read(files: &Files<'_>, path: &str) -> Option<Located> {
    let mut values = parse(Format::Yaml, path.into(), (files.read)(path)?, Limits::default()).located;
    values.path = path.into();
    Some(values)
}

fn follow<'v>(values: &'v Located, way: &[String], keys: &[String]) -> Option<Value<'v>> {
    let step = |at: Value<'v>, key: &String| match at.kind() {
        Kind::Sequence => at.items().nth(key.parse().ok()?),
        _ => at.get(key),
    };
    way.iter().chain(keys).try_fold(values.root()?, step)
}

/// The keys of the one value that an action names.
fn keys(action: &str) -> Option<Vec<String>> {
    const MARK: &str = ".Values.";
    let inner = template::inner(action, &(0..action.len()));
    let (_, rest) = inner.split_once(MARK).filter(|(_, rest)| !rest.contains(MARK) && !rest.contains("{{"))?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len());
    Some(rest[..end].split('.').map(str::to_string).collect())
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_names_one_value_or_none() {
        for (action, expected) in [
            ("{{ .Values.a.b }}", Some("a/b")),
            ("{{- toYaml $.Values.a | nindent 4 -}}", Some("a")),
            ("{{ .Values.a | default .Values.b }}", None),
            ("{{ .Values.a }}:{{ .Chart.Version }}", None),
            ("{{ .Chart.Name }}", None),
        ] {
            assert_eq!(keys(action).map(|keys| keys.join("/")).as_deref(), expected, "{action}");
        }
    }
}
