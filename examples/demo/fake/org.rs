//! An organization as a small normalized file, and what the API answers about it.
//!
//! The file says each thing once (a group lists its members and its roles); the answers join it, as the real API does.

use serde::Deserialize;
use serde_json::{Value, json};

/// Everything that the fake knows. Ids that lead nowhere are allowed: real organizations have them, too.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// For example `org-acme`.
    pub id: String,
    /// Predefined and custom roles of the organization.
    pub roles: Vec<Role>,
    /// Groups, each with its members and its roles.
    pub groups: Vec<Group>,
    /// Users and service accounts.
    pub users: Vec<User>,
}

/// A role of the organization.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// For a predefined role the canonical id, such as `role-api-organization-owner`.
    pub id: String,
    /// Unique in the organization.
    pub name: String,
    /// The API answers both null and the empty string.
    pub description: Option<String>,
    /// For example `api.groups.write`.
    pub permissions: Vec<String>,
    /// Made by the API, not by the organization; without timestamps.
    pub predefined: bool,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub updated_at: Option<i64>,
    /// The id of a user.
    pub created_by: Option<String>,
}

/// A group of users.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// For example `group_01J1F8GROUP01`.
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Whether the identity provider owns the membership.
    pub is_scim_managed: bool,
    /// Ids of roles that every member holds.
    pub roles: Vec<String>,
    /// Ids of users; they need not be among the organization's.
    pub members: Vec<String>,
}

/// A user or a service account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// For example `user-01J1F8USER01`.
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// Service accounts have none.
    pub email: Option<String>,
    /// The legacy word: `owner`, `reader`, or nothing. It grants the predefined role of that name.
    pub role: Option<String>,
    /// Ids of roles granted directly.
    pub roles: Vec<String>,
    /// Unix seconds: joined the organization.
    pub added_at: i64,
    /// Unix seconds: the account was made.
    pub created: i64,
    /// A non-human identity.
    pub is_service_account: bool,
    /// Whether the identity provider owns the account.
    pub is_scim_managed: bool,
    /// Unix seconds; nothing if no key was ever used.
    pub api_key_last_used_at: Option<i64>,
}

impl Organization {
    /// An invented company in the middle of 2026, with something wrong for each rule to find.
    pub fn acme() -> Organization {
        Organization::from_json(include_str!("acme.json"))
    }

    /// Reads an organization in the form of `acme.json`; panics if it is not one.
    pub fn from_json(text: &str) -> Organization {
        serde_json::from_str(text).expect("an organization file")
    }

    /// Items of `/organization/roles`.
    pub(super) fn role_items(&self) -> Vec<Value> {
        self.roles.iter().map(Role::item).collect()
    }

    /// Items of `/organization/users`.
    pub(super) fn user_items(&self) -> Vec<Value> {
        self.users.iter().map(User::item).collect()
    }

    /// Items of `/organization/groups`.
    pub(super) fn group_items(&self) -> Vec<Value> {
        self.groups.iter().map(Group::item).collect()
    }

    /// Items of `/organization/users/{id}/roles`: direct, through groups, and by the legacy word.
    pub(super) fn user_role_items(&self, id: &str) -> Option<Vec<Value>> {
        let user = self.users.iter().find(|user| user.id == id)?;
        Some(self.assigned(|role| {
            let sources = self.sources(user, role);
            (!sources.is_empty()).then(|| json!(sources))
        }))
    }

    /// Items of `/organization/groups/{id}/roles`. A group inherits from nobody: its sources are null.
    pub(super) fn group_role_items(&self, id: &str) -> Option<Vec<Value>> {
        let group = self.groups.iter().find(|group| group.id == id)?;
        Some(self.assigned(|role| group.roles.contains(&role.id).then_some(Value::Null)))
    }

    /// Items of `/organization/groups/{id}/users`.
    pub(super) fn group_user_items(&self, id: &str) -> Option<Vec<Value>> {
        let group = self.groups.iter().find(|group| group.id == id)?;
        let member = |id: &String| match self.users.iter().find(|user| &user.id == id) {
            Some(user) => json!({"id": id, "name": user.name, "email": user.email}),
            None => json!({"id": id, "name": id, "email": null}),
        };
        Some(group.members.iter().map(member).collect())
    }

    /// Through whom `user` holds `role`, in the words of `assignment_sources`.
    fn sources(&self, user: &User, role: &Role) -> Vec<Value> {
        let by_word = role.predefined && user.role.as_ref() == Some(&role.name);
        let direct = by_word || user.roles.contains(&role.id);
        let groups =
            self.groups.iter().filter(|group| group.roles.contains(&role.id) && group.members.contains(&user.id));
        let user = direct.then(|| json!({"principal_type": "user", "principal_id": user.id}));
        let groups = groups.map(|group| json!({"principal_type": "group", "principal_id": group.id}));
        user.into_iter().chain(groups).collect()
    }

    /// The roles for which `held` gives sources, in full and ordered by id.
    fn assigned(&self, held: impl Fn(&Role) -> Option<Value>) -> Vec<Value> {
        let mut roles: Vec<_> = self.roles.iter().filter_map(|role| Some((role, held(role)?))).collect();
        roles.sort_by_key(|(role, _)| &role.id);
        roles.into_iter().map(|(role, sources)| role.assigned_item(&self.id, &sources)).collect()
    }
}

impl Role {
    fn item(&self) -> Value {
        json!({
            "object": "role",
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "permissions": self.permissions,
            "resource_type": "api.organization",
            "predefined_role": self.predefined,
        })
    }

    /// As assigned in an organization, where the ids of predefined roles are bound to it.
    fn assigned_item(&self, organization: &str, sources: &Value) -> Value {
        let id =
            if self.predefined { format!("{}__api-organization__{organization}", self.id) } else { self.id.clone() };
        json!({
            "id": id,
            "name": self.name,
            "description": self.description,
            "permissions": self.permissions,
            "resource_type": "api.organization",
            "predefined_role": self.predefined,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "created_by": self.created_by,
            "created_by_user_obj": self.created_by.as_ref().map(|id| json!({"id": id})),
            "metadata": {},
            "assignment_sources": sources,
        })
    }
}

impl Group {
    fn item(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "created_at": self.created_at,
            "is_scim_managed": self.is_scim_managed,
            "group_type": "group",
        })
    }
}

impl User {
    fn item(&self) -> Value {
        json!({
            "object": "organization.user",
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "role": self.role,
            "added_at": self.added_at,
            "created": self.created,
            "is_service_account": self.is_service_account,
            "is_scim_managed": self.is_scim_managed,
            "api_key_last_used_at": self.api_key_last_used_at,
            "user": {
                "object": "user",
                "id": self.id,
                "email": self.email,
                "name": self.name,
                "enabled": true,
                "banned": false,
            },
        })
    }
}
