//! What a count counts: each thing, or what the things lead to, each once.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::relation::Start;
use crate::org::{Extent, Principal, Truth};
use crate::policy::{Counted, Kind};

/// Something that is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum One {
    /// A thing of the kind that is counted, at its place.
    Thing(usize),
    /// The principal of a grant.
    Principal(Principal),
    /// The thing at that place leads to something unknown, which may be counted already.
    Unknown(usize),
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
                Counted::Principals => (One::Principal(self.access.grants()[at].principal), answer(at)),
                Counted::Through(relation) => {
                    let more = self.relate(Start { relation, kind: of, at, scopes: Extent::ALL }, &mut led);
                    match led.first() {
                        Some(&place) => (One::Thing(place), answer(at)),
                        None if more => (One::Unknown(at), answer(at).and(Truth::Unknown)),
                        None => continue,
                    }
                }
            };
            let known = answers.entry(one).or_insert(Truth::No);
            *known = known.or(truth);
        }
        answers
    }
}
