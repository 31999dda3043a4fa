//! The view `settings`: every name and value that configuration gives to a consumer.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::HashMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::{Bundle, Tracked};
use crate::input::connections::Connection;
use crate::input::dsn::{Login, Password};
use crate::input::references::Reference;
use crate::input::{dsn, environment, measures, origins, placeholders, references, roles};
use crate::located::{At, Value};

/// How a setting gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The value stands in an artefact.
    Literal,
    /// The default of `${NAME:-default}`, which counts while nothing sets NAME.
    Default,
    /// The value is kept elsewhere on purpose: a secret reference, `NAME_FILE`, `/run/secrets/...`.
    Reference,
    /// Nothing in the tree sets it.
    Unknown,
}

/// Where a setting takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// The environment of a container, or an env file that an application reads.
    Container,
    /// Only the interpolation of a compose file.
    Interpolation,
    Build,
    Ci,
    Inventory,
}

/// What holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    EnvFile,
    /// `environment`, `build.args` and the like of a compose file.
    Compose,
    ConfigMap,
    /// A plain Kubernetes Secret.
    Secret,
    /// `env` of a container in a manifest.
    Pod,
    /// `ENV` of the Dockerfile that the image is built from.
    Dockerfile,
    /// An inventory, a file of variables beside it, or a task that starts a container.
    Inventory,
    Workflow,
}

/// A place that a value passed through on its way to the consumer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Via<'a> {
    pub at: At<'a>,
    /// What happens there, e.g. `used by service api`.
    pub label: Cow<'a, str>,
}

/// One setting of one consumer in one deployment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Setting<'a> {
    /// Of a pipeline, which is none, its path.
    pub deployment: Arc<str>,
    /// The compose service, `Kind/name/container`, `ConfigMap/name`, or the path of an env file, a Dockerfile or a file of
    /// variables.
    pub consumer: Cow<'a, str>,
    /// Image of the consumer, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Cow<'a, str>>,
    pub name: Cow<'a, str>,
    /// What the name means, from `policies/data/setting_roles.yaml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Cow<'static, str>>,
    pub state: State,
    /// The effective value; absent unless the state is literal or default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    pub reaches: Reach,
    pub holder: Holder,
    /// Whether git tracks the artefact that holds the value.
    pub tracked: Tracked,
    /// Place of the scalar that sets the value (or, if nothing does, of the use that wants it).
    pub at: At<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Via<'a>>,
    /// Whether the name says that the value is a secret, or the value is a URL with a password in it.
    pub secret: bool,
    /// What makes the value a placeholder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<Box<Placeholder>>,
    /// Whether a template beside it (`.env.example`) gives the same name the same value.
    pub equals_template: bool,
    /// Where the password of a connection URL stands, if a variable brings it in; holder and tracked are then its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_at: Option<At<'a>>,
    /// Strength of a secret's value, or of the password inside a connection URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<Box<Measures>>,
    /// Whether the value is a list of https origins and nothing else (role cors_origins).
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub https_origins: bool,
    /// Where it leads to, of settings of databases and caches whose value is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Box<Connection>>,
    /// What keeps the value outside the tree, e.g. `ExternalSecret` or `vault`, where the tree says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<Cow<'static, str>>,
    /// What to say where a container gets a value that the tree does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Box<Unseen>>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Why a value is not known: what an entry of a rule's `unknown` says beside its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unseen {
    pub message: String,
    /// The evidence that would decide it.
    pub give: &'static str,
}

/// What can be said of a secret without saying it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Measures {
    /// Characters (of the password alone, in a connection URL, percent-decoded).
    pub length: usize,
    /// Shannon estimate of the whole value in bits: length times the entropy of its characters.
    pub shannon_bits: f64,
    /// length x log2(pool of the character classes used), in bits.
    pub pool_bits: f64,
    /// The value is one shorter pattern repeated.
    pub repeated: bool,
    /// The value stands in `policies/data/default_passwords.yaml`.
    pub known_default: bool,
    /// The value equals the user name that belongs to it.
    pub equals_user: bool,
    /// The value is empty.
    pub empty: bool,
}

/// A value that somebody was to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Placeholder {
    /// The word that tells, e.g. `changeme`.
    pub word: String,
    pub kind: PlaceholderKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceholderKind {
    /// A word that nobody would choose as a value.
    Word,
    /// A domain that is nobody's own, or an address at `test@`.
    ExampleDomain,
    /// This machine, in an address that users are given.
    Localhost,
}

