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

use crate::api::parent::Parent;
use crate::org::{Assignment, Builder, Collection, Org, Role, ServiceAccountIx, State, Text, UserIx, Via};
use crate::time::Time;
use compare::Comparison;
pub use named::named;

/// How late an audit event may appear, in seconds. Source: OpenAI's guide to RBAC, on how long a change takes to
/// arrive.
pub const OVERLAP: Time = 30 * 60;

/// The collections that are read one principal at a time and reused if nothing has changed.
pub const SLOW: [Collection; 3] =
    [Collection::UserRoles, Collection::ProjectUserRoles, Collection::ServiceAccountRoles];

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

/// What is reused from an earlier collection.
#[derive(Debug, Default)]
pub struct Carried {
    parts: BTreeMap<(Collection, Parent), CarriedRoles>,
    /// Role fields that only responses about an assignment contain.
    roles: BTreeMap<Text, Role>,
}

/// The roles of one principal, as they were read earlier.
#[derive(Debug)]
pub struct CarriedRoles {
    from: Time,
    held: Vec<(Text, CarriedWay)>,
}

#[derive(Debug)]
enum CarriedWay {
    Group(Text),
    Other(Via),
}

impl Carried {
    /// What is reused for one principal.
    pub fn of(&self, collection: Collection, part: &Parent) -> Option<&CarriedRoles> {
        // Copying the key is expensive, and usually nothing is reused.
        if self.parts.is_empty() { None } else { self.parts.get(&(collection, part.clone())) }
    }

    /// For whom data is reused, and when it was read.
    pub fn parts(&self) -> impl Iterator<Item = (Collection, &Parent, Time)> {
        self.parts.iter().map(|((collection, part), roles)| (*collection, part, roles.from))
    }

    /// Reuses nothing of a collection.
    pub fn drop(&mut self, collection: Collection) {
        self.parts.retain(|(of, _), _| *of != collection);
    }

    /// Fills in role fields that only responses about an assignment contain.
    pub fn complete<'r>(&self, roles: impl Iterator<Item = (&'r Text, &'r mut Role)>) {
        for (id, role) in roles {
            if let Some(told) = self.roles.get(id) {
                *role = std::mem::take(role).or(told.clone());
            }
        }
    }
}

impl CarriedRoles {
    /// The assignments, in an organization that has these roles and groups.
    pub fn assignments(&self, builder: &Builder) -> impl Iterator<Item = Assignment> {
        let role = |id: &Text| builder.role_ix(id).expect("nothing is carried whose roles are not in the lists");
        let group = |id: &Text| builder.group_ix(id).expect("nothing is carried whose groups are not in the list");
        self.held.iter().map(move |(id, way)| {
            let way = match way {
                CarriedWay::Group(id) => Via::Group(group(id)),
                CarriedWay::Other(way) => *way,
            };
            Assignment { role: role(id), via: way }
        })
    }
}

/// Why an organization does not show whether the roles in these collections have changed, if it does not.
pub fn hidden(org: &Org, slow: &[Collection]) -> Result<(), String> {
    let in_projects = slow.iter().any(|collection| *collection != Collection::UserRoles);
    let also = if in_projects { &SHOWN_IN_PROJECTS[..] } else { &[] };
    for &collection in SHOWN.iter().chain(also).filter(|_| !slow.is_empty()) {
        let detail = || org.coverage.detail(collection).unwrap_or_default();
        match org.coverage.state(collection) {
            State::Complete => {}
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
            parts.insert((Collection::UserRoles, Parent::organization(&user.id)), held);
        }
    }
    let members = places(old, &old.project_users, |member| (member.project.at(), &old.user(member.user).id));
    for member in &now.project_users {
        let (project, user) = (&now.project(member.project).id, now.user(member.user));
        let before = members.get(&(project.as_str(), user.id.as_str()));
        if let Some(held) = before.and_then(|&before| comparison.project_user(before, member)) {
            parts.insert((Collection::ProjectUserRoles, Parent::within(project, &user.id)), held);
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
    let roles = told(old, &parts);
    Carried { parts, roles }
}

/// Role fields from the reused responses that the lists do not contain.
fn told(old: &Org, parts: &BTreeMap<(Collection, Parent), CarriedRoles>) -> BTreeMap<Text, Role> {
    let held: BTreeSet<&str> = parts.values().flat_map(|roles| &roles.held).map(|(role, _)| role.as_str()).collect();
    let roles = old.collected_roles().iter().filter(|role| held.contains(role.id.as_str()));
    let told = roles.map(|role| Role {
        id: role.id.clone(),
        created_at: role.created_at,
        updated_at: role.updated_at,
        created_by: role.created_by.clone(),
        ..Role::default()
    });
    told.map(|role| (role.id.clone(), role)).collect()
}

/// The indexes of things in projects, by the ids of the project and the thing.
fn places<'o, T>(
    org: &'o Org,
    things: &'o [T],
    key: impl Fn(&'o T) -> (usize, &'o Text),
) -> HashMap<(&'o str, &'o str), usize> {
    let place = |(at, thing)| {
        let (project, id) = key(thing);
        ((org.projects[project].id.as_str(), id.as_str()), at)
    };
    things.iter().enumerate().map(place).collect()
}
