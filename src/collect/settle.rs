//! A list that says two things of one thing, or something that nobody can read: the field is not known then, and why is
//! noted.

use std::collections::{BTreeMap, HashMap};

use super::responses::{ByParent, Responses, Unclear};
use super::role_pool::ListedRole;
use crate::api::pagination::Listed;
use crate::api::parent::Parent;
use crate::api::wire::{Item, User};
use crate::org::{Collection, canonical_role_id};

impl Responses {
    /// Makes one thing of what a list says of it more than once. What is said of roles comes together elsewhere.
    pub fn settle(&mut self) {
        let mut notes = Notes(&mut self.unclear);
        let users = self.users.as_ref().map_or(&[][..], |users| &users.items);
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
        let held = self.held.values_mut().flat_map(BTreeMap::values_mut);
        self.roles.iter_mut().chain(held).for_each(|roles| notes.roles(roles));
    }
}

/// A field of somebody of whom only groups and projects tell. Of anybody else, the list of users does.
fn of_member<'f>(users: &[User], id: &str, field: &'f str) -> Option<(Collection, Parent, &'f str)> {
    let listed = users.iter().any(|user| user.id == id);
    (!listed).then(|| (Collection::Users, Parent::organization(id), field))
}

struct Notes<'u>(&'u mut Unclear);

impl Notes<'_> {
    fn own<T: Item>(&mut self, list: &mut Option<Listed<T>>, of: Collection) {
        let list = list.iter_mut();
        list.for_each(|list| self.list(list, |id, field| Some((of, Parent::organization(id), field))));
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

    /// Settles one list. `place` says of which thing of which list a field is, by the id and the field as they stand
    /// here; none where it does not matter.
    fn list<T: Item>(
        &mut self,
        list: &mut Listed<T>,
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
        let items: HashMap<String, usize> =
            list.items.iter().enumerate().map(|(at, item)| (item.id().to_owned(), at)).collect();
        for (id, copies) in copies {
            let differ = list.items[items[&id]].settle(&copies);
            for field in differ {
                self.note(place(&id, field), || {
                    format!("the list has {id} more than once, with different values of `{field}`")
                });
            }
        }
    }

    /// Of roles, only what is unreadable: all that is said of one comes together with what other lists say.
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

/// The field that is not known if the one at that path is taken out: a part of the account is a field of the user.
fn readable_name(path: &str) -> &str {
    let (field, inner) = path.split_once('.').unwrap_or((path, path));
    if field == "user" { inner } else { field }
}
