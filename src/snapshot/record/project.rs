//! Projects, and their users and groups.

use super::{Held, Id, Intern, Write, id, line, project_id, role_ids};
use crate::org::{self, GroupIx, Org, ProjectIx, Symbols, UserIx, each, fields};

fields!(Project => line! {
    Project {
        #[serde(borrow)]
        pub id: Id<'a>,
    } {
        /// The roles that its list has.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub roles: Vec<Id<'a>>,
    }
});

impl<'a> Project<'a> {
    pub fn of(org: &'a Org, at: ProjectIx) -> Self {
        let (write, project) = (Write(org), org.project(at));
        let roles = role_ids(org, org.roles_of_project(at));
        fields!(Project => each! { write, project => Self { id: id(&project.id), roles } })
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::Project {
        let mut intern = Intern(symbols);
        fields!(Project => each! { intern, self => org::Project { id: self.id.text() } })
    }
}

fields!(ProjectUser => line! {
    ProjectUser {
        #[serde(borrow)]
        pub project: Id<'a>,
        pub user: Id<'a>,
    } {
        /// What the API says of the user's roles in the project.
        #[serde(default, skip_serializing_if = "Held::is_empty")]
        pub held: Held<'a>,
    }
});

impl<'a> ProjectUser<'a> {
    /// The user at this place among those of projects.
    pub fn of(org: &'a Org, at: usize) -> Self {
        let (write, member) = (Write(org), &org.project_users[at]);
        fields!(ProjectUser => each! { write, member => Self {
            project: project_id(org, member.project),
            user: id(org.user(member.user).id()),
            held: Held::of(org, org.assignments_in_project(at)),
        } })
    }

    pub fn noun(&self, symbols: &mut Symbols, project: ProjectIx, user: UserIx) -> org::ProjectUser {
        let mut intern = Intern(symbols);
        fields!(ProjectUser => each! { intern, self => org::ProjectUser { project, user } })
    }
}

fields!(ProjectGroup => line! {
    ProjectGroup {
        #[serde(borrow)]
        pub project: Id<'a>,
        pub group: Id<'a>,
    } {
        /// The group's roles in the project.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub roles: Vec<Id<'a>>,
    }
});

impl<'a> ProjectGroup<'a> {
    /// The group at this place among those of projects.
    pub fn of(org: &'a Org, at: usize) -> Self {
        let (write, member) = (Write(org), &org.project_groups[at]);
        fields!(ProjectGroup => each! { write, member => Self {
            project: project_id(org, member.project),
            group: id(&org.group(member.group).id),
            roles: role_ids(org, org.roles_in_project(at)),
        } })
    }

    pub fn noun(&self, symbols: &mut Symbols, project: ProjectIx, group: GroupIx) -> org::ProjectGroup {
        let intern = Intern(symbols);
        fields!(ProjectGroup => each! { intern, self => org::ProjectGroup { project, group } })
    }
}
