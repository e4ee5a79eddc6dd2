//! Invitations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, intern, word};
use crate::org::{self, Known, Org, Symbol, Symbols, Text};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite<'a> {
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub email: Known<Text>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub status: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub expires_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub accepted_at: Known<Time>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub projects: Known<Vec<InvitedProject<'a>>>,
}

impl<'a> Invite<'a> {
    pub fn of(org: &'a Org, invite: &org::Invite) -> Self {
        let project = |(id, role): &(Text, Known<Symbol>)| InvitedProject { id: id.clone(), role: word(org, *role) };
        Self {
            id: invite.id.clone(),
            email: invite.email.clone(),
            role: word(org, invite.role),
            status: word(org, invite.status),
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            accepted_at: invite.accepted_at,
            projects: invite.projects.as_ref().map(|projects| projects.iter().map(project).collect()),
        }
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::Invite {
        let projects = self
            .projects
            .map(|projects| projects.into_iter().map(|project| (project.id, intern(symbols, project.role))).collect());
        org::Invite {
            id: self.id,
            email: self.email,
            role: intern(symbols, self.role),
            status: intern(symbols, self.status),
            created_at: self.created_at,
            expires_at: self.expires_at,
            accepted_at: self.accepted_at,
            projects,
        }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitedProject<'a> {
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
}
