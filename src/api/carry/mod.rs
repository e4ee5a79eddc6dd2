//! What need not be read anew, because an earlier collection knows it and nothing that bears on it has changed.
//!
//! Lists are short, and always read anew. The roles of each user and each service account are a request each, and there
//! the time goes. They change with an assignment, which the audit log tells of, or with a group or a role, which the
//! lists show. Who is named by an event, or by a difference between the lists of then and now, is read anew; for the
//! others, what was read then still holds. Where that cannot be known for certain, everything is read anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::part::Part;
use super::wire::Event;
use crate::org::{Assignment, Builder, Collection, Known, Org, Role, RoleIx, Text, Time, UserIx, Way, Word, part_id};

/// An audit event may be seen so late, in seconds. Source: OpenAI's guide to RBAC, on how long a change takes to work.
pub const OVERLAP: Time = 30 * 60;

/// The collections that are read one principal at a time, and carried over where nothing has changed.
pub const SLOW: [Collection; 3] =
    [Collection::UserRoles, Collection::ProjectUserRoles, Collection::ServiceAccountRoles];

/// What is taken from an earlier collection.
#[derive(Debug, Default)]
pub struct Carried {
    parts: BTreeMap<(Collection, Part), CarriedRoles>,
    /// What only answers about an assignment tell of a role.
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
    Other(Way),
}

impl Carried {
    /// What is carried for one principal.
    pub fn of(&self, collection: Collection, part: &Part) -> Option<&CarriedRoles> {
        // A copy of the key is dear, and mostly nothing is carried.
        if self.parts.is_empty() { None } else { self.parts.get(&(collection, part.clone())) }
    }

    /// For whom something is carried, and when it was read.
    pub fn parts(&self) -> impl Iterator<Item = (Collection, &Part, Time)> {
        self.parts.iter().map(|((collection, part), roles)| (*collection, part, roles.from))
    }

    /// Takes nothing over of a collection.
    pub fn drop(&mut self, collection: Collection) {
        self.parts.retain(|(of, _), _| *of != collection);
    }

    /// Fills in what only answers about an assignment tell of a role.
    pub fn complete(&self, roles: &mut BTreeMap<Text, Role>) {
        for (id, told) in &self.roles {
            if let Some(role) = roles.remove(id) {
                roles.insert(id.clone(), role.or(told.clone()));
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
                CarriedWay::Group(id) => Way::Group(group(id)),
                CarriedWay::Other(way) => *way,
            };
            Assignment { role: role(id), way }
        })
    }
}

/// The ids that events name; or why it cannot be told whom an event is about.
pub fn named(events: &[Event]) -> Result<BTreeSet<&str>, String> {
    let mut named = BTreeSet::new();
    for event in events {
        let ids = event.ids();
        if ids.is_empty() && event.bears_on_access() {
            return Err(format!("event {} ({}) does not say whom it is about", event.id, event.type_));
        }
        named.extend(ids);
    }
    Ok(named)
}

/// What of `old` still holds, given everything but the roles of single principals as it is `now`, and the ids that
/// events since then name.
pub fn carry(old: &Org, now: &Org, named: &BTreeSet<&str>) -> Carried {
    let comparison = Comparison { old, now, named, groups: groups(old), roles: changed_roles(old, now, named) };
    let mut carried = Carried::default();
    for (at, user) in now.users.iter().enumerate() {
        if let Some(held) = comparison.user(UserIx::new(at)) {
            carried.parts.insert((Collection::UserRoles, Part::of(&user.id)), held);
        }
    }
    let old_members = places(old, &old.project_users, |member| (member.project.at(), &old.user(member.user).id));
    for member in &now.project_users {
        let (project, user) = (&now.project(member.project).id, now.user(member.user));
        let same = old_members.get(&(project.as_str(), user.id.as_str()));
        if let Some(held) = same.and_then(|&at| comparison.project_user(at, member)) {
            carried.parts.insert((Collection::ProjectUserRoles, Part::within(project, &user.id)), held);
        }
    }
    let old_accounts = places(old, &old.service_accounts, |account| (account.project.at(), &account.id));
    for (at, account) in now.service_accounts.iter().enumerate() {
        let project = &now.project(account.project).id;
        let same = old_accounts.get(&(project.as_str(), account.id.as_str()));
        if let Some(held) = same.and_then(|&before| comparison.account(before, at)) {
            carried.parts.insert((Collection::ServiceAccountRoles, Part::within(project, &account.id)), held);
        }
    }
    for role in old.collected_roles() {
        if !comparison.roles.contains(&role.id) {
            let told = Role {
                id: role.id.clone(),
                created_at: role.created_at,
                updated_at: role.updated_at,
                created_by: role.created_by.clone(),
                ..Role::default()
            };
            carried.roles.insert(role.id.clone(), told);
        }
    }
    carried
}

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

