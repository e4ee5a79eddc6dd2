//! All responses of one collection run, and what they say together: one question about them in each method. It is long
//! because the questions are many; each is short.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::carried::Carried;
use super::listed_users::ListedUsers;
use super::read_list::Nested;
use super::role_pool::{ListedRole, RoleSource};
use super::wanted::Target;
use crate::api::error::Error;
use crate::api::pagination::{Items, Listed};
use crate::api::parent::Parent;
use crate::api::wire::{self, Item, Role};
use crate::org::{Collection, Known, canonical_role_id};

/// Why a field is unknown, by list, thing and field.
pub type Unclear = BTreeMap<(Collection, Parent), BTreeMap<String, String>>;

/// One list for each thing.
pub type ByParent<T> = BTreeMap<Parent, Listed<T>>;

/// A list of roles for each thing. Those with the same roles share it.
pub type HeldRoles = BTreeMap<Parent, Arc<Listed<ListedRole>>>;

/// All responses. What was not requested is absent.
#[derive(Debug, Default)]
pub struct Responses {
    /// The versions of roles in the responses.
    pub role_versions: Vec<Role>,
    pub roles: Option<Listed<ListedRole>>,
    pub users: Option<Listed<wire::User, ListedUsers>>,
    pub groups: Option<Listed<wire::Group>>,
    pub projects: Option<Listed<wire::Project>>,
    pub admin_api_keys: Option<Listed<wire::ApiKey>>,
    pub invites: Option<Listed<wire::Invite>>,
    pub group_members: ByParent<wire::Member>,
    pub project_users: ByParent<wire::ProjectUser>,
    pub project_groups: ByParent<wire::ProjectGroup>,
    pub service_accounts: ByParent<wire::ServiceAccount>,
    pub api_keys: ByParent<wire::ApiKey>,
    /// The lists of roles: those of projects, and what users, groups and service accounts hold.
    pub held: BTreeMap<Collection, HeldRoles>,
    /// What was in a list and left during collection, by the collection that lists it.
    pub gone: BTreeMap<Collection, BTreeSet<Parent>>,
    /// Fields that are contradictory or unreadable.
    pub unclear: Unclear,
    /// What was reused from an earlier collection.
    pub carried: Carried,
}

impl Responses {
    /// The lists of roles of one kind.
    pub fn held(&self, collection: Collection) -> &HeldRoles {
        const NONE: &HeldRoles = &BTreeMap::new();
        self.held.get(&collection).unwrap_or(NONE)
    }

    /// The roles of one thing. A role may appear more than once if the list has different copies of it.
    pub fn held_by(&self, collection: Collection, part: &Parent) -> impl Iterator<Item = &ListedRole> {
        self.held(collection).get(part).into_iter().flat_map(|roles| roles.with_copies())
    }

    /// What the responses say about a role.
    pub fn role(&self, assigned: &ListedRole) -> &Role {
        &self.role_versions[assigned.version]
    }

    /// Whether a thing, its project, or the user or group that it refers to left during collection.
    pub fn is_gone(&self, collection: Collection, part: &Parent) -> bool {
        let left = |collection, part: &Parent| self.gone.get(&collection).is_some_and(|gone| gone.contains(part));
        let itself = match collection {
            Collection::ProjectUsers => Some(Collection::Users),
            Collection::ProjectGroups => Some(Collection::Groups),
            Collection::Roles
            | Collection::Users
            | Collection::UserRoles
            | Collection::Groups
            | Collection::GroupRoles
            | Collection::GroupMembers
            | Collection::Projects
            | Collection::ProjectRoles
            | Collection::ProjectUserRoles
            | Collection::ProjectGroupRoles
            | Collection::ServiceAccounts
            | Collection::ServiceAccountRoles
            | Collection::ApiKeys
            | Collection::AdminApiKeys
            | Collection::Invites => None,
        };
        left(collection, part)
            || part.project.as_ref().is_some_and(|project| left(Collection::Projects, &Parent::organization(project)))
            || itself.is_some_and(|collection| left(collection, &Parent::organization(&part.id)))
    }

    /// The roles that are assigned to somebody, by assignment.
    pub fn assigned(&self) -> impl Iterator<Item = &ListedRole> {
        let held = self.held.iter().filter(|(collection, _)| **collection != Collection::ProjectRoles);
        held.flat_map(|(_, parts)| parts.values()).flat_map(|roles| roles.with_copies())
    }

