//! Policies: what people write to say who may do what, read strictly.
//!
//! This module knows what a rule means and which collections it reads. It knows the shape of an organization, since
//! each attribute reads its own column, but it judges none: [`crate::check`] does.

mod bounds;
mod builtin;
mod clash;
mod condition;
mod contradiction;
mod emptiness;
mod error;
mod exactly;
mod extend;
mod file;
pub(crate) mod implies;
mod load;
mod misplaced;
mod named;
mod narrow;
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
pub(crate) mod same;
mod scopes;
mod select;
mod sentence;
mod sources;
mod synonym;
mod this;
mod times;
mod vocabulary;

pub use crate::org::Kind;
pub use bounds::{Bounds, Percent};
pub(crate) use builtin::{DEFAULT, PACKS, TESTS};
pub use error::Error;
pub use extend::Linked;
pub(crate) use file::{is_test, is_yaml, read_file};
pub use load::parse;
pub(crate) use load::{LARGEST_PARAMETERS, files, hidden};
pub(crate) use misplaced::{not_names, not_permissions};
pub use narrow::Narrowing;
pub use needs::{About, Needs, needs};
pub use params::Overrides;
pub(crate) use params::named_parameters;
pub use pattern::{Automata, BadPattern, Pattern, Patterns, nfc, same_text};
pub use permissions::{Escalation, Permission, Sure, known_permissions, permissions};
#[cfg(test)]
pub(crate) use read::{FILE as FILE_KEYS, RULE as RULE_KEYS};
pub(crate) use related::via_words;
pub use rule::*;
pub use select::Selection;
pub(crate) use sentence::several;
pub use sources::{Sources, load};
pub use this::{Listed, Means, Moment, Slot, This};
pub(crate) use vocabulary::SCOPES;
pub use vocabulary::{
    Attribute, AttributeValue, Case, FlagColumn, ListColumn, Naming, Part, Relation, TextColumn, TimeColumn, Type,
};
pub use vocabulary::{find, of, organization};
