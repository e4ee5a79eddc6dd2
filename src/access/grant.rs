//! Effective grants: one principal that holds one role in one scope, in one or several ways.

use std::collections::BTreeMap;

use super::{GroupIx, Org, ProjectIx, RoleIx, ServiceAccountIx, Truth, UserIx};

/// Where a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In the whole organization.
    Organization,
    /// In one project.
    Project(ProjectIx),
}

/// Which grants matter, by scope and partly by holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Those in the organization.
    pub organization: bool,
    /// Those in projects.
    pub project: bool,
    /// Whether to include those of service accounts, which only the lists of projects contain.
    pub service_accounts: bool,
}

impl Extent {
    /// All of them.
    pub const ALL: Self = Self { organization: true, project: true, service_accounts: true };

    /// What matters to both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            organization: self.organization && other.organization,
            project: self.project && other.project,
            service_accounts: self.service_accounts && other.service_accounts,
        }
    }

    /// What matters to one of them.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            organization: self.organization || other.organization,
            project: self.project || other.project,
            service_accounts: self.service_accounts || other.service_accounts,
        }
    }

    /// Whether this one matters.
    pub fn contain(self, scope: Scope) -> bool {
        match scope {
            Scope::Organization => self.organization,
            Scope::Project(_) => self.project,
        }
    }
}

/// Who holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A user.
    User(UserIx),
    /// A group, for its members.
    Group(GroupIx),
    /// A service account.
    ServiceAccount(ServiceAccountIx),
}

/// How a principal got a role, according to one response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// `assignment_sources` names the principal.
    Direct,
    /// `assignment_sources` names this group.
    Group(GroupIx),
    /// `assignment_sources` names neither the principal nor a group.
    Inherited,
    /// No `assignment_sources`: direct or inherited.
    Unstated,
}

/// One role in the API's list of a principal's roles, and one way in which it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The role.
    pub role: RoleIx,
    /// The way.
    pub via: Via,
}

/// One principal holding one role in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub principal: Principal,
    /// What.
    pub role: RoleIx,
    /// Where.
    pub scope: Scope,
    /// Whether the role was granted to the principal itself.
    pub direct: Truth,
    /// Whether the API says that it is direct; if not, `direct` depends on whether a group grants the role.
    pub direct_stated: bool,
    /// Whether membership of the organization or project implies it (the legacy role).
    pub membership: bool,
    /// The groups that grant it, sorted.
    pub groups: Vec<GroupIx>,
    /// Whether further groups may grant it because of missing data.
    pub more_groups: bool,
}

/// What is known of a principal in one scope.
struct ScopeView<'o> {
    /// What the API lists as the principal's roles there.
    assignments: &'o [Assignment],
    /// Whether that list was read, or there is none to read.
    listed: bool,
    /// The role that membership implies.
    implied: Option<RoleIx>,
    /// The principal's groups there, each with its roles.
    groups: Vec<(GroupIx, &'o [RoleIx])>,
    /// Whether these are all groups, and all their roles.
    groups_known: bool,
}

impl Org {
    /// The effective grants of a user that were read, sorted by scope and role. Whether there may be more:
    /// [`Org::knows_grants`].
    ///
    /// Both views are combined: the user's roles as the API lists them, and what follows from the groups and the legacy
    /// role. A role without a stated source is direct if no group grants it and all groups are known.
    pub fn grants_of_user(&self, user: UserIx) -> Vec<Grant> {
        let groups = self.groups_of(user);
        let mut places = BTreeMap::from([(Scope::Organization, self.in_organization(groups))]);
        let own = places.get_mut(&Scope::Organization).expect("it was just put there");
        own.assignments = self.assignments_of(user);
        own.listed = self.knows_assignments(user);
        own.implied = self.legacy_role(user);
        for at in self.projects_of(user) {
            let member = &self.project_users[at];
            let scope = Scope::Project(member.project);
            let place = places.entry(scope).or_insert_with(|| self.in_project(member.project, groups));
            place.assignments = self.assignments_in_project(at);
            place.listed = self.knows_project_assignments(at);
            place.implied = self.implied_role(scope, member.role);
        }
        // If a project's users were read, anybody who is not among them has roles there only through groups.
        self.add_projects_of_groups(&mut places, groups, |project| self.knows_project_users(project));
        grants(Principal::User(user), places)
    }

    /// The grants of a group that were read, sorted by scope and role. Whether there may be more: [`Org::knows_grants`].
    pub fn grants_of_group(&self, group: GroupIx) -> Vec<Grant> {
        let own = self.roles_of_group(group).iter().map(|&role| (Scope::Organization, role));
        let in_projects = self.projects_of_group(group).flat_map(|at| {
            let scope = Scope::Project(self.project_groups[at].project);
            self.roles_in_project(at).iter().map(move |&role| (scope, role))
        });
        let grant = |(scope, role)| Grant {
            principal: Principal::Group(group),
            role,
            scope,
            direct: Truth::Yes,
            direct_stated: true,
            membership: false,
            groups: Vec::new(),
            more_groups: false,
        };
        own.chain(in_projects).map(grant).collect()
    }

