//! Every host of every inventory below a folder with its groups and all its effective variables, as JSON. A vaulted value
//! is `{"__ansible_vault": text}` and an unsafe one `{"__ansible_unsafe": text}`, as `ansible-inventory` writes them; what
//! Jinja makes is its template. `cargo run --example inventory FOLDER`; `benches/agreement_inventory.py` holds it against
//! `ansible-inventory`. It prints values, secret ones too.

use std::path::PathBuf;

use plimsoll::artefact::{Sources, Wanted, gather};
use plimsoll::collect::inventories;
use plimsoll::config::Config;
use plimsoll::located::{Kind, Value};
use plimsoll::syntax::scalar::Scalar;
use serde_json::{Map, json};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_string()));
    let config = Config::find(&folder).map(|file| Config::read(&file, &[]).0).unwrap_or_default();
    let gathered = gather(&Sources { paths: vec![folder], ..Sources::default() }, &config, Wanted::ALL);
    for problem in &gathered.problems {
        eprintln!("{}: {}", problem.path, problem.message);
    }
    let mut found = Map::new();
    let whole = inventories::whole(&gathered.bundle, &config);
    for inventory in whole {
        let hosts = inventory.hosts.into_iter().map(|host| {
            let variables: Map<_, _> =
                host.variables.into_iter().map(|(name, value)| (name.to_string(), shown(value))).collect();
            (host.name, json!({ "groups": host.groups, "variables": variables }))
        });
        let hosts: Map<_, _> = hosts.collect();
        found.insert(inventory.path.to_string(), json!({ "playbooks": inventory.playbooks, "hosts": hosts }));
    }
    println!("{}", serde_json::Value::Object(found));
}

fn shown(value: Value<'_>) -> serde_json::Value {
    match (value.kind(), value.tag()) {
        (Kind::Mapping, _) => {
            value.entries().into_iter().map(|(key, inner)| (word(key, inner), shown(inner))).collect()
        }
        (Kind::Sequence, _) => value.items().map(shown).collect(),
        (Kind::Scalar, Some("!vault" | "!vault-encrypted")) => json!({ "__ansible_vault": value.text() }),
        (Kind::Scalar, Some("!unsafe")) => json!({ "__ansible_unsafe": value.text() }),
        (Kind::Scalar, _) => json!(value.scalar()),
    }
}

/// A key as JSON writes it, which has only texts.
fn word(key: &str, value: Value<'_>) -> String {
    match value.key().and_then(Value::scalar) {
        Some(Scalar::Null) => "null".to_string(),
        Some(Scalar::Bool(word)) => word.to_string(),
        Some(Scalar::Int(number)) => number.to_string(),
        _ => key.to_string(),
    }
}
