//! The record of what was read and what was not. Every false green starts with a hole here that nobody looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A kind of answer that the Admin API gives, named after what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// The organization's roles.
    Roles,
    /// The organization's users.
    Users,
    /// The roles of each user.
    UserRoles,
    /// The organization's groups.
    Groups,
    /// The roles of each group.
    GroupRoles,
    /// The members of each group.
    GroupMembers,
}

impl Collection {
    /// Every collection, in the order of the reports.
    pub const ALL: [Self; 6] =
        [Self::Roles, Self::Users, Self::UserRoles, Self::Groups, Self::GroupRoles, Self::GroupMembers];

    /// The name in reports and snapshots.
    pub fn name(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Users => "users",
            Self::UserRoles => "user_roles",
            Self::Groups => "groups",
            Self::GroupRoles => "group_roles",
            Self::GroupMembers => "group_members",
        }
    }

    /// The collection whose things this one is read for, one by one.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::UserRoles => Some(Self::Users),
            Self::GroupRoles | Self::GroupMembers => Some(Self::Groups),
            Self::Roles | Self::Users | Self::Groups => None,
        }
    }

    /// The collection of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.name() == name)
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The API refused (401, 403, or 404 where the plan lacks the endpoint), as against a fault on the way.
    pub denied: bool,
    /// What happened, naming the request or the thing. Never holds key material.
    pub message: String,
    /// The API scope that would answer, where the API named it.
    pub scope: Option<String>,
}

/// How far a collection was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All of it.
    Complete,
    /// Some of it.
    Partial,
    /// None of it: the API refused.
    Denied,
    /// None of it: something failed on the way.
    Failed,
    /// Nobody asked.
    NotAsked,
}

impl State {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::NotAsked => "not_asked",
        }
    }
}

/// What was read of one collection. Its [`State`] follows from the facts, so that the two cannot disagree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether anybody asked.
    pub asked: bool,
    /// Answers that arrived; a repeated attempt does not count.
    pub requests: u64,
    /// Things in those answers.
    pub items: u64,
    /// Of a list: why it ended before its end, if it did. There may be things of which nothing is known.
    pub cut: Option<Failure>,
    /// Single things whose part of this collection could not be read, by id.
    pub gaps: BTreeMap<String, Failure>,
    /// Single things whose part nobody asked for, by id: no rule needed it.
    pub unasked: BTreeSet<String>,
}

impl Record {
    /// Whether every thing of this collection was seen, though some detail of a thing may be missing.
    pub fn exhaustive(&self) -> bool {
        self.asked && self.cut.is_none()
    }

    /// Whether the part of this collection that belongs to `id` was read.
    pub fn covers(&self, id: &str) -> bool {
        self.asked && !self.gaps.contains_key(id) && !self.unasked.contains(id)
    }
}

/// What was read of every collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<Collection, Record>);

impl Coverage {
    /// The record of one collection; of one that nobody asked for, the empty record.
    pub fn of(&self, collection: Collection) -> &Record {
        const NOT_ASKED: &Record =
            &Record { asked: false, requests: 0, items: 0, cut: None, gaps: BTreeMap::new(), unasked: BTreeSet::new() };
        self.0.get(&collection).unwrap_or(NOT_ASKED)
    }

    /// The record of one collection, to write in.
    pub fn of_mut(&mut self, collection: Collection) -> &mut Record {
        self.0.entry(collection).or_default()
    }

    /// Why the list behind a collection ended before its end: its own, or that of its parent.
    pub fn cut(&self, collection: Collection) -> Option<&Failure> {
        self.of(collection.parent().unwrap_or(collection)).cut.as_ref()
    }

    /// How far a collection was read.
    pub fn state(&self, collection: Collection) -> State {
        let record = self.of(collection);
        let failure = self.cut(collection).or_else(|| record.gaps.values().next());
        match failure {
            _ if !record.asked => State::NotAsked,
            None => State::Complete,
            Some(_) if record.requests > 0 => State::Partial,
            Some(failure) if failure.denied => State::Denied,
            Some(_) => State::Failed,
        }
    }

    /// One line on what is missing of a collection; `None` where nothing is, or nobody asked.
    pub fn detail(&self, collection: Collection) -> Option<String> {
        let record = self.of(collection);
        let cut = self.cut(collection).filter(|_| record.asked).map(|cut| cut.message.clone());
        let gaps = record.gaps.first_key_value().map(|(_, failure)| match record.gaps.len() - 1 {
            0 => failure.message.clone(),
            more => format!("{} (and {more} more like it)", failure.message),
        });
        let parts: Vec<String> = cut.into_iter().chain(gaps).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Why the part of a collection that belongs to `id` is not known.
    pub fn failure(&self, collection: Collection, id: &str) -> Option<&Failure> {
        self.of(collection).gaps.get(id).or(self.cut(collection))
    }

    /// Every collection with its record, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Collection, &Record)> {
        Collection::ALL.into_iter().map(|collection| (collection, self.of(collection)))
    }

    /// Whether all that was asked for was read.
    pub fn complete(&self) -> bool {
        self.iter().all(|(collection, _)| matches!(self.state(collection), State::Complete | State::NotAsked))
    }
}
