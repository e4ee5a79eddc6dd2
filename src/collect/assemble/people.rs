//! Groups, and everybody that some response mentions.

use std::collections::BTreeMap;

use super::roles::{places, ways};
use super::{Fields, never_null, or_never, time, word};
use crate::api::parent::Parent;
use crate::api::wire;
use crate::collect::responses::{HeldRoles, Responses};
use crate::org::{Builder, Collection, Coverage, Group, GroupIx, Known, OutOfOrder, Symbols, Text, User};
use crate::time::Time;

pub fn groups(
    responses: &Responses,
    builder: &mut Builder,
    latest: Time,
    coverage: &mut Coverage,
) -> Result<(), OutOfOrder> {
    let listed = responses.groups.iter().flat_map(|groups| &groups.items);
    let present = listed.filter(|group| !responses.is_gone(Collection::Groups, &Parent::organization(&group.id)));
    let unlisted = responses.unlisted_groups().into_iter().map(|id| (id, None));
    let mut all: BTreeMap<&str, Option<&wire::Group>> =
        present.map(|group| (group.id.as_str(), Some(group))).chain(unlisted).collect();
    // A group of a project that is missing from the list of groups.
    for group in responses.project_groups.values().flat_map(|groups| &groups.items) {
        if !responses.is_gone(Collection::Groups, &Parent::organization(&group.group_id)) {
            all.entry(&group.group_id).or_insert(None);
        }
    }
    let mut told: BTreeMap<&str, Vec<&wire::ProjectGroup>> = BTreeMap::new();
    for group in responses.project_groups.values().flat_map(|groups| &groups.items) {
        told.entry(&group.group_id).or_default().push(group);
    }
    let mut fields = Fields { of: "group", unclear: &mut coverage.of_mut(Collection::Groups).unclear };
    for (id, wire) in all {
        let mut group = wire.map_or_else(Group::default, |wire| Group {
            id: Text::default(),
            name: never_null(wire.name.clone()),
            is_scim_managed: never_null(wire.is_scim_managed),
            group_type: never_null(word(&mut builder.symbols, &wire.group_type)),
            created_at: never_null(time(wire.created_at, latest)),
            listed: true,
        });
        group.id = id.into();
        for told in told.get(id).into_iter().flatten() {
            fields.complete(id, "name", &mut group.name, &never_null(told.group_name.clone()));
            let group_type = never_null(word(&mut builder.symbols, &told.group_type));
            fields.complete(id, "group_type", &mut group.group_type, &group_type);
        }
        let held = places(responses, builder, responses.held_by(Collection::GroupRoles, &Parent::organization(id)));
        builder.group(group, held)?;
    }
    Ok(())
}

pub fn users(
    responses: &Responses,
    held: HeldRoles,
    builder: &mut Builder,
    latest: Time,
    coverage: &mut Coverage,
) -> Result<(), OutOfOrder> {
    let mut fields = Fields { of: "user", unclear: &mut coverage.of_mut(Collection::Users).unclear };
    // A user who is missing from a complete list is not a member of the organization and has no role by membership.
    let whole = responses.users.as_ref().is_some_and(|users| users.truncated.is_none());
    let no_member = if whole { Known::Null } else { Known::Missing };
    let told = told(responses, builder);
    let mut told = told.chunk_by(|one, other| one.id() == other.id()).peekable();
    if let Some(users) = &responses.users {
        builder.room_for(users.items.rows(), held.values().map(|roles| roles.items.len()).sum());
    }
    let mut listed = responses.users.iter().flat_map(|users| users.items.sorted()).peekable();
    let mut held = held.into_iter().peekable();
    let (mut assignments, mut groups) = (Vec::new(), Vec::new());
    loop {
        let next = [listed.peek().map(|user| user.id.as_str()), told.peek().map(|told| told[0].id())];
        let Some(id) = next.into_iter().flatten().min().map(Text::from) else { return Ok(()) };
        let wire = listed.next_if(|user| id == user.id);
        let told = told.next_if(|told| id == told[0].id()).unwrap_or_default();
        let part = Parent::organization(&id);
        while held.next_if(|(of, _)| *of < part).is_some() {}
        let roles = held.next_if(|(of, _)| *of == part);
        if responses.is_gone(Collection::Users, &part) {
            continue;
        }
        let mut person = match wire {
            Some(wire) => user(wire, &mut builder.symbols, latest, &mut fields),
            None => User { id: id.clone(), role: no_member, ..User::default() },
        };
        for told in told {
            told.complete(&mut fields, &mut person);
            if let Told::InGroup(_, group) = told {
                groups.extend(*group);
            }
        }
        if let Some(carried) = responses.carried.of(Collection::UserRoles, &part) {
            assignments.extend(carried.assignments(builder));
        } else {
            let roles = roles.iter().flat_map(|(_, roles)| roles.with_copies());
            assignments.extend(ways(responses, builder, &id, roles));
        }
        builder.user(&person, &mut assignments, &mut groups)?;
    }
}

