//! Roles, and how they are assigned.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::without_permissions;
use super::{gap, never_null, time, word};
use crate::api::pagination::Listed;
use crate::api::wire::Role as WireRole;
use crate::collect::responses::{Responses, role_id};
use crate::collect::role_pool::{ListedRole, RoleSource};
use crate::org::{Assignment, Builder, Collection, Coverage, Known, Role, RoleIx, Symbols, Text, Via};
use crate::time::Time;

/// Every listed or assigned role, completed from all responses about it, the lists first. If two of them disagree on a
/// field, it is unknown.
pub fn roles(
    responses: &Responses,
    words: &mut Symbols,
    latest: Time,
    coverage: &mut Coverage,
) -> BTreeMap<Text, Role> {
    let version = |role: &ListedRole| role.version;
    let own = responses.roles.iter().flat_map(Listed::with_copies).map(version);
    let in_projects =
        responses.held(Collection::ProjectRoles).values().flat_map(|roles| roles.with_copies()).map(version);
    let (own, in_projects): (BTreeSet<usize>, BTreeSet<usize>) = (own.collect(), in_projects.collect());
    let assigned: BTreeSet<usize> = responses.assigned().map(version).collect();
    // Sorted by content, not by arrival, which varies between runs.
    let sorted = |places: BTreeSet<usize>| {
        let mut versions: Vec<&WireRole> = places.into_iter().map(|place| &responses.role_versions[place]).collect();
        versions.sort_unstable();
        versions
    };
    let described = |roles: &BTreeSet<usize>| -> BTreeSet<Text> {
        roles.iter().map(|&place| role_id(&responses.role_versions[place]).into()).collect()
    };
    let in_lists: BTreeSet<Text> = described(&own).into_iter().chain(described(&in_projects)).collect();
    let told = sorted(in_projects).into_iter().chain(sorted(assigned));
    let all = sorted(own).into_iter().map(|role| (role, true)).chain(told.map(|role| (role, false)));

    let mut answers: BTreeMap<Text, Vec<Role>> = BTreeMap::new();
    for (wire, listed) in all {
        let role = Role { listed, ..role(wire, words, latest) };
        answers.entry(role.id.clone()).or_default().push(role);
    }
    let mut roles = BTreeMap::new();
    for (id, mut answers) in answers {
        let mut role = answers.remove(0);
        let differ = role.settle(&answers);
        let record = coverage.of_mut(Collection::Roles);
        for field in differ {
            let why = format!("responses disagree on the `{field}` of role {id}");
            if field == "permissions" {
                record.gaps.insert(id.to_string(), gap(why));
            } else {
                record.unclear.entry(id.to_string()).or_default().insert(field.to_owned(), why);
            }
        }
        if record.gaps.contains_key(id.as_str()) {
            role.permissions = Known::Missing;
        }
        roles.insert(id, role);
    }
    // A field on which current responses disagree is not filled from an earlier snapshot.
    let unclear = &coverage.of(Collection::Roles).unclear;
    responses.carried.complete(roles.iter_mut().filter(|(id, _)| !unclear.contains_key(id.as_str())));
    // Unreadable fields in lists are recorded with the lists.
    let silent = roles.values().filter(|role| !in_lists.contains(&role.id) && role.permissions.is_missing());
    for role in silent.filter(|_| coverage.of(Collection::Roles).asked).collect::<Vec<_>>() {
        let gaps = &mut coverage.of_mut(Collection::Roles).gaps;
        gaps.entry(role.id.to_string()).or_insert_with(|| gap(without_permissions(&role.id)));
    }
    roles
}

fn role(wire: &WireRole, words: &mut Symbols, latest: Time) -> Role {
    let permissions = match &wire.permissions {
        Known::Value(permissions) => {
            let distinct: BTreeSet<&str> = permissions.iter().map(Text::as_str).collect();
            Known::Value(distinct.into_iter().map(|permission| words.intern(permission)).collect())
        }
        // `null` is not a list of permissions; it counts as missing.
        Known::Null | Known::Missing => Known::Missing,
    };
    Role {
        id: role_id(wire).into(),
        name: never_null(wire.name.clone()),
        description: wire.description.clone(),
        permissions,
        predefined_role: never_null(wire.predefined_role),
        resource_type: never_null(word(words, &wire.resource_type)),
        created_at: time(wire.created_at, latest),
        updated_at: time(wire.updated_at, latest),
        created_by: wire.created_by.clone(),
        listed: true,
    }
}

/// How the roles in one list are held, according to `assignment_sources` if present.
pub fn ways<'r>(
    responses: &Responses,
    builder: &Builder,
    principal: &str,
    held: impl Iterator<Item = &'r ListedRole>,
) -> Vec<Assignment> {
    let mut ways = Vec::new();
    for assigned in held {
        let role = role_ix(responses, builder, assigned);
        let mut push = |via| ways.push(Assignment::new(role, via));
        match &assigned.sources {
            Known::Value(sources) if sources.is_empty() => push(Via::Inherited),
            Known::Value(sources) => sources.iter().for_each(|source| push(way(builder, principal, source))),
            Known::Null | Known::Missing => push(Via::Unstated),
        }
    }
    ways
}

fn way(builder: &Builder, principal: &str, source: &RoleSource) -> Via {
    match source {
        RoleSource::Own => Via::Direct,
        RoleSource::Group(id) => match builder.group_ix(id) {
            Some(group) => Via::Group(group),
            None if id == principal => Via::Direct,
            None => Via::Inherited,
        },
        RoleSource::Other => Via::Inherited,
    }
}

/// The indexes of the roles in a list.
pub fn places<'r>(responses: &Responses, builder: &Builder, held: impl Iterator<Item = &'r ListedRole>) -> Vec<RoleIx> {
    held.map(|role| role_ix(responses, builder, role)).collect()
}

fn role_ix(responses: &Responses, builder: &Builder, role: &ListedRole) -> RoleIx {
    builder.role_ix(role_id(responses.role(role))).expect("every assigned role is among the roles")
}
