//! Keeps secrets out of everything that is printed: each becomes dots of equal width.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::input::dsn::{Login, Password};
use crate::input::settings::{Holder, Setting, State};
use crate::input::{InputDocument, environment, roles};
use crate::located::{At, Span, Value};
use crate::secrets::Strength;

pub mod lexical;

/// A value of at least this many characters is masked wherever it stands.
const LONG: usize = 6;

/// A value of at least this many characters is masked where it is a word of its own, unless it is one of plain letters such
/// as `minio`, which names containers too. Any other, which would blank out words by chance and keeps nobody out, is masked
/// at its own places only.
const WORD: usize = 4;

/// Keys of the document whose values are words of the schema, places or paths.
const FIXED: &[&str] =
    &["role", "state", "reaches", "holder", "environment", "source", "at", "via", "kind", "platform", "path", "folder"];

/// Keys of the document below which artefacts stand as they are.
const OF_ARTEFACTS: &[&str] = &["files", "configuration", "text", "value"];

/// Sections whose artefacts are no settings: what is secret in them is told by names alone.
const BY_NAME: &[&str] = &["proxies", "dockerfiles", "inventories", "workflows", "realms", "config_files"];

/// The secrets of a run.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Secrets that are masked in every text.
    values: Option<AhoCorasick>,
    /// Secrets that are masked where they are words.
    words: Option<AhoCorasick>,
    /// Those and the passwords that everybody tries first, which are masked in the input document.
    all: Option<AhoCorasick>,
    /// Places of secrets by path.
    spans: BTreeMap<Arc<str>, Vec<Span>>,
}

impl Mask {
    /// Gathers the literals of settings whose names mean a credential, the passwords inside connection URLs, and what
    /// Kubernetes Secrets hold; of the last, names that mean nothing make no secret of the same word elsewhere.
    pub fn new(document: &InputDocument<'_>) -> Self {
        let (mut values, mut all, mut words) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut spans: BTreeMap<Arc<str>, BTreeSet<Span>> = BTreeMap::new();
        let secret = |setting: &&Setting<'_>| setting.secret || setting.holder == Holder::Secret;
        for setting in document.settings.all.iter().filter(secret) {
            let Some(value) = setting.value.as_deref().filter(|value| !value.is_empty()) else { continue };
            if !matches!(setting.state, State::Literal | State::Default) {
                continue;
            }
            let inside = inside(setting);
            let place = setting.at.0;
            let located = place.located();
            let source = located.text.get(place.span().range()).unwrap_or_default();
            let secret = match &inside {
                Some(password) => password.text.clone(),
                None => value.to_string(),
            };
            // In its own place a secret is masked whatever its length; in a URL only the password is.
            let mut written = forms(&secret);
            if let Some(password) = inside {
                written.push(password.written);
                // Base64 of a whole URL hides its password from a search for the password alone.
                written.extend([BASE64.encode(value.as_bytes()), BASE64.encode(format!("{value}\n").as_bytes())]);
            }
            for form in written {
                for (at, found) in source.match_indices(form.as_str()) {
                    let start = place.span().start as usize + at;
                    spans.entry(located.path.clone()).or_default().insert(Span::new(start, start + found.len()));
                }
                if !setting.secret {
                    continue;
                }
                // A password that everybody tries first is a word like others; blanking it everywhere would hide more
                // than it keeps.
                let common = setting.measures.as_ref().is_some_and(|measures| measures.known_default);
                let length = secret.chars().count();
                if length >= LONG {
                    all.insert(form.clone());
                }
                if length >= LONG && !common {
                    values.insert(form);
                } else if length >= WORD && !common && !secret.bytes().all(|byte| byte.is_ascii_lowercase()) {
                    words.insert(form);
                }
            }
        }
        let past = document.bundle.past().iter().map(|past| &past.scanned);
        for scanned in document.bundle.scanned().iter().chain(past) {
            for detection in &scanned.detections {
                let artefact = &scanned.artefact;
                spans.entry(artefact.path.clone()).or_default().insert(detection.span);
                let secret = artefact.located.text.get(detection.span.range()).unwrap_or_default();
                if secret.chars().count() < LONG {
                    continue;
                }
                // A word that people chose is hidden where it was found, and in what the document makes of that.
                if detection.strength != Strength::Weak {
                    values.insert(secret.to_string());
                    all.insert(secret.to_string());
                } else if document.bundle.get(&artefact.path).is_some() {
                    all.insert(secret.to_string());
                }
            }
        }
        for section in BY_NAME {
            for artefact in document.bundle.section(section) {
                let found = lexical::secrets(&artefact.located.text);
                spans.entry(artefact.path.clone()).or_default().extend(found);
            }
        }
        // What renders is not what was rendered: its lines must say what is secret in it.
        for (path, text) in document.bundle.sources() {
            let found = lexical::secrets(text).into_iter();
            let hidden = found.filter(|span| !is_action(text.get(span.range()).unwrap_or_default()));
            spans.entry(path.clone()).or_default().extend(hidden);
        }
        let held = held_by_secrets(document);
        for place in templates(document).into_iter().map(|(place, _)| place).chain(held) {
            spans.entry(place.located().path.clone()).or_default().insert(inner(place));
        }
        Self {
            values: automaton(&values),
            words: automaton(&words),
            all: automaton(&all),
            spans: spans.into_iter().map(|(path, spans)| (path, spans.into_iter().collect())).collect(),
        }
    }

