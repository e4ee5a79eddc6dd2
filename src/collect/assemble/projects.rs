//! Projects and what is in them, keys and invitations.

use std::collections::{BTreeMap, BTreeSet};

use super::roles::{places, ways};
use super::{never_null, or_never, time, word};
use crate::api::parent::Parent;
use crate::api::wire::{self, Item, Stamp};
use crate::collect::responses::Responses;
use crate::org::{
    AdminApiKey, ApiKey, Builder, Collection, GroupIx, Invite, Known, OutOfOrder, Owner, Project, ProjectGroup,
    ProjectIx, ProjectUser, ServiceAccount, Symbols, Text,
};
use crate::time::Time;

/// Projects with their users, groups, service accounts and keys.
pub fn projects(responses: &Responses, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    for (id, wire) in by_id(responses.projects.iter().flat_map(|projects| &projects.items)) {
        if responses.is_gone(Collection::Projects, &Parent::organization(id)) {
            continue;
        }
        let project = Project {
            id: id.into(),
            name: wire.name.clone(),
            status: word(&mut builder.symbols, &wire.status),
            created_at: never_null(time(wire.created_at, latest)),
            archived_at: time(wire.archived_at, latest),
        };
        let roles = places(responses, builder, responses.held_by(Collection::ProjectRoles, &Parent::organization(id)));
        builder.project(project, roles)?;
    }
    users(responses, builder, latest)?;
    groups(responses, builder, latest)?;
    accounts(responses, builder, latest)?;
    for (_, place, key) in within(responses, builder, Collection::ApiKeys, &responses.api_keys) {
        let words = &mut builder.symbols;
        let key = ApiKey {
            id: key.id.as_str().into(),
            project: place,
            name: never_null(key.name.clone()),
            created_at: never_null(time(key.created_at, latest)),
            last_used_at: time(or_never(key.last_used_at), latest),
            owner_project_access: never_null(word(words, &key.owner_project_access)),
            owner: owner(words, &key.owner),
        };
        builder.api_key(key)?;
    }
    Ok(())
}

fn users(responses: &Responses, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let mut assignments = Vec::new();
    for (part, project, member) in within(responses, builder, Collection::ProjectUsers, &responses.project_users) {
        let user = builder.user_ix(&member.id).expect("everybody in a project is among the users");
        let role = never_null(word(&mut builder.symbols, &member.role));
        let user = ProjectUser { project, user, role, added_at: never_null(time(member.added_at, latest)) };
        let collection = Collection::ProjectUserRoles;
        match responses.carried.of(collection, &part) {
            Some(carried) => assignments.extend(carried.assignments(builder)),
            None => assignments.extend(ways(responses, builder, &part.id, responses.held_by(collection, &part))),
        }
        builder.project_user(user, &mut assignments)?;
    }
    Ok(())
}

fn groups(responses: &Responses, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    for (part, project, group) in within(responses, builder, Collection::ProjectGroups, &responses.project_groups) {
        let ix = builder.group_ix(&group.group_id).expect("every group of a project is among the groups");
        let held = places(responses, builder, responses.held_by(Collection::ProjectGroupRoles, &part));
        let created_at = never_null(time(group.created_at, latest));
        builder.project_group(ProjectGroup { project, group: ix, created_at }, held)?;
    }
    Ok(())
}

fn accounts(responses: &Responses, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let accounts = responses.service_accounts.values().flat_map(|accounts| &accounts.items);
    let mut memberships: BTreeMap<&str, Vec<GroupIx>> =
        accounts.map(|account| (account.id.as_str(), Vec::new())).collect();
    for (group, members) in &responses.group_members {
        let Some(group) = builder.group_ix(&group.id) else { continue };
        for member in &members.items {
            if let Some(groups) = memberships.get_mut(member.id.as_str()) {
                groups.push(group);
            }
        }
    }
    let (mut assignments, mut groups) = (Vec::new(), Vec::new());
    for (part, project, wire) in within(responses, builder, Collection::ServiceAccounts, &responses.service_accounts) {
        let account = ServiceAccount {
            id: part.id.clone(),
            project,
            name: never_null(wire.name.clone()),
            role: never_null(word(&mut builder.symbols, &wire.role)),
            created_at: never_null(time(wire.created_at, latest)),
        };
        let collection = Collection::ServiceAccountRoles;
        match responses.carried.of(collection, &part) {
            Some(carried) => assignments.extend(carried.assignments(builder)),
            None => assignments.extend(ways(responses, builder, &part.id, responses.held_by(collection, &part))),
        }
        groups.extend(memberships.get(part.id.as_str()).into_iter().flatten());
        builder.service_account(account, &mut assignments, &mut groups)?;
    }
    Ok(())
}

