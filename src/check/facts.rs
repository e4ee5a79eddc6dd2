//! The organization as the evaluator sees it: kinds of things by number, and all effective grants in one table.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::finding::{Thing, ThingKind};
use crate::org::{
    Collection, Extent, Grant, GroupIx, Known, Org, Principal, ProjectIx, RoleIx, Rows, Scope, ServiceAccountIx, Text,
    UserIx,
};
use crate::policy::Kind;
use crate::time::Time;

/// The facts that rules are judged on.
pub struct Facts<'o> {
    pub org: &'o Org,
    pub as_of: Time,
    /// Whether the rule at hand reads the groups of projects: then it speaks of groups that only projects list, too.
    pub unlisted_groups: Cell<bool>,
    grants: OnceCell<Grants>,
    missing_legacy_roles: OnceCell<Option<(usize, usize)>>,
    owning_projects: OnceCell<Vec<Option<ProjectIx>>>,
    /// The things that were named so far, so that all findings share them.
    things: RefCell<HashMap<(Kind, usize), Arc<Thing>>>,
}

/// Every effective grant. Only rules that ask more of a grant than its role make us build it.
struct Grants {
    /// A row for each user, then one for each group, then one for each service account.
    of: Rows<Grant>,
    /// For each role, the grants of it.
    by_role: Rows<u32>,
    /// For each project, the grants in it.
    by_project: Rows<u32>,
    /// The grants in the organization.
    in_organization: Vec<u32>,
}

impl<'o> Facts<'o> {
    pub fn new(org: &'o Org, as_of: Time) -> Self {
        Self {
            org,
            as_of,
            unlisted_groups: Cell::new(false),
            grants: OnceCell::new(),
            missing_legacy_roles: OnceCell::new(),
            owning_projects: OnceCell::new(),
            things: RefCell::default(),
        }
    }

    fn table(&self) -> &Grants {
        self.grants.get_or_init(|| {
            let mut of = Rows::default();
            for user in 0..self.org.users.len() {
                of.push(self.org.grants_of_user(UserIx::new(user)));
            }
            for group in 0..self.org.groups.len() {
                of.push(self.org.grants_of_group(GroupIx::new(group)));
            }
            for account in 0..self.org.service_accounts.len() {
                of.push(self.org.grants_of_account(ServiceAccountIx::new(account)));
            }
            let by_role: Rows<RoleIx> = of.items().iter().map(|grant: &Grant| [grant.role]).collect();
            let in_project = |grant: &Grant| match grant.scope {
                Scope::Project(project) => Some(project),
                Scope::Organization => None,
            };
            let places = of.items().iter().zip(0..);
            let in_organization =
                places.filter(|(grant, _)| grant.scope == Scope::Organization).map(|(_, place)| place).collect();
            let by_project: Rows<ProjectIx> = of.items().iter().map(in_project).collect();
            Grants {
                by_role: by_role.inverse(self.org.roles.len(), RoleIx::at),
                by_project: by_project.inverse(self.org.projects.len(), ProjectIx::at),
                in_organization,
                of,
            }
        })
    }

    /// Whether all groups of which the rule at hand speaks were read, and all their members.
    pub fn knows_memberships(&self) -> bool {
        if self.unlisted_groups.get() { self.org.knows_all_memberships() } else { self.org.knows_memberships() }
    }

    /// Whether further groups may confer a grant.
    pub fn more_groups(&self, grant: &Grant) -> bool {
        let unlisted = match (grant.scope, grant.principal) {
            (Scope::Organization, Principal::User(_) | Principal::ServiceAccount(_)) => self.unlisted_groups.get(),
            (Scope::Organization, Principal::Group(_)) | (Scope::Project(_), _) => false,
        };
        grant.more_groups || (unlisted && !self.knows_memberships())
    }

    /// Every effective grant that was read.
    pub fn grants(&self) -> &[Grant] {
        self.table().of.items()
    }

    /// The places of a principal's grants among [`Facts::grants`].
    pub fn grants_of(&self, principal: Principal) -> std::ops::Range<usize> {
        let row = match principal {
            Principal::User(user) => user.at(),
            Principal::Group(group) => self.org.users.len() + group.at(),
            Principal::ServiceAccount(account) => self.org.users.len() + self.org.groups.len() + account.at(),
        };
        self.table().of.range(row)
    }

    /// The places of a role's grants among [`Facts::grants`].
    pub fn grants_by_role(&self, role: usize) -> &[u32] {
        self.table().by_role.of(role)
    }

    /// The places of the grants in the organization among [`Facts::grants`].
    pub fn grants_in_organization(&self) -> &[u32] {
        &self.table().in_organization
    }

    /// The places of the grants in a project among [`Facts::grants`].
    pub fn grants_in_project(&self, project: usize) -> &[u32] {
        self.table().by_project.of(project)
    }

    /// The first user for whom the legacy word is missing, and how many there are.
    pub fn missing_legacy_roles(&self) -> Option<(usize, usize)> {
        *self.missing_legacy_roles.get_or_init(|| {
            let mut missing_legacy_roles =
                (0..self.org.users.len()).filter(|&at| self.org.users[at].role == Known::Missing);
            missing_legacy_roles.next().map(|first| (first, 1 + missing_legacy_roles.count()))
        })
    }

