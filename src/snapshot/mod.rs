//! The file source and sink: an organization as JSON Lines.
//!
//! A header (what, from where, when, how completely), then one record a line, sorted: roles, groups, users, projects
//! and what stands in them, each with its grants by id, keys, invitations; then a closing line with counts and a
//! digest, so that a cut file is seen. It is compressed if its name says so. Two snapshots of the same state differ in nothing but their header.

mod compact;
mod compress;
mod decode;
mod error;
mod header;
mod lines;
mod read;
mod record;
mod redact;
#[cfg(any(test, fuzzing))]
pub(crate) mod seal;
mod users;
mod write;

pub use error::Error;
pub use read::{Read, open, read};
pub(crate) use redact::redacted;
pub use write::{digest, save, write};

/// The version of the format. Other versions are not read.
pub const VERSION: u32 = 3;

/// The schema of a line, as a JSON Schema.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(record::Line<'static>).to_value()
}
