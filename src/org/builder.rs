//! From nouns and ids to an [`Org`] whose parts point at each other. It is long because each noun has its
//! method; there is no logic between them.

use std::sync::OnceLock;

use fixedbitset::FixedBitSet;
use foldhash::HashMap;

use super::order::{OutOfOrder, ordered};
use super::{
    AdminApiKey, AllKnown, ApiKey, Assignment, Collection, Coverage, Gaps, Group, GroupIx, Invite, Known, Org, People,
    Project, ProjectGroup, ProjectIx, ProjectUser, Role, RoleIx, Rows, ServiceAccount, Source, Symbol, Symbols, Text,
    User, UserIx, Users,
};

/// Takes roles, groups, users, projects, things in projects, keys and invitations, in this order; each sorted by id,
/// and things in projects by project and id.
#[derive(Debug, Default)]
pub struct Builder {
    /// The words seen so far.
    pub symbols: Symbols,
    source: Source,
    roles: Vec<Role>,
    groups: Vec<Group>,
    people: People,
    projects: Vec<Project>,
    project_users: Vec<ProjectUser>,
    project_groups: Vec<ProjectGroup>,
    service_accounts: Vec<ServiceAccount>,
    api_keys: Vec<ApiKey>,
    admin_api_keys: Vec<AdminApiKey>,
    invites: Vec<Invite>,
    role_places: HashMap<Text, RoleIx>,
    group_places: HashMap<Text, GroupIx>,
    group_roles: Rows<RoleIx>,
    project_roles: Rows<RoleIx>,
    project_assignments: Rows<Assignment>,
    project_group_roles: Rows<RoleIx>,
    account_assignments: Rows<Assignment>,
    account_memberships: Rows<GroupIx>,
}

/// Where roles and groups are, by their ids.
#[derive(Clone, Copy, Debug)]
pub struct Places<'b> {
    roles: &'b HashMap<Text, RoleIx>,
    groups: &'b HashMap<Text, GroupIx>,
}

impl Places<'_> {
    /// The role with that canonical id.
    pub fn role(self, id: &str) -> Option<RoleIx> {
        self.roles.get(id).copied()
    }

    /// The group with that id.
    pub fn group(self, id: &str) -> Option<GroupIx> {
        self.groups.get(id).copied()
    }
}

impl Builder {
    /// An empty organization.
    pub fn new(source: Source) -> Self {
        Self { source, ..Self::default() }
    }

