//! What the configuration changes about the rules of this run.

use std::sync::Arc;

use crate::config::{Change, Override};
use crate::finding::{RuleInfo, Skipped};
use crate::policy::{self, Policy};
use crate::time::{Time, day};

use super::Error;

/// Makes sure that each override is of a rule there is.
///
/// # Errors
///
/// The first that is not, in its place.
pub(crate) fn known(overrides: &[Override], policies: &[Policy]) -> Result<(), Error> {
    let ids = || policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.info.id.as_str());
    match overrides.iter().find(|one| !ids().any(|id| id == one.rule)) {
        Some(unknown) => Err(unknown.no_such_rule(ids()).into()),
        None => Ok(()),
    }
}

/// Changes the rules; says what is skipped therefore, and what the reader of a report should know.
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
            // A rule on several kinds of things stands there once for each.
            let mut kinds = policy.rules.iter_mut().filter(|rule| rule.info.id == one.rule).peekable();
            let Some(info) = kinds.peek().map(|rule| Arc::clone(&rule.info)) else { continue };
            said.push(format!("{}: {}", one.place(), sentence(one, &info, now)));
            match one.change {
                _ if !one.is_in_force(now) => {}
                Change::Off => {
                    drop(kinds);
                    policy.rules.retain(|rule| rule.info.id != one.rule);
                    let reason = format!("switched off by the configuration ({}): {}", one.place(), one.reason);
                    skipped.push(Skipped::new(&info, reason));
                }
                Change::Severity(severity) => {
                    let changed = Arc::new(RuleInfo { severity, ..RuleInfo::clone(&info) });
                    kinds.for_each(|rule| rule.info = Arc::clone(&changed));
                }
            }
        }
    }
    let none = policies.iter().all(|policy| policy.rules.is_empty());
    if none { Err(policy::Error::NoRule.into()) } else { Ok((skipped, said)) }
}

fn sentence(one: &Override, info: &RuleInfo, now: Time) -> String {
    let Override { rule, reason, .. } = one;
    let until = one.until.map(|until| format!(" until {}", day(until))).unwrap_or_default();
    let was = info.severity.name();
    match one.change {
        _ if !one.is_in_force(now) => format!("the override of rule {rule} was{until} and no longer applies: {reason}"),
        Change::Off => format!("rule {rule} is switched off{until}: {reason}"),
        Change::Severity(severity) => {
            format!("rule {rule} has severity {} instead of {was}{until}: {reason}", severity.name())
        }
    }
}
