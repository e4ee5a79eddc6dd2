//! `vacuous-rule`: a rule that selects nothing in the organization of the snapshot, or perhaps nothing.

use super::{Oddity, Subject};
use crate::document::{Located, Problem};
use crate::finding::{RuleResult, Verdict};

pub(super) const CODE: &str = "vacuous-rule";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let judged = subject.judged.iter().flat_map(|judged| &judged.outcome.rules);
    judged.filter_map(|result| of(subject, result)).collect()
}

fn of(subject: &Subject<'_>, result: &RuleResult) -> Option<Oddity> {
    let (info, location) = (&result.info, &result.info.location);
    let kinds = || subject.rules().filter(|(_, rule)| rule.info.id == info.id);
    let nobody_knows = || result.selected == 0 && result.is_open() && kinds().all(|(_, rule)| rule.bites_nothing());
    let (message, missing) = if result.verdict() == Verdict::Vacuous {
        (format!("`{}` selects nothing in the snapshot", info.id), Vec::new())
    } else if nobody_knows() {
        let unread: Vec<String> = result.unread.iter().map(ToString::to_string).collect();
        let missing = if unread.is_empty() { vec!["the answer to the rule is unknown".to_owned()] } else { unread };
        (format!("`{}`: unknown whether it selects anything in the snapshot", info.id), missing)
    } else {
        return None;
    };
    let problem = Problem::odd(location.span.clone(), message).help("if that is expected, write `allow_empty: true`");
    Some(Oddity { rule: Some(info.id.clone()), located: Located { source: location.source.clone(), problem }, missing })
}
