//! What ends most findings stands in the reports for pipelines, too: as the JSON report and the text have it.

use serde_json::Value;

use crate::support::harness::{acme, rolelint, text};

const RULE: &str = "contractor-privileged-in-a-project";

fn report(format: &str) -> String {
    let api = acme();
    rolelint(&api).args(["check", "--as-of", "2026-06-01", "--format", format]).run().ends_with(1).stdout
}

#[test]
fn sarif_has_it_in_the_help_of_a_rule_and_in_properties() {
    let (json, sarif): (Value, Value) =
        (serde_json::from_str(&report("json")).expect("JSON"), serde_json::from_str(&report("sarif")).expect("JSON"));
    let run = &sarif["runs"][0];
    let cuts = run["properties"]["cuts"].as_array().expect("a list");
    assert_eq!(cuts.len(), 5);
    for (cut, of) in cuts.iter().zip(json["cuts"].as_array().expect("a list")) {
        assert_eq!(cut["findings"], of["findings"]);
    }
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let rule = rules.iter().find(|rule| rule["id"] == RULE).expect(RULE);
    let first = &rule["properties"]["causes"][0];
    let what = "remove role Integration Automation in project Partner Integration from group Contractors";
    assert_eq!((text(&first["text"]), &first["findings"]), (what, &5.into()));
    assert!(text(&rule["help"]["markdown"]).contains(&format!("What ends most findings:\n\n- {what}: ends 5")));
    assert_eq!(rule["help"]["text"], rule["help"]["markdown"]);
}

#[test]
fn junit_has_it_first_in_each_failure_and_for_the_whole() {
    let report = report("junit");
    let of_rule = report.split(&format!("name=\"{RULE}\"")).nth(1).expect(RULE);
    let failure = of_rule.split("</failure>").next().and_then(|case| case.split_once("type=\"high\">")).expect("one").1;
    let what = "remove role Integration Automation in project Partner Integration from group Contractors: ends 5\n";
    assert!(failure.starts_with(what), "{failure:.300}");
    let whole = report.rsplit("<system-out>").next().expect("the last");
    assert!(whole.lines().nth(1).is_some_and(|line| line.ends_with(": ends 8")), "{whole}");
}
