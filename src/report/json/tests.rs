//! What is written is read back as the same outcome, or refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::super::sample::{NAMES, many, outcome, waiver};
use super::super::tests::rendered;
use super::super::{Format, Unreadable};
use super::read;
use crate::finding::{AccessPath, Evidence, Finding, Outcome, RuleResult, Status, Thing, ThingKind, Value};
use crate::org::{Kind, Text};

fn json(of: &Outcome) -> String {
    rendered(Format::Json, of)
}

#[test]
fn the_sample_is_read_back_and_reported_identically() {
    let written = outcome();
    let back = read(json(&written).as_bytes()).expect("our own");
    assert_eq!(back, written);
    for format in Format::ALL {
        assert_eq!(rendered(format, &back), rendered(format, &written), "{}", format.name());
    }
}

/// The report that lines of JSON are the parts of.
fn joined(lines: &str) -> serde_json::Value {
    let mut lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let end = lines.pop().expect("an end");
    let mut report = lines.remove(0)["header"].take();
    for part in ["rules", "findings"] {
        report[part] = json!([]);
    }
    report["things"] = json!({});
    for line in lines {
        let line = line.as_object().expect("an object").clone();
        assert_eq!(line.len(), 1, "{line:?}");
        for (kind, mut part) in line {
            let all = &mut report[format!("{kind}s")];
            match kind.as_str() {
                "rule" | "finding" => all.as_array_mut().expect("a list").push(part),
                "thing" => {
                    let key = part.as_object_mut().expect("a thing").remove("key").expect("a key");
                    all[key.as_str().expect("a text")] = part;
                }
                other => panic!("no line is a {other}"),
            }
        }
    }
    let count =
        |part: &str| report[part].as_array().map_or_else(|| report[part].as_object().expect(part).len(), Vec::len);
    let counts = json!({ "rules": count("rules"), "findings": count("findings"), "things": count("things") });
    assert_eq!(end, json!({ "end": counts }));
    report
}

#[test]
fn the_lines_are_the_parts_of_the_report() {
    for outcome in [outcome(), many(300), Outcome { rules: Vec::new(), findings: Vec::new(), ..outcome() }] {
        let whole: serde_json::Value = serde_json::from_str(&json(&outcome)).expect("JSON");
        assert_eq!(joined(&rendered(Format::Jsonl, &outcome)), whole);
    }
}

/// Things with few ids, so that kinds and names share them.
fn thing() -> impl Strategy<Value = Arc<Thing>> {
    let kinds: Vec<ThingKind> = Kind::ALL.map(ThingKind::Of).into_iter().chain([ThingKind::Organization]).collect();
    let text =
        || proptest::sample::select(&["a", "b", "user:a", "user:a:2", "", "\u{202e}##["][..]).prop_map(Text::new);
    let plain = (proptest::sample::select(kinds), text(), proptest::option::of(text()), proptest::option::of(text()));
    let thing = plain.prop_map(|(kind, id, name, email)| Thing { kind, id, name, email, ..Thing::default() });
    (thing.clone(), proptest::option::of(thing)).prop_map(|(thing, project)| {
        let owner = project.clone().filter(|_| thing.email.is_some()).map(Arc::new);
        Arc::new(Thing { ambiguous: project.is_some(), project: project.map(Arc::new), owner, ..thing })
    })
}

fn value() -> impl Strategy<Value = Value> {
    let text = || proptest::sample::select(&NAMES[..]).prop_map(Text::new);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Flag),
        any::<u64>().prop_map(Value::Number),
        any::<u64>().prop_map(|number| Value::Counted(number, Text::const_new("at most 3"))),
        (0..4_000_000_000_i64).prop_map(Value::Time),
        text().prop_map(Value::Text),
        Just(Value::Text(Text::const_new("2026-01-01T00:00:00Z"))),
        text().prop_map(Value::Permission),
    ]
}

