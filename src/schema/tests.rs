//! Tests of policies: small organizations in the short form. The fields of things are those of the vocabulary.

use serde_json::{Map, Value, json};

use super::part::{any_of, described, not_empty, object, parameter_or_mapping, reference, some, text, text_such_as};
use crate::finding::Verdict;
use crate::org::Collection;
use crate::policy::{Kind, Naming, Type, find, known_permissions};
use crate::testing::keys;

pub(super) fn file() -> Value {
    let mut file = object(file_keys());
    file["required"] = json!(["tests"]);
    file["$defs"] = definitions().into();
    file
}

fn file_keys() -> [(&'static str, Value); 4] {
    [
        ("policy", described(text(), "the policy, as a path from this file; by default the name without `_test`")),
        ("now", described(date(), "the moment from which ages count; by default the first of 2026")),
        ("tests", some(&reference("test"))),
        ("equivalent", json!({ "type": "array", "items": reference("equivalent") })),
    ]
}

fn equivalent_keys() -> [(&'static str, Value); 5] {
    [
        ("rule", described(text(), "the rule of the mutant")),
        ("param", described(text(), "the parameter of the mutant")),
        ("condition", described(text(), "the named condition of the mutant")),
        ("after", described(text(), "the lines of the mutant, as `rolelint test --mutate` shows them")),
        ("reason", described(text(), "why the mutant means the same")),
    ]
}

fn test_keys() -> [(&'static str, Value); 6] {
    let params =
        json!({ "type": "object", "additionalProperties": parameter_or_mapping(&["string", "number", "boolean"]) });
    let expect = json!({ "type": "object", "minProperties": 1, "additionalProperties": reference("answer") });
    [
        ("name", described(text(), "what the test shows")),
        ("org", reference("organization")),
        ("expect", described(expect, "what each rule must say; rules that are not named are not judged")),
        ("rules", described(json!({ "const": "all" }), "the rules that are not named must find nothing")),
        ("params", described(params, "parameters of the policy, for this test")),
        ("now", described(date(), "another moment from which ages count")),
    ]
}

fn definitions() -> Map<String, Value> {
    let mut test = object(test_keys());
    test["required"] = json!(["name", "org", "expect"]);
    let mut equivalent = object(equivalent_keys());
    equivalent["required"] = json!(["after", "reason"]);
    let all = [
        ("test", test),
        ("equivalent", equivalent),
        ("organization", organization()),
        ("answer", answer()),
        ("subject", subject()),
        ("names", any_of([text(), json!({ "type": "array", "items": text() })])),
        ("role", thing(Kind::Role, keys::ROLE, [])),
        ("group", thing(Kind::Group, keys::GROUP, [names("roles", "the roles that it holds")])),
        (
            "user",
            thing(
                Kind::User,
                keys::USER,
                [
                    names("roles", "roles of its own"),
                    names("groups", "its groups"),
                    ("listed", described(json!({ "type": "boolean" }), "whether the list of users has it")),
                ],
            ),
        ),
        ("project", project()),
        ("project_user", member("user", "the user")),
        ("project_group", member("group", "the group")),
        (
            "service_account",
            thing(
                Kind::ServiceAccount,
                keys::ACCOUNT,
                [names("roles", "roles in the project"), names("groups", "its groups")],
            ),
        ),
        (
            "invite",
            thing(
                Kind::Invite,
                keys::INVITE,
                [(
                    "projects",
                    described(
                        any_of([
                            reference("names"),
                            json!({ "type": "object", "additionalProperties": { "type": ["string", "null"] } }),
                        ]),
                        "the projects that come with it, or each with the legacy role in it",
                    ),
                )],
            ),
        ),
        ("admin_api_key", owned(thing(Kind::AdminApiKey, keys::ADMIN_KEY, [owner()]))),
        ("api_key", owned(thing(Kind::ApiKey, keys::KEY, [owner()]))),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn organization() -> Value {
    let collections = Collection::ALL.map(Collection::name);
    let part = json!({ "type": "string", "pattern": format!("^({})(/.+)?$", collections.join("|")) });
    let incomplete = json!({ "type": "array", "items": any_of([json!({ "enum": collections }), part]) });
    object([
        list("roles", "role"),
        list("groups", "group"),
        list("users", "user"),
        list("projects", "project"),
        list("invites", "invite"),
        list("admin_api_keys", "admin_api_key"),
        ("incomplete", described(incomplete, "what could not be read: user_roles/ada@acme.example")),
    ])
}

fn project() -> Value {
    let by_name = |kind: &str| json!({ "type": "array", "items": any_of([text(), reference(kind)]) });
    thing(
        Kind::Project,
        keys::PROJECT,
        [
            list("roles", "role"),
            ("users", by_name("project_user")),
            ("groups", by_name("project_group")),
            list("service_accounts", "service_account"),
            list("api_keys", "api_key"),
        ],
    )
}

/// A user or a group that a project lists.
fn member(of: &'static str, meaning: &str) -> Value {
    let mut member = thing(Kind::User, keys::MEMBER, [(of, described(text(), meaning)), names("roles", "its roles")]);
    member["properties"]["role"] = described(text_such_as(&["owner", "member"]), "the legacy word in the project");
    member["required"] = json!([of]);
    member
}

fn owned(mut key: Value) -> Value {
    key["required"] = json!(["owner"]);
    key
}

fn owner() -> (&'static str, Value) {
    ("owner", described(any_of([text(), json!({ "type": "null" })]), "the owner; `null` if the owner has left"))
}

fn list(name: &'static str, of: &str) -> (&'static str, Value) {
    (name, json!({ "type": "array", "items": reference(of) }))
}

fn names(name: &'static str, meaning: &str) -> (&'static str, Value) {
    (name, described(reference("names"), meaning))
}

/// A thing with the fields that the API sends, and others.
fn thing<const N: usize>(kind: Kind, sent: &[&'static str], others: [(&'static str, Value); N]) -> Value {
    let unknown = json!({ "type": "array", "items": { "enum": sent } });
    let own = [
        ("id", described(text(), "by default made from the name")),
        ("unknown", described(unknown, "fields that the API left out")),
    ];
    not_empty(object(sent.iter().map(|name| (*name, field(kind, name))).chain(others).chain(own)))
}

fn field(kind: Kind, name: &str) -> Value {
    let attribute = find(kind, name).expect("a field of a thing is in the vocabulary");
    let words = match attribute.names {
        Some(Naming::OneOf(words)) => words,
        Some(Naming::Permission) => known_permissions(),
        Some(Naming::Itself) | None => &[],
    };
    let value = match attribute.type_ {
        Type::Flag(_) => json!({ "type": "boolean" }),
        Type::Time(_) => date(),
        Type::List(..) => {
            let one = text_such_as(words);
            any_of([one.clone(), json!({ "type": "array", "items": one })])
        }
        Type::Text(..) | Type::Relation(_) | Type::Escalation | Type::Via => text_such_as(words),
    };
    described(any_of([value, json!({ "type": "null" })]), attribute.meaning)
}

/// A date, a moment, or a length of time before or after now.
fn date() -> Value {
    json!({
        "type": "string", "pattern": "^(.+ ago|in .+|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$",
        "examples": ["2026-01-31", "90d ago", "in 14d"],
    })
}

fn answer() -> Value {
    let verdicts = [Verdict::Pass, Verdict::Unknown, Verdict::Vacuous].map(Verdict::name);
    let subjects = json!({ "type": "array", "items": reference("subject") });
    any_of([
        json!({ "enum": verdicts }),
        described(some(&reference("subject")), "exactly these subjects"),
        object([
            ("violation", described(subjects.clone(), "exactly these violate the rule")),
            ("unknown", described(subjects, "for exactly these, nobody knows")),
        ]),
    ])
}

fn subject() -> Value {
    let kinds = Kind::ALL.map(Kind::name).join("|");
    described(
        json!({ "type": "string", "pattern": format!("^(organization|({kinds})/.+)$") }),
        "kind and name, such as user/ada@acme.example, or organization",
    )
}

#[cfg(test)]
mod table {
    use super::*;
    use crate::testing::{EQUIVALENT_KEYS, FILE_KEYS, TEST_KEYS};

    #[test]
    fn the_keys_are_those_that_are_read() {
        assert_eq!(file_keys().map(|(key, _)| key), FILE_KEYS);
        assert_eq!(test_keys().map(|(key, _)| key), TEST_KEYS);
        assert_eq!(equivalent_keys().map(|(key, _)| key), EQUIVALENT_KEYS);
        let organization = organization();
        let keys: Vec<&str> = keys::ORGANIZATION.to_vec();
        assert!(keys.iter().all(|key| organization["properties"][key].is_object()));
        assert_eq!(organization["properties"].as_object().map(Map::len), Some(keys.len()));
    }
}
