//! Where histories begin.

use serde_json::json;

use super::note;
use crate::support::fake::{Organization, Project, ProjectGroup, ProjectUser, Role, ServiceAccount};
use crate::support::small::small;

/// The small organization with three projects, one of them archived, and an audit log that reaches back.
pub fn peopled(now: i64) -> Organization {
    let mut organization = small();
    organization.projects = vec![
        Project {
            users: vec![
                user("user-ada", Some("owner"), &[]),
                user("user-bob", Some("member"), &["role_11"]),
                user("user-cyd", Some("viewer"), &[]),
            ],
            groups: vec![group("group_1", &["role-api-project-member", "role_11"]), group("group_2", &[])],
            service_accounts: vec![account("svc_1", Some("member"), &[]), account("svc_2", None, &["role_11"])],
            roles: vec![role("role_11", "Builder", "api.files.write"), role("role_12", "Idle", "api.batch.read")],
            ..project("proj_1", "Alpha")
        },
        Project {
            users: vec![user("user-bob", Some("owner"), &[]), user("user-dee", None, &["role_13"])],
            groups: vec![group("group_2", &["role-api-project-viewer"])],
            service_accounts: vec![account("svc_3", Some("owner"), &[])],
            roles: vec![role("role_13", "Keeper", "api.organization.projects.api_keys.write")],
            ..project("proj_2", "Beta")
        },
        Project { archived: true, archived_at: Some(1_770_000_006), ..project("proj_3", "Gamma") },
    ];
    note(&mut organization, now - 40 * 86_400, "organization.updated", json!({"id": "org-small"}));
    organization
}

fn role(id: &str, name: &str, permission: &str) -> Role {
    Role {
        id: id.to_owned(),
        name: name.to_owned(),
        permissions: vec![permission.to_owned()],
        created_at: Some(1_770_000_000),
        updated_at: Some(1_770_000_001),
        created_by: Some("user-ada".to_owned()),
        ..Role::default()
    }
}

fn project(id: &str, name: &str) -> Project {
    Project { id: id.to_owned(), name: name.to_owned(), created_at: 1_770_000_005, ..Project::default() }
}

fn user(id: &str, word: Option<&str>, roles: &[&str]) -> ProjectUser {
    let (role, roles) = (word.map(str::to_owned), owned(roles));
    ProjectUser { id: id.to_owned(), role, roles, added_at: 1_770_000_002 }
}

fn group(id: &str, roles: &[&str]) -> ProjectGroup {
    ProjectGroup { id: id.to_owned(), roles: owned(roles), added_at: 1_770_000_003 }
}

fn account(id: &str, word: Option<&str>, roles: &[&str]) -> ServiceAccount {
    let (role, roles) = (word.map(str::to_owned), owned(roles));
    ServiceAccount { id: id.to_owned(), name: id.to_owned(), role, created_at: 1_770_000_004, roles }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
