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

words!(Kind {
    Role => "role",
    User => "user",
    Group => "group",
    Project => "project",
    ServiceAccount => "service_account",
    Invite => "invite",
    AdminApiKey => "admin_api_key",
    ApiKey => "api_key",
    Grant => "grant",
});
