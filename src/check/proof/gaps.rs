//! Why there may be more related things than were read: in words, for whoever has to mend it.

use super::{Missing, Proof, Prover};
use crate::check::evaluate::Domain;
use crate::check::relate::{holding, principal};
use crate::org::{Collection, Extent, GroupIx, Known, Org, Principal, ProjectIx, UserIx, part_id};
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

impl Prover<'_, '_> {
    /// Notes why there may be more things related to the one at that place than we know.
    pub(super) fn open(&self, relation: Relation, scopes: Extent, domain: Domain, at: usize, proof: &mut Proof) {
        let Domain::Things(kind) = domain else { return };
        let org = self.facts.org;
        let of_project = |collection, proof: &mut Proof| {
            if !org.coverage.of(collection).covers(&org.projects[at].id) {
                self.unread_of(collection, &org.projects[at].id, proof);
            }
        };
        match relation {
            Relation::Holds => self.open_grants(principal(kind, at), scopes, proof),
            Relation::Holders => self.open_holders(holding(kind, scopes), proof),
            Relation::Groups => {
                let project = self.facts.unlisted_groups.get();
                self.open_memberships(Extent { project, ..scopes }, proof);
            }
            Relation::Members if kind == Kind::Project => of_project(Collection::ProjectUsers, proof),
            Relation::Members => {
                let group = GroupIx::new(at);
                if !org.knows_members(group) {
                    self.unread_of_group(Collection::GroupMembers, group, proof);
                }
            }
            Relation::Roles => of_project(Collection::ProjectRoles, proof),
            Relation::ServiceAccounts => of_project(Collection::ServiceAccounts, proof),
            Relation::ApiKeys => of_project(Collection::ApiKeys, proof),
            Relation::Projects => self.open_projects(kind, at, proof),
            Relation::User | Relation::ServiceAccount => self.open_owner(relation, kind, at, proof),
            Relation::Project | Relation::Role | Relation::Group => {}
        }
    }

    fn open_grants(&self, principal: Principal, scopes: Extent, proof: &mut Proof) {
        let org = self.facts.org;
        let groups = match principal {
            Principal::User(user) => {
                self.open_user(user, scopes, proof);
                org.groups_of(user)
            }
            Principal::Group(group) => return self.open_group(group, scopes, proof),
            Principal::ServiceAccount(account) => {
                let home = org.service_account(account);
                if scopes.project && !org.knows_account_assignments(account) {
                    let part = part_id(&org.project(home.project).id, &home.id);
                    self.unread_of(Collection::ServiceAccountRoles, &part, proof);
                }
                if scopes.project && home.role == Known::Missing {
                    proof.missing.push(self.facts.unsent("role", Kind::ServiceAccount, account.at()));
                }
                org.groups_of_account(account)
            }
        };
        self.open_memberships(scopes, proof);
        for &group in groups {
            self.open_group(group, scopes, proof);
        }
    }

    fn open_user(&self, user: UserIx, scopes: Extent, proof: &mut Proof) {
        let org = self.facts.org;
        let id = &org.user(user).id;
        if scopes.organization && !org.knows_assignments(user) {
            self.unread_of(Collection::UserRoles, id, proof);
        }
        if scopes.organization && org.user(user).role == Known::Missing {
            proof.missing.push(self.facts.unsent("role", Kind::User, user.at()));
        }
        if !scopes.project {
            return;
        }
        if !org.knows_all_project_users() {
            self.unread(Collection::ProjectUsers, proof);
        }
        for at in org.projects_of(user) {
            let member = &org.project_users[at];
            let project = org.project(member.project);
            if !org.knows_project_assignments(at) {
                self.unread_of(Collection::ProjectUserRoles, &part_id(&project.id, id), proof);
            }
            if member.role == Known::Missing {
                let part = part_id(&project.id, id);
                let why = self.facts.why_unclear(Collection::ProjectUsers, &part, "role").map(str::to_owned);
                let unsent = || {
                    let who = self.facts.thing(Kind::User, user.at());
                    format!("the API sent no `role` for {} in project {}", who.label(), project.id)
                };
                proof.missing.push(Missing::Unread(why.unwrap_or_else(unsent)));
            }
        }
    }

