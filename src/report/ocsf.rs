//! OCSF 1.6.0, compliance findings (class 2003), as JSON Lines: the check as a whole, each rule without a finding, and
//! each finding.
//!
//! Source: <https://schema.ocsf.io/1.6.0/classes/compliance_finding>

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::totals::exit;
use super::words::{incomplete, paths, sentence, unread};
use crate::escape::visible;
use crate::finding::{Ending, Finding, Outcome, RuleResult, Severity, Status, Thing, Verdict};

const VERSION: &str = "1.6.0";

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    line(&whole(outcome), to)?;
    for (at, rule) in outcome.rules.iter().enumerate() {
        let findings = outcome.findings_of(at);
        if findings.is_empty() || rule.truncated {
            line(&of_rule(outcome, rule), to)?;
        }
        for finding in findings {
            line(&of_finding(outcome, rule, finding), to)?;
        }
    }
    Ok(())
}

fn line(record: &Record, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, record)?;
    to.write_all(b"\n")
}

#[derive(Serialize)]
struct Record {
    activity_id: u32,
    category_uid: u32,
    class_uid: u32,
    type_uid: u32,
    time: i64,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
    message: String,
    metadata: Metadata,
    finding_info: FindingInfo,
    compliance: Compliance,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation>,
    unmapped: BTreeMap<&'static str, serde_json::Value>,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    product: Product,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_uid: Option<String>,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingInfo {
    uid: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    desc: Option<String>,
}

#[derive(Default, Serialize)]
struct Compliance {
    /// The rule.
    control: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    standards: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requirements: Vec<String>,
    status_id: u32,
    status: &'static str,
}

