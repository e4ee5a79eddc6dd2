//! Keys of projects and of the organization, and the two lists that show them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::org::{Organization, User};
use super::project::{Project, ServiceAccount};

/// A key of a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKey {
    /// For example `key_01J1F8KEY01`.
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds; nothing if it was never used.
    pub last_used_at: Option<i64>,
    /// The id of a user, or of a service account of the project.
    pub owner: String,
    /// The owner has lost access to the project: the list hides such a key unless it is told not to.
    pub inactive: bool,
}

/// A key of the organization.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminApiKey {
    /// For example `key_01J1F8ADMIN01`.
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// The id of a user.
    pub owner: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds; nothing if it never does.
    pub expires_at: Option<i64>,
    /// Unix seconds; nothing if it was never used.
    pub last_used_at: Option<i64>,
}

impl Project {
    /// Items of `/organization/projects/{project}/api_keys`, for a value of `owner_project_access`. Nothing if the API
    /// does not know the value.
    pub(super) fn api_key_items(&self, organization: &Organization, access: Option<&str>) -> Option<Vec<Value>> {
        let shown: fn(&&ApiKey) -> bool = match access {
            None | Some("active") => |key| !key.inactive,
            Some("inactive") => |key| key.inactive,
            Some("any") => |_| true,
            Some(_) => return None,
        };
        Some(self.api_keys.iter().filter(shown).map(|key| self.api_key_item(organization, key)).collect())
    }

    fn api_key_item(&self, organization: &Organization, key: &ApiKey) -> Value {
        json!({
            "object": "organization.project.api_key",
            "id": key.id,
            "name": key.name,
            "redacted_value": redacted("sk-proj", &key.id),
            "created_at": key.created_at,
            "last_used_at": key.last_used_at,
            "owner_project_access": if key.inactive { "inactive" } else { "active" },
            "owner": self.owner(organization, &key.owner),
        })
    }

    /// Whoever is not in the project any more, or only through a group, has no role there: null, against the schema.
    fn owner(&self, organization: &Organization, id: &str) -> Value {
        if let Some(account) = self.service_account(id) {
            return json!({"type": "service_account", "service_account": {
                "id": id,
                "name": account.name,
                "created_at": account.created_at,
                "role": account.word(),
            }});
        }
        let user = organization.user(id);
        json!({"type": "user", "user": {
            "id": id,
            "name": user.map(|user| &user.name),
            "email": user.and_then(|user| user.email.as_ref()),
            "created_at": user.map_or(0, |user| user.added_at),
            "role": self.user(id).and_then(|member| member.role.as_ref()),
        }})
    }
}

impl Organization {
    /// Items of `/organization/admin_api_keys`, oldest first: also the keys of all projects, labelled like the others.
    /// Where the organization names no admin key, there is the one that asks.
    pub(super) fn admin_api_key_items(&self) -> Vec<Value> {
        let own = self.admin_api_keys.iter().map(|key| {
            let owner = user_owner(&key.owner, self.user(&key.owner));
            admin_item(&key.id, &key.name, (key.created_at, key.expires_at, key.last_used_at), &owner)
        });
        let of_projects = self.projects.iter().flat_map(|project| {
            project.api_keys.iter().map(|key| {
                let owner = match project.service_account(&key.owner) {
                    Some(account) => account_owner(account),
                    None => user_owner(&key.owner, self.user(&key.owner)),
                };
                admin_item(&key.id, &key.name, (key.created_at, None, key.last_used_at), &owner)
            })
        });
        let asking = self.admin_api_keys.is_empty().then(|| {
            let nobody =
                json!({"type": "user", "object": "organization.user", "id": "user-former", "name": "Former Employee"});
            admin_item("key_demo", "demo key", (1_740_000_000, Some(4_000_000_000), None), &nobody)
        });
        let mut items: Vec<Value> = own.chain(of_projects).chain(asking).collect();
        items.sort_by_key(|item| item["created_at"].as_i64());
        items
    }
}

/// `times` are those of creation, expiry, and last use.
fn admin_item(id: &str, name: &str, times: (i64, Option<i64>, Option<i64>), owner: &Value) -> Value {
    let (created_at, expires_at, last_used_at) = times;
    json!({
        "object": "organization.admin_api_key",
        "id": id,
        "name": name,
        "redacted_value": redacted("sk-admin", id),
        "created_at": created_at,
        "expires_at": expires_at,
        "last_used_at": last_used_at,
        "owner": owner,
    })
}

fn user_owner(id: &str, user: Option<&User>) -> Value {
    json!({
        "type": "user",
        "object": "organization.user",
        "id": id,
        "name": user.map(|user| &user.name),
        "created_at": user.map_or(0, |user| user.added_at),
        "role": user.and_then(|user| user.role.as_ref()),
    })
}

fn account_owner(account: &ServiceAccount) -> Value {
    json!({
        "type": "service_account",
        "object": "organization.service_account",
        "id": account.id,
        "name": account.name,
        "created_at": account.created_at,
        "role": account.word(),
    })
}

/// What the API shows of a key: its kind and its end. The fake has no secrets, and takes the end from the id.
fn redacted(kind: &str, id: &str) -> String {
    let shown = id.char_indices().rev().nth(2).map_or(0, |(start, _)| start);
    format!("{kind}-***{}", &id[shown..])
}
