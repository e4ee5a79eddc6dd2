//! From answers to an organization. Pure: the same answers make the same organization, in whatever order they came.

use std::collections::{BTreeMap, BTreeSet};

use super::endpoint;
use super::list::Listed;
use super::wire::{self, Item, Role as WireRole, Stamp};
use crate::org::{
    Assignment, Builder, Collection, Coverage, Failure, Group, GroupIx, Known, Org, OutOfOrder, Role, RoleIx, Source,
    Text, User, Way, Words, canonical_role_id,
};

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
        let listed: BTreeSet<&str> =
            whole.iter().flat_map(|roles| &roles.items).map(|role| canonical_role_id(&role.id)).collect();
        self.assigned_roles().filter(move |role| {
            whole.is_some()
                && role.predefined_role != Known::Value(true)
                && !listed.contains(canonical_role_id(&role.id))
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
    let coverage = coverage(answers, needs);
    let mut builder = Builder::new(source);
    let in_order = "a map yields its keys in order, each once";
    for role in roles(answers, &mut builder.words).into_values() {
        builder.role(role).expect(in_order);
    }
    groups(answers, &mut builder).expect(in_order);
    users(answers, &mut builder).expect(in_order);
    builder.finish(coverage)
}

/// Every role that was listed or assigned, completed from all answers about it, the list first.
fn roles(answers: &Answers, words: &mut Words) -> BTreeMap<Text, Role> {
    let mut roles: BTreeMap<Text, Role> = BTreeMap::new();
    for wire in answers.roles.iter().flat_map(|roles| &roles.items).chain(answers.assigned_roles()) {
        let role = role(wire, words);
        match roles.remove(&role.id) {
            Some(known) => roles.insert(role.id.clone(), known.or(role)),
            None => roles.insert(role.id.clone(), role),
        };
    }
    roles
}

fn role(wire: &WireRole, words: &mut Words) -> Role {
    let permissions = match &wire.permissions {
        Known::Value(permissions) => {
            let distinct: BTreeSet<&str> = permissions.iter().map(String::as_str).collect();
            Known::Value(distinct.into_iter().map(|permission| words.intern(permission)).collect())
        }
        // `null` is as little a list of permissions as nothing at all.
        Known::Null | Known::Missing => Known::Missing,
    };
    Role {
        id: canonical_role_id(&wire.id).into(),
        name: wire.name.clone(),
        description: wire.description.clone(),
        permissions,
        predefined_role: wire.predefined_role,
        resource_type: wire.resource_type.as_ref().map(|word| words.intern(word)),
        created_at: time(wire.created_at),
        updated_at: time(wire.updated_at),
        created_by: wire.created_by.clone(),
    }
}

fn groups(answers: &Answers, builder: &mut Builder) -> Result<(), OutOfOrder> {
    let listed = answers.groups.iter().flat_map(|groups| &groups.items).map(|group| (group.id.as_str(), Some(group)));
    let unlisted = answers.unlisted_groups().into_iter().map(|id| (id, None));
    let all: BTreeMap<&str, Option<&wire::Group>> = listed.chain(unlisted).collect();
    for (id, wire) in all {
        let group = match wire {
            Some(wire) => Group {
                id: id.into(),
                name: wire.name.clone(),
                is_scim_managed: wire.is_scim_managed,
                group_type: wire.group_type.as_ref().map(|word| builder.words.intern(word)),
                created_at: time(wire.created_at),
            },
            None => Group { id: id.into(), ..Group::default() },
        };
        let held = answers.group_roles.get(id).map_or(&[][..], |held| &held.items);
        let held = held.iter().map(|role| role_ix(builder, role)).collect();
        builder.group(group, held)?;
    }
    Ok(())
}

fn users(answers: &Answers, builder: &mut Builder) -> Result<(), OutOfOrder> {
    // Who is not in the whole list of users is no member of the organization, and so has no role by membership.
    let whole = answers.users.as_ref().is_some_and(|users| users.cut.is_none());
    let no_member = if whole { Known::Null } else { Known::Missing };
    let mut memberships: BTreeMap<&str, Vec<GroupIx>> = BTreeMap::new();
    let mut people: BTreeMap<&str, User> = BTreeMap::new();
    for (group, members) in &answers.group_members {
        let group = builder.group_ix(group).expect("members are asked for the groups of the list");
        for member in &members.items {
            memberships.entry(&member.id).or_default().push(group);
            // Replaced below where the list of users knows more.
            people.entry(&member.id).or_insert_with(|| User {
                id: member.id.as_str().into(),
                name: member.name.clone(),
                email: member.email.clone(),
                is_service_account: member.is_service_account,
                role: no_member,
                ..User::default()
            });
        }
    }
    for wire in answers.users.iter().flat_map(|users| &users.items) {
        people.insert(&wire.id, user(wire, &mut builder.words));
    }
    let mut assignments = Vec::new();
    for (id, user) in people {
        let assigned = answers.user_roles.get(id).map_or(&[][..], |assigned| &assigned.items);
        for role in assigned {
            assignments.extend(ways(builder, id, role));
        }
        builder.user(user, &mut assignments, memberships.entry(id).or_default())?;
    }
    Ok(())
}

fn user(wire: &wire::User, words: &mut Words) -> User {
    let account = wire.user.value().cloned().unwrap_or_default();
    User {
        id: wire.id.as_str().into(),
        name: wire.name.clone().or(account.name),
        email: wire.email.clone().or(account.email),
        role: wire.role.as_ref().map(|word| words.intern(word)),
        is_service_account: wire.is_service_account,
        is_scim_managed: wire.is_scim_managed,
        enabled: account.enabled,
        banned: account.banned,
        added_at: time(wire.added_at),
        created: time(wire.created),
        api_key_last_used_at: time(wire.api_key_last_used_at),
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
    builder.role_ix(canonical_role_id(&role.id)).expect("every assigned role is among the roles")
}

/// `group`, `tenant_group`, and whatever kinds of group may come.
fn is_group(principal_type: &str) -> bool {
    principal_type.ends_with("group")
}

fn time(stamp: Known<Stamp>) -> Known<i64> {
    stamp.map(|Stamp(seconds)| seconds)
}

fn coverage(answers: &Answers, needs: &BTreeSet<Collection>) -> Coverage {
    let mut coverage = Coverage::default();
    for &collection in needs {
        coverage.of_mut(collection).asked = true;
    }
    whole(&mut coverage, Collection::Roles, answers.roles.as_ref());
    whole(&mut coverage, Collection::Users, answers.users.as_ref());
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
        coverage.of_mut(Collection::Roles).cut = Some(Failure { denied: false, message, scope: None });
    }
    for role in answers.roles.iter().flat_map(|roles| &roles.items) {
        if role.permissions.value().is_none() {
            let id = canonical_role_id(&role.id);
            let message = format!("the API sent no `permissions` for role {id}");
            let failure = Failure { denied: false, message, scope: None };
            coverage.of_mut(Collection::Roles).gaps.insert(id.to_owned(), failure);
        }
    }
    for group in answers.unlisted_groups() {
        for collection in [Collection::GroupRoles, Collection::GroupMembers] {
            let message = format!("roles are inherited from group {group}, but the list of groups does not have it");
            let failure = Failure { denied: false, message, scope: None };
            coverage.of_mut(collection).gaps.insert(group.to_owned(), failure);
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

/// Records the answers about single things. If their list was cut, so is this collection: there may be others to ask.
fn parts<T: Item>(coverage: &mut Coverage, collection: Collection, of: &BTreeMap<String, Listed<T>>) {
    let parent = collection.parent().expect("what is asked for each thing has a list of things");
    let cut = coverage.of(parent).cut.clone();
    let record = coverage.of_mut(collection);
    if !record.asked {
        return;
    }
    record.cut = cut;
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
