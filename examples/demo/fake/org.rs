//! An organization as a small normalized file, and what the API answers about it.
//!
//! The file says each thing once (a group lists its members and its roles); the answers join it, as the real API does.

use serde::Deserialize;
use serde_json::{Value, json};

use super::audit::Event;
use super::invite::Invite;
use super::keys::AdminApiKey;
use super::project::Project;
use super::role::{Holder, Resource, Role};

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
    /// Active and archived.
    #[serde(default)]
    pub projects: Vec<Project>,
    /// Keys of the organization itself; those of projects stand there.
    #[serde(default)]
    pub admin_api_keys: Vec<AdminApiKey>,
    /// Also those that were accepted or have expired.
    #[serde(default)]
    pub invites: Vec<Invite>,
    /// In any order.
    #[serde(default)]
    pub audit_log: Vec<Event>,
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

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    pub(super) fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    /// Items of `/organization/roles`.
    pub(super) fn role_items(&self) -> Vec<Value> {
        self.roles.iter().map(|role| role.item(self.resource())).collect()
    }

    /// Items of `/organization/users`.
    pub(super) fn user_items(&self) -> Vec<Value> {
        self.users.iter().map(User::item).collect()
    }

    /// Items of `/organization/groups`.
    pub(super) fn group_items(&self) -> Vec<Value> {
        self.groups.iter().map(Group::item).collect()
    }

    /// Items of `/organization/projects`.
    pub(super) fn project_items(&self, archived: bool) -> Vec<Value> {
        self.projects.iter().filter(|project| archived || !project.archived).map(Project::item).collect()
    }

    /// Items of `/organization/users/{id}/roles`: direct, through groups, and by the legacy word.
    pub(super) fn user_role_items(&self, id: &str) -> Option<Vec<Value>> {
        let user = self.user(id)?;
        let groups = self.groups.iter().filter(|group| group.members.contains(&user.id));
        let groups = groups.map(|group| (group.id.as_str(), &group.roles[..])).collect();
        let holder = Holder { id, word: user.role.as_deref(), roles: &user.roles, groups };
        Some(self.resource().assigned(&self.roles, |role| holder.sources(role)))
    }

    /// Items of `/organization/groups/{id}/roles`. A group inherits from nobody: its sources are null.
    pub(super) fn group_role_items(&self, id: &str) -> Option<Vec<Value>> {
        let group = self.group(id)?;
        let held = |role: &Role| group.roles.contains(&role.id).then_some(Value::Null);
        Some(self.resource().assigned(&self.roles, held))
    }

    /// Items of `/organization/groups/{id}/users`.
    pub(super) fn group_user_items(&self, id: &str) -> Option<Vec<Value>> {
        let group = self.group(id)?;
        let member = |id: &String| match self.user(id) {
            Some(user) => json!({"id": id, "name": user.name, "email": user.email}),
            None => json!({"id": id, "name": id, "email": null}),
        };
        Some(group.members.iter().map(member).collect())
    }

    fn resource(&self) -> Resource<'_> {
        Resource { kind: "organization", id: &self.id }
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
