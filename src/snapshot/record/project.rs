//! Projects, and their users and groups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Held, Id, id, intern, project_id, role_ids, word};
use crate::org::{self, GroupIx, Known, Org, ProjectIx, Symbols, Text, UserIx};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project<'a> {
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub status: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub archived_at: Known<Time>,
    /// The roles that its list has.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Id<'a>>,
}

impl<'a> Project<'a> {
    pub fn of(org: &'a Org, at: ProjectIx) -> Self {
        let project = org.project(at);
        Self {
            id: project.id.clone(),
            name: project.name.clone(),
            status: word(org, project.status),
            created_at: project.created_at,
            archived_at: project.archived_at,
            roles: role_ids(org, org.roles_of_project(at)),
        }
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::Project {
        org::Project {
            id: self.id,
            name: self.name,
            status: intern(symbols, self.status),
            created_at: self.created_at,
            archived_at: self.archived_at,
        }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectUser<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    #[serde(borrow)]
    pub user: Id<'a>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub added_at: Known<Time>,
    /// What the API says of the user's roles in the project.
    #[serde(borrow, default, skip_serializing_if = "Held::is_empty")]
    pub held: Held<'a>,
}

impl<'a> ProjectUser<'a> {
    /// The user at this place among those of projects.
    pub fn of(org: &'a Org, at: usize) -> Self {
        let member = &org.project_users[at];
        Self {
            project: project_id(org, member.project),
            user: id(org.user(member.user).id()),
            role: word(org, member.role),
            added_at: member.added_at,
            held: Held::of(org, org.assignments_in_project(at)),
        }
    }

    pub fn noun(&self, symbols: &mut Symbols, project: ProjectIx, user: UserIx) -> org::ProjectUser {
        org::ProjectUser { project, user, role: intern(symbols, self.role.as_ref()), added_at: self.added_at }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectGroup<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    #[serde(borrow)]
    pub group: Id<'a>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    /// The group's roles in the project.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Id<'a>>,
}

impl<'a> ProjectGroup<'a> {
    /// The group at this place among those of projects.
    pub fn of(org: &'a Org, at: usize) -> Self {
        let member = &org.project_groups[at];
        Self {
            project: project_id(org, member.project),
            group: id(&org.group(member.group).id),
            created_at: member.created_at,
            roles: role_ids(org, org.roles_in_project(at)),
        }
    }

    pub fn noun(&self, project: ProjectIx, group: GroupIx) -> org::ProjectGroup {
        org::ProjectGroup { project, group, created_at: self.created_at }
    }
}
