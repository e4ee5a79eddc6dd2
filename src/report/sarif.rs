//! SARIF 2.1.0: one run, one result for each finding, at the words of the policy. What could not be read and what
//! selected nothing are notifications.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq as _, Serializer};
use serde_json::{Map, Value, json};

use super::json_layout;
use super::words::{causes, incomplete, paths, sentence, unread, worst_first};
use crate::document::Region;
use crate::escape::visible;
use crate::finding::{Finding, Outcome, RuleResult, Severity, Status, Verdict};

/// The most results that GitHub takes of a run.
const RESULTS: usize = 25_000;
/// The most tags that GitHub takes of a rule.
const TAGS: usize = 20;

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": (0..outcome.rules.len()).map(|at| descriptor(outcome, at)).collect::<Vec<_>>(),
            }}),
            invocations: [json!({
                "executionSuccessful": outcome.complete(),
                "exitCode": outcome.ending().code(),
                "toolExecutionNotifications": notifications(outcome),
            })],
            column_kind: "unicodeCodePoints",
            results: Results(outcome),
            properties: json!({"cuts": endings(&causes(outcome, None))}),
        }],
    };
    json_layout::write(&log, 4, to)
}

#[derive(serde::Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: [Value; 1],
    column_kind: &'static str,
    results: Results<'a>,
    properties: Value,
}

/// Made one by one while they are written, the worst first.
struct Results<'a>(&'a Outcome);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut results = serializer.serialize_seq(None)?;
        let all = worst_first(self.0).into_iter().flat_map(|at| self.0.findings_of(at));
        let compared = is_compared(self.0);
        for finding in all.take(RESULTS) {
            results.serialize_element(&result(finding, &self.0.rules[finding.rule], compared))?;
        }
        results.end()
    }
}

/// Whether a baseline accepts something, or did.
fn is_compared(outcome: &Outcome) -> bool {
    outcome.stale > 0 || outcome.count_findings(Status::Baselined) > 0
}

fn descriptor(outcome: &Outcome, at: usize) -> Value {
    let rule = &outcome.rules[at];
    let info = &*rule.info;
    let causes = causes(outcome, Some(at));
    let help = help(rule, &causes);
    let tags = info.tags.iter().map(|tag| visible(tag).into_owned());
    // GitHub shows the severity only of what has this tag.
    let tags: Vec<String> = std::iter::once("security".to_owned()).chain(tags).take(TAGS).collect();
    let score = match info.severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    };
    json!({
        "id": info.id,
        "shortDescription": {"text": plain(&info.title)},
        "fullDescription": {"text": plain(&info.sentence)},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": level(info.severity)},
        "properties": {"tags": tags, "security-severity": score, "verdict": rule.verdict().name(), "selected": rule.selected, "causes": endings(&causes)},
    })
}

/// What ends findings, and how many.
fn endings(causes: &[(usize, String)]) -> Value {
    causes.iter().map(|(count, what)| json!({"findings": count, "text": plain(what)})).collect()
}

fn help(rule: &RuleResult, causes: &[(usize, String)]) -> String {
    let info = &*rule.info;
    let sentence = Some(info.sentence.as_str()).filter(|sentence| !sentence.is_empty());
    let parts = [sentence, info.rationale.as_deref(), info.remediation.as_deref()].into_iter().flatten();
    let mut parts: Vec<String> = parts.chain(info.references.iter().map(String::as_str)).map(plain).collect();
    if !causes.is_empty() {
        let rows: Vec<String> = causes.iter().map(|(count, what)| format!("- {}: ends {count}", plain(what))).collect();
        parts.push(format!("What ends most findings:\n\n{}", rows.join("\n")));
    }
    if parts.is_empty() { plain(&info.title) } else { parts.join("\n\n") }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A result. If findings are compared with a baseline, each says whether it is in there.
fn result(finding: &Finding, rule: &RuleResult, compared: bool) -> Value {
    let mut result = Map::new();
    let (kind, level) = match finding.status {
        Status::Violation | Status::Waived | Status::Baselined => ("fail", level(rule.info.severity)),
        Status::Unknown => ("open", "none"),
    };
    let subject = &*finding.subject;
    let mut logical = json!({"name": visible(&subject.label()), "kind": subject.kind.name()});
    let within = subject.project.as_ref().map_or_else(String::new, |project| format!("project/{}/", project.id));
    logical["fullyQualifiedName"] = json!(visible(&format!("{within}{}/{}", subject.kind.name(), subject.id)));
    let text: Vec<String> = std::iter::once(sentence(finding)).chain(paths(finding, rule)).collect();
    let own = json!({
        "ruleId": rule.info.id,
        "ruleIndex": finding.rule,
        "kind": kind,
        "level": level,
        "message": {"text": plain(&text.join("; "))},
        "locations": [{"physicalLocation": place(&finding.source(&rule.info).name, &finding.region), "logicalLocations": [logical]}],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint, "rolelint/v2": finding.fingerprint},
        "properties": {"status": finding.status.name()},
    });
    result.extend(own.as_object().cloned().unwrap_or_default());
    match finding.status {
        Status::Waived => {
            let why = finding.waiver.as_ref().map(|waiver| plain(&waiver.to_string()));
            let why = why.unwrap_or_else(|| finding.status.name().to_owned());
            let accepted = json!([{"kind": "external", "status": "accepted", "justification": why}]);
            result.insert("suppressions".to_owned(), accepted);
        }
        Status::Violation | Status::Unknown | Status::Baselined => {}
    }
    if compared {
        let state = if finding.status == Status::Baselined { "unchanged" } else { "new" };
        result.insert("baselineState".to_owned(), json!(state));
    }
    Value::Object(result)
}

