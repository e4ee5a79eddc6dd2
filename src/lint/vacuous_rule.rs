//! `vacuous-rule`: a rule that selects nothing in the organization of the snapshot.

use super::{Oddity, Subject};
use crate::document::{Located, Problem};
use crate::finding::Verdict;

pub(super) const CODE: &str = "vacuous-rule";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let judged = subject.judged.iter().flat_map(|outcome| &outcome.rules);
    let vacuous = judged.filter(|rule| rule.verdict() == Verdict::Vacuous).map(|rule| {
        let (info, location) = (&rule.info, &rule.info.location);
        let problem = Problem::odd(location.span.clone(), format!("`{}` selects nothing in the snapshot", info.id));
        let problem = problem.help("if that is expected, write `allow_empty: true`");
        Oddity { rule: Some(info.id.clone()), located: Located { source: location.source.clone(), problem } }
    });
    vacuous.collect()
}
