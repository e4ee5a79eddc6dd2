//! The only place where a violation becomes accepted. Nothing else can be accepted.

use std::sync::Arc;

use super::{Finding, Outcome, RuleResult, Status, Waiver};

/// What accepts a violation.
#[derive(Clone, Debug)]
pub enum Acceptance {
    /// A waiver, for a time.
    Waived(Arc<Waiver>),
    /// The baseline.
    Baselined,
}

impl Outcome {
    /// Accepts the violations for which `by` returns a reason. `by` is not called for unknowns, nor for violations of
    /// rules that cannot be waived.
    pub fn accept(&mut self, by: impl Fn(&RuleResult, &Finding) -> Option<Acceptance>) {
        for rule in self.rules.iter_mut().filter(|rule| rule.info.waivable) {
            let findings = &mut self.findings[rule.findings.clone()];
            for finding in findings.iter_mut().filter(|finding| finding.status == Status::Violation) {
                match by(rule, finding) {
                    Some(Acceptance::Waived(waiver)) => {
                        (finding.status, finding.waiver) = (Status::Waived, Some(waiver));
                    }
                    Some(Acceptance::Baselined) => finding.status = Status::Baselined,
                    None => {}
                }
            }
            findings.sort_by_key(|finding| finding.status);
            rule.count(findings);
        }
    }
}
