//! `rolelint.yaml`: each key is a flag, and means what the help of the flag says.

use clap::{Arg, Command};
use serde_json::{Value, json};

use super::part::{described, object, one_or_some, parameter};
use crate::config::{KEYS, OVERRIDE_KEYS, OVERRIDES, Takes};
use crate::finding::Severity;
use crate::report::Format;

pub(super) fn file(command: &Command) -> Value {
    let commands = || std::iter::once(command).chain(command.get_subcommands());
    // `--format` of another command than a check takes fewer words.
    let flag = |name: &str| {
        let all = commands().flat_map(Command::get_arguments);
        all.filter(|arg| arg.get_long() == Some(name)).find(|arg| arg.get_env().is_some())
    };
    let flags = KEYS.iter().map(|(key, name, takes)| {
        let arg = flag(name).expect("each key stands for a flag that has a variable");
        let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
        (*key, described(value(*takes, arg), &meaning))
    });
    object(flags.chain([(OVERRIDES, described(overrides(), "Changes of single rules, each with its reason"))]))
}

fn overrides() -> Value {
    let text = || json!({ "type": "string", "minLength": 1 });
    let of_key = |key: &'static str| match key {
        "severity" => json!({ "enum": Severity::ALL.map(Severity::name) }),
        "enabled" => json!({ "type": "boolean" }),
        _ => text(),
    };
    let mut one = object(OVERRIDE_KEYS.map(|key| (key, of_key(key))));
    one["required"] = json!(["reason"]);
    json!({ "type": "object", "additionalProperties": one })
}

fn value(takes: Takes, arg: &Arg) -> Value {
    match takes {
        Takes::Word => word(arg),
        Takes::Switch => json!({ "type": "boolean" }),
        Takes::Words => one_or_some(&word(arg)),
        Takes::Paths => one_or_some(&json!({ "type": "string", "minLength": 1 })),
        Takes::Reports => {
            let path = || json!({ "type": "string", "minLength": 1 });
            object(Format::ALL.map(|format| (format.name(), path())))
        }
        Takes::Params => json!({
            "type": "object", "additionalProperties": parameter(&["string", "integer", "boolean"]),
        }),
    }
}

fn word(arg: &Arg) -> Value {
    let words: Vec<String> = arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    if words.is_empty() { json!({ "type": ["string", "integer"], "minLength": 1 }) } else { json!({ "enum": words }) }
}
