//! The record of what was read and what was not. Every false green starts with a gap that nobody noticed.
//!
//! The words for missing data, here and everywhere else:
//!
//! | word | what it describes |
//! | --- | --- |
//! | unknown | the verdict of a rule, or the status of a finding, that depends on missing data |
//! | missing | what was not read: a list, a part of one, or a field that the API did not send |
//! | truncated | a list of which the first pages were read and the last were not |
//! | gap | one thing's part of a collection that was not read, such as the roles of one user |
//! | not asked | what was not requested, because no rule needs it |
//!
//! Their opposite is *complete*. The functions that tell whether something is complete are called `is_complete`, or
//! `knows_…` and `lists_all` where they say of what.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Collection;
use crate::time::{Time, rfc3339};

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// Whether the API denied it (401, 403, or 404 if the plan lacks the endpoint), as opposed to a failure.
    pub denied: bool,
    /// What happened, with the request or the thing. Never contains key material.
    pub message: String,
    /// The missing API scope, if the API named it.
    pub scope: Option<String>,
}

/// How far a collection was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All of it.
    Complete,
    /// Some of it.
    Partial,
    /// None of it: the API denied it.
    Denied,
    /// None of it: the request failed.
    Failed,
    /// It was not requested.
    NotAsked,
}

words!(State {
    Complete => "complete",
    Partial => "partial",
    Denied => "denied",
    Failed => "failed",
    NotAsked => "not_asked",
});

/// What was read of one collection. Its [`State`] follows from the facts, so that the two cannot disagree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionCoverage {
    /// Whether it was requested.
    pub asked: bool,
    /// Responses that arrived; retries do not count.
    pub requests: u64,
    /// Items in those responses.
    pub items: u64,
    /// Why a list is truncated, if it is. There may be more things.
    pub truncated: Option<Failure>,
    /// The gaps: things whose part of this collection could not be read, by id, or by `project/id` in a project.
    pub gaps: BTreeMap<String, Failure>,
    /// Things whose part was not requested because no rule needs it, by id.
    pub not_asked: BTreeSet<String>,
    /// Things that were in the list and left during collection, by id. They are not part of the organization.
    pub gone: BTreeSet<String>,
    /// Fields that are unknown although the API sent them, by thing and field, with the reason: the responses
    /// contradict each other, or the text is unreadable.
    pub unclear: BTreeMap<String, BTreeMap<String, String>>,
    /// Things whose part was reused, by id, with the time when it was read.
    pub carried: BTreeMap<String, Time>,
}

impl CollectionCoverage {
    /// Whether the list is not truncated; single fields may still be missing.
    pub fn lists_all(&self) -> bool {
        self.asked && self.truncated.is_none()
    }

    /// Whether there are no gaps and nothing was skipped.
    pub fn is_complete(&self) -> bool {
        self.lists_all() && self.gaps.is_empty() && self.not_asked.is_empty()
    }

    /// Whether the part of this collection that belongs to `id` was read.
    pub fn covers(&self, id: &str) -> bool {
        self.asked && !self.gaps.contains_key(id) && !self.not_asked.contains(id)
    }
}

/// Why a part of a collection is missing that was not requested.
pub const NARROWED: &str = "requested only where a rule needs it";

/// What was read of every collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<Collection, CollectionCoverage>);

impl Coverage {
    /// The record of one collection; empty if it was not requested.
    pub fn of(&self, collection: Collection) -> &CollectionCoverage {
        const NOT_ASKED: &CollectionCoverage = &CollectionCoverage {
            asked: false,
            requests: 0,
            items: 0,
            truncated: None,
            gaps: BTreeMap::new(),
            not_asked: BTreeSet::new(),
            gone: BTreeSet::new(),
            unclear: BTreeMap::new(),
            carried: BTreeMap::new(),
        };
        self.0.get(&collection).unwrap_or(NOT_ASKED)
    }

    /// The record of one collection, to write in.
    pub fn of_mut(&mut self, collection: Collection) -> &mut CollectionCoverage {
        self.0.entry(collection).or_default()
    }

    /// Why a collection may contain further things: its list is truncated, or not all of its parents are known.
    pub fn truncated(&self, collection: Collection) -> Option<&Failure> {
        let own = self.of(collection).truncated.as_ref();
        let Some(parent) = collection.parent() else { return own };
        // If the parent is a nested list itself, each of its gaps may hide some.
        let hidden = parent.parent().and_then(|_| self.of(parent).gaps.values().next());
        own.or_else(|| self.truncated(parent)).or(hidden)
    }

    /// Whether a collection was read of everything: there are no gaps, nothing was skipped, and no list that it hangs on
    /// is truncated or was skipped.
    pub fn is_complete(&self, collection: Collection) -> bool {
        let mut hangs_on = collection.ancestors().filter(|ancestor| ancestor.parent().is_some());
        self.of(collection).is_complete()
            && self.truncated(collection).is_none()
            && hangs_on.all(|ancestor| self.of(ancestor).not_asked.is_empty())
    }

    /// How far a collection was read.
    pub fn state(&self, collection: Collection) -> State {
        let record = self.of(collection);
        let failure = self.truncated(collection).or_else(|| record.gaps.values().next());
        match failure {
            _ if !record.asked => State::NotAsked,
            None => State::Complete,
            Some(_) if record.requests > 0 => State::Partial,
            Some(failure) if failure.denied => State::Denied,
            Some(_) => State::Failed,
        }
    }