    fn open_group(&self, group: GroupIx, scopes: Extent, proof: &mut Proof) {
        let org = self.facts.org;
        let id = &org.group(group).id;
        if scopes.organization && !org.knows_group_roles(group) {
            self.unread_of_group(Collection::GroupRoles, group, proof);
        }
        if !scopes.project {
            return;
        }
        if !org.knows_all_project_groups() {
            self.unread(Collection::ProjectGroups, proof);
        }
        for at in org.projects_of_group(group).filter(|&at| !org.knows_project_group_roles(at)) {
            let project = &org.project(org.project_groups[at].project).id;
            self.unread_of(Collection::ProjectGroupRoles, &part_id(project, id), proof);
        }
    }

    pub fn open_holders(&self, scopes: Extent, proof: &mut Proof) {
        if self.facts.org.knows_all_grants(scopes) {
            return;
        }
        for &collection in GRANTS.iter().filter(|collection| matters(**collection, scopes)) {
            self.unread(collection, proof);
        }
        self.open_memberships(scopes, proof);
        if scopes.organization {
            self.missing_legacy_roles(proof);
        }
        if scopes.project && missing_legacy_roles_in_projects(self.facts.org) {
            proof.missing.push(Missing::Unread("the API sent no `role` for somebody in a project".to_owned()));
        }
    }

    fn open_memberships(&self, scopes: Extent, proof: &mut Proof) {
        let org = self.facts.org;
        if org.knows_memberships_in(scopes) {
            return;
        }
        self.unread(Collection::Groups, proof);
        self.unread(Collection::GroupMembers, proof);
        if scopes.project {
            self.unread(Collection::ProjectGroups, proof);
            if let Some(unlisted) = org.groups.iter().position(|group| !group.listed) {
                self.unread_of_group(Collection::GroupMembers, GroupIx::new(unlisted), proof);
            }
        }
    }

    /// Notes why the part of a collection that belongs to a group is missing.
    fn unread_of_group(&self, collection: Collection, group: GroupIx, proof: &mut Proof) {
        let org = self.facts.org;
        let id = &org.group(group).id;
        self.unread_of(collection, id, proof);
        let recorded = org.coverage.failure(collection, id).is_some() || !org.coverage.of(collection).asked;
        if !org.group(group).listed && !recorded {
            let said = format!("group {id} is not in the list of groups, and was not asked about");
            proof.missing.push(Missing::Unread(said));
        }
    }

    fn open_projects(&self, kind: Kind, at: usize, proof: &mut Proof) {
        let org = self.facts.org;
        match kind {
            Kind::Role => self.unread(Collection::ProjectRoles, proof),
            Kind::Group => self.unread(Collection::ProjectGroups, proof),
            Kind::Invite if org.invites[at].projects.is_missing() => {
                proof.missing.push(self.facts.unsent("projects", kind, at));
            }
            Kind::Invite if self.facts.knows_projects_of_invite(at) => {}
            Kind::Invite if !org.coverage.of(Collection::Projects).exhaustive() => {
                self.unread(Collection::Projects, proof);
            }
            Kind::Invite => {
                proof.missing.push(Missing::Unread("the list of projects lacks one that comes with it".to_owned()));
            }
            Kind::User | Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                self.unread(Collection::ProjectUsers, proof);
            }
        }
    }

    fn open_owner(&self, relation: Relation, kind: Kind, at: usize, proof: &mut Proof) {
        let org = self.facts.org;
        let owner = match kind {
            Kind::AdminApiKey => &org.admin_api_keys[at].owner,
            Kind::ApiKey => &org.api_keys[at].owner,
            Kind::Role
            | Kind::User
            | Kind::Group
            | Kind::Project
            | Kind::ServiceAccount
            | Kind::Invite
            | Kind::Grant => return,
        };
        if owner.id.is_missing() {
            proof.missing.push(self.facts.unsent("owner", kind, at));
        } else if relation == Relation::User {
            self.unread(Collection::Users, proof);
        } else {
            let project: ProjectIx = org.api_keys[at].project;
            self.unread_of(Collection::ServiceAccounts, &org.project(project).id, proof);
        }
    }
}

fn missing_legacy_roles_in_projects(org: &Org) -> bool {
    org.project_users.iter().any(|member| member.role == Known::Missing)
        || org.service_accounts.iter().any(|account| account.role == Known::Missing)
}
