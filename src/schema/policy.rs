//! Policies: the keys of a rule, and a definition of what a rule can ask about each kind of thing, made from the vocabulary.
//! It is long because the language has many forms, one after the other.

use serde_json::{Map, Value, json};

use super::part::{
    any_of, described, not_empty, object, one_or_some, parameter_or_mapping, reference, some, text, text_but,
    text_such_as, texts,
};
use crate::finding::Severity;
use crate::policy::{
    Attribute, Escalation, Kind, Naming, Relation, Sure, TextColumn, Type, known_permissions, not_names,
    not_permissions, of, organization, predefined, via_words,
};

pub(super) fn file() -> Value {
    let mut file = object(keys());
    file["required"] = json!(["version"]);
    file["anyOf"] = json!([{ "required": ["rules"] }, { "required": ["extends"] }]);
    let conditions = Kind::ALL.map(|kind| (kind.name().to_owned(), condition(kind)));
    let quantities = Kind::ALL.map(|kind| (quantities_of(kind), quantities(kind)));
    let counts = Kind::ALL.map(|kind| (count_of(kind), count(kind)));
    let exactlies = Kind::ALL.map(|kind| (exactly_of(kind), exactly(kind, true)));
    let shared = [
        ("rule", rule()),
        ("parameter", described(json!({ "type": "string", "pattern": r"^\$[^$]" }), "a parameter")),
        ("named", described(json!({ "type": "string", "pattern": r"^\$[^$]" }), "a condition by its name")),
        ("organization", in_organization()),
        ("permission", permission()),
        ("text", text_test()),
        ("permissions", list_test(&reference("permission"))),
        ("flag", any_of([json!({ "type": "boolean" }), reference("parameter")])),
        ("time", time_test()),
        ("number", any_of([json!({ "type": "integer", "minimum": 0 }), reference("parameter")])),
        ("share", any_of([reference("number"), json!({ "type": "string", "pattern": "^[0-9]+%$" })])),
        ("escalation", escalation()),
        ("via", via()),
    ];
    let shared = shared.map(|(name, schema)| (name.to_owned(), schema));
    let all: Map<String, Value> =
        conditions.into_iter().chain(quantities).chain(counts).chain(exactlies).chain(shared).collect();
    file["$defs"] = all.into();
    file
}

