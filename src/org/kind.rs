//! The kinds of things in an organization.

/// A kind of thing: what a rule can select.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A role.
    Role,
    /// A user.
    User,
    /// A group.
    Group,
    /// A project.
    Project,
    /// A service account.
    ServiceAccount,
    /// An invitation.
    Invite,
    /// An admin key.
    AdminApiKey,
    /// A key of a project.
    ApiKey,
    /// One principal that holds one role in one scope, in one or several ways.
    Grant,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Role,
        Self::User,
        Self::Group,
        Self::Project,
        Self::ServiceAccount,
        Self::Invite,
        Self::AdminApiKey,
        Self::ApiKey,
        Self::Grant,
    ];

    /// The word after `select`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
            Self::Project => "project",
            Self::ServiceAccount => "service_account",
            Self::Invite => "invite",
            Self::AdminApiKey => "admin_api_key",
            Self::ApiKey => "api_key",
            Self::Grant => "grant",
        }
    }
}
