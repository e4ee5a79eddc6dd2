//! Who holds a role, where, and how, according to one response.

use super::{GroupIx, ProjectIx, RoleIx, ServiceAccountIx, UserIx};

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
#[expect(clippy::struct_excessive_bools, reason = "each leaves out something of its own")]
pub struct Extent {
    /// Those in the organization.
    pub organization: bool,
    /// Those in projects.
    pub project: bool,
    /// Whether to include those of users. Those of groups always count: whoever is in a group holds them, too.
    pub users: bool,
    /// Whether to include those of service accounts. What they hold as users is included.
    pub service_accounts: bool,
}

impl Extent {
    /// All of them.
    pub const ALL: Self = Self { organization: true, project: true, users: true, service_accounts: true };

    /// What matters to both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            organization: self.organization && other.organization,
            project: self.project && other.project,
            users: self.users && other.users,
            service_accounts: self.service_accounts && other.service_accounts,
        }
    }

    /// What matters to one of them.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            organization: self.organization || other.organization,
            project: self.project || other.project,
            users: self.users || other.users,
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

/// One role in the API's list of a principal's roles, and one way in which it is held. There may be millions, so the way
/// takes four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The role.
    pub role: RoleIx,
    /// The way as a number, in the order of [`Via`].
    via: u32,
}

const DIRECT: u32 = 0;
const FIRST_GROUP: u32 = 1;
const INHERITED: u32 = u32::MAX - 1;
const UNSTATED: u32 = u32::MAX;

impl Assignment {
    /// A role that is held in this way.
    pub fn new(role: RoleIx, via: Via) -> Self {
        let via = match via {
            Via::Direct => DIRECT,
            Via::Group(group) => u32::try_from(group.at()).expect("groups are counted by u32") + FIRST_GROUP,
            Via::Inherited => INHERITED,
            Via::Unstated => UNSTATED,
        };
        Self { role, via }
    }

    /// The way.
    pub fn via(self) -> Via {
        match self.via {
            DIRECT => Via::Direct,
            INHERITED => Via::Inherited,
            UNSTATED => Via::Unstated,
            group => Via::Group(GroupIx::new((group - FIRST_GROUP) as usize)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_what_was_put_in_and_sorts_as_it_does() {
        let group = |at| Via::Group(GroupIx::new(at));
        let ways = [Via::Direct, group(0), group(1), group(70_000), Via::Inherited, Via::Unstated];
        let assignments = ways.map(|via| Assignment::new(RoleIx::new(3), via));
        assert_eq!(assignments.map(Assignment::via), ways);
        assert!(ways.is_sorted() && assignments.is_sorted());
        assert_eq!(size_of::<Assignment>(), 8);
    }
}
