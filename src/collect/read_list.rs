//! How a list was read, for items of every kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::listed_users::ListedUsers;
use crate::api::error::Error;
use crate::api::pagination::{Items as _, Listed};
use crate::api::parent::Parent;
use crate::api::wire;

/// How a list was read.
pub struct ReadList<'r> {
    pub items: usize,
    pub requests: u64,
    pub truncated: Option<&'r Error>,
}

/// A list with items of any kind.
pub trait AsList {
    /// How it was read.
    fn read(&self) -> ReadList<'_>;
}

impl<T> AsList for Listed<T> {
    fn read(&self) -> ReadList<'_> {
        ReadList { items: self.items.len(), requests: self.requests, truncated: self.truncated.as_ref() }
    }
}

impl AsList for Listed<wire::User, ListedUsers> {
    fn read(&self) -> ReadList<'_> {
        ReadList { items: self.items.len(), requests: self.requests, truncated: self.truncated.as_ref() }
    }
}

impl<L: AsList> AsList for Arc<L> {
    fn read(&self) -> ReadList<'_> {
        L::read(self)
    }
}

/// Nested lists, whatever their items are.
pub trait Nested {
    /// Whether the list of this thing was requested.
    fn has(&self, of: &Parent) -> bool;

    /// The things whose list could not be read, each with the reason, and how many lists were requested.
    fn gaps(&self) -> (Vec<(&Parent, &Error)>, usize);
}

impl<L: AsList> Nested for BTreeMap<Parent, L> {
    fn has(&self, of: &Parent) -> bool {
        self.contains_key(of)
    }

    fn gaps(&self) -> (Vec<(&Parent, &Error)>, usize) {
        (self.iter().filter_map(|(part, list)| Some((part, list.read().truncated?))).collect(), self.len())
    }
}