    /// The roles that are assigned but missing from complete lists, with the project whose list it is. What else those
    /// lists lack, nobody knows. A list that has no role made by OpenAI leaves them all out, so none of those is missing.
    pub fn unlisted_roles(&self) -> BTreeSet<(Option<&str>, &str)> {
        let own: Option<BTreeSet<&str>> =
            self.roles.as_ref().filter(|roles| roles.truncated.is_none()).map(|roles| self.ids(roles));
        let mut unlisted = BTreeSet::new();
        let Some(own) = own else { return unlisted };
        let listed = self.roles.iter().flat_map(|roles| &roles.items).map(|role| self.role(role));
        let shows_predefined = listed.into_iter().any(|role| !is_custom(role));
        for (&collection, parts) in &self.held {
            if collection == Collection::ProjectRoles {
                continue;
            }
            for (part, held) in parts {
                let roles = held.items.iter().map(|held| self.role(held));
                let missing =
                    roles.filter(|role| !own.contains(role_id(role)) && (shows_predefined || is_custom(role)));
                let project = part.project.as_deref();
                let of_project =
                    project.map(|project| self.held(Collection::ProjectRoles).get(&Parent::organization(project)));
                match of_project {
                    None => unlisted.extend(missing.map(|role| (None, role_id(role)))),
                    Some(Some(roles)) if roles.truncated.is_none() => {
                        let ids = self.ids(roles);
                        unlisted
                            .extend(missing.map(|role| (project, role_id(role))).filter(|(_, id)| !ids.contains(id)));
                    }
                    Some(_) => {}
                }
            }
        }
        unlisted
    }

    /// Adds roles that only the second reading of a list shows. Roles that it no longer shows existed when the rest was
    /// read, so they stay.
    pub fn add_roles(&mut self, project: Option<&Parent>, second: Listed<ListedRole>) {
        let lists = self.held.entry(Collection::ProjectRoles).or_default();
        let first = match project {
            None => self.roles.as_mut(),
            Some(project) => lists.get_mut(project).map(own_list),
        };
        let Some(first) = first else { return };
        let id = |role: &ListedRole| role_id(&self.role_versions[role.version]);
        let known: BTreeSet<&str> = first.items.iter().map(id).collect();
        let new: Vec<ListedRole> = second.items.into_iter().filter(|role| !known.contains(id(role))).collect();
        first.items.extend(new);
        first.requests += second.requests;
    }

    /// Marks a project as archived, as the second reading of the list shows. Then it has no users.
    pub fn archive(&mut self, archived: &wire::Project) {
        fn empty<T>(lists: &mut ByParent<T>, project: &Parent) {
            if let Some(list) = lists.get_mut(project) {
                (list.items, list.copies, list.unreadable) = (Vec::new(), Vec::new(), Vec::new());
                list.truncated = None;
            }
        }
        let part = Parent::organization(&archived.id);
        empty(&mut self.project_users, &part);
        empty(&mut self.service_accounts, &part);
        for collection in [Collection::ProjectUserRoles, Collection::ServiceAccountRoles] {
            let held = self.held.entry(collection).or_default();
            held.retain(|part, _| part.project.as_deref() != Some(archived.id.as_str()));
        }
        // Users whom only this project listed are mentioned nowhere any more.
        let users: BTreeSet<Parent> = self.things(Collection::Users).collect();
        self.held.entry(Collection::UserRoles).or_default().retain(|part, _| users.contains(part));
        let projects = self.projects.iter_mut().flat_map(|projects| &mut projects.items);
        projects.filter(|project| project.id == archived.id).for_each(|project| *project = archived.clone());
    }

    fn ids<'a>(&'a self, roles: &'a Listed<ListedRole>) -> BTreeSet<&'a str> {
        roles.items.iter().map(|role| role_id(self.role(role))).collect()
    }

    /// Whether the list of users has somebody with that id.
    pub fn lists_user(&self, id: &str) -> bool {
        self.users.as_ref().is_some_and(|users| users.items.has(id))
    }

