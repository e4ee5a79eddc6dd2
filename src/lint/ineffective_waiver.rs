//! `ineffective-waiver`: a waiver of a rule that does not exist, or that cannot be waived.

use super::{Oddity, Subject, place};
use crate::document::{Located, Problem, nearest};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let ids = || subject.rules().map(|(_, rule)| rule.info.id.as_str());
    let mut found = Vec::new();
    for (id, location) in subject.waivers.rules() {
        let named = subject.rules().find(|(_, rule)| rule.info.id == id).map(|(_, rule)| rule);
        let (message, help) = match named {
            Some(rule) if rule.info.waivable => continue,
            Some(rule) => (format!("`{id}` cannot be waived"), format!("it says `waivable: false` in {}", place(rule))),
            None => {
                let near = nearest(id, ids()).map(|near| format!("did you mean `{near}`?"));
                let help =
                    near.unwrap_or_else(|| "leave the waiver out, or lint it with the policy of the rule".to_owned());
                (format!("there is no rule `{id}`"), help)
            }
        };
        let problem = Problem::odd(location.span.clone(), message).help(help);
        found.push(Oddity {
            rule: named.map(|rule| rule.info.id.clone()),
            located: Located { source: location.source.clone(), problem },
            missing: Vec::new(),
        });
    }
    found
}
