//! Keycloak realms as their exports describe them.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::scheduling::Number;
use crate::located::At;

/// One realm of an export.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Realm<'a> {
    pub name: Cow<'a, str>,
    /// Place of the name.
    pub at: At<'a>,
    /// Whether the export is a full one, in which a key that is absent has Keycloak's default; what a partial one leaves
    /// out stays as the server has it.
    pub full: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brute_force: Option<Switch<'a>>,
    /// Failed logins until a user is locked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_factor: Option<Number<'a>>,
    /// Seconds that a user is locked out for, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_increment: Option<Number<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy<'a>>,
    /// Origins that its clients let in.
    pub web_origins: Vec<WebOrigin<'a>>,
}

/// An origin that a client of a realm lets in; `+` stands for those of its redirections.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WebOrigin<'a> {
    pub client: Cow<'a, str>,
    pub value: Cow<'a, str>,
    pub at: At<'a>,
}

/// A value that is on or off.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Switch<'a> {
    /// Absent where a variable decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    pub at: At<'a>,
}

/// A password policy: terms that all must hold.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PasswordPolicy<'a> {
    /// Absent where a variable decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<Vec<Term<'a>>>,
    pub at: At<'a>,
}

/// A term like `length(12)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Term<'a> {
    pub name: Cow<'a, str>,
    /// Its argument, where that is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
}
