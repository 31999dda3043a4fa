//! What counts at a level of nginx, after all that it inherits.
//!
//! Sources: <https://nginx.org/en/docs/http/ngx_http_headers_module.html> (a level with an `add_header` of its own inherits
//! none, unless `add_header_inherit merge`), ngx_http_limit_req_module, ngx_http_access_module, ngx_http_core_module.

use std::borrow::Cow;

use foldhash::HashMap;

use crate::collect::proxies::directives::{Block, Directive};
use crate::collect::proxies::variables::variable;
use crate::input::edges::{Access, Aspect, Header, Origin, RateLimit, Unseen, Upload};
use crate::located::Value;

/// Bytes that nginx takes where nothing says how many.
const DEFAULT_UPLOAD: u64 = 1 << 20;

/// Zones and maps of the `http` block, by name.
#[derive(Default)]
pub struct Http<'a> {
    /// Thousandths of a request a second, with the place that states it.
    pub zones: HashMap<&'a str, (Option<u64>, Value<'a>)>,
    /// Maps by the names of their variables.
    pub maps: HashMap<&'a str, Map<'a>>,
}

/// What a map goes by, and key and value of each entry.
pub struct Map<'a> {
    pub by: &'a str,
    pub entries: Vec<(Value<'a>, &'a str)>,
}

impl<'a> Http<'a> {
    pub fn new(block: &Block<'a>, bundle: &'a crate::artefact::Bundle) -> Self {
        let mut http = Self::default();
        for directive in &block.directives {
            match (directive.name, directive.block) {
                ("limit_req_zone", _) => {
                    let zone = directive.words().find_map(|word| word.strip_prefix("zone="));
                    let rate = directive.words().find_map(|word| word.strip_prefix("rate="));
                    if let Some(zone) = zone.map(|zone| zone.split(':').next().unwrap_or(zone)) {
                        http.zones.insert(zone, (rate.and_then(milli_per_second), directive.at));
                    }
                }
                ("map", Some(list)) => {
                    let name = directive.word(1).and_then(variable);
                    let (Some(by), Some(name)) = (directive.word(0), name) else { continue };
                    let entries = Block::read(list, bundle).directives.into_iter();
                    let entries = entries.map(|entry| (entry.at, entry.word(0).unwrap_or_default())).collect();
                    http.maps.insert(name, Map { by, entries });
                }
                _ => {}
            }
        }
        http
    }
}

/// `10r/s` or `30r/m`.
fn milli_per_second(rate: &str) -> Option<u64> {
    let (number, unit) = rate.split_once("r/")?;
    let number: u64 = number.parse().ok()?;
    match unit {
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(1000).map(|milli| milli / 60),
        _ => None,
    }
}

/// `10m`, `512k`, `1g` or bytes.
pub fn bytes(size: &str) -> Option<u64> {
    let unit = match size.as_bytes().last()?.to_ascii_lowercase() {
        b'k' => 1 << 10,
        b'm' => 1 << 20,
        b'g' => 1 << 30,
        _ => return size.parse().ok(),
    };
    size[..size.len() - 1].parse::<u64>().ok()?.checked_mul(unit)
}

/// A level.
#[derive(Clone, Debug)]
pub struct Level<'a> {
    pub headers: Vec<Header<'a>>,
    pub limits: Vec<RateLimit<'a>>,
    pub upload: Option<Upload<'a>>,
    pub access: Access<'a>,
    pub unseen: Vec<Unseen<'a>>,
    /// Names of the zones that limits of the level use.
    pub zones: Vec<&'a str>,
}

impl Default for Level<'_> {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            limits: Vec::new(),
            upload: Some(Upload { max_bytes: DEFAULT_UPLOAD, at: None }),
            access: Access::default(),
            unseen: Vec::new(),
            zones: Vec::new(),
        }
    }
}

