//! Users.

use std::borrow::Cow;

use super::{Held, Id, Intern, Write, group_ids, id, line, listed};
use crate::org::{self, Org, Symbols, UserIx, each, fields};

fields!(User => line! {
    User {
        #[serde(borrow)]
        pub id: Id<'a>,
    } {
        #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
        pub listed: bool,
        /// The groups that list the user.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub groups: Vec<Id<'a>>,
        /// What the API says of the user's roles in the organization.
        #[serde(default, skip_serializing_if = "Held::is_empty")]
        pub held: Held<'a>,
    }
});

impl<'a> User<'a> {
    pub fn of(org: &'a Org, at: UserIx) -> Self {
        let (write, user) = (Write(org), org.user(at));
        fields!(User => each! { write, user() => Self {
            id: id(user.id()),
            listed: user.listed(),
            groups: group_ids(org, org.groups_of(at)),
            held: Held::of(org, org.assignments_of(at)),
        } })
    }

    /// The user without what it holds, its texts still in the line.
    pub fn noun(self, symbols: &mut Symbols) -> org::User<Cow<'a, str>> {
        let mut intern = Intern(symbols);
        fields!(User => each! { intern, self => org::User { listed: self.listed, id: self.id.0.clone() } })
    }
}
