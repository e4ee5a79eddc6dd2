//! Facts that are too old to be green.

use crate::finding::Outcome;
use crate::time::{Time, length, rfc3339};

/// How far the clock that stamped the facts may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

/// If the oldest fact is older than the gate allows, or the facts come from the future, nothing passes: every answer but
/// a violation becomes unknown.
pub fn doubt_old_facts(outcome: &mut Outcome, now: Time) {
    let Some(max_age) = outcome.gate.max_age else { return };
    let (oldest, newest) = (outcome.oldest_fact, outcome.source.collected_at);
    let age = |of: Time| now.saturating_sub(of);
    if age(oldest) > max_age {
        let which = if oldest < newest { "the oldest facts, which --since reused, are" } else { "the facts are" };
        let (from, ago) = (rfc3339(oldest), length(age(oldest)));
        outcome.doubt(&format!("{which} from {from}, {ago} ago: older than --max-age allows"));
    } else if age(newest) < -CLOCK_SKEW {
        outcome.doubt(&format!("the facts are from {}, which is in the future", rfc3339(newest)));
    }
}
