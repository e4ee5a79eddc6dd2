//! Effective grants: one principal holding one role, however many ways lead to it.

use super::{GroupIx, Org, ProjectIx, RoleIx, Truth, UserIx};

/// Where a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In the whole organization.
    Organization,
    /// In one project.
    Project(ProjectIx),
}

/// Who holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A user.
    User(UserIx),
    /// A group, for its members.
    Group(GroupIx),
}

/// What one answer of the API says of how a user came by a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// `assignment_sources` names the user.
    Direct,
    /// `assignment_sources` names this group.
    Group(GroupIx),
    /// `assignment_sources` is there, and names nobody we know: inherited, from where is not said.
    Inherited,
    /// No `assignment_sources`: direct or inherited.
    Unstated,
}

/// One role in the API's list of a user's roles, and one way that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The role.
    pub role: RoleIx,
    /// The way.
    pub way: Way,
}

/// One principal holding one role in the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub principal: Principal,
    /// What.
    pub role: RoleIx,
    /// Whether the role was given to the principal itself.
    pub direct: Truth,
    /// Whether membership of the organization implies it (the legacy word).
    pub membership: bool,
    /// The groups that confer it, sorted.
    pub groups: Vec<GroupIx>,
    /// Whether the API calls it inherited, but does not say from where.
    pub inherited: bool,
    /// Whether further groups may confer it, of which we could not read enough.
    pub more_groups: bool,
}

impl Org {
    /// The effective grants of a user that were read, sorted by role. Whether there may be more: [`Org::knows_grants`].
    ///
    /// Both views are joined: what the API lists as the user's roles, and what follows from the groups and the
    /// legacy word. A role of unstated origin is direct if no group confers it and all groups are known.
    pub fn grants_of_user(&self, user: UserIx) -> Vec<Grant> {
        #[derive(PartialEq, Eq, PartialOrd, Ord)]
        enum Origin {
            Stated(Way),
            Membership,
        }

        let mut origins: Vec<(RoleIx, Origin)> =
            self.assignments_of(user).iter().map(|a| (a.role, Origin::Stated(a.way))).collect();
        for &group in self.groups_of(user) {
            let conferred = self.roles_of_group(group).iter();
            origins.extend(conferred.map(|&role| (role, Origin::Stated(Way::Group(group)))));
        }
        origins.extend(self.legacy_role(user).map(|role| (role, Origin::Membership)));
        origins.sort_unstable();
        origins.dedup();

        let groups_known =
            self.knows_memberships() && self.groups_of(user).iter().all(|&group| self.knows_group_roles(group));
        let listed = self.knows_assignments(user);
        origins
            .chunk_by(|(a, _), (b, _)| a == b)
            .map(|chunk| {
                let has = |origin: &Origin| chunk.iter().any(|(_, o)| o == origin);
                let groups: Vec<GroupIx> = chunk
                    .iter()
                    .filter_map(|(_, origin)| match origin {
                        Origin::Stated(Way::Group(group)) => Some(*group),
                        Origin::Stated(Way::Direct | Way::Inherited | Way::Unstated) | Origin::Membership => None,
                    })
                    .collect();
                let membership = has(&Origin::Membership);
                let unstated = has(&Origin::Stated(Way::Unstated));
                let direct = if has(&Origin::Stated(Way::Direct)) {
                    Truth::Yes
                } else if !unstated {
                    if listed { Truth::No } else { Truth::Unknown }
                } else if groups.is_empty() && !membership && groups_known {
                    Truth::Yes
                } else {
                    Truth::Unknown
                };
                Grant {
                    principal: Principal::User(user),
                    role: chunk[0].0,
                    direct,
                    membership,
                    inherited: has(&Origin::Stated(Way::Inherited)),
                    more_groups: !groups_known && (unstated || !listed),
                    groups,
                }
            })
            .collect()
    }

    /// The grants of a group that were read, sorted by role. Whether there may be more: [`Org::knows_group_roles`].
    pub fn grants_of_group(&self, group: GroupIx) -> Vec<Grant> {
        let roles = self.roles_of_group(group).iter();
        roles
            .map(|&role| Grant {
                principal: Principal::Group(group),
                role,
                direct: Truth::Yes,
                membership: false,
                groups: Vec::new(),
                inherited: false,
                more_groups: false,
            })
            .collect()
    }
}