    /// Where roles and groups are.
    pub fn places(&self) -> Places<'_> {
        Places { roles: &self.role_places, groups: &self.group_places }
    }

    /// The role with that canonical id.
    pub fn role_ix(&self, id: &str) -> Option<RoleIx> {
        self.places().role(id)
    }

    /// The group with that id.
    pub fn group_ix(&self, id: &str) -> Option<GroupIx> {
        self.places().group(id)
    }

    /// The user with that id.
    pub fn user_ix(&self, id: &str) -> Option<UserIx> {
        self.people.users.find(id).map(UserIx::new)
    }

    /// The project with that id.
    pub fn project_ix(&self, id: &str) -> Option<ProjectIx> {
        self.projects.binary_search_by(|project| project.id.as_str().cmp(id)).ok().map(ProjectIx::new)
    }

    /// Adds a role.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn role(&mut self, role: Role) -> Result<(), OutOfOrder> {
        ordered(self.roles.last().map(|last| &last.id), &&role.id, &role.id)?;
        self.role_places.insert(role.id.clone(), RoleIx::new(self.roles.len()));
        self.roles.push(role);
        Ok(())
    }

    /// Adds a group with its roles.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn group(&mut self, group: Group, roles: Vec<RoleIx>) -> Result<(), OutOfOrder> {
        ordered(self.groups.last().map(|last| &last.id), &&group.id, &group.id)?;
        self.group_places.insert(group.id.clone(), GroupIx::new(self.groups.len()));
        self.groups.push(group);
        self.group_roles.push_sorted(roles);
        Ok(())
    }

    /// Makes room for users with these fields, and with so many roles in all: growing little by little takes twice as much.
    pub(crate) fn room_for(&mut self, users: &Users, roles: usize) {
        self.people.reserve(users, roles);
    }

    /// Adds a user with what the API says of the user's roles, and the groups that list the user.
    /// Both lists are sorted and emptied, to be used again.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn user<T: AsRef<str>>(
        &mut self,
        user: &User<T>,
        assignments: &mut Vec<Assignment>,
        groups: &mut Vec<GroupIx>,
    ) -> Result<(), OutOfOrder> {
        self.people.add(user, assignments, groups)
    }

    /// Where roles and groups are, and what adds users that were put together elsewhere, with the words that they use; it
    /// fails if the first id does not sort after the last one.
    pub fn users(&mut self) -> (Places<'_>, impl FnMut(&People, &Symbols) -> Result<(), OutOfOrder>) {
        let Self { people, symbols, role_places: roles, group_places: groups, .. } = self;
        (Places { roles, groups }, |more: &People, words: &Symbols| people.append(more, words, symbols))
    }

    /// Adds a project with the roles that its list has.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn project(&mut self, project: Project, roles: Vec<RoleIx>) -> Result<(), OutOfOrder> {
        ordered(self.projects.last().map(|last| &last.id), &&project.id, &project.id)?;
        self.projects.push(project);
        self.project_roles.push_sorted(roles);
        Ok(())
    }

    /// Adds a user of a project with what the API says of the user's roles there. The list is sorted and emptied.
    ///
    /// # Errors
    ///
    /// Project and user do not sort after the last ones.
    pub fn project_user(&mut self, user: ProjectUser, assignments: &mut Vec<Assignment>) -> Result<(), OutOfOrder> {
        let last = self.project_users.last().map(|last| (last.project, last.user));
        ordered(last, &(user.project, user.user), self.people.users.at(user.user.at()).id())?;
        self.project_users.push(user);
        self.project_assignments.push_sorted(assignments.drain(..));
        Ok(())
    }

    /// Adds a group of a project with its roles there.
    ///
    /// # Errors
    ///
    /// Project and group do not sort after the last ones.
    pub fn project_group(&mut self, group: ProjectGroup, roles: Vec<RoleIx>) -> Result<(), OutOfOrder> {
        let last = self.project_groups.last().map(|last| (last.project, last.group));
        ordered(last, &(group.project, group.group), &self.groups[group.group.at()].id)?;
        self.project_groups.push(group);
        self.project_group_roles.push_sorted(roles);
        Ok(())
    }

    /// Adds a service account with what the API says of its roles in its project, and the groups that list it.
    /// Both lists are sorted and emptied.
    ///
    /// # Errors
    ///
    /// Project and id do not sort after the last ones.
    pub fn service_account(
        &mut self,
        account: ServiceAccount,
        assignments: &mut Vec<Assignment>,
        groups: &mut Vec<GroupIx>,
    ) -> Result<(), OutOfOrder> {
        let last = self.service_accounts.last().map(|last| (last.project, &last.id));
        ordered(last, &(account.project, &account.id), &account.id)?;
        self.service_accounts.push(account);
        self.account_assignments.push_sorted(assignments.drain(..));
        self.account_memberships.push_sorted(groups.drain(..));
        Ok(())
    }

    /// Adds a key of a project.
    ///
    /// # Errors
    ///
    /// Project and id do not sort after the last ones.
    pub fn api_key(&mut self, key: ApiKey) -> Result<(), OutOfOrder> {
        let last = self.api_keys.last().map(|last| (last.project, &last.id));
        ordered(last, &(key.project, &key.id), &key.id)?;
        self.api_keys.push(key);
        Ok(())
    }

    /// Adds an admin key.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn admin_api_key(&mut self, key: AdminApiKey) -> Result<(), OutOfOrder> {
        ordered(self.admin_api_keys.last().map(|last| &last.id), &&key.id, &key.id)?;
        self.admin_api_keys.push(key);
        Ok(())
    }

    /// Adds an invitation.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn invite(&mut self, invite: Invite) -> Result<(), OutOfOrder> {
        ordered(self.invites.last().map(|last| &last.id), &&invite.id, &invite.id)?;
        self.invites.push(invite);
        Ok(())
    }

    /// The organization, given the record of what was read of it.
    pub fn finish(mut self, coverage: Coverage) -> Org {
        let collected_roles = self.roles.len();
        let (organization, projects) = (self.words_in_organization(), self.words_in_projects());
        let legacy = [self.legacy_roles("organization", organization), self.legacy_roles("project", projects)];
        let gaps = self.gaps(&coverage);
        let as_user = |account: &ServiceAccount| self.user_ix(&account.id);
        let accounts_as_users = self.service_accounts.iter().map(as_user).collect();
        let group_rows: Rows<GroupIx> = self.project_groups.iter().map(|member| [member.group]).collect();
        Org {
            source: self.source,
            coverage,
            symbols: self.symbols,
            projects_of_user: OnceLock::new(),
            projects_of_group: group_rows.inverse(self.groups.len(), GroupIx::at),
            roles: self.roles,
            groups: self.groups,
            users: self.people.users,
            projects: self.projects,
            project_users: self.project_users,
            project_groups: self.project_groups,
            service_accounts: self.service_accounts,
            api_keys: self.api_keys,
            admin_api_keys: self.admin_api_keys,
            invites: self.invites,
            assignments: self.people.assignments,
            group_roles: self.group_roles,
            memberships: self.people.memberships,
            members: OnceLock::new(),
            disputed: OnceLock::new(),
            project_roles: self.project_roles,
            project_assignments: self.project_assignments,
            project_group_roles: self.project_group_roles,
            account_assignments: self.account_assignments,
            account_memberships: self.account_memberships,
            accounts_as_users,
            legacy,
            gaps,
            collected_roles,
        }
    }

    fn gaps(&self, coverage: &Coverage) -> Gaps {
        let of = |collection, ids: &mut dyn ExactSizeIterator<Item = Text>| gaps(coverage, collection, ids);
        let all = &self.people.users;
        let users = || all.iter().map(|user| Text::from(user.id()));
        let groups = || self.groups.iter().map(|group| group.id.clone());
        let projects = || self.projects.iter().map(|project| project.id.clone());
        let in_project = |project: ProjectIx, id: &str| part_id(&self.projects[project.at()].id, id);
        let project_user = |member: &ProjectUser| in_project(member.project, all.at(member.user.at()).id());
        let project_group = |member: &ProjectGroup| in_project(member.project, &self.groups[member.group.at()].id);
        let account = |account: &ServiceAccount| in_project(account.project, &account.id);
        let (mut group_members, mut group_roles, project_users, project_groups) = (
            of(Collection::GroupMembers, &mut groups()),
            of(Collection::GroupRoles, &mut groups()),
            of(Collection::ProjectUsers, &mut projects()),
            of(Collection::ProjectGroups, &mut projects()),
        );
        // Data of a group that is not in the list is not requested.
        for (at, _) in self.groups.iter().enumerate().filter(|(_, group)| !group.listed) {
            group_members.insert(at);
            group_roles.insert(at);
        }
        let all_groups = coverage.of(Collection::Groups).lists_all();
        let all_projects = coverage.of(Collection::Projects).lists_all();
        let listed = || self.groups.iter().enumerate().filter(|(_, group)| group.listed);
        let all = AllKnown {
            memberships: all_groups && listed().all(|(at, _)| !group_members.contains(at)),
            project_users: all_projects && project_users.is_clear(),
            project_groups: all_projects && project_groups.is_clear(),
        };
        Gaps {
            unlisted_groups: self.groups.iter().any(|group| !group.listed),
            all,
            group_members,
            project_users,
            project_groups,
            user_roles: of(Collection::UserRoles, &mut users()),
            group_roles,
            project_user_roles: of(Collection::ProjectUserRoles, &mut self.project_users.iter().map(project_user)),
            project_group_roles: of(Collection::ProjectGroupRoles, &mut self.project_groups.iter().map(project_group)),
            service_account_roles: of(Collection::ServiceAccountRoles, &mut self.service_accounts.iter().map(account)),
        }
    }

    fn words_in_organization(&self) -> Vec<Symbol> {
        let mut words: Vec<Symbol> = Vec::new();
        for word in self.people.users.iter().filter_map(|user| user.role().value().copied()) {
            // There are few words, and nearly all users have the same.
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// `none` says that no role is implied.
    fn words_in_projects(&self) -> Vec<Symbol> {
        let users = self.project_users.iter().map(|user| user.role);
        let accounts = self.service_accounts.iter().map(|account| account.role);
        let words = users.chain(accounts).filter_map(|role| role.value().copied());
        words.filter(|word| !self.symbols.text(*word).eq_ignore_ascii_case("none")).collect()
    }

    /// The predefined role for each legacy role in use. One that no response describes is added with only its name: its
    /// permissions are missing, not empty.
    fn legacy_roles(&mut self, scope: &str, mut words: Vec<Symbol>) -> Vec<(Symbol, RoleIx)> {
        words.sort_unstable();
        words.dedup();
        let resource_type = self.symbols.intern(&format!("api.{scope}"));
        let named = |role: &Role| {
            let of_scope =
                role.predefined_role == Known::Value(true) && role.resource_type == Known::Value(resource_type);
            role.name.value().filter(|_| of_scope).map(Text::to_ascii_lowercase)
        };
        // The first of each name.
        let roles = self.roles.iter().enumerate().rev();
        let by_name: HashMap<Text, usize> = roles.filter_map(|(at, role)| Some((named(role)?, at))).collect();
        words
            .into_iter()
            .map(|word| {
                let name = self.symbols.text(word);
                let id = Text::from(format!("role-api-{scope}-{}", name.to_ascii_lowercase()));
                let by_id = self.role_places.get(&id).map(|role| role.at());
                let by_name = || by_name.get(name.to_ascii_lowercase().as_str()).copied();
                let role = by_id.or_else(by_name).unwrap_or_else(|| {
                    self.roles.push(Role {
                        id: id.clone(),
                        name: Known::Value(name.into()),
                        predefined_role: Known::Value(true),
                        resource_type: Known::Value(resource_type),
                        ..Role::default()
                    });
                    self.role_places.insert(id, RoleIx::new(self.roles.len() - 1));
                    self.roles.len() - 1
                });
                (word, RoleIx::new(role))
            })
            .collect()
    }
}

/// What a coverage calls the part of a thing in a project.
pub fn part_id(project: &str, id: &str) -> Text {
    Text::from(format!("{project}/{id}"))
}

fn gaps(coverage: &Coverage, collection: Collection, ids: &mut dyn ExactSizeIterator<Item = Text>) -> FixedBitSet {
    let record = coverage.of(collection);
    let mut gaps = FixedBitSet::with_capacity(ids.len());
    if record.asked && record.gaps.is_empty() && record.not_asked.is_empty() {
        return gaps;
    }
    if !record.asked {
        gaps.insert_range(..);
        return gaps;
    }
    for (at, id) in ids.enumerate() {
        gaps.set(at, !record.covers(&id));
    }
    gaps
}
