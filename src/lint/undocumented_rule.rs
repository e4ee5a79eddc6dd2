//! `undocumented-rule`: a rule that does not say why it is there, what to do, or which control it serves.

use super::{Oddity, Subject};
use crate::document::Problem;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let mut found = Vec::new();
    for (policy, rule) in subject.rules() {
        let info = &rule.info;
        let has = [
            ("rationale", info.rationale.is_some()),
            ("remediation", info.remediation.is_some()),
            ("controls", !info.controls.is_empty()),
        ];
        let missing: Vec<&str> = has.into_iter().filter(|(_, has)| !has).map(|(name, _)| name).collect();
        if missing.is_empty() {
            continue;
        }
        let message = format!("`{}` has no {}", info.id, missing.join(", no "));
        found.push(Oddity::of(policy, rule, Problem::odd(info.location.span.clone(), message)));
    }
    found
}
