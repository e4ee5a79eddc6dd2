//! The JSON report, schema version 1. Fields may be added; none is renamed or removed within a version.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::ser::{Serialize, Serializer};

use crate::document::Location;
use crate::escape::is_hidden;
use crate::finding::{Evidence, Finding, Outcome, RuleResult, Status, Thing, Value, Verdict};
use crate::org::{Collection, CollectionCoverage, Coverage};
use crate::time::rfc3339;

pub(super) fn render(outcome: &Outcome, digest: &str) -> String {
    let count = |status| outcome.with_status(status).count();
    let report = Report {
        schema_version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        as_of: rfc3339(outcome.as_of),
        organization: Organization {
            source: &outcome.source.api,
            collected_at: rfc3339(outcome.source.collected_at),
            digest,
        },
        complete: outcome.complete(),
        coverage: outcome.coverage.iter().map(|(name, of)| coverage(&outcome.coverage, name, of)).collect(),
        disagreements: &outcome.disagreements,
        summary: Summary {
            violations: count(Status::Violation),
            unknown: count(Status::Unknown),
            waived: 0,
            baselined: 0,
            rules: Verdict::ALL.map(|verdict| (verdict.name(), outcome.count(verdict))).into_iter().collect(),
        },
        rules: outcome.rules.iter().map(rule).collect(),
        skipped: &outcome.skipped,
        findings: outcome.findings.iter().map(|one| finding(one, &outcome.rules[one.rule])).collect(),
    };
    let json = serde_json::to_string_pretty(&report).expect("writing to memory cannot fail, and every key is a text");
    escaped(json + "\n")
}

#[derive(serde::Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    as_of: String,
    organization: Organization<'a>,
    complete: bool,
    coverage: Vec<CoverageRow>,
    disagreements: &'a [String],
    summary: Summary,
    rules: Vec<RuleRow<'a>>,
    skipped: &'a [String],
    findings: Vec<FindingRow<'a>>,
}

#[derive(serde::Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(serde::Serialize)]
struct Organization<'a> {
    source: &'a str,
    collected_at: String,
    digest: &'a str,
}

#[derive(serde::Serialize)]
struct CoverageRow {
    collection: &'static str,
    state: &'static str,
    requests: u64,
    items: u64,
    detail: Option<String>,
    remarks: Vec<String>,
}

#[derive(serde::Serialize)]
struct Summary {
    violations: usize,
    unknown: usize,
    waived: usize,
    baselined: usize,
    rules: BTreeMap<&'static str, usize>,
}

#[derive(serde::Serialize)]
struct RuleRow<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    verdict: &'static str,
    selected: usize,
    violations: usize,
    unknown: usize,
    policy: PlaceRow<'a>,
    rationale: Option<&'a str>,
    remediation: Option<&'a str>,
    references: &'a [String],
    controls: &'a BTreeMap<String, Vec<String>>,
    tags: &'a [String],
    unread: &'a [String],
    notes: &'a [String],
}

#[derive(serde::Serialize)]
struct FindingRow<'a> {
    rule: &'a str,
    severity: &'static str,
    status: &'static str,
    subject: ThingRow<'a>,
    message: &'a str,
    evidence: Vec<EvidenceRow<'a>>,
    selected_by: Vec<EvidenceRow<'a>>,
    paths: Vec<Vec<ThingRow<'a>>>,
    missing: &'a [String],
    policy: PlaceRow<'a>,
    remediation: Option<&'a str>,
    fingerprint: &'a str,
}

#[derive(serde::Serialize)]
struct PlaceRow<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

#[derive(serde::Serialize)]
struct ThingRow<'a> {
    kind: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Box<ThingRow<'a>>>,
}

#[derive(serde::Serialize)]
struct EvidenceRow<'a> {
    attribute: &'static str,
    value: ValueRow<'a>,
}

struct ValueRow<'a>(&'a Value);

impl Serialize for ValueRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_none(),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => serializer.serialize_u64(*number),
            Value::Time(time) => serializer.serialize_str(&rfc3339(*time)),
            Value::Text(text) | Value::Permission(text) => serializer.serialize_str(text),
        }
    }
}

fn coverage(of: &Coverage, collection: Collection, record: &CollectionCoverage) -> CoverageRow {
    let unasked = match record.unasked.len() {
        0 => None,
        n => Some(format!("not asked for {n} whom no rule needs")),
    };
    CoverageRow {
        collection: collection.name(),
        state: of.state(collection).name(),
        requests: record.requests,
        items: record.items,
        detail: of.detail(collection),
        remarks: of.remarks(collection).into_iter().chain(unasked).collect(),
    }
}

fn rule(rule: &RuleResult) -> RuleRow<'_> {
    RuleRow {
        id: &rule.id,
        title: &rule.title,
        severity: rule.severity.name(),
        verdict: rule.verdict.name(),
        selected: rule.selected,
        violations: rule.violations,
        unknown: rule.unknown,
        policy: location(&rule.location),
        rationale: rule.rationale.as_deref(),
        remediation: rule.remediation.as_deref(),
        references: &rule.references,
        controls: &rule.controls,
        tags: &rule.tags,
        unread: &rule.unread,
        notes: &rule.notes,
    }
}

fn finding<'a>(finding: &'a Finding, rule: &'a RuleResult) -> FindingRow<'a> {
    let evidence =
        |evidence: &'a Evidence| EvidenceRow { attribute: evidence.attribute, value: ValueRow(&evidence.value) };
    FindingRow {
        rule: &rule.id,
        severity: rule.severity.name(),
        status: finding.status.name(),
        subject: thing(&finding.subject),
        message: &finding.message,
        evidence: finding.evidence.iter().map(evidence).collect(),
        selected_by: finding.selected_by.iter().map(evidence).collect(),
        paths: finding.paths.iter().map(|path| path.iter().map(thing).collect()).collect(),
        missing: &finding.missing,
        policy: location(&finding.location),
        remediation: rule.remediation.as_deref(),
        fingerprint: &finding.fingerprint,
    }
}

fn location(location: &Location) -> PlaceRow<'_> {
    let (line, column) = location.line_column();
    PlaceRow { file: &location.source.name, line, column }
}

fn thing(thing: &Thing) -> ThingRow<'_> {
    ThingRow {
        kind: thing.kind,
        id: &thing.id,
        name: thing.name.as_deref(),
        email: thing.email.as_deref(),
        project: thing.project.as_deref().map(|project| Box::new(self::thing(project))),
    }
}

/// Writes hidden characters as escapes: JSON allows them bare, a terminal that shows the report does not forgive them.
/// Outside of texts there are none but line ends.
fn escaped(json: String) -> String {
    let hides = |character: char| character != '\n' && is_hidden(character);
    if !json.contains(hides) {
        return json;
    }
    let mut shown = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if hides(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(shown, "\\u{unit:04x}").expect("writing to a string cannot fail");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}
