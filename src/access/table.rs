//! All effective grants in one table: by principal, by role, by project.

use super::{Access, Grant, grants_of};
use crate::org::{GroupIx, Org, Principal, ProjectIx, RoleIx, Rows, Scope, ServiceAccountIx, UserIx};

/// Every effective grant.
pub(super) struct Table {
    /// A row for each user, then one for each group, then one for each service account.
    of: Rows<Grant>,
    /// For each role, the grants of it.
    by_role: Rows<u32>,
    /// For each project, the grants in it.
    by_project: Rows<u32>,
    /// The grants in the organization.
    in_organization: Vec<u32>,
}

impl Table {
    fn new(org: &Org) -> Self {
        let mut of = Rows::default();
        principals(org).for_each(|principal| of.push(grants_of(org, principal)));
        let by_role: Rows<RoleIx> = of.items().iter().map(|grant: &Grant| [grant.role]).collect();
        let in_project = |grant: &Grant| match grant.scope {
            Scope::Project(project) => Some(project),
            Scope::Organization => None,
        };
        let places = of.items().iter().zip(0..);
        let in_organization =
            places.filter(|(grant, _)| grant.scope == Scope::Organization).map(|(_, place)| place).collect();
        let by_project: Rows<ProjectIx> = of.items().iter().map(in_project).collect();
        Self {
            by_role: by_role.inverse(org.roles.len(), RoleIx::at),
            by_project: by_project.inverse(org.projects.len(), ProjectIx::at),
            in_organization,
            of,
        }
    }
}

/// Every principal: the users, the groups, the service accounts.
pub fn principals(org: &Org) -> impl Iterator<Item = Principal> {
    let users = (0..org.users.len()).map(|at| Principal::User(UserIx::new(at)));
    let groups = (0..org.groups.len()).map(|at| Principal::Group(GroupIx::new(at)));
    let accounts = (0..org.service_accounts.len()).map(|at| Principal::ServiceAccount(ServiceAccountIx::new(at)));
    users.chain(groups).chain(accounts)
}

impl Access<'_> {
    fn table(&self) -> &Table {
        self.table.get_or_init(|| Table::new(self.org))
    }

    /// Every effective grant that was read: of each principal in turn, sorted by scope and role.
    pub fn grants(&self) -> &[Grant] {
        self.table().of.items()
    }

    /// The places of a principal's grants among [`Access::grants`].
    pub fn grants_of(&self, principal: Principal) -> std::ops::Range<usize> {
        let row = match principal {
            Principal::User(user) => user.at(),
            Principal::Group(group) => self.org.users.len() + group.at(),
            Principal::ServiceAccount(account) => self.org.users.len() + self.org.groups.len() + account.at(),
        };
        self.table().of.range(row)
    }

    /// The places of a role's grants among [`Access::grants`].
    pub fn grants_by_role(&self, role: usize) -> &[u32] {
        self.table().by_role.of(role)
    }

    /// The places of the grants in the organization among [`Access::grants`].
    pub fn grants_in_organization(&self) -> &[u32] {
        &self.table().in_organization
    }

    /// The places of the grants in a project among [`Access::grants`].
    pub fn grants_in_project(&self, project: usize) -> &[u32] {
        self.table().by_project.of(project)
    }
}