/// The keys of a file.
fn keys() -> [(&'static str, Value); 11] {
    [
        ("version", described(json!({ "const": 1 }), "the version of the language")),
        ("name", described(text(), "what the policy is called; by default the name of the file")),
        ("description", described(text(), "what the policy is for")),
        ("requires", described(json!({ "type": "string", "pattern": "^>=" }), "the oldest rolelint that reads it")),
        ("extends", described(some(&text()), "files and built-in packs whose rules are checked, too")),
        (
            "narrow",
            described(
                json!({ "type": "object", "additionalProperties": { "type": "object", "minProperties": 1 } }),
                "rules that this policy extends, each with what else has to hold of what it selects",
            ),
        ),
        (
            "params",
            described(
                json!({
                    "type": "object",
                    "additionalProperties": parameter_or_mapping(&["string", "number", "boolean"]),
                }),
                "values that an organization sets for itself, each with its default; `$name` stands for one",
            ),
        ),
        ("vars", described(json!({ "type": "object" }), "what YAML aliases (`*name`) repeat elsewhere in the file")),
        (
            "conditions",
            described(
                json!({ "type": "object", "additionalProperties": { "type": "object", "minProperties": 1 } }),
                "conditions that rules share, each by its name; `$name` stands for one",
            ),
        ),
        (
            "permissions",
            described(
                json!({ "type": "object", "additionalProperties": permission_entry() }),
                "what permissions let their holders do, for all policies of the run",
            ),
        ),
        ("rules", some(&reference("rule"))),
    ]
}

/// The keys of a rule, each with what it means.
fn rule_keys() -> Vec<(&'static str, Value)> {
    let controls = json!({ "type": "object", "additionalProperties": texts() });
    let id = json!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" });
    vec![
        ("id", described(id, "names what is flagged: lower-case words joined by hyphens, once in all policies")),
        ("title", described(text(), "what is flagged, in words")),
        (
            "severity",
            described(
                json!({ "enum": Severity::ALL.map(Severity::name) }),
                "how bad a violation is; by default medium",
            ),
        ),
        ("rationale", described(text(), "why the rule is there")),
        ("remediation", described(text(), "what to do about a violation")),
        ("references", described(texts(), "further reading")),
        ("controls", described(controls, "controls of compliance frameworks: { soc2: [CC6.1] }")),
        ("tags", described(texts(), "words to select rules by")),
        ("select", described(kinds(), "the kind of thing that is looked at, or several")),
        ("where", described(json!({}), "which of them; by default all")),
        ("forbid", described(json!({}), "a violation is each selected thing for which this holds")),
        ("require", described(json!({}), "a violation is each selected thing for which this does not hold")),
        ("count", described(json!({}), "how many may be selected: { min: 2, max: 4 }")),
        (
            "exactly",
            described(json!({}), "the values that an attribute of the selected things has, no more and no fewer"),
        ),
        ("allow_empty", described(json!({ "type": "boolean" }), "that nothing is selected is expected")),
        ("allow_unmatched", described(json!({ "type": "boolean" }), "that names match nothing is expected")),
        (
            "waivable",
            described(json!({ "type": "boolean" }), "whether a waiver or the baseline may accept a violation"),
        ),
    ]
}

/// The values that an attribute has; of related things, also one to which a relation leads.
fn exactly(kind: Kind, related: bool) -> Value {
    let values = any_of([reference("parameter"), text(), texts()]);
    let value = |attribute: &'static Attribute| match attribute.type_ {
        Type::Text(..) => Some((attribute.name, described(values.clone(), attribute.meaning))),
        Type::Relation(to) if related && to.to_one() => Some((attribute.name, reference(&exactly_of(to.target())))),
        Type::Relation(_) | Type::List(..) | Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Via => None,
    };
    let mut exactly = not_empty(object(of(kind).filter_map(value)));
    exactly["maxProperties"] = 1.into();
    exactly
}

fn exactly_of(kind: Kind) -> String {
    format!("{}_exactly", kind.name())
}

/// One kind of thing, or a list of kinds.
fn kinds() -> Value {
    let one = json!({ "enum": Kind::ALL.map(Kind::name) });
    any_of([one.clone(), json!({ "type": "array", "items": one, "minItems": 1, "uniqueItems": true })])
}

fn rule() -> Value {
    let mut rule = object(rule_keys());
    rule["required"] = json!(["id", "select"]);
    rule["oneOf"] =
        ["forbid", "require", "count", "exactly"].map(|assertion| json!({ "required": [assertion] })).into();
    let by_kind = Kind::ALL.map(|kind| {
        let condition = reference(kind.name());
        let exactly = exactly(kind, false);
        let then = json!({ "properties": {
            "where": condition, "forbid": condition, "require": { "allOf": [condition, { "minProperties": 1 }] },
            "count": reference(&count_of(kind)), "exactly": exactly,
        }});
        let selected =
            any_of([json!({ "const": kind.name() }), json!({ "type": "array", "contains": { "const": kind.name() } })]);
        json!({ "if": { "properties": { "select": selected } }, "then": then })
    });
    rule["allOf"] = by_kind.to_vec().into();
    rule
}