fn finding(template: Finding) -> impl Strategy<Value = Finding> {
    let condition = proptest::sample::select(&[Some(0), Some(0), Some(1), None][..]);
    let path = (any::<bool>(), proptest::collection::vec(thing(), 1..4), condition);
    let parts = (
        proptest::sample::select(&Status::ALL[..]),
        thing(),
        proptest::collection::vec(path, 0..3),
        proptest::collection::vec(value(), 0..3),
    );
    parts.prop_map(move |(status, subject, paths, values)| {
        let path = |(from_subject, steps, condition): (bool, Vec<Arc<Thing>>, Option<u8>)| {
            // A path that starts at the subject says so.
            let own = steps[0] == subject;
            let steps = if own { steps[1..].to_vec() } else { steps };
            Arc::new(AccessPath { from_subject: own || from_subject, steps, matched: Some(0), condition })
        };
        let evidence = |value| Evidence { value, ..template.evidence[0].clone() };
        Finding {
            status,
            waiver: (status == Status::Waived).then(waiver),
            paths: paths.into_iter().map(path).collect(),
            evidence: values.into_iter().map(evidence).collect(),
            subject,
            ..template.clone()
        }
    })
}

proptest! {
    #[test]
    fn any_findings_are_read_back(
        findings in proptest::collection::vec(finding(outcome().findings[0].clone()), 0..8),
        truncated: bool,
    ) {
        let mut written = outcome();
        let rule = written.rules.swap_remove(0);
        written.rules.clear();
        written.findings.clear();
        let mut result = RuleResult::new(rule.info);
        (result.matched, result.truncated) = (rule.matched, truncated);
        written.push(result, findings);
        written.policies[0].rules = written.rules.len() + written.skipped.len();
        let text = json(&written);
        let back = read(text.as_bytes()).expect("our own");
        prop_assert_eq!(&back, &written);
        prop_assert_eq!(back.causes(0), written.causes(0));
        prop_assert_eq!(back.cuts(), written.cuts());
        prop_assert_eq!(json(&back), text);
    }
}

#[test]
fn a_report_that_contradicts_itself_is_refused() {
    let text = json(&outcome());
    let changes: [(&str, serde_json::Value, &str); 16] = [
        ("/schema_version", json!(1), "schema version 1"),
        ("/rules/0/verdict", json!("pass"), "`hostile`"),
        ("/rules/0/violations", json!(0), "`hostile`"),
        ("/rules/0/severity", json!("worst"), "`worst` is not a severity"),
        ("/rules/0/policy/file", json!("other.yaml"), "other.yaml"),
        ("/rules/0/matched", json!([]), "permissions that do not exist"),
        ("/findings/26/rule", json!("no-such-rule"), "`no-such-rule`"),
        ("/findings/0/status", json!("fine"), "`fine` is not a status"),
        ("/findings/0/status", json!("waived"), "without a waiver"),
        ("/findings/0/status", json!("baselined"), "`hostile`"),
        ("/findings/25/waiver", json!(null), "without a waiver"),
        ("/findings/0/paths/0/via/1", json!("role_x"), "`role_x`"),
        ("/findings/0/subject/kind", json!("robot"), "`robot` is not a kind"),
        ("/gate/exit_code", json!(0), "exit code 0 contradicts"),
        ("/policies/0/text", json!("version: 1"), "SHA-256"),
        ("/as_of", json!("yesterday"), "`yesterday` is not a time"),
    ];
    for (pointer, value, says) in changes {
        let mut report: serde_json::Value = serde_json::from_str(&text).expect("our own");
        *report.pointer_mut(pointer).expect(pointer) = value;
        let error = read(report.to_string().as_bytes()).expect_err(pointer).to_string();
        assert!(error.contains(says), "{pointer}: {error}");
    }
}

#[test]
fn a_truncated_report_is_refused() {
    let text = json(&outcome());
    for end in (0..text.trim_end().len()).step_by(97) {
        let error = read(&text.as_bytes()[..end]).expect_err("cut");
        assert!(matches!(error, Unreadable::Json(_)), "{end}: {error}");
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let written = outcome();
    let mut report: BTreeMap<String, serde_json::Value> = serde_json::from_str(&json(&written)).expect("our own");
    report.insert("later".to_owned(), json!({"more": 1}));
    let back = read(serde_json::to_string(&report).expect("JSON").as_bytes()).expect("only more fields");
    assert_eq!(back, written);
}
