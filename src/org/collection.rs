//! The lists that the Admin API has, and what each of them is for.

use std::fmt;

use super::{Extent, Kind};

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

words!(Collection {
    Roles => "roles",
    Users => "users",
    UserRoles => "user_roles",
    Groups => "groups",
    GroupRoles => "group_roles",
    GroupMembers => "group_members",
    Projects => "projects",
    ProjectUsers => "project_users",
    ProjectGroups => "project_groups",
    ProjectRoles => "project_roles",
    ProjectUserRoles => "project_user_roles",
    ProjectGroupRoles => "project_group_roles",
    ServiceAccounts => "service_accounts",
    ServiceAccountRoles => "service_account_roles",
    ApiKeys => "api_keys",
    AdminApiKeys => "admin_api_keys",
    Invites => "invites",
});

impl Collection {
    /// Those whose items are assignments of roles.
    pub const ASSIGNMENTS: [Self; 5] =
        [Self::UserRoles, Self::GroupRoles, Self::ProjectUserRoles, Self::ProjectGroupRoles, Self::ServiceAccountRoles];

    /// Those that are read for each user or service account, one by one: the slow ones. Their assignments state the group
    /// that a role comes through, so they also tell of groups.
    pub const PER_MEMBER: [Self; 3] = [Self::UserRoles, Self::ProjectUserRoles, Self::ServiceAccountRoles];

    /// Those that are read for each user. A service account may be one.
    pub const OF_USERS: [Self; 2] = [Self::UserRoles, Self::ProjectUserRoles];

    /// Those whose items have a legacy role, which implies a role.
    pub const WITH_LEGACY_ROLE: [Self; 3] = [Self::Users, Self::ProjectUsers, Self::ServiceAccounts];

    /// Those that together tell every grant of every principal.
    pub const GRANTS: &'static [Self] = &[
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
    ];

    /// Those that tell the grants of users.
    pub const GRANTS_OF_USERS: &'static [Self] = &[
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
    ];

    /// Those that tell the grants of groups.
    pub const GRANTS_OF_GROUPS: &'static [Self] = &[
        Self::Roles,
        Self::Groups,
        Self::GroupRoles,
        Self::Projects,
        Self::ProjectGroups,
        Self::ProjectRoles,
        Self::ProjectGroupRoles,
    ];

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

    /// The kinds of things it is read for, one by one.
    pub fn read_for(self) -> &'static [Kind] {
        match self {
            Self::Roles | Self::Users | Self::Groups | Self::Projects | Self::AdminApiKeys | Self::Invites => &[],
            Self::UserRoles => &[Kind::User],
            Self::GroupRoles | Self::GroupMembers => &[Kind::Group],
            Self::ProjectUserRoles => &[Kind::Project, Kind::User],
            Self::ProjectGroupRoles => &[Kind::Project, Kind::Group],
            Self::ProjectUsers
            | Self::ProjectGroups
            | Self::ProjectRoles
            | Self::ServiceAccounts
            | Self::ServiceAccountRoles
            | Self::ApiKeys => &[Kind::Project],
        }
    }

    /// Why an empty list of it cannot be right, if it cannot. A project that is archived may have one.
    pub fn never_empty(self) -> Option<&'static str> {
        match self {
            Self::Roles => Some("the list of roles is empty, but every organization has predefined roles"),
            Self::Users => Some("the list of users is empty, but every organization has an owner"),
            Self::ProjectRoles => Some("the list of roles is empty, but every project has predefined roles"),
            Self::AdminApiKeys => Some("the list of admin keys is empty, but it must contain the key in use"),
            Self::UserRoles
            | Self::Groups
            | Self::GroupRoles
            | Self::GroupMembers
            | Self::Projects
            | Self::ProjectUsers
            | Self::ProjectGroups
            | Self::ProjectUserRoles
            | Self::ProjectGroupRoles
            | Self::ServiceAccounts
            | Self::ServiceAccountRoles
            | Self::ApiKeys
            | Self::Invites => None,
        }
    }

    /// Whether it is still read where only these grants matter.
    pub fn matters(self, extent: Extent) -> bool {
        match self {
            Self::Roles | Self::GroupRoles => extent.organization,
            // Service accounts may be among the users, and hold roles as such.
            Self::Users => extent.users || (extent.organization && extent.service_accounts),
            Self::UserRoles => extent.organization && (extent.users || extent.service_accounts),
            Self::Projects | Self::ProjectGroups | Self::ProjectRoles | Self::ProjectGroupRoles => extent.project,
            Self::ProjectUsers | Self::ProjectUserRoles => extent.project && (extent.users || extent.service_accounts),
            // Nobody else is in a group.
            Self::GroupMembers => extent.users || extent.service_accounts,
            // Only its project's list says that it is a service account.
            Self::ServiceAccounts => extent.service_accounts,
            Self::ServiceAccountRoles => extent.project && extent.service_accounts,
            Self::Groups | Self::ApiKeys | Self::AdminApiKeys | Self::Invites => true,
        }
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