/// What a rule can ask about a kind of thing.
fn condition(kind: Kind) -> Value {
    let one = json!({ "allOf": [reference(kind.name()), { "minProperties": 1 }] });
    let joined = [
        ("all", described(some(&one), "all of these hold")),
        ("any", described(some(&one), "at least one of these holds")),
        ("not", described(one, "this does not hold")),
    ];
    let everything = ("organization", described(reference("organization"), "what the whole organization has"));
    let joined = joined.into_iter().chain([everything]);
    let attributes = of(kind).map(|attribute| (attribute.name, described(value(attribute), attribute.meaning)));
    let condition = described(object(joined.chain(attributes)), &format!("what is asked of {}", kind.one()));
    any_of([condition, reference("named")])
}

/// What a rule can ask about things, whatever they are related to.
fn in_organization() -> Value {
    not_empty(object(organization().map(|attribute| (attribute.name, described(value(attribute), attribute.meaning)))))
}

/// The values of an attribute.
fn value(attribute: &Attribute) -> Value {
    match attribute.type_ {
        Type::Text(_, column) => {
            let null = column.own_words().is_none().then(|| json!({ "type": "null" }));
            let pattern = any_of([text_such_as(words(attribute, column))].into_iter().chain(null));
            any_of([one_or_some(&pattern), reference("text")])
        }
        Type::List(..) => match attribute.names {
            Some(Naming::OneOf(words)) => list_test(&text_such_as(words)),
            Some(Naming::Itself | Naming::Permission) | None => reference("permissions"),
        },
        Type::Flag(_) => reference("flag"),
        Type::Time(_) => reference("time"),
        Type::Relation(relation) => related(attribute, relation),
        Type::Escalation => reference("escalation"),
        Type::Via => reference("via"),
    }
}

/// The words that an editor proposes for a text.
fn words(attribute: &Attribute, column: TextColumn) -> &'static [&'static str] {
    match attribute.names {
        Some(Naming::OneOf(words)) => words,
        Some(Naming::Itself | Naming::Permission) | None => column.own_words().unwrap_or_default(),
    }
}

fn related(attribute: &Attribute, relation: Relation) -> Value {
    let kind = relation.target();
    let by_name = relation.to_one().then(|| {
        let name = if kind == Kind::Role {
            text_such_as(&predefined::words().collect::<Vec<_>>())
        } else {
            text_but(&not_names(attribute, relation).into_iter().map(|(word, _)| word).collect::<Vec<_>>())
        };
        described(one_or_some(&name), "its name or its id")
    });
    any_of([reference(kind.name()), reference(&quantities_of(kind))].into_iter().chain(by_name))
}

fn quantities_of(kind: Kind) -> String {
    format!("{}_quantity", kind.name())
}

fn count_of(kind: Kind) -> String {
    format!("{}_count", kind.name())
}

/// How many of the related things satisfy a condition.
fn quantities(kind: Kind) -> Value {
    let condition = || reference(kind.name());
    let mut quantities = not_empty(object([
        ("some", described(condition(), "at least one")),
        ("none", described(condition(), "none")),
        ("every", described(json!({ "allOf": [condition(), { "minProperties": 1 }] }), "every one")),
        ("where", described(condition(), "which of them are meant by `count` and `exactly`")),
        ("count", reference(&count_of(kind))),
        (
            "exactly",
            described(reference(&exactly_of(kind)), "the values that an attribute of theirs has, no more and no fewer"),
        ),
    ]));
    let counted = ["count", "exactly"].map(|key| json!({ "required": [key] }));
    quantities["dependentSchemas"] = json!({ "where": { "anyOf": counted } });
    quantities
}

/// How many things there are, or how many others they lead to.
fn count(kind: Kind) -> Value {
    let one = of(kind).filter(|row| match row.type_ {
        Type::Relation(relation) => relation.to_one(),
        Type::Text(..) => true,
        Type::List(..) | Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Via => false,
    });
    let counted: Vec<&str> = [kind.name()].into_iter().chain(one.map(|attribute| attribute.name)).collect();
    let counted = described(json!({ "enum": counted }), "what is counted, each once");
    any_of([reference("number"), bounds(&reference("share"), Some(counted))])
}

