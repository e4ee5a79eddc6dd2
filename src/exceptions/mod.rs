//! What changes an outcome after it was judged: facts that are too old, waivers, the baseline.
//!
//! Waivers and the baseline turn violations into accepted ones, and touch nothing else: what is unknown stays unknown.

mod age;
mod baseline;
#[cfg(test)]
mod tests;
mod waivers;

pub use age::doubt_old_facts;
pub use baseline::{Baseline, Error as BaselineError};
pub(crate) use waivers::WAIVER_KEYS;
pub use waivers::{
    Edited, Error as WaiverError, New as NewWaiver, Review, Terms, Use, Waivers, appended, read_text as read_waivers,
    selects_others, without,
};
