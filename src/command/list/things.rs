//! The things of an organization, with every attribute that the API sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::table::Table;
use crate::org::{Collection, Kind, Known, Org, State};
use crate::policy::{AttributeValue, known_permissions, of};
use crate::time::rfc3339;

/// All things of a kind, sorted by id.
pub(super) fn of_kind(org: &Org, kind: Kind) -> Table {
    let mut table = Table::new(columns(kind));
    table.rows = (0..count(org, kind)).map(|at| row(org, kind, at)).collect();
    table.rows.sort_by_key(|row| row["id"].as_str().map(str::to_owned));
    table.incomplete = incomplete(org, kind.reads());
    table
}

/// The permissions that are known to exist, or that some role has; with how many roles have each.
pub(super) fn permissions(org: &Org) -> Table {
    let mut table = Table::new(&["permission", "roles"]);
    let mut roles: BTreeMap<&str, BTreeSet<&str>> =
        known_permissions().iter().map(|name| (*name, BTreeSet::new())).collect();
    for role in &org.roles {
        for word in role.permissions.value().into_iter().flatten() {
            roles.entry(org.symbols.text(*word)).or_default().insert(&role.id);
        }
    }
    table.rows = roles.into_iter().map(|(name, roles)| json!({ "permission": name, "roles": roles })).collect();
    table.incomplete = incomplete(org, Kind::Role.reads());
    let silent = org.roles.iter().filter(|role| role.permissions.value().is_none()).count();
    if silent > 0 {
        table.incomplete.push(format!("the permissions of {silent} roles are not known"));
    }
    table
}

/// What of these collections was not read, and why.
fn incomplete(org: &Org, collections: &[Collection]) -> Vec<String> {
    let reason = |collection: &Collection| match org.coverage.state(*collection) {
        State::Complete => None,
        State::NotAsked => Some(format!("{collection} was not read")),
        State::Partial | State::Denied | State::Failed => {
            Some(format!("{collection}: {}", org.coverage.detail(*collection).unwrap_or_default()))
        }
    };
    collections.iter().filter_map(reason).collect()
}

fn count(org: &Org, kind: Kind) -> usize {
    match kind {
        Kind::Role => org.roles.len(),
        Kind::User => org.users.len(),
        Kind::Group => org.groups.len(),
        Kind::Project => org.projects.len(),
        Kind::ServiceAccount => org.service_accounts.len(),
        Kind::Invite => org.invites.len(),
        Kind::AdminApiKey => org.admin_api_keys.len(),
        Kind::ApiKey => org.api_keys.len(),
        // Grants are not listed: `rolelint access` shows who holds what.
        Kind::Grant => 0,
    }
}

/// What people see of each thing.
fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Role => &["id", "name", "scope", "predefined_role", "permissions"],
        Kind::User => &["id", "email", "name", "role", "enabled"],
        Kind::Group => &["id", "name", "group_type", "is_scim_managed"],
        Kind::Project => &["id", "name", "status"],
        Kind::ServiceAccount => &["id", "name", "role"],
        Kind::Invite => &["id", "email", "role", "status"],
        Kind::AdminApiKey => &["id", "name", "expires_at", "last_used_at"],
        Kind::ApiKey => &["id", "name", "last_used_at", "owner_project_access"],
        Kind::Grant => &[],
    }
}

fn row(org: &Org, kind: Kind, at: usize) -> Value {
    let mut row = Map::new();
    let mut unknown: Vec<&str> = Vec::new();
    for attribute in of(kind) {
        match attribute.value(org, at) {
            None => {}
            Some(Known::Missing) => unknown.push(attribute.name),
            Some(Known::Null) => drop(row.insert(attribute.name.to_owned(), Value::Null)),
            Some(Known::Value(value)) => drop(row.insert(attribute.name.to_owned(), json(value))),
        }
    }
    row.insert("unknown".to_owned(), unknown.into());
    Value::Object(row)
}

fn json(value: AttributeValue<'_>) -> Value {
    match value {
        AttributeValue::Text(text) => text.into(),
        AttributeValue::Words(words) => words.into(),
        AttributeValue::Flag(flag) => flag.into(),
        AttributeValue::Time(time) => rfc3339(time).into(),
    }
}
