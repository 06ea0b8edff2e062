//! The JSON Schema of case files, for editors. Made from the types that read them.

use mpuspec_mock::provider::{Harm, Rule};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::claims::Claims;
use super::conduct::{AFTER, HANGS_UP, PAUSES};
use super::expect::{Grade, LAWFUL, LINEARIZABLE};
use super::load::Head;
use super::step::{Sign, TOGETHER, User};
use crate::language::{Delay, HangUp};
use crate::operation::TABLE;

/// The schema of a case file.
pub fn case_schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let mut head = schemars_value::<Head>(&mut generator);
    let step = step_schema(&mut generator);
    let outcome = outcome_schema(&mut generator);
    let claims = generator.subschema_for::<Claims>();
    let harm = generator.subschema_for::<Harm>().to_value();
    let expect = json!({
        "anyOf": [
            { "enum": ["ok", LAWFUL, LINEARIZABLE] },
            claims,
            {
                "type": "object",
                "properties": { "one_of": { "type": "array", "items": { "$ref": "#/$defs/Outcome" }, "minItems": 2 } },
                "required": ["one_of"],
                "additionalProperties": false,
            },
        ],
    });
    let mut definitions: Map<String, Value> = generator
        .take_definitions(true)
        .into_iter()
        .map(|(name, schema)| (name, with_columns(schema)))
        .collect();
    definitions.insert("Step".to_owned(), with_columns(step));
    definitions.insert("Outcome".to_owned(), with_columns(outcome));
    definitions.insert("Expect".to_owned(), expect);
    definitions.insert(
        "Column".to_owned(),
        json!({ "type": "string", "pattern": "^\\$", "description": "a column of `each`" }),
    );
    let properties = head["properties"].as_object_mut().expect("the head of a case is an object");
    properties.insert(
        "steps".to_owned(),
        json!({
            "type": "array",
            "description": "The operations, in order.",
            "items": { "$ref": "#/$defs/Step" },
            "minItems": 1,
        }),
    );
    properties.insert(
        "each".to_owned(),
        json!({
            "type": "array",
            "minItems": 1,
            "description": "The rows; a step uses a column as $name.",
            "items": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "harm": harm,
                    "was": { "type": "array", "items": { "type": "string" } },
                },
                "required": ["name"],
            },
        }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mpuspec case",
        "type": "object",
        "properties": properties,
        "required": ["title", "steps"],
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn schemars_value<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    T::json_schema(generator).to_value()
}

fn step_schema(generator: &mut SchemaGenerator) -> Value {
    let mut properties = Map::new();
    let mut alternatives = Vec::new();
    for entry in TABLE {
        let schema = (entry.schema)(generator).to_value();
        let about = entry.about.trim();
        properties.insert(
            entry.word.to_owned(),
            json!({ "description": about, "anyOf": [schema, { "type": "null" }] }),
        );
        alternatives.push(json!({ "required": [entry.word] }));
    }
    let steps = json!({ "anyOf": [{ "$ref": "#/$defs/Step" }, { "type": "array", "items": { "$ref": "#/$defs/Step" } }] });
    properties.insert(
        TOGETHER.to_owned(),
        json!({ "description": "Lanes of steps, whose requests are released together.", "type": "object", "additionalProperties": steps, "minProperties": 2 }),
    );
    alternatives.push(json!({ "required": [TOGETHER] }));
    properties.insert(
        "expect".to_owned(),
        json!({ "description": "What the answer must show.", "$ref": "#/$defs/Expect" }),
    );
    properties.insert(
        "observe".to_owned(),
        json!({
            "description": "The name under which the report records which outcome was seen.",
            "type": "string",
            "pattern": "^[a-z0-9-]+$",
        }),
    );
    for (name, about, schema) in [
        ("as_user", "Who sends the request.", generator.subschema_for::<User>()),
        (
            "sign",
            "How the request is signed, and what is changed afterwards.",
            generator.subschema_for::<Sign>(),
        ),
        (AFTER, "How much later than the other lanes it is released.", generator.subschema_for::<Delay>()),
        (
            HANGS_UP,
            "When the client of a lane goes away: before the last byte of its request, or so long after it, without an answer.",
            generator.subschema_for::<HangUp>(),
        ),
        (
            PAUSES,
            "How long the client of a lane waits behind the first bytes of the answer before it reads on.",
            generator.subschema_for::<Delay>(),
        ),
    ] {
        let mut schema = schema.to_value();
        schema["description"] = json!(about);
        properties.insert(name.to_owned(), schema);
    }
    properties.insert(
        "promised_by".to_owned(),
        json!({ "description": "The row whose promise the step rests on: if it is broken, this row is blocked by that one.", "type": "string" }),
    );
    properties.insert("note".to_owned(), json!({ "description": "A remark for readers.", "type": "string" }));
    json!({ "type": "object", "properties": properties, "oneOf": alternatives, "additionalProperties": false })
}

/// An outcome holds claims, or a claim for each lane; lanes bear any name.
fn outcome_schema(generator: &mut SchemaGenerator) -> Value {
    let claims = schemars_value::<Claims>(generator);
    let mut properties = claims["properties"].as_object().cloned().unwrap_or_default();
    let mut grade = generator.subschema_for::<Grade>().to_value();
    grade["description"] = json!("How the outcome is judged; `fine` unless given.");
    properties.insert(
        "name".to_owned(),
        json!({ "type": "string", "description": "The name of the outcome in reports." }),
    );
    properties.insert("grade".to_owned(), grade);
    properties.insert(
        "source".to_owned(),
        json!({
            "type": "array",
            "description": "The documents that allow it, where they are not those of the case.",
            "items": { "type": "string" },
        }),
    );
    let mut rule = generator.subschema_for::<Rule>().to_value();
    rule["description"] = json!(
        "The rule of the provider that it shows, and what the rule says then: where a provider's file says so, no other outcome is allowed."
    );
    properties.insert("rule".to_owned(), rule);
    properties.insert(
        "then".to_owned(),
        json!({
            "type": "array",
            "description": "Steps that follow if this is the outcome.",
            "items": { "$ref": "#/$defs/Step" },
        }),
    );
    json!({
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": { "anyOf": [{ "$ref": "#/$defs/Expect" }, { "$ref": "#/$defs/Column" }] },
    })
}

/// Lets a column stand wherever a value stands.
fn with_columns(mut schema: Value) -> Value {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties.iter_mut().filter(|(name, _)| *name != "then") {
            let description = property.get("description").cloned();
            for item in property.get_mut("prefixItems").and_then(Value::as_array_mut).into_iter().flatten() {
                *item = json!({ "anyOf": [item.take(), { "$ref": "#/$defs/Column" }] });
            }
            let mut replaced = json!({ "anyOf": [property.take(), { "$ref": "#/$defs/Column" }] });
            if let (Some(description), true) = (description, name != "name") {
                replaced["description"] = description;
            }
            *property = replaced;
        }
    }
    schema
}
