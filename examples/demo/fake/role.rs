//! Roles, and through whom somebody holds them. An organization and a project answer both alike.

use serde::Deserialize;
use serde_json::{Value, json};

/// A role of the organization or of a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// For a predefined role the canonical id, such as `role-api-organization-owner`.
    pub id: String,
    /// Unique in the organization or project.
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

/// What roles belong to, and where they apply.
#[derive(Clone, Copy)]
pub(super) struct Resource<'a> {
    /// `organization` or `project`.
    pub kind: &'static str,
    pub id: &'a str,
}

/// Somebody who can hold roles.
pub(super) struct Holder<'a> {
    pub id: &'a str,
    /// The legacy word, which grants the predefined role of that name.
    pub word: Option<&'a str>,
    /// Ids of roles granted directly.
    pub roles: &'a [String],
    /// The groups that the holder is a member of, each with the ids of its roles.
    pub groups: Vec<(&'a str, &'a [String])>,
}

impl Holder<'_> {
    /// In the words of `assignment_sources`; nothing if the role is not held.
    pub fn sources(&self, role: &Role) -> Option<Value> {
        let source = |kind: &str, id: &str| json!({"principal_type": kind, "principal_id": id});
        let by_word = role.predefined && self.word == Some(&role.name);
        let direct = by_word || self.roles.contains(&role.id);
        let groups = self.groups.iter().filter(|(_, roles)| roles.contains(&role.id));
        let mut sources: Vec<Value> = direct.then(|| source("user", self.id)).into_iter().collect();
        sources.extend(groups.map(|(id, _)| source("group", id)));
        (!sources.is_empty()).then(|| json!(sources))
    }
}

impl Resource<'_> {
    /// The roles for which `held` gives sources, in full and ordered by id.
    pub fn assigned<'r>(
        self,
        roles: impl IntoIterator<Item = &'r Role>,
        held: impl Fn(&Role) -> Option<Value>,
    ) -> Vec<Value> {
        let mut roles: Vec<_> = roles.into_iter().filter_map(|role| Some((role, held(role)?))).collect();
        roles.sort_by_key(|(role, _)| &role.id);
        roles.into_iter().map(|(role, sources)| role.assigned_item(self, &sources)).collect()
    }

    fn role_type(self) -> String {
        format!("api.{}", self.kind)
    }
}

impl Role {
    pub(super) fn item(&self, resource: Resource) -> Value {
        json!({
            "object": "role",
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "permissions": self.permissions,
            "resource_type": resource.role_type(),
            "predefined_role": self.predefined,
        })
    }

    /// As assigned in a resource, to which the ids of predefined roles are then bound.
    fn assigned_item(&self, resource: Resource, sources: &Value) -> Value {
        let id = if self.predefined {
            format!("{}__api-{}__{}", self.id, resource.kind, resource.id)
        } else {
            self.id.clone()
        };
        json!({
            "id": id,
            "name": self.name,
            "description": self.description,
            "permissions": self.permissions,
            "resource_type": resource.role_type(),
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