#[derive(Serialize)]
struct Resource {
    uid: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Remediation {
    desc: String,
}

/// What a record says of compliance.
#[derive(Clone, Copy)]
enum Answer {
    Unknown,
    Pass,
    Fail,
}

impl Answer {
    fn number(self) -> (u32, &'static str) {
        match self {
            Self::Unknown => (0, "Unknown"),
            Self::Pass => (1, "Pass"),
            Self::Fail => (3, "Fail"),
        }
    }
}

/// A record, with what all have in common.
fn record(outcome: &Outcome, severity: Severity, info: FindingInfo, compliance: Compliance, answer: Answer) -> Record {
    let (severity_id, severity) = severity_of(severity);
    let (status_id, status) = answer.number();
    Record {
        activity_id: 1,
        category_uid: 2,
        class_uid: 2003,
        type_uid: 200_301,
        time: outcome.source.collected_at.saturating_mul(1000),
        severity_id,
        severity,
        status_id: 1,
        status: "New",
        message: info.title.clone(),
        metadata: Metadata {
            version: VERSION,
            product: Product {
                name: env!("CARGO_PKG_NAME"),
                vendor_name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            tenant_uid: outcome.source.organization.id.as_deref().map(text),
        },
        finding_info: info,
        compliance: Compliance { status_id, status, ..compliance },
        resources: Vec::new(),
        remediation: None,
        unmapped: BTreeMap::new(),
    }
}

fn severity_of(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// The check: how it ended, what was not read, and what is accepted.
fn whole(outcome: &Outcome) -> Record {
    let answer = match outcome.ending() {
        Ending::Clean => Answer::Pass,
        Ending::Violation | Ending::NotLoaded => Answer::Fail,
        Ending::Unknown => Answer::Unknown,
    };
    let info = FindingInfo {
        uid: text(&outcome.digest),
        title: "rolelint check".to_owned(),
        desc: Some(text(&exit(outcome))),
    };
    let compliance = Compliance { control: "rolelint check".to_owned(), ..Compliance::default() };
    let mut record = record(outcome, Severity::Info, info, compliance, answer);
    let gaps: Vec<String> = incomplete(outcome)
        .into_iter()
        .map(|(collection, state, detail)| format!("{collection} {}: {detail}", state.name()))
        .collect();
    let exceptions: Vec<String> = outcome.exceptions.iter().map(|sentence| text(sentence)).collect();
    let code = outcome.ending().code();
    let own = [("incomplete", gaps.into()), ("exceptions", exceptions.into()), ("exit_code", code.into())];
    record.unmapped.extend(own);
    record
}

/// A rule that has no finding, or is unknown beyond its findings.
fn of_rule(outcome: &Outcome, rule: &RuleResult) -> Record {
    let (answer, why) = match rule.verdict() {
        Verdict::Pass => (Answer::Pass, format!("{} checked, nothing found", rule.selected)),
        Verdict::Vacuous => (Answer::Unknown, "the rule selected nothing".to_owned()),
        Verdict::Unknown | Verdict::Violation => (Answer::Unknown, format!("partly unknown: {}", unread(rule))),
    };
    let info = FindingInfo { uid: text(&rule.info.id), title: text(&rule.info.title), desc: Some(text(&why)) };
    let mut record = record(outcome, rule.info.severity, info, compliance(rule), answer);
    record.unmapped.insert("verdict", rule.verdict().name().into());
    record
}

fn of_finding(outcome: &Outcome, rule: &RuleResult, finding: &Finding) -> Record {
    let answer = match finding.status {
        Status::Violation | Status::Waived | Status::Baselined => Answer::Fail,
        Status::Unknown => Answer::Unknown,
    };
    let info =
        FindingInfo { uid: text(&finding.fingerprint), title: text(&rule.info.title), desc: Some(sentence(finding)) };
    let mut record = record(outcome, rule.info.severity, info, compliance(rule), answer);
    record.message = sentence(finding);
    (record.status_id, record.status) = match finding.status {
        Status::Violation => (1, "New"),
        Status::Unknown => (0, "Unknown"),
        Status::Waived | Status::Baselined => (3, "Suppressed"),
    };
    record.resources = vec![resource(&finding.subject)];
    record.remediation = rule.info.remediation.as_deref().map(|desc| Remediation { desc: text(desc) });
    record.unmapped.insert("status", finding.status.name().into());
    record.unmapped.insert("paths", paths(finding, rule).into());
    record
}

fn resource(thing: &Thing) -> Resource {
    Resource { uid: text(&thing.id), name: text(&thing.label()), kind: thing.kind.name() }
}

fn compliance(rule: &RuleResult) -> Compliance {
    let controls = &rule.info.controls;
    let requirement = |(framework, ids): (&String, &Vec<String>)| -> Vec<String> {
        ids.iter().map(|id| text(&format!("{framework} {id}"))).collect()
    };
    Compliance {
        control: text(&rule.info.id),
        standards: controls.keys().map(|framework| text(framework)).collect(),
        requirements: controls.iter().flat_map(requirement).collect(),
        ..Compliance::default()
    }
}

fn text(text: &str) -> String {
    visible(text).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::rendered;
    use super::super::{Format, sample};
    use crate::finding::Status;

    fn records() -> Vec<Value> {
        rendered(Format::Ocsf, &sample::outcome())
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    #[test]
    fn every_record_meets_the_schema_of_the_class() {
        // As the Python package `ocsf-json-schema` makes it of the official schema.
        let schema = include_str!("../../tests/schemas/ocsf-1.6.0-compliance_finding.json");
        let schema: Value = serde_json::from_str(schema).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        let problems = |record: &Value| -> Vec<String> {
            schema.iter_errors(record).map(|error| format!("{}: {error}", error.instance_path())).collect()
        };
        for record in records() {
            assert_eq!(problems(&record), Vec::<String>::new(), "{record}");
        }
        let mut wrong = records().remove(1);
        wrong["severity_id"] = "terrible".into();
        assert!(!problems(&wrong).is_empty(), "the schema is in force");
    }

    #[test]
    fn an_unknown_is_never_a_pass_and_what_is_accepted_is_suppressed() {
        let outcome = sample::outcome();
        let all = records();
        let of = |name: &str| all.iter().filter(|one| one["unmapped"]["status"] == name).collect::<Vec<_>>();
        for status in Status::ALL {
            assert_eq!(of(status.name()).len(), outcome.count_findings(status), "{}", status.name());
        }
        assert!(of("unknown").iter().all(|one| one["compliance"]["status_id"] == 0 && one["status_id"] == 0));
        assert!(of("waived").iter().all(|one| one["compliance"]["status_id"] == 3 && one["status_id"] == 3));
        let rule = |verdict: &str| all.iter().find(|one| one["unmapped"]["verdict"] == verdict).expect("there is one");
        assert_eq!(rule("unknown")["compliance"]["status"], "Unknown");
        assert_eq!(rule("vacuous")["compliance"]["status"], "Unknown");
        assert_eq!(rule("pass")["compliance"]["status"], "Pass");
        assert_eq!((&all[0]["compliance"]["status"], &all[0]["unmapped"]["exit_code"]), (&"Fail".into(), &1.into()));
    }
}
