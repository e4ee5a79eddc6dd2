//! The JSON report, schema version 2. Fields may be added; none is renamed or removed within a version.
//!
//! Everything stands once: what a rule says of itself at the rule, the permissions that fired at the rule under
//! `matched`, the things that paths lead over under `things`. Findings are written one by one.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use serde::ser::{Serialize, Serializer};

use super::json_lines::Lines;
use crate::document::Region;
use crate::finding::{AccessPath, Evidence, Finding, Matched, Outcome, RuleResult, Status, Thing, Value, Verdict};
use crate::org::{Collection, CollectionCoverage, Coverage};
use crate::time::rfc3339;

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let keys = Keys::default();
    let report = Report {
        schema_version: 2,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        as_of: rfc3339(outcome.as_of),
        organization: Organization {
            id: outcome.source.organization.id.as_deref(),
            name: outcome.source.organization.name.as_deref(),
            source: &outcome.source.api,
            collected_at: rfc3339(outcome.source.collected_at),
            digest: &outcome.digest,
        },
        complete: outcome.complete(),
        coverage: outcome.coverage.iter().map(|(name, of)| coverage(&outcome.coverage, name, of)).collect(),
        disagreements: &outcome.disagreements,
        summary: summary(outcome),
        rules: outcome.rules.iter().map(|result| rule(result, &keys)).collect(),
        skipped: &outcome.skipped,
        findings: Findings { outcome, keys: &keys },
        things: Things(&keys),
    };
    report.serialize(&mut serde_json::Serializer::with_formatter(&mut *to, Lines::broken(2)))?;
    to.write_all(b"\n")
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
    findings: Findings<'a>,
    /// Last, since it has what the others name.
    things: Things<'a>,
}

#[derive(serde::Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(serde::Serialize)]
struct Organization<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
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
    by_severity: BTreeMap<&'static str, usize>,
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
    policy: RuleLines<'a>,
    rationale: Option<&'a str>,
    remediation: Option<&'a str>,
    references: &'a [String],
    controls: &'a BTreeMap<String, Vec<String>>,
    tags: &'a [String],
    unread: Vec<String>,
    notes: &'a [String],
    matched: Vec<MatchedRow<'a>>,
}

#[derive(serde::Serialize)]
struct RuleLines<'a> {
    file: &'a str,
    line: u32,
    end_line: u32,
}

#[derive(serde::Serialize)]
struct MatchedRow<'a> {
    role: String,
    permissions: Vec<&'a str>,
    policy: Region,
    /// Which words met which permissions, where more than one pattern did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patterns: Vec<PatternRow<'a>>,
}

#[derive(serde::Serialize)]
struct PatternRow<'a> {
    permissions: Vec<&'a str>,
    policy: Region,
}

#[derive(serde::Serialize)]
struct FindingRow<'a> {
    rule: &'a str,
    status: &'static str,
    subject: ThingRow<'a>,
    message: &'a str,
    evidence: Vec<EvidenceRow<'a>>,
    selected_by: Vec<EvidenceRow<'a>>,
    missing: &'a [String],
    paths: Vec<PathRow>,
    policy: Region,
    fingerprint: &'a str,
}

#[derive(serde::Serialize)]
struct PathRow {
    via: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<usize>,
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
    attribute: &'a str,
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

/// The things that paths lead over, each with its key in the report.
#[derive(Default)]
struct Keys(RefCell<KeyTable>);

#[derive(Default)]
struct KeyTable {
    of: HashMap<Arc<Thing>, String>,
    taken: HashSet<String>,
}

impl Keys {
    /// The key of a thing: its id; if another thing has it already, the id after the kind, then a number.
    fn of(&self, thing: &Arc<Thing>) -> String {
        let mut keys = self.0.borrow_mut();
        if let Some(key) = keys.of.get(thing) {
            return key.clone();
        }
        let mut key = thing.id.to_string();
        let mut number = 1;
        while keys.taken.contains(&key) {
            let more = if number > 1 { format!(":{number}") } else { String::new() };
            key = format!("{}:{}{more}", thing.kind.name(), thing.id);
            number += 1;
        }
        keys.taken.insert(key.clone());
        keys.of.insert(Arc::clone(thing), key.clone());
        key
    }
}

/// The findings, each made into a row when it is written.
struct Findings<'a> {
    outcome: &'a Outcome,
    keys: &'a Keys,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_seq(self.outcome.findings.iter().map(|one| finding(one, &self.outcome.rules[one.rule], self.keys)))
    }
}

