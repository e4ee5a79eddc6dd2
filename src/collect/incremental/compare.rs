//! Compares the earlier collection with the current lists, to find whose roles have not changed.

use std::collections::{BTreeSet, HashMap};

use crate::collect::carried::{CarriedRoles, CarriedWay};
use crate::org::{
    Assignment, Collection, GroupIx, Known, Org, ProjectUser, Role, ServiceAccountIx, Symbol, Text, UserIx, Via,
    part_id,
};

/// Two collections of one organization, and the events between them.
pub struct Comparison<'c> {
    old: &'c Org,
    now: &'c Org,
    /// The ids that events name.
    named: &'c BTreeSet<&'c str>,
    /// The roles that have changed, or that an event names.
    changed: BTreeSet<Text>,
}

/// The ids of a group and of a role that it grants.
type Conferred<'o> = BTreeSet<(&'o str, &'o str)>;

/// The groups that somebody is in, and the roles that they grant.
#[derive(PartialEq)]
struct Membership<'o> {
    groups: Vec<&'o str>,
    in_organization: Conferred<'o>,
    in_project: Conferred<'o>,
}

impl<'o> Membership<'o> {
    fn new(org: &'o Org, groups: &[GroupIx], project: Option<&str>) -> Self {
        let id = |group: GroupIx| org.group(group).id.as_str();
        let role = |role| org.role(role).id.as_str();
        let in_organization = groups.iter().flat_map(|&group| {
            let roles = org.roles_of_group(group).iter();
            roles.map(move |&conferred| (id(group), role(conferred)))
        });
        let places = groups.iter().flat_map(|&group| org.projects_of_group(group).map(move |place| (group, place)));
        let here = |place: usize| project == Some(org.project(org.project_groups[place].project).id.as_str());
        let in_project = places.filter(|(_, place)| here(*place)).flat_map(|(group, place)| {
            let roles = org.roles_in_project(place).iter();
            roles.map(move |&conferred| (id(group), role(conferred)))
        });
        Self {
            groups: groups.iter().map(|&group| id(group)).collect(),
            in_organization: in_organization.collect(),
            in_project: in_project.collect(),
        }
    }
}

impl<'c> Comparison<'c> {
    pub fn new(old: &'c Org, now: &'c Org, named: &'c BTreeSet<&'c str>) -> Self {
        Self { old, now, named, changed: changed_roles(old, now, named) }
    }

    /// The user's organization roles, if they have not changed.
    pub fn user(&self, user: UserIx) -> Option<CarriedRoles> {
        let before = self.same_user(user).filter(|before| self.old.knows_assignments(*before))?;
        let membership = self.same_membership(self.old.groups_of(before), self.now.groups_of(user), None)?;
        let held = self.old.assignments_of(before);
        self.held(Collection::UserRoles, self.now.user(user).id(), held, &membership, &membership.in_organization)
    }

    /// The user's roles in a project, if they have not changed; `before` is the earlier index of the membership.
    pub fn project_user(&self, before: usize, is: &ProjectUser) -> Option<CarriedRoles> {
        let was = &self.old.project_users[before];
        let (project, id) = (&self.now.project(is.project).id, self.now.user(is.user).id());
        // A user who was removed from the project and came back has lost the roles there.
        let same = self.same_user(is.user).is_some()
            && !self.named.contains(project.as_str())
            && self.same_word(was.role, is.role)
            && was.added_at == is.added_at;
        (same && self.old.knows_project_assignments(before)).then_some(())?;
        let (then, groups) = (self.old.groups_of(was.user), self.now.groups_of(is.user));
        let membership = self.same_membership(then, groups, Some(project))?;
        let held = self.old.assignments_in_project(before);
        let part = part_id(project, id);
        self.held(Collection::ProjectUserRoles, &part, held, &membership, &membership.in_project)
    }

    /// The service account's roles in its project, if they have not changed; `before` is its earlier index.
    pub fn account(&self, before: usize, at: ServiceAccountIx) -> Option<CarriedRoles> {
        let before = ServiceAccountIx::new(before);
        let (was, is) = (self.old.service_account(before), self.now.service_account(at));
        let project = &self.now.project(is.project).id;
        let same = !self.named.contains(is.id.as_str())
            && !self.named.contains(project.as_str())
            && self.same_word(was.role, is.role)
            && was.created_at == is.created_at;
        (same && self.old.knows_account_assignments(before)).then_some(())?;
        let (then, groups) = (self.old.groups_of_account(before), self.now.groups_of_account(at));
        let membership = self.same_membership(then, groups, Some(project))?;
        let held = self.old.assignments_of_account(before);
        let part = part_id(project, &is.id);
        self.held(Collection::ServiceAccountRoles, &part, held, &membership, &membership.in_project)
    }

