//! Ansible inventories with Ansible's own precedence of variables.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::input::settings::{State, Via};
use crate::located::At;

/// One inventory, a file or a folder that the config names, with the variables beside it and beside the playbooks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Inventory<'a> {
    pub deployment: Arc<str>,
    pub path: Arc<str>,
    pub at: At<'a>,
    pub hosts: Vec<Host<'a>>,
}

/// A host, after its ranges.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Host<'a> {
    pub name: String,
    pub at: At<'a>,
    /// Groups that it is in, directly or by their children, sorted; without `all`.
    pub groups: Vec<String>,
    /// Effective variables of the connection (`ansible_*`), sorted by name.
    pub connection: Vec<Variable<'a>>,
}

/// An effective variable.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Variable<'a> {
    pub name: Cow<'a, str>,
    /// Absent unless the state is literal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    /// `reference` for a vaulted value, `unknown` for one that Jinja makes.
    pub state: State,
    pub at: At<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Via<'a>>,
}

/// A play of a playbook.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Play<'a> {
    /// Its name, else the hosts that it runs on.
    pub name: Cow<'a, str>,
    pub at: At<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_user: Option<Variable<'a>>,
    /// Whether its name or file says that it sets up a machine that knows no other user yet.
    pub bootstrap: bool,
}
