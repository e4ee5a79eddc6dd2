//! One row for each finding. What has no finding and did not pass gets a row, too: a rule without an answer, a rule that
//! selected nothing, a collection that is incomplete, a remark on a waiver, baseline or override.

use super::{Cell, Column, Table, empty};
use crate::document::Given;
use crate::finding::{Evidence, Finding, Outcome, RuleResult, Skipped, Verdict};
use crate::org::{Collection, State};
use crate::report::words::{given, incomplete, paths, unread};
use crate::time::day;

const COLUMNS: [Column; 20] = [
    Column("rule", 28),
    Column("severity", 10),
    Column("status", 11),
    Column("subject_kind", 16),
    Column("subject_id", 24),
    Column("subject_name", 24),
    Column("subject_email", 32),
    Column("project_id", 18),
    Column("project_name", 20),
    Column("message", 70),
    Column("evidence", 44),
    Column("paths", 70),
    Column("missing", 44),
    Column("policy_file", 24),
    Column("policy_line", 11),
    Column("policy_column", 14),
    Column("fingerprint", 20),
    Column("waiver_reason", 40),
    Column("waiver_owner", 28),
    Column("waiver_expires", 14),
];

pub fn findings(outcome: &Outcome) -> Table<'_> {
    let of_rules = outcome.rules.iter().enumerate().flat_map(|(at, rule)| {
        let findings = outcome.findings_of(at);
        let unanswered = rule.verdict() == Verdict::Unknown && findings.is_empty();
        let alone = unanswered || rule.verdict() == Verdict::Vacuous;
        findings.iter().map(|finding| of_finding(finding, rule)).chain(alone.then(|| of_rule(rule)))
    });
    let skipped = outcome.skipped.iter().map(of_skipped);
    let missing =
        incomplete(outcome).into_iter().map(|(collection, state, detail)| of_collection(collection, state, detail));
    let remarks = outcome.exceptions.iter().map(|sentence| of_exception(sentence));
    Table { name: "findings", columns: &COLUMNS, rows: Box::new(of_rules.chain(skipped).chain(missing).chain(remarks)) }
}

fn of_finding<'t>(finding: &'t Finding, rule: &'t RuleResult) -> Vec<Cell<'t>> {
    let subject = &*finding.subject;
    let (project, waiver) = (subject.project.as_deref(), finding.waiver.as_deref());
    let evidence = finding.evidence.iter().map(Evidence::dated);
    let evidence: Vec<String> = evidence.chain(given(finding).into_iter().map(Given::to_string)).collect();
    vec![
        rule.info.id.as_str().into(),
        rule.info.severity.name().into(),
        finding.status.name().into(),
        subject.kind.name().into(),
        subject.id.as_str().into(),
        subject.name.as_deref().into(),
        subject.email.as_deref().into(),
        project.map(|project| &*project.id).into(),
        project.and_then(|project| project.name.as_deref()).into(),
        finding.message.as_str().into(),
        evidence.join("; ").into(),
        paths(finding, rule).join("; ").into(),
        finding.missing.join("; ").into(),
        finding.source(&rule.info).name.as_str().into(),
        finding.region.line.into(),
        finding.region.column.into(),
        finding.fingerprint.as_str().into(),
        waiver.map(|waiver| &*waiver.reason).into(),
        waiver.map(|waiver| &*waiver.owner).into(),
        waiver.map(|waiver| day(waiver.expires)).into(),
    ]
}

fn of_exception(sentence: &str) -> Vec<Cell<'_>> {
    let mut row = empty(&COLUMNS);
    row[2] = "remark".into();
    row[9] = sentence.into();
    row
}

fn of_skipped(skipped: &Skipped) -> Vec<Cell<'_>> {
    let mut row = empty(&COLUMNS);
    row[0] = skipped.rule.as_str().into();
    row[2] = "skipped".into();
    row[3] = "rule".into();
    row[4] = skipped.rule.as_str().into();
    row[9] = format!("the rule was not checked: {}", skipped.reason).into();
    row
}

fn of_rule(rule: &RuleResult) -> Vec<Cell<'_>> {
    let message = match rule.verdict() {
        Verdict::Vacuous => "the rule selected nothing",
        Verdict::Violation | Verdict::Unknown | Verdict::Pass => "the rule could not be answered",
    };
    let region = rule.info.location.region();
    let mut row = empty(&COLUMNS);
    row[0] = rule.info.id.as_str().into();
    row[1] = rule.info.severity.name().into();
    row[2] = rule.verdict().name().into();
    row[3] = "rule".into();
    row[4] = rule.info.id.as_str().into();
    row[9] = message.into();
    row[12] = unread(rule).into();
    row[13] = rule.info.location.source.name.as_str().into();
    (row[14], row[15]) = (region.line.into(), region.column.into());
    row
}

fn of_collection<'t>(collection: Collection, state: State, detail: String) -> Vec<Cell<'t>> {
    let mut row = empty(&COLUMNS);
    row[2] = state.name().into();
    row[3] = "collection".into();
    row[4] = collection.name().into();
    row[9] = "the collection is incomplete".into();
    row[12] = detail.into();
    row
}
