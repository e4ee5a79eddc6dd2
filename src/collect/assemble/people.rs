//! Groups, and everybody that some response mentions.

use std::collections::BTreeMap;

use super::roles::{places, ways};
use super::{Fields, never_null, or_never, time, word};
use crate::api::parent::Parent;
use crate::api::wire;
use crate::collect::responses::Responses;
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
    builder: &mut Builder,
    latest: Time,
    coverage: &mut Coverage,
) -> Result<(), OutOfOrder> {
    let fields = Fields { of: "user", unclear: &mut coverage.of_mut(Collection::Users).unclear };
    let mut people = Everybody::new(responses, latest, &mut builder.symbols, fields);
    let mut memberships: BTreeMap<&str, Vec<GroupIx>> = BTreeMap::new();
    for (group, members) in &responses.group_members {
        // A group that is gone has no members, but its former members may still exist.
        let group = builder.group_ix(&group.id);
        for member in &members.items {
            let told = User {
                name: member.name.clone(),
                email: member.email.clone(),
                is_service_account: never_null(member.is_service_account),
                ..User::default()
            };
            if people.tell(&member.id, told) {
                memberships.entry(&member.id).or_default().extend(group);
            }
        }
    }
    for member in responses.project_users.values().flat_map(|members| &members.items) {
        people.tell(&member.id, User { name: member.name.clone(), email: member.email.clone(), ..User::default() });
    }
    let mut assignments = Vec::new();
    for (id, user) in people.all {
        let groups = memberships.entry(id).or_default();
        let part = Parent::organization(id);
        match responses.carried.of(Collection::UserRoles, &part) {
            Some(carried) => assignments.extend(carried.assignments(builder)),
            None => assignments.extend(ways(responses, builder, id, responses.held_by(Collection::UserRoles, &part))),
        }
        builder.user(&user, &mut assignments, groups)?;
    }
    Ok(())
}

/// The users in the list, and those that appear only in groups or projects.
struct Everybody<'a> {
    responses: &'a Responses,
    all: BTreeMap<&'a str, User>,
    /// The legacy role of users who are not in the list.
    no_member: Known<crate::org::Symbol>,
    fields: Fields<'a>,
}

impl<'a> Everybody<'a> {
    fn new(responses: &'a Responses, latest: Time, words: &mut Symbols, fields: Fields<'a>) -> Self {
        let listed = responses.users.iter().flat_map(|users| &users.items);
        let present = listed.filter(|user| !responses.is_gone(Collection::Users, &Parent::organization(&user.id)));
        let mut fields = fields;
        let all = present.map(|wire| (wire.id.as_str(), user(wire, words, latest, &mut fields))).collect();
        // A user who is missing from a complete list is not a member of the organization and has no role by membership.
        let whole = responses.users.as_ref().is_some_and(|users| users.truncated.is_none());
        Self { responses, all, no_member: if whole { Known::Null } else { Known::Missing }, fields }
    }

    /// Adds what a response says about somebody; returns false if that person is gone.
    fn tell(&mut self, id: &'a str, told: User) -> bool {
        if self.responses.is_gone(Collection::Users, &Parent::organization(id)) {
            return false;
        }
        let mut person = self.all.remove(id).unwrap_or_else(|| User { role: self.no_member, ..User::default() });
        person.id = id.into();
        complete(&mut self.fields, &mut person, told.name, &told.email);
        self.fields.complete(id, "is_service_account", &mut person.is_service_account, &told.is_service_account);
        self.all.insert(id, person);
        true
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

fn user(wire: &wire::User, words: &mut Symbols, latest: Time, fields: &mut Fields<'_>) -> User {
    let account = wire.user.value().cloned().unwrap_or_default();
    let mut user = User {
        id: Text::from(wire.id.as_str()),
        name: wire.name.clone(),
        email: wire.email.clone(),
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
