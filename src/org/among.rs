//! Which users, groups and projects somebody asks about, and whether everything was read of them. What nobody asks
//! about need not be read.

use std::collections::{BTreeMap, BTreeSet};

use fixedbitset::FixedBitSet;

use super::{Collection, Extent, Kind, Known, Org, ProjectIx, ServiceAccountIx};

/// The users, groups and projects that a question is about, by their places. Without a set, it is about all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Among {
    /// The users.
    pub users: Option<FixedBitSet>,
    /// The groups.
    pub groups: Option<FixedBitSet>,
    /// The projects.
    pub projects: Option<FixedBitSet>,
}

impl Among {
    /// All of them.
    pub const ALL: &'static Self = &Self { users: None, groups: None, projects: None };

    /// Whether the user, group or project at that place is one of them. Of other kinds, everything is.
    pub fn has(&self, kind: Kind, at: usize) -> bool {
        self.of(kind).is_none_or(|places| places.contains(at))
    }

    /// Which of a kind.
    pub fn of(&self, kind: Kind) -> Option<&FixedBitSet> {
        match kind {
            Kind::User => self.users.as_ref(),
            Kind::Group => self.groups.as_ref(),
            Kind::Project => self.projects.as_ref(),
            Kind::Role | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => None,
        }
    }

    /// Narrows a kind to these places.
    pub fn narrow(&mut self, kind: Kind, places: FixedBitSet) {
        match kind {
            Kind::User => self.users = Some(places),
            Kind::Group => self.groups = Some(places),
            Kind::Project => self.projects = Some(places),
            Kind::Role | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {}
        }
    }
}

/// For each collection that is not read of everything, of what it is read: of what one of several questions is about.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// What each question is about.
    pub among: Vec<Among>,
    /// The questions, by their places in that list, for which a collection is read. One that is missing here is read of
    /// everything.
    pub of: BTreeMap<Collection, Vec<usize>>,
    /// The collections that are also read of each service account that is a user.
    pub of_accounts: BTreeSet<Collection>,
}

impl Parts {
    /// Whether a collection is read of these things, which are given by kind and place. Without a place, it is not known
    /// which of its kind the thing is.
    pub fn have(&self, collection: Collection, things: &[(Kind, Option<usize>)]) -> bool {
        let asks = |&question: &usize| {
            let known = things.iter().filter_map(|(kind, at)| Some((*kind, (*at)?)));
            known.into_iter().all(|(kind, at)| self.among[question].has(kind, at))
        };
        self.of.get(&collection).is_none_or(|questions| questions.iter().any(asks))
    }
}

impl Org {
    /// Whether every grant in these scopes was read, as far as it is one of these users and groups, and in these
    /// projects.
    pub fn knows_all_grants(&self, scopes: Extent, among: &Among) -> bool {
        let members = scopes.users || scopes.service_accounts;
        self.coverage.of(Collection::Groups).lists_all()
            && (!members || self.knows_memberships())
            && (!scopes.organization || self.knows_grants_in_organization(scopes, among))
            && (!(scopes.project || scopes.service_accounts) || self.coverage.of(Collection::Projects).lists_all())
            && (!scopes.project || self.all_projects(among, |project| self.knows_grants_in(project, scopes, among)))
            // Those of other projects hold here what their groups do.
            && (!scopes.service_accounts
                || (self.knows_of_projects(Collection::ServiceAccounts, Among::ALL)
                    && self.knows_accounts_as_users(scopes, |project| among.has(Kind::Project, project.at()))))
    }

