//! One row for each finding, for spreadsheets. What has no finding and is no pass gets a row, too: a rule without an
//! answer, a rule that selected nothing, a collection that is incomplete, a remark on a waiver, baseline or override.

use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use super::words::{clip, incomplete, paths, unread};
use crate::escape::visible;
use crate::finding::{Evidence, Finding, Outcome, RuleResult, Skipped, Verdict};
use crate::org::{Collection, State};
use crate::time::day;

/// A spreadsheet takes no more characters in a cell.
const CELL: usize = 32_767;

/// What stands first in a cell that a spreadsheet takes for a formula; the wide ones, too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

const HEAD: [&str; 20] = [
    "rule",
    "severity",
    "status",
    "subject_kind",
    "subject_id",
    "subject_name",
    "subject_email",
    "project_id",
    "project_name",
    "message",
    "evidence",
    "paths",
    "missing",
    "policy_file",
    "policy_line",
    "policy_column",
    "fingerprint",
    "waiver_reason",
    "waiver_owner",
    "waiver_expires",
];

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(to);
    rows.write_record(HEAD)?;
    for (at, rule) in outcome.rules.iter().enumerate() {
        let findings = outcome.findings_of(at);
        for finding in findings {
            rows.write_record(of_finding(finding, rule))?;
        }
        let unanswered = rule.verdict() == Verdict::Unknown && findings.is_empty();
        if unanswered || rule.verdict() == Verdict::Vacuous {
            rows.write_record(of_rule(rule))?;
        }
    }
    for skipped in &outcome.skipped {
        rows.write_record(of_skipped(skipped))?;
    }
    for (collection, state, detail) in incomplete(outcome) {
        rows.write_record(of_collection(collection, state, &detail))?;
    }
    for sentence in &outcome.exceptions {
        rows.write_record(of_exception(sentence))?;
    }
    rows.flush()
}

type Row = [String; HEAD.len()];

fn of_finding(finding: &Finding, rule: &RuleResult) -> Row {
    let subject = &*finding.subject;
    let (project, waiver) = (subject.project.as_deref(), finding.waiver.as_deref());
    let evidence: Vec<String> = finding.evidence.iter().map(Evidence::dated).collect();
    [
        cell(&rule.info.id),
        cell(rule.info.severity.name()),
        cell(finding.status.name()),
        cell(subject.kind.name()),
        cell(&subject.id),
        cell(subject.name.as_deref().unwrap_or_default()),
        cell(subject.email.as_deref().unwrap_or_default()),
        cell(project.map(|project| &*project.id).unwrap_or_default()),
        cell(project.and_then(|project| project.name.as_deref()).unwrap_or_default()),
        cell(&finding.message),
        cell(&evidence.join("; ")),
        cell(&paths(finding, rule).join("; ")),
        cell(&finding.missing.join("; ")),
        cell(&finding.source(&rule.info).name),
        finding.region.line.to_string(),
        finding.region.column.to_string(),
        cell(&finding.fingerprint),
        cell(waiver.map(|waiver| &*waiver.reason).unwrap_or_default()),
        cell(waiver.map(|waiver| &*waiver.owner).unwrap_or_default()),
        waiver.map(|waiver| day(waiver.expires)).unwrap_or_default(),
    ]
}

fn of_exception(sentence: &str) -> Row {
    let mut row = Row::default();
    row[2] = cell("remark");
    row[9] = cell(sentence);
    row
}

fn of_skipped(skipped: &Skipped) -> Row {
    let mut row = Row::default();
    row[0] = cell(&skipped.rule);
    row[2] = cell("skipped");
    row[3] = cell("rule");
    row[4] = cell(&skipped.rule);
    row[9] = cell(&format!("the rule was not checked: {}", skipped.reason));
    row
}

fn of_rule(rule: &RuleResult) -> Row {
    let (message, region) = match rule.verdict() {
        Verdict::Vacuous => ("the rule selected nothing", rule.info.location.region()),
        Verdict::Violation | Verdict::Unknown | Verdict::Pass => {
            ("the rule could not be answered", rule.info.location.region())
        }
    };
    let mut row = Row::default();
    row[0] = cell(&rule.info.id);
    row[1] = cell(rule.info.severity.name());
    row[2] = cell(rule.verdict().name());
    row[3] = cell("rule");
    row[4] = cell(&rule.info.id);
    row[9] = cell(message);
    row[12] = cell(&unread(rule));
    row[13] = cell(&rule.info.location.source.name);
    (row[14], row[15]) = (region.line.to_string(), region.column.to_string());
    row
}

fn of_collection(collection: Collection, state: State, detail: &str) -> Row {
    let mut row = Row::default();
    row[2] = cell(state.name());
    row[3] = cell("collection");
    row[4] = cell(collection.name());
    row[9] = cell("the collection is incomplete");
    row[12] = cell(detail);
    row
}

/// Text as a spreadsheet shows it, and never computes it.
pub(super) fn cell(text: &str) -> String {
    let shown = clip(&visible(text), CELL - 1);
    if shown.trim_start().starts_with(FORMULA) { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rendered;
    use super::super::{Format, sample};
    use super::*;

    fn rows() -> Vec<csv::StringRecord> {
        let report = rendered(Format::Csv, &sample::outcome());
        csv::Reader::from_reader(report.as_bytes()).records().map(|row| row.expect("a row")).collect()
    }

    #[test]
    fn every_finding_is_one_row_that_a_csv_parser_reads() {
        let outcome = sample::outcome();
        let of_findings: Vec<_> = rows().into_iter().filter(|row| !row[16].is_empty()).collect();
        assert_eq!(of_findings.len(), outcome.findings.len());
        for (row, finding) in of_findings.iter().zip(&outcome.findings) {
            assert_eq!((row.len(), &row[16], &row[2]), (HEAD.len(), &*finding.fingerprint, finding.status.name()));
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for row in rows() {
            for cell in &row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            }
        }
    }

    #[test]
    fn unknown_rules_have_their_own_rows() {
        let others: Vec<String> =
            rows().iter().filter(|row| row[16].is_empty()).map(|row| format!("{} {}", &row[2], &row[4])).collect();
        assert_eq!(
            others,
            [
                "unknown not-answered",
                "vacuous selects-nothing",
                "skipped skipped",
                "partial user_roles",
                "denied groups",
                "failed invites",
                "remark ",
                "remark "
            ]
        );
    }

    #[test]
    fn a_cell_is_not_longer_than_a_spreadsheet_accepts() {
        let cut = cell(&"=".repeat(100_000));
        assert_eq!((cut.chars().count() <= CELL, cut.ends_with("more characters")), (true, true));
    }
}
