//! What happened, as the audit log tells it, and what of that can bear on who holds which role.

use serde::Deserialize;

use super::wire::{Item, Stamp};

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub effective_at: Stamp,
    /// What it says, under the name of its type, and everything else.
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Item for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing that bears on who holds which role, or only what is read anew in any case.
    Harmless,
    /// A role.
    Role,
    /// A user, group or service account that got or lost a role.
    Principal,
    /// A user.
    User,
    /// A group.
    Group,
    /// A service account.
    ServiceAccount,
    /// A project.
    Project,
    /// It may be anything.
    Unknown,
}

/// The kinds of event that name what they bear on. Source: the specification of the API, as of 2026-08-21.
const NAMING: [(&str, About); 18] = [
    ("role.created", About::Role),
    ("role.updated", About::Role),
    ("role.deleted", About::Role),
    ("role.assignment.created", About::Principal),
    ("role.assignment.deleted", About::Principal),
    ("user.added", About::User),
    ("user.updated", About::User),
    ("user.deleted", About::User),
    ("group.created", About::Group),
    ("group.updated", About::Group),
    ("group.deleted", About::Group),
    ("service_account.created", About::ServiceAccount),
    ("service_account.updated", About::ServiceAccount),
    ("service_account.deleted", About::ServiceAccount),
    ("project.created", About::Project),
    ("project.updated", About::Project),
    ("project.archived", About::Project),
    ("project.deleted", About::Project),
];

/// How the kinds begin that change no role of anybody.
const HARMLESS: [&str; 22] = [
    "api_key.",
    "certificate.",
    "certificates.",
    "checkpoint.",
    "external_key.",
    "invite.",
    "ip_allowlist.",
    "login.",
    "logout.",
    "organization.updated",
    "rate_limit.",
    "tenant.admin_api_key.",
    "tenant.billing.",
    "tenant.chatgpt_access_token.",
    "tenant.metadata.",
    "tenant.project_api_key.",
    "tenant.sso_connection.",
    "tenant.usage_limit.",
    "tenant.workload_identity.access_token.",
    "tunnel.",
    "workload_identity_provider.",
    "workload_identity_provider_mapping.",
];

impl Event {
    /// The ids of what it is about: not of who did it, nor where.
    pub fn ids(&self) -> Vec<&str> {
        let said = self.rest.get(&self.type_).and_then(serde_json::Value::as_object);
        let ids = ["id", "principal_id", "user_id", "group_id", "role_id"];
        ids.iter().filter_map(|name| said?.get(*name)?.as_str()).filter(|id| !id.is_empty()).collect()
    }

    /// What it is about, by its kind.
    pub fn about(&self) -> About {
        let naming = NAMING.iter().find(|(kind, _)| *kind == self.type_).map(|(_, about)| *about);
        let harmless = || HARMLESS.iter().any(|kind| self.type_.starts_with(kind)).then_some(About::Harmless);
        naming.or_else(harmless).unwrap_or(About::Unknown)
    }

    /// The ids of what is no more, if that is what it tells. Who lost a role is still there.
    pub fn ended(&self) -> Vec<&str> {
        let ends = self.type_.ends_with(".deleted") && self.about() != About::Principal;
        if ends { self.ids() } else { Vec::new() }
    }
}
