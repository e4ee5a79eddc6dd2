//! What the reader of a rule's answer should know, whatever the answer is.

use crate::document::Region;

/// A sentence about some words of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The sentence.
    pub text: String,
    /// The words, in the rule's policy.
    pub region: Region,
    /// Whether the words match nothing, so that they may be misspelled: with `--strict` the rule is unknown.
    pub unmatched: bool,
}
