//! `rolelint schema`: every file that we ship is valid by it, and what does not load is not.

use std::path::Path;

use jsonschema::Validator;
use rolelint::document::SourceText;
use rolelint::policy::{Attribute, Kind, Overrides, Type, of, parse};
use serde_json::{Map, Value, json};

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};
use crate::support::shell::repository;
use crate::support::workflow::yaml;

const ALL: [&str; 9] = ["policy", "config", "waivers", "tests", "snapshot", "results", "jsonl", "diff", "plan"];

fn printed(what: &str) -> String {
    offline().args(["schema", what]).run().ends_with(0).stdout
}

fn validator(what: &str) -> Validator {
    let schema: Value = serde_json::from_str(&printed(what)).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{what}: {error}"));
    jsonschema::draft202012::new(&schema).expect("a schema")
}

/// A validator of what we write, which also refuses what the schema does not list.
fn closed_validator(what: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(&printed(what)).expect("JSON");
    close(&mut schema);
    jsonschema::draft202012::new(&schema).expect("a schema")
}

/// Refuses properties that are not listed, in this schema and in those of its properties, elements and definitions.
fn close(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    for list in ["properties", "$defs"] {
        members.get_mut(list).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut).for_each(close);
    }
    for one in ["items", "additionalProperties"] {
        members.get_mut(one).into_iter().for_each(close);
    }
    for several in ["oneOf", "anyOf"] {
        // What is listed beside these alternatives is not listed in them.
        let alternatives = members.get_mut(several).and_then(Value::as_array_mut).into_iter().flatten();
        let properties = alternatives.filter_map(|one| one.get_mut("properties")?.as_object_mut());
        properties.flat_map(Map::values_mut).for_each(close);
    }
    if ["properties", "oneOf"].iter().any(|key| members.contains_key(*key)) {
        members.insert("unevaluatedProperties".to_owned(), false.into());
    }
}

#[track_caller]
fn is_valid(validator: &Validator, name: &str, file: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(file).map(|error| format!("{}: {error:.300}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}");
}

/// The files in a folder of the repository that end like this, in order.
fn files(folder: &str, end: &str) -> Vec<String> {
    let inside = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("a folder");
    let names = inside.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(end)).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    files
}

/// The YAML in the fences of the documentation.
fn snippets() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for page in files("docs", ".md").iter().map(String::as_str).chain(["README.md"]) {
        for (at, snippet) in repository(page).split("```yaml\n").skip(1).enumerate() {
            found.push((format!("{page} {at}"), yaml(snippet.split("```").next().expect("a fence ends"))));
        }
    }
    found
}

#[test]
fn the_schemas_in_the_repository_are_those_that_are_printed() {
    for what in ALL {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{what}.json"));
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(kept, printed(what), "write it anew: rolelint schema {what} > schemas/{what}.json");
    }
}

#[test]
fn every_file_that_we_ship_or_print_is_valid() {
    let (policy, tests, config) = (validator("policy"), validator("tests"), validator("config"));
    let shipped = [files("policies", ".yaml"), files("src/command/init", ".yaml")].concat();
    assert!(shipped.len() >= 17, "{shipped:?}");
    for name in shipped {
        let validator = match () {
            () if name.ends_with("_test.yaml") => &tests,
            () if name.ends_with("/rolelint.yaml") => &config,
            () if name.ends_with("/permissions.yaml") => continue,
            () => &policy,
        };
        // A bound is filled in by `init`.
        is_valid(validator, &name, &yaml(&repository(&name).replace("MAX", "3")));
    }
    let waivers = validator("waivers");
    let mut seen = [0; 4];
    for (name, snippet) in snippets() {
        let (at, validator) = if snippet["waivers"].is_array() && snippet.get("version").is_some() {
            (3, &waivers)
        } else if snippet["rules"].is_array() {
            (0, &policy)
        } else if snippet.get("tests").is_some() {
            (1, &tests)
        } else if snippet.get("policies").is_some() || snippet["rules"].is_object() {
            (2, &config)
        } else {
            continue;
        };
        seen[at] += 1;
        // The guide shows what becomes of a mistake; an editor sees it, too.
        if snippet["tests"][1]["expect"]["contractor-manages-groups"] == "fail" {
            assert!(!validator.is_valid(&snippet), "{name}");
            continue;
        }
        is_valid(validator, &name, &snippet);
    }
    assert!(seen.iter().all(|number| *number > 0), "{seen:?}");
}

