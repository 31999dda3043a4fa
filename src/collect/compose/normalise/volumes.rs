//! The short syntax of `volumes`.

use std::borrow::Cow;

use crate::collect::compose::effective::{Content, Effective};
use crate::collect::compose::normalise::rebase;

/// Brings the entries of a service's `volumes` to the long form; `way` leads to the folder that host paths are seen from.
pub fn long(value: &mut Effective<'_>, way: &str) {
    let Content::List(items) = &mut value.content else { return };
    for item in items.iter_mut() {
        let parts = if item.map().is_some() { None } else { item.text().and_then(|text| parts(&text)) };
        if let Some(parts) = parts {
            *item = entry(item, parts);
        }
        if let Content::Map(map) = &mut item.content
            && map.get("type").and_then(Effective::text).is_some_and(|kind| kind == "bind")
            && let Some(source) = map.get_mut("source")
        {
            rebase(source, way);
        }
    }
}

/// `[SOURCE:]TARGET[:OPTIONS]`.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    source: Option<String>,
    target: String,
    options: Vec<String>,
}

/// None for an empty part and for a fourth one, which compose refuses.
fn parts(text: &str) -> Option<Parts> {
    let mut pieces: Vec<String> = Vec::new();
    for piece in text.split(':') {
        match pieces.last_mut() {
            // The colon of a drive: `C:\data`.
            Some(drive) if is_drive(drive) && piece.starts_with(['/', '\\']) => {
                *drive = format!("{drive}:{piece}");
            }
            _ => pieces.push(piece.to_string()),
        }
    }
    if pieces.iter().any(String::is_empty) || pieces.len() > 3 {
        return None;
    }
    let options = if pieces.len() == 3 { pieces.pop().unwrap_or_default() } else { String::new() };
    let target = pieces.pop()?;
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_string).collect();
    Some(Parts { source: pieces.pop(), target, options })
}

fn is_drive(piece: &str) -> bool {
    piece.len() == 1 && piece.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether a source is a path of the host and no name of a volume.
fn is_path(source: &str) -> bool {
    let drive = source.split_once(':').is_some_and(|(drive, _)| is_drive(drive));
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || drive
}

fn entry<'a>(item: &Effective<'a>, parts: Parts) -> Effective<'a> {
    const PROPAGATIONS: &[&str] = &["rprivate", "private", "rshared", "shared", "rslave", "slave"];
    let bind = parts.source.as_deref().is_some_and(is_path);
    let text = |text: String| item.part(Cow::Owned(text));
    let yes = || Effective { content: Content::Bool(true), ..item.part(Cow::Borrowed("")) };
    let mut fields = vec![("type", text(if bind { "bind" } else { "volume" }.to_string()))];
    fields.extend(parts.source.map(|source| ("source", text(source))));
    let target = parts.target.trim_end_matches('/');
    fields.push(("target", text(if target.is_empty() { parts.target } else { target.to_string() })));
    let mut of_bind = Vec::new();
    let mut of_volume = Vec::new();
    for option in parts.options {
        match option.as_str() {
            "ro" => fields.push(("read_only", yes())),
            "nocopy" => of_volume.push(("nocopy", yes())),
            "z" | "Z" => of_bind.push(("selinux", text(option))),
            propagation if PROPAGATIONS.contains(&propagation) => of_bind.push(("propagation", text(option))),
            // Compose takes other options and leaves them.
            _ => {}
        }
    }
    if bind {
        of_bind.push(("create_host_path", yes()));
    }
    if !of_bind.is_empty() {
        fields.push(("bind", item.with(of_bind)));
    }
    if !bind || !of_volume.is_empty() {
        fields.push(("volume", item.with(of_volume)));
    }
    item.with(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_taken_apart() {
        let of = |source: Option<&str>, target: &str, options: &[&str]| {
            let options = options.iter().map(|option| (*option).to_string()).collect();
            Some(Parts { source: source.map(str::to_string), target: target.to_string(), options })
        };
        for (text, expected) in [
            ("/data", of(None, "/data", &[])),
            ("data:/data", of(Some("data"), "/data", &[])),
            (
                "./nginx.conf:/etc/nginx/nginx.conf:ro,z",
                of(Some("./nginx.conf"), "/etc/nginx/nginx.conf", &["ro", "z"]),
            ),
            (r"C:\data:/data:ro", of(Some(r"C:\data"), "/data", &["ro"])),
            ("a::b", None),
            ("a:b:c:d", None),
            ("", None),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        assert!(is_path("./x") && is_path("~/x") && is_path(r"C:\x") && !is_path("data") && !is_path("data.v1"));
    }
}
