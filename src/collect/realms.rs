//! Keycloak realms: exports in JSON, the YAML of keycloak-config-cli, and the KeycloakRealmImport of the operator.

use schemars::SchemaGenerator;

use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::input::realms::{PasswordPolicy, Realm, Switch, Term, WebOrigin};
use crate::input::scheduling::Number;
use crate::located::{Dialect, Value};
use crate::syntax::Format;
use crate::syntax::scalar::Scalar;

pub struct Realms;

/// Keys that only a realm has.
const TELLS: &[&str] = &[
    "bruteForceProtected",
    "passwordPolicy",
    "sslRequired",
    "registrationAllowed",
    "accessTokenLifespan",
    "requiredCredentials",
    "defaultDefaultClientScopes",
    "authenticationFlows",
    "clientScopes",
    "clients",
    "loginTheme",
    "enabled",
];

/// Keys that a partial export may have too.
const PARTIAL: &[&str] = &["id", "realm", "enabled", "displayName", "clients"];

impl Collector for Realms {
    fn section(&self) -> &'static str {
        "realms"
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Kubernetes
    }

    fn claims(&self, path: &str) -> Claim {
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("json") => Claim::Maybe(Format::Json),
            Some("yaml" | "yml") => Claim::Maybe(Format::Yaml),
            _ => Claim::No,
        }
    }

    fn recognises(&self, document: Value<'_>) -> bool {
        let is_realm = |value: Value<'_>| {
            value.get("realm").and_then(Value::text).is_some() && TELLS.iter().any(|key| value.get(key).is_some())
        };
        is_realm(document) || document.is_sequence() && document.items().next().is_some_and(is_realm)
    }

    fn suspects(&self, _path: &str, text: &str) -> bool {
        text.contains("\"realm\"") && TELLS.iter().any(|key| text.contains(&format!("\"{key}\"")))
    }

    fn collect<'a>(&self, bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        let own = bundle.section(self.section()).filter_map(|artefact| artefact.located.root());
        let exported = own.flat_map(|root| if root.is_sequence() { root.items().collect() } else { vec![root] });
        let manifests = bundle.section("kubernetes").flat_map(|artefact| artefact.located.documents());
        let imported = manifests
            .filter(|object| object.get("kind").and_then(Value::text) == Some("KeycloakRealmImport"))
            .filter_map(|object| object.path(&["spec", "realm"]));
        let all: Vec<Realm<'a>> = exported.chain(imported).filter_map(realm).collect();
        if all.is_empty() {
            Contribution::default()
        } else {
            Contribution { beside: vec![("all", Box::new(all))], ..Contribution::default() }
        }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![("all", generator.subschema_for::<Vec<Realm<'_>>>())]
    }
}

fn realm(root: Value<'_>) -> Option<Realm<'_>> {
    let name = root.get("realm")?;
    let number = |key: &str| {
        root.get(key).map(|at| Number {
            value: match at.scalar() {
                Some(Scalar::Int(number)) => Some(number),
                _ => at.text().and_then(|text| text.parse().ok()),
            },
            at: at.into(),
        })
    };
    let known = root.get("id").is_some() || root.get("enabled").is_some();
    Some(Realm {
        name: name.text()?.into(),
        at: name.into(),
        full: known && root.entries().iter().any(|(key, _)| !PARTIAL.contains(key)),
        brute_force: root.get("bruteForceProtected").map(|at| Switch { on: boolean(at), at: at.into() }),
        failure_factor: number("failureFactor"),
        wait_increment: number("waitIncrementSeconds"),
        password_policy: root.get("passwordPolicy").map(|at| PasswordPolicy {
            terms: if at.is_null() {
                Some(Vec::new())
            } else {
                at.text().filter(|text| !text.contains('$')).map(terms)
            },
            at: at.into(),
        }),
        web_origins: root.get("clients").into_iter().flat_map(Value::items).flat_map(web_origins).collect(),
    })
}

fn web_origins(client: Value<'_>) -> Vec<WebOrigin<'_>> {
    let name = client.get("clientId").and_then(Value::text).unwrap_or_default();
    let origins = client.get("webOrigins").into_iter().flat_map(Value::items);
    origins.filter_map(|at| Some(WebOrigin { client: name.into(), value: at.text()?.into(), at: at.into() })).collect()
}

/// A boolean, also one that an import substitutes as text.
fn boolean(value: Value<'_>) -> Option<bool> {
    match value.scalar() {
        Some(Scalar::Bool(on)) => Some(on),
        _ => value.text().and_then(|text| text.parse().ok()),
    }
}

/// `length(12) and notUsername(undefined)`, as Keycloak writes policies.
fn terms(text: &str) -> Vec<Term<'_>> {
    let parts = text.split(" and ").map(str::trim).filter(|part| !part.is_empty());
    let term = |part| {
        let (name, argument) = str::split_once(part, '(').unwrap_or((part, ""));
        Term { name: name.trim().into(), number: argument.trim_end_matches(')').trim().parse().ok() }
    };
    parts.map(term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_terms() {
        let term = |name: &'static str, number| Term { name: name.into(), number };
        let found = terms("length(12) and notUsername(undefined) and hashIterations( 27500 )and x");
        assert_eq!(found[..2], [term("length", Some(12)), term("notUsername", None)]);
        assert_eq!(terms(""), []);
        assert_eq!(terms("digits"), [term("digits", None)]);
    }
}