#[test]
fn what_the_language_allows_is_valid() {
    let validator = validator("policy");
    let conditions = [
        "select: role\nforbid: { name: [null, ''], permissions: { any: '*', except: [a], count: { max: $n } } }",
        "select: user\nwhere: { any: [{ email: { regex: 'a|b' } }, { not: { enabled: true } }] }\nforbid: { banned: true }",
        "select: user\nforbid: { holds: { where: { scope: project }, count: { of: role, min: 3 } } }",
        "select: user\nforbid: { holds: { role: [owner, Platform], via: { group: { name: A } } } }",
        "select: user\nrequire: { groups: { every: { is_scim_managed: true } } }",
        "select: grant\nforbid: { via: [direct, membership], project: Website, user: { enabled: $flag } }",
        "select: user\nexactly: { email: $owners }",
        "select: group\ncount: 3",
        "select: api_key\nforbid: { last_used_at: null, created_at: { older_than: $age, before: 2026-01-31 } }",
    ];
    for condition in conditions {
        let rule = format!("  - id: a\n    {}\n", condition.replace('\n', "\n    "));
        let text =
            format!("version: 1\nparams: {{ n: 1, flag: true, age: 90d, owners: [a@x.example] }}\nrules:\n{rule}");
        is_valid(&validator, condition, &yaml(&text));
        offline().file("p.yaml", &text).args(["plan", "--policy", "p.yaml"]).run().ends_with(0);
    }
}

#[test]
fn policies_that_do_not_load_are_refused() {
    let validator = validator("policy");
    let rules = [
        "{ id: a, select: role, forbit: { name: x } }",
        "{ id: a, select: roles, forbid: { name: x } }",
        "{ select: role, forbid: { name: x } }",
        "{ id: A_b, select: role, forbid: { name: x } }",
        "{ id: a, severity: hihg, select: role, forbid: { name: x } }",
        "{ id: a, select: role }",
        "{ id: a, select: role, forbid: { name: x }, require: { name: y } }",
        "{ id: a, select: role, forbid: { nme: x } }",
        "{ id: a, select: user, forbid: { permissions: x } }",
        "{ id: a, select: role, forbid: { predefined_role: 'false' } }",
        "{ id: a, select: role, forbid: { permissions: { except: [x] } } }",
        "{ id: a, select: role, forbid: { permissions: { any: [x], nun: [y] } } }",
        "{ id: a, select: role, forbid: { name: [] } }",
        "{ id: a, select: role, forbid: { any: [] } }",
        "{ id: a, select: role, require: {} }",
        "{ id: a, select: user, forbid: { holds: x } }",
        "{ id: a, select: user, forbid: { holds: { where: { role: owner } } } }",
        "{ id: a, select: user, forbid: { holds: { role: owner, count: 2 } } }",
        "{ id: a, select: user, forbid: { holds: { via: indirect } } }",
        "{ id: a, select: user, count: { mn: 1 } }",
        "{ id: a, select: user, count: { min: -1 } }",
        "{ id: a, select: user, count: { of: scope, min: 1 } }",
        "{ id: a, select: user, exactly: { enabled: true } }",
        "{ id: a, select: user, exactly: { email: [a], name: [b] } }",
        "{ id: a, select: user, forbid: { added_at: { older_than: ninety days } } }",
        "{ id: a, select: user, forbid: { added_at: { before: soon } } }",
        "{ id: a, select: user, forbid: { added_at: 90d } }",
    ];
    let policies = rules.iter().map(|rule| format!("version: 1\nrules: [{rule}]\n"));
    let good = "{ id: a, select: role, forbid: { name: x } }";
    let others = ["", "version: 2\n", "version: 1\nruls: []\n", "version: 1\nparams: { a: { b: { c: d } } }\n"]
        .map(|head| format!("{head}rules: [{good}]\n"));
    for policy in policies.chain(others).chain(["version: 1\nrules: []\n".to_owned()]) {
        assert!(!validator.is_valid(&yaml(&policy)), "{policy}");
        offline().file("p.yaml", &policy).args(["plan", "--policy", "p.yaml"]).run().ends_with(2);
    }
}

