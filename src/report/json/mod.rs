//! The JSON report, schema version 2. Fields may be added; none is renamed or removed within a version.
//!
//! Everything stands once: the texts of the policies under `policies`, what a rule says of itself at the rule, the
//! permissions that fired at the rule under `matched`, the things that paths lead over under `things`. Findings are
//! written one by one. What is written can be read back: it is the same outcome.

mod by_line;
mod error;
mod keys;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod write;

pub(super) use by_line::render as render_lines;
pub use by_line::schema as lines_schema;
pub use error::Unreadable;
pub use read::read;
pub use schema::schema;
pub(super) use write::render;
