//! The rule of who holds what, written once: a principal holds what it is assigned, what its legacy role implies, and
//! what its groups hold; in the organization, and the same in each project. A service account that is also a user holds
//! what that user holds.

use crate::org::{Assignment, GroupIx, Known, Org, Principal, RoleIx, Scope, Symbol, UserIx};

/// What a user or service account holds in one scope other than through a group.
#[derive(Clone, Copy, Debug)]
pub struct Own<'o> {
    /// Where.
    pub scope: Scope,
    /// What the API lists as the principal's roles there.
    pub assignments: &'o [Assignment],
    /// Whether that list was read.
    pub listed: bool,
    /// The legacy role there.
    pub legacy: Known<Symbol>,
    /// The predefined role for the legacy role.
    pub implied: Option<RoleIx>,
}

impl<'o> Own<'o> {
    /// The roles that were read.
    #[inline]
    pub fn roles(self) -> impl Iterator<Item = RoleIx> + 'o {
        self.assignments.iter().map(|assignment| assignment.role).chain(self.implied)
    }

    /// Whether there are no others.
    #[inline]
    pub fn is_complete(self) -> bool {
        self.listed && !self.legacy.is_missing()
    }
}

/// What a group holds in one scope.
#[derive(Clone, Copy, Debug)]
pub struct OfGroup<'o> {
    /// Where.
    pub scope: Scope,
    /// The roles that were read.
    pub roles: &'o [RoleIx],
    /// Whether there are no others.
    pub listed: bool,
}

/// What a user or service account holds other than through groups, in each scope where it is a member. A group holds
/// what [`of_group`] says.
pub fn own(org: &Org, principal: Principal) -> impl Iterator<Item = Own<'_>> {
    own_in_organization(org, principal).into_iter().chain(own_in_projects(org, principal))
}

/// The user that a principal is.
#[inline]
pub fn as_user(org: &Org, principal: Principal) -> Option<UserIx> {
    match principal {
        Principal::User(user) => Some(user),
        Principal::ServiceAccount(account) => org.as_user(account),
        Principal::Group(_) => None,
    }
}

/// What a user holds in the organization other than through groups; a service account, if the list of users has it.
#[inline]
pub fn own_in_organization(org: &Org, principal: Principal) -> Option<Own<'_>> {
    let user = as_user(org, principal)?;
    let row = org.user(user);
    let is_member = match principal {
        Principal::User(_) | Principal::Group(_) => true,
        Principal::ServiceAccount(_) => row.listed(),
    };
    let listed = org.knows_assignments(user);
    is_member.then(|| in_scope(org, Scope::Organization, org.assignments_of(user), listed, row.role()))
}

/// What a user or service account holds other than through groups, in each project where it is a member.
pub fn own_in_projects(org: &Org, principal: Principal) -> impl Iterator<Item = Own<'_>> {
    let account = match principal {
        Principal::ServiceAccount(account) => Some(account),
        Principal::User(_) | Principal::Group(_) => None,
    };
    let home = account.map(|account| org.service_account(account).project);
    let projects = as_user(org, principal).into_iter().flat_map(|user| org.projects_of(user)).map(move |at| {
        let (member, assignments) = (&org.project_users[at], org.assignments_in_project(at));
        // The API has one list of its roles in its own project.
        let listed = home == Some(member.project) || org.knows_project_assignments(at);
        in_scope(org, Scope::Project(member.project), assignments, listed, member.role)
    });
    // A service account belongs to one project.
    let home = account.map(move |account| {
        let (home, assignments) = (org.service_account(account), org.assignments_of_account(account));
        in_scope(org, Scope::Project(home.project), assignments, org.knows_account_assignments(account), home.role)
    });
    projects.chain(home)
}

#[inline]
fn in_scope<'o>(
    org: &Org,
    scope: Scope,
    assignments: &'o [Assignment],
    listed: bool,
    legacy: Known<Symbol>,
) -> Own<'o> {
    Own { scope, assignments, listed, legacy, implied: org.implied_role(scope, legacy) }
}

/// What a group holds, in the organization and in each project that it is in, sorted by scope.
pub fn of_group(org: &Org, group: GroupIx) -> impl Iterator<Item = OfGroup<'_>> {
    let organization =
        OfGroup { scope: Scope::Organization, roles: org.roles_of_group(group), listed: org.knows_group_roles(group) };
    let projects = org.projects_of_group(group).map(|at| OfGroup {
        scope: Scope::Project(org.project_groups[at].project),
        roles: org.roles_in_project(at),
        listed: org.knows_project_group_roles(at),
    });
    std::iter::once(organization).chain(projects)
}

/// The groups of a user or service account, sorted. Groups do not nest.
#[inline]
pub fn groups_of(org: &Org, principal: Principal) -> &[GroupIx] {
    match principal {
        Principal::User(user) => org.groups_of(user),
        Principal::ServiceAccount(account) => org.groups_of_account(account),
        Principal::Group(_) => &[],
    }
}
