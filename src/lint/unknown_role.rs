//! `unknown-role`: the id of a predefined role that does not exist, or a word that is all but that of one.

use std::collections::HashSet;

use super::{Oddity, Subject, patterns};
use crate::document::Problem;
use crate::policy::{Kind, predefined};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let (mut found, mut places) = (Vec::new(), HashSet::new());
    for (policy, rule) in subject.rules().filter(|(_, rule)| !rule.allow_unmatched) {
        for (row, pattern) in patterns::of(rule).into_iter().filter(|(row, _)| row.of == Kind::Role) {
            let Some(literal) = pattern.literal() else { continue };
            let meant = match row.name {
                // The short form of a relation asks for a name and an id: `role: owner`.
                "id" => meant(literal),
                // A custom role may be called `Owners`, and hardly `Onwer`.
                "name" => meant(literal).filter(|word| word.len() == literal.len()),
                _ => None,
            };
            let Some(meant) = meant else { continue };
            let message = format!("`{literal}` is not a predefined role");
            let problem = Problem::odd(pattern.span.clone(), message).help(format!("did you mean `{meant}`?"));
            // The two patterns of the short form stand in one place.
            if places.insert((policy.file.source.name.clone(), pattern.span.start)) {
                found.push(Oddity::of(policy, rule, problem));
            }
        }
    }
    found
}

/// The predefined role that the author seems to mean, although this is another.
fn meant(literal: &str) -> Option<String> {
    let near = |known: &str| strsim::osa_distance(&literal.to_lowercase(), known) == 1;
    let ids: Vec<String> = predefined::ids().collect();
    if literal.starts_with("role-") {
        let known = ids.iter().any(|id| id == literal);
        return (!known).then(|| ids.into_iter().min_by_key(|id| strsim::osa_distance(literal, id)))?;
    }
    predefined::words().find(|word| near(word)).map(str::to_owned)
}