/// All things that were named until now.
struct Things<'a>(&'a Keys);

impl Serialize for Things<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys = self.0.0.borrow();
        let sorted: BTreeMap<&str, &Arc<Thing>> = keys.of.iter().map(|(thing, key)| (key.as_str(), thing)).collect();
        serializer.collect_map(sorted.into_iter().map(|(key, of)| (key, thing(of))))
    }
}

fn summary(outcome: &Outcome) -> Summary {
    let mut by_severity = BTreeMap::new();
    for rule in outcome.rules.iter().filter(|rule| rule.violations() > 0) {
        *by_severity.entry(rule.info.severity.name()).or_default() += rule.violations();
    }
    Summary {
        violations: outcome.count_findings(Status::Violation),
        unknown: outcome.count_findings(Status::Unknown),
        waived: outcome.count_findings(Status::Waived),
        baselined: outcome.count_findings(Status::Baselined),
        by_severity,
        rules: Verdict::ALL.map(|verdict| (verdict.name(), outcome.count(verdict))).into_iter().collect(),
    }
}

fn coverage(of: &Coverage, collection: Collection, record: &CollectionCoverage) -> CoverageRow {
    let unasked = match record.unasked.len() {
        0 => None,
        n => Some(format!("{n} not requested: no rule needs them")),
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

fn rule<'a>(rule: &'a RuleResult, keys: &Keys) -> RuleRow<'a> {
    let info = &*rule.info;
    let line = info.location.region().line;
    RuleRow {
        id: &info.id,
        title: &info.title,
        severity: info.severity.name(),
        verdict: rule.verdict().name(),
        selected: rule.selected,
        violations: rule.violations(),
        unknown: rule.unknown(),
        policy: RuleLines { file: &info.location.source.name, line, end_line: info.end_line },
        rationale: info.rationale.as_deref(),
        remediation: info.remediation.as_deref(),
        references: &info.references,
        controls: &info.controls,
        tags: &info.tags,
        unread: rule.unread.iter().map(ToString::to_string).collect(),
        notes: &rule.notes,
        matched: rule.matched.iter().map(|of| matched(of, keys)).collect(),
    }
}

fn matched<'a>(of: &'a Matched, keys: &Keys) -> MatchedRow<'a> {
    let pattern = |(region, met): &'a (Region, Vec<_>)| PatternRow {
        permissions: met.iter().map(AsRef::as_ref).collect(),
        policy: *region,
    };
    let patterns = if of.patterns.len() > 1 { of.patterns.iter().map(pattern).collect() } else { Vec::new() };
    MatchedRow { role: keys.of(&of.role), permissions: of.permissions(), policy: of.patterns[0].0, patterns }
}

fn finding<'a>(finding: &'a Finding, rule: &'a RuleResult, keys: &Keys) -> FindingRow<'a> {
    let evidence =
        |evidence: &'a Evidence| EvidenceRow { attribute: &evidence.attribute, value: ValueRow(&evidence.value) };
    let path = |path: &Arc<AccessPath>| {
        // The subject stands at the finding: it is not listed among the things.
        let subject = path.from_subject.then(|| finding.subject.id.to_string());
        PathRow {
            via: subject.into_iter().chain(path.steps.iter().map(|step| keys.of(step))).collect(),
            matched: path.matched,
        }
    };
    FindingRow {
        rule: &rule.info.id,
        status: finding.status.name(),
        subject: thing(&finding.subject),
        message: &finding.message,
        evidence: finding.evidence.iter().map(evidence).collect(),
        selected_by: finding.selected_by.iter().map(evidence).collect(),
        missing: &finding.missing,
        paths: finding.paths.iter().map(path).collect(),
        policy: finding.region,
        fingerprint: &finding.fingerprint,
    }
}

fn thing(thing: &Thing) -> ThingRow<'_> {
    ThingRow {
        kind: thing.kind.name(),
        id: &thing.id,
        name: thing.name.as_deref(),
        email: thing.email.as_deref(),
        project: thing.project.as_deref().map(|project| Box::new(self::thing(project))),
    }
}