impl<'a> Level<'a> {
    /// The level that a block makes inside this one.
    pub fn inside(&self, block: &Block<'a>, http: &Http<'a>) -> Self {
        let mut level = self.clone();
        let mut decided = Vec::new();
        let own = added(block);
        let inherit = block.last("add_header_inherit").and_then(|directive| directive.word(0));
        if !own.is_empty() && inherit != Some("merge") || inherit == Some("off") {
            level.headers.retain(|header| header.via.iter().any(|via| via.label == MORE));
        }
        if !own.is_empty() && inherit != Some("merge") {
            decided.push(Aspect::Headers);
        }
        level.headers.extend(own);
        level.headers.extend(more(block));
        let limits: Vec<&Directive<'a>> = block.all("limit_req").collect();
        if !limits.is_empty() {
            decided.push(Aspect::RateLimits);
            let zone = |limit: &&Directive<'a>| limit.words().find_map(|word| word.strip_prefix("zone="));
            level.zones = limits.iter().filter_map(zone).collect();
            level.limits = limits
                .iter()
                .map(|limit| RateLimit {
                    at: limit.at.into(),
                    milli_per_second: zone(limit).and_then(|zone| http.zones.get(zone)).and_then(|zone| zone.0),
                })
                .collect();
        }
        if block.is_on("limit_req_dry_run") {
            level.limits.clear();
        }
        if let Some(size) = block.last("client_max_body_size") {
            decided.push(Aspect::Upload);
            let max = size.word(0).and_then(bytes);
            level.upload = max.map(|max_bytes| Upload { max_bytes, at: size.args.first().map(|at| (*at).into()) });
        }
        let rules: Vec<&Directive<'a>> =
            block.directives.iter().filter(|one| one.name == "allow" || one.name == "deny").collect();
        if !rules.is_empty() {
            decided.push(Aspect::Access);
            level.access.allow = rules
                .iter()
                .take_while(|rule| !(rule.name == "deny" && rule.word(0) == Some("all")))
                .filter(|rule| rule.name == "allow")
                .filter_map(|rule| Some(Origin::new(rule.word(0)?.into(), (*rule.args.first()?).into())))
                .collect();
            level.access.denies = rules.iter().any(|rule| rule.name == "deny" && rule.word(0) == Some("all"));
        }
        for name in ["auth_basic", "auth_request", "auth_jwt", "ssl_verify_client"] {
            if let Some(directive) = block.last(name) {
                let off = matches!(directive.word(0), Some("off" | "optional" | "optional_no_ca"));
                level.access.authenticated = (!off).then(|| directive.at.into());
            }
        }
        // What a level says itself, the includes of outer levels do not change.
        for unseen in &mut level.unseen {
            unseen.aspects.retain(|aspect| !decided.contains(aspect));
        }
        level.unseen.extend(block.unseen.iter().cloned());
        level
    }
}

/// Label of headers that inner levels add to instead of dropping.
const MORE: &str = "set for all answers here";

/// The headers that a block sends itself.
pub fn sent<'a>(block: &Block<'a>) -> Vec<Header<'a>> {
    added(block).into_iter().chain(more(block)).collect()
}

fn added<'a>(block: &Block<'a>) -> Vec<Header<'a>> {
    block.all("add_header").filter_map(header).collect()
}

fn more<'a>(block: &Block<'a>) -> Vec<Header<'a>> {
    block.all("more_set_headers").flat_map(more_headers).collect()
}

/// The value of a header as it is written.
pub fn written<'a>(header: &Header<'a>) -> &'a str {
    let text = header.at.0.text().unwrap_or_default();
    // `more_set_headers` has name and value in one word.
    match text.split_once(':') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case(&header.name) => value.trim(),
        _ => text,
    }
}

fn header<'a>(directive: &Directive<'a>) -> Option<Header<'a>> {
    let value = directive.args.get(1).copied();
    Some(Header {
        name: lower(directive.word(0)?),
        value: value.and_then(Value::text).filter(|text| is_known(text)).map(Cow::Borrowed),
        at: value.unwrap_or(directive.at).into(),
        via: directive.via.clone(),
    })
}

/// `more_set_headers 'Name: value' ...` of headers-more, which inner levels add to.
fn more_headers<'a>(directive: &Directive<'a>) -> Vec<Header<'a>> {
    let header = |word: &Value<'a>| {
        let (name, value) = word.text()?.split_once(':')?;
        let value = Some(value.trim()).filter(|value| is_known(value)).map(Cow::Borrowed);
        let mut via = directive.via.clone();
        via.push(crate::input::settings::Via { at: directive.at.into(), label: MORE.into() });
        Some(Header { name: lower(name.trim()), value, at: (*word).into(), via })
    };
    directive.args.iter().filter_map(header).collect()
}

/// Whether no variable and no template decides a value.
pub fn is_known(text: &str) -> bool {
    !text.contains('$') && !text.contains("{{")
}

fn lower(name: &str) -> Cow<'_, str> {
    name.to_ascii_lowercase().into()
}