    /// The same user in the earlier collection, unless something has changed or an event names the user. (A user who
    /// left and came back counts as another, and so does a user of the same id in another organization.)
    fn same_user(&self, user: UserIx) -> Option<UserIx> {
        let is = self.now.user(user);
        let at = self.old.users.find(is.id())?;
        let was = self.old.users.at(at);
        let same = !self.named.contains(is.id())
            && self.same_word(was.role(), is.role())
            && was.listed() == is.listed()
            && was.added_at() == is.added_at();
        same.then(|| UserIx::new(at))
    }

    fn same_word(&self, was: Known<Symbol>, is: Known<Symbol>) -> bool {
        was.map(|word| self.old.symbols.text(word)) == is.map(|word| self.now.symbols.text(word))
    }

    /// The user's groups and their roles, if they are the same in both collections and no event names any of them.
    fn same_membership(&self, then: &[GroupIx], groups: &[GroupIx], project: Option<&Text>) -> Option<Membership<'c>> {
        let project = project.map(Text::as_str);
        let is = Membership::new(self.now, groups, project);
        let unnamed = !is.groups.iter().any(|group| self.named.contains(group));
        (unnamed && Membership::new(self.old, then, project) == is).then_some(is)
    }

    /// The earlier assignments, if their roles have not changed and they match what the groups grant. (If they do not
    /// match, a change was still on its way then.)
    fn held(
        &self,
        collection: Collection,
        label: &str,
        assignments: &[Assignment],
        membership: &Membership<'_>,
        conferred: &Conferred<'_>,
    ) -> Option<CarriedRoles> {
        let known = |source: &(&str, &str)| {
            membership.in_organization.contains(source) || membership.in_project.contains(source)
        };
        let held = assignments.iter().map(|assignment| {
            let role = &self.old.role(assignment.role).id;
            let way = match assignment.via() {
                Via::Group(group) => {
                    let id = &self.old.group(group).id;
                    known(&(id.as_str(), role.as_str())).then(|| CarriedWay::Group(id.clone()))?
                }
                // Nothing shows whether that source still grants it.
                Via::Inherited => return None,
                way @ (Via::Direct | Via::Unstated) => CarriedWay::Other(way),
            };
            (!self.changed.contains(role)).then(|| (role.clone(), way))
        });
        let held: Vec<(Text, CarriedWay)> = held.collect::<Option<_>>()?;
        let arrived = |&(group, role): &(&str, &str)| {
            held.iter().any(|(id, way)| {
                id == role
                    && match way {
                        CarriedWay::Group(id) => id == group,
                        CarriedWay::Other(way) => *way == Via::Unstated,
                    }
            })
        };
        let from = self.old.coverage.of(collection).carried.get(label).copied();
        let from = from.unwrap_or(self.old.source.collected_at);
        conferred.iter().all(arrived).then_some(CarriedRoles { from, held })
    }
}

/// The roles that have changed, or that an event names.
fn changed_roles(old: &Org, now: &Org, named: &BTreeSet<&str>) -> BTreeSet<Text> {
    let now_by_id: HashMap<&str, &Role> = now.collected_roles().iter().map(|role| (role.id.as_str(), role)).collect();
    let permissions = |org: &Org, role: &Role| -> Known<BTreeSet<String>> {
        role.permissions.as_ref().map(|words| words.iter().map(|&word| org.symbols.text(word).to_owned()).collect())
    };
    let same = |was: &Role, is: &Role| {
        was.name == is.name
            && was.description == is.description
            && was.predefined_role == is.predefined_role
            && was.resource_type.map(|word| old.symbols.text(word))
                == is.resource_type.map(|word| now.symbols.text(word))
            && was.listed == is.listed
            && permissions(old, was) == permissions(now, is)
    };
    let changed = old.collected_roles().iter().filter(|was| {
        named.contains(was.id.as_str()) || now_by_id.get(was.id.as_str()).is_none_or(|is| !same(was, is))
    });
    changed.map(|role| role.id.clone()).collect()
}