    /// The service accounts in the list of users, and those among the users of projects other than their own.
    pub fn accounts_as_users(&self) -> [Vec<Target>; 2] {
        let accounts = self.service_accounts.iter();
        let homes: BTreeSet<(&str, &Parent)> = accounts
            .flat_map(|(home, list)| list.items.iter().map(move |account| (account.id.as_str(), home)))
            .collect();
        let ids: BTreeSet<&str> = homes.iter().map(|(id, _)| *id).collect();
        let listed = ids.iter().filter(|id| self.lists_user(id)).map(|id| Target::of(id)).collect();
        let users =
            self.project_users.iter().flat_map(|(project, users)| users.items.iter().map(move |user| (project, user)));
        let members = users
            .filter(|(project, user)| ids.contains(user.id.as_str()) && !homes.contains(&(user.id.as_str(), project)));
        [listed, members.map(|(project, user)| Target::within(project, &user.id)).collect()]
    }

    /// Removes from a member of a group what the list of users says as well.
    pub fn shorten(&self, member: &mut wire::Member) {
        let Some(user) = self.users.as_ref().and_then(|users| users.items.get(&member.id)) else { return };
        if user.name == member.name {
            member.name = Known::Missing;
        }
        if user.email == member.email {
            member.email = Known::Missing;
        }
    }

    /// Groups that assignments are inherited from but that are missing from the list of groups.
    pub fn unlisted_groups(&self) -> BTreeSet<&str> {
        let Some(groups) = &self.groups else { return BTreeSet::new() };
        let listed: BTreeSet<&str> = groups.items.iter().map(|group| group.id.as_str()).collect();
        let sources = self.assigned().filter_map(|role| role.sources.value()).flatten();
        let named = sources.filter_map(|source| match source {
            RoleSource::Group(id) => Some(id.as_str()),
            RoleSource::Own | RoleSource::Other => None,
        });
        named.filter(|id| !listed.contains(id)).collect()
    }

    /// The parents of a nested collection.
    pub fn lists(&self, collection: Collection, part: &Parent) -> bool {
        fn has<T: Item>(listed: Option<&Listed<T>>, id: &str) -> bool {
            listed.is_some_and(|listed| listed.items.iter().any(|item| item.id() == id))
        }
        let project = part.project.as_deref().map(Parent::organization);
        let of = project.as_ref();
        match collection {
            Collection::Users => self.lists_user(&part.id),
            Collection::Groups => has(self.groups.as_ref(), &part.id),
            Collection::Projects => has(self.projects.as_ref(), &part.id),
            Collection::ProjectUsers => has(of.and_then(|of| self.project_users.get(of)), &part.id),
            Collection::ProjectGroups => has(of.and_then(|of| self.project_groups.get(of)), &part.id),
            Collection::ServiceAccounts => has(of.and_then(|of| self.service_accounts.get(of)), &part.id),
            Collection::Roles
            | Collection::UserRoles
            | Collection::GroupRoles
            | Collection::GroupMembers
            | Collection::ProjectRoles
            | Collection::ProjectUserRoles
            | Collection::ProjectGroupRoles
            | Collection::ServiceAccountRoles
            | Collection::ApiKeys
            | Collection::AdminApiKeys
            | Collection::Invites => false,
        }
    }

    /// The items of one list, of the organization or of a project.
    pub fn things_in(&self, collection: Collection, project: Option<&Parent>) -> BTreeSet<Parent> {
        let mut things: BTreeSet<Parent> = self.things(collection).collect();
        things.retain(|part| part.project.as_deref() == project.map(|project| project.id.as_str()));
        things.retain(|part| self.lists(collection, part));
        things
    }

    /// The lists of groups and projects that have a user, and those of projects that have a group.
    pub fn other_lists(&self, collection: Collection, id: &str) -> Vec<(Collection, Parent)> {
        fn having<T: Item>(other: Collection, lists: &ByParent<T>, id: &str) -> Vec<(Collection, Parent)> {
            let having = lists.iter().filter(|(_, list)| list.items.iter().any(|item| item.id() == id));
            having.map(|(of, _)| (other, of.clone())).collect()
        }
        match collection {
            Collection::Users => {
                let mut lists = having(Collection::GroupMembers, &self.group_members, id);
                lists.extend(having(Collection::ProjectUsers, &self.project_users, id));
                lists
            }
            Collection::Groups => having(Collection::ProjectGroups, &self.project_groups, id),
            Collection::Roles
            | Collection::UserRoles
            | Collection::GroupRoles
            | Collection::GroupMembers
            | Collection::Projects
            | Collection::ProjectUsers
            | Collection::ProjectGroups
            | Collection::ProjectRoles
            | Collection::ProjectUserRoles
            | Collection::ProjectGroupRoles
            | Collection::ServiceAccounts
            | Collection::ServiceAccountRoles
            | Collection::ApiKeys
            | Collection::AdminApiKeys
            | Collection::Invites => Vec::new(),
        }
    }

