//! From drafts to an organization: names become ids, and what could not be read is left out.

use std::collections::BTreeMap;
use std::ops::Range;

use super::incomplete::Incomplete;
use super::{Draft, Drafter, KeyDraft, ProjectDraft, Reference, project_ix};
use crate::document::{Code, nearest};
use crate::org::{
    Assignment, Collection, GroupIx, Kind, Known, OutOfOrder, Owner, ProjectGroup, ProjectUser, RoleIx, Text, Via,
    part_id,
};

impl Drafter<'_, '_> {
    /// Notes what everything is called.
    pub(super) fn name(&mut self, draft: &Draft) {
        let value = |known: &Known<Text>| known.value().cloned();
        for (id, written) in &draft.roles {
            self.names.add(Kind::Role, id, [value(&written.role.name)], None);
        }
        for (id, written) in &draft.groups {
            self.names.add(Kind::Group, id, [value(&written.group.name)], None);
        }
        for (id, written) in &draft.users {
            self.names.add(Kind::User, id, [value(&written.user.email), value(&written.user.name)], None);
        }
        for (id, project) in &draft.projects {
            self.names.add(Kind::Project, id, [value(&project.project.name)], None);
            for (role, written) in &project.roles {
                self.names.add(Kind::Role, role, [value(&written.role.name)], Some(id));
            }
            for (account, written) in &project.accounts {
                self.names.add(Kind::ServiceAccount, account, [value(&written.account.name)], Some(id));
            }
            for (key, written) in &project.keys {
                self.names.add(Kind::ApiKey, key, [value(&written.key.name)], Some(id));
            }
        }
        for (id, written) in &draft.admin_keys {
            self.names.add(Kind::AdminApiKey, id, [value(&written.key.name)], None);
        }
        for (id, written) in &draft.invites {
            self.names.add(Kind::Invite, id, [value(&written.invite.email)], None);
        }
    }