/// The view.
#[derive(Debug, Default)]
pub struct Settings<'a> {
    pub all: Vec<Setting<'a>>,
}

impl<'a> Setting<'a> {
    /// A setting with what its collector knows; [`complete`] adds what its name and value tell.
    pub fn new(deployment: Arc<str>, consumer: Cow<'a, str>, name: Cow<'a, str>, at: At<'a>) -> Self {
        Self {
            deployment,
            consumer,
            image: None,
            name,
            role: None,
            state: State::Unknown,
            value: None,
            reaches: Reach::Container,
            holder: Holder::EnvFile,
            tracked: Tracked::Unknown,
            at,
            via: Vec::new(),
            secret: false,
            placeholder: None,
            equals_template: false,
            secret_at: None,
            measures: None,
            https_origins: false,
            connection: None,
            manager: None,
            unseen: None,
        }
    }

    fn unseen(&self) -> Option<Unseen> {
        let name = &self.name;
        let (message, give) = match self.state {
            State::Unknown if self.reaches == Reach::Inventory => {
                (format!("the value of {name} is made when Ansible runs"), "the facts of a host where it is set")
            }
            State::Unknown if self.reaches == Reach::Ci => {
                (format!("the value of {name} is not in the tree"), "the secret or variable of the pipeline")
            }
            State::Unknown => {
                (format!("the value of {name} is not in the tree"), "the env file or manifest that sets it")
            }
            State::Reference => {
                (format!("{name} is kept outside the tree"), "the facts of a host or cluster where it is set")
            }
            State::Literal | State::Default => return None,
        };
        let takes_effect = matches!(self.reaches, Reach::Container | Reach::Ci | Reach::Inventory);
        takes_effect.then_some(Unseen { message, give })
    }

    /// What the value says of a password, where it is a connection string.
    pub fn login(&self) -> Option<Login> {
        let value = self.value.as_deref()?;
        if self.name.eq_ignore_ascii_case("NEO4J_AUTH") {
            return Some(dsn::of_neo4j(value));
        }
        let db_url = self.role.as_deref() == Some("db_url");
        (db_url || dsn::may_hold_password(value)).then(|| dsn::login(value))
    }

    fn unclear(&self) -> Unseen {
        let message = format!("{} is no connection string of a known form", self.name);
        Unseen { message, give: "the connection as a URL, for example `postgres://user:password@host/name`" }
    }

    /// Sets the value and, by it, the state: a path below `/run/secrets`, an address in a secret manager or a name ending in
    /// `_FILE` refers elsewhere, and a token of a deployment tool is no value.
    pub fn with_value(mut self, value: Cow<'a, str>, state: State) -> Self {
        let reference = references::of(&value);
        let by_name = self.name.ends_with("_FILE") && !value.is_empty();
        (self.state, self.value) = (state, Some(value));
        if let Some(reference) = reference.or(by_name.then_some(Reference::File)) {
            self.refer(reference);
        }
        self
    }

    /// Takes the value away, which is kept elsewhere.
    fn refer(&mut self, reference: Reference) {
        if let Reference::Manager(manager) = reference {
            self.manager.get_or_insert(Cow::Borrowed(manager));
        }
        self.state = if reference == Reference::Token { State::Unknown } else { State::Reference };
        self.value = None;
    }
}

