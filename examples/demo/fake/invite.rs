//! Invites to the organization.

use serde::Deserialize;
use serde_json::{Value, json};

use super::org::Organization;

/// An invite, open or not.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Invite {
    /// For example `invite-01J1F8INVITE01`.
    pub id: String,
    /// To whom it was sent.
    pub email: String,
    /// What it makes of them: `owner` or `reader`.
    pub role: String,
    /// `pending`, `expired` or `accepted`.
    pub status: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    /// Unix seconds.
    pub accepted_at: Option<i64>,
    /// The projects that come with it.
    pub projects: Vec<InviteProject>,
}

/// A project that comes with an invite.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InviteProject {
    /// The id of a project.
    pub id: String,
    /// `owner` or `member`.
    pub role: String,
}

impl Organization {
    /// Items of `/organization/invites`.
    pub(super) fn invite_items(&self) -> Vec<Value> {
        self.invites.iter().map(Invite::item).collect()
    }
}

impl Invite {
    fn item(&self) -> Value {
        let projects = self.projects.iter().map(|project| json!({"id": project.id, "role": project.role}));
        json!({
            "object": "organization.invite",
            "id": self.id,
            "email": self.email,
            "role": self.role,
            "status": self.status,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "accepted_at": self.accepted_at,
            "projects": projects.collect::<Vec<_>>(),
        })
    }
}
