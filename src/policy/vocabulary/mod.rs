//! The vocabulary of the policy language, as one table. Loading, type checks, "did you mean", and what a rule reads
//! all follow from a row; to add an attribute is to add one.

use std::borrow::Cow;

use crate::org::{Collection, Kind, Known, Org, Symbol};
use crate::time::Time;

use Collection::{AdminApiKeys, ApiKeys, Groups, Invites, ProjectRoles, Projects, Roles, ServiceAccounts, Users};

mod organization;
mod relation;
mod table;
mod value;

pub use organization::organization;
pub use relation::{Part, Relation};
use table::TABLE;
pub use value::AttributeValue;

impl Kind {
    /// The word with its article.
    pub fn one(self) -> String {
        let article = if self.name().starts_with(['a', 'i']) { "an" } else { "a" };
        format!("{article} {}", self.name())
    }

    /// The collections that list all things of this kind.
    pub const fn reads(self) -> &'static [Collection] {
        match self {
            Self::Role => &[Roles, Projects, ProjectRoles],
            Self::User => &[Users],
            Self::Group => &[Groups],
            Self::Project => &[Projects],
            Self::ServiceAccount => &[Projects, ServiceAccounts],
            Self::Invite => &[Invites],
            // The API lists project keys among the admin keys. Only the lists of projects tell which they are.
            Self::AdminApiKey => &[AdminApiKeys, Projects, ApiKeys],
            Self::ApiKey => &[Projects, ApiKeys],
            Self::Grant => Collection::GRANTS,
        }
    }
}

/// An attribute of a kind of thing: a row of the table.
#[derive(Debug)]
pub struct Attribute {
    /// What it is an attribute of.
    pub of: Kind,
    /// The word in policies: the API's own, or one of the few that rolelint derives.
    pub name: &'static str,
    /// What may be written after it, and how to read it.
    pub type_: Type,
    /// What a literal value of it names, if that can be looked up in the organization.
    pub names: Option<Naming>,
    /// The collections it needs beyond those that list the thing.
    pub reads: &'static [Collection],
    /// What it says, in one line.
    pub meaning: &'static str,
}

/// A row is like no other.
impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Attribute {}

/// What a literal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// A thing of its kind, or a word that such things have.
    Itself,
    /// One of these words, or another that such things have: the API may add words.
    OneOf(&'static [&'static str]),
    /// A permission.
    Permission,
}

impl Naming {
    /// The words that the API is known to have.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::OneOf(words) => words,
            Self::Itself | Self::Permission => &[],
        }
    }
}

/// Whether letters compare with or without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// With: ids, names, permissions.
    Exact,
    /// Without: e-mail addresses and the API's own words.
    Fold,
}

/// How to read a text off the thing at a place in its list.
#[derive(Clone, Copy, Debug)]
pub enum TextColumn {
    /// Each thing has its own.
    Each(for<'a> fn(&'a Org, usize) -> Known<&'a str>),
    /// Derived from another field of the thing.
    Derived(fn(&Org, usize) -> Known<String>),
    /// One of few distinct texts, stored as symbols.
    Symbol(fn(&Org, usize) -> Known<Symbol>),
    /// Of a grant: the kind of its principal.
    Principal,
    /// Of a grant: where it holds.
    Scope,
}

impl TextColumn {
    /// All possible words, if rolelint defines them and not the API.
    pub fn own_words(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Each(_) | Self::Derived(_) | Self::Symbol(_) => None,
            Self::Principal => Some(&["user", "service_account", "group"]),
            Self::Scope => Some(&SCOPES),
        }
    }
}

/// The scopes of grants, and of roles, so far.
pub const SCOPES: [&str; 2] = ["organization", "project"];

/// How to read a list of words.
pub type ListColumn = for<'a> fn(&'a Org, usize) -> Known<Cow<'a, [Symbol]>>;
/// How to read true or false.
pub type FlagColumn = fn(&Org, usize) -> Known<bool>;
/// How to read a time.
#[derive(Clone, Copy, Debug)]
pub enum TimeColumn {
    /// When something happened.
    Past(fn(&Org, usize) -> Known<Time>),
    /// When something is to happen, or did.
    Expiry(fn(&Org, usize) -> Known<Time>),
    /// Of a grant: since when its principal is in the organization or project where it holds.
    Added,
}

/// The type of an attribute. For a grant, `Text` and `List` are read off its role.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A text.
    Text(Case, TextColumn),
    /// A list of words.
    List(Case, ListColumn),
    /// What the words of a list let somebody do.
    Escalation,
    /// True or false.
    Flag(FlagColumn),
    /// A point in time.
    Time(TimeColumn),
    /// A way to other things.
    Relation(Relation),
    /// The ways that lead to a grant.
    Via,
}

/// The collections that a relation of that kind needs.
pub fn reads(of: Kind, relation: Relation) -> &'static [Collection] {
    let row = TABLE.iter().find(|row| row.of == of && matches!(row.type_, Type::Relation(other) if other == relation));
    row.map_or(&[], |row| row.reads)
}

/// The attribute of that kind and name.
pub fn find(of: Kind, name: &str) -> Option<&'static Attribute> {
    TABLE.iter().find(|row| row.of == of && row.name == name)
}

/// The attributes of a kind, in the order of the table.
pub fn of(kind: Kind) -> impl Iterator<Item = &'static Attribute> {
    TABLE.iter().filter(move |row| row.of == kind)
}
