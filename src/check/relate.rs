//! From a thing to those that it is related to, and whether there may be more of them than were read.

use super::facts::Facts;
use crate::org::{Collection, Extent, GroupIx, Known, Owner, Principal, ProjectIx, Scope, ServiceAccountIx, UserIx};
use crate::policy::{Kind, Relation};

impl Facts<'_> {
    /// The places of the related things, in `into`; of grants, only those in these scopes matter. Returns whether there
    /// may be more.
    pub fn relate(&self, relation: Relation, of: Kind, at: usize, scopes: Extent, into: &mut Vec<usize>) -> bool {
        let org = self.org;
        into.clear();
        match relation {
            Relation::Holds => {
                let principal = principal(of, at);
                into.extend(self.grants_of(principal));
                !org.knows_grants(principal, scopes)
            }
            Relation::Holders => {
                let grants = if of == Kind::Role { self.grants_by_role(at) } else { self.grants_in_project(at) };
                into.extend(grants.iter().map(|&grant| grant as usize).filter(|&grant| self.matters(grant, scopes)));
                if of == Kind::Project && scopes.organization {
                    into.extend(self.grants_in_organization().iter().map(|&grant| grant as usize));
                }
                !org.knows_all_grants(scopes)
            }
            Relation::Groups => {
                let groups = match of {
                    Kind::ServiceAccount => org.groups_of_account(ServiceAccountIx::new(at)),
                    Kind::Role
                    | Kind::User
                    | Kind::Group
                    | Kind::Project
                    | Kind::Invite
                    | Kind::AdminApiKey
                    | Kind::ApiKey
                    | Kind::Grant => org.groups_of(UserIx::new(at)),
                };
                into.extend(groups.iter().map(|group| group.at()));
                !self.knows_memberships()
            }
            Relation::Members if of == Kind::Project => {
                let members = within(&org.project_users, at, |member| member.project);
                into.extend(members.map(|place| org.project_users[place].user.at()));
                !org.knows_project_users(ProjectIx::new(at))
            }
            Relation::Members => {
                let group = GroupIx::new(at);
                into.extend(org.members_of(group).iter().map(|user| user.at()));
                !org.knows_members(group)
            }
            Relation::Roles => {
                into.extend(org.roles_of_project(ProjectIx::new(at)).iter().map(|role| role.at()));
                !self.covers(Collection::ProjectRoles, at)
            }
            Relation::Projects => self.projects(of, at, into),
            Relation::ServiceAccounts => {
                into.extend(within(&org.service_accounts, at, |account| account.project));
                !self.covers(Collection::ServiceAccounts, at)
            }
            Relation::ApiKeys => {
                into.extend(within(&org.api_keys, at, |key| key.project));
                !self.covers(Collection::ApiKeys, at)
            }
            Relation::Project => {
                into.extend(self.project(of, at).map(ProjectIx::at));
                false
            }
            Relation::Role => {
                into.push(self.grants()[at].role.at());
                false
            }
            Relation::Group => {
                into.extend(match self.grants()[at].principal {
                    Principal::Group(group) => Some(group.at()),
                    Principal::User(_) | Principal::ServiceAccount(_) => None,
                });
                false
            }
            Relation::User => self.user(of, at, into),
            Relation::ServiceAccount => self.account(of, at, into),
        }
    }

    /// Whether the part of a collection that belongs to a project was read.
    fn covers(&self, collection: Collection, project: usize) -> bool {
        self.org.coverage.of(collection).covers(&self.org.projects[project].id)
    }

    fn projects(&self, of: Kind, at: usize, into: &mut Vec<usize>) -> bool {
        let org = self.org;
        match of {
            Kind::Role => {
                let lists = |project: &usize| {
                    let roles = org.roles_of_project(ProjectIx::new(*project));
                    roles.binary_search_by_key(&at, |role| role.at()).is_ok()
                };
                into.extend((0..org.projects.len()).filter(lists));
                !org.knows_of_all_projects(Collection::ProjectRoles)
            }
            Kind::Group => {
                let places = org.projects_of_group(GroupIx::new(at));
                into.extend(places.map(|place| org.project_groups[place].project.at()));
                !org.knows_all_project_groups()
            }
            Kind::Invite => {
                let invited = org.invites[at].projects.value();
                let place = |id: &str| org.projects.binary_search_by(|project| project.id.as_str().cmp(id)).ok();
                into.extend(invited.into_iter().flatten().filter_map(|(id, _)| place(id)));
                into.dedup();
                !self.knows_projects_of_invite(at)
            }
            Kind::User | Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                let places = org.projects_of(UserIx::new(at));
                into.extend(places.map(|place| org.project_users[place].project.at()));
                !org.knows_all_project_users()
            }
        }
    }

    /// Whether all projects that come with an invitation are among those that were read.
    pub fn knows_projects_of_invite(&self, at: usize) -> bool {
        let among = |id: &str| self.org.projects.binary_search_by(|project| project.id.as_str().cmp(id)).is_ok();
        self.org.invites[at].projects.value().is_some_and(|invited| invited.iter().all(|(id, _)| among(id)))
    }

    /// The project that a thing stands in, or that a grant holds in.
    fn project(&self, of: Kind, at: usize) -> Option<ProjectIx> {
        match of {
            Kind::ServiceAccount => Some(self.org.service_accounts[at].project),
            Kind::ApiKey => Some(self.org.api_keys[at].project),
            Kind::Role | Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::Grant => {
                match self.grants()[at].scope {
                    Scope::Project(project) => Some(project),
                    Scope::Organization => None,
                }
            }
        }
    }

    fn user(&self, of: Kind, at: usize, into: &mut Vec<usize>) -> bool {
        let org = self.org;
        let owner = match of {
            Kind::AdminApiKey => &org.admin_api_keys[at].owner,
            Kind::ApiKey => &org.api_keys[at].owner,
            Kind::Role
            | Kind::User
            | Kind::Group
            | Kind::Project
            | Kind::ServiceAccount
            | Kind::Invite
            | Kind::Grant => {
                into.extend(match self.grants()[at].principal {
                    Principal::User(user) => Some(user.at()),
                    Principal::Group(_) | Principal::ServiceAccount(_) => None,
                });
                return false;
            }
        };
        // The list of users has service accounts, too: whatever the API calls the owner, the id decides. Whom that list
        // lacks is no user to a rule that reads nothing else.
        let place = |id: &str| {
            let place = org.users.binary_search_by(|user| user.id.as_str().cmp(id)).ok();
            place.filter(|&at| org.users[at].listed)
        };
        owned(owner, place, self.lists_all(Kind::User, Extent::ALL), into)
    }

    fn account(&self, of: Kind, at: usize, into: &mut Vec<usize>) -> bool {
        let org = self.org;
        if of != Kind::ApiKey {
            into.extend(match self.grants()[at].principal {
                Principal::ServiceAccount(account) => Some(account.at()),
                Principal::Group(_) | Principal::User(_) => None,
            });
            return false;
        }
        let key = &org.api_keys[at];
        if key.owner.kind.value().is_some_and(|word| org.symbols.text(*word) == Kind::User.name()) {
            return false;
        }
        let place = |id: &str| {
            let accounts = &org.service_accounts;
            accounts.binary_search_by(|account| (account.project, account.id.as_str()).cmp(&(key.project, id))).ok()
        };
        owned(&key.owner, place, self.covers(Collection::ServiceAccounts, key.project.at()), into)
    }

    /// Whether a grant matters where not all do. What somebody holds in the organization of whom only projects tell does
    /// not, where the grants in projects do not.
    pub fn matters(&self, grant: usize, scopes: Extent) -> bool {
        let grant = &self.grants()[grant];
        match (grant.scope, grant.principal) {
            (Scope::Organization, Principal::User(user)) => {
                scopes.project || self.org.user(user).listed || !self.org.groups_of(user).is_empty()
            }
            _ => true,
        }
    }
}

/// Whose a key is, if somebody bears that id; returns whether that is unknown.
fn owned(owner: &Owner, place: impl Fn(&str) -> Option<usize>, all_listed: bool, into: &mut Vec<usize>) -> bool {
    match &owner.id {
        Known::Missing => true,
        // Nobody is left.
        Known::Null => false,
        Known::Value(id) => {
            into.extend(place(id));
            into.is_empty() && !all_listed
        }
    }
}

/// The places of what stands in a project, in a list that is sorted by project.
fn within<T>(things: &[T], project: usize, of: impl Fn(&T) -> ProjectIx) -> std::ops::Range<usize> {
    let from = things.partition_point(|thing| of(thing).at() < project);
    from..things.partition_point(|thing| of(thing).at() <= project)
}

/// The principal of a kind at a place.
pub fn principal(kind: Kind, at: usize) -> Principal {
    match kind {
        Kind::Group => Principal::Group(GroupIx::new(at)),
        Kind::ServiceAccount => Principal::ServiceAccount(ServiceAccountIx::new(at)),
        Kind::Role | Kind::User | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
            Principal::User(UserIx::new(at))
        }
    }
}
