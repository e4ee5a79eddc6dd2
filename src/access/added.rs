//! Since when the holder of a grant is in the organization, or in the project, where the grant holds.

use super::{Access, Gaps, as_user};
use crate::org::{Collection, Kind, Known, Principal, ProjectIx, Scope, part_id};
use crate::time::Time;

impl Access<'_> {
    /// When the principal of a grant joined what the grant holds in.
    pub fn added_at(&self, grant: usize) -> Known<Time> {
        let org = self.org;
        let grant = &self.grants()[grant];
        let Scope::Project(project) = grant.scope else {
            return match grant.principal {
                Principal::User(user) => org.user(user).added_at(),
                Principal::Group(group) => org.group(group).created_at,
                Principal::ServiceAccount(account) => org.service_account(account).created_at,
            };
        };
        let (added, all_read) = match grant.principal {
            Principal::ServiceAccount(account) if org.service_account(account).project == project => {
                (Ok(org.service_account(account).created_at), true)
            }
            principal @ (Principal::User(_) | Principal::ServiceAccount(_)) => {
                let user = as_user(org, principal);
                let place =
                    org.project_users.binary_search_by_key(&(project, user), |link| (link.project, Some(link.user)));
                (place.map(|at| org.project_users[at].added_at), org.knows_project_users(project))
            }
            Principal::Group(group) => {
                let place =
                    org.project_groups.binary_search_by_key(&(project, group), |link| (link.project, link.group));
                (place.map(|at| org.project_groups[at].created_at), org.knows_project_groups(project))
            }
        };
        // A user whom the project does not list is in it through a group.
        added.unwrap_or(if all_read { Known::Null } else { Known::Missing })
    }
}

impl Gaps<'_, '_, '_> {
    /// Notes why it is unknown since when the holder of a grant is there.
    pub fn not_added(&mut self, grant: usize) {
        let grant = &self.access.grants()[grant];
        let (kind, at) = match grant.principal {
            Principal::User(user) => (Kind::User, user.at()),
            Principal::Group(group) => (Kind::Group, group.at()),
            Principal::ServiceAccount(account) => {
                let (org, user) = (self.access.org, self.access.org.as_user(account));
                match (grant.scope, user) {
                    (Scope::Project(project), Some(user)) if org.service_account(account).project != project => {
                        (Kind::User, user.at())
                    }
                    _ => return self.unsent("created_at", Kind::ServiceAccount, account.at()),
                }
            }
        };
        match (grant.scope, kind) {
            (Scope::Organization, Kind::User) => self.unsent("added_at", kind, at),
            (Scope::Organization, _) => self.unsent("created_at", kind, at),
            (Scope::Project(project), _) => self.not_added_to(project, kind, at),
        }
    }

    fn not_added_to(&mut self, project: ProjectIx, kind: Kind, at: usize) {
        let org = self.access.org;
        let (collection, read, field) = if kind == Kind::User {
            (Collection::ProjectUsers, org.knows_project_users(project), "added_at")
        } else {
            (Collection::ProjectGroups, org.knows_project_groups(project), "created_at")
        };
        let (id, who) = (&org.project(project).id, self.access.thing(kind, at));
        if !read {
            return self.unread_of(collection, id);
        }
        let why = self.access.why_unclear(collection, &part_id(id, &who.id), field).map(str::to_owned);
        let unsent = || format!("the API sent no `{field}` for {} in project {id}", who.label());
        self.note(why.unwrap_or_else(unsent));
    }
}