/// What a group or project says about somebody in it.
#[derive(Clone, Copy)]
enum Told<'r> {
    /// A group that is gone has no members, but its former members may still exist.
    InGroup(&'r wire::Member, Option<GroupIx>),
    InProject(&'r wire::ProjectUser),
}

/// What groups, then projects, say about everybody in them, sorted by id.
fn told<'r>(responses: &'r Responses, builder: &Builder) -> Vec<Told<'r>> {
    let members = responses.group_members.iter().flat_map(|(group, members)| {
        let group = builder.group_ix(&group.id);
        members.items.iter().map(move |member| Told::InGroup(member, group))
    });
    let in_projects = responses.project_users.values().flat_map(|users| &users.items);
    let mut told: Vec<_> = members.chain(in_projects.map(Told::InProject)).collect();
    told.sort_by(|one, other| one.id().cmp(other.id()));
    told
}

impl Told<'_> {
    /// Whom it is about.
    fn id(&self) -> &str {
        match self {
            Self::InGroup(member, _) => &member.id,
            Self::InProject(user) => &user.id,
        }
    }

    fn complete(&self, fields: &mut Fields<'_>, person: &mut User) {
        let (name, email, is_service_account) = match self {
            Self::InGroup(member, _) => (&member.name, &member.email, never_null(member.is_service_account)),
            Self::InProject(user) => (&user.name, &user.email, Known::Missing),
        };
        complete(fields, person, name.clone(), email);
        fields.complete(&person.id, "is_service_account", &mut person.is_service_account, &is_service_account);
    }
}

/// Completes the name and the e-mail address. Display names may differ between lists; addresses may differ only in
/// case.
fn complete(fields: &mut Fields<'_>, person: &mut User, name: Known<Text>, email: &Known<Text>) {
    let known = std::mem::take(&mut person.name);
    person.name = if fields.is_unclear(&person.id, "name") { Known::Missing } else { known.or(name) };
    let both = person.email.value().zip(email.value());
    if !both.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other)) {
        fields.complete(&person.id, "email", &mut person.email, email);
    }
}

fn user(wire: wire::User, words: &mut Symbols, latest: Time, fields: &mut Fields<'_>) -> User {
    let account = match wire.user {
        Known::Value(account) => account,
        Known::Null | Known::Missing => wire::Account::default(),
    };
    let mut user = User {
        id: wire.id,
        name: wire.name,
        email: wire.email,
        role: word(words, &wire.role),
        is_service_account: never_null(wire.is_service_account),
        is_scim_managed: never_null(wire.is_scim_managed),
        enabled: account.enabled,
        banned: account.banned,
        added_at: never_null(time(wire.added_at, latest)),
        created: never_null(time(wire.created, latest)),
        api_key_last_used_at: time(or_never(wire.api_key_last_used_at), latest),
        listed: true,
    };
    complete(fields, &mut user, account.name, &account.email);
    user
}
