//! The predefined roles that every organization and every project has. A test may write its own in their place.

use super::{Draft, Drafter, RoleDraft};
use crate::org::{Known, Role, Text};

/// What owners of the organization may do, as far as built-in rules ask about it.
const OWNER: &[&str] = &[
    "api.audit_logs.read",
    "api.groups.read",
    "api.groups.write",
    "api.management.read",
    "api.management.write",
    "api.organization.projects.api_keys.read",
    "api.organization.projects.api_keys.write",
    "api.organization.projects.service_accounts.read",
    "api.organization.projects.service_accounts.write",
    "api.roles.read",
    "api.roles.write",
];
const READER: &[&str] = &["api.groups.read", "api.model.read", "api.roles.read"];
const PROJECT_OWNER: &[&str] = &[
    "api.model.request",
    "api.organization.projects.api_keys.write",
    "api.organization.projects.service_accounts.write",
];
const MEMBER: &[&str] = &["api.model.request"];
const VIEWER: &[&str] = &["api.model.read"];

impl Drafter<'_, '_> {
    /// Adds the predefined roles that the test does not describe itself.
    pub(super) fn add_predefined(&mut self, draft: &mut Draft) {
        let organization = [("owner", OWNER), ("reader", READER)];
        let project = [("member", MEMBER), ("owner", PROJECT_OWNER), ("viewer", VIEWER)];
        for (name, permissions) in organization {
            let role = self.predefined("organization", name, permissions);
            draft.roles.entry(role.id.clone()).or_insert(RoleDraft { role: Role { listed: true, ..role } });
        }
        for written in draft.projects.values_mut() {
            for (name, permissions) in project {
                let role = self.predefined("project", name, permissions);
                written.roles.entry(role.id.clone()).or_insert(RoleDraft { role });
            }
        }
    }

    fn predefined(&mut self, scope: &str, name: &str, permissions: &[&str]) -> Role {
        let words = &mut self.builder.symbols;
        let resource_type = Known::Value(words.intern(&format!("api.{scope}")));
        Role {
            id: Text::from(format!("role-api-{scope}-{name}")),
            name: Known::Value(name.into()),
            description: Known::Value(format!("The predefined {name} of the {scope}").into()),
            permissions: Known::Value(permissions.iter().map(|permission| words.intern(permission)).collect()),
            predefined_role: Known::Value(true),
            resource_type,
            ..Role::default()
        }
    }
}
