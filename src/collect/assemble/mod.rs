//! From responses to an organization. Pure: the same responses make the same organization, whatever their order.

mod contradictions;
mod coverage;
mod people;
mod projects;
mod roles;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::wire::Stamp;
use crate::collect::responses::Responses;
use crate::org::{Builder, Collection, Failure, Known, Org, Source, Symbol, Symbols, Text};
use crate::time::Time;

/// How far its clock may be ahead of ours, in seconds.
const CLOCK_SKEW: Time = 86_400;

/// Assembles the responses. The last one arrived now or shortly after. The roles of users, which need the most room, are
/// given back while the users take theirs.
pub fn assemble(responses: &mut Responses, needs: &BTreeSet<Collection>, source: Source, present: Time) -> Org {
    let mut coverage = coverage::coverage(responses, needs);
    let latest = source.collected_at.max(present).saturating_add(CLOCK_SKEW);
    let mut builder = Builder::new(source);
    let in_order = "a map yields its keys in order, each once";
    for role in roles::roles(responses, &mut builder.symbols, latest, &mut coverage).into_values() {
        builder.role(role).expect(in_order);
    }
    people::groups(responses, &mut builder, latest, &mut coverage).expect(in_order);
    let held = responses.held.remove(&Collection::UserRoles).unwrap_or_default();
    people::users(responses, held, &mut builder, latest, &mut coverage).expect(in_order);
    projects::projects(responses, &mut builder, latest).expect(in_order);
    projects::keys(responses, &mut builder, latest).expect(in_order);
    builder.finish(coverage)
}

/// Fields that several responses may contain, for things of one kind.
struct Fields<'c> {
    of: &'static str,
    unclear: &'c mut BTreeMap<String, BTreeMap<String, String>>,
}

impl Fields<'_> {
    /// Completes a field from another response. If the two differ, the field is unknown, whatever further responses
    /// say.
    fn complete<T: Clone + PartialEq>(&mut self, id: &str, field: &str, known: &mut Known<T>, told: &Known<T>) {
        if self.is_unclear(id, field) {
            *known = Known::Missing;
        } else if !known.settle(std::iter::once(told)) {
            let why = format!("responses disagree on the `{field}` of {} {id}", self.of);
            self.unclear.entry(id.to_owned()).or_default().insert(field.to_owned(), why);
        }
    }

    fn is_unclear(&self, id: &str, field: &str) -> bool {
        self.unclear.get(id).is_some_and(|fields| fields.contains_key(field))
    }
}

/// Something missing that no request failed for.
fn gap(message: String) -> Failure {
    Failure { denied: false, message, scope: None }
}

/// For a field that the specification never makes `null`, `null` means missing.
fn never_null<T>(field: Known<T>) -> Known<T> {
    match field {
        Known::Null => Known::Missing,
        Known::Value(_) | Known::Missing => field,
    }
}

/// The time of a past event. A time in the future (usually milliseconds) is treated as missing.
fn time(stamp: Known<Stamp>, latest: Time) -> Known<Time> {
    match stamp {
        Known::Value(Stamp(seconds)) if seconds > latest => Known::Missing,
        stamp @ (Known::Missing | Known::Null | Known::Value(_)) => stamp.map(|Stamp(seconds)| seconds),
    }
}

/// When something expires, or was last used. Zero is not a date in 1970, and neither are negative values (the zero time
/// of some languages is in the year 1): they mean never.
fn or_never(stamp: Known<Stamp>) -> Known<Stamp> {
    match stamp {
        Known::Value(Stamp(seconds)) if seconds <= 0 => Known::Null,
        stamp @ (Known::Missing | Known::Null | Known::Value(_)) => stamp,
    }
}

fn word(words: &mut Symbols, text: &Known<Text>) -> Known<Symbol> {
    text.as_ref().map(|text| words.intern(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_zero_means_never() {
        for (sent, expected) in [
            (Known::Value(Stamp(0)), Known::Null),
            (Known::Value(Stamp(-62_135_596_800)), Known::Null),
            (Known::Null, Known::Null),
            (Known::Missing, Known::Missing),
            (Known::Value(Stamp(1_780_000_000)), Known::Value(Stamp(1_780_000_000))),
        ] {
            assert_eq!(or_never(sent), expected);
        }
    }
}
