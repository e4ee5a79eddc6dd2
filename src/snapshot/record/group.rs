//! Groups.

use super::{Id, Intern, Write, id, line, listed, role_ids};
use crate::org::{self, GroupIx, Org, Symbols, each, fields};

fields!(Group => line! {
    Group {
        #[serde(borrow)]
        pub id: Id<'a>,
    } {
        #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
        pub listed: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub roles: Vec<Id<'a>>,
    }
});

impl<'a> Group<'a> {
    pub fn of(org: &'a Org, at: GroupIx) -> Self {
        let (write, group) = (Write(org), org.group(at));
        let roles = role_ids(org, org.roles_of_group(at));
        fields!(Group => each! { write, group => Self { id: id(&group.id), listed: group.listed, roles } })
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::Group {
        let mut intern = Intern(symbols);
        fields!(Group => each! { intern, self => org::Group { id: self.id.text(), listed: self.listed } })
    }
}
