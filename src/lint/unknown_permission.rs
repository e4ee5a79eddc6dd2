//! `unknown-permission`: a permission that nobody knows, or a pattern near a known one that matches none.

use super::{Oddity, Subject, patterns};
use crate::document::{Problem, nearest};
use crate::policy::{Naming, known_permissions};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let mut found = Vec::new();
    for (policy, rule) in subject.rules().filter(|(_, rule)| !rule.allow_unmatched) {
        let permissions = patterns::of(rule).into_iter().filter(|(row, _)| row.names == Some(Naming::Permission));
        for (_, pattern) in permissions.filter(|(_, one)| !known_permissions().iter().any(|known| one.matches(known))) {
            let near = nearest(&pattern.text, known_permissions().iter().copied());
            // A pattern may be for permissions to come, unless it differs from one that exists by a letter or two.
            if pattern.literal().is_none() && near.is_none() {
                continue;
            }
            let problem = Problem::odd(pattern.span.clone(), format!("`{}` is not a known permission", pattern.text));
            found.push(Oddity::of(policy, rule, problem.help(match near {
                Some(near) => format!("did you mean `{near}`? If it is right, write `allow_unmatched: true`"),
                None => "`rolelint list permissions` shows those that are known; if it is right, write `allow_unmatched: true`".to_owned(),
            })));
        }
    }
    found
}