/// The groups of an organization by id.
fn groups(org: &Org) -> HashMap<&str, usize> {
    org.groups.iter().enumerate().map(|(at, group)| (group.id.as_str(), at)).collect()
}

/// The roles that are not what they were, or that an event names.
fn changed_roles(old: &Org, now: &Org, named: &BTreeSet<&str>) -> BTreeSet<Text> {
    let now_by_id: HashMap<&str, &Role> = now.collected_roles().iter().map(|role| (role.id.as_str(), role)).collect();
    let words = |org: &Org, role: &Role| -> Known<BTreeSet<String>> {
        role.permissions.as_ref().map(|words| words.iter().map(|&word| org.words.text(word).to_owned()).collect())
    };
    let same = |was: &Role, is: &Role| {
        was.name == is.name
            && was.description == is.description
            && was.predefined_role == is.predefined_role
            && was.listed == is.listed
            && words(old, was) == words(now, is)
    };
    let changed = old.collected_roles().iter().filter(|was| {
        named.contains(was.id.as_str()) || now_by_id.get(was.id.as_str()).is_none_or(|is| !same(was, is))
    });
    changed.map(|role| role.id.clone()).collect()
}

struct Comparison<'c> {
    old: &'c Org,
    now: &'c Org,
    named: &'c BTreeSet<&'c str>,
    /// The places of the old groups by id.
    groups: HashMap<&'c str, usize>,
    /// The roles that are not what they were.
    roles: BTreeSet<Text>,
}

