//! Service accounts.

use super::{Held, Id, Intern, Write, group_ids, id, line, project_id};
use crate::org::{self, Org, ProjectIx, ServiceAccountIx, Symbols, each, fields};

fields!(ServiceAccount => line! {
    ServiceAccount {
        #[serde(borrow)]
        pub project: Id<'a>,
        pub id: Id<'a>,
    } {
        /// The groups that list it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub groups: Vec<Id<'a>>,
        /// What the API says of its roles in the project.
        #[serde(default, skip_serializing_if = "Held::is_empty")]
        pub held: Held<'a>,
    }
});

impl<'a> ServiceAccount<'a> {
    pub fn of(org: &'a Org, at: ServiceAccountIx) -> Self {
        let (write, account) = (Write(org), org.service_account(at));
        fields!(ServiceAccount => each! { write, account => Self {
            project: project_id(org, account.project),
            id: id(&account.id),
            groups: group_ids(org, org.groups_of_account(at)),
            held: Held::of(org, org.assignments_of_account(at)),
        } })
    }

    pub fn noun(self, symbols: &mut Symbols, project: ProjectIx) -> org::ServiceAccount {
        let mut intern = Intern(symbols);
        fields!(ServiceAccount => each! { intern, self => org::ServiceAccount { id: self.id.text(), project } })
    }
}
