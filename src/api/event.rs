//! What happened, as the audit log tells it.

use serde::Deserialize;

use super::wire::Stamp;

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

impl Event {
    /// The ids of what it is about: not of who did it, nor where.
    pub fn ids(&self) -> Vec<&str> {
        let said = self.rest.get(&self.type_).and_then(serde_json::Value::as_object);
        let ids = ["id", "principal_id", "user_id", "group_id", "role_id"];
        ids.iter().filter_map(|name| said?.get(*name)?.as_str()).filter(|id| !id.is_empty()).collect()
    }

    /// Whether what it tells of can bear on who holds which role.
    pub fn bears_on_access(&self) -> bool {
        let kinds = ["role.", "user.", "group.", "service_account.", "project.", "scim."];
        kinds.iter().any(|kind| self.type_.starts_with(kind))
    }
}
