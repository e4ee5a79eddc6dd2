//! What is in projects: their members and their keys.

use super::{GroupIx, Known, ProjectIx, Symbol, Text, UserIx};
use crate::time::Time;

/// A project of the organization. Fields are the API's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The id.
    pub id: Text,
    /// Display name.
    pub name: Known<Text>,
    /// `active`, `archived`, or a word yet to come.
    pub status: Known<Symbol>,
    /// When the project was made.
    pub created_at: Known<Time>,
    /// When it was archived.
    pub archived_at: Known<Time>,
}

/// A user as a member of a project. Fields are the API's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectUser {
    /// The project.
    pub project: ProjectIx,
    /// The user.
    pub user: UserIx,
    /// The legacy role (`owner`, `member`, `viewer`…), which stands for the predefined role that membership implies.
    pub role: Known<Symbol>,
    /// When the user joined the project.
    pub added_at: Known<Time>,
}

/// A group that has access to a project. Fields are the API's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectGroup {
    /// The project.
    pub project: ProjectIx,
    /// The group.
    pub group: GroupIx,
    /// When it got access.
    pub created_at: Known<Time>,
}

/// A principal that is not a person and belongs to one project. Fields are the API's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The id.
    pub id: Text,
    /// The project.
    pub project: ProjectIx,
    /// Display name.
    pub name: Known<Text>,
    /// The legacy word: `owner`, `member`, or `none` where it has no role by default.
    pub role: Known<Symbol>,
    /// When it was made.
    pub created_at: Known<Time>,
}

/// A key to a project. Fields are the API's. Nothing of the key itself is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The id.
    pub id: Text,
    /// The project.
    pub project: ProjectIx,
    /// What its owner calls it.
    pub name: Known<Text>,
    /// When it was made.
    pub created_at: Known<Time>,
    /// When it was last used; `null` if never.
    pub last_used_at: Known<Time>,
    /// Whether the owner still has access to the project: `active` or `inactive`.
    pub owner_project_access: Known<Symbol>,
    /// Whose it is.
    pub owner: Owner,
}

/// A key to the Admin API. Fields are the API's. Nothing of the key itself is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdminApiKey {
    /// The id.
    pub id: Text,
    /// What its owner calls it.
    pub name: Known<Text>,
    /// When it was made.
    pub created_at: Known<Time>,
    /// When it ends; `null` if never.
    pub expires_at: Known<Time>,
    /// When it was last used; `null` if never.
    pub last_used_at: Known<Time>,
    /// Whose it is.
    pub owner: Owner,
    /// Whether it is known not to be a project key; the API lists those among the admin keys (source: issue 2511 of
    /// `cartography-cncf/cartography`). It is known once the keys of all projects are.
    pub told_apart: bool,
}

/// The owner of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// `user` or `service_account`.
    pub kind: Known<Symbol>,
    /// The id; `null` where nobody is left.
    pub id: Known<Text>,
    /// Display name.
    pub name: Known<Text>,
}

/// An invitation to the organization. Fields are the API's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invite {
    /// The id.
    pub id: Text,
    /// Who is invited.
    pub email: Known<Text>,
    /// The legacy role that the invitee will get: `owner` or `reader`.
    pub role: Known<Symbol>,
    /// `accepted`, `expired` or `pending`.
    pub status: Known<Symbol>,
    /// When it was sent.
    pub created_at: Known<Time>,
    /// When it ends.
    pub expires_at: Known<Time>,
    /// When it was accepted.
    pub accepted_at: Known<Time>,
    /// The projects that the invitee will join: id, and the legacy role there.
    pub projects: Known<Vec<(Text, Known<Symbol>)>>,
}
