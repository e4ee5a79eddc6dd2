//! The audit log.

use std::ops::{Bound, RangeBounds as _};

use serde::Deserialize;
use serde_json::{Value, json};

use super::org::Organization;

/// Something that somebody did.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Event {
    /// For example `audit_log-01J1F8EVENT01__20260511`.
    pub id: String,
    /// For example `role.assignment.created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unix seconds.
    pub effective_at: i64,
    /// The id of the project in which it was done; what is done with an admin key counts for the default project.
    pub project: Option<String>,
    /// Who did it: the id of a user, or of a key that was used. Nothing if the API does not say.
    pub actor: Option<String>,
    /// What the item has under the name of its type.
    pub payload: Value,
}

impl Organization {
    /// Items of `/organization/audit_logs` in this span of time and, if there are any, of these types: oldest first,
    /// events of one moment in the order of the file. Events of the tenant are listed apart.
    pub(super) fn event_items(&self, span: (Bound<i64>, Bound<i64>), kinds: &[String], tenant: bool) -> Vec<Value> {
        let is_meant = |event: &&Event| {
            span.contains(&event.effective_at)
                && (kinds.is_empty() || kinds.contains(&event.kind))
                && event.kind.starts_with("tenant.") == tenant
        };
        let mut events: Vec<&Event> = self.audit_log.iter().filter(is_meant).collect();
        events.sort_by_key(|event| event.effective_at);
        events.into_iter().map(|event| self.event_item(event)).collect()
    }

    fn event_item(&self, event: &Event) -> Value {
        let mut item = json!({
            "id": event.id,
            "type": event.kind,
            "effective_at": event.effective_at,
            "actor": event.actor.as_ref().map(|id| self.actor(id)),
        });
        item[&event.kind] = event.payload.clone();
        if let Some(id) = &event.project {
            item["project"] = json!({"id": id, "name": self.project(id).map_or(id, |project| &project.name)});
        }
        item
    }

    /// A user is taken for one in a browser.
    fn actor(&self, id: &str) -> Value {
        let user = |id: &str| json!({"id": id, "email": self.user(id).and_then(|user| user.email.as_ref())});
        let with_key =
            |owner: &str| json!({"type": "api_key", "api_key": {"id": id, "type": "user", "user": user(owner)}});
        if let Some(key) = self.admin_api_keys.iter().find(|key| key.id == id) {
            return with_key(&key.owner);
        }
        for project in &self.projects {
            if let Some(key) = project.api_keys.iter().find(|key| key.id == id) {
                return match project.service_account(&key.owner) {
                    None => with_key(&key.owner),
                    Some(account) => json!({"type": "api_key", "api_key": {
                        "id": id,
                        "type": "service_account",
                        "service_account": {"id": account.id},
                    }}),
                };
            }
        }
        json!({"type": "session", "session": {"user": user(id), "ip_address": "192.0.2.10"}})
    }
}
