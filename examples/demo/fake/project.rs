//! Projects: what belongs to one, who is in it, and with which roles.

use serde::Deserialize;
use serde_json::{Value, json};

use super::keys::ApiKey;
use super::org::Organization;
use super::project_roles::predefined;
use super::role::{Holder, Resource, Role};

/// A project. An archived one is listed only on request, and does not list its people.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Project {
    /// For example `proj_01J1F8PROJ01`.
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// Whether it is archived.
    pub archived: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub archived_at: Option<i64>,
    /// Users who are in the project themselves. Who is in it through a group need not be here.
    pub users: Vec<ProjectUser>,
    /// Groups of the organization that have access.
    pub groups: Vec<ProjectGroup>,
    /// They live in this project only.
    pub service_accounts: Vec<ServiceAccount>,
    /// Custom roles; the predefined ones are there in every project.
    pub roles: Vec<Role>,
    /// Keys of users and of service accounts.
    pub api_keys: Vec<ApiKey>,
}

/// A user in a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectUser {
    /// The id of a user.
    pub id: String,
    /// The legacy word: `owner`, `member`, `viewer`, or nothing. It grants the predefined role of that name.
    pub role: Option<String>,
    /// Ids of project roles granted directly.
    pub roles: Vec<String>,
    /// Unix seconds.
    pub added_at: i64,
}

/// A group in a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectGroup {
    /// The id of a group of the organization.
    pub id: String,
    /// Ids of project roles, predefined or custom, that every member holds.
    pub roles: Vec<String>,
    /// Unix seconds.
    pub added_at: i64,
}

/// An identity of a project that is not a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceAccount {
    /// For example `svc_acct_01J1F8ACCT01`.
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// The legacy word: `owner`, `member` or `none`, which is also what nothing means.
    pub role: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Ids of project roles granted directly.
    pub roles: Vec<String>,
}

impl Project {
    pub(super) fn item(&self) -> Value {
        json!({
            "object": "organization.project",
            "id": self.id,
            "name": self.name,
            "created_at": self.created_at,
            "archived_at": self.archived_at,
            "status": if self.archived { "archived" } else { "active" },
        })
    }

    pub(super) fn user(&self, id: &str) -> Option<&ProjectUser> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn service_account(&self, id: &str) -> Option<&ServiceAccount> {
        self.service_accounts.iter().find(|account| account.id == id)
    }

    /// Items of `/organization/projects/{project}/users`.
    pub(super) fn user_items(&self, organization: &Organization) -> Vec<Value> {
        let item = |member: &ProjectUser| {
            let user = organization.user(&member.id);
            json!({
                "object": "organization.project.user",
                "id": member.id,
                "name": user.map(|user| &user.name),
                "email": user.and_then(|user| user.email.as_ref()),
                "role": member.role,
                "added_at": member.added_at,
            })
        };
        self.users.iter().map(item).collect()
    }

    /// Items of `/organization/projects/{project}/groups`. They have no `id`, and do not name the roles.
    pub(super) fn group_items(&self, organization: &Organization) -> Vec<Value> {
        let item = |member: &ProjectGroup| {
            let group = organization.group(&member.id);
            json!({
                "object": "project.group",
                "project_id": self.id,
                "group_id": member.id,
                "group_name": group.map_or(&member.id, |group| &group.name),
                "group_type": "group",
                "created_at": member.added_at,
            })
        };
        self.groups.iter().map(item).collect()
    }

    /// Items of `/organization/projects/{project}/service_accounts`.
    pub(super) fn service_account_items(&self) -> Vec<Value> {
        let item = |account: &ServiceAccount| {
            json!({
                "object": "organization.project.service_account",
                "id": account.id,
                "name": account.name,
                "role": account.word(),
                "created_at": account.created_at,
            })
        };
        self.service_accounts.iter().map(item).collect()
    }

    /// Items of `/projects/{project}/roles`: the predefined ones with their canonical ids, then the custom ones.
    pub(super) fn role_items(&self) -> Vec<Value> {
        predefined().iter().chain(&self.roles).map(|role| role.item(self.resource())).collect()
    }

    /// Items of `/projects/{project}/users/{id}/roles`, for users and for service accounts: direct, through groups of
    /// the project, and by the legacy word. Nothing for somebody who is not in the project in any of these ways.
    pub(super) fn user_role_items(&self, organization: &Organization, id: &str) -> Option<Vec<Value>> {
        let holder = self.holder(organization, id)?;
        Some(self.resource().assigned(predefined().iter().chain(&self.roles), |role| holder.sources(role)))
    }

    /// Items of `/projects/{project}/groups/{id}/roles`. A group inherits from nobody: its sources are null.
    pub(super) fn group_role_items(&self, id: &str) -> Option<Vec<Value>> {
        let group = self.groups.iter().find(|group| group.id == id)?;
        let held = |role: &Role| group.roles.contains(&role.id).then_some(Value::Null);
        Some(self.resource().assigned(predefined().iter().chain(&self.roles), held))
    }

    fn holder<'a>(&'a self, organization: &'a Organization, id: &'a str) -> Option<Holder<'a>> {
        let is_member = |group: &ProjectGroup| {
            organization.group(&group.id).is_some_and(|group| group.members.iter().any(|member| member == id))
        };
        let groups: Vec<_> = self.groups.iter().filter(|group| is_member(group)).collect();
        let groups: Vec<_> = groups.into_iter().map(|group| (group.id.as_str(), &group.roles[..])).collect();
        if let Some(user) = self.user(id) {
            return Some(Holder { id, word: user.role.as_deref(), roles: &user.roles, groups });
        }
        if let Some(account) = self.service_account(id) {
            return Some(Holder { id, word: Some(account.word()), roles: &account.roles, groups });
        }
        (!groups.is_empty()).then_some(Holder { id, word: None, roles: &[], groups })
    }

    fn resource(&self) -> Resource<'_> {
        Resource { kind: "project", id: &self.id }
    }
}

impl ServiceAccount {
    /// The legacy word.
    pub(super) fn word(&self) -> &str {
        self.role.as_deref().unwrap_or("none")
    }
}