    /// The effective grants of a service account that were read, sorted by scope and role: in its project, and through
    /// groups. Whether there may be more: [`Org::knows_grants`].
    pub fn grants_of_account(&self, account: ServiceAccountIx) -> Vec<Grant> {
        let groups = self.groups_of_account(account);
        let home = self.service_account(account);
        let scope = Scope::Project(home.project);
        let own = ScopeView {
            assignments: self.assignments_of_account(account),
            listed: self.knows_account_assignments(account),
            implied: self.implied_role(scope, home.role),
            ..self.in_project(home.project, groups)
        };
        let mut places = BTreeMap::from([(Scope::Organization, self.in_organization(groups)), (scope, own)]);
        // In other projects, it has roles only through groups.
        self.add_projects_of_groups(&mut places, groups, |_| true);
        grants(Principal::ServiceAccount(account), places)
    }

    fn in_organization<'o>(&'o self, groups: &[GroupIx]) -> ScopeView<'o> {
        let known = self.knows_memberships() && groups.iter().all(|&group| self.knows_group_roles(group));
        let groups = groups.iter().map(|&group| (group, self.roles_of_group(group))).collect();
        ScopeView { assignments: &[], listed: true, implied: None, groups, groups_known: known }
    }

    fn in_project<'o>(&'o self, project: ProjectIx, groups: &[GroupIx]) -> ScopeView<'o> {
        let mut known = self.knows_memberships()
            && self.knows_project_groups(project)
            && self.groups_of_project(project).all(|group| self.knows_members(group));
        let mut conferring = Vec::new();
        for &group in groups {
            for at in self.projects_of_group(group).filter(|&at| self.project_groups[at].project == project) {
                known &= self.knows_project_group_roles(at);
                conferring.push((group, self.roles_in_project(at)));
            }
        }
        ScopeView { assignments: &[], listed: true, implied: None, groups: conferring, groups_known: known }
    }

    /// Adds the projects that somebody is in through groups; `listed` says of a project whether that is known to be all.
    fn add_projects_of_groups<'o>(
        &'o self,
        places: &mut BTreeMap<Scope, ScopeView<'o>>,
        groups: &[GroupIx],
        listed: impl Fn(ProjectIx) -> bool,
    ) {
        for at in groups.iter().flat_map(|&group| self.projects_of_group(group)) {
            let project = self.project_groups[at].project;
            let place = || ScopeView { listed: listed(project), ..self.in_project(project, groups) };
            places.entry(Scope::Project(project)).or_insert_with(place);
        }
    }
}

fn grants(principal: Principal, places: BTreeMap<Scope, ScopeView<'_>>) -> Vec<Grant> {
    places.into_iter().flat_map(|(scope, place)| grants_in(principal, scope, &place)).collect()
}

fn grants_in(principal: Principal, scope: Scope, place: &ScopeView<'_>) -> Vec<Grant> {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Origin {
        Stated(Via),
        Membership,
    }

    let stated = place.assignments.iter().map(|a| (a.role, Origin::Stated(a.via)));
    let mut origins: Vec<(RoleIx, Origin)> = stated.collect();
    for (group, roles) in &place.groups {
        origins.extend(roles.iter().map(|&role| (role, Origin::Stated(Via::Group(*group)))));
    }
    origins.extend(place.implied.map(|role| (role, Origin::Membership)));
    origins.sort_unstable();
    origins.dedup();

    let grant = |chunk: &[(RoleIx, Origin)]| {
        let has = |origin: &Origin| chunk.iter().any(|(_, o)| o == origin);
        let groups: Vec<GroupIx> = chunk
            .iter()
            .filter_map(|(_, origin)| match origin {
                Origin::Stated(Via::Group(group)) => Some(*group),
                Origin::Stated(Via::Direct | Via::Inherited | Via::Unstated) | Origin::Membership => None,
            })
            .collect();
        let membership = has(&Origin::Membership);
        // An unknown source is treated like a missing one.
        let unstated = has(&Origin::Stated(Via::Unstated)) || has(&Origin::Stated(Via::Inherited));
        let direct = if has(&Origin::Stated(Via::Direct)) {
            Truth::Yes
        } else if !unstated {
            if place.listed { Truth::No } else { Truth::Unknown }
        } else if groups.is_empty() && !membership && place.groups_known {
            Truth::Yes
        } else {
            Truth::Unknown
        };
        Grant {
            principal,
            role: chunk[0].0,
            scope,
            direct,
            direct_stated: has(&Origin::Stated(Via::Direct)),
            membership,
            // Even if the sources are stated, the lists of groups may add more: both count.
            more_groups: !place.groups_known,
            groups,
        }
    };
    origins.chunk_by(|(a, _), (b, _)| a == b).map(grant).collect()
}
