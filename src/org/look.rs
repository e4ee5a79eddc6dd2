//! Looking things up, and whether all there is of them was read.

use super::{
    Assignment, Collection, GroupIx, Known, Org, ProjectIx, Role, RoleIx, Scope, ServiceAccountIx, UserIx, Word,
};

impl Org {
    /// The roles that some answer described, without those of which only a legacy word tells.
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
    pub fn user(&self, user: UserIx) -> &super::User {
        &self.users[user.at()]
    }

    /// The project at that place.
    pub fn project(&self, project: ProjectIx) -> &super::Project {
        &self.projects[project.at()]
    }

    /// The service account at that place.
    pub fn service_account(&self, account: ServiceAccountIx) -> &super::ServiceAccount {
        &self.service_accounts[account.at()]
    }

    /// The groups that list this user as a member, sorted.
    pub fn groups_of(&self, user: UserIx) -> &[GroupIx] {
        self.memberships.of(user.at())
    }

    /// The groups that list this service account as a member, sorted.
    pub fn groups_of_account(&self, account: ServiceAccountIx) -> &[GroupIx] {
        self.account_memberships.of(account.at())
    }

    /// The members of this group that were read, sorted.
    pub fn members_of(&self, group: GroupIx) -> &[UserIx] {
        self.members.of(group.at())
    }

    /// The roles of this group in the organization that were read, sorted.
    pub fn roles_of_group(&self, group: GroupIx) -> &[RoleIx] {
        self.group_roles.of(group.at())
    }

    /// What the API says of this user's roles in the organization, sorted.
    pub fn assignments_of(&self, user: UserIx) -> &[Assignment] {
        self.assignments.of(user.at())
    }

    /// The roles that the list of this project has, sorted.
    pub fn roles_of_project(&self, project: ProjectIx) -> &[RoleIx] {
        self.project_roles.of(project.at())
    }

    /// The user's places among [`Org::project_users`].
    pub fn projects_of(&self, user: UserIx) -> impl Iterator<Item = usize> {
        self.projects_of_user.of(user.at()).iter().map(|&at| at as usize)
    }

    /// The group's places among [`Org::project_groups`].
    pub fn projects_of_group(&self, group: GroupIx) -> impl Iterator<Item = usize> {
        self.projects_of_group.of(group.at()).iter().map(|&at| at as usize)
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

    /// The predefined role that a legacy word stands for in a scope. `none` stands for no role.
    pub fn implied_role(&self, scope: Scope, word: Known<Word>) -> Option<RoleIx> {
        let legacy = match scope {
            Scope::Organization => &self.legacy[0],
            Scope::Project(_) => &self.legacy[1],
        };
        let word = *word.value()?;
        legacy.iter().find(|(known, _)| *known == word).map(|(_, role)| *role)
    }

    /// The predefined role that the user's legacy word stands for.
    pub fn legacy_role(&self, user: UserIx) -> Option<RoleIx> {
        self.implied_role(Scope::Organization, self.user(user).role)
    }

    /// Whether every member of the group was read.
    pub fn knows_members(&self, group: GroupIx) -> bool {
        !self.holes.group_members.contains(group.at())
    }

    /// Whether every role of the group was read.
    pub fn knows_group_roles(&self, group: GroupIx) -> bool {
        !self.holes.group_roles.contains(group.at())
    }

    /// Whether the API's list of the user's roles was read.
    pub fn knows_assignments(&self, user: UserIx) -> bool {
        !self.holes.user_roles.contains(user.at())
    }

    /// Whether the API's list of the roles of the project user at that place was read.
    pub fn knows_project_assignments(&self, project_user: usize) -> bool {
        !self.holes.project_user_roles.contains(project_user)
    }

    /// Whether the roles of the project group at that place were read.
    pub fn knows_project_group_roles(&self, project_group: usize) -> bool {
        !self.holes.project_group_roles.contains(project_group)
    }

    /// Whether the API's list of the service account's roles was read.
    pub fn knows_account_assignments(&self, account: ServiceAccountIx) -> bool {
        !self.holes.service_account_roles.contains(account.at())
    }

    /// Whether every user and every group of every project was read.
    pub fn knows_places(&self) -> bool {
        self.coverage.of(Collection::Projects).exhaustive()
            && self.holes.project_users.is_clear()
            && self.holes.project_groups.is_clear()
    }

    /// Whether every group and all their members were read: only then is "in no other group" known.
    pub fn knows_memberships(&self) -> bool {
        self.coverage.of(Collection::Groups).exhaustive() && self.holes.group_members.is_clear()
    }

    /// Whether every grant of every principal was read.
    pub fn knows_all_grants(&self) -> bool {
        self.coverage.of(Collection::Users).exhaustive()
            && self.knows_memberships()
            && self.holes.user_roles.is_clear()
            && self.holes.group_roles.is_clear()
            && self.users.iter().all(|user| user.role != Known::Missing)
    }

    /// Whether every grant of this user was read, whichever way it came about.
    pub fn knows_grants(&self, user: UserIx) -> bool {
        self.knows_assignments(user)
            && self.user(user).role != Known::Missing
            && self.knows_memberships()
            && self.groups_of(user).iter().all(|&group| self.knows_group_roles(group))
    }
}
