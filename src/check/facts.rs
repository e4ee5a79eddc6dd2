//! The organization as the evaluator sees it: kinds of things by number, and all effective grants in one table.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::finding::Thing;
use crate::org::{
    Collection, Extent, Grant, GroupIx, Known, Org, Principal, ProjectIx, RoleIx, Rows, Scope, ServiceAccountIx, UserIx,
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
    pub(super) named: Named,
}

/// What was found out about names.
#[derive(Default)]
pub struct Named {
    /// The things that were named so far, so that all findings share them.
    pub things: RefCell<HashMap<(Kind, usize), Arc<Thing>>>,
    /// Of a kind, a hash of each name, sorted.
    pub names: RefCell<HashMap<Kind, Vec<u64>>>,
    pub owning_projects: OnceCell<Vec<Option<ProjectIx>>>,
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
            named: Named::default(),
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
}
