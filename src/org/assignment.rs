//! Who holds a role, where, and how, according to one response.

use super::{GroupIx, ProjectIx, RoleIx, ServiceAccountIx, UserIx};

/// Where a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In the whole organization.
    Organization,
    /// In one project.
    Project(ProjectIx),
}

/// Which grants matter, by scope and partly by holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each leaves out something of its own")]
pub struct Extent {
    /// Those in the organization.
    pub organization: bool,
    /// Those in projects.
    pub project: bool,
    /// Whether to include those of users. Those of groups always count: whoever is in a group holds them, too.
    pub users: bool,
    /// Whether to include those of service accounts, which only the lists of projects contain.
    pub service_accounts: bool,
}

impl Extent {
    /// All of them.
    pub const ALL: Self = Self { organization: true, project: true, users: true, service_accounts: true };

    /// What matters to both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            organization: self.organization && other.organization,
            project: self.project && other.project,
            users: self.users && other.users,
            service_accounts: self.service_accounts && other.service_accounts,
        }
    }

    /// What matters to one of them.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            organization: self.organization || other.organization,
            project: self.project || other.project,
            users: self.users || other.users,
            service_accounts: self.service_accounts || other.service_accounts,
        }
    }

    /// Whether this one matters.
    pub fn contain(self, scope: Scope) -> bool {
        match scope {
            Scope::Organization => self.organization,
            Scope::Project(_) => self.project,
        }
    }
}

/// Who holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A user.
    User(UserIx),
    /// A group, for its members.
    Group(GroupIx),
    /// A service account.
    ServiceAccount(ServiceAccountIx),
}

/// How a principal got a role, according to one response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// `assignment_sources` names the principal.
    Direct,
    /// `assignment_sources` names this group.
    Group(GroupIx),
    /// `assignment_sources` names neither the principal nor a group.
    Inherited,
    /// No `assignment_sources`: direct or inherited.
    Unstated,
}

/// One role in the API's list of a principal's roles, and one way in which it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The role.
    pub role: RoleIx,
    /// The way.
    pub via: Via,
}
