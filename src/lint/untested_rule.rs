//! `untested-rule`: a rule that no test expects anything of.

use std::collections::BTreeSet;

use super::{Oddity, Subject};
use crate::document::Problem;
use crate::testing::Case;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let tested: BTreeSet<&str> = subject.suites.iter().flat_map(|suite| &suite.cases).flat_map(Case::expects).collect();
    let untested = subject.rules().filter(|(policy, rule)| !policy.extended && !tested.contains(rule.info.id.as_str()));
    let oddity = untested.map(|(policy, rule)| {
        let message = format!("no test names `{}` under `expect`", rule.info.id);
        let stem = policy.file.source.name.trim_end_matches(".yaml").trim_end_matches(".yml");
        let help = format!("say what it must find and what it must not, in {stem}_test.yaml");
        Oddity::of(policy, rule, Problem::odd(rule.info.location.span.clone(), message).help(help))
    });
    oddity.collect()
}