#[test]
fn a_word_in_the_place_of_a_name_or_a_permission_is_valid_only_where_it_loads() {
    let validator = validator("policy");
    let words = ["user", "service_account", "group", "none", "owner", "organization", "takeover", "self-grant", "a.b"];
    let takes_names = |attribute: &&Attribute| match attribute.type_ {
        Type::Relation(relation) => relation.to_one(),
        Type::List(..) => true,
        Type::Text(..) | Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Via => false,
    };
    let mut refused = 0;
    for attribute in Kind::ALL.into_iter().flat_map(of).filter(takes_names) {
        for value in words.iter().flat_map(|word| [json!(word), json!(["a.b", word])]) {
            let condition = json!({ attribute.name: value });
            let rule = json!({ "id": "a", "select": attribute.of.name(), "forbid": condition });
            let policy = json!({ "version": 1, "rules": [rule] });
            let source = SourceText::new("p.yaml".to_owned(), policy.to_string());
            let loads = parse(&[source.into()], &Overrides::default()).is_ok();
            assert_eq!(validator.is_valid(&policy), loads, "{}: {condition}", attribute.of.name());
            refused += usize::from(!loads);
        }
    }
    assert!(refused > 0);
}

#[test]
fn tests_and_configurations_that_do_not_load_are_refused() {
    const POLICY: &str = "version: 1\nrules: [{ id: a, select: role, forbid: { permissions: api.groups.write } }]\n";
    let tests = validator("tests");
    let table = [
        ("{ usrs: [] }", "{ a: pass }"),
        ("{ users: [{ emial: a@x.example }] }", "{ a: pass }"),
        ("{ users: [{ email: a@x.example, enabled: 'yes' }] }", "{ a: pass }"),
        ("{ users: [{ email: a@x.example, unknown: [emal] }] }", "{ a: pass }"),
        ("{ roles: [{ name: A, created_at: soon }] }", "{ a: pass }"),
        ("{ admin_api_keys: [{ name: a }] }", "{ a: pass }"),
        ("{ incomplete: [user_rolls] }", "{ a: pass }"),
        ("{}", "{ a: passes }"),
        ("{}", "{ a: [] }"),
        ("{}", "{ a: [ada] }"),
        ("{}", "{}"),
    ];
    for (org, expect) in table {
        let text = format!("tests:\n  - name: t\n    org: {org}\n    expect: {expect}\n");
        assert!(!tests.is_valid(&yaml(&text)), "{text}");
        offline().file("p.yaml", POLICY).file("p_test.yaml", &text).args(["test", "p.yaml"]).run().ends_with(2);
    }
    let config = validator("config");
    for text in
        ["polices: x", "fail-on: hihg", "strict: 'yes'", "only: []", "key: x", "reports: { srif: x }", "params: [a]"]
    {
        assert!(!config.is_valid(&yaml(text)), "{text}");
        offline().file("rolelint.yaml", text).args(["config"]).run().ends_with(2);
    }
}

#[test]
fn the_results_of_checks_are_valid_and_others_are_not() {
    let validator = closed_validator("results");
    let check = |api: &FakeApi| rolelint(api).args(["check", "--format", "json"]).run();
    let api = acme();
    let healthy = check(&api).ends_with(1).json().0;
    is_valid(&validator, "ACME", &healthy);
    let rules = healthy["rules"].as_array().expect("a list");
    for list in ["causes", "matched"] {
        assert!(rules.iter().any(|rule| rule[list].as_array().is_some_and(|list| !list.is_empty())), "{list}");
    }
    let denied = faulty(Organization::acme(), "/organization/roles", When::Always, What::Status(403));
    is_valid(&validator, "denied", &check(&denied).json().0);
    for (pointer, wrong) in [
        ("/schema_version", Value::from(1)),
        ("/rules/0/verdict", Value::from("fine")),
        ("/findings/0/status", Value::Null),
        ("/coverage/0/state", Value::from("whole")),
        ("/gate", Value::Null),
        ("/cuts/0/edge/another", Value::Null),
    ] {
        let mut results = healthy.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        results.pointer_mut(parent).expect(pointer)[name] = wrong;
        assert!(!validator.is_valid(&results), "{pointer}");
    }
}

