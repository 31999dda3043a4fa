//! What routers and middlewares of Traefik do, from labels of compose services as from resources of Kubernetes.
//!
//! Source: <https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/>. Names of options are
//! compared without regard to case, as Traefik does for labels and flags.

use std::borrow::Cow;

use crate::input::edges::{
    Access, Answers, Aspect, Header, Location, Matching, Origin, RateLimit, Redirect, Unseen, Upload,
};
use crate::input::settings::Via;
use crate::located::{At, Value};

/// An option of a middleware: its dotted name in lower case below the middleware, and its value.
#[derive(Clone, Debug)]
pub struct Opt<'a> {
    pub name: String,
    pub value: Cow<'a, str>,
    pub at: Value<'a>,
}

/// What a router does, while its middlewares are applied.
#[derive(Clone, Debug)]
pub struct Route<'a> {
    pub location: Location<'a>,
    pub origins: Vec<Origin<'a>>,
}

impl<'a> Route<'a> {
    /// A route by the rule of its router, without middlewares.
    pub fn new(rule: Cow<'a, str>, at: At<'a>) -> Self {
        let (path, matching) = path(&rule);
        Self {
            location: Location {
                at,
                path: path.into(),
                matching,
                answers: Answers::Proxy,
                headers: Vec::new(),
                redirect: None,
                rate_limits: Vec::new(),
                upload: None,
                access: Access::default(),
                unseen: Vec::new(),
            },
            origins: Vec::new(),
        }
    }

    /// Notes that nobody knows what a middleware does.
    pub fn unseen(&mut self, at: At<'a>, name: &str) {
        self.location.unseen.push(Unseen {
            at,
            aspects: Aspect::ALL.to_vec(),
            message: format!("the middleware {name} is not in the tree").into(),
            give: "the file or resource that defines the middleware".into(),
        });
    }

    /// Lets a middleware count, which the router uses at a place.
    pub fn apply(&mut self, options: &[Opt<'a>], used_at: At<'a>) {
        let via = || vec![Via { at: used_at, label: "used here".into() }];
        let location = &mut self.location;
        let period = options.iter().find(|one| one.name == "ratelimit.period").and_then(|one| seconds(&one.value));
        for Opt { name, value, at } in options {
            let at: At<'a> = (*at).into();
            let text = value.trim();
            let mut header = |name: &str, value: Cow<'a, str>| {
                location.headers.push(Header { name: name.to_string().into(), value: Some(value), at, via: via() });
            };
            let (group, option) = name.split_once('.').unwrap_or((name, ""));
            match (group, option) {
                ("headers", "stsseconds") => header("strict-transport-security", format!("max-age={text}").into()),
                ("headers", "contenttypenosniff") if text == "true" => {
                    header("x-content-type-options", "nosniff".into())
                }
                ("headers", "framedeny") if text == "true" => header("x-frame-options", "DENY".into()),
                ("headers", "customframeoptionsvalue") => header("x-frame-options", value.clone()),
                ("headers", "contentsecuritypolicy") => header("content-security-policy", value.clone()),
                ("headers", "referrerpolicy") => header("referrer-policy", value.clone()),
                ("headers", "sslredirect") if text == "true" => {
                    location.redirect = Some(Redirect { at, to_https: true });
                }
                ("headers", option) if option.starts_with("accesscontrolalloworiginlist") => {
                    let list = text.split(',').map(str::trim).filter(|one| !one.is_empty());
                    self.origins.extend(list.map(|one| Origin::new(one.to_string().into(), at)));
                }
                ("headers", option) => {
                    if let Some(custom) = option.strip_prefix("customresponseheaders.") {
                        header(custom, value.clone());
                    }
                }
                ("redirectscheme", "scheme") => location.redirect = Some(Redirect { at, to_https: text == "https" }),
                ("redirectregex", "replacement") => {
                    location.redirect = Some(Redirect { at, to_https: text.starts_with("https://") });
                }
                ("ratelimit", "average") => {
                    let average = text.parse::<u64>().ok();
                    let milli = average.map(|average| average.saturating_mul(1000) / period.unwrap_or(1).max(1));
                    location.rate_limits.push(RateLimit { at, milli_per_second: milli });
                }
                ("ipallowlist" | "ipwhitelist", option) if option.starts_with("sourcerange") => {
                    let list = text.split(',').map(str::trim).filter(|one| !one.is_empty());
                    location.access.allow.extend(list.map(|one| Origin::new(one.to_string().into(), at)));
                    location.access.denies = true;
                }
                ("basicauth" | "digestauth" | "forwardauth", _) => location.access.authenticated = Some(at),
                ("buffering", "maxrequestbodybytes") => {
                    location.upload = text.parse().ok().map(|max_bytes| Upload { max_bytes, at: Some(at) });
                }
                _ => {}
            }
        }
        if location.redirect.is_some() {
            location.answers = Answers::Redirect;
        }
    }
}

/// Options of a middleware as labels name them; each item of a list is an option of its own.
pub fn options(middleware: Value<'_>) -> Vec<Opt<'_>> {
    let mut options = Vec::new();
    flatten(middleware, "", &mut options, 0);
    options
}

fn flatten<'a>(value: Value<'a>, name: &str, options: &mut Vec<Opt<'a>>, depth: usize) {
    if value.is_sequence() {
        let items = value.items().filter_map(|item| Some((item.text()?, item)));
        options.extend(items.map(|(text, at)| Opt { name: name.to_string(), value: text.into(), at }));
    } else if let Some(text) = value.text() {
        options.push(Opt { name: name.to_string(), value: text.into(), at: value });
    } else if depth < 8 {
        for (key, child) in value.entries() {
            let key = key.to_lowercase();
            let inner = if name.is_empty() { key } else { format!("{name}.{key}") };
            flatten(child, &inner, options, depth + 1);
        }
    }
}

/// Whether TLS is spoken at an entry point, by its name in lower case.
pub fn is_secure(entry_point: &str) -> bool {
    entry_point.contains("websecure") || entry_point.contains("https")
}

/// A duration like `1m` or `10s`, at least a second.
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" | "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3600),
        _ => None,
    }
}

/// The path that a rule asks for; `/` for none.
fn path(rule: &str) -> (String, Matching) {
    for (call, matching) in
        [("PathPrefix(", Matching::Prefix), ("Path(", Matching::Exact), ("PathRegexp(", Matching::Expression)]
    {
        if let Some((before, rest)) = rule.split_once(call)
            && !before.ends_with(|c: char| c.is_alphanumeric() || c == '!')
        {
            let path = rest.split(')').next().unwrap_or_default().split(',').next().unwrap_or_default();
            return (path.trim().trim_matches(['`', '"', '\'']).to_string(), matching);
        }
    }
    ("/".to_string(), Matching::Prefix)
}

/// Host names of a rule.
pub fn hosts(rule: &str) -> Vec<String> {
    let calls = rule.split("Host(").skip(1).filter_map(|rest| rest.split(')').next());
    let names = calls.flat_map(|list| list.split(',')).map(|host| host.trim().trim_matches(['`', '"', '\'']));
    names.filter(|host| !host.is_empty()).map(str::to_string).collect()
}
