//! GitLab's code quality report: one entry for each finding, each rule without an answer, each rule that selected
//! nothing, each collection that is incomplete, each remark on a waiver, baseline or override.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq as _, Serializer};

use super::json_layout;
use super::words::{incomplete, paths, sentence, unread};
use crate::finding::{Finding, Outcome, RuleResult, Severity, Status, Verdict};

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    json_layout::write(&Entries(outcome), 1, to)
}

#[derive(serde::Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(serde::Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: FirstLine,
}

#[derive(serde::Serialize)]
struct FirstLine {
    begin: u32,
}

/// Made one by one while they are written.
struct Entries<'a>(&'a Outcome);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_seq(None)?;
        for (at, rule) in self.0.rules.iter().enumerate() {
            let findings = self.0.findings_of(at);
            for finding in findings {
                entries.serialize_element(&of_finding(finding, rule))?;
            }
            if let Some(description) = without_findings(rule, findings.is_empty()) {
                entries.serialize_element(&of_rule(description, rule))?;
            }
        }
        let whole = || location(self.0.rules.first().map_or("rolelint", file), 1);
        for skipped in &self.0.skipped {
            entries.serialize_element(&Entry {
                description: format!("the rule {} was not checked: {}", skipped.rule, skipped.reason),
                check_name: &skipped.rule,
                fingerprint: format!("{}/skipped", skipped.rule),
                severity: "info",
                location: whole(),
            })?;
        }
        for (collection, state, detail) in incomplete(self.0) {
            let name = collection.name();
            entries.serialize_element(&Entry {
                description: format!("the collection {name} is incomplete ({}): {detail}", state.name()),
                check_name: "incomplete-collection",
                fingerprint: format!("incomplete-collection/{name}"),
                severity: "info",
                location: whole(),
            })?;
        }
        for sentence in &self.0.exceptions {
            entries.serialize_element(&Entry {
                description: sentence.clone(),
                check_name: "exception",
                fingerprint: format!("exception/{sentence}"),
                severity: "info",
                location: whole(),
            })?;
        }
        entries.end()
    }
}

fn of_finding<'a>(finding: &'a Finding, rule: &'a RuleResult) -> Entry<'a> {
    let severity = match finding.status {
        Status::Violation | Status::Unknown => severity(rule.info.severity),
        Status::Waived | Status::Baselined => "info",
    };
    let paths = paths(finding, rule);
    let paths = if paths.is_empty() { String::new() } else { format!(": {}", paths.join("; ")) };
    Entry {
        description: format!("{}{paths}", sentence(finding)),
        check_name: &rule.info.id,
        fingerprint: finding.fingerprint.clone(),
        severity,
        location: location(&finding.source(&rule.info).name, finding.region.line),
    }
}

/// What there is to say about a rule beyond its findings.
fn without_findings(rule: &RuleResult, none: bool) -> Option<String> {
    match rule.verdict() {
        Verdict::Unknown if none => Some(format!("unknown: the rule could not be answered: {}", unread(rule))),
        Verdict::Vacuous => Some("vacuous: the rule selected nothing".to_owned()),
        Verdict::Violation | Verdict::Unknown | Verdict::Pass => None,
    }
}

fn of_rule(description: String, rule: &RuleResult) -> Entry<'_> {
    let severity = match rule.verdict() {
        Verdict::Unknown | Verdict::Violation => severity(rule.info.severity),
        Verdict::Vacuous | Verdict::Pass => "info",
    };
    Entry {
        description,
        check_name: &rule.info.id,
        fingerprint: format!("{}/{}", rule.info.id, rule.verdict().name()),
        severity,
        location: location(file(rule), rule.info.location.region().line),
    }
}

fn file(rule: &RuleResult) -> &str {
    &rule.info.location.source.name
}

fn location(path: &str, begin: u32) -> Location<'_> {
    Location { path, lines: FirstLine { begin } }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::tests::rendered;
    use super::super::{Format, sample};

    #[test]
    fn every_entry_has_what_gitlab_asks_for_and_its_own_fingerprint() {
        let outcome = sample::outcome();
        let report: Vec<Value> = serde_json::from_str(&rendered(Format::Gitlab, &outcome)).expect("a list");
        // Two rules, one that was skipped, three collections and two remarks have entries of their own.
        assert_eq!(report.len(), outcome.findings.len() + 2 + 1 + 3 + 2);
        let mut fingerprints = BTreeSet::new();
        for entry in &report {
            for field in ["description", "check_name", "fingerprint", "severity"] {
                assert!(entry[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {entry}");
            }
            let severity = entry["severity"].as_str().expect("a word");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{entry}");
            assert!(entry["location"]["path"].is_string(), "{entry}");
            assert!(entry["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{entry}");
            fingerprints.insert(entry["fingerprint"].to_string());
        }
        assert_eq!(fingerprints.len(), report.len());
    }
}