    /// The id of the thing that a word means. None and several are problems.
    pub(super) fn meant(&mut self, kind: Kind, word: &str, at: &Range<usize>, within: Option<&str>) -> Option<Text> {
        let ids = self.names.ids(kind, word, within);
        let kind_words = kind.name().replace('_', " ");
        let problem = match ids.as_slice() {
            [id] => return Some((*id).clone()),
            [] => {
                let near = nearest(word, self.names.words(kind)).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| format!("add it to the test's organization, under {kind_words}s"));
                Code::UnknownName.at(at.clone(), format!("there is no {kind_words} `{word}`")).help(help)
            }
            [..] => {
                let message = format!("`{word}` means more than one {kind_words}");
                Code::InvalidValue.at(at.clone(), message).help("write the id of the one that you mean")
            }
        };
        self.reader.problem(problem);
        None
    }

    /// Hands everything to the builder.
    pub(super) fn place(&mut self, draft: Draft, incomplete: &Incomplete) -> Result<(), OutOfOrder> {
        let mut roles = draft.roles;
        for project in draft.projects.values() {
            for (id, written) in &project.roles {
                let role = super::RoleDraft { role: written.role.clone() };
                roles.entry(id.clone()).or_insert(role);
            }
        }
        for written in roles.into_values() {
            self.builder.role(written.role)?;
        }
        let mut held: BTreeMap<GroupIx, Vec<RoleIx>> = BTreeMap::new();
        for (at, (id, written)) in draft.groups.into_iter().enumerate() {
            let roles = self.roles(&written.roles, None);
            held.insert(GroupIx::new(at), roles.clone());
            let read = incomplete.covers(Collection::GroupRoles, &id);
            self.builder.group(written.group, if read { roles } else { Vec::new() })?;
        }
        for (id, written) in draft.users {
            let groups = self.groups(&written.groups);
            let mut assignments = self.assignments(&written.roles, None);
            // The API's list of a user's roles has those of the groups, too.
            for (_, group) in &groups {
                let inherited = held.get(group).into_iter().flatten();
                assignments.extend(inherited.map(|&role| Assignment::new(role, Via::Group(*group))));
            }
            if !incomplete.covers(Collection::UserRoles, &id) {
                assignments.clear();
            }
            let mut groups = known_members(groups, incomplete);
            self.builder.user(&written.user, &mut assignments, &mut groups)?;
        }
        self.place_projects(draft.projects, incomplete)?;
        self.place_keys(draft.admin_keys, incomplete)?;
        for written in draft.invites.into_values() {
            let mut projects: Vec<_> = written
                .projects
                .iter()
                .filter_map(|(project, role)| {
                    Some((self.meant(Kind::Project, &project.text, &project.span, None)?, *role))
                })
                .collect();
            projects.sort_unstable();
            self.builder.invite(crate::org::Invite { projects: Known::Value(projects), ..written.invite })?;
        }
        Ok(())
    }

    fn place_projects(
        &mut self,
        projects: BTreeMap<Text, ProjectDraft>,
        incomplete: &Incomplete,
    ) -> Result<(), OutOfOrder> {
        for (id, written) in &projects {
            let listed = incomplete.covers(Collection::ProjectRoles, id);
            let roles = written.roles.keys().filter(|_| listed).filter_map(|role| self.builder.role_ix(role)).collect();
            self.builder.project(written.project.clone(), roles)?;
        }
        for (at, (id, written)) in projects.iter().enumerate() {
            self.place_users(at, id, written, incomplete)?;
        }
        for (at, (id, written)) in projects.iter().enumerate() {
            self.place_groups(at, id, written, incomplete)?;
        }
        for (at, (id, written)) in projects.iter().enumerate() {
            let listed = incomplete.covers(Collection::ServiceAccounts, id);
            for (account, draft) in &written.accounts {
                let groups = self.groups(&draft.groups);
                let mut groups = known_members(groups, incomplete);
                let mut assignments = self.assignments(&draft.roles, Some(id));
                if !incomplete.covers(Collection::ServiceAccountRoles, &part_id(id, account)) {
                    assignments.clear();
                }
                let account = crate::org::ServiceAccount { project: project_ix(at), ..draft.account.clone() };
                if listed {
                    self.builder.service_account(account, &mut assignments, &mut groups)?;
                }
            }
        }
        for (at, (id, written)) in projects.into_iter().enumerate() {
            let listed = incomplete.covers(Collection::ApiKeys, &id);
            for draft in written.keys.into_values() {
                let owner = self.owned_by(draft.owner.as_ref(), Some(&id));
                if listed {
                    self.builder.api_key(crate::org::ApiKey { project: project_ix(at), owner, ..draft.key })?;
                }
            }
        }
        Ok(())
    }

    fn place_users(
        &mut self,
        at: usize,
        id: &Text,
        written: &ProjectDraft,
        incomplete: &Incomplete,
    ) -> Result<(), OutOfOrder> {
        let mut members = BTreeMap::new();
        for draft in &written.users {
            let Some(user) = self.meant(Kind::User, &draft.of.text, &draft.of.span, None) else { continue };
            let assignments = self.assignments(&draft.roles, Some(id));
            if members.insert(user, (draft, assignments)).is_some() {
                self.twice(&draft.of);
            }
        }
        for (user, (draft, mut assignments)) in members {
            if !incomplete.covers(Collection::ProjectUserRoles, &part_id(id, &user)) {
                assignments.clear();
            }
            let Some(user) = self.builder.user_ix(&user) else { continue };
            let member = ProjectUser { project: project_ix(at), user, role: draft.role, added_at: draft.at };
            if incomplete.covers(Collection::ProjectUsers, id) {
                self.builder.project_user(member, &mut assignments)?;
            }
        }
        Ok(())
    }

    fn place_groups(
        &mut self,
        at: usize,
        id: &Text,
        written: &ProjectDraft,
        incomplete: &Incomplete,
    ) -> Result<(), OutOfOrder> {
        let mut members = BTreeMap::new();
        for draft in &written.groups {
            let Some(group) = self.meant(Kind::Group, &draft.of.text, &draft.of.span, None) else { continue };
            let roles = self.roles(&draft.roles, Some(id));
            if members.insert(group, (draft, roles)).is_some() {
                self.twice(&draft.of);
            }
        }
        for (group, (draft, roles)) in members {
            let read = incomplete.covers(Collection::ProjectGroupRoles, &part_id(id, &group));
            let Some(group) = self.builder.group_ix(&group) else { continue };
            let member = ProjectGroup { project: project_ix(at), group, created_at: draft.at };
            if incomplete.covers(Collection::ProjectGroups, id) {
                self.builder.project_group(member, if read { roles } else { Vec::new() })?;
            }
        }
        Ok(())
    }

    fn place_keys(
        &mut self,
        keys: BTreeMap<Text, KeyDraft<crate::org::AdminApiKey>>,
        incomplete: &Incomplete,
    ) -> Result<(), OutOfOrder> {
        let coverage = &incomplete.coverage;
        let told_apart =
            coverage.of(Collection::Projects).lists_all() && coverage.of(Collection::ApiKeys).is_complete();
        for draft in keys.into_values() {
            let owner = self.owned_by(draft.owner.as_ref(), None);
            self.builder.admin_api_key(crate::org::AdminApiKey { owner, told_apart, ..draft.key })?;
        }
        Ok(())
    }

    /// Whose a key is: a user, or a service account of its project.
    fn owned_by(&mut self, owner: Option<&Reference>, project: Option<&Text>) -> Owner {
        let Some(owner) = owner else { return Owner { id: Known::Null, ..Owner::default() } };
        // An admin key of a service account names one of whatever project.
        let user = project.is_none() && !self.names.ids(Kind::User, &owner.text, None).is_empty();
        let accounts = self.names.ids(Kind::ServiceAccount, &owner.text, project.map(Text::as_str));
        let (kind, id) = match accounts.as_slice() {
            [account] if !user => (Kind::ServiceAccount, Some((*account).clone())),
            [] | [..] => (Kind::User, self.meant(Kind::User, &owner.text, &owner.span, None)),
        };
        Owner {
            kind: Known::Value(self.builder.symbols.intern(kind.name())),
            id: id.map_or(Known::Missing, Known::Value),
            name: Known::Value(owner.text.as_str().into()),
        }
    }

    fn twice(&mut self, of: &Reference) {
        self.reader.problem(Code::Duplicate.at(of.span.clone(), format!("`{}` is in the project twice", of.text)));
    }

    /// The roles of these names: of a project, or of the organization.
    fn roles(&mut self, names: &[Reference], project: Option<&Text>) -> Vec<RoleIx> {
        let mut roles = Vec::new();
        for name in names {
            let id = self.meant_role(name, project);
            roles.extend(id.and_then(|id| self.builder.role_ix(&id)));
        }
        roles
    }

    fn meant_role(&mut self, name: &Reference, project: Option<&Text>) -> Option<Text> {
        if project.is_some() {
            return self.meant(Kind::Role, &name.text, &name.span, project.map(Text::as_str));
        }
        // Every project has predefined roles of the same names.
        match self.names.ids_of_organization(&name.text).as_slice() {
            [id] => Some((*id).clone()),
            [] | [..] => self.meant(Kind::Role, &name.text, &name.span, None),
        }
    }

    fn assignments(&mut self, names: &[Reference], project: Option<&Text>) -> Vec<Assignment> {
        let roles = self.roles(names, project);
        roles.into_iter().map(|role| Assignment::new(role, Via::Direct)).collect()
    }

    fn groups(&mut self, names: &[Reference]) -> Vec<(Text, GroupIx)> {
        let mut groups = Vec::new();
        for name in names {
            let id = self.meant(Kind::Group, &name.text, &name.span, None);
            groups.extend(id.and_then(|id| self.builder.group_ix(&id).map(|group| (id, group))));
        }
        groups
    }
}

/// The groups whose members were read.
fn known_members(groups: Vec<(Text, GroupIx)>, incomplete: &Incomplete) -> Vec<GroupIx> {
    let read = |(id, _): &(Text, GroupIx)| incomplete.covers(Collection::GroupMembers, id);
    groups.into_iter().filter(read).map(|(_, group)| group).collect()
}
