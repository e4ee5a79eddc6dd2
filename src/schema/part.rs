//! Pieces that the schemas have in common.

use serde_json::{Map, Value, json};

/// The place of a definition.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// The same schema with what it means.
pub fn described(mut schema: Value, meaning: &str) -> Value {
    schema["description"] = meaning.into();
    schema
}

/// A mapping with these keys and no others.
pub fn object(properties: impl IntoIterator<Item = (impl Into<String>, Value)>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().map(|(name, schema)| (name.into(), schema)).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The same mapping with at least one entry.
pub fn not_empty(mut object: Value) -> Value {
    object["minProperties"] = 1.into();
    object
}

/// A list with at least one element.
pub fn some(items: &Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": 1 })
}

/// One, or a list of at least one.
pub fn one_or_some(item: &Value) -> Value {
    json!({ "anyOf": [item, some(item)] })
}

/// One of several.
pub fn any_of(schemas: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": schemas.into_iter().collect::<Vec<_>>() })
}

/// A text; an editor proposes these.
pub fn text_such_as(words: &[&str]) -> Value {
    if words.is_empty() { text() } else { any_of([json!({ "enum": words }), text()]) }
}

/// Any text but these words.
pub fn text_but(words: &[&str]) -> Value {
    if words.is_empty() { text() } else { json!({ "type": "string", "not": { "enum": words } }) }
}

/// Any text.
pub fn text() -> Value {
    json!({ "type": "string" })
}

/// A list of texts.
pub fn texts() -> Value {
    json!({ "type": "array", "items": text() })
}

/// The value of a parameter: one, or a list of single values.
pub fn parameter(single: &[&str]) -> Value {
    json!({ "anyOf": [{ "type": single }, { "type": "array", "items": { "type": single } }] })
}

/// The same, or a mapping to such values, which is looked up.
pub fn parameter_or_mapping(single: &[&str]) -> Value {
    any_of([parameter(single), json!({ "type": "object", "additionalProperties": parameter(single) })])
}
