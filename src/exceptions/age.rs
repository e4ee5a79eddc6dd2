//! Facts that are too old to be green.

use crate::finding::Outcome;
use crate::time::{DAY, Time, length, rfc3339};

/// How far the clock that stamped the facts may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

/// From which age, in seconds, facts deserve a warning if the gate sets no limit.
const OLD: i64 = 7 * DAY;

/// If the oldest fact is older than the gate allows, or the facts come from the future, nothing passes: every answer but
/// a violation becomes unknown. Without a limit, the answers stay, and the warning is returned.
pub fn doubt_old_facts(outcome: &mut Outcome, now: Time) -> Option<String> {
    let (oldest, newest) = (outcome.oldest_fact, outcome.source.collected_at);
    let age = now.saturating_sub(oldest);
    let limit = outcome.gate.max_age;
    let why = if age > limit.unwrap_or(OLD) {
        let which = if oldest < newest { "the oldest facts, which --since reused, are" } else { "the facts are" };
        // What stands in a report says the same on the next day.
        let how_old = if limit.is_some() { ": older than --max-age allows" } else { &format!(", {} ago", length(age)) };
        format!("{which} from {}{how_old}", rfc3339(oldest))
    } else if newest.saturating_sub(now) > CLOCK_SKEW {
        format!("the facts are from {}, which is in the future", rfc3339(newest))
    } else {
        return None;
    };
    if limit.is_none() {
        return Some(format!("{why}; with --max-age, every rule that passes would be unknown"));
    }
    outcome.doubt(&why);
    None
}
