//! A proof: the values that decided, the paths that lead there, and what is missing.

use std::collections::HashSet;
use std::ops::Range;

use crate::finding::{AccessPath, Evidence, Thing, Value};

/// Why an answer is what it is.
#[derive(Debug, Default)]
pub struct Proof {
    /// The values that decided, each with the words of the policy that it met.
    pub evidence: Vec<Evidence>,
    /// The paths that lead there.
    pub paths: Vec<AccessPath>,
    /// What is missing, where the answer is unknown.
    pub missing: Vec<Missing>,
    /// The words of the policy that decided where there is no value to show.
    pub places: Vec<Range<usize>>,
}

impl Proof {
    /// What was found, each once: evidence in the order in which it was met, paths sorted.
    pub fn found(self) -> (Vec<Evidence>, Vec<AccessPath>) {
        let Self { mut evidence, mut paths, .. } = self;
        let mut seen = HashSet::new();
        evidence.retain(|one| seen.insert((one.attribute, one.value.clone(), one.location.span.start)));
        paths.sort();
        paths.dedup();
        (evidence, paths)
    }

    /// What is missing, in sentences: alike things together, and the subject of the finding not named again.
    pub fn said(&self, subject: Option<&Thing>) -> Vec<String> {
        let mut unread: Vec<&str> = Vec::new();
        let mut unsent: Vec<(&str, &Thing, HashSet<&str>)> = Vec::new();
        let mut seen = HashSet::new();
        for missing in &self.missing {
            match missing {
                Missing::Unread(sentence) if seen.insert(sentence.as_str()) => unread.push(sentence),
                Missing::Unread(_) => {}
                Missing::Unsent(attribute, thing) => match unsent.iter_mut().find(|(name, ..)| name == attribute) {
                    Some((.., ids)) => {
                        ids.insert(thing.id.as_str());
                    }
                    None => unsent.push((attribute, thing, HashSet::from([thing.id.as_str()]))),
                },
            }
        }
        let unsent = unsent.into_iter().map(|(attribute, first, ids)| {
            if ids.len() == 1 && Some(first) == subject {
                format!("the API sent no `{attribute}`")
            } else {
                unsent_for(attribute, first, ids.len())
            }
        });
        unread.into_iter().map(str::to_owned).chain(unsent).collect()
    }
}

/// The sentence on an attribute that the API did not send for so many things.
pub fn unsent_for(attribute: &str, first: &Thing, count: usize) -> String {
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    format!("the API sent no `{attribute}` for {} {}{more}", first.kind_in_words(), first.spoken())
}

/// Something that would have to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Something was not read, in a sentence.
    Unread(String),
    /// An attribute that the API did not send for a thing.
    Unsent(&'static str, Thing),
}

/// The permission that a piece of evidence shows, if it shows one.
pub fn permission(evidence: &Evidence) -> Option<Thing> {
    match &evidence.value {
        Value::Permission(text) => {
            Some(Thing { kind: "permission", id: text.clone(), name: None, email: None, project: None })
        }
        Value::Null | Value::Flag(_) | Value::Number(_) | Value::Time(_) | Value::Text(_) => None,
    }
}