/// Admin keys and invitations.
pub fn keys(responses: &Responses, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let in_projects: BTreeSet<&str> =
        responses.api_keys.values().flat_map(|keys| &keys.items).map(|key| key.id.as_str()).collect();
    let told_apart = responses.projects.as_ref().is_some_and(|projects| {
        let read = |project: &wire::Project| {
            responses.api_keys.get(&Parent::organization(&project.id)).is_some_and(|keys| keys.truncated.is_none())
        };
        projects.truncated.is_none() && projects.items.iter().all(read)
    });
    let admin = responses.admin_api_keys.iter().flat_map(|keys| &keys.items);
    for (id, key) in by_id(admin.filter(|key| !in_projects.contains(key.id.as_str()))) {
        let key = AdminApiKey {
            id: id.into(),
            name: key.name.clone(),
            created_at: never_null(time(key.created_at, latest)),
            expires_at: or_never(key.expires_at).map(|Stamp(seconds)| seconds),
            last_used_at: time(or_never(key.last_used_at), latest),
            owner: owner(&mut builder.symbols, &key.owner),
            told_apart,
        };
        builder.admin_api_key(key)?;
    }
    for (id, invite) in by_id(responses.invites.iter().flat_map(|invites| &invites.items)) {
        let words = &mut builder.symbols;
        let projects = invite.projects.as_ref().map(|projects| {
            let mut projects: Vec<_> =
                projects.iter().map(|project| (project.id.clone(), never_null(word(words, &project.role)))).collect();
            projects.sort_unstable();
            projects
        });
        let invite = Invite {
            id: id.into(),
            email: never_null(invite.email.clone()),
            role: never_null(word(words, &invite.role)),
            status: never_null(word(words, &invite.status)),
            created_at: never_null(time(invite.created_at, latest)),
            expires_at: or_never(invite.expires_at).map(|Stamp(seconds)| seconds),
            accepted_at: time(invite.accepted_at, latest),
            projects: never_null(projects),
        };
        builder.invite(invite)?;
    }
    Ok(())
}

fn owner(words: &mut Symbols, wire: &Known<wire::Owner>) -> Owner {
    let wire = match wire {
        Known::Value(wire) => wire,
        // There is nobody.
        Known::Null => return Owner { id: Known::Null, ..Owner::default() },
        Known::Missing => return Owner::default(),
    };
    let named = match (wire.kind.value().map(Text::as_str), wire.user.value(), wire.service_account.value()) {
        (Some("user") | None, Some(user), None) => user.clone(),
        (Some("service_account") | None, None, Some(account)) => account.clone(),
        (_, None, None) => wire::Named::default(),
        // The type and the neighbouring fields name two owners.
        (_, Some(_), _) | (_, _, Some(_)) => return Owner::default(),
    };
    // An owner without an id exists but is unknown.
    let some = |id: Known<Text>| match id {
        Known::Value(id) if !id.is_empty() => Known::Value(id),
        Known::Value(_) | Known::Null | Known::Missing => Known::Missing,
    };
    Owner {
        kind: never_null(word(words, &wire.kind)),
        id: some(named.id).or(some(wire.id.clone())),
        name: named.name.or(wire.name.clone()),
    }
}

fn by_id<'a, T: Item + 'a>(items: impl Iterator<Item = &'a T>) -> BTreeMap<&'a str, &'a T> {
    items.map(|item| (item.id(), item)).collect()
}

/// The things in projects that are not gone, sorted by project and id.
fn within<'a, T: Item>(
    responses: &Responses,
    builder: &Builder,
    collection: Collection,
    lists: &'a BTreeMap<Parent, crate::api::pagination::Listed<T>>,
) -> Vec<(Parent, ProjectIx, &'a T)> {
    let mut all = Vec::new();
    for (project, list) in lists {
        // A project that is gone contains nothing.
        let Some(place) = builder.project_ix(&project.id) else { continue };
        for (id, item) in by_id(list.items.iter()) {
            let part = Parent::within(&project.id, id);
            if !responses.is_gone(collection, &part) {
                all.push((part, place, item));
            }
        }
    }
    all
}
