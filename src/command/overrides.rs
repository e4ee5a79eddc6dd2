//! What the configuration changes about the rules of this run.

use std::sync::Arc;

use crate::config::{Change, Override};
use crate::finding::{RuleInfo, Skipped};
use crate::lint::LINTS;
use crate::policy::{self, Policy};
use crate::time::Time;

use super::Error;

/// Makes sure that each override is of a rule there is, or of a lint, which `rolelint lint` takes it for.
///
/// # Errors
///
/// The first that is not, in its place.
pub(crate) fn known(overrides: &[Override], policies: &[Policy]) -> Result<(), Error> {
    let ids = || policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.info.id.as_str());
    let is_lint = |one: &&Override| LINTS.iter().any(|lint| lint.code == one.rule);
    match overrides.iter().find(|one| !is_lint(one) && !ids().any(|id| id == one.rule)) {
        Some(unknown) => Err(unknown.no_such_rule(ids()).into()),
        None => Ok(()),
    }
}

/// Changes the rules. Returns the rules that are now skipped, and remarks for the report.
///
/// # Errors
///
/// No rule is left.
pub(crate) fn apply(
    overrides: &[Override],
    policies: &mut [Policy],
    now: Time,
) -> Result<(Vec<Skipped>, Vec<String>), Error> {
    let (mut skipped, mut said) = (Vec::new(), Vec::new());
    for one in overrides {
        for policy in &mut *policies {
            // A rule on several kinds of things is there once for each.
            let mut kinds = policy.rules.iter_mut().filter(|rule| rule.info.id == one.rule).peekable();
            let Some(info) = kinds.peek().map(|rule| Arc::clone(&rule.info)) else { continue };
            said.push(format!("{}: {}", one.place(), one.told("rule", info.severity, now)));
            match one.change_at(now) {
                None => {}
                Some(Change::Off) => {
                    drop(kinds);
                    policy.rules.retain(|rule| rule.info.id != one.rule);
                    skipped.push(Skipped::new(&info, one.switched_off()));
                }
                Some(Change::Severity(severity)) => {
                    let changed = Arc::new(RuleInfo { severity, ..RuleInfo::clone(&info) });
                    kinds.for_each(|rule| rule.info = Arc::clone(&changed));
                }
            }
        }
    }
    let none = policies.iter().all(|policy| policy.rules.is_empty());
    if none { Err(policy::Error::NoRule.into()) } else { Ok((skipped, said)) }
}
