//! Things that are new, gone or different: roles, groups and their members, users, projects, keys, invitations.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Fate, ThingChange};
use crate::access::{Access, Thing, knows_grants};
use crate::org::{
    Collection, Extent, GroupIx, Kind, Known, Org, Owner, Principal, ProjectIx, Scope, ServiceAccountIx, State, Symbol,
    Text, UserIx,
};
use crate::policy::{AttributeValue, of};
use crate::time::rfc3339;

/// The kinds of things that are compared, each with the collections that have to be read before one is certainly not
/// there.
const KINDS: [(Kind, &[Collection]); 8] = [
    (Kind::Role, &[Collection::Roles, Collection::ProjectRoles]),
    (Kind::User, &[Collection::Users]),
    (Kind::Group, &[Collection::Groups]),
    (Kind::Project, &[Collection::Projects]),
    (Kind::ServiceAccount, &[Collection::ServiceAccounts]),
    (Kind::Invite, &[Collection::Invites]),
    (Kind::AdminApiKey, &[Collection::AdminApiKeys]),
    (Kind::ApiKey, &[Collection::ApiKeys]),
];

type Key = (Option<Text>, Text);

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>) -> Vec<ThingChange> {
    KINDS.iter().flat_map(|(kind, lists)| of_kind(*kind, lists, old, new)).collect()
}

fn of_kind(kind: Kind, lists: &[Collection], old: &Access<'_>, new: &Access<'_>) -> Vec<ThingChange> {
    let whole = |access: &Access<'_>| {
        let coverage = &access.org.coverage;
        lists.iter().all(|&list| coverage.state(list) == State::Complete && coverage.of(list).is_complete())
    };
    // Until all keys of projects are known, one of them may stand among the admin keys.
    let is_one = |access: &Access<'_>, at: usize| kind != Kind::AdminApiKey || access.org.admin_api_keys[at].told_apart;
    let (before, after) = (places(kind, old), places(kind, new));
    let mut changes = Vec::new();
    let keys: std::collections::BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    for key in keys {
        match (before.get(key), after.get(key)) {
            (Some(&was), Some(&is)) => changes.extend(of_one(kind, (old, was), (new, is))),
            (None, Some(&is)) => {
                let thing = new.thing(kind, is);
                changes.push(ThingChange { thing, fate: Fate::Appeared, certain: whole(old) && is_one(new, is) });
            }
            (Some(&was), None) => {
                let thing = old.thing(kind, was);
                changes.push(ThingChange { thing, fate: Fate::Gone, certain: whole(new) && is_one(old, was) });
            }
            (None, None) => {}
        }
    }
    changes
}

/// The things of a kind that lists have, by what tells them apart.
fn places(kind: Kind, access: &Access<'_>) -> BTreeMap<Key, usize> {
    let org = access.org;
    let is_listed = |at: &usize| match kind {
        Kind::Role => *at < org.collected_roles().len(),
        Kind::User => org.users.at(*at).listed(),
        Kind::Group => org.groups[*at].listed,
        Kind::Project | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => true,
    };
    let key = |thing: &Thing| match kind {
        // That a role is shown within a project depends on what else was read.
        Kind::Role => (None, thing.id.clone()),
        Kind::User
        | Kind::Group
        | Kind::Project
        | Kind::ServiceAccount
        | Kind::Invite
        | Kind::AdminApiKey
        | Kind::ApiKey
        | Kind::Grant => (thing.project.as_ref().map(|project| project.id.clone()), thing.id.clone()),
    };
    (0..access.count(kind)).filter(is_listed).map(|at| (key(&access.thing(kind, at)), at)).collect()
}

