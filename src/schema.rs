//! The schemas of the input document and of the report, made from the types that are serialised.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::collect::COLLECTORS;
use crate::input::deployments::Deployment;
use crate::input::edges::Edge;
use crate::input::guards::{Budget, Namespace, NetworkPolicy};
use crate::input::scheduling::Scaler;
use crate::input::settings::Setting;
use crate::input::workloads::{Service, Workload};
use crate::input::{SECTIONS, VIEWS};
use crate::report::json::Report;

/// Schema of the report that `--format json` prints.
pub fn report() -> Value {
    let schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Report>();
    finish(schema.to_value(), "Report of plimsoll")
}

/// Schema of the input document that `plimsoll collect` prints and that rules see as `input`.
pub fn input() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let list = |schema: schemars::Schema| json!({ "type": "array", "items": schema });
    let setting = generator.subschema_for::<Setting<'_>>();
    let workloads = [
        ("all", generator.subschema_for::<Workload<'_>>()),
        ("services", generator.subschema_for::<Service<'_>>()),
        ("autoscalers", generator.subschema_for::<Scaler<'_>>()),
        ("budgets", generator.subschema_for::<Budget<'_>>()),
        ("network_policies", generator.subschema_for::<NetworkPolicy<'_>>()),
        ("namespaces", generator.subschema_for::<Namespace<'_>>()),
    ];
    let workloads: Map<String, Value> =
        workloads.into_iter().map(|(name, schema)| (name.to_string(), list(schema))).collect();
    let by_role =
        |setting: &schemars::Schema| json!({ "type": "object", "additionalProperties": list(setting.clone()) });
    let mut sections = Map::new();
    sections.insert("deployments".to_string(), list(generator.subschema_for::<Deployment<'_>>()));
    sections.insert(
        "settings".to_string(),
        json!({
            "type": "object",
            "description": "All settings, and the same once more as rules ask for them: by role; by role, where a \
                container gets them and the value is known; by role, where a container gets them and the value is not in \
                the tree; and those whose value is a placeholder. The settings without a role stand under `none`.",
            "properties": {
                "all": list(setting.clone()),
                "by_role": by_role(&setting),
                "known": by_role(&setting),
                "unseen": by_role(&setting),
                "inventory": {
                    "type": "object",
                    "properties": { "known": by_role(&setting), "unseen": by_role(&setting) },
                    "required": ["known", "unseen"],
                    "additionalProperties": false,
                },
                "placeholders": list(setting),
            },
            "required": ["all", "by_role", "known", "unseen", "inventory", "placeholders"],
            "additionalProperties": false,
        }),
    );
    let required: Vec<&String> = workloads.keys().collect();
    sections.insert(
        "workloads".to_string(),
        json!({ "type": "object", "required": required, "properties": workloads, "additionalProperties": false }),
    );
    sections.insert("edges".to_string(), list(generator.subschema_for::<Edge<'_>>()));
    for collector in COLLECTORS {
        let mut properties = Map::new();
        properties.insert("files".to_string(), json!({ "type": "object", "description": "Content by path." }));
        for (name, schema) in collector.schema(&mut generator) {
            properties.insert(name.to_string(), schema.to_value());
        }
        let section =
            json!({ "type": "object", "properties": properties, "required": ["files"], "additionalProperties": false });
        sections.insert(collector.section().to_string(), section);
    }
    for name in SECTIONS.iter().filter(|name| !VIEWS.contains(name)) {
        let absent = json!({ "type": "object", "description": "Nothing gathers it yet." });
        sections.entry((*name).to_string()).or_insert(absent);
    }
    let definitions = Value::Object(generator.take_definitions(true));
    finish(
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": sections,
            "additionalProperties": false,
            "$defs": definitions,
        }),
        "Input document of plimsoll",
    )
}

fn finish(mut schema: Value, title: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_string(), json!(title));
    }
    schema
}
