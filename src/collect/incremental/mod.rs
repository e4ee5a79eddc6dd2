//! What need not be read again, because an earlier collection has it and nothing that affects it has changed.
//!
//! Lists are short and are always read again. The roles of each user and service account take one request each, which
//! is most of the time. They change with an assignment, which the audit log records, or with a group or role, which the
//! lists show. If an event or a difference between the lists names somebody, their roles are read again; for the
//! others, the earlier roles are still valid. If that cannot be known for certain, everything is read again.

mod changes;
mod compare;
mod named;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::carried::{Carried, CarriedRoles};
use crate::api::parent::Parent;
use crate::org::{Collection, NARROWED, Org, Role, ServiceAccountIx, State, Text, UserIx};
use crate::time::Time;
use compare::Comparison;
pub use named::named;

/// How late an audit event may appear, in seconds. Source: OpenAI's guide to RBAC, on how long a change takes to
/// arrive.
pub const OVERLAP: Time = 30 * 60;

/// The collections that show whether somebody's organization roles have changed; a gap in them may hide a change.
const SHOWN: [Collection; 5] =
    [Collection::Users, Collection::Roles, Collection::Groups, Collection::GroupRoles, Collection::GroupMembers];

/// The additional collections for somebody's roles in a project.
const SHOWN_IN_PROJECTS: [Collection; 6] = [
    Collection::Projects,
    Collection::ProjectUsers,
    Collection::ProjectGroups,
    Collection::ProjectRoles,
    Collection::ProjectGroupRoles,
    Collection::ServiceAccounts,
];

/// Why an organization does not show whether the roles in these collections have changed, if it does not.
pub fn hidden(org: &Org, slow: &[Collection]) -> Result<(), String> {
    let in_projects = slow.iter().any(|collection| *collection != Collection::UserRoles);
    let also = if in_projects { &SHOWN_IN_PROJECTS[..] } else { &[] };
    for &collection in SHOWN.iter().chain(also).filter(|_| !slow.is_empty()) {
        let detail = || org.coverage.detail(collection).unwrap_or_default();
        match org.coverage.state(collection) {
            State::Complete if org.coverage.is_complete(collection) => {}
            State::Complete => return Err(format!("{collection} was {NARROWED}")),
            State::NotAsked => return Err(format!("{collection} was not requested")),
            State::Partial | State::Denied | State::Failed => {
                return Err(format!("{collection} is incomplete: {}", detail()));
            }
        }
    }
    Ok(())
}

/// What of `old` is still valid. `now` has everything except the roles of single principals; the ids are those that
/// events since then name.
pub fn carry(old: &Org, now: &Org, named: &BTreeSet<&str>) -> Carried {
    let comparison = Comparison::new(old, now, named);
    let mut parts = BTreeMap::new();
    for (at, user) in now.users.iter().enumerate() {
        if let Some(held) = comparison.user(UserIx::new(at)) {
            parts.insert((Collection::UserRoles, Parent::organization(user.id())), held);
        }
    }
    let members = places(old, &old.project_users, |member| (member.project.at(), old.user(member.user).id()));
    for member in &now.project_users {
        let (project, user) = (&now.project(member.project).id, now.user(member.user));
        let before = members.get(&(project.as_str(), user.id()));
        if let Some(held) = before.and_then(|&before| comparison.project_user(before, member)) {
            parts.insert((Collection::ProjectUserRoles, Parent::within(project, user.id())), held);
        }
    }
    let accounts = places(old, &old.service_accounts, |account| (account.project.at(), &account.id));
    for (at, account) in now.service_accounts.iter().enumerate() {
        let project = &now.project(account.project).id;
        let before = accounts.get(&(project.as_str(), account.id.as_str()));
        if let Some(held) = before.and_then(|&before| comparison.account(before, ServiceAccountIx::new(at))) {
            parts.insert((Collection::ServiceAccountRoles, Parent::within(project, &account.id)), held);
        }
    }
    let roles = role_fields(old, &parts);
    Carried { parts, roles }
}

/// Role fields from the reused responses that the lists do not contain.
fn role_fields(old: &Org, parts: &BTreeMap<(Collection, Parent), CarriedRoles>) -> BTreeMap<Text, Role> {
    let held: BTreeSet<&str> = parts.values().flat_map(|roles| &roles.held).map(|(role, _)| role.as_str()).collect();
    let roles = old.collected_roles().iter().filter(|role| held.contains(role.id.as_str()));
    let fields = roles.map(|role| Role {
        id: role.id.clone(),
        created_at: role.created_at,
        updated_at: role.updated_at,
        created_by: role.created_by.clone(),
        ..Role::default()
    });
    fields.map(|role| (role.id.clone(), role)).collect()
}

/// The indexes of things in projects, by the ids of the project and the thing.
fn places<'o, T>(
    org: &'o Org,
    things: &'o [T],
    key: impl Fn(&'o T) -> (usize, &'o str),
) -> HashMap<(&'o str, &'o str), usize> {
    let place = |(at, thing)| {
        let (project, id) = key(thing);
        ((org.projects[project].id.as_str(), id), at)
    };
    things.iter().enumerate().map(place).collect()
}