fn of_one(kind: Kind, old: (&Access<'_>, usize), new: (&Access<'_>, usize)) -> Vec<ThingChange> {
    let thing = new.0.thing(kind, new.1);
    let mut changes = Vec::new();
    let both = attributes(old.0.org, kind, old.1).into_iter().zip(attributes(new.0.org, kind, new.1));
    for ((attribute, from), (_, to)) in both.filter(|((_, from), (_, to))| from != to) {
        let certain = !from.is_missing() && !to.is_missing();
        let fate = Fate::Changed { attribute, from: words(from), to: words(to) };
        changes.push(ThingChange { thing: Arc::clone(&thing), fate, certain });
    }
    if kind == Kind::Role {
        let (from, to) = (permissions(old.0.org, old.1), permissions(new.0.org, new.1));
        changes.extend(match (from, to) {
            (Some(from), Some(to)) => items(&thing, "permissions", (&from, true), (&to, true)),
            (None, None) => None,
            (from, to) => {
                let joined = |list: Option<BTreeMap<Text, String>>| {
                    list.map(|list| list.into_values().collect::<Vec<_>>().join(", "))
                };
                let fate = Fate::Changed { attribute: "permissions", from: joined(from), to: joined(to) };
                Some(ThingChange { thing: Arc::clone(&thing), fate, certain: false })
            }
        });
    }
    if kind == Kind::Group {
        let of = |(access, at): (&Access<'_>, usize)| {
            let group = GroupIx::new(at);
            let members = access.org.members_of(group).iter().map(|user| {
                let user = access.thing(Kind::User, user.at());
                (user.id.clone(), user.label().into_owned())
            });
            (members.collect::<BTreeMap<_, _>>(), access.org.knows_members(group))
        };
        let ((from, knew), (to, knows)) = (of(old), of(new));
        changes.extend(items(&thing, "members", (&from, knew), (&to, knows)));
    }
    if kind == Kind::Project {
        for (attribute, of) in [("members", members as List), ("groups", groups as List)] {
            let ((from, knew), (to, knows)) = (of(old.0, old.1), of(new.0, new.1));
            changes.extend(items(&thing, attribute, (&from, knew), (&to, knows)));
        }
    }
    if let (Some(was), Some(is)) = (principal(kind, old.1), principal(kind, new.1)) {
        let ((from, knew), (to, knows)) = (blank_roles(old.0, was), blank_roles(new.0, is));
        changes.extend(items(&thing, "roles without permissions", (&from, knew), (&to, knows)));
    }
    changes
}

