//! Waivers: each key of one, and what it takes.

use serde_json::{Value, json};

use super::part::{described, object, one_or_some, some, text};
use crate::exceptions::WAIVER_KEYS;
use crate::org::Kind;

pub(super) fn file() -> Value {
    let mut waiver = object(WAIVER_KEYS.map(|key| (key, described(value(key), meaning(key)))));
    waiver["required"] = json!(["rules", "subject", "reason", "owner", "expires"]);
    let mut file =
        object([("version", json!({ "const": 1 })), ("waivers", json!({ "type": "array", "items": waiver }))]);
    file["required"] = json!(["version", "waivers"]);
    file
}

/// A name that stands for itself.
fn exact() -> Value {
    json!({ "type": "string", "minLength": 1, "pattern": "^[^*]*$" })
}

fn thing() -> Value {
    let mut thing = object(Kind::ALL.map(|kind| (kind.name(), exact())));
    (thing["minProperties"], thing["maxProperties"]) = (1.into(), 1.into());
    thing
}

fn value(key: &str) -> Value {
    match key {
        "subject" => json!({ "anyOf": [{ "const": "organization" }, thing()] }),
        "path" => json!({ "anyOf": [thing(), some(&thing())] }),
        "rules" | "role" | "permission" | "scope" => one_or_some(&exact()),
        _ => text(),
    }
}

fn meaning(key: &str) -> &'static str {
    match key {
        "rules" => "The id of a rule, or several",
        "subject" => {
            "What it is about: one thing by its kind and its id, e-mail address or exact name, or the organization"
        }
        "role" => "Cover only paths that end at one of these roles",
        "permission" => "Cover only these permissions",
        "scope" => "Cover only what is held in these projects, or in the organization",
        "path" => "Cover only paths that lead over one of these things",
        "reason" => "Why the violation is accepted",
        "owner" => "Who answers for it",
        _ => "The day, or moment, from which it no longer applies",
    }
}