    /// The items of a list, and things that appear only in other lists. Some may come several times.
    pub fn things(&self, listed_by: Collection) -> Box<dyn Iterator<Item = Parent> + '_> {
        type Things<'r> = Box<dyn Iterator<Item = Parent> + 'r>;
        fn own<T: Item, I: Items<T>>(list: Option<&Listed<T, I>>) -> Things<'_> {
            Box::new(list.into_iter().flat_map(|list| list.items.ids()).map(Parent::organization))
        }
        fn within<T: Item>(lists: &ByParent<T>) -> Things<'_> {
            let items = lists.iter().flat_map(|(project, list)| list.items.iter().map(move |item| (project, item)));
            Box::new(items.map(|(project, item)| Parent::within(&project.id, item.id())))
        }
        match listed_by {
            Collection::Users => {
                let members = self.group_members.values().flat_map(|members| &members.items).map(Item::id);
                let in_projects = self.project_users.values().flat_map(|users| &users.items).map(Item::id);
                Box::new(own(self.users.as_ref()).chain(members.chain(in_projects).map(Parent::organization)))
            }
            Collection::Groups => own(self.groups.as_ref()),
            Collection::Projects => own(self.projects.as_ref()),
            Collection::ProjectUsers => within(&self.project_users),
            Collection::ProjectGroups => within(&self.project_groups),
            Collection::ServiceAccounts => within(&self.service_accounts),
            Collection::Roles
            | Collection::UserRoles
            | Collection::GroupRoles
            | Collection::GroupMembers
            | Collection::ProjectRoles
            | Collection::ProjectUserRoles
            | Collection::ProjectGroupRoles
            | Collection::ServiceAccountRoles
            | Collection::ApiKeys
            | Collection::AdminApiKeys
            | Collection::Invites => Box::new(std::iter::empty()),
        }
    }

    /// Whether a thing's part of a collection was requested or reused.
    pub fn was_asked(&self, collection: Collection, part: &Parent) -> bool {
        self.nested(collection).has(part) || self.carried.of(collection, part).is_some()
    }

    /// Why a list is truncated.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        fn of<T, I>(listed: Option<&Listed<T, I>>) -> Option<&Error> {
            listed?.truncated.as_ref()
        }
        let whole = [
            of(self.roles.as_ref()),
            of(self.users.as_ref()),
            of(self.groups.as_ref()),
            of(self.projects.as_ref()),
            of(self.admin_api_keys.as_ref()),
            of(self.invites.as_ref()),
        ];
        let parts = Collection::ALL.into_iter().flat_map(|collection| self.gaps(collection).0);
        whole.into_iter().flatten().chain(parts.map(|(_, error)| error))
    }

    /// The things whose part of a collection could not be read, each with the reason, and how many were requested.
    pub fn gaps(&self, collection: Collection) -> (Vec<(&Parent, &Error)>, usize) {
        self.nested(collection).gaps()
    }

    /// The nested lists of a collection.
    fn nested(&self, collection: Collection) -> &dyn Nested {
        match collection {
            Collection::GroupMembers => &self.group_members,
            Collection::ProjectUsers => &self.project_users,
            Collection::ProjectGroups => &self.project_groups,
            Collection::ServiceAccounts => &self.service_accounts,
            Collection::ApiKeys => &self.api_keys,
            collection @ (Collection::Roles
            | Collection::Users
            | Collection::UserRoles
            | Collection::Groups
            | Collection::GroupRoles
            | Collection::Projects
            | Collection::ProjectRoles
            | Collection::ProjectUserRoles
            | Collection::ProjectGroupRoles
            | Collection::ServiceAccountRoles
            | Collection::AdminApiKeys
            | Collection::Invites) => self.held(collection),
        }
    }
}

/// A list that nobody shares: that of a project, or one with fields that could not be read.
pub fn own_list(roles: &mut Arc<Listed<ListedRole>>) -> &mut Listed<ListedRole> {
    Arc::get_mut(roles).expect("only lists of principals that were read as planned are shared")
}

/// The canonical id. A custom role keeps its id, whatever it looks like.
pub fn role_id(role: &Role) -> &str {
    if role.predefined_role == Known::Value(false) { &role.id } else { canonical_role_id(&role.id) }
}

fn is_custom(role: &Role) -> bool {
    role.predefined_role != Known::Value(true)
}