    /// A text with every secret in it masked.
    pub fn text(&self, text: &str) -> String {
        let text = blank(self.values.as_ref(), text, |_| true);
        blank(self.words.as_ref(), &text, |found| is_word(&text, found))
    }

    /// The text of an artefact with its secrets masked, and what is `hidden` besides: byte for byte and character for
    /// character as long as before, so that spans and columns still fit.
    pub fn source(&self, path: &str, text: &str, hidden: &[Span]) -> String {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        if let Some(values) = &self.values {
            ranges.extend(values.find_iter(text).map(|found| found.range()));
        }
        if let Some(words) = &self.words {
            ranges.extend(words.find_iter(text).map(|found| found.range()).filter(|found| is_word(text, found)));
        }
        ranges.extend(self.spans.get(path).into_iter().flatten().chain(hidden).map(|span| span.range()));
        ranges.sort_by_key(|range| range.start);
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for range in ranges {
            let start = text.floor_char_boundary(range.start).max(done);
            let end = text.ceil_char_boundary(range.end);
            if start < end {
                masked.push_str(&text[done..start]);
                masked.extend(text[start..end].chars().map(dot));
                done = end;
            }
        }
        masked.push_str(&text[done..]);
        masked
    }

    /// The input document as JSON text: secrets are dots, and each setting that has one gets a digest, which tells equal
    /// secrets of one run from different ones and nothing else.
    ///
    /// # Errors
    ///
    /// What serialising says.
    pub fn document(&self, document: &InputDocument<'_>) -> Result<String, serde_json::Error> {
        let mut json = serde_json::to_value(document)?;
        let salt = (RandomState::new().hash_one(0_u8), RandomState::new().hash_one(1_u8));
        let digest = |value: &str| {
            let mut hash = Sha256::new();
            hash.update(salt.0.to_le_bytes());
            hash.update(salt.1.to_le_bytes());
            hash.update(value.as_bytes());
            HEXLOWER.encode(&hash.finalize()[..8])
        };
        let places = held_by_secrets(document).into_iter();
        let mut held: Vec<serde_json::Value> =
            places.filter_map(|place| serde_json::to_value(At(place.resolved())).ok()).collect();
        if let Some(settings) = json.get_mut("settings").and_then(serde_json::Value::as_object_mut) {
            for list in settings.values_mut() {
                walk_settings(list, &digest, &mut held);
            }
        }
        for route in held {
            if let Some(serde_json::Value::String(text)) = follow(&mut json, &route) {
                *text = ".".repeat(text.chars().count());
            }
        }
        let mut secrets: HashMap<String, String> = HashMap::new();
        for (_, value) in templates(document) {
            secrets.insert(value.to_string(), dots(value));
        }
        for setting in document.settings.all.iter().filter(|setting| setting.secret) {
            if let Some(value) = setting.value.as_deref().filter(|value| !value.is_empty()) {
                let masked = inside(setting).map_or_else(|| dots(value), |password| without(value, &password));
                secrets.insert(value.to_string(), masked);
            }
        }
        self.walk(&mut json, &secrets, true);
        let mut out = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, serde_json::ser::PrettyFormatter::new());
        json.serialize(&mut serializer)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// Masks the strings of a part of the document; `own` is whether its keys are those of the schema, and not those that
    /// an artefact chose.
    fn walk(&self, json: &mut serde_json::Value, secrets: &HashMap<String, String>, own: bool) {
        match json {
            serde_json::Value::String(text) => {
                // A whole value is masked whatever its length; plain words like true stay readable as parts.
                *text = if let Some(masked) = secrets.get(text.as_str()) {
                    masked.clone()
                } else if own {
                    blank(self.all.as_ref(), text, |_| true)
                } else {
                    // Entries that forgot their `=` are no settings, nor are the arguments of a command.
                    lexical::blank(&blank(self.all.as_ref(), text, |_| true))
                };
            }
            serde_json::Value::Array(items) => {
                // Arguments behind the name of a credential, as directives of nginx have them.
                let mut named = false;
                for item in items {
                    match item {
                        serde_json::Value::String(text) if named => *text = dots(text),
                        item => {
                            let name = item.as_str().filter(|_| !own).unwrap_or_default();
                            named = roles::of(name).secret || name.eq_ignore_ascii_case("authorization");
                            self.walk(item, secrets, own);
                        }
                    }
                }
            }
            serde_json::Value::Object(entries) => {
                let name = entries.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
                let named = roles::of(name).secret;
                for (key, value) in entries.iter_mut() {
                    // What the schema fixes is no secret, even where it is spelled like one.
                    if own && FIXED.contains(&key.as_str()) {
                        continue;
                    }
                    match value {
                        serde_json::Value::String(text)
                            if (!own && roles::of(key).secret || named && key == "value")
                                && !lexical::is_reference(text) =>
                        {
                            *text = dots(text);
                        }
                        value => self.walk(value, secrets, own && !OF_ARTEFACTS.contains(&key.as_str())),
                    }
                }
            }
            _ => {}
        }
    }
}

