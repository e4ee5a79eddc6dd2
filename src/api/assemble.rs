//! From answers to an organization. Pure: the same answers make the same organization, in whatever order they came.

use std::collections::{BTreeMap, BTreeSet};

use super::endpoint;
use super::list::Listed;
use super::wire::{self, Item, Role as WireRole, Stamp};
use crate::org::{
    Assignment, Builder, Collection, Coverage, Failure, Group, GroupIx, Known, Org, OutOfOrder, Role, RoleIx, Source,
    Text, Time, User, Way, Words, canonical_role_id,
};

/// How far its clock may be ahead of ours, in seconds.
const CLOCK_SKEW: Time = 86_400;

/// Everything that the API answered.
#[derive(Debug, Default)]
pub struct Answers {
    pub roles: Option<Listed<WireRole>>,
    pub users: Option<Listed<wire::User>>,
    pub groups: Option<Listed<wire::Group>>,
    pub user_roles: BTreeMap<String, Listed<WireRole>>,
    pub group_roles: BTreeMap<String, Listed<WireRole>>,
    pub group_members: BTreeMap<String, Listed<wire::Member>>,
}

impl Answers {
    /// The roles that are assigned to somebody, by assignment.
    fn assigned_roles(&self) -> impl Iterator<Item = &WireRole> {
        self.user_roles.values().chain(self.group_roles.values()).flat_map(|listed| &listed.items)
    }

    /// The custom roles that are assigned to somebody but missing in a list that came to its end. (A predefined role
    /// may be missing there: its description in the assignment is as good.)
    pub fn unlisted_roles(&self) -> impl Iterator<Item = &WireRole> {
        let whole = self.roles.as_ref().filter(|roles| roles.cut.is_none());
        let listed: BTreeSet<&str> = whole.iter().flat_map(|roles| &roles.items).map(role_id).collect();
        self.assigned_roles().filter(move |role| {
            whole.is_some() && role.predefined_role != Known::Value(true) && !listed.contains(role_id(role))
        })
    }

    /// Groups that some assignment is inherited from, but that the list of groups does not have.
    fn unlisted_groups(&self) -> BTreeSet<&str> {
        let Some(groups) = &self.groups else { return BTreeSet::new() };
        let listed: BTreeSet<&str> = groups.items.iter().map(|group| group.id.as_str()).collect();
        let sources = self.assigned_roles().filter_map(|role| role.assignment_sources.value()).flatten();
        let named =
            sources.filter(|source| is_group(&source.principal_type)).map(|source| source.principal_id.as_str());
        named.filter(|id| !listed.contains(id)).collect()
    }
}

/// Puts the answers together.
pub fn assemble(answers: &Answers, needs: &BTreeSet<Collection>, source: Source) -> Org {
    let mut coverage = coverage(answers, needs);
    let latest = source.collected_at + CLOCK_SKEW;
    let mut builder = Builder::new(source);
    let in_order = "a map yields its keys in order, each once";
    for role in roles(answers, &mut builder.words, latest, &mut coverage).into_values() {
        builder.role(role).expect(in_order);
    }
    groups(answers, &mut builder, latest).expect(in_order);
    users(answers, &mut builder, latest).expect(in_order);
    builder.finish(coverage)
}

/// Every role that was listed or assigned, completed from all answers about it, the list first. Where two of them
/// disagree on what it permits, that is not known.
fn roles(answers: &Answers, words: &mut Words, latest: Time, coverage: &mut Coverage) -> BTreeMap<Text, Role> {
    let mut roles: BTreeMap<Text, Role> = BTreeMap::new();
    let listed = answers.roles.iter().flat_map(|roles| &roles.items).map(|role| (role, true));
    let assigned = answers.assigned_roles().map(|role| (role, false));
    for (wire, listed) in listed.chain(assigned) {
        let mut role = role(wire, words, latest);
        role.listed = listed;
        let Some(mut known) = roles.remove(&role.id) else {
            roles.insert(role.id.clone(), role);
            continue;
        };
        if let (Known::Value(first), Known::Value(other)) = (&known.permissions, &role.permissions)
            && first != other
        {
            let message = format!("answers disagree on the `permissions` of role {}", role.id);
            coverage.of_mut(Collection::Roles).gaps.insert(role.id.to_string(), gap(message));
        }
        if coverage.of(Collection::Roles).gaps.contains_key(role.id.as_str()) {
            known.permissions = Known::Missing;
            role.permissions = Known::Missing;
        }
        roles.insert(role.id.clone(), known.or(role));
    }
    roles
}

