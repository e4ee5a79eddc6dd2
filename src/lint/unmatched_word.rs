//! `unmatched-word`: a name or a pattern that nothing in the organization of the snapshot matches, or perhaps nothing.

use super::{Oddity, Subject};
use crate::document::{Located, Problem};
use crate::finding::{Note, RuleResult};

pub(super) const CODE: &str = "unmatched-word";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let mut found = Vec::new();
    let Some(judged) = subject.judged else { return found };
    for rule in &judged.outcome.rules {
        found.extend(rule.notes.iter().filter(|note| note.unmatched).map(|note| odd(rule, note, Vec::new())));
        let untold = judged.untold.iter().filter(|one| one.rule == rule.info.id && one.note.unmatched);
        found.extend(untold.map(|one| odd(rule, &one.note, one.missing.clone())));
    }
    found
}

fn odd(rule: &RuleResult, note: &Note, missing: Vec<String>) -> Oddity {
    let source = &rule.info.location.source;
    let given: Vec<String> = note.region.given().iter().map(|given| format!(" ({given})")).collect();
    let problem = Problem::odd(source.span(&note.region), format!("{}{}", note.text, given.concat()));
    Oddity { rule: Some(rule.info.id.clone()), located: Located { source: source.clone(), problem }, missing }
}
