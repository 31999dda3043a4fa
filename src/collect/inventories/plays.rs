//! Plays of playbooks.

use crate::collect::inventories::variables::variable;
use crate::input::inventories::Play;
use crate::located::Value;

/// Whether a document is a playbook: a list of mappings, each with hosts and something to do.
pub fn are(root: Value<'_>) -> bool {
    const TELLS: &[&str] =
        &["tasks", "roles", "pre_tasks", "post_tasks", "handlers", "become", "remote_user", "gather_facts", "vars"];
    let mut items = root.items().peekable();
    root.is_sequence()
        && items.peek().is_some()
        && items.any(|item| item.get("hosts").is_some() && TELLS.iter().any(|key| item.get(key).is_some()))
}

/// Words that say that a machine is set up which knows no other user yet.
const BOOTSTRAP: &[&str] = &["bootstrap", "provision", "initial", "init", "first"];

pub fn read(item: Value<'_>) -> Option<Play<'_>> {
    let hosts = item.get("hosts")?;
    let name = item.get("name").or(Some(hosts)).and_then(Value::text).unwrap_or("a play");
    let file = item.located().path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let says = |text: &str| {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| BOOTSTRAP.contains(&word))
    };
    let user = item.get("remote_user").or_else(|| item.path(&["vars", "ansible_user"]));
    Some(Play {
        name: name.into(),
        at: item.get("name").unwrap_or(hosts).into(),
        remote_user: user.map(|value| variable("remote_user", value)),
        bootstrap: says(name) || says(&file),
    })
}
