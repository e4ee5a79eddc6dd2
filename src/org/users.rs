//! All users, in columns: there may be millions, and a rule asks for one or two of their fields.

use fixedbitset::FixedBitSet;

use super::column::{Column, KnownTexts, Texts};
use super::{Known, Symbol, Text, field, fields};
use crate::time::Time;

macro_rules! columns {
    ({ $(#[$about:meta])* $noun:ident } $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $noun<T = Text> {
            /// The id.
            pub id: T,
            $($(#[$meaning])* pub $field: Known<field::Type<field::$kind, T>>,)*
            /// Whether the list of users has it; otherwise it appears only as a member of a group or project.
            pub listed: bool,
        }

        /// Users, sorted by id.
        #[derive(Clone, Debug, Default)]
        pub struct Users {
            ids: Texts,
            $(pub(crate) $field: column!($kind),)*
            /// Those that the list of users does not have.
            unlisted: FixedBitSet,
        }

        impl Users {
            /// Appends a user.
            pub(crate) fn push<T: AsRef<str>>(&mut self, user: &$noun<T>) {
                let at = self.len();
                $(self.$field.put(at, &user.$field);)*
                self.push_id(user.id.as_ref(), user.listed);
            }

            pub(super) fn clear(&mut self) {
                self.ids.clear();
                $(self.$field.clear();)*
                self.unlisted = FixedBitSet::new();
            }

            /// Makes room for as much as others have.
            pub(super) fn reserve(&mut self, others: &Self) {
                self.ids.reserve(&others.ids);
                $(self.$field.reserve(&others.$field);)*
            }

            /// Appends users whose words have other places: each is looked up in `words`.
            pub(super) fn append(&mut self, other: &Self, words: &[Symbol]) {
                let before = self.len();
                other.unlisted.ones().for_each(|at| self.unlisted.grow_and_insert(before + at));
                self.ids.append(&other.ids);
                $(self.$field.append(before, &other.$field, words);)*
            }
        }

        impl<'o> UserRow<'o> {
            $(
                $(#[$meaning])*
                #[inline]
                pub fn $field(self) -> Known<field::Type<field::$kind, &'o str>> {
                    self.users.$field.of(self.at)
                }
            )*
        }
    };
}

macro_rules! column {
    (text) => { KnownTexts };
    (address) => { KnownTexts };
    (id) => { KnownTexts };
    (word) => { Column<Symbol> };
    (flag) => { Column<bool> };
    (time) => { Column<Time> };
}

fields!(User => columns! {
    /// A person, or a service account that the user list shows, on the way into [`Users`]. Fields are the API's.
    User
});

impl Users {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a user whose fields were put at the place after the last one.
    pub(super) fn push_id(&mut self, id: &str, listed: bool) {
        if !listed {
            self.unlisted.grow_and_insert(self.len());
        }
        self.ids.push(id);
    }

    /// The user at that place.
    #[inline]
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
        self.role.has_all(self.len())
    }
}

/// One user of [`Users`].
#[derive(Clone, Copy, Debug)]
pub struct UserRow<'o> {
    users: &'o Users,
    at: usize,
}

impl<'o> UserRow<'o> {
    /// See [`User::id`].
    pub fn id(self) -> &'o str {
        self.users.ids.of(self.at)
    }

    /// See [`User::listed`].
    pub fn listed(self) -> bool {
        !self.users.unlisted.contains(self.at)
    }
}