    /// One line on what is missing from a collection; `None` if nothing is, or if it was not requested.
    pub fn detail(&self, collection: Collection) -> Option<String> {
        let record = self.of(collection);
        let truncated = self.truncated(collection).filter(|_| record.asked).map(|failure| failure.message.clone());
        let gaps = record.gaps.first_key_value().map(|(_, failure)| match record.gaps.len() - 1 {
            0 => failure.message.clone(),
            more => format!("{} (and {more} more like it)", failure.message),
        });
        let parts: Vec<String> = truncated.into_iter().chain(gaps).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Why the part of a collection that belongs to `id` is missing.
    pub fn failure(&self, collection: Collection, id: &str) -> Option<&Failure> {
        self.of(collection).gaps.get(id).or(self.truncated(collection))
    }

    /// Every collection with its record, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Collection, &CollectionCoverage)> {
        Collection::ALL.into_iter().map(|collection| (collection, self.of(collection)))
    }

    /// What was removed during collection, is contradictory or unreadable, or was reused, in sentences.
    pub fn remarks(&self, collection: Collection) -> Vec<String> {
        let carried = &self.of(collection).carried;
        let from = carried.values().min();
        let carried =
            from.map(|from| format!("{} reused from data read at {} or later", carried.len(), rfc3339(*from)));
        self.gone(collection).into_iter().chain(self.unclear(collection)).chain(carried).collect()
    }

    /// Which fields are unknown although the API sent them, in a sentence.
    pub fn unclear(&self, collection: Collection) -> Option<String> {
        let mut all = self.of(collection).unclear.values().flat_map(BTreeMap::values);
        let first = all.next()?;
        Some(match all.count() {
            0 => first.clone(),
            more => format!("{first} (and {more} more like it)"),
        })
    }

    /// What left during collection, in a sentence.
    pub fn gone(&self, collection: Collection) -> Option<String> {
        let gone = &self.of(collection).gone;
        gone.first().map(|first| match gone.len() - 1 {
            0 => format!("{first} was removed during collection"),
            more => format!("{first} and {more} more were removed during collection"),
        })
    }

    /// When the oldest reused fact was read.
    pub fn carried_from(&self) -> Option<Time> {
        self.0.values().flat_map(|record| record.carried.values()).min().copied()
    }

    /// Whether everything requested was read.
    pub fn complete(&self) -> bool {
        self.iter().all(|(collection, _)| matches!(self.state(collection), State::Complete | State::NotAsked))
    }
}

/// Collections that are incomplete for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// How far they were read.
    pub state: State,
    /// Why not further; with the request, if it is one.
    pub why: String,
    /// Which they are.
    pub collections: Vec<Collection>,
}

/// Why a request failed, whatever its path. An API that repeats the path does not give another reason for each.
pub fn without_request(why: &str) -> Cow<'_, str> {
    match why.strip_prefix("GET ").and_then(|request| request.split_once(": ")) {
        Some((path, reason)) if reason.contains(path) => reason.replace(path, "…").into(),
        Some((_, reason)) => reason.into(),
        None => why.into(),
    }
}

/// The reason of all failed requests of a list, if it is one, without the requests: `401, Incorrect API key provided`.
pub fn only_reason(detail: &str) -> Option<String> {
    let mut reasons = detail.split("; GET ").enumerate().map(|(at, request)| {
        // The split took the method of all but the first.
        let request = if at == 0 { request.to_owned() } else { format!("GET {request}") };
        let reason = without_request(&request);
        let others = reason.strip_suffix(" more like it)").and_then(|reason| reason.rsplit_once(" (and "));
        others.map_or_else(|| reason.to_string(), |(first, _)| first.to_owned())
    });
    let first = reasons.next()?;
    reasons.all(|other| other == first).then_some(first)
}

/// The same collections, those with one reason together. Lists that could not be read at all have one reason if their
/// requests failed alike, whatever their paths.
pub fn by_reason(incomplete: impl IntoIterator<Item = (Collection, State, String)>) -> Vec<Shortfall> {
    fn reason(state: State, why: &str) -> Cow<'_, str> {
        match state {
            State::Denied | State::Failed => without_request(why),
            State::Complete | State::Partial | State::NotAsked => why.into(),
        }
    }
    let mut all: Vec<Shortfall> = Vec::new();
    for (collection, state, why) in incomplete {
        let same = |other: &&mut Shortfall| other.state == state && reason(state, &other.why) == reason(state, &why);
        match all.iter_mut().find(same) {
            Some(other) => {
                other.collections.push(collection);
                if other.why != why {
                    other.why = reason(state, &why).into_owned();
                }
            }
            None => all.push(Shortfall { state, why, collections: vec![collection] }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::only_reason;

    #[test]
    fn several_requests_have_one_reason_if_they_failed_alike() {
        let cases = [
            ("401, wrong key", Some("401, wrong key")),
            ("GET /a: 401, wrong key", Some("401, wrong key")),
            ("GET /a: 401, wrong key (and 4 more like it)", Some("401, wrong key")),
            ("GET /a: 401, wrong key; GET /b/c: 401, wrong key (and 32 more like it)", Some("401, wrong key")),
            ("GET /a: 401, wrong key; GET /b: 403, no scope", None),
            ("GET /a: 403, it (and that); GET /b: 403, it (and this)", None),
        ];
        for (detail, reason) in cases {
            assert_eq!(only_reason(detail).as_deref(), reason, "{detail}");
        }
    }
}