/// Fills in what the name and the value of each setting tell, and what templates beside it say.
pub fn complete(settings: &mut [Setting<'_>], bundle: &Bundle) {
    let mut meanings: HashMap<String, roles::Meaning> = HashMap::default();
    for setting in settings.iter_mut() {
        // A reference by `NAME_FILE` is what NAME would be.
        let referred = setting.name.strip_suffix("_FILE").filter(|_| setting.state == State::Reference);
        let name = referred.filter(|name| roles::of(name).is_credential()).unwrap_or(&setting.name);
        let meaning = match meanings.get(name) {
            Some(known) => known,
            None => meanings.entry(name.to_string()).or_insert_with(|| roles::of(name)),
        };
        setting.role = meaning.role.map(Cow::Borrowed);
        setting.secret = meaning.secret;
        let login = setting.login().filter(|_| !setting.secret);
        if let Some(Login::Password(password)) = &login {
            if let Some(reference) = references::of(&password.text) {
                setting.refer(reference);
            } else if setting.role.is_none() && setting.value.as_deref().is_some_and(dsn::is_of_database) {
                setting.role = Some(Cow::Borrowed("db_url"));
            }
        }
        setting.unseen = setting.unseen().map(Box::new);
        // What nobody can tell is no pass, and is hidden whole.
        if login == Some(Login::Unclear) && setting.role.as_deref() == Some("db_url") {
            setting.secret = true;
            setting.unseen = Some(Box::new(setting.unclear()));
        }
        if let Some(value) = &setting.value {
            let public = meaning.public_url || meaning.host && value.contains("://");
            setting.placeholder = placeholders::of(value, public).map(Box::new);
            setting.https_origins = meaning.role == Some("cors_origins") && origins::all_https(value);
        }
    }
    let templates = Templates::new(bundle);
    let users: HashMap<(Arc<str>, String), String> = settings
        .iter()
        .filter(|setting| setting.role.as_deref() == Some("db_user"))
        .filter_map(|setting| Some((key(setting), setting.value.as_deref()?.to_string())))
        .collect();
    for setting in settings.iter_mut() {
        let Some(value) = setting.value.as_deref() else { continue };
        if setting.unseen.is_some() {
            continue;
        }
        let mut password = None;
        if setting.secret {
            setting.measures = Some(Box::new(measures::of(value, users.get(&key(setting)).map(String::as_str))));
        } else if let Some(Login::Password(found)) = setting.login() {
            let empty = found.text.is_empty();
            if empty && setting.role.as_deref() != Some("db_url") {
                continue;
            }
            setting.measures = Some(Box::new(measures::of(&found.text, found.user.as_deref())));
            setting.secret = !empty;
            password = Some(found);
            if let Some(place) = variable_of_password(setting) {
                setting.secret_at = Some(place.into());
                setting.holder = Holder::EnvFile;
                let artefact = bundle.get(&place.located().path);
                setting.tracked = artefact.map_or(Tracked::Unknown, |artefact| artefact.tracked);
            }
        }
        if setting.measures.is_some() && !value.is_empty() {
            setting.equals_template = templates.say(setting, value, password.as_ref());
        }
    }
}

/// The line of an env file whose variable is the password of a connection URL; None where the URL itself holds it.
fn variable_of_password<'a>(setting: &Setting<'a>) -> Option<Value<'a>> {
    let password = dsn::password(&without_operators(setting.at.0.text()?))?;
    let (_, name) = password.text.rsplit_once('$')?;
    let beside = || setting.at.0.parent().filter(|parent| parent.located().section == "env_files")?.get(name);
    setting.via.iter().map(|via| via.at.0).find(|place| place.key_text() == Some(name)).or_else(beside)
}

/// A text in which `${NAME:-default}`, `${NAME:?message}` and the like are plain `$NAME`.
fn without_operators(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        let name = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        plain.push('$');
        plain.push_str(&after[..name]);
        let mut depth = 1;
        let end = after.find(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    plain + rest
}

fn key(setting: &Setting<'_>) -> (Arc<str>, String) {
    (setting.deployment.clone(), setting.consumer.to_string())
}

/// The values that template env files give, by folder and name.
struct Templates<'a>(HashMap<(&'a str, &'a str), Vec<&'a str>>);

impl<'a> Templates<'a> {
    fn new(bundle: &'a Bundle) -> Self {
        let mut values: HashMap<(&str, &str), Vec<&str>> = HashMap::default();
        for artefact in bundle.section("env_files").filter(|artefact| environment::is_template(&artefact.path)) {
            let folder = artefact.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for (name, value) in artefact.located.root().map(|root| root.entries()).unwrap_or_default() {
                if let Some(text) = value.text().filter(|text| !text.is_empty()) {
                    values.entry((folder, name)).or_default().push(text);
                }
            }
        }
        Self(values)
    }

