//! Policies: what people write to say who may do what, read strictly.
//!
//! This module knows what a rule means and which collections it reads. It knows the shape of an organization, since
//! each attribute reads its own column, but it judges none: that is [`crate::check`]'s.

mod builtin;
mod condition;
mod contradiction;
mod error;
mod exactly;
mod load;
mod named;
mod needs;
mod params;
mod pattern;
mod permissions;
mod possible;
pub mod predefined;
mod read;
mod reader;
mod related;
mod rule;
mod select;
mod this;
mod times;
mod vocabulary;

pub use crate::org::Kind;
pub(crate) use builtin::{DEFAULT, TESTS};
pub use error::Error;
pub(crate) use load::{LARGEST_PARAMETERS, files, hidden, is_test, is_yaml, read_file};
pub use load::{load, parse};
pub use needs::{Needs, Users, needs};
pub use params::Overrides;
pub use pattern::{BadPattern, Pattern, Patterns, nfc, same_text};
pub use permissions::PERMISSIONS;
#[cfg(test)]
pub(crate) use read::{FILE as FILE_KEYS, RULE as RULE_KEYS};
pub(crate) use related::via_words;
pub use rule::*;
pub use select::Selection;
pub use this::{Listed, Means, This};
pub(crate) use vocabulary::SCOPES;
pub use vocabulary::{Attribute, Case, FlagColumn, ListColumn, Naming, Relation, TextColumn, TimeColumn, Type};
pub use vocabulary::{find, of, organization};
