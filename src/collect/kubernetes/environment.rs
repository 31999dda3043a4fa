//! The environment of containers: literals, ConfigMaps and Secrets resolved into those that use them.

use std::borrow::Cow;
use std::sync::Arc;

use data_encoding::BASE64;
use foldhash::HashSet;
use indexmap::IndexMap;

use crate::artefact::{Bundle, Tracked};
use crate::collect::kubernetes::managers;
use crate::collect::kubernetes::nearest::Nearest;
use crate::collect::kubernetes::objects::Object;
use crate::collect::kubernetes::pods::is_template;
use crate::collect::proxies::Proxies;
use crate::collect::{Claim, Collector as _, Part, config_files};
use crate::input::settings::{Holder, Setting, State, Via};
use crate::input::workloads::Mount;
use crate::located::Value;
use crate::problem::{Problem, ProblemKind};

/// A key of a ConfigMap or Secret.
#[derive(Clone, Debug)]
struct Datum<'a> {
    text: Cow<'a, str>,
    place: Value<'a>,
}

type Data<'a> = IndexMap<&'a str, Datum<'a>>;

/// ConfigMaps and Secrets by name.
pub struct Stores<'a> {
    config_maps: Nearest<'a, &'a str, Data<'a>>,
    secrets: Nearest<'a, &'a str, Data<'a>>,
    /// Kinds of the objects that let a secret manager fill Secrets, by the names of those.
    managed: Nearest<'a, &'a str, &'static str>,
    /// Keys that a container of a deployment uses, so that what is left stands for itself.
    used: HashSet<(Arc<str>, Value<'a>)>,
    /// Names of ConfigMaps and Secrets whose keys containers take and that the tree does not hold, in order.
    missing: Vec<Value<'a>>,
    /// Keys of ConfigMaps with files that could not be read and seem to set something that rules ask for.
    unread: Vec<Value<'a>>,
    bundle: &'a Bundle,
}

/// What containers took from the stores, and what they looked for in vain.
#[derive(Default)]
pub struct Taken<'a> {
    used: Vec<(Arc<str>, Value<'a>)>,
    missing: Vec<Value<'a>>,
}

impl<'a> Stores<'a> {
    pub fn new(objects: &[Object<'a>], bundle: &'a Bundle, spoils: &[&'static str]) -> (Self, Vec<Problem>) {
        let (mut config_maps, mut secrets, mut managed) = (Nearest::default(), Nearest::default(), Nearest::default());
        let mut problems = Vec::new();
        for object in objects {
            match object.kind {
                "ConfigMap" => config_maps.insert(object, object.name, plain(object.root.get("data"))),
                "Secret" if object.api == "v1" => {
                    let mut data = decoded(object, spoils, &mut problems);
                    data.extend(plain(object.root.get("stringData")));
                    secrets.insert(object, object.name, data);
                }
                _ => {
                    for (name, kind) in managers::fills(object) {
                        managed.insert(object, name, kind);
                    }
                }
            }
        }
        (
            Self {
                config_maps,
                secrets,
                managed,
                used: HashSet::default(),
                missing: Vec::new(),
                unread: Vec::new(),
                bundle,
            },
            problems,
        )
    }

    /// What containers take from objects that the tree does not hold can be anything: one notice for all of them.
    pub fn unseen(&self) -> Option<Problem> {
        let first = self.missing.first()?;
        let more = match self.missing.len() {
            1 => String::new(),
            n => format!(" ({} more places take such keys)", n - 1),
        };
        let name = first.text().unwrap_or_default();
        let message = format!("the keys of `{name}` are not in the tree, so what they set is unknown{more}");
        let problem = Problem::new(ProblemKind::Notice, first.located().path.clone(), message).at(first.pointer());
        Some(problem.help("give the ConfigMap or Secret that `envFrom` names").spoils(&["settings"]))
    }

    /// Files that could not be read may set anything: one notice for all of them.
    pub fn unread(&self) -> Option<Problem> {
        let first = self.unread.first()?;
        let more = match self.unread.len() {
            1 => String::new(),
            n => format!(" ({} more keys hold such files)", n - 1),
        };
        let name = first.key_text().unwrap_or_default();
        let message = format!("the file `{name}` is of a kind that is not read, so what it sets is unknown{more}");
        let problem = Problem::new(ProblemKind::Notice, first.located().path.clone(), message).at(first.pointer());
        let help = "give its settings as variables, or as a file of properties, YAML or JSON";
        Some(problem.help(help).spoils(&["settings"]))
    }

    /// Notes what containers took.
    pub fn note(&mut self, taken: Taken<'a>) {
        self.used.extend(taken.used);
        self.missing.extend(taken.missing);
    }

    fn of(&self, holder: Holder) -> &Nearest<'a, &'a str, Data<'a>> {
        if holder == Holder::Secret { &self.secrets } else { &self.config_maps }
    }

    fn tracked(&self, at: Value<'_>) -> Tracked {
        self.bundle.get(&at.located().path).map_or(Tracked::Unknown, |artefact| artefact.tracked)
    }

    fn setting(
        &self,
        deployment: &Arc<str>,
        consumer: &Cow<'a, str>,
        name: Cow<'a, str>,
        at: Value<'a>,
    ) -> Setting<'a> {
        let mut setting = Setting::new(deployment.clone(), consumer.clone(), name, at.into());
        setting.tracked = self.tracked(at);
        setting.holder = Holder::Pod;
        setting
    }

