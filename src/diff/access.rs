//! Effective access: the permissions of each principal in each scope, by way of whatever roles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{AccessChange, Effect};
use crate::access::{Access, Grant, Steps, Thing, ThingKind, knows_grants, principals};
use crate::org::{Among, Collection, Extent, Kind, Principal, Scope, Text};

/// A principal, whichever state it is in: its kind, its project if it stands in one, its id.
type Who = (ThingKind, Option<Text>, Text);

/// A scope: the id of a project; none is the organization.
type Place = Option<Text>;

/// What a principal holds in one scope.
#[derive(Default)]
struct Held<'a> {
    /// Each permission with the grants that give it.
    permissions: BTreeMap<&'a str, Vec<&'a Grant>>,
    /// The ids of all roles, with the grant.
    roles: BTreeMap<&'a Text, &'a Grant>,
    /// Of those, the roles whose permissions are not known.
    opaque: BTreeSet<&'a Text>,
}

/// One state, by principal and scope.
struct View<'a> {
    access: &'a Access<'a>,
    principals: BTreeMap<Who, Principal>,
    held: BTreeMap<(Who, Place), Held<'a>>,
}

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>) -> Vec<AccessChange> {
    let (old, new) = (View::of(old), View::of(new));
    let mut changes = beyond(&new, &old, Effect::Gained);
    changes.extend(beyond(&old, &new, Effect::Lost));
    changes.extend(moved(&old, &new));
    changes.sort_by(|one, two| {
        let key = |change: &AccessChange| (Arc::clone(&change.principal), Arc::clone(&change.scope), change.effect);
        key(one).cmp(&key(two))
    });
    changes
}

impl<'a> View<'a> {
    fn of(access: &'a Access<'a>) -> Self {
        let principals: BTreeMap<Who, Principal> =
            principals(access.org).map(|principal| (who(access, principal), principal)).collect();
        let mut held: BTreeMap<(Who, Place), Held<'a>> = BTreeMap::new();
        for grant in access.grants() {
            let place = match grant.scope {
                Scope::Organization => None,
                Scope::Project(project) => Some(access.org.project(project).id.clone()),
            };
            let here = held.entry((who(access, grant.principal), place)).or_default();
            let role = access.org.role(grant.role);
            here.roles.insert(&role.id, grant);
            match role.permissions.value() {
                Some(permissions) => {
                    for &permission in permissions {
                        here.permissions.entry(access.org.symbols.text(permission)).or_default().push(grant);
                    }
                }
                None => {
                    here.opaque.insert(&role.id);
                }
            }
        }
        Self { access, principals, held }
    }

    /// Whether all that somebody holds there is known.
    fn is_complete(&self, key: &(Who, Place)) -> bool {
        let org = self.access.org;
        let (who, place) = key;
        let in_project = place.is_some();
        let extent = Extent {
            organization: !in_project,
            project: in_project,
            users: true,
            service_accounts: who.0 == ThingKind::Of(Kind::ServiceAccount),
        };
        let clear = self.held.get(key).is_none_or(|held| held.opaque.is_empty());
        match self.principals.get(who) {
            Some(principal) => clear && knows_grants(org, *principal, extent),
            // Whoever is in no list holds nothing, if all lists were read.
            None => match who.0 {
                ThingKind::Of(Kind::ServiceAccount) => org.knows_of_projects(Collection::ServiceAccounts, Among::ALL),
                ThingKind::Of(Kind::Group) => {
                    org.coverage.of(Collection::Groups).lists_all() && org.knows_all_project_groups()
                }
                ThingKind::Of(_) | ThingKind::Organization | ThingKind::Rule | ThingKind::File => {
                    let listed = org.coverage.of(Collection::Users).lists_all();
                    listed && org.knows_all_memberships() && org.knows_all_project_users()
                }
            },
        }
    }

    fn paths(&self, grants: impl IntoIterator<Item = &'a Grant>) -> Vec<Steps> {
        let mut paths: Vec<Steps> = grants.into_iter().flat_map(|grant| self.access.paths(grant)).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    fn all_paths(&self, held: &Held<'a>) -> Vec<Steps> {
        self.paths(held.roles.values().copied())
    }

    fn change(&self, key: &(Who, Place), effect: Effect, certain: bool) -> AccessChange {
        let org = self.access.org;
        let scope = match &key.1 {
            None => Arc::new(Thing::organization()),
            Some(id) => {
                let at = org.projects.iter().position(|project| project.id == *id);
                self.access.thing(Kind::Project, at.expect("a scope is a project of this state"))
            }
        };
        AccessChange {
            principal: self.access.principal(self.principals[&key.0]),
            scope,
            effect,
            certain,
            permissions: Vec::new(),
            roles: Vec::new(),
            paths: Vec::new(),
            earlier_paths: Vec::new(),
        }
    }
}

fn who(access: &Access<'_>, principal: Principal) -> Who {
    let thing = access.principal(principal);
    (thing.kind, thing.project.as_ref().map(|project| project.id.clone()), thing.id.clone())
}

/// What one state has and the other does not.
fn beyond(one: &View<'_>, other: &View<'_>, effect: Effect) -> Vec<AccessChange> {
    let nothing = Held::default();
    let mut changes = Vec::new();
    for (key, held) in &one.held {
        let theirs = other.held.get(key).unwrap_or(&nothing);
        let more: BTreeMap<_, _> =
            held.permissions.iter().filter(|(permission, _)| !theirs.permissions.contains_key(*permission)).collect();
        let opaque: Vec<_> = held.opaque.iter().filter(|role| !theirs.roles.contains_key(*role)).collect();
        if more.is_empty() && opaque.is_empty() {
            continue;
        }
        let of_opaque = opaque.iter().map(|role| held.roles[**role]);
        let grants: Vec<&Grant> =
            more.values().flat_map(|grants| grants.iter().copied()).chain(of_opaque.clone()).collect();
        changes.push(AccessChange {
            permissions: more.keys().map(|permission| Text::new(permission)).collect(),
            roles: of_opaque.map(|grant| one.access.thing(Kind::Role, grant.role.at())).collect(),
            paths: one.paths(grants),
            ..one.change(key, effect, other.is_complete(key))
        });
    }
    changes
}

/// What is the same along other paths.
fn moved(old: &View<'_>, new: &View<'_>) -> Vec<AccessChange> {
    let mut changes = Vec::new();
    for (key, held) in &new.held {
        let Some(before) = old.held.get(key) else { continue };
        let same = held.permissions.keys().eq(before.permissions.keys()) && held.opaque == before.opaque;
        if !same {
            continue;
        }
        let (paths, earlier) = (new.all_paths(held), old.all_paths(before));
        let all_ids = |paths: &[Steps]| -> BTreeSet<Vec<(ThingKind, Text)>> { paths.iter().map(ids).collect() };
        let (now, then) = (all_ids(&paths), all_ids(&earlier));
        if now == then {
            continue;
        }
        let without = |paths: Vec<Steps>, known: &BTreeSet<Vec<(ThingKind, Text)>>| {
            paths.into_iter().filter(|path| !known.contains(&ids(path))).collect::<Vec<Steps>>()
        };
        changes.push(AccessChange {
            permissions: held.permissions.keys().map(|permission| Text::new(permission)).collect(),
            paths: without(paths, &then),
            earlier_paths: without(earlier, &now),
            ..new.change(key, Effect::Moved, new.is_complete(key) && old.is_complete(key))
        });
    }
    changes
}

/// A path without names, which may change.
fn ids(path: &Steps) -> Vec<(ThingKind, Text)> {
    path.iter().map(|step| (step.kind, step.id.clone())).collect()
}
