//! What a count counts: each thing, or what the things lead to, each once.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::quantify::within;
use super::relation::Start;
use crate::access::as_user;
use crate::org::{Extent, Known, Principal, Truth};
use crate::policy::{Bounds, Counted, Kind, Type, same_text};

/// Something that is counted once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum One {
    /// A thing of the kind that is counted, at its place.
    Thing(usize),
    /// The principal of a grant.
    Principal(Principal),
    /// A text, as it compares with others.
    Text(String),
    /// The thing at that place leads to something unknown, which may be counted already.
    Unknown(usize),
}

/// How many there are of what is counted.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// For certain.
    pub sure: u64,
    /// Of what was read, at most.
    pub possible: u64,
    /// Whether there may be others that were not read.
    pub more: bool,
}

impl Number {
    /// The number of those for which an answer is yes, or may be.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Truth>, more: bool) -> Self {
        let mut number = Self { sure: 0, possible: 0, more };
        for answer in answers {
            number.sure += u64::from(*answer == Truth::Yes);
            number.possible += u64::from(*answer != Truth::No);
        }
        number
    }

    /// The number itself, if nothing is open.
    pub fn known(self) -> Option<u64> {
        (!self.more && self.sure == self.possible).then_some(self.sure)
    }

    /// Whether it lies within bounds. A percentage is one of `all`, as many as those may be.
    pub fn lies_within(self, bounds: Bounds, all: Self) -> Truth {
        let least = bounds.of(all.sure);
        let most = bounds.of(if all.more { u64::MAX } else { all.possible });
        let holds = |bounds| within(bounds, self.sure, self.possible, self.more);
        let narrow = holds(Bounds { min: most.min, ..least });
        let wide = holds(Bounds { min: least.min, ..most });
        match (narrow, wide) {
            (Truth::Yes, _) => Truth::Yes,
            (_, Truth::No) => Truth::No,
            (Truth::Unknown | Truth::No, Truth::Unknown | Truth::Yes) => Truth::Unknown,
        }
    }
}

impl Facts<'_> {
    /// What these things make count, each with whether one of its things satisfies the condition. A thing that leads to
    /// nothing does not count.
    pub fn counted(
        &self,
        of: Kind,
        counted: Counted,
        things: impl IntoIterator<Item = usize>,
        answer: impl Fn(usize) -> Truth,
    ) -> BTreeMap<One, Truth> {
        let mut answers = BTreeMap::new();
        let mut led = Vec::new();
        for at in things {
            let (one, truth) = match counted {
                Counted::Each => (One::Thing(at), answer(at)),
                Counted::Principals => {
                    let principal = self.access.grants()[at].principal;
                    // A service account that is also a user is one principal.
                    let user = as_user(self.org, principal).map(Principal::User);
                    (One::Principal(user.unwrap_or(principal)), answer(at))
                }
                Counted::Through(relation) => {
                    let more = self.relate(Start { relation, kind: of, at, scopes: Extent::ALL }, &mut led);
                    match led.first() {
                        Some(&place) => (One::Thing(place), answer(at)),
                        None if more => (One::Unknown(at), answer(at).and(Truth::Unknown)),
                        None => continue,
                    }
                }
                Counted::Texts(attribute) => {
                    let Type::Text(case, column) = attribute.type_ else { unreachable!("only texts are compared") };
                    match self.text(column, of, at) {
                        Known::Value(text) => (One::Text(same_text(&text, case)), answer(at)),
                        Known::Missing => (One::Unknown(at), answer(at).and(Truth::Unknown)),
                        Known::Null => continue,
                    }
                }
            };
            let known = answers.entry(one).or_insert(Truth::No);
            *known = known.or(truth);
        }
        answers
    }

    /// Whether the number of what these things make count lies within bounds, if those count that satisfy the condition;
    /// there may be `more` things than these.
    pub fn is_number(
        &self,
        of: Kind,
        (bounds, counted): (Bounds, Counted),
        things: &[usize],
        answer: impl Fn(usize) -> Truth,
        more: bool,
    ) -> Truth {
        let number = |each: BTreeMap<One, Truth>| Number::of(each.values(), more);
        let satisfying = number(self.counted(of, counted, things.iter().copied(), answer));
        if !bounds.are_relative() {
            return satisfying.lies_within(bounds, satisfying);
        }
        satisfying.lies_within(bounds, number(self.counted(of, counted, things.iter().copied(), |_| Truth::Yes)))
    }
}
