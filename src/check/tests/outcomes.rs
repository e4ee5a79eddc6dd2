//! What is so however open answers come out, told plainly: by trying all.

use std::collections::BTreeSet;

use crate::org::Truth;
use crate::policy::{Bounds, Percent};

/// How many things there may be beyond those that are known: in truth any number.
pub struct Open {
    more: u64,
}

impl Open {
    /// There may be more, or not.
    pub fn of(more: bool) -> Self {
        Self { more: if more { 50 } else { 0 } }
    }

    /// What is so however the open answers come out: of the things that were asked, how many say yes and how many no, and of
    /// how many there are in all.
    pub fn decide(&self, answers: &[Truth], all: &[Truth], holds: impl Fn(u64, u64, u64) -> bool) -> Truth {
        let count = |of: &[Truth], wanted| of.iter().filter(|answer| **answer == wanted).count() as u64;
        let (yes, maybe, more) = (count(answers, Truth::Yes), count(answers, Truth::Unknown), self.more);
        let no = answers.len() as u64 - yes - maybe;
        // Whatever else there may be, it may answer either way: try them all.
        let outcomes = (0..=maybe + more).flat_map(|extra_yes| {
            let left = (maybe + more) - extra_yes;
            // Of the rest, the unknown ones exist and are no; the others may not exist at all.
            [0, left].map(|extra_no| (yes + extra_yes, no + extra_no.max(maybe.saturating_sub(extra_yes))))
        });
        // Of how many a percentage is: try all that there may be.
        let (fewest, most) = (count(all, Truth::Yes), all.len() as u64 + more);
        let totals = (fewest..=most).chain((more > 0).then_some(1_000_000));
        let outcomes: BTreeSet<bool> =
            outcomes.flat_map(|(yes, no)| totals.clone().map(|all| holds(yes, no, all)).collect::<Vec<_>>()).collect();
        match (outcomes.contains(&true), outcomes.contains(&false)) {
            (true, true) => Truth::Unknown,
            (holds, _) => holds.into(),
        }
    }
}

/// Whether a number is within the bounds, given how many there are in all.
pub fn within(bounds: Bounds, number: u64, all: u64) -> bool {
    let Percent { min, max } = bounds.percent;
    let least = min.is_none_or(|percent| number * 100 >= percent * all);
    let most = max.is_none_or(|percent| number * 100 <= percent * all);
    least && most && bounds.min.is_none_or(|min| number >= min) && bounds.max.is_none_or(|max| number <= max)
}
