//! The lists that the Admin API has, and what each of them is for.

use std::fmt;

use super::Extent;

/// A kind of list in the Admin API, named after its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// The organization's roles.
    Roles,
    /// The organization's users.
    Users,
    /// The roles of each user.
    UserRoles,
    /// The organization's groups.
    Groups,
    /// The roles of each group.
    GroupRoles,
    /// The members of each group.
    GroupMembers,
    /// The organization's projects, archived ones included.
    Projects,
    /// The users of each project.
    ProjectUsers,
    /// The groups of each project.
    ProjectGroups,
    /// The roles of each project.
    ProjectRoles,
    /// The roles of each user of a project, there.
    ProjectUserRoles,
    /// The roles of each group of a project, there.
    ProjectGroupRoles,
    /// The service accounts of each project.
    ServiceAccounts,
    /// The roles of each service account, in its project.
    ServiceAccountRoles,
    /// The API keys of each project.
    ApiKeys,
    /// The organization's admin keys.
    AdminApiKeys,
    /// The invitations to the organization.
    Invites,
}

impl Collection {
    /// Every collection, in the order of the reports.
    pub const ALL: [Self; 17] = [
        Self::Roles,
        Self::Users,
        Self::UserRoles,
        Self::Groups,
        Self::GroupRoles,
        Self::GroupMembers,
        Self::Projects,
        Self::ProjectUsers,
        Self::ProjectGroups,
        Self::ProjectRoles,
        Self::ProjectUserRoles,
        Self::ProjectGroupRoles,
        Self::ServiceAccounts,
        Self::ServiceAccountRoles,
        Self::ApiKeys,
        Self::AdminApiKeys,
        Self::Invites,
    ];

    /// The name in reports and snapshots.
    pub fn name(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Users => "users",
            Self::UserRoles => "user_roles",
            Self::Groups => "groups",
            Self::GroupRoles => "group_roles",
            Self::GroupMembers => "group_members",
            Self::Projects => "projects",
            Self::ProjectUsers => "project_users",
            Self::ProjectGroups => "project_groups",
            Self::ProjectRoles => "project_roles",
            Self::ProjectUserRoles => "project_user_roles",
            Self::ProjectGroupRoles => "project_group_roles",
            Self::ServiceAccounts => "service_accounts",
            Self::ServiceAccountRoles => "service_account_roles",
            Self::ApiKeys => "api_keys",
            Self::AdminApiKeys => "admin_api_keys",
            Self::Invites => "invites",
        }
    }

    /// The collection whose things this one is read for, one by one.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::UserRoles => Some(Self::Users),
            Self::GroupRoles | Self::GroupMembers => Some(Self::Groups),
            Self::ProjectUsers | Self::ProjectGroups | Self::ProjectRoles | Self::ServiceAccounts | Self::ApiKeys => {
                Some(Self::Projects)
            }
            Self::ProjectUserRoles => Some(Self::ProjectUsers),
            Self::ProjectGroupRoles => Some(Self::ProjectGroups),
            Self::ServiceAccountRoles => Some(Self::ServiceAccounts),
            Self::Roles | Self::Users | Self::Groups | Self::Projects | Self::AdminApiKeys | Self::Invites => None,
        }
    }

    /// The collections that have to be read before this one can: its parent, and the parent's.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |collection| collection.parent())
    }

    /// Whether it is still read where only these grants matter.
    pub fn matters(self, extent: Extent) -> bool {
        match self {
            Self::Roles | Self::UserRoles | Self::GroupRoles => extent.organization,
            Self::Projects
            | Self::ProjectUsers
            | Self::ProjectGroups
            | Self::ProjectRoles
            | Self::ProjectUserRoles
            | Self::ProjectGroupRoles => extent.project,
            // A service account holds organization roles only through groups, but only its project's list says that it is
            // a service account.
            Self::ServiceAccounts => extent.service_accounts,
            Self::ServiceAccountRoles => extent.project && extent.service_accounts,
            Self::Users | Self::Groups | Self::GroupMembers | Self::ApiKeys | Self::AdminApiKeys | Self::Invites => {
                true
            }
        }
    }

    /// The collection of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.name() == name)
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
