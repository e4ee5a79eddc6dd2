//! `unknown-word`: a status, or another word of the API, that it is not known to have.

use super::{Oddity, Subject, patterns};
use crate::document::{Problem, nearest};
use crate::policy::Naming;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let mut found = Vec::new();
    for (policy, rule) in subject.rules().filter(|(_, rule)| !rule.allow_unmatched) {
        for (attribute, pattern) in patterns::of(rule) {
            let Some(Naming::OneOf(words)) = attribute.names else { continue };
            if pattern.text.is_empty() || words.iter().any(|word| pattern.matches(word)) {
                continue;
            }
            let message = format!("no {} of {} is known to be `{}`", attribute.name, attribute.of.one(), pattern.text);
            let help = match nearest(&pattern.text, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of: {}", words.join(", ")),
            };
            found.push(Oddity::of(policy, rule, Problem::odd(pattern.span.clone(), message).help(help)));
        }
    }
    found
}
