//! `unmatched-word`: a name or a pattern that nothing in the organization of the snapshot matches.

use super::{Oddity, Subject};
use crate::document::{Located, Problem};

pub(super) const CODE: &str = "unmatched-word";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let mut found = Vec::new();
    for rule in subject.judged.iter().flat_map(|outcome| &outcome.rules) {
        let source = &rule.info.location.source;
        for note in rule.notes.iter().filter(|note| note.unmatched) {
            let given: Vec<String> = note.region.given().iter().map(|given| format!(" ({given})")).collect();
            let problem = Problem::odd(source.span(&note.region), format!("{}{}", note.text, given.concat()));
            found.push(Oddity {
                rule: Some(rule.info.id.clone()),
                located: Located { source: source.clone(), problem },
            });
        }
    }
    found
}
