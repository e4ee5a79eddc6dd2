//! The rule of who holds what, written once: a principal holds what it is assigned, what its legacy role implies, and
//! what its groups hold; in the organization, and the same in each project.

use crate::org::{Assignment, GroupIx, Known, Org, Principal, RoleIx, Scope, Symbol};

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
    pub fn roles(self) -> impl Iterator<Item = RoleIx> + 'o {
        self.assignments.iter().map(|assignment| assignment.role).chain(self.implied)
    }

    /// Whether there are no others.
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
    let (user, account) = match principal {
        Principal::User(user) => (Some(user), None),
        Principal::ServiceAccount(account) => (None, Some(account)),
        Principal::Group(_) => (None, None),
    };
    let in_scope = |scope, assignments, listed, legacy| Own {
        scope,
        assignments,
        listed,
        legacy,
        implied: org.implied_role(scope, legacy),
    };
    let organization = user.map(move |user| {
        let legacy = org.user(user).role();
        in_scope(Scope::Organization, org.assignments_of(user), org.knows_assignments(user), legacy)
    });
    let projects = user.into_iter().flat_map(|user| org.projects_of(user)).map(move |at| {
        let member = &org.project_users[at];
        let listed = org.knows_project_assignments(at);
        in_scope(Scope::Project(member.project), org.assignments_in_project(at), listed, member.role)
    });
    // A service account belongs to one project.
    let home = account.map(move |account| {
        let home = org.service_account(account);
        let listed = org.knows_account_assignments(account);
        in_scope(Scope::Project(home.project), org.assignments_of_account(account), listed, home.role)
    });
    organization.into_iter().chain(projects).chain(home)
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
pub fn groups_of(org: &Org, principal: Principal) -> &[GroupIx] {
    match principal {
        Principal::User(user) => org.groups_of(user),
        Principal::ServiceAccount(account) => org.groups_of_account(account),
        Principal::Group(_) => &[],
    }
}
