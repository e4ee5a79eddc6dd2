//! The things of an organization, with every attribute that the API sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::table::Table;
use crate::org::{Collection, Kind, Known, Org, State};
use crate::policy::{Attribute, TextColumn, TimeColumn, Type, known_permissions, of};
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
        // A grant is no thing of its own: `check` shows who holds what.
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
        match value(org, attribute, at) {
            None => {}
            Some(Known::Missing) => unknown.push(attribute.name),
            Some(Known::Null) => drop(row.insert(attribute.name.to_owned(), Value::Null)),
            Some(Known::Value(value)) => drop(row.insert(attribute.name.to_owned(), value)),
        }
    }
    row.insert("unknown".to_owned(), unknown.into());
    Value::Object(row)
}

/// The value of an attribute; of a relation, none.
fn value(org: &Org, attribute: &Attribute, at: usize) -> Option<Known<Value>> {
    let word = |word| Value::from(org.symbols.text(word));
    match attribute.type_ {
        Type::Text(_, TextColumn::Each(read)) => Some(read(org, at).map(Value::from)),
        Type::Text(_, TextColumn::Derived(read)) => Some(read(org, at).map(Value::from)),
        Type::Text(_, TextColumn::Symbol(read)) => Some(read(org, at).map(word)),
        Type::List(_, read) => Some(read(org, at).map(|words| words.iter().copied().map(word).collect())),
        Type::Flag(read) => Some(read(org, at).map(Value::from)),
        Type::Time(TimeColumn::Past(read) | TimeColumn::Expiry(read)) => {
            Some(read(org, at).map(|time| rfc3339(time).into()))
        }
        Type::Text(_, TextColumn::Principal | TextColumn::Scope)
        | Type::Time(TimeColumn::Added)
        | Type::Relation(_)
        | Type::Escalation
        | Type::Via => None,
    }
}