#[test]
fn lines_of_results_and_comparisons_are_valid_and_others_are_not() {
    let (lines, diff) = (closed_validator("jsonl"), closed_validator("diff"));
    let ran = rolelint(&acme()).args(["check", "--as-of", "2026-06-01", "--format", "jsonl"]).run().ends_with(1);
    for line in ran.stdout.lines() {
        let mut value: Value = serde_json::from_str(line).expect("JSON");
        is_valid(&lines, line, &value);
        let (kind, of) = value.as_object_mut().expect("a line").iter_mut().next().expect("one key");
        let needed = match kind.as_str() {
            "header" => "gate",
            "rule" => "severity",
            "finding" => "status",
            "thing" => "key",
            _ => "rules",
        };
        of.as_object_mut().expect("a mapping").remove(needed).expect(needed);
        assert!(!lines.is_valid(&value), "{line:.100} without {needed}");
    }
    let fetched = |change: fn(&mut Organization)| {
        let mut organization = Organization::acme();
        change(&mut organization);
        rolelint(&FakeApi::start(organization, Behaviour::default()))
            .args(["fetch", "-q", "-o", "-"])
            .run()
            .ends_with(0)
            .stdout
    };
    let (old, new) = (
        fetched(|_| {}),
        fetched(|org| {
            org.groups[0].members.clear();
            org.roles[2].name = "Renamed".to_owned();
        }),
    );
    let run = offline().file("old", old).file("new", new);
    let ran = run.args(["diff", "old", "new", "--format", "json", "--policy", "builtin:recommended"]).run();
    let mut report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    for list in ["access", "things", "violations"] {
        assert!(report[list].as_array().is_some_and(|list| !list.is_empty()), "{list}");
    }
    is_valid(&diff, "diff", &report);
    report["access"][0]["effect"] = "terrible".into();
    assert!(!diff.is_valid(&report));
}

#[test]
fn plans_are_valid_with_and_without_sizes_and_others_are_not() {
    let validator = closed_validator("plan");
    let denied = faulty(Organization::acme(), "/organization/projects", When::Always, What::Status(403));
    let plan = ["plan", "--format", "json"];
    let unknown = offline().args(plan).run().ends_with(0);
    let (known, partly) =
        (rolelint(&acme()).args(plan).run().ends_with(0), rolelint(&denied).args(plan).run().ends_with(3));
    for (name, ran) in [("without sizes", &unknown), ("with sizes", &known), ("with a gap", &partly)] {
        let value: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        is_valid(&validator, name, &value);
        for (pointer, wrong) in [
            ("/schema_version", Value::from(2)),
            ("/complete", Value::Null),
            ("/requests", "many".into()),
            ("/collections/0/collection", "userz".into()),
            ("/collections/0/rules", Value::Null),
        ] {
            let mut plan = value.clone();
            *plan.pointer_mut(pointer).expect(pointer) = wrong;
            assert!(!validator.is_valid(&plan), "{name}: {pointer}");
        }
    }
}

#[test]
fn every_line_of_a_snapshot_is_valid_and_one_with_another_field_is_not() {
    let validator = closed_validator("snapshot");
    let denied = faulty(Organization::acme(), "/organization/invites", When::Always, What::Status(403));
    for (api, code) in [(acme(), 0), (denied, 3)] {
        let snapshot = rolelint(&api).args(["fetch", "-q", "-o", "-"]).run().ends_with(code).stdout;
        for line in snapshot.lines() {
            let mut value: Value = serde_json::from_str(line).expect("JSON");
            is_valid(&validator, line, &value);
            let (_, of) = value.as_object_mut().expect("a line").iter_mut().next().expect("one key");
            of["another"] = true.into();
            assert!(!validator.is_valid(&value), "{line:.100}");
        }
    }
}

#[test]
fn waivers_that_are_not_read_are_refused() {
    let validator = validator("waivers");
    let good = "rules: a-rule, subject: { user: a@b.example }, reason: r, owner: o, expires: 2030-01-01";
    let file = |waiver: &str| format!("version: 1\nwaivers: [{{ {waiver} }}]\n");
    let all =
        format!("{good}, role: [a, b], permission: x.y, scope: organization, path: [{{ group: G }}, {{ role: R }}]");
    for waiver in [good, all.as_str()] {
        is_valid(&validator, waiver, &yaml(&file(waiver)));
    }
    for (from, to) in [
        ("rules: a-rule, ", ""),
        ("user: a@b.example", "user: \"*\""),
        ("user: a@b.example", "user: a, role: b"),
        ("user: a@b.example", "person: a"),
        ("reason: r", "why: r"),
        ("owner: o, ", ""),
        ("expires: 2030-01-01", "path: Platform, expires: 2030-01-01"),
        ("expires: 2030-01-01", "role: [], expires: 2030-01-01"),
    ] {
        let text = file(&good.replace(from, to));
        assert!(!validator.is_valid(&yaml(&text)), "{text}");
        let run = offline().file("w.yaml", &text).args(["lint", "--waivers", "w.yaml", "--max-waiver", "99999d"]);
        run.run().ends_with(2);
    }
}
