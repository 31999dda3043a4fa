//! Merging one compose file onto another, as the compose specification says.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::collect::compose::effective::{Content, Effective, Map};
use crate::collect::compose::normalise::short_port;

/// Lists that a later file replaces instead of adding to.
const REPLACED: &[&str] = &["command", "entrypoint", "test"];

/// Lays `over` on `base`.
pub fn merge<'a>(base: Effective<'a>, over: Effective<'a>) -> Effective<'a> {
    merge_at(base, over, "")
}

fn merge_at<'a>(base: Effective<'a>, over: Effective<'a>, key: &str) -> Effective<'a> {
    if over.tag == Some("!override") {
        return over;
    }
    let place = over.at;
    match (base.content, over.content) {
        (Content::Map(mut base_map), Content::Map(over_map)) => {
            let mut reset: HashSet<Cow<'a, str>> = HashSet::new();
            for (name, value) in over_map {
                if value.tag == Some("!reset") {
                    reset.insert(name);
                    continue;
                }
                match base_map.get_mut(&name) {
                    Some(place) => {
                        let known = std::mem::replace(place, Effective::new(Content::Null, place.at));
                        *place = merge_at(known, value, &name);
                    }
                    None => _ = base_map.insert(name, value),
                }
            }
            if !reset.is_empty() {
                base_map.retain(|name, _| !reset.contains(name));
            }
            // What is absent from a merged mapping points at its key in the last file that defines it.
            Effective { content: Content::Map(base_map), at: place, via: base.via, state: base.state, tag: base.tag }
        }
        (Content::List(mut items), Content::List(added)) if !REPLACED.contains(&key) => {
            let mut known: HashMap<String, usize> = HashMap::new();
            for (n, item) in items.iter().enumerate() {
                if let Some(identity) = identity(item, key) {
                    known.entry(identity).or_insert(n);
                }
            }
            for item in added {
                match identity(&item, key) {
                    Some(identity) => match known.entry(identity) {
                        Entry::Occupied(same) => items[*same.get()] = item,
                        Entry::Vacant(free) => {
                            free.insert(items.len());
                            items.push(item);
                        }
                    },
                    None => items.push(item),
                }
            }
            Effective { content: Content::List(items), at: place, via: base.via, state: base.state, tag: base.tag }
        }
        (content, Content::Null) if !matches!(content, Content::Null) => {
            Effective { content, ..base_of(base.at, base.via, base.state, base.tag) }
        }
        (_, content) => Effective { content, at: over.at, via: over.via, state: over.state, tag: over.tag },
    }
}

fn base_of<'a>(
    at: crate::located::Value<'a>,
    via: Vec<crate::input::settings::Via<'a>>,
    state: crate::input::settings::State,
    tag: Option<&'a str>,
) -> Effective<'a> {
    Effective { content: Content::Null, at, via, state, tag }
}

/// What makes two entries of a list one: a volume's target, a port's whole address, a text itself.
fn identity(item: &Effective<'_>, key: &str) -> Option<String> {
    let text = |name: &str| item.get(name).and_then(Effective::text).unwrap_or(Cow::Borrowed(""));
    match (&item.content, key) {
        (_, "ports") => {
            let or = |text: Cow<'_, str>, default: &str| {
                if text.is_empty() { default.to_string() } else { text.into_owned() }
            };
            let range =
                |(first, last): (u16, u16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
            let short = || short_port(&item.text()?);
            match &item.content {
                Content::Map(_) => {
                    let (ip, protocol) = (or(text("host_ip"), "0.0.0.0"), or(text("protocol"), "tcp"));
                    Some(format!("{ip}|{}|{}|{protocol}", text("published"), text("target")))
                }
                // Both syntaxes name one port.
                _ => match short() {
                    Some(port) => {
                        let (ip, published) = (port.host_ip.unwrap_or_default(), port.published.map(range));
                        let ip = or(Cow::Owned(ip), "0.0.0.0");
                        Some(format!("{ip}|{}|{}|{}", published.unwrap_or_default(), range(port.target), port.protocol))
                    }
                    None => item.text().map(Cow::into_owned),
                },
            }
        }
        (Content::Map(_), "volumes" | "secrets" | "configs") => {
            let target = text("target");
            Some(if target.is_empty() { text("source").into_owned() } else { target.into_owned() })
        }
        (Content::Map(_), "env_file") => Some(text("path").into_owned()),
        (Content::Text(text), "volumes") => {
            let mut parts = text.split(':');
            let first = parts.next().unwrap_or_default();
            Some(parts.next().unwrap_or(first).to_string())
        }
        (Content::Map(_), _) => None,
        _ => item.text().map(Cow::into_owned),
    }
}

/// Removes what `!reset` marks where nothing was there to reset.
pub fn drop_reset(value: &mut Effective<'_>) {
    match &mut value.content {
        Content::Map(map) => {
            map.retain(|_, value| value.tag != Some("!reset"));
            map.values_mut().for_each(drop_reset);
        }
        Content::List(items) => items.iter_mut().for_each(drop_reset),
        _ => {}
    }
}

/// An empty mapping at the place of another value.
pub fn empty<'a>(like: &Effective<'a>) -> Effective<'a> {
    Effective::new(Content::Map(Map::new()), like.at)
}