/// The password inside a setting's connection string; None where the whole value is the secret.
fn inside(setting: &Setting<'_>) -> Option<Password> {
    match setting.login().filter(|_| !roles::of(&setting.name).secret) {
        Some(Login::Password(password)) if !password.text.is_empty() => Some(password),
        _ => None,
    }
}

/// A connection string without its password.
fn without(text: &str, password: &Password) -> String {
    let forms = forms(&password.text).into_iter().chain([password.written.clone()]);
    forms.fold(text.to_string(), |text, form| text.replace(form.as_str(), &dots(&form)))
}

fn dots(text: &str) -> String {
    ".".repeat(text.chars().count())
}

/// Whether a value of a template is one action that holds no text of its own, and so no secret.
fn is_action(value: &str) -> bool {
    let inner = value.trim().trim_matches(['"', '\'']).strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inner.is_some_and(|inner| !inner.contains(['"', '`', '\'', '{']))
}

/// A dot that takes as many bytes as the character that it stands for.
fn dot(c: char) -> char {
    match c.len_utf8() {
        _ if matches!(c, '\n' | '\r') => c,
        1 => '.',
        2 => '\u{b7}',
        3 => '\u{2024}',
        _ => '\u{10a50}',
    }
}

/// A search for all of the values at once; None if there are none.
fn automaton(values: &BTreeSet<String>) -> Option<AhoCorasick> {
    // Reports are short, so what is quick to build is better than what is quick to search.
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
    let built = builder.build(values).ok();
    built.filter(|_| !values.is_empty())
}

fn blank(values: Option<&AhoCorasick>, text: &str, counts: impl Fn(&Range<usize>) -> bool) -> String {
    let Some(values) = values else { return text.to_string() };
    let mut masked = String::with_capacity(text.len());
    values.replace_all_with(text, &mut masked, |at, found, out| {
        if counts(&at.range()) {
            out.extend(std::iter::repeat_n('.', found.chars().count()));
        } else {
            out.push_str(found);
        }
        true
    });
    masked
}

/// Whether no letter or digit goes before or behind.
fn is_word(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || c == '_')
}

