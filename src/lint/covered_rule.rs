//! `covered-rule`: whatever violates a rule violates another one, too, which is at least as severe.

use super::{Oddity, Subject, place};
use crate::document::Problem;
use crate::policy::{Assertion, Bounds, Condition, Rule, implies, same};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let rules: Vec<(_, Said<'_>)> = subject.rules().map(|(policy, rule)| (policy, Said::new(rule))).collect();
    let mut found = Vec::new();
    for (at, (policy, said)) in rules.iter().enumerate() {
        let wider = rules.iter().enumerate().find(|(other, (_, wide))| {
            let each_other = || covers(said, wide) && at < *other;
            *other != at && covers(wide, said) && wide.says != said.says && !each_other()
        });
        let Some((_, (_, Said { rule: wide, .. }))) = wider else { continue };
        let rule = said.rule;
        let message = format!("whatever violates `{}` violates `{}`, too", rule.info.id, wide.info.id);
        let help = format!("leave it out, or give it a higher severity; the other one is in {}", place(wide));
        found.push(Oddity::of(policy, rule, Problem::odd(rule.info.location.span.clone(), message).help(help)));
    }
    found
}

/// A rule with what it says, which is compared with every other.
struct Said<'r> {
    rule: &'r Rule,
    says: String,
    /// Each of the conditions on what is selected.
    filter: Vec<implies::Said<'r>>,
    /// Each of the conditions that are forbidden or required.
    asserted: Vec<implies::Said<'r>>,
}

impl<'r> Said<'r> {
    fn new(rule: &'r Rule) -> Self {
        let parts = |condition: &'r Condition| condition.conjuncts().iter().map(implies::Said::new).collect();
        let asserted = match &rule.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => parts(condition),
            Assertion::Count(..) | Assertion::Exactly(_) => Vec::new(),
        };
        Self { rule, says: same::rule(rule), filter: parts(&rule.filter), asserted }
    }

    /// All conditions on what it finds, if it forbids.
    fn parts(&self) -> impl Iterator<Item = &implies::Said<'r>> + Clone {
        self.filter.iter().chain(&self.asserted)
    }
}

/// Whether the first rule finds whatever the other finds.
fn covers(wide: &Said<'_>, narrow: &Said<'_>) -> bool {
    if wide.rule.select != narrow.rule.select || wide.rule.info.severity < narrow.rule.info.severity {
        return false;
    }
    match (&wide.rule.assertion, &narrow.rule.assertion) {
        (Assertion::Forbid(_), Assertion::Forbid(_)) => implies::all(&narrow.parts(), wide.parts()),
        (Assertion::Require(_), Assertion::Require(_)) => {
            implies::all(&narrow.filter.iter(), wide.filter.iter())
                && implies::all(&wide.asserted.iter(), narrow.asserted.iter())
        }
        (Assertion::Count(wider, one, _), Assertion::Count(narrower, other, _)) => {
            let same_things = || same::condition(&wide.rule.filter) == same::condition(&narrow.rule.filter);
            one == other && within(*wider, *narrower) && same_things()
        }
        (_, _) => false,
    }
}

/// Whether the first bounds allow nothing that the others do not.
fn within(inner: Bounds, outer: Bounds) -> bool {
    if inner.are_relative() || outer.are_relative() {
        return false;
    }
    let above = outer.min.is_none_or(|least| inner.min.is_some_and(|min| min >= least));
    above && outer.max.is_none_or(|most| inner.max.is_some_and(|max| max <= most))
}