/// Inclusive bounds.
fn bounds(number: &Value, counted: Option<Value>) -> Value {
    let ends = [("min", described(number.clone(), "at least")), ("max", described(number.clone(), "at most"))];
    let mut bounds = object(ends.into_iter().chain(counted.map(|counted| ("of", counted))));
    bounds["anyOf"] = json!([{ "required": ["min"] }, { "required": ["max"] }]);
    bounds
}

fn text_test() -> Value {
    let patterns = one_or_some(&text());
    not_empty(object([
        ("any", described(patterns.clone(), "one of these patterns matches")),
        ("except", described(any_of([text(), texts()]), "none of these patterns matches")),
        ("regex", described(text(), "this regular expression matches the whole text")),
    ]))
}

fn list_test(one: &Value) -> Value {
    let list = json!({ "type": "array", "items": one });
    let patterns = || one_or_some(one);
    let mut test = object([
        ("any", described(patterns(), "some element matches some pattern")),
        ("all", described(patterns(), "every pattern is matched by an element")),
        ("only", described(any_of([one.clone(), list.clone()]), "every element matches some pattern")),
        ("none", described(patterns(), "no element matches any pattern")),
        ("except", described(any_of([one.clone(), list]), "elements that match these are ignored")),
        (
            "count",
            described(any_of([reference("number"), bounds(&reference("number"), None)]), "how many elements match"),
        ),
    ]);
    test["anyOf"] = ["any", "all", "only", "none", "count"].map(|key| json!({ "required": [key] })).into();
    any_of([patterns(), test])
}

fn time_test() -> Value {
    let length = json!({ "type": "string", "pattern": r"^(\$[^$].*|P.+|[0-9].*[a-zA-Z])$", "examples": ["90d"] });
    let date = json!({
        "type": "string", "pattern": r"^(\$[^$].*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$", "examples": ["2026-01-31"],
    });
    let test = not_empty(object([
        ("older_than", described(length.clone(), "longer ago than this")),
        ("newer_than", described(length.clone(), "less long ago than this, and not in the future")),
        ("within", described(length.clone(), "in the future, no further than this")),
        ("later_than", described(length, "further in the future than this")),
        ("before", described(date.clone(), "before this moment")),
        ("after", described(date, "at this moment or later")),
    ]));
    any_of([json!({ "type": "null" }), test])
}

fn escalation() -> Value {
    one_or_some(&any_of([json!({ "enum": Escalation::ALL.map(Escalation::name) }), reference("parameter")]))
}

/// The name of a permission; an editor proposes those that are known.
fn permission() -> Value {
    any_of([json!({ "enum": known_permissions() }), text_but(&not_permissions().collect::<Vec<_>>())])
}

/// What a policy says about a permission.
fn permission_entry() -> Value {
    let word = json!({ "enum": Escalation::ALL.map(Escalation::name) });
    object([
        ("allows", described(text(), "what it allows, in words")),
        ("sure", described(json!({ "enum": Sure::ALL.map(Sure::name) }), "how sure that is; by default documented")),
        (
            "escalation",
            described(
                any_of([word.clone(), json!({ "type": "array", "items": word })]),
                "what it lets its holder do beyond that; by default nothing",
            ),
        ),
    ])
}

fn via() -> Value {
    let ways = json!({ "enum": via_words().collect::<Vec<_>>() });
    let group = any_of([reference(Kind::Group.name()), one_or_some(&text())]);
    let mut by_group = object([("group", described(group, "a group that confers it"))]);
    by_group["required"] = json!(["group"]);
    any_of([one_or_some(&any_of([ways, reference("parameter")])), by_group])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{FILE_KEYS, RULE_KEYS};

    #[test]
    fn the_keys_are_those_that_are_read() {
        assert_eq!(keys().map(|(key, _)| key), FILE_KEYS);
        assert_eq!(rule_keys().into_iter().map(|(key, _)| key).collect::<Vec<_>>(), RULE_KEYS);
    }
}