fn role(wire: &WireRole, words: &mut Words, latest: Time) -> Role {
    let permissions = match &wire.permissions {
        Known::Value(permissions) => {
            let distinct: BTreeSet<&str> = permissions.iter().map(String::as_str).collect();
            Known::Value(distinct.into_iter().map(|permission| words.intern(permission)).collect())
        }
        // `null` is as little a list of permissions as nothing at all.
        Known::Null | Known::Missing => Known::Missing,
    };
    Role {
        id: role_id(wire).into(),
        name: wire.name.clone(),
        description: wire.description.clone(),
        permissions,
        predefined_role: never_null(wire.predefined_role),
        resource_type: never_null(wire.resource_type.as_ref().map(|word| words.intern(word))),
        created_at: time(wire.created_at, latest),
        updated_at: time(wire.updated_at, latest),
        created_by: wire.created_by.clone(),
        listed: true,
    }
}

fn groups(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    let listed = answers.groups.iter().flat_map(|groups| &groups.items).map(|group| (group.id.as_str(), Some(group)));
    let unlisted = answers.unlisted_groups().into_iter().map(|id| (id, None));
    let all: BTreeMap<&str, Option<&wire::Group>> = listed.chain(unlisted).collect();
    for (id, wire) in all {
        let group = match wire {
            Some(wire) => Group {
                id: id.into(),
                name: wire.name.clone(),
                is_scim_managed: never_null(wire.is_scim_managed),
                group_type: never_null(wire.group_type.as_ref().map(|word| builder.words.intern(word))),
                created_at: time(wire.created_at, latest),
                listed: true,
            },
            None => Group { id: id.into(), ..Group::default() },
        };
        let held = answers.group_roles.get(id).map_or(&[][..], |held| &held.items);
        let held = held.iter().map(|role| role_ix(builder, role)).collect();
        builder.group(group, held)?;
    }
    Ok(())
}

fn users(answers: &Answers, builder: &mut Builder, latest: Time) -> Result<(), OutOfOrder> {
    // Who is not in the whole list of users is no member of the organization, and so has no role by membership.
    let whole = answers.users.as_ref().is_some_and(|users| users.cut.is_none());
    let no_member = if whole { Known::Null } else { Known::Missing };
    let mut memberships: BTreeMap<&str, Vec<GroupIx>> = BTreeMap::new();
    let mut people: BTreeMap<&str, User> = BTreeMap::new();
    for wire in answers.users.iter().flat_map(|users| &users.items) {
        people.insert(&wire.id, user(wire, &mut builder.words, latest));
    }
    for (group, members) in &answers.group_members {
        let group = builder.group_ix(group).expect("members are asked for the groups of the list");
        for member in &members.items {
            memberships.entry(&member.id).or_default().push(group);
            let told = User {
                id: member.id.as_str().into(),
                name: member.name.clone(),
                email: member.email.clone(),
                is_service_account: never_null(member.is_service_account),
                ..User::default()
            };
            let person = match people.remove(member.id.as_str()) {
                Some(known) => known.or(told),
                None => User { role: no_member, ..told },
            };
            people.insert(&member.id, person);
        }
    }
    let mut assignments = Vec::new();
    for (id, user) in people {
        let groups = memberships.entry(id).or_default();
        for role in answers.user_roles.get(id).map_or(&[][..], |assigned| &assigned.items) {
            assignments.extend(ways(builder, id, role));
        }
        builder.user(user, &mut assignments, groups)?;
    }
    Ok(())
}

fn user(wire: &wire::User, words: &mut Words, latest: Time) -> User {
    let account = wire.user.value().cloned().unwrap_or_default();
    User {
        id: wire.id.as_str().into(),
        name: either(wire.name.clone(), account.name),
        email: either(wire.email.clone(), account.email),
        role: wire.role.as_ref().map(|word| words.intern(word)),
        is_service_account: never_null(wire.is_service_account),
        is_scim_managed: never_null(wire.is_scim_managed),
        enabled: account.enabled,
        banned: account.banned,
        added_at: time(wire.added_at, latest),
        created: time(wire.created, latest),
        api_key_last_used_at: time(wire.api_key_last_used_at, latest),
        listed: true,
    }
}

/// The ways that one answer says lead to a role: those that `assignment_sources` names, if it is there.
fn ways(builder: &Builder, user: &str, role: &WireRole) -> Vec<Assignment> {
    let ix = role_ix(builder, role);
    let Known::Value(sources) = &role.assignment_sources else {
        return vec![Assignment { role: ix, way: Way::Unstated }];
    };
    if sources.is_empty() {
        return vec![Assignment { role: ix, way: Way::Inherited }];
    }
    let way = |source: &wire::AssignmentSource| match builder.group_ix(&source.principal_id) {
        Some(group) if is_group(&source.principal_type) => Way::Group(group),
        _ if source.principal_id == user || source.principal_type == "user" => Way::Direct,
        _ => Way::Inherited,
    };
    sources.iter().map(|source| Assignment { role: ix, way: way(source) }).collect()
}

fn role_ix(builder: &Builder, role: &WireRole) -> RoleIx {
    builder.role_ix(role_id(role)).expect("every assigned role is among the roles")
}

