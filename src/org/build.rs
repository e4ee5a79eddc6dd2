//! From nouns and ids to an [`Org`] whose parts point at each other.

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::{
    Assignment, Collection, Coverage, Group, GroupIx, Holes, Known, Org, Role, RoleIx, Rows, Source, Text, User,
    UserIx, Word, Words,
};

/// A thing that came before one it must follow, or twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfOrder(
    /// The id of the thing that came too late.
    pub Text,
);

/// Takes roles, then groups, then users, each sorted by id.
#[derive(Debug, Default)]
pub struct Builder {
    /// The words seen so far.
    pub words: Words,
    source: Source,
    roles: Vec<Role>,
    groups: Vec<Group>,
    users: Vec<User>,
    role_places: HashMap<Text, RoleIx>,
    group_places: HashMap<Text, GroupIx>,
    assignments: Rows<Assignment>,
    group_roles: Rows<RoleIx>,
    memberships: Rows<GroupIx>,
}

impl Builder {
    /// An empty organization.
    pub fn new(source: Source) -> Self {
        Self { source, ..Self::default() }
    }

    /// The role with that canonical id.
    pub fn role_ix(&self, id: &str) -> Option<RoleIx> {
        self.role_places.get(id).copied()
    }

    /// The group with that id.
    pub fn group_ix(&self, id: &str) -> Option<GroupIx> {
        self.group_places.get(id).copied()
    }

    /// Adds a role.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn role(&mut self, role: Role) -> Result<(), OutOfOrder> {
        ordered(self.roles.last().map(|last| &last.id), &role.id)?;
        self.role_places.insert(role.id.clone(), RoleIx::new(self.roles.len()));
        self.roles.push(role);
        Ok(())
    }

    /// Adds a group with its roles.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn group(&mut self, group: Group, mut roles: Vec<RoleIx>) -> Result<(), OutOfOrder> {
        ordered(self.groups.last().map(|last| &last.id), &group.id)?;
        self.group_places.insert(group.id.clone(), GroupIx::new(self.groups.len()));
        self.groups.push(group);
        roles.sort_unstable();
        roles.dedup();
        self.group_roles.push(roles);
        Ok(())
    }

    /// Adds a user with what the API says of the user's roles, and the groups that list the user.
    /// Both lists are sorted and emptied, to be used again.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn user(
        &mut self,
        user: User,
        assignments: &mut Vec<Assignment>,
        groups: &mut Vec<GroupIx>,
    ) -> Result<(), OutOfOrder> {
        ordered(self.users.last().map(|last| &last.id), &user.id)?;
        self.users.push(user);
        assignments.sort_unstable();
        assignments.dedup();
        self.assignments.push(assignments.drain(..));
        groups.sort_unstable();
        groups.dedup();
        self.memberships.push(groups.drain(..));
        Ok(())
    }

    /// The organization, given the record of what was read of it.
    pub fn finish(mut self, coverage: Coverage) -> Org {
        let collected_roles = self.roles.len();
        let legacy = self.legacy_roles();
        let holes = Holes {
            user_roles: holes(&coverage, Collection::UserRoles, self.users.iter().map(|user| &user.id)),
            group_roles: holes(&coverage, Collection::GroupRoles, self.groups.iter().map(|group| &group.id)),
            group_members: holes(&coverage, Collection::GroupMembers, self.groups.iter().map(|group| &group.id)),
        };
        let members = self.memberships.inverse(self.groups.len(), GroupIx::at).map(|row| UserIx::new(row as usize));
        Org {
            source: self.source,
            coverage,
            words: self.words,
            roles: self.roles,
            groups: self.groups,
            users: self.users,
            assignments: self.assignments,
            group_roles: self.group_roles,
            memberships: self.memberships,
            members,
            legacy,
            holes,
            collected_roles,
        }
    }

    /// The predefined role behind each legacy word in use. One that no answer described joins the roles with
    /// nothing known but its name: what it permits is missing, not empty.
    fn legacy_roles(&mut self) -> Vec<(Word, RoleIx)> {
        let mut words: Vec<Word> = self.users.iter().filter_map(|user| user.role.value().copied()).collect();
        words.sort_unstable();
        words.dedup();
        let organization = self.words.intern("api.organization");
        words
            .into_iter()
            .map(|word| {
                let name = self.words.text(word);
                let id = Text::from(format!("role-api-organization-{}", name.to_ascii_lowercase()));
                let by_id = self.roles.iter().position(|role| role.id == id);
                let by_name = || {
                    self.roles.iter().position(|role| {
                        role.predefined_role == Known::Value(true)
                            && role.resource_type == Known::Value(organization)
                            && role.name.value().is_some_and(|text| text.eq_ignore_ascii_case(name))
                    })
                };
                let role = by_id.or_else(by_name).unwrap_or_else(|| {
                    self.roles.push(Role {
                        id,
                        name: Known::Value(name.into()),
                        predefined_role: Known::Value(true),
                        resource_type: Known::Value(organization),
                        ..Role::default()
                    });
                    self.roles.len() - 1
                });
                (word, RoleIx::new(role))
            })
            .collect()
    }
}

fn ordered(last: Option<&Text>, id: &Text) -> Result<(), OutOfOrder> {
    match last {
        Some(last) if last >= id => Err(OutOfOrder(id.clone())),
        Some(_) | None => Ok(()),
    }
}

fn holes<'a>(coverage: &Coverage, collection: Collection, ids: impl ExactSizeIterator<Item = &'a Text>) -> FixedBitSet {
    let record = coverage.of(collection);
    let mut holes = FixedBitSet::with_capacity(ids.len());
    if record.asked && record.gaps.is_empty() && record.unasked.is_empty() {
        return holes;
    }
    for (at, id) in ids.enumerate() {
        holes.set(at, !record.covers(id));
    }
    holes
}
