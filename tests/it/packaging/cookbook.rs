//! Every policy of the cookbook loads, finds in the demo organization what stands below it, and nothing is odd about it.

use serde_json::Value;

use crate::support::harness::{Json, acme, offline, rolelint, text};
use crate::support::shell::repository;

/// How many findings of a rule are named.
const NAMED: usize = 6;

/// Each entry: its heading, its policy, and the lines below it.
fn entries() -> Vec<(String, String, String)> {
    let page = repository("docs/cookbook.md");
    let sections = page.split("\n### ").skip(1);
    let entry = |section: &str| {
        let (heading, rest) = section.split_once('\n').expect("a heading");
        let (before, rest) = rest.split_once("```yaml\n").unwrap_or_else(|| panic!("{heading}: no policy"));
        let (policy, rest) = rest.split_once("```\n").unwrap_or_else(|| panic!("{heading}: no end"));
        assert!(!before.contains("In the demo organization"), "{heading}");
        let below = rest.split("\n## ").next().unwrap_or(rest).trim();
        (heading.to_owned(), policy.to_owned(), below.to_owned())
    };
    sections.map(entry).collect()
}

/// What is said of the findings of one rule.
fn said(report: &Json, rule: &Value, several: bool) -> String {
    let id = text(&rule["id"]);
    let label = |finding: &Value| {
        let subject = &finding["subject"];
        let name = ["email", "name", "id"].iter().find_map(|field| subject[*field].as_str()).expect("an id");
        let kind = text(&subject["kind"]);
        let label = if kind == "organization" { kind.to_owned() } else { format!("{kind}/{name}") };
        let unknown = if finding["status"] == "violation" { "" } else { "unknown " };
        format!("`{unknown}{label}`")
    };
    let labels: Vec<String> = report.findings().filter(|finding| finding["rule"] == id).map(label).collect();
    let rule_id = if several { format!("`{id}`: ") } else { String::new() };
    let found = match (labels.len(), text(&rule["verdict"])) {
        (0, "vacuous") => "nothing is selected".to_owned(),
        (0, verdict) => {
            assert_eq!(verdict, "pass", "{id}");
            "nothing".to_owned()
        }
        (count, _) if count > NAMED => format!("{} and {} more", labels[..NAMED].join(", "), count - NAMED),
        (_, _) => labels.join(", "),
    };
    format!("In the demo organization, {rule_id}{found}.")
}

#[test]
fn each_policy_of_the_cookbook_finds_what_it_says() {
    let api = acme();
    let all = entries();
    assert!(all.len() >= 40, "{}", all.len());
    let mut wrong = Vec::new();
    for (heading, policy, below) in all {
        let run = rolelint(&api).check(&policy).args(["--format", "json"]).run();
        assert!([0, 1, 3].contains(&run.code), "{heading}:\n{}", run.stderr);
        let report = run.json();
        let rules = report.0["rules"].as_array().expect("rules");
        let lines: Vec<String> = rules.iter().map(|rule| said(&report, rule, rules.len() > 1)).collect();
        if lines.join("\n") != below {
            wrong.push(format!("### {heading}\n{}", lines.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "docs/cookbook.md should say:\n{}", wrong.join("\n\n"));
}

#[test]
fn nothing_is_odd_about_the_policies_of_the_cookbook() {
    for (heading, policy, _) in entries() {
        let lint = ["lint", "p.yaml", "--allow-lint", "untested-rule,undocumented-rule", "-q"];
        let ran = offline().file("p.yaml", &policy).args(lint).run();
        assert_eq!(ran.code, 0, "{heading}:\n{}", ran.stdout);
    }
}
