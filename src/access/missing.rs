//! Why a principal may hold more than was read, and why there may be other grants.

use super::gaps::{Gaps, sentences};
use super::own::{Own, as_user, groups_of, of_group, own};
use super::{Access, knows_grants};
use crate::org::{
    Among, Collection, Extent, GroupIx, Kind, Known, Org, Principal, ProjectIx, Scope, ServiceAccountIx, part_id,
};

impl Access<'_> {
    /// Why this principal may hold more in these scopes than was read, in sentences; none if all was read.
    pub fn missing_of(&self, principal: Principal, extent: Extent) -> Vec<String> {
        let mut found = Vec::new();
        if !knows_grants(self.org, principal, extent) {
            Gaps::new(self, &mut found).grants_of(principal, extent);
        }
        sentences(&found, None)
    }

    /// Why there may be grants in these scopes that were not read, of any principal, in sentences; none if all were
    /// read.
    pub fn missing(&self, extent: Extent) -> Vec<String> {
        let mut found = Vec::new();
        Gaps::new(self, &mut found).grants(extent);
        sentences(&found, None)
    }
}

impl Gaps<'_, '_, '_> {
    /// Notes why a principal may hold more than was read.
    pub fn grants_of(&mut self, principal: Principal, extent: Extent) {
        let org = self.access.org;
        if let Principal::Group(group) = principal {
            return self.grants_of_group(group, extent);
        }
        let meant = own(org, principal).filter(|own| extent.contain(own.scope));
        let (organization, projects): (Vec<_>, Vec<_>) = meant.partition(|own| own.scope == Scope::Organization);
        let may_be_user = extent.organization && matches!(principal, Principal::ServiceAccount(_));
        if may_be_user && !org.coverage.of(Collection::Users).lists_all() {
            self.unread(Collection::Users);
        }
        for own in organization {
            self.own(principal, own);
        }
        if extent.project && !org.knows_all_project_users() {
            self.unread(Collection::ProjectUsers);
        }
        for own in projects {
            self.own(principal, own);
        }
        self.memberships(extent);
        for &group in groups_of(org, principal) {
            self.grants_of_group(group, extent);
        }
    }

    /// Notes why somebody may hold more in one scope, groups aside.
    fn own(&mut self, principal: Principal, own: Own<'_>) {
        let org = self.access.org;
        let project = match own.scope {
            Scope::Organization => None,
            Scope::Project(project) => Some(&org.project(project).id),
        };
        let at_home = |account: ServiceAccountIx| own.scope == Scope::Project(org.service_account(account).project);
        let (kind, at, roles) = match (principal, as_user(org, principal)) {
            (Principal::ServiceAccount(account), _) if at_home(account) => {
                (Kind::ServiceAccount, account.at(), Collection::ServiceAccountRoles)
            }
            (_, Some(user)) if project.is_none() => (Kind::User, user.at(), Collection::UserRoles),
            (_, Some(user)) => (Kind::User, user.at(), Collection::ProjectUserRoles),
            // A group holds nothing by membership.
            (Principal::User(_) | Principal::ServiceAccount(_) | Principal::Group(_), None) => return,
        };
        let who = self.access.principal(principal);
        let part = project.map_or_else(|| who.id.to_string(), |project| part_id(project, &who.id).to_string());
        if !own.listed {
            self.unread_of(roles, &part);
        }
        match (kind, project) {
            _ if !own.legacy.is_missing() => {}
            (Kind::User, Some(project)) => {
                let why = self.access.why_unclear(Collection::ProjectUsers, &part, "role").map(str::to_owned);
                let unsent = || format!("the API sent no `role` for {} in project {project}", who.label());
                self.note(why.unwrap_or_else(unsent));
            }
            _ => self.unsent("role", kind, at),
        }
    }

    fn grants_of_group(&mut self, group: GroupIx, extent: Extent) {
        let org = self.access.org;
        if extent.organization && !org.knows_group_roles(group) {
            self.unread_of_group(Collection::GroupRoles, group);
        }
        if extent.project && !org.knows_all_project_groups() {
            self.unread(Collection::ProjectGroups);
        }
        for held in of_group(org, group).filter(|held| extent.contain(held.scope) && !held.listed) {
            match held.scope {
                Scope::Organization => {}
                Scope::Project(project) => {
                    let part = part_id(&org.project(project).id, &org.group(group).id);
                    self.unread_of(Collection::ProjectGroupRoles, &part);
                }
            }
        }
    }

    /// Notes why there may be grants that were not read, of any principal.
    pub fn grants(&mut self, extent: Extent) {
        if self.access.org.knows_all_grants(extent, Among::ALL) {
            return;
        }
        let tells_who_holds = |collection: &Collection| {
            Collection::ASSIGNMENTS.contains(collection)
                || Collection::WITH_LEGACY_ROLE.contains(collection)
                || *collection == Collection::ProjectGroups
        };
        // Where only service accounts matter, nobody else's roles do.
        let (of_users, others): (Vec<Collection>, Vec<Collection>) = Collection::GRANTS
            .iter()
            .filter(|one| tells_who_holds(one) && one.matters(extent))
            .partition(|one| !extent.users && Collection::OF_USERS.contains(one));
        for collection in others {
            self.unread(collection);
        }
        if !of_users.is_empty() {
            let accounts = 0..self.access.org.service_accounts.len();
            for account in accounts.map(|at| Principal::ServiceAccount(ServiceAccountIx::new(at))) {
                let own = own(self.access.org, account).filter(|own| extent.contain(own.scope));
                own.collect::<Vec<_>>().into_iter().for_each(|own| self.own(account, own));
            }
        }
        self.memberships(extent);
        if extent.organization && extent.users {
            self.missing_legacy_roles();
        }
        if extent.project && missing_legacy_roles_in_projects(self.access.org, extent) {
            self.note("the API sent no `role` for a member of a project".to_owned());
        }
    }

    /// Notes why there may be grants in a project that were not read, or, if those matter, in the organization.
    pub fn grants_of_project(&mut self, project: ProjectIx, extent: Extent) {
        let org = self.access.org;
        if org.knows_grants_of_project(project, extent) {
            return;
        }
        if extent.project {
            let id = &org.project(project).id;
            let here = Scope::Project(project);
            let mut members: Vec<Principal> = Vec::new();
            if (extent.users || extent.service_accounts) && !org.knows_project_users(project) {
                self.unread_of(Collection::ProjectUsers, id);
            }
            if extent.users {
                let users = org.project_users.iter().filter(|member| member.project == project);
                members.extend(users.map(|member| Principal::User(member.user)));
            }
            if !org.knows_project_groups(project) {
                self.unread_of(Collection::ProjectGroups, id);
            }
            if extent.service_accounts {
                // Those of other projects may be users here.
                let accounts = 0..org.service_accounts.len();
                members.extend(accounts.map(|at| Principal::ServiceAccount(ServiceAccountIx::new(at))));
            }
            for member in members {
                own(org, member).filter(|own| own.scope == here).for_each(|own| self.own(member, own));
            }
            for group in org.groups_of_project(project).collect::<Vec<_>>() {
                if of_group(org, group).any(|held| held.scope == here && !held.listed) {
                    self.unread_of(Collection::ProjectGroupRoles, &part_id(id, &org.group(group).id));
                }
                if (extent.users || extent.service_accounts) && !org.group(group).listed {
                    self.unread_of_group(Collection::GroupMembers, group);
                }
            }
        }
        if !org.coverage.of(Collection::Projects).lists_all() {
            self.unread(Collection::Projects);
        }
        self.grants(Extent { project: false, ..extent });
    }

    /// Notes why somebody may be in groups that were not read.
    pub fn memberships(&mut self, extent: Extent) {
        let org = self.access.org;
        if org.knows_memberships_in(extent) {
            return;
        }
        self.unread(Collection::Groups);
        // Only they are in groups.
        if !extent.users && !extent.service_accounts {
            return;
        }
        self.unread(Collection::GroupMembers);
        if extent.project {
            self.unread(Collection::ProjectGroups);
            if let Some(unlisted) = org.groups.iter().position(|group| !group.listed) {
                self.unread_of_group(Collection::GroupMembers, GroupIx::new(unlisted));
            }
        }
    }

    /// Notes why the part of a collection that belongs to a group is missing.
    pub fn unread_of_group(&mut self, collection: Collection, group: GroupIx) {
        let org = self.access.org;
        let id = &org.group(group).id;
        self.unread_of(collection, id);
        let recorded = org.coverage.failure(collection, id).is_some() || !org.coverage.of(collection).asked;
        if !org.group(group).listed && !recorded {
            let said = format!("group {id} is not in the list of groups, so its data was not requested");
            self.note(said);
        }
    }
}

fn missing_legacy_roles_in_projects(org: &Org, extent: Extent) -> bool {
    (extent.users && org.project_users.iter().any(|member| member.role == Known::Missing))
        || extent.service_accounts && org.service_accounts.iter().any(|account| account.role == Known::Missing)
}