    /// Whether everything was read that service accounts hold as users in these scopes, and in these projects.
    fn knows_accounts_as_users(&self, scopes: Extent, of: impl Fn(ProjectIx) -> bool) -> bool {
        let mut as_users = (0..self.service_accounts.len()).filter_map(|at| {
            let account = ServiceAccountIx::new(at);
            Some((self.service_account(account).project, self.as_user(account)?))
        });
        (!scopes.organization || self.coverage.of(Collection::Users).lists_all())
            && as_users.all(|(home, user)| {
                let row = self.user(user);
                let in_organization = !row.listed() || (self.knows_assignments(user) && row.role() != Known::Missing);
                let mut in_projects = self.projects_of(user).filter(|&at| of(self.project_users[at].project));
                (!scopes.organization || in_organization)
                    && (!scopes.project
                        || in_projects.all(|at| {
                            let member = &self.project_users[at];
                            (member.project == home || self.knows_project_assignments(at))
                                && member.role != Known::Missing
                        }))
            })
    }

    /// Whether every grant in these scopes was read that somebody has in this project or, if those in the organization
    /// matter, there.
    pub fn knows_grants_of_project(&self, project: ProjectIx, scopes: Extent) -> bool {
        self.knows_all_grants(Extent { project: false, ..scopes }, Among::ALL)
            && self.coverage.of(Collection::Projects).lists_all()
            && (!scopes.project
                || (self.knows_grants_in(project, scopes, Among::ALL)
                    && self.knows_accounts_as_users(Extent { organization: false, ..scopes }, |at| at == project)))
    }

    /// Whether every grant in a project was read, as far as it is one of these users and groups. The members of the
    /// groups that the list has, and the lists of service accounts, are another question.
    fn knows_grants_in(&self, project: ProjectIx, scopes: Extent, among: &Among) -> bool {
        let members = scopes.users || scopes.service_accounts;
        let user = |at: usize| {
            let member = &self.project_users[at];
            !among.has(Kind::User, member.user.at())
                || (self.knows_project_assignments(at) && member.role != Known::Missing)
        };
        let group = |at: usize| {
            let group = self.project_groups[at].group;
            (!members || self.group(group).listed)
                && (!among.has(Kind::Group, group.at()) || self.knows_project_group_roles(at))
        };
        let account = |at: usize| {
            !self.gaps.service_account_roles.contains(at) && self.service_accounts[at].role != Known::Missing
        };
        (!members || self.knows_project_users(project))
            && (!scopes.users || places(&self.project_users, project, |user| user.project).all(user))
            && self.knows_project_groups(project)
            && places(&self.project_groups, project, |group| group.project).all(group)
            && (!scopes.service_accounts
                || places(&self.service_accounts, project, |account| account.project).all(account))
    }

    /// Whether the part of a collection that is read project by project was read of all these projects.
    pub fn knows_of_projects(&self, collection: Collection, among: &Among) -> bool {
        let record = self.coverage.of(collection);
        self.coverage.of(Collection::Projects).lists_all()
            && (record.is_complete() || self.all_projects(among, |project| record.covers(&self.project(project).id)))
    }

    fn knows_grants_in_organization(&self, scopes: Extent, among: &Among) -> bool {
        let of_users = || {
            self.coverage.of(Collection::Users).lists_all()
                && match &among.users {
                    None => self.gaps.user_roles.is_clear() && self.users.have_roles(),
                    Some(some) => some
                        .ones()
                        .all(|at| !self.gaps.user_roles.contains(at) && self.users.at(at).role() != Known::Missing),
                }
        };
        let group = |at: usize| !self.groups[at].listed || !among.has(Kind::Group, at);
        (!scopes.users || of_users()) && self.gaps.group_roles.ones().all(group)
    }

    fn all_projects(&self, among: &Among, holds: impl Fn(ProjectIx) -> bool) -> bool {
        let mut projects = (0..self.projects.len()).filter(|&at| among.has(Kind::Project, at));
        projects.all(|at| holds(ProjectIx::new(at)))
    }
}

/// The places of what stands in a project, in a list that is sorted by project.
fn places<T>(things: &[T], project: ProjectIx, of: impl Fn(&T) -> ProjectIx) -> std::ops::Range<usize> {
    let from = things.partition_point(|thing| of(thing) < project);
    from..things.partition_point(|thing| of(thing) <= project)
}
