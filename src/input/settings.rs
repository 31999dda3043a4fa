//! The view `settings`: every name and value that configuration gives to a consumer.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::artefact::Tracked;
use crate::located::At;

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
    pub deployment: Arc<str>,
    /// The compose service, `Kind/name/container`, `ConfigMap/name`, or the path of an env file.
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
    /// Whether the name says that the value is a secret.
    pub secret: bool,
    /// The word that makes the value a placeholder, e.g. `changeme`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<Cow<'a, str>>,
    /// Whether a template beside it (`.env.example`) gives the same name the same value.
    pub equals_template: bool,
    /// Strength of a secret's value, or of the password inside a connection URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
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

/// The view: all settings, and those with a role once more by role.
#[derive(Debug, Default)]
pub struct Settings<'a> {
    pub all: Vec<Setting<'a>>,
}

/// Fills in what the name and the value of each setting tell.
pub fn complete(_settings: &mut [Setting<'_>], _bundle: &crate::artefact::Bundle) {}