/// `group`, `tenant_group`, and whatever kinds of group may come.
fn is_group(principal_type: &str) -> bool {
    principal_type.ends_with("group")
}

/// The canonical id. A role that says it is custom keeps its id, whatever it looks like.
fn role_id(wire: &WireRole) -> &str {
    if wire.predefined_role == Known::Value(false) { &wire.id } else { canonical_role_id(&wire.id) }
}

/// A field that is never `null` by its specification: then `null` is no answer.
fn never_null<T>(field: Known<T>) -> Known<T> {
    match field {
        Known::Null => Known::Missing,
        Known::Value(_) | Known::Missing => field,
    }
}

/// One fact told in two places: `null` in one of them is outdone by a value in the other.
fn either<T>(first: Known<T>, other: Known<T>) -> Known<T> {
    match (&first, &other) {
        (Known::Null, Known::Value(_)) => other,
        _ => first.or(other),
    }
}

/// A time of something that has happened: one that lies ahead (milliseconds, mostly) is none.
fn time(stamp: Known<Stamp>, latest: Time) -> Known<Time> {
    match stamp {
        Known::Value(Stamp(seconds)) if seconds > latest => Known::Missing,
        stamp => stamp.map(|Stamp(seconds)| seconds),
    }
}

fn gap(message: String) -> Failure {
    Failure { denied: false, message, scope: None }
}

fn coverage(answers: &Answers, needs: &BTreeSet<Collection>) -> Coverage {
    let mut coverage = Coverage::default();
    for &collection in needs {
        coverage.of_mut(collection).asked = true;
    }
    whole(&mut coverage, Collection::Roles, answers.roles.as_ref());
    whole(&mut coverage, Collection::Users, answers.users.as_ref());
    if answers.users.as_ref().is_some_and(|users| users.cut.is_none() && users.items.is_empty()) {
        let message = "the list of users is empty, but every organization has an owner".to_owned();
        coverage.of_mut(Collection::Users).cut = Some(gap(message));
    }
    whole(&mut coverage, Collection::Groups, answers.groups.as_ref());
    parts(&mut coverage, Collection::UserRoles, &answers.user_roles);
    parts(&mut coverage, Collection::GroupRoles, &answers.group_roles);
    parts(&mut coverage, Collection::GroupMembers, &answers.group_members);
    if needs.contains(&Collection::UserRoles) {
        let listed = answers.users.iter().flat_map(|users| &users.items).map(|user| user.id.clone());
        let unasked = listed.filter(|id| !answers.user_roles.contains_key(id)).collect();
        coverage.of_mut(Collection::UserRoles).unasked = unasked;
    }

    let mut unlisted: Vec<&str> = answers.unlisted_roles().map(|role| role.id.as_str()).collect();
    unlisted.sort_unstable();
    if let Some(role) = unlisted.first() {
        let message = format!("role {role} is assigned, but the list of roles does not have it");
        coverage.of_mut(Collection::Roles).cut = Some(gap(message));
    }
    for role in answers.roles.iter().flat_map(|roles| &roles.items) {
        if role.permissions.value().is_none() {
            let id = role_id(role);
            let message = format!("the API sent no `permissions` for role {id}");
            coverage.of_mut(Collection::Roles).gaps.insert(id.to_owned(), gap(message));
        }
    }
    for group in answers.unlisted_groups() {
        let cut = &mut coverage.of_mut(Collection::Groups).cut;
        cut.get_or_insert_with(|| {
            gap(format!("roles are inherited from group {group}, which the list of groups does not have"))
        });
        for collection in [Collection::GroupRoles, Collection::GroupMembers] {
            let message = format!("group {group} is not in the list of groups, and was not asked about");
            coverage.of_mut(collection).gaps.insert(group.to_owned(), gap(message));
        }
    }
    coverage
}

fn whole<T: Item>(coverage: &mut Coverage, collection: Collection, listed: Option<&Listed<T>>) {
    let Some(listed) = listed else { return };
    let record = coverage.of_mut(collection);
    record.requests = listed.requests;
    record.items = listed.items.len() as u64;
    record.cut = listed.cut.as_ref().map(|error| error.failure(endpoint::of(collection).template()));
}

/// Records the answers about single things.
fn parts<T: Item>(coverage: &mut Coverage, collection: Collection, of: &BTreeMap<String, Listed<T>>) {
    if of.is_empty() {
        return;
    }
    let record = coverage.of_mut(collection);
    for (id, listed) in of {
        record.requests += listed.requests;
        record.items += listed.items.len() as u64;
        if let Some(error) = &listed.cut {
            // An id that cannot stand in a path has no path.
            let path = endpoint::of(collection).path(id).unwrap_or_else(|_| endpoint::of(collection).template().into());
            record.gaps.insert(id.clone(), error.failure(&path));
        }
    }
}
