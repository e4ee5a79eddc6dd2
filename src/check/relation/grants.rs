//! Who holds what: from a principal to its grants, from a role or a project to the grants of it.

use std::sync::Arc;

use super::{Family, Path, Start, principal};
use crate::check::facts::Facts;
use crate::check::gaps::Gaps;
use crate::finding::Thing;
use crate::org::{Collection, Extent, Grant, GroupIx, Known, Org, Principal, Scope, Truth, UserIx, part_id};
use crate::policy::{Kind, Relation, matters};

/// What tells of grants, but for the groups.
const GRANTS: [Collection; 9] = [
    Collection::Users,
    Collection::UserRoles,
    Collection::GroupRoles,
    Collection::ProjectUsers,
    Collection::ProjectUserRoles,
    Collection::ProjectGroups,
    Collection::ProjectGroupRoles,
    Collection::ServiceAccounts,
    Collection::ServiceAccountRoles,
];

/// `holds` and `holders`.
pub struct Grants;

impl Family for Grants {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let Start { kind, at, scopes, .. } = start;
        if start.relation == Relation::Holds {
            let principal = principal(kind, at);
            into.extend(facts.grants_of(principal));
            return !facts.org.knows_grants(principal, scopes);
        }
        let grants = if kind == Kind::Role { facts.grants_by_role(at) } else { facts.grants_in_project(at) };
        into.extend(grants.iter().map(|&grant| grant as usize).filter(|&grant| facts.matters(grant, scopes)));
        if kind == Kind::Project && scopes.organization {
            into.extend(facts.grants_in_organization().iter().map(|&grant| grant as usize));
        }
        !facts.org.knows_all_grants(scopes)
    }

    fn paths(&self, facts: &Facts<'_>, _: Start, place: usize) -> Vec<Path> {
        facts.ways(&facts.grants()[place])
    }

    fn gaps(&self, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if start.relation == Relation::Holds {
            gaps.open_grants(principal(start.kind, start.at), start.scopes);
        } else {
            gaps.open_holders(start.scopes);
        }
    }
}

impl Facts<'_> {
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

    /// Every way that leads to a grant, as a path from the principal to the role.
    pub fn ways(&self, grant: &Grant) -> Vec<Path> {
        let principal = self.principal(grant.principal);
        // A role that holds in a project is reached by way of it.
        let project = match grant.scope {
            Scope::Project(project) => Some(self.thing(Kind::Project, project.at())),
            Scope::Organization => None,
        };
        let end: Vec<Arc<Thing>> = project.into_iter().chain([self.thing(Kind::Role, grant.role.at())]).collect();
        let through = |group: &GroupIx| {
            let start = [principal.clone(), self.thing(Kind::Group, group.at())];
            start.into_iter().chain(end.iter().cloned()).collect()
        };
        let mut paths: Vec<Path> = grant.groups.iter().map(through).collect();
        if grant.direct == Truth::Yes || grant.membership || paths.is_empty() {
            paths.insert(0, std::iter::once(principal.clone()).chain(end.iter().cloned()).collect());
        }
        paths
    }
}

impl Gaps<'_, '_, '_> {
    fn open_grants(&mut self, principal: Principal, scopes: Extent) {
        let org = self.facts.org;
        let groups = match principal {
            Principal::User(user) => {
                self.open_user(user, scopes);
                org.groups_of(user)
            }
            Principal::Group(group) => return self.open_group(group, scopes),
            Principal::ServiceAccount(account) => {
                let home = org.service_account(account);
                if scopes.project && !org.knows_account_assignments(account) {
                    let part = part_id(&org.project(home.project).id, &home.id);
                    self.unread_of(Collection::ServiceAccountRoles, &part);
                }
                if scopes.project && home.role == Known::Missing {
                    self.unsent("role", Kind::ServiceAccount, account.at());
                }
                org.groups_of_account(account)
            }
        };
        self.open_memberships(scopes);
        for &group in groups {
            self.open_group(group, scopes);
        }
    }

    fn open_user(&mut self, user: UserIx, scopes: Extent) {
        let org = self.facts.org;
        let id = &org.user(user).id;
        if scopes.organization && !org.knows_assignments(user) {
            self.unread_of(Collection::UserRoles, id);
        }
        if scopes.organization && org.user(user).role == Known::Missing {
            self.unsent("role", Kind::User, user.at());
        }
        if !scopes.project {
            return;
        }
        if !org.knows_all_project_users() {
            self.unread(Collection::ProjectUsers);
        }
        for at in org.projects_of(user) {
            let member = &org.project_users[at];
            let project = org.project(member.project);
            if !org.knows_project_assignments(at) {
                self.unread_of(Collection::ProjectUserRoles, &part_id(&project.id, id));
            }
            if member.role == Known::Missing {
                let part = part_id(&project.id, id);
                let why = self.facts.why_unclear(Collection::ProjectUsers, &part, "role").map(str::to_owned);
                let unsent = || {
                    let who = self.facts.thing(Kind::User, user.at());
                    format!("the API sent no `role` for {} in project {}", who.label(), project.id)
                };
                self.note(why.unwrap_or_else(unsent));
            }
        }
    }

    fn open_group(&mut self, group: GroupIx, scopes: Extent) {
        let org = self.facts.org;
        let id = &org.group(group).id;
        if scopes.organization && !org.knows_group_roles(group) {
            self.unread_of_group(Collection::GroupRoles, group);
        }
        if !scopes.project {
            return;
        }
        if !org.knows_all_project_groups() {
            self.unread(Collection::ProjectGroups);
        }
        for at in org.projects_of_group(group).filter(|&at| !org.knows_project_group_roles(at)) {
            let project = &org.project(org.project_groups[at].project).id;
            self.unread_of(Collection::ProjectGroupRoles, &part_id(project, id));
        }
    }

    pub fn open_holders(&mut self, scopes: Extent) {
        if self.facts.org.knows_all_grants(scopes) {
            return;
        }
        for &collection in GRANTS.iter().filter(|collection| matters(**collection, scopes)) {
            self.unread(collection);
        }
        self.open_memberships(scopes);
        if scopes.organization {
            self.missing_legacy_roles();
        }
        if scopes.project && missing_legacy_roles_in_projects(self.facts.org) {
            self.note("the API sent no `role` for a member of a project".to_owned());
        }
    }
}

fn missing_legacy_roles_in_projects(org: &Org) -> bool {
    org.project_users.iter().any(|member| member.role == Known::Missing)
        || org.service_accounts.iter().any(|account| account.role == Known::Missing)
}