    /// The settings of one container: `env` over `envFrom`.
    pub fn container(
        &self,
        taken: &mut Taken<'a>,
        object: &Object<'a>,
        deployment: &Arc<str>,
        container: Value<'a>,
        image: Option<&Cow<'a, str>>,
    ) -> Vec<Setting<'a>> {
        let name = container.get("name").and_then(Value::text).unwrap_or_default();
        let consumer: Cow<'a, str> = format!("{}/{}/{name}", object.kind, object.name).into();
        let mut settings: IndexMap<Cow<'a, str>, Setting<'a>> = IndexMap::new();
        for source in container.get("envFrom").into_iter().flat_map(Value::items) {
            let prefix = source.get("prefix").and_then(Value::text).unwrap_or_default();
            for (kind, holder) in [("configMapRef", Holder::ConfigMap), ("secretRef", Holder::Secret)] {
                let Some(place) = source.path(&[kind, "name"]) else { continue };
                let data = self.of(holder).get(object, place.text().unwrap_or_default()).cloned();
                if data.is_none() {
                    taken.missing.push(place);
                }
                for (key, datum) in data.unwrap_or_default() {
                    let name: Cow<'a, str> =
                        if prefix.is_empty() { key.into() } else { format!("{prefix}{key}").into() };
                    let setting = self.setting(deployment, &consumer, name.clone(), datum.place);
                    settings.insert(name, self.stored(taken, setting, datum, holder, place));
                }
            }
        }
        for entry in container.get("env").into_iter().flat_map(Value::items) {
            let Some(name) = entry.get("name").and_then(Value::text) else { continue };
            let setting = self.env(taken, entry, deployment, &consumer, object, &settings);
            settings.insert(name.into(), setting);
        }
        for setting in settings.values_mut() {
            setting.image = image.cloned();
        }
        settings.into_values().collect()
    }

    fn stored(
        &self,
        taken: &mut Taken<'a>,
        mut setting: Setting<'a>,
        datum: Datum<'a>,
        holder: Holder,
        used_at: Value<'a>,
    ) -> Setting<'a> {
        taken.used.push((setting.deployment.clone(), datum.place.resolved()));
        setting.holder = holder;
        let label = format!("used by {}", setting.consumer);
        setting.via.push(Via { at: used_at.into(), label: label.into() });
        if is_template(&datum.text) { setting } else { setting.with_value(datum.text, State::Literal) }
    }

    fn env(
        &self,
        taken: &mut Taken<'a>,
        entry: Value<'a>,
        deployment: &Arc<str>,
        consumer: &Cow<'a, str>,
        object: &Object<'a>,
        earlier: &IndexMap<Cow<'a, str>, Setting<'a>>,
    ) -> Setting<'a> {
        let name = entry.get("name").and_then(Value::text).unwrap_or_default();
        if let Some(value) = entry.get("value") {
            let setting = self.setting(deployment, consumer, name.into(), value);
            let Some(text) = text_of(value) else { return setting };
            if is_template(text) {
                return setting;
            }
            return match expand(text, earlier) {
                Some(text) => setting.with_value(text, State::Literal),
                None => setting,
            };
        }
        let from = entry.get("valueFrom").unwrap_or(entry);
        for (kind, holder) in [("configMapKeyRef", Holder::ConfigMap), ("secretKeyRef", Holder::Secret)] {
            let Some(reference) = from.get(kind) else { continue };
            let text = |key| reference.get(key).and_then(Value::text).unwrap_or_default();
            let data = self.of(holder).get(object, text("name"));
            let elsewhere = data.is_none() && holder == Holder::Secret;
            let datum = data.and_then(|data| data.get(text("key"))).cloned();
            let place = reference.get("key").unwrap_or(reference);
            return match datum {
                Some(datum) => {
                    let setting = self.setting(deployment, consumer, name.into(), datum.place);
                    self.stored(taken, setting, datum, holder, place)
                }
                None => {
                    let mut setting = self.setting(deployment, consumer, name.into(), place);
                    setting.holder = holder;
                    // A Secret that the tree does not hold is kept elsewhere on purpose; one without the key is not.
                    setting.state = if elsewhere { State::Reference } else { State::Unknown };
                    setting.manager = self.managed.get(object, text("name")).map(|kind| Cow::Borrowed(*kind));
                    setting
                }
            };
        }
        let at = entry.get("name").unwrap_or(entry);
        let mut setting = self.setting(deployment, consumer, name.into(), at);
        if entry.get("valueFrom").is_some() {
            // The pod's own fields are set by the cluster.
            setting.state = State::Reference;
        } else {
            setting = setting.with_value(Cow::Borrowed(""), State::Literal);
        }
        setting
    }

    /// The keys of ConfigMaps that a container of a pod sees as files, of those whose names a proxy's file may have.
    pub fn mounts(&self, object: &Object<'a>, pod: Value<'a>, container: Value<'a>) -> Vec<Mount<'a>> {
        let volumes: Vec<Value<'a>> = pod.path(&["spec", "volumes"]).into_iter().flat_map(Value::items).collect();
        let mut mounts = Vec::new();
        for mount in container.get("volumeMounts").into_iter().flat_map(Value::items) {
            let text = |key: &str| mount.get(key).and_then(Value::text);
            let named = |volume: &&Value<'a>| volume.get("name").and_then(Value::text) == text("name");
            let map = volumes.iter().find(named).and_then(|volume| volume.get("configMap"));
            let name = map.and_then(|map| map.get("name")).and_then(Value::text);
            let Some((map, name, folder)) = map.zip(name).zip(text("mountPath")).map(|((a, b), c)| (a, b, c)) else {
                continue;
            };
            let items: Vec<Value<'a>> = map.get("items").into_iter().flat_map(Value::items).collect();
            let data = self.config_maps.get(object, name).into_iter().flatten();
            for (key, datum) in data.filter(|(key, _)| Proxies.claims(key) != Claim::No) {
                let item = items.iter().find(|item| item.get("key").and_then(Value::text) == Some(key));
                let path = item.and_then(|item| item.get("path")).and_then(Value::text).unwrap_or(key);
                let chosen = items.is_empty() || item.is_some();
                let target = match text("subPath").filter(|sub| !sub.is_empty()) {
                    Some(sub) if sub == path => folder.to_string(),
                    Some(_) => continue,
                    None => format!("{}/{path}", folder.trim_end_matches('/')),
                };
                if chosen {
                    let source = format!("{}/{name}/{key}", datum.place.located().path);
                    mounts.push(Mount { source: source.into(), target: target.into(), at: mount.into() });
                }
            }
        }
        mounts
    }

    /// The keys of ConfigMaps and Secrets that no container of the tree uses: something may.
    pub fn rest(&mut self, objects: &[Object<'a>], name: impl Fn(usize) -> Arc<str>) -> Vec<Setting<'a>> {
        let mut settings = Vec::new();
        let mut seen = self.used.clone();
        let mut unread = Vec::new();
        for object in objects {
            let holder = match object.kind {
                "ConfigMap" => Holder::ConfigMap,
                "Secret" => Holder::Secret,
                _ => continue,
            };
            let consumer: Cow<'a, str> = format!("{}/{}", object.kind, object.name).into();
            let deployment = name(object.deployment);
            for (key, datum) in self.of(holder).get(object, object.name).into_iter().flatten() {
                // A key that names a file holds that file, not a value; a name of a variable may hold several lines.
                let names_variable =
                    key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
                let is_file = key.contains('.') || datum.text.trim_end().contains('\n') && !names_variable;
                // A later object of the same name takes the place of an earlier one.
                let fresh = seen.insert((deployment.clone(), datum.place.resolved()));
                if is_file && fresh && holder == Holder::ConfigMap {
                    match self.file(object, key, datum) {
                        Some(entries) => settings.extend(entries.into_iter().map(|entry| {
                            let setting = self.setting(&deployment, &consumer, entry.name, entry.at);
                            let mut setting = match entry.value {
                                Some(value) => setting.with_value(value.into(), entry.state),
                                None => setting,
                            };
                            (setting.holder, setting.state) = (holder, entry.state);
                            setting
                        })),
                        None if config_files::may_set(key, &datum.text) => unread.push(datum.place),
                        None => {}
                    }
                }
                if is_file || !fresh {
                    continue;
                }
                let mut setting = self.setting(&deployment, &consumer, (*key).into(), datum.place);
                setting.holder = holder;
                let known = !is_template(&datum.text);
                settings.push(if known { setting.with_value(datum.text.clone(), State::Literal) } else { setting });
            }
        }
        self.unread = unread;
        settings
    }

    /// What a file of a ConfigMap sets, none for one that another collector reads; None for one that nothing reads.
    fn file(&self, object: &Object<'a>, key: &str, datum: &Datum<'a>) -> Option<Vec<config_files::Entry<'a>>> {
        let path = format!("{}/{}/{key}", datum.place.located().path, object.name);
        let file = &self.bundle.get(&path)?.located;
        // Of two objects of one name in one file the first one's was read.
        let (own, read) = (datum.place.span(), file.root().map(Value::span).unwrap_or_default());
        let is_its = own.start < read.end && read.start < own.end;
        match file.section {
            _ if !is_its => None,
            "config_files" => Some(config_files::settings(file)),
            _ => Some(Vec::new()),
        }
    }
}

/// The keys of a ConfigMap that may be files, each below the name of the map.
pub fn parts<'a>(map: Value<'a>) -> Vec<Part<'a>> {
    let name = map.path(&["metadata", "name"]).and_then(Value::text).unwrap_or_default();
    let data = map.get("data").map(Value::entries).unwrap_or_default();
    let part = |(key, value): (&'a str, Value<'a>)| {
        let reader = config_files::format(key).map(|format| ("config_files", format));
        Part { name: format!("{name}/{key}"), target: key, value, reader, text: None }
    };
    data.into_iter().map(part).collect()
}

