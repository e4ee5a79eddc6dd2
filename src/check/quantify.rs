//! Quantities over answers: some, none, every, or a number within bounds.

use crate::org::Truth;
use crate::policy::{Bounds, Quantity};

/// How many of the related things satisfy the condition; `more` if there may be more of them than we know.
#[inline]
pub fn quantify(quantity: Quantity, answers: impl Iterator<Item = Truth>, more: bool) -> Truth {
    let beyond = |closed| if more { Truth::Unknown } else { closed };
    match quantity {
        Quantity::Some => answers.fold(beyond(Truth::No), Truth::or),
        Quantity::None => !answers.fold(beyond(Truth::No), Truth::or),
        Quantity::Every => answers.fold(beyond(Truth::Yes), Truth::and),
        Quantity::Count(bounds, _) => {
            let (mut sure, mut possible) = (0, 0);
            for answer in answers {
                sure += u64::from(answer == Truth::Yes);
                possible += u64::from(answer != Truth::No);
            }
            within(bounds, sure, possible, more)
        }
    }
}

/// Whether a number between `sure` and `possible`, or beyond if `more`, lies within bounds.
pub fn within(bounds: Bounds, sure: u64, possible: u64, more: bool) -> Truth {
    let most = if more { u64::MAX } else { possible };
    let above = bounds.min.is_none_or(|min| sure >= min);
    let below = bounds.max.is_none_or(|max| most <= max);
    // Of a small number, a percentage may leave nothing between the two.
    let nothing = bounds.min.zip(bounds.max).is_some_and(|(min, max)| min > max);
    let never = nothing || bounds.max.is_some_and(|max| sure > max) || bounds.min.is_some_and(|min| most < min);
    match (above && below, never) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::No,
        (false, false) => Truth::Unknown,
    }
}
