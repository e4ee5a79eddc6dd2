//! `covered-rule`: whatever violates a rule violates another one, too, which is at least as severe.

use super::{Oddity, Subject, implies, place, same};
use crate::document::Problem;
use crate::policy::{Assertion, Bounds, Condition, Rule};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let rules: Vec<_> = subject.rules().collect();
    let says: Vec<String> = rules.iter().map(|(_, rule)| same::rule(rule)).collect();
    let mut found = Vec::new();
    for (at, (policy, rule)) in rules.iter().enumerate() {
        let wider = rules.iter().enumerate().find(|(other, (_, wide))| {
            let each_other = || covers(rule, wide) && at < *other;
            *other != at && says[*other] != says[at] && covers(wide, rule) && !each_other()
        });
        let Some((_, (_, wide))) = wider else { continue };
        let message = format!("whatever violates `{}` violates `{}`, too", rule.info.id, wide.info.id);
        let help = format!("leave it out, or give it a higher severity; the other one is in {}", place(wide));
        found.push(Oddity::of(policy, rule, Problem::odd(rule.info.location.span.clone(), message).help(help)));
    }
    found
}

/// Whether the first rule finds whatever the other finds.
fn covers(wide: &Rule, narrow: &Rule) -> bool {
    if wide.select != narrow.select || wide.info.severity < narrow.info.severity {
        return false;
    }
    let selects = || implies::all(&parts(&narrow.filter), &parts(&wide.filter));
    match (&wide.assertion, &narrow.assertion) {
        (Assertion::Forbid(wider), Assertion::Forbid(narrower)) => {
            let strong: Vec<&Condition> = narrow.filter.conjuncts().iter().chain(narrower.conjuncts()).collect();
            let weak: Vec<&Condition> = wide.filter.conjuncts().iter().chain(wider.conjuncts()).collect();
            implies::all(&strong, &weak)
        }
        (Assertion::Require(wider), Assertion::Require(narrower)) => {
            selects() && implies::all(&parts(wider), &parts(narrower))
        }
        (Assertion::Count(wider, one, _), Assertion::Count(narrower, other, _)) => {
            let same_things = same::condition(&wide.filter) == same::condition(&narrow.filter) && one == other;
            same_things && within(*wider, *narrower)
        }
        (_, _) => false,
    }
}

fn parts(condition: &Condition) -> Vec<&Condition> {
    condition.conjuncts().iter().collect()
}

/// Whether the first bounds allow nothing that the others do not.
fn within(inner: Bounds, outer: Bounds) -> bool {
    if inner.are_relative() || outer.are_relative() {
        return false;
    }
    let above = outer.min.is_none_or(|least| inner.min.is_some_and(|min| min >= least));
    above && outer.max.is_none_or(|most| inner.max.is_some_and(|max| max <= most))
}
