//! Lookups, and whether everything about a thing was read.

use fixedbitset::FixedBitSet;

use super::{
    Assignment, Collection, Extent, GroupIx, Known, Org, ProjectIx, ProjectUser, Role, RoleIx, Rows, Scope,
    ServiceAccount, ServiceAccountIx, Symbol, UserIx, UserRow,
};

impl Org {
    /// The roles that some response describes, without those that only a legacy role implies.
    pub fn collected_roles(&self) -> &[Role] {
        &self.roles[..self.collected_roles]
    }

    /// The role at that place.
    pub fn role(&self, role: RoleIx) -> &Role {
        &self.roles[role.at()]
    }

    /// The group at that place.
    pub fn group(&self, group: GroupIx) -> &super::Group {
        &self.groups[group.at()]
    }

    /// The user at that place.
    #[inline]
    pub fn user(&self, user: UserIx) -> UserRow<'_> {
        self.users.at(user.at())
    }

    /// The project at that place.
    pub fn project(&self, project: ProjectIx) -> &super::Project {
        &self.projects[project.at()]
    }

    /// The service account at that place.
    pub fn service_account(&self, account: ServiceAccountIx) -> &ServiceAccount {
        &self.service_accounts[account.at()]
    }

    /// The groups that list this user as a member, sorted.
    #[inline]
    pub fn groups_of(&self, user: UserIx) -> &[GroupIx] {
        self.memberships.of(user.at())
    }

    /// The service account as a user, if the list of users, a project or a group has it among its users.
    pub fn as_user(&self, account: ServiceAccountIx) -> Option<UserIx> {
        self.accounts_as_users[account.at()]
    }

    /// The groups that list this service account as a member, sorted.
    pub fn groups_of_account(&self, account: ServiceAccountIx) -> &[GroupIx] {
        self.account_memberships.of(account.at())
    }

    /// The members of this group that were read, sorted.
    pub fn members_of(&self, group: GroupIx) -> &[UserIx] {
        let members = || self.memberships.inverse(self.groups.len(), GroupIx::at).map(|row| UserIx::new(row as usize));
        self.members.get_or_init(members).of(group.at())
    }

    /// The roles of this group in the organization that were read, sorted.
    pub fn roles_of_group(&self, group: GroupIx) -> &[RoleIx] {
        self.group_roles.of(group.at())
    }

    /// What the API says of this user's roles in the organization, sorted.
    #[inline]
    pub fn assignments_of(&self, user: UserIx) -> &[Assignment] {
        self.assignments.of(user.at())
    }

    /// The roles that the list of this project has, sorted.
    pub fn roles_of_project(&self, project: ProjectIx) -> &[RoleIx] {
        self.project_roles.of(project.at())
    }

    /// The user's places among [`Org::project_users`].
    #[inline]
    pub fn projects_of(&self, user: UserIx) -> impl Iterator<Item = usize> {
        // Without projects, no user is in one: there is nothing to work out for each.
        let none = self.project_users.is_empty();
        let rows = || self.project_users.iter().map(|member| [member.user]).collect::<Rows<UserIx>>();
        let places = || self.projects_of_user.get_or_init(|| rows().inverse(self.users.len(), UserIx::at));
        let of_user = if none { &[][..] } else { places().of(user.at()) };
        of_user.iter().map(|&at| at as usize)
    }

    /// The group's places among [`Org::project_groups`].
    pub fn projects_of_group(&self, group: GroupIx) -> impl Iterator<Item = usize> {
        self.projects_of_group.of(group.at()).iter().map(|&at| at as usize)
    }

    /// The groups of this project that were read, sorted.
    pub fn groups_of_project(&self, project: ProjectIx) -> impl Iterator<Item = GroupIx> {
        let from = self.project_groups.partition_point(|link| link.project < project);
        self.project_groups[from..].iter().take_while(move |link| link.project == project).map(|link| link.group)
    }

    /// What the API says of the roles of the project user at that place, in the project, sorted.
    pub fn assignments_in_project(&self, project_user: usize) -> &[Assignment] {
        self.project_assignments.of(project_user)
    }

    /// The roles of the project group at that place, in the project, sorted.
    pub fn roles_in_project(&self, project_group: usize) -> &[RoleIx] {
        self.project_group_roles.of(project_group)
    }

    /// What the API says of the service account's roles in its project, sorted.
    pub fn assignments_of_account(&self, account: ServiceAccountIx) -> &[Assignment] {
        self.account_assignments.of(account.at())
    }

    /// The predefined role for a legacy role in a scope; none for `none`.
    #[inline]
    pub fn implied_role(&self, scope: Scope, word: Known<Symbol>) -> Option<RoleIx> {
        let legacy = match scope {
            Scope::Organization => &self.legacy[0],
            Scope::Project(_) => &self.legacy[1],
        };
        let word = *word.value()?;
        legacy.iter().find(|(known, _)| *known == word).map(|(_, role)| *role)
    }

    /// The predefined role for the user's legacy role.
    pub fn legacy_role(&self, user: UserIx) -> Option<RoleIx> {
        self.implied_role(Scope::Organization, self.user(user).role())
    }

    /// Whether every member of the group was read.
    pub fn knows_members(&self, group: GroupIx) -> bool {
        !self.gaps.group_members.contains(group.at())
    }

    /// Whether every role of the group was read.
    pub fn knows_group_roles(&self, group: GroupIx) -> bool {
        !self.gaps.group_roles.contains(group.at())
    }

    /// Whether the API's list of the user's roles was read.
    #[inline]
    pub fn knows_assignments(&self, user: UserIx) -> bool {
        !self.gaps.user_roles.contains(user.at())
    }

    /// Whether the API's list of the roles of the project user at that place was read.
    pub fn knows_project_assignments(&self, project_user: usize) -> bool {
        !self.gaps.project_user_roles.contains(project_user)
    }

    /// Whether the roles of the project group at that place were read.
    pub fn knows_project_group_roles(&self, project_group: usize) -> bool {
        !self.gaps.project_group_roles.contains(project_group)
    }

    /// Whether the API's list of the service account's roles was read.
    pub fn knows_account_assignments(&self, account: ServiceAccountIx) -> bool {
        !self.gaps.service_account_roles.contains(account.at())
    }

    /// Whether every user of the project was read.
    pub fn knows_project_users(&self, project: ProjectIx) -> bool {
        !self.gaps.project_users.contains(project.at())
    }

    /// Whether every group of the project was read.
    pub fn knows_project_groups(&self, project: ProjectIx) -> bool {
        !self.gaps.project_groups.contains(project.at())
    }

    /// Whether every group of the list and all their members were read: only then is "in no other group" known.
    pub fn knows_memberships(&self) -> bool {
        self.gaps.all.memberships
    }

    /// Whether that also holds for groups that are missing from the list but are in some project.
    pub fn knows_all_memberships(&self) -> bool {
        self.knows_memberships() && self.knows_all_project_groups() && !self.gaps.unlisted_groups
    }

    /// Whether all groups that can grant something in these scopes are known, with their members.
    pub fn knows_memberships_in(&self, scopes: Extent) -> bool {
        if scopes.project { self.knows_all_memberships() } else { self.knows_memberships() }
    }

    /// Whether the users of every project were read: only then is "in no other project" known.
    pub fn knows_all_project_users(&self) -> bool {
        self.gaps.all.project_users
    }

    /// Whether the groups of every project were read.
    pub fn knows_all_project_groups(&self) -> bool {
        self.gaps.all.project_groups
    }

    /// The roles that a collection tells of, by the lists that have them or by who holds them.
    pub fn roles_told_by(&self, collection: Collection) -> FixedBitSet {
        let mut told = FixedBitSet::with_capacity(self.roles.len());
        let mut tell = |roles: &mut dyn Iterator<Item = RoleIx>| roles.for_each(|role| told.insert(role.at()));
        let assigned = |of: &Rows<Assignment>| of.items().iter().map(|assignment| assignment.role).collect::<Vec<_>>();
        let project = |member: &ProjectUser| self.implied_role(Scope::Project(member.project), member.role);
        let home = |account: &ServiceAccount| self.implied_role(Scope::Project(account.project), account.role);
        match collection {
            Collection::Roles => {
                let listed = (0..self.roles.len()).filter(|&at| self.roles[at].listed);
                tell(&mut listed.map(RoleIx::new));
            }
            Collection::Users => tell(&mut (0..self.users.len()).filter_map(|at| self.legacy_role(UserIx::new(at)))),
            Collection::UserRoles => tell(&mut assigned(&self.assignments).into_iter()),
            Collection::GroupRoles => tell(&mut self.group_roles.items().iter().copied()),
            Collection::ProjectUsers => tell(&mut self.project_users.iter().filter_map(project)),
            Collection::ProjectRoles => tell(&mut self.project_roles.items().iter().copied()),
            Collection::ProjectUserRoles => tell(&mut assigned(&self.project_assignments).into_iter()),
            Collection::ProjectGroupRoles => tell(&mut self.project_group_roles.items().iter().copied()),
            Collection::ServiceAccounts => tell(&mut self.service_accounts.iter().filter_map(home)),
            Collection::ServiceAccountRoles => tell(&mut assigned(&self.account_assignments).into_iter()),
            Collection::Groups
            | Collection::GroupMembers
            | Collection::Projects
            | Collection::ProjectGroups
            | Collection::ApiKeys
            | Collection::AdminApiKeys
            | Collection::Invites => {}
        }
        told
    }
}
