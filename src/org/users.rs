//! All users, in columns: there may be millions, and a rule asks for one or two of their fields.

use fixedbitset::FixedBitSet;

use super::column::{Column, KnownTexts, Texts};
use super::{Known, Symbol, Text};
use crate::time::Time;

/// A person, or a service account that the user list shows, on the way into [`Users`]. Fields are the API's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User<T = Text> {
    /// The id.
    pub id: T,
    /// Display name.
    pub name: Known<T>,
    /// E-mail address.
    pub email: Known<T>,
    /// The legacy role (`owner`, `reader`…), which stands for the predefined role that membership implies.
    pub role: Known<Symbol>,
    /// Whether this is a service account.
    pub is_service_account: Known<bool>,
    /// Whether an identity provider manages the user.
    pub is_scim_managed: Known<bool>,
    /// Whether the account is enabled.
    pub enabled: Known<bool>,
    /// Whether the account is banned.
    pub banned: Known<bool>,
    /// When the user joined the organization.
    pub added_at: Known<Time>,
    /// When the account was made.
    pub created: Known<Time>,
    /// When one of the user's keys was last used.
    pub api_key_last_used_at: Known<Time>,
    /// Whether the list of users has it; otherwise it appears only as a member of a group or project.
    pub listed: bool,
}

/// Users, sorted by id.
#[derive(Clone, Debug, Default)]
pub struct Users {
    ids: Texts,
    names: KnownTexts,
    emails: KnownTexts,
    roles: Column<Symbol>,
    is_service_account: Column<bool>,
    is_scim_managed: Column<bool>,
    enabled: Column<bool>,
    banned: Column<bool>,
    added_at: Column<Time>,
    created: Column<Time>,
    api_key_last_used_at: Column<Time>,
    /// Those that the list of users does not have.
    unlisted: FixedBitSet,
}

impl Users {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The user at that place.
    pub fn at(&self, at: usize) -> UserRow<'_> {
        UserRow { users: self, at }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = UserRow<'_>> + DoubleEndedIterator {
        (0..self.len()).map(|at| self.at(at))
    }

    /// The last one.
    pub fn last(&self) -> Option<UserRow<'_>> {
        self.len().checked_sub(1).map(|last| self.at(last))
    }

    /// The place of the user with that id.
    pub fn find(&self, id: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from + (to - from) / 2;
            match self.ids.of(middle).cmp(id) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// Whether the list of users has all of them.
    pub fn are_listed(&self) -> bool {
        self.unlisted.is_clear()
    }

    /// Whether the legacy role of every one is known.
    pub fn have_roles(&self) -> bool {
        self.roles.has_all()
    }

    pub(super) fn push<T: AsRef<str>>(&mut self, user: &User<T>) {
        if !user.listed {
            self.unlisted.grow_and_insert(self.len());
        }
        self.ids.push(user.id.as_ref());
        self.names.push(user.name.as_ref().map(AsRef::as_ref));
        self.emails.push(user.email.as_ref().map(AsRef::as_ref));
        self.roles.push(user.role);
        self.is_service_account.push(user.is_service_account);
        self.is_scim_managed.push(user.is_scim_managed);
        self.enabled.push(user.enabled);
        self.banned.push(user.banned);
        self.added_at.push(user.added_at);
        self.created.push(user.created);
        self.api_key_last_used_at.push(user.api_key_last_used_at);
    }

    /// Appends users whose words have other places: each is looked up in `words`.
    pub(super) fn append(&mut self, other: &Self, words: &[Symbol]) {
        let before = self.len();
        other.unlisted.ones().for_each(|at| self.unlisted.grow_and_insert(before + at));
        self.ids.append(&other.ids);
        self.names.append(&other.names);
        self.emails.append(&other.emails);
        self.roles.append(&other.roles, |word| words[word.at()]);
        self.is_service_account.append(&other.is_service_account, |flag| flag);
        self.is_scim_managed.append(&other.is_scim_managed, |flag| flag);
        self.enabled.append(&other.enabled, |flag| flag);
        self.banned.append(&other.banned, |flag| flag);
        self.added_at.append(&other.added_at, |time| time);
        self.created.append(&other.created, |time| time);
        self.api_key_last_used_at.append(&other.api_key_last_used_at, |time| time);
    }
}

/// One user of [`Users`].
#[derive(Clone, Copy, Debug)]
pub struct UserRow<'o> {
    users: &'o Users,
    at: usize,
}

macro_rules! fields {
    ($($field:ident: $type:ty = $column:ident,)*) => {
        impl<'o> UserRow<'o> {
            $(
                #[doc = concat!("See [`User::", stringify!($field), "`].")]
                pub fn $field(self) -> $type {
                    self.users.$column.of(self.at)
                }
            )*

            /// See [`User::listed`].
            pub fn listed(self) -> bool {
                !self.users.unlisted.contains(self.at)
            }
        }
    };
}

fields! {
    id: &'o str = ids,
    name: Known<&'o str> = names,
    email: Known<&'o str> = emails,
    role: Known<Symbol> = roles,
    is_service_account: Known<bool> = is_service_account,
    is_scim_managed: Known<bool> = is_scim_managed,
    enabled: Known<bool> = enabled,
    banned: Known<bool> = banned,
    added_at: Known<Time> = added_at,
    created: Known<Time> = created,
    api_key_last_used_at: Known<Time> = api_key_last_used_at,
}
