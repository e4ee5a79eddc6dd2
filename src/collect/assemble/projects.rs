//! Projects, what stands in them, keys and invitations.

use std::collections::{BTreeMap, BTreeSet};

use super::roles::{places, ways};
use super::{never_null, time, word};
use crate::api::parent::Part;
use crate::api::wire::{self, Item, Stamp};
use crate::collect::responses::Answers;
use crate::org::{
    AdminApiKey, ApiKey, Builder, Collection, GroupIx, Invite, Known, OutOfOrder, Owner, Project, ProjectGroup,
    ProjectIx, ProjectUser, ServiceAccount, Words,
};
use crate::time::Time;

/// Projects with their users, groups, service accounts and keys.
pub fn projects(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    for (id, wire) in by_id(answers.projects.iter().flat_map(|projects| &projects.items)) {
        if answers.is_gone(Collection::Projects, &Part::of(id)) {
            continue;
        }
        let project = Project {
            id: id.into(),
            name: wire.name.clone(),
            status: never_null(word(&mut builder.words, &wire.status)),
            created_at: time(wire.created_at, latest),
            archived_at: time(wire.archived_at, latest),
        };
        let roles = places(answers, builder, answers.held_by(Collection::ProjectRoles, &Part::of(id)));
        builder.project(project, roles)?;
    }
    users(answers, builder, latest)?;
    groups(answers, builder, latest)?;
    accounts(answers, builder, latest)?;
    for (_, place, key) in within(answers, builder, Collection::ApiKeys, &answers.api_keys) {
        let words = &mut builder.words;
        let key = ApiKey {
            id: key.id.as_str().into(),
            project: place,
            name: key.name.clone(),
            created_at: time(key.created_at, latest),
            last_used_at: time(key.last_used_at, latest),
            owner_project_access: never_null(word(words, &key.owner_project_access)),
            owner: owner(words, &key.owner),
        };
        builder.api_key(key)?;
    }
    Ok(())
}

fn users(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let mut assignments = Vec::new();
    for (part, project, member) in within(answers, builder, Collection::ProjectUsers, &answers.project_users) {
        let user = builder.user_ix(&member.id).expect("everybody in a project is among the users");
        let role = word(&mut builder.words, &member.role);
        let user = ProjectUser { project, user, role, added_at: time(member.added_at, latest) };
        let collection = Collection::ProjectUserRoles;
        match answers.carried.of(collection, &part) {
            Some(carried) => assignments.extend(carried.assignments(builder)),
            None => assignments.extend(ways(answers, builder, &part.id, answers.held_by(collection, &part))),
        }
        builder.project_user(user, &mut assignments)?;
    }
    Ok(())
}

fn groups(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    for (part, project, group) in within(answers, builder, Collection::ProjectGroups, &answers.project_groups) {
        let ix = builder.group_ix(&group.group_id).expect("every group of a project is among the groups");
        let held = places(answers, builder, answers.held_by(Collection::ProjectGroupRoles, &part));
        let created_at = time(group.created_at, latest);
        builder.project_group(ProjectGroup { project, group: ix, created_at }, held)?;
    }
    Ok(())
}

fn accounts(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let mut memberships: BTreeMap<&str, Vec<GroupIx>> = BTreeMap::new();
    for (group, members) in &answers.group_members {
        let Some(group) = builder.group_ix(&group.id) else { continue };
        members.items.iter().for_each(|member| memberships.entry(&member.id).or_default().push(group));
    }
    let (mut assignments, mut groups) = (Vec::new(), Vec::new());
    for (part, project, wire) in within(answers, builder, Collection::ServiceAccounts, &answers.service_accounts) {
        let account = ServiceAccount {
            id: part.id.clone(),
            project,
            name: wire.name.clone(),
            role: word(&mut builder.words, &wire.role),
            created_at: time(wire.created_at, latest),
        };
        let collection = Collection::ServiceAccountRoles;
        match answers.carried.of(collection, &part) {
            Some(carried) => assignments.extend(carried.assignments(builder)),
            None => assignments.extend(ways(answers, builder, &part.id, answers.held_by(collection, &part))),
        }
        groups.extend(memberships.get(part.id.as_str()).into_iter().flatten());
        builder.service_account(account, &mut assignments, &mut groups)?;
    }
    Ok(())
}

/// Admin keys and invitations.
pub fn keys(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let in_projects: BTreeSet<&str> =
        answers.api_keys.values().flat_map(|keys| &keys.items).map(|key| key.id.as_str()).collect();
    let told_apart = answers.projects.as_ref().is_some_and(|projects| {
        let read = |project: &wire::Project| {
            answers.api_keys.get(&Part::of(&project.id)).is_some_and(|keys| keys.cut.is_none())
        };
        projects.cut.is_none() && projects.items.iter().all(read)
    });
    let admin = answers.admin_api_keys.iter().flat_map(|keys| &keys.items);
    for (id, key) in by_id(admin.filter(|key| !in_projects.contains(key.id.as_str()))) {
        let key = AdminApiKey {
            id: id.into(),
            name: key.name.clone(),
            created_at: time(key.created_at, latest),
            expires_at: key.expires_at.map(|Stamp(seconds)| seconds),
            last_used_at: time(key.last_used_at, latest),
            owner: owner(&mut builder.words, &key.owner),
            told_apart,
        };
        builder.admin_api_key(key)?;
    }
    for (id, invite) in by_id(answers.invites.iter().flat_map(|invites| &invites.items)) {
        let words = &mut builder.words;
        let projects = invite.projects.as_ref().map(|projects| {
            let mut projects: Vec<_> =
                projects.iter().map(|project| (project.id.clone(), word(words, &project.role))).collect();
            projects.sort_unstable();
            projects
        });
        let invite = Invite {
            id: id.into(),
            email: never_null(invite.email.clone()),
            role: word(words, &invite.role),
            status: never_null(word(words, &invite.status)),
            created_at: time(invite.created_at, latest),
            expires_at: invite.expires_at.map(|Stamp(seconds)| seconds),
            accepted_at: time(invite.accepted_at, latest),
            projects: never_null(projects),
        };
        builder.invite(invite)?;
    }
    Ok(())
}

fn owner(words: &mut Words, wire: &Known<wire::Owner>) -> Owner {
    let wire = match wire {
        Known::Value(wire) => wire,
        // There is nobody.
        Known::Null => return Owner { id: Known::Null, ..Owner::default() },
        Known::Missing => return Owner::default(),
    };
    let told = wire.user.value().or(wire.service_account.value()).cloned().unwrap_or_default();
    Owner {
        kind: never_null(word(words, &wire.kind)),
        id: told.id.or(wire.id.clone()),
        name: told.name.or(wire.name.clone()),
    }
}

fn by_id<'a, T: Item + 'a>(items: impl Iterator<Item = &'a T>) -> BTreeMap<&'a str, &'a T> {
    items.map(|item| (item.id(), item)).collect()
}

/// The things in projects, sorted by project and id, without those that are gone.
fn within<'a, T: Item>(
    answers: &Answers,
    builder: &Builder,
    collection: Collection,
    lists: &'a BTreeMap<Part, crate::api::pagination::Listed<T>>,
) -> Vec<(Part, ProjectIx, &'a T)> {
    let mut all = Vec::new();
    for (project, list) in lists {
        // A project that is gone has nothing.
        let Some(place) = builder.project_ix(&project.id) else { continue };
        for (id, item) in by_id(list.items.iter()) {
            let part = Part::within(&project.id, id);
            if !answers.is_gone(collection, &part) {
                all.push((part, place, item));
            }
        }
    }
    all
}
