//! The three roles that every project has.

use std::sync::LazyLock;

use super::role::Role;

/// Viewers look, …
const VIEWER: [&str; 15] = [
    "api.groups.read",
    "api.roles.read",
    "api.organization.projects.api_keys.read",
    "api.model.read",
    "api.files.read",
    "api.fine_tuning.jobs.read",
    "api.assistants.read",
    "api.threads.read",
    "api.batch.read",
    "api.webhooks.read",
    "api.evals.read",
    "api.prompts.read",
    "api.datasets.read",
    "api.agents.read",
    "api.voices.read",
];

/// … members work, and by the official table of preset roles they write groups and roles, too, …
const MEMBER: [&str; 19] = [
    "api.groups.write",
    "api.roles.write",
    "api.organization.projects.api_keys.self.write",
    "api.model.request",
    "api.files.write",
    "api.fine_tuning.jobs.write",
    "api.assistants.write",
    "api.threads.write",
    "api.batch.write",
    "api.webhooks.write",
    "api.evals.write",
    "api.prompts.write",
    "api.datasets.write",
    "api.vector_stores.read",
    "api.vector_stores.write",
    "api.responses.read",
    "api.responses.write",
    "api.videos.write",
    "api.voices.write",
];

/// … and owners administer the project.
const OWNER: [&str; 3] = [
    "api.organization.projects.api_keys.write",
    "api.organization.projects.service_accounts.read",
    "api.organization.projects.service_accounts.write",
];

static PREDEFINED: LazyLock<[Role; 3]> = LazyLock::new(|| {
    let role = |name: &str, description: &str, permissions: &[&[&str]]| Role {
        id: format!("role-api-project-{name}"),
        name: name.to_owned(),
        description: Some(description.to_owned()),
        permissions: permissions.concat().into_iter().map(str::to_owned).collect(),
        predefined: true,
        ..Role::default()
    };
    [
        role("owner", "Can manage the project, its members and its keys", &[&VIEWER, &MEMBER, &OWNER]),
        role("member", "Can make API requests and use what is in the project", &[&VIEWER, &MEMBER]),
        role("viewer", "Can look at what is in the project", &[&VIEWER]),
    ]
});

/// Owner, member and viewer, with their canonical ids.
pub(super) fn predefined() -> &'static [Role] {
    &*PREDEFINED
}