impl Comparison<'_> {
    fn user(&self, user: UserIx) -> Option<CarriedRoles> {
        let is = self.now.user(user);
        let before = self.same_user(user)?;
        let was = self.old.user(before);
        let unchanged = self.word(was.role, is.role)
            && was.listed == is.listed
            && self.groups_unchanged(before, user)
            && self.now.groups_of(user).iter().all(|group| self.conferred(&self.now.group(*group).id));
        (unchanged && self.old.knows_assignments(before)).then_some(())?;
        self.held(Collection::UserRoles, &is.id, self.old.assignments_of(before))
    }

    fn project_user(&self, before: usize, is: &crate::org::ProjectUser) -> Option<CarriedRoles> {
        let was = &self.old.project_users[before];
        let (project, id) = (&self.now.project(is.project).id, &self.now.user(is.user).id);
        let unchanged = self.word(was.role, is.role)
            && self.same_user(is.user).is_some()
            && !self.named.contains(project.as_str())
            && self.groups_unchanged(was.user, is.user)
            && self.now.groups_of(is.user).iter().all(|group| self.conferred_in(&self.now.group(*group).id, project));
        (unchanged && self.old.knows_project_assignments(before)).then_some(())?;
        self.held(Collection::ProjectUserRoles, &part_id(project, id), self.old.assignments_in_project(before))
    }

    fn account(&self, before: usize, at: usize) -> Option<CarriedRoles> {
        let (before, at) = (crate::org::ServiceAccountIx::new(before), crate::org::ServiceAccountIx::new(at));
        let (was, is) = (self.old.service_account(before), self.now.service_account(at));
        let project = &self.now.project(is.project).id;
        let ids = |org: &Org, account| -> Vec<Text> {
            org.groups_of_account(account).iter().map(|group| org.group(*group).id.clone()).collect()
        };
        let groups = ids(self.now, at);
        let unchanged = self.word(was.role, is.role)
            && !self.named.contains(is.id.as_str())
            && !self.named.contains(project.as_str())
            && ids(self.old, before) == groups
            && groups.iter().all(|group| self.conferred_in(group, project));
        (unchanged && self.old.knows_account_assignments(before)).then_some(())?;
        let part = part_id(project, &is.id);
        self.held(Collection::ServiceAccountRoles, &part, self.old.assignments_of_account(before))
    }

    /// The same user in the old organization, unless an event names it.
    fn same_user(&self, user: UserIx) -> Option<UserIx> {
        let id = &self.now.user(user).id;
        let at = self.old.users.binary_search_by(|old| old.id.cmp(id)).ok()?;
        (!self.named.contains(id.as_str())).then(|| UserIx::new(at))
    }

    fn word(&self, was: Known<Word>, is: Known<Word>) -> bool {
        was.map(|word| self.old.words.text(word)) == is.map(|word| self.now.words.text(word))
    }

    /// Whether a user is in the groups that it was in.
    fn groups_unchanged(&self, before: UserIx, user: UserIx) -> bool {
        let ids = |org: &Org, user| -> Vec<Text> {
            org.groups_of(user).iter().map(|group| org.group(*group).id.clone()).collect()
        };
        ids(self.old, before) == ids(self.now, user)
    }

    /// Whether a group confers what it did, in the organization.
    fn conferred(&self, id: &str) -> bool {
        let roles = |org: &Org, at: usize| -> Vec<Text> {
            let group = crate::org::GroupIx::new(at);
            ids_of(org, org.roles_of_group(group).iter().copied())
        };
        self.both(id).is_some_and(|(was, is)| roles(self.old, was) == roles(self.now, is))
    }

    /// Whether a group confers what it did, in a project.
    fn conferred_in(&self, id: &str, project: &str) -> bool {
        let roles = |org: &Org, at: usize| -> Option<Vec<Text>> {
            let mut places = org.projects_of_group(crate::org::GroupIx::new(at));
            let place = places.find(|&place| org.project(org.project_groups[place].project).id == project)?;
            Some(ids_of(org, org.roles_in_project(place).iter().copied()))
        };
        self.both(id).is_some_and(|(was, is)| roles(self.old, was) == roles(self.now, is))
    }

    /// The places of a group then and now, unless an event names it.
    fn both(&self, id: &str) -> Option<(usize, usize)> {
        let was = *self.groups.get(id)?;
        let is = self.now.groups.binary_search_by(|group| group.id.as_str().cmp(id)).ok()?;
        (!self.named.contains(id)).then_some((was, is))
    }

    /// What was held, if every role and every group in it is what it was.
    fn held(&self, collection: Collection, label: &str, assignments: &[Assignment]) -> Option<CarriedRoles> {
        let from = self.old.coverage.of(collection).carried.get(label).copied();
        let held = assignments.iter().map(|assignment| {
            let role = &self.old.role(assignment.role).id;
            let way = match assignment.way {
                Way::Group(group) => {
                    let id = &self.old.group(group).id;
                    self.both(id)?;
                    CarriedWay::Group(id.clone())
                }
                way => CarriedWay::Other(way),
            };
            (!self.roles.contains(role)).then(|| (role.clone(), way))
        });
        let held = held.collect::<Option<_>>()?;
        Some(CarriedRoles { from: from.unwrap_or(self.old.source.collected_at), held })
    }
}

/// The ids of roles, sorted.
fn ids_of(org: &Org, roles: impl Iterator<Item = RoleIx>) -> Vec<Text> {
    let mut ids: Vec<Text> = roles.map(|role| org.role(role).id.clone()).collect();
    ids.sort_unstable();
    ids
}
