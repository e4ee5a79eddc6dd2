//! Which violations of policies are new, and which are gone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Diff, FindingChange, Side};
use crate::finding::{Outcome, RuleResult, Status};

/// Adds what two outcomes of the same policies say differently.
pub fn compare_findings(diff: &mut Diff, old: &Outcome, new: &Outcome) {
    diff.findings.extend(beyond(new, old, Side::New));
    diff.findings.extend(beyond(old, new, Side::Old));
    for (side, outcome) in [(Side::Old, old), (Side::New, new)] {
        let open = outcome.rules.iter().filter(|rule| rule.is_open());
        diff.unknown.extend(open.map(|rule| (side, format!("rule {} is unknown", rule.info.id))));
    }
}

fn beyond(one: &Outcome, other: &Outcome, side: Side) -> Vec<FindingChange> {
    let violations = |outcome: &'_ Outcome| -> BTreeSet<String> {
        let found = outcome.findings.iter().filter(|finding| finding.status == Status::Violation);
        found.map(|finding| finding.fingerprint.clone()).collect()
    };
    let theirs = violations(other);
    let rules: BTreeMap<&str, &RuleResult> = other.rules.iter().map(|rule| (rule.info.id.as_str(), rule)).collect();
    let found = one.findings.iter().filter(|finding| finding.status == Status::Violation);
    let more = found.filter(|finding| !theirs.contains(&finding.fingerprint));
    more.map(|finding| {
        let info = &one.rules[finding.rule].info;
        FindingChange {
            rule: info.id.clone(),
            severity: info.severity,
            message: finding.message.clone(),
            side,
            certain: rules.get(info.id.as_str()).is_some_and(|rule| !rule.is_open()),
        }
    })
    .collect()
}
