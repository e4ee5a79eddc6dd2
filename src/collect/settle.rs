//! Contradictory or unreadable fields in a list: the field becomes unknown, and the reason is noted.

use std::collections::{BTreeMap, HashMap};

use super::listed_users::ListedUsers;
use super::responses::{ByParent, Responses, Unclear, own_list};
use super::role_pool::ListedRole;
use crate::api::pagination::{Items, Listed};
use crate::api::parent::Parent;
use crate::api::wire::{Item, ProjectUser, ServiceAccount};
use crate::org::{Collection, Known, Text, canonical_role_id};

impl Responses {
    /// Merges the copies of a thing in a list. Roles are merged in the assembly.
    pub fn settle(&mut self) {
        let mut notes = Notes(&mut self.unclear);
        let users = self.users.as_ref().map(|users| &users.items);
        notes.lists(&mut self.group_members, |_, id, field| of_member(users, id, field));
        notes.lists(&mut self.project_users, |project, id, field| match field {
            "name" | "email" => of_member(users, id, field),
            _ => Some((Collection::ProjectUsers, Parent::within(&project.id, id), field)),
        });
        let groups = self.groups.as_ref().map_or(&[][..], |groups| &groups.items);
        notes.lists(&mut self.project_groups, |project, id, field| match field {
            "group_name" | "group_type" if groups.iter().any(|group| group.id == id) => None,
            "group_name" => Some((Collection::Groups, Parent::organization(id), "name")),
            "group_type" => Some((Collection::Groups, Parent::organization(id), field)),
            _ => Some((Collection::ProjectGroups, Parent::within(&project.id, id), field)),
        });
        notes.own(&mut self.users, Collection::Users);
        notes.own(&mut self.groups, Collection::Groups);
        notes.own(&mut self.projects, Collection::Projects);
        notes.own(&mut self.admin_api_keys, Collection::AdminApiKeys);
        notes.own(&mut self.invites, Collection::Invites);
        notes.within(&mut self.service_accounts, Collection::ServiceAccounts);
        notes.within(&mut self.api_keys, Collection::ApiKeys);
        notes.accounts(&mut self.service_accounts, &self.project_users);
        let held = self.held.values_mut().flat_map(BTreeMap::values_mut);
        let unreadable = held.filter(|roles| !roles.unreadable.is_empty()).map(own_list);
        self.roles.iter_mut().chain(unreadable).for_each(|roles| notes.roles(roles));
    }
}

/// A field of a user who appears only in groups and projects. For all others, the list of users decides.
fn of_member<'f>(users: Option<&ListedUsers>, id: &str, field: &'f str) -> Option<(Collection, Parent, &'f str)> {
    let listed = users.is_some_and(|users| users.has(id));
    (!listed).then(|| (Collection::Users, Parent::organization(id), field))
}

struct Notes<'u>(&'u mut Unclear);

impl Notes<'_> {
    fn own<T: Item, I: Items<T>>(&mut self, list: &mut Option<Listed<T, I>>, of: Collection) {
        let list = list.iter_mut();
        list.for_each(|list| self.list(list, |id, field| Some((of, Parent::organization(id), field))));
    }

    /// A service account that the users of its project list with another role.
    fn accounts(&mut self, accounts: &mut ByParent<ServiceAccount>, users: &ByParent<ProjectUser>) {
        for (project, accounts) in accounts {
            let users = users.get(project).into_iter().flat_map(|users| &users.items);
            let roles: HashMap<&str, &Known<Text>> = users.map(|user| (user.id.as_str(), &user.role)).collect();
            for account in &mut accounts.items {
                let Some(Known::Value(as_user)) = roles.get(account.id.as_str()) else { continue };
                if matches!(&account.role, Known::Value(role) if role != as_user) {
                    account.role = Known::Missing;
                    let place = (Collection::ServiceAccounts, Parent::within(&project.id, &account.id), "role");
                    self.note(Some(place), || {
                        let (id, project) = (&account.id, &project.id);
                        format!(
                            "the users and the service accounts of project {project} disagree on the `role` of {id}"
                        )
                    });
                }
            }
        }
    }

    fn within<T: Item>(&mut self, lists: &mut ByParent<T>, of: Collection) {
        self.lists(lists, |project, id, field| Some((of, Parent::within(&project.id, id), field)));
    }

    fn lists<T: Item>(
        &mut self,
        lists: &mut ByParent<T>,
        place: impl for<'f> Fn(&Parent, &str, &'f str) -> Option<(Collection, Parent, &'f str)>,
    ) {
        for (parent, list) in lists {
            self.list(list, |id, field| place(parent, id, field));
        }
    }

    /// Merges the copies in one list. `place` maps an id and a field in this list to the thing and field that they
    /// describe, or to none if the field does not matter.
    fn list<T: Item, I: Items<T>>(
        &mut self,
        list: &mut Listed<T, I>,
        place: impl for<'f> Fn(&str, &'f str) -> Option<(Collection, Parent, &'f str)>,
    ) {
        for bad in list.unreadable.drain(..) {
            let noted = place(&bad.id, readable_name(&bad.field));
            self.note(noted, || format!("`{}` of {} is not readable text", bad.field, bad.id));
        }
        if list.copies.is_empty() {
            return;
        }
        let mut copies: BTreeMap<String, Vec<T>> = BTreeMap::new();
        for copy in list.copies.drain(..) {
            copies.entry(copy.id().to_owned()).or_default().push(copy);
        }
        let of_copies = list.items.ids().enumerate().filter(|(_, id)| copies.contains_key(*id));
        let items: HashMap<String, usize> = of_copies.map(|(at, id)| (id.to_owned(), at)).collect();
        for (id, copies) in copies {
            let differ = list.items.merge(items[&id], &copies);
            for field in differ {
                self.note(place(&id, field), || {
                    format!("the list has {id} more than once, with different values of `{field}`")
                });
            }
        }
    }

    /// For roles, only unreadable fields are handled here; their copies are merged with those of other lists.
    fn roles(&mut self, list: &mut Listed<ListedRole>) {
        for bad in list.unreadable.drain(..) {
            let role = canonical_role_id(&bad.id);
            let place = (Collection::Roles, Parent::organization(role), readable_name(&bad.field));
            self.note(Some(place), || format!("`{}` of role {role} is not readable text", bad.field));
        }
    }

    fn note(&mut self, place: Option<(Collection, Parent, &str)>, why: impl FnOnce() -> String) {
        let Some((collection, part, field)) = place else { return };
        self.0.entry((collection, part)).or_default().entry(field.to_owned()).or_insert_with(why);
    }
}

/// The field that becomes unknown if the one at that path is removed: a part of the account is a field of the user.
fn readable_name(path: &str) -> &str {
    let (field, inner) = path.split_once('.').unwrap_or((path, path));
    if field == "user" { inner } else { field }
}