    /// How many things of a kind were read.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Role => self.org.roles.len(),
            Kind::User => self.org.users.len(),
            Kind::Group => self.org.groups.len(),
            Kind::Project => self.org.projects.len(),
            Kind::ServiceAccount => self.org.service_accounts.len(),
            Kind::Invite => self.org.invites.len(),
            Kind::AdminApiKey => self.org.admin_api_keys.len(),
            Kind::ApiKey => self.org.api_keys.len(),
            Kind::Grant => self.grants().len(),
        }
    }

    /// Whether there are no other things of that kind than those that were read; of roles and grants, in these scopes.
    pub fn lists_all(&self, kind: Kind, scopes: Extent) -> bool {
        let exhaustive = |collection| self.org.coverage.of(collection).exhaustive();
        let in_projects = |collection| self.org.knows_of_all_projects(collection);
        match kind {
            Kind::Role => {
                (!scopes.organization || exhaustive(Collection::Roles))
                    && (!scopes.project || in_projects(Collection::ProjectRoles))
            }
            Kind::User => exhaustive(Collection::Users),
            Kind::Group => exhaustive(Collection::Groups),
            Kind::Project => exhaustive(Collection::Projects),
            Kind::ServiceAccount => in_projects(Collection::ServiceAccounts),
            Kind::Invite => exhaustive(Collection::Invites),
            Kind::AdminApiKey => exhaustive(Collection::AdminApiKeys),
            Kind::ApiKey => in_projects(Collection::ApiKeys),
            Kind::Grant => self.org.knows_all_grants(scopes),
        }
    }

    /// A thing by its kind and place.
    pub fn thing(&self, kind: Kind, at: usize) -> Arc<Thing> {
        if let Some(thing) = self.things.borrow().get(&(kind, at)) {
            return Arc::clone(thing);
        }
        let thing = Arc::new(self.described(kind, at));
        self.things.borrow_mut().insert((kind, at), Arc::clone(&thing));
        thing
    }

    fn described(&self, kind: Kind, at: usize) -> Thing {
        match kind {
            Kind::Role => {
                let role = &self.org.roles[at];
                let thing = thing(Kind::Role, &role.id, &role.name, None);
                match self.owning_projects()[at] {
                    Some(project) => self.within(project, thing),
                    None => thing,
                }
            }
            Kind::User => {
                let user = &self.org.users[at];
                thing(Kind::User, &user.id, &user.name, user.email.value())
            }
            Kind::Group => {
                let group = &self.org.groups[at];
                thing(Kind::Group, &group.id, &group.name, None)
            }
            Kind::Project => {
                let project = &self.org.projects[at];
                thing(Kind::Project, &project.id, &project.name, None)
            }
            Kind::ServiceAccount => {
                let account = &self.org.service_accounts[at];
                self.within(account.project, thing(Kind::ServiceAccount, &account.id, &account.name, None))
            }
            Kind::Invite => {
                let invite = &self.org.invites[at];
                thing(Kind::Invite, &invite.id, &Known::Missing, invite.email.value())
            }
            Kind::AdminApiKey => {
                let key = &self.org.admin_api_keys[at];
                thing(Kind::AdminApiKey, &key.id, &key.name, None)
            }
            Kind::ApiKey => {
                let key = &self.org.api_keys[at];
                self.within(key.project, thing(Kind::ApiKey, &key.id, &key.name, None))
            }
            Kind::Grant => {
                let grant = &self.grants()[at];
                let (principal, role) = (self.principal(grant.principal), self.thing(Kind::Role, grant.role.at()));
                let spoken = format!("{} of {}", role.label(), principal.label());
                // As a member of a group, a service account may be a user, too: that is another grant.
                let holder = match grant.principal {
                    Principal::User(_) | Principal::Group(_) => principal.id.to_string(),
                    Principal::ServiceAccount(_) => format!("{}:{}", principal.kind.name(), principal.id),
                };
                let (id, name) = match grant.scope {
                    Scope::Organization => (format!("{holder}/{}", role.id), spoken),
                    Scope::Project(project) => {
                        let project = self.thing(Kind::Project, project.at());
                        let id = format!("{holder}/{}/{}", project.id, role.id);
                        (id, format!("{spoken} in {}", project.label()))
                    }
                };
                Thing {
                    kind: ThingKind::Of(Kind::Grant),
                    id: Text::from(id),
                    name: Some(Text::from(name)),
                    email: None,
                    project: None,
                }
            }
        }
    }

    fn within(&self, project: ProjectIx, thing: Thing) -> Thing {
        Thing { project: Some(self.thing(Kind::Project, project.at())), ..thing }
    }

    /// Of each role, the project that it belongs to: a custom one belongs to one at most.
    fn owning_projects(&self) -> &[Option<ProjectIx>] {
        self.owning_projects.get_or_init(|| {
            let mut owning_projects = vec![None; self.org.roles.len()];
            for project in (0..self.org.projects.len()).map(ProjectIx::new) {
                let custom = self.org.roles_of_project(project).iter().map(|role| role.at());
                for role in custom.filter(|&role| self.org.roles[role].predefined_role == Known::Value(false)) {
                    owning_projects[role] = Some(project);
                }
            }
            owning_projects
        })
    }

    /// A principal as a thing.
    pub fn principal(&self, principal: Principal) -> Arc<Thing> {
        match principal {
            Principal::User(user) => self.thing(Kind::User, user.at()),
            Principal::Group(group) => self.thing(Kind::Group, group.at()),
            Principal::ServiceAccount(account) => self.thing(Kind::ServiceAccount, account.at()),
        }
    }
}

fn thing(kind: Kind, id: &Text, name: &Known<Text>, email: Option<&Text>) -> Thing {
    Thing {
        kind: ThingKind::Of(kind),
        id: id.clone(),
        name: name.value().cloned(),
        email: email.cloned(),
        project: None,
    }
}
