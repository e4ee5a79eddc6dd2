//! Policy tests: small organizations, written down, and what each rule must say of them.
//!
//! This module reads tests, judges them with the real evaluator, and says how expected and found differ. It knows
//! neither files nor terminals beyond the paths that it is given.

mod cases;
mod coverage;
mod equivalent;
mod error;
mod judge;
mod load;
mod mutate;
mod organization;
mod prove;
mod report;
mod section;
mod update;

pub(crate) use cases::NOW;
pub use cases::{Case, Suite};
#[cfg(test)]
pub(crate) use cases::{FILE as FILE_KEYS, TEST as TEST_KEYS};
pub use coverage::Coverage;
#[cfg(test)]
pub(crate) use equivalent::EQUIVALENT as EQUIVALENT_KEYS;
pub use error::Error;
pub use judge::{Judged, judge};
pub use load::load;
pub(crate) use load::tests_of;
pub use mutate::{Mutation, mutate};
pub(crate) use organization::keys;
pub use prove::{example, flow, prove};
pub use report::{Format, Report, Style, WHOLE_RUN, render};
pub use section::{Remark, Section};
pub use update::update;
