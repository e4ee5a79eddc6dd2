//! The predefined roles. A word such as `owner` means one by its id, whatever name the API gives it.

use super::{Pattern, SCOPES};

/// Each word that ends the id of a predefined role, with the scopes that have such a role.
const WORDS: [(&str, &[&str]); 4] =
    [("owner", &SCOPES), ("reader", &["organization"]), ("member", &["project"]), ("viewer", &["project"])];

/// What the ids begin with, whatever the scope.
const ANY_SCOPE: &str = "role-api-*-";

/// The words.
pub fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(word, _)| *word)
}

/// The pattern for the ids of the predefined roles that a word means, if it means any.
pub fn pattern_for(word: &str) -> Option<String> {
    let (word, _) = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known))?;
    Some(format!("{ANY_SCOPE}{word}"))
}

/// The word and the scopes behind a pattern that was made of one.
pub fn meant_by(pattern: &Pattern) -> Option<(&'static str, &'static [&'static str])> {
    let word = pattern.text.strip_prefix(ANY_SCOPE)?;
    WORDS.iter().find(|(known, _)| *known == word).copied()
}

/// The ids of all predefined roles.
pub fn ids() -> impl Iterator<Item = String> {
    WORDS.iter().flat_map(|(word, scopes)| scopes.iter().map(move |scope| id(scope, word)))
}

/// The id of the predefined role of that word in that scope.
pub fn id(scope: &str, word: &str) -> String {
    format!("role-api-{scope}-{word}")
}
