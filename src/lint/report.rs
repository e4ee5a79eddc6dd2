//! What the lints found, for programs.

use serde_json::{Value, json};

use super::Finding;
use crate::finding::Severity;
use crate::policy::Policy;

/// The version of the JSON form.
const VERSION: u32 = 1;

/// What was looked at, and what was found.
#[derive(Debug)]
pub struct Report<'a> {
    /// The policies.
    pub policies: &'a [Policy],
    /// The findings, in order.
    pub findings: &'a [Finding],
    /// The lowest severity that counts.
    pub fail_on: Severity,
}

impl Report<'_> {
    /// Whether a finding counts.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.lint.severity >= self.fail_on)
    }

    /// How many findings have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.lint.severity == severity).count()
    }
}

/// The report in JSON.
pub fn json(report: &Report<'_>) -> String {
    let policies = report.policies.iter().map(|policy| &policy.file);
    let policies: Vec<Value> = policies
        .map(|file| json!({ "file": file.source.name, "sha256": file.sha256(), "rules": file.rules }))
        .collect();
    let findings: Vec<Value> = report.findings.iter().map(row).collect();
    let by_severity: serde_json::Map<String, Value> =
        Severity::ALL.iter().map(|one| (one.name().to_owned(), report.count(*one).into())).collect();
    let whole = json!({
        "schema_version": VERSION,
        "tool": { "name": "rolelint", "version": env!("CARGO_PKG_VERSION") },
        "gate": { "fail_on": report.fail_on.name(), "exit_code": u8::from(report.fails()) },
        "policies": policies,
        "summary": { "findings": report.findings.len(), "by_severity": by_severity },
        "findings": findings,
    });
    format!("{whole:#}\n")
}

fn row(finding: &Finding) -> Value {
    let (source, problem) = (&finding.located.source, &finding.located.problem);
    json!({
        "lint": finding.lint.code, "severity": finding.lint.severity.name(), "rule": finding.rule,
        "message": problem.message, "help": problem.help,
        "file": source.name, "place": source.region(&problem.span),
    })
}
