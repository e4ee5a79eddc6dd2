//! `duplicate-rule`: two rules that say the same.

use std::collections::BTreeMap;

use super::{Oddity, Subject, place};
use crate::document::Problem;
use crate::policy::{Rule, same};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let mut first: BTreeMap<String, &Rule> = BTreeMap::new();
    let mut found = Vec::new();
    for (policy, rule) in subject.rules() {
        let earlier = *first.entry(same::rule(rule)).or_insert(rule);
        if std::ptr::eq(earlier, rule) {
            continue;
        }
        let message = format!("`{}` says the same as `{}`", rule.info.id, earlier.info.id);
        let problem = Problem::odd(rule.info.location.span.clone(), message);
        found.push(Oddity::of(policy, rule, problem.help(format!("the other one is in {}", place(earlier)))));
    }
    found
}
