//! What an Ingress answers at each of its paths, as ingress-nginx reads its annotations.
//!
//! Source: <https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>.

use std::borrow::Cow;

use crate::collect::kubernetes::objects::Object;
use crate::input::edges::{
    Access, Answers, Aspect, Header, Location, Matching, Origin, RateLimit, Redirect, Unseen, Upload,
};
use crate::located::{Limits, Value};
use crate::syntax::{Format, parse};

/// Annotations of ingress-nginx.
pub const NGINX: &str = "nginx.ingress.kubernetes.io/";

/// The paths of an Ingress, one `/` where it has none.
pub fn locations<'a>(object: &Object<'a>, tls: bool) -> Vec<Location<'a>> {
    let rules = object.root.path(&["spec", "rules"]).into_iter().flat_map(Value::items);
    let paths = rules.filter_map(|rule| rule.path(&["http", "paths"])).flat_map(Value::items);
    let facts = location(object, tls);
    let found: Vec<Location<'a>> = paths
        .map(|entry| {
            let path = entry.get("path");
            let kind = entry.get("pathType").and_then(Value::text);
            Location {
                at: path.unwrap_or(entry).into(),
                path: path.and_then(Value::text).unwrap_or("/").into(),
                matching: if kind == Some("Exact") { Matching::Exact } else { Matching::Prefix },
                ..facts.clone()
            }
        })
        .collect();
    if found.is_empty() { vec![facts] } else { found }
}

fn location<'a>(object: &Object<'a>, tls: bool) -> Location<'a> {
    let annotations = object.root.path(&["metadata", "annotations"]);
    let annotation = |name: &str| annotations.and_then(|all| all.get(&format!("{NGINX}{name}")));
    let text = |name: &str| annotation(name).and_then(Value::text);
    let class = object.root.path(&["spec", "ingressClassName"]).and_then(Value::text);
    let class = class.or_else(|| annotations?.get("kubernetes.io/ingress.class")?.text());
    let own = class.is_none_or(|class| class.contains("nginx"));
    let mut location = Location {
        at: object.place().into(),
        path: "/".into(),
        matching: Matching::Prefix,
        answers: Answers::Proxy,
        headers: Vec::new(),
        redirect: None,
        rate_limits: Vec::new(),
        upload: None,
        access: Access::default(),
        unseen: Vec::new(),
    };
    // The controller's own ConfigMap may add headers to every answer; another controller does all of it differently.
    location.unseen.push(Unseen {
        at: object.place().into(),
        aspects: if own { vec![Aspect::Headers] } else { Aspect::ALL.to_vec() },
        message: format!("the configuration of the controller of {} is not in the tree", object.name).into(),
        give: "the answers of a probe".into(),
    });
    if !own {
        return location;
    }
    let forced = text("force-ssl-redirect") == Some("true");
    if (tls && text("ssl-redirect") != Some("false")) || forced {
        location.redirect = Some(Redirect { at: object.place().into(), to_https: true });
    }
    for (name, per) in [("limit-rps", 1), ("limit-rpm", 60)] {
        if let Some(at) = annotation(name) {
            let rate = at.text().and_then(|text| text.parse::<u64>().ok());
            let milli_per_second = rate.map(|rate| rate.saturating_mul(1000) / per);
            location.rate_limits.push(RateLimit { at: at.into(), milli_per_second });
        }
    }
    // ingress-nginx keeps the default of nginx, 1m.
    location.upload = match annotation("proxy-body-size") {
        Some(at) => at.text().and_then(size).map(|max_bytes| Upload { max_bytes, at: Some(at.into()) }),
        None => Some(Upload { max_bytes: 1 << 20, at: None }),
    };
    for name in ["whitelist-source-range", "allowlist-source-range"] {
        if let Some(at) = annotation(name) {
            let list = at.text().unwrap_or_default().split(',').map(str::trim).filter(|range| !range.is_empty());
            location.access.allow.extend(list.map(|range| Origin::new(range.into(), at.into())));
            location.access.denies = true;
        }
    }
    let check = ["auth-type", "auth-url", "auth-tls-secret"].into_iter().find_map(annotation);
    location.access.authenticated = check.map(Into::into);
    for at in ["configuration-snippet", "server-snippet"].into_iter().filter_map(annotation) {
        location.headers.extend(headers(at));
    }
    location
}

/// The size of a body: `8m`, `0`, or bytes.
fn size(text: &str) -> Option<u64> {
    crate::collect::proxies::bytes(text.trim())
}

/// Headers that a snippet of nginx sets; they all stand at the annotation.
fn headers(at: Value<'_>) -> Vec<Header<'_>> {
    let parsed = parse(Format::Nginx, "-".into(), at.text().unwrap_or_default().into(), Limits::default());
    let mut found = Vec::new();
    for directive in parsed.located.root().into_iter().flat_map(Value::items) {
        let name = directive.get("directive").and_then(Value::text).unwrap_or_default();
        let words: Vec<&str> =
            directive.get("args").into_iter().flat_map(Value::items).filter_map(Value::text).collect();
        let pairs: Vec<(&str, &str)> = match name {
            "add_header" if words.len() >= 2 => vec![(words[0], words[1])],
            "more_set_headers" => words.iter().filter_map(|word| word.split_once(':')).collect(),
            _ => continue,
        };
        found.extend(pairs.into_iter().map(|(name, value)| Header {
            name: name.trim().to_ascii_lowercase().into(),
            value: (!value.contains('$')).then(|| Cow::Owned(value.trim().to_string())),
            at: at.into(),
            via: Vec::new(),
        }));
    }
    found
}
