//! Objects that let a secret manager fill a Secret: the tree holds a reference instead of the value.

use crate::collect::kubernetes::objects::Object;
use crate::located::Value;

/// Kinds, and where each names the Secret that it fills; without one it has the object's own name.
const KINDS: &[(&str, &[&str])] = &[
    ("ExternalSecret", &["spec", "target", "name"]),
    ("SealedSecret", &["spec", "template", "metadata", "name"]),
    ("VaultStaticSecret", &["spec", "destination", "name"]),
    ("VaultDynamicSecret", &["spec", "destination", "name"]),
    ("VaultPKISecret", &["spec", "destination", "name"]),
    ("AzureKeyVaultSecret", &["spec", "output", "secret", "name"]),
    ("InfisicalSecret", &["spec", "managedSecretReference", "secretName"]),
    ("OnePasswordItem", &["metadata", "name"]),
];

/// Kinds that fill several, and where the names stand below their list.
const LISTS: &[(&str, &str, &str)] =
    &[("SecretProviderClass", "secretObjects", "secretName"), ("SopsSecret", "secretTemplates", "name")];

/// The Secrets that an object fills, each with the kind of the object.
pub fn fills<'a>(object: &Object<'a>) -> Vec<(&'a str, &'static str)> {
    if let Some((kind, place)) = KINDS.iter().find(|(kind, _)| *kind == object.kind) {
        return vec![(object.root.path(place).and_then(Value::text).unwrap_or(object.name), *kind)];
    }
    let Some((kind, list, name)) = LISTS.iter().find(|(kind, _, _)| *kind == object.kind) else { return Vec::new() };
    let entries = object.root.path(&["spec", list]).into_iter().flat_map(Value::items);
    entries.filter_map(|entry| Some((entry.get(name)?.text()?, *kind))).collect()
}