/// Things by id, and whether all of them are known.
type Listed = (BTreeMap<Text, String>, bool);
type List = fn(&Access<'_>, usize) -> Listed;

/// Who is in a project, whatever they may do there.
fn members(access: &Access<'_>, at: usize) -> Listed {
    let (org, project) = (access.org, ProjectIx::new(at));
    let here = org.project_users.iter().filter(|place| place.project == project);
    let users = here.map(|place| access.thing(Kind::User, place.user.at()));
    (users.map(|user| (user.id.clone(), user.label().into_owned())).collect(), org.knows_project_users(project))
}

fn groups(access: &Access<'_>, at: usize) -> Listed {
    let (org, project) = (access.org, ProjectIx::new(at));
    let here = org.project_groups.iter().filter(|place| place.project == project);
    let groups = here.map(|place| access.thing(Kind::Group, place.group.at()));
    (groups.map(|group| (group.id.clone(), group.label().into_owned())).collect(), org.knows_project_groups(project))
}

fn principal(kind: Kind, at: usize) -> Option<Principal> {
    match kind {
        Kind::User => Some(Principal::User(UserIx::new(at))),
        Kind::Group => Some(Principal::Group(GroupIx::new(at))),
        Kind::ServiceAccount => Some(Principal::ServiceAccount(ServiceAccountIx::new(at))),
        Kind::Role | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => None,
    }
}

/// The roles that a principal holds and that give nothing yet: no permission tells of them.
fn blank_roles(access: &Access<'_>, principal: Principal) -> Listed {
    let grants = access.grants()[access.grants_of(principal)].iter();
    let blank = grants.filter(|grant| access.org.role(grant.role).permissions.value().is_some_and(Vec::is_empty));
    let held = blank.map(|grant| {
        let role = access.thing(Kind::Role, grant.role.at());
        match grant.scope {
            Scope::Organization => (role.id.clone(), role.label().into_owned()),
            Scope::Project(project) => {
                let project = access.thing(Kind::Project, project.at());
                let id = Text::from(format!("{}/{}", project.id, role.id));
                (id, format!("{} in project {}", role.label(), project.label()))
            }
        }
    });
    (held.collect(), knows_grants(access.org, principal, Extent::ALL))
}

/// The change of a list of things by id; with each list, whether all of it is known.
fn items(
    thing: &Arc<Thing>,
    attribute: &'static str,
    (from, knew): (&BTreeMap<Text, String>, bool),
    (to, knows): (&BTreeMap<Text, String>, bool),
) -> Option<ThingChange> {
    let beyond = |one: &BTreeMap<Text, String>, other: &BTreeMap<Text, String>| -> Vec<String> {
        one.iter().filter(|(id, _)| !other.contains_key(*id)).map(|(_, label)| label.clone()).collect()
    };
    let (added, removed) = (beyond(to, from), beyond(from, to));
    if added.is_empty() && removed.is_empty() {
        return None;
    }
    let certain = (added.is_empty() || knew) && (removed.is_empty() || knows);
    Some(ThingChange { thing: Arc::clone(thing), fate: Fate::Items { attribute, added, removed }, certain })
}

fn permissions(org: &Org, role: usize) -> Option<BTreeMap<Text, String>> {
    let word = |&permission: &Symbol| {
        let text = org.symbols.text(permission);
        (Text::new(text), text.to_owned())
    };
    org.roles[role].permissions.value().map(|all| all.iter().map(word).collect())
}

fn words(value: Known<String>) -> Option<String> {
    match value {
        Known::Missing => None,
        Known::Null => Some("null".to_owned()),
        Known::Value(text) => Some(text),
    }
}

/// What is not compared: when something was last used, what follows from another attribute, and lists whose items are
/// compared.
const LEFT_OUT: [&str; 10] = [
    "accepted_at",
    "api_key_last_used_at",
    "archived_at",
    "last_used_at",
    "mailbox",
    "owner_type",
    "permissions",
    "plain_name",
    "project_roles",
    "scope",
];

/// What is compared of a thing, in the order of the vocabulary. What other lists say of a thing is left out: they need not
/// have been read.
fn attributes(org: &Org, kind: Kind, at: usize) -> Vec<(&'static str, Known<String>)> {
    let own = of(kind).filter(|attribute| attribute.reads.is_empty() && !LEFT_OUT.contains(&attribute.name));
    let said = own.filter_map(|attribute| Some((attribute.name, attribute.value(org, at)?.map(shown))));
    let owner = |owner: &Owner| Some(("owner", owner.id.as_str().map(str::to_owned)));
    let more = match kind {
        Kind::Invite => Some(("projects", projects_of(org, at))),
        Kind::AdminApiKey => owner(&org.admin_api_keys[at].owner),
        Kind::ApiKey => owner(&org.api_keys[at].owner),
        Kind::Role | Kind::User | Kind::Group | Kind::Project | Kind::ServiceAccount | Kind::Grant => None,
    };
    said.chain(more).collect()
}

fn shown(value: AttributeValue<'_>) -> String {
    match value {
        AttributeValue::Text(text) => text.into_owned(),
        AttributeValue::Words(words) => words.join(", "),
        AttributeValue::Flag(flag) => flag.to_string(),
        AttributeValue::Time(time) => rfc3339(time),
    }
}

/// The projects that an invitation is for, each with the role there.
fn projects_of(org: &Org, invite: usize) -> Known<String> {
    org.invites[invite].projects.as_ref().map(|projects| {
        let one = |(id, role): &(Text, Known<Symbol>)| match role {
            Known::Value(role) => format!("{id} ({})", org.symbols.text(*role)),
            Known::Null | Known::Missing => id.to_string(),
        };
        projects.iter().map(one).collect::<Vec<_>>().join(", ")
    })
}