/// What templates write in place of credentials: no secrets, but nobody can tell from the outside.
fn templates<'a>(document: &InputDocument<'a>) -> Vec<(Value<'a>, &'a str)> {
    let files = document.bundle.section("env_files").filter(|artefact| environment::is_template(&artefact.path));
    let entries = files.flat_map(|artefact| artefact.located.root().map(Value::entries).unwrap_or_default());
    let secret = entries.filter(|(name, _)| roles::of(name).secret);
    secret.filter_map(|(_, value)| Some((value, value.text().filter(|text| !text.is_empty())?))).collect()
}

/// The bytes of a scalar without its quotes.
fn inner(place: Value<'_>) -> Span {
    let span = place.span();
    let source = place.located().text.get(span.range()).unwrap_or_default();
    let quoted = source.len() >= 2 && source.starts_with(['"', '\'']);
    if quoted { Span { start: span.start + 1, end: span.end - 1 } } else { span }
}

/// What the Secrets of all manifests hold, whatever its name: values, files, and what kubectl remembers of them; and the
/// credentials that proxies check or send.
fn held_by_secrets<'a>(document: &InputDocument<'a>) -> Vec<Value<'a>> {
    const REMEMBERED: &[&str] = &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"];
    let mut held = Vec::new();
    let documents = document.bundle.section("kubernetes").flat_map(|artefact| artefact.located.documents());
    let mut objects: Vec<(Value<'a>, bool)> = documents.map(|object| (object, false)).collect();
    while let Some((object, in_list)) = objects.pop() {
        let kind = object.get("kind").and_then(Value::text);
        let of_secrets = kind == Some("SecretList");
        objects.extend(object.get("items").into_iter().flat_map(Value::items).map(|item| (item, of_secrets)));
        if kind == Some("Secret") || in_list && kind.is_none() {
            let maps = ["data", "stringData"].iter().filter_map(|key| object.get(key));
            held.extend(maps.flat_map(Value::entries).map(|(_, value)| value));
            held.extend(object.path(REMEMBERED));
        }
    }
    held.extend(document.bundle.section("proxies").flat_map(crate::collect::proxies::secrets));
    held.retain(|value| value.text().is_some_and(|text| !text.is_empty()));
    held
}

/// Gives each setting that is secret its digest. Of those that a Kubernetes Secret holds and whose names mean nothing,
/// the value is blanked here and its route added to `held`.
fn walk_settings(list: &mut serde_json::Value, digest: &dyn Fn(&str) -> String, held: &mut Vec<serde_json::Value>) {
    match list {
        serde_json::Value::Array(items) => {
            for item in items {
                let named = item.get("secret").and_then(serde_json::Value::as_bool).unwrap_or_default();
                let in_secret = item.get("holder").and_then(serde_json::Value::as_str) == Some("secret");
                let route = item.get("at").cloned().unwrap_or_default();
                let Some(setting) = item.as_object_mut().filter(|_| named || in_secret) else { continue };
                let Some(value) = setting.get_mut("value") else { continue };
                let digest = value.as_str().map(digest);
                if let Some(text) = value.as_str().filter(|_| !named) {
                    *value = ".".repeat(text.chars().count()).into();
                    held.push(route);
                }
                setting.insert("digest".to_string(), digest.into());
            }
        }
        serde_json::Value::Object(roles) => roles.values_mut().for_each(|list| walk_settings(list, digest, held)),
        _ => {}
    }
}

/// What a route of the input document leads to.
fn follow<'j>(json: &'j mut serde_json::Value, route: &serde_json::Value) -> Option<&'j mut serde_json::Value> {
    route.as_array()?.iter().try_fold(json, |json, step| match step {
        serde_json::Value::String(key) => json.get_mut(key),
        step => json.get_mut(usize::try_from(step.as_u64()?).ok()?),
    })
}

/// The ways in which a secret may stand in a text: as it is, in base64, percent-encoded, escaped, in lower case.
fn forms(secret: &str) -> Vec<String> {
    let encoded: String = secret
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let escaped = secret.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let mut forms = vec![
        secret.to_string(),
        BASE64.encode(secret.as_bytes()),
        BASE64.encode(format!("{secret}\n").as_bytes()),
        encoded,
        escaped,
        secret.replace('\'', "''"),
        secret.replace('$', "$$"),
        // Messages quote some values in lower case.
        secret.to_lowercase(),
    ];
    forms.sort();
    forms.dedup();
    forms
}
