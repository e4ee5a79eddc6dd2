//! Policy tests: small organizations, written down, and what each rule must say of them.
//!
//! This module reads tests, judges them with the real evaluator, and says how expected and found differ. It knows
//! neither files nor terminals beyond the paths that it is given.

mod cases;
mod coverage;
mod error;
mod judge;
mod load;
mod organization;
mod report;
mod update;

pub use cases::{Case, Expected, Suite};
#[cfg(test)]
pub(crate) use cases::{FILE as FILE_KEYS, TEST as TEST_KEYS};
pub use coverage::{Coverage, Seen};
pub use error::Error;
pub use judge::{Difference, Judged, judge};
pub use load::{Loaded, load};
pub(crate) use organization::keys;
pub use report::{Format, Report, Style, render};
pub use update::{Update, update};