/// The text of a scalar; of null the empty one, as it is to Go.
fn text_of(value: Value<'_>) -> Option<&str> {
    if value.is_null() { Some("") } else { value.text() }
}

fn plain(data: Option<Value<'_>>) -> Data<'_> {
    let entries = data.map(Value::entries).unwrap_or_default().into_iter();
    entries.filter_map(|(key, value)| Some((key, Datum { text: text_of(value)?.into(), place: value }))).collect()
}

fn decoded<'a>(object: &Object<'a>, spoils: &[&'static str], problems: &mut Vec<Problem>) -> Data<'a> {
    let mut data = IndexMap::new();
    for (key, value) in object.root.get("data").map(Value::entries).unwrap_or_default() {
        let Some(text) = text_of(value) else { continue };
        let packed: String = text.split_whitespace().collect();
        if is_template(text) {
            data.insert(key, Datum { text: text.into(), place: value });
            continue;
        }
        match BASE64.decode(packed.as_bytes()) {
            // What is no text is a key or a certificate in binary form; no rule reads it.
            Ok(bytes) => {
                if let Ok(text) = String::from_utf8(bytes) {
                    let text = text.strip_suffix('\n').map(str::to_string).unwrap_or(text);
                    data.insert(key, Datum { text: text.into(), place: value });
                }
            }
            Err(_) => {
                let message = format!("the key `{key}` of Secret `{}` is no base64", object.name);
                let problem =
                    Problem::new(ProblemKind::Fault, value.located().path.clone(), message).at(value.pointer());
                problems.push(problem.help("encode it, or move it to `stringData`").spoils(spoils));
            }
        }
    }
    data
}

/// `$(NAME)` from earlier variables of the container, `$$` as one `$`; None if a variable is not known.
fn expand<'a>(text: &'a str, earlier: &IndexMap<Cow<'a, str>, Setting<'a>>) -> Option<Cow<'a, str>> {
    if !text.contains("$$") && !text.contains("$(") {
        return Some(text.into());
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let reference = after.strip_prefix('(').and_then(|inside| inside.split_once(')'));
        rest = match (after.strip_prefix('$'), reference) {
            (Some(escaped), _) => {
                out.push('$');
                escaped
            }
            (None, Some((name, behind))) => {
                out.push_str(earlier.get(name)?.value.as_deref()?);
                behind
            }
            (None, None) => {
                out.push('$');
                after
            }
        };
    }
    out.push_str(rest);
    Some(out.into())
}
