//! References of a module, read from the engine's syntax tree as JSON.

use serde_json::Value as Json;

/// A reference as its parts: `input.settings["all"]` is `input`, `settings`, `all`; None marks a part that is computed.
pub struct Reference {
    pub parts: Vec<Option<String>>,
    /// From the first part to the last.
    pub span: Json,
}

/// Every reference of a syntax tree, the longest form of each.
pub fn references(tree: &Json, found: &mut Vec<Reference>) {
    match tree {
        Json::Object(fields) => {
            for kind in ["RefDot", "RefBrack", "Var"] {
                if let Some(node) = fields.get(kind) {
                    let mut parts = Vec::new();
                    if let Some(head) = chain(tree, &mut parts, found) {
                        parts.reverse();
                        // The engine's span of a reference begins at its last part.
                        let mut span = head.clone();
                        span["end"] = node["span"]["end"].clone();
                        found.push(Reference { parts, span });
                        return;
                    }
                }
            }
            fields.values().for_each(|value| references(value, found));
        }
        Json::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Collects the parts of a reference from its end and gives the span of its head; None if that is no variable. What
/// stands in brackets is searched for references of its own.
pub fn chain<'j>(node: &'j Json, parts: &mut Vec<Option<String>>, found: &mut Vec<Reference>) -> Option<&'j Json> {
    if let Some(dot) = node.get("RefDot") {
        parts.push(dot["field"][1].as_str().map(str::to_string));
        return chain(&dot["refr"], parts, found);
    }
    if let Some(bracket) = node.get("RefBrack") {
        let text = bracket["index"]["String"]["value"].as_str().map(str::to_string);
        if text.is_none() {
            references(&bracket["index"], found);
        }
        parts.push(text);
        return chain(&bracket["refr"], parts, found);
    }
    match node["Var"]["value"].as_str() {
        Some(name) => {
            parts.push(Some(name.to_string()));
            Some(&node["Var"]["span"])
        }
        None => {
            references(node, found);
            None
        }
    }
}