    /// Whether a template in the folder of the value, or at the root, gives the same; of a connection string its password
    /// counts alone.
    fn say(&self, setting: &Setting<'_>, value: &str, password: Option<&Password>) -> bool {
        let same = |text: &&str| match password.filter(|password| !password.text.is_empty()) {
            Some(password) => dsn::password(text).is_some_and(|of_template| of_template.text == password.text),
            None => *text == value,
        };
        let path = &*setting.at.0.located().path;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        [folder, ""].iter().any(|folder| {
            let known = self.0.get(&(*folder, &*setting.name));
            known.is_some_and(|values| values.iter().any(same))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Limits;
    use crate::syntax::{Format, parse};

    fn env(text: &str) -> crate::located::Located {
        let mut located = parse(Format::Dotenv, ".env".into(), text.into(), Limits::default()).located;
        located.section = "env_files";
        located
    }

    /// The lines of an env file as settings of one container.
    fn completed(located: &crate::located::Located) -> Vec<Setting<'_>> {
        let entries = located.root().map(|root| root.entries()).unwrap_or_default().into_iter();
        let mut settings: Vec<Setting<'_>> = entries
            .map(|(name, value)| {
                let setting = Setting::new("d".into(), "c".into(), name.into(), value.into());
                setting.with_value(value.text().unwrap_or_default().into(), State::Literal)
            })
            .collect();
        complete(&mut settings, &Bundle::default());
        settings
    }

    #[test]
    fn the_password_of_a_url_is_found_where_its_variable_is_set() {
        let located = env("PW=x\nWITH=postgres://app:${PW}@db/app\nWITHOUT=postgres://${PW}:y@db/app\n");
        let root = located.root().expect("the file has lines");
        let place = |name: &'static str| {
            let at = root.get(name).expect("the line is there");
            variable_of_password(&Setting::new("d".into(), "c".into(), name.into(), at.into()))
        };
        assert_eq!(place("WITH"), root.get("PW"));
        assert_eq!(place("WITHOUT"), None);
    }

    #[test]
    fn a_reference_by_file_has_the_role_of_what_it_refers_to() {
        let located = env("JWT_SECRET_FILE=/keys/jwt\nDB_PASSWORD_FILE=\nDEBUG_FILE=/var/log/debug\n");
        let settings = completed(&located);
        let found: Vec<_> = settings.iter().map(|one| (one.role.as_deref(), one.state)).collect();
        assert_eq!(found, [(Some("jwt_secret"), State::Reference), (None, State::Literal), (None, State::Reference)]);
    }

    #[test]
    fn operators_of_variables_are_left_out() {
        for (text, plain) in [
            ("postgres://${U:-app}:${P:?is not set}@db/${D}", "postgres://$U:$P@db/$D"),
            ("${A:-${B:-c}}x", "$Ax"),
            ("$A:${B", "$A:$B"),
            ("none", "none"),
        ] {
            assert_eq!(without_operators(text), plain);
        }
    }

    #[test]
    fn connection_strings_are_read_known_to_be_empty_or_not_understood() {
        let located = env(concat!(
            "A_URI=postgresql://app:pw@db/app\nDB_DSN=app:@tcp(db)/app\nPG_DSN=app pw@db\nDB_URL=postgres://app:__PW__@db/x\n",
            "DB_PASSWORD=op://prod/db/password\nAUTH_URL=http://:@acme.io\n",
            "NEO4J_AUTH=neo4j/password\n",
        ));
        let settings = completed(&located);
        let role = |n: usize| settings[n].role.as_deref();
        let measured = |n: usize| settings[n].measures.as_ref().map(|measures| (measures.length, measures.empty));
        assert_eq!((role(0), settings[0].secret, measured(0)), (Some("db_url"), true, Some((2, false))));
        assert_eq!((settings[1].secret, measured(1)), (false, Some((0, true))));
        assert!(settings[2].secret && settings[2].unseen.is_some() && settings[2].value.is_some());
        assert_eq!((settings[3].state, measured(3)), (State::Unknown, None));
        assert_eq!((settings[4].state, settings[4].manager.as_deref()), (State::Reference, Some("1Password")));
        assert_eq!((role(5), measured(5)), (None, None));
        assert_eq!((role(6), measured(6)), (Some("db_url"), Some((8, false))));
    }

    #[test]
    fn a_url_with_a_password_is_a_secret_whatever_its_name_is() {
        let located = env("REDIS_URL=redis://:kT8vq@redis\nBROKER=amqp://mq:5672\nSITE=https://acme.io/@me\n");
        let settings = completed(&located);
        let found: Vec<_> = settings.iter().map(|s| (s.secret, s.measures.as_ref().map(|m| m.length))).collect();
        assert_eq!(found, [(true, Some(5)), (false, None), (false, None)]);
    }
}