fn place(file: &str, region: &Region) -> Value {
    json!({
        "artifactLocation": {"uri": uri(file)},
        "region": {
            "startLine": region.line, "startColumn": region.column,
            "endLine": region.end_line, "endColumn": region.end_column,
        },
    })
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(path, KEPT).to_string()
}

/// What was not read, what selected nothing, and what is left out.
fn notifications(outcome: &Outcome) -> Vec<Value> {
    let mut all = Vec::new();
    let mut add = |level: &str, text: String| all.push(json!({"level": level, "message": {"text": plain(&text)}}));
    for (collection, state, detail) in incomplete(outcome) {
        add("error", format!("the collection {collection} is incomplete ({}): {detail}", state.name()));
    }
    for rule in &outcome.rules {
        let (id, unread) = (&rule.info.id, unread(rule));
        if rule.is_open() {
            add("error", format!("{id}: the rule is partly unknown: {unread}"));
        }
        if rule.verdict() == Verdict::Vacuous {
            add("warning", format!("{id}: the rule selected nothing (vacuous)"));
        }
    }
    for skipped in &outcome.skipped {
        add("note", format!("{}: the rule was not checked: {}", skipped.rule, skipped.reason));
    }
    for sentence in &outcome.exceptions {
        add("warning", sentence.clone());
    }
    let more = outcome.findings.len().saturating_sub(RESULTS);
    if more > 0 {
        add("warning", format!("and {more} more results, not shown"));
    }
    all
}

/// Text in which nothing is a link.
fn plain(text: &str) -> String {
    let text = visible(text.trim_end());
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::rendered;
    use super::super::{Format, sample};

    /// The problems of a report by the official schema: `schemas/sarif-2.1.0.json` of the committee's repository.
    fn problems(report: &Value) -> Vec<String> {
        let schema = include_str!("../../tests/schemas/sarif-2.1.0.json");
        // The pattern of a language, which we do not write, has a bracket too many for validators.
        let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", "{2}$")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        schema.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn the_report_meets_the_official_schema() {
        let mut report: Value = serde_json::from_str(&rendered(Format::Sarif, &sample::outcome())).expect("JSON");
        assert_eq!(problems(&report), Vec::<String>::new());
        report["runs"][0]["results"][0]["level"] = "terrible".into();
        assert_eq!(problems(&report).len(), 1, "the schema is in force");
    }

    #[test]
    fn the_exit_code_is_in_the_report() {
        for (exit_zero, code) in [(false, 1), (true, 3)] {
            let mut outcome = sample::outcome();
            outcome.gate.exit_zero = exit_zero;
            let report: Value = serde_json::from_str(&rendered(Format::Sarif, &outcome)).expect("JSON");
            assert_eq!(report["runs"][0]["invocations"][0]["exitCode"], code);
        }
    }

    #[test]
    fn results_beyond_the_cap_are_counted() {
        let report: Value = serde_json::from_str(&rendered(Format::Sarif, &sample::many(25_010))).expect("JSON");
        assert_eq!(report["runs"][0]["results"].as_array().map(Vec::len), Some(super::RESULTS));
        let notes = report["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
        assert!(notes.contains("and 10 more results"), "{notes}");
    }

    #[test]
    fn waived_and_baselined_findings_are_sarif_suppressions() {
        let report: Value = serde_json::from_str(&rendered(Format::Sarif, &sample::outcome())).expect("JSON");
        let results = report["runs"][0]["results"].as_array().expect("a list");
        let of = |status: &'static str| results.iter().filter(move |result| result["properties"]["status"] == status);
        assert!(
            of("waived")
                .all(|result| result["suppressions"][0]["justification"].to_string().contains("until 2026-07-01 by"))
        );
        assert!(of("baselined").all(|result| result["baselineState"] == "unchanged"));
        assert!(of("violation").all(|result| result["baselineState"] == "new"));
        assert!(of("unknown").all(|result| result["kind"] == "open" && result["level"] == "none"));
        assert_eq!(of("violation").count(), 25);
    }
}
