//! The ways in which a grant is held, and the paths that lead from a principal to a role.

use std::sync::Arc;

use super::{Access, Grant, Thing};
use crate::org::{GroupIx, Kind, Scope, Truth};

/// Things from one to the next.
pub type Steps = Vec<Arc<Thing>>;

/// One way in which a grant is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The role was granted to the principal itself.
    Direct,
    /// Membership of the organization or project implies it (the legacy role).
    Membership,
    /// This group grants it to its members.
    Group(GroupIx),
    /// The API lists the role and does not say where it comes from.
    Unknown,
}

impl Grant {
    /// Every way in which it is held; at least one.
    pub fn ways(&self) -> Vec<Way> {
        let direct = (self.direct == Truth::Yes).then_some(Way::Direct);
        let membership = self.membership.then_some(Way::Membership);
        let groups = self.groups.iter().copied().map(Way::Group);
        let mut ways: Vec<Way> = direct.into_iter().chain(membership).chain(groups).collect();
        if ways.is_empty() {
            ways.push(Way::Unknown);
        }
        ways
    }
}

impl Access<'_> {
    /// Every way in which a grant is held, as a path from the principal to the role: straight, or through a group, and
    /// by way of the project if the role holds in one.
    pub fn paths(&self, grant: &Grant) -> Vec<Steps> {
        let mut paths: Vec<Steps> = grant.ways().into_iter().map(|way| self.path(grant, way)).collect();
        // A role that is granted directly and implied by membership is held along one path.
        paths.dedup();
        paths
    }

    /// The path from the principal to the role for one way of holding it.
    pub fn path(&self, grant: &Grant, way: Way) -> Steps {
        let group = match way {
            Way::Group(group) => Some(self.thing(Kind::Group, group.at())),
            Way::Direct | Way::Membership | Way::Unknown => None,
        };
        let project = match grant.scope {
            Scope::Project(project) => Some(self.thing(Kind::Project, project.at())),
            Scope::Organization => None,
        };
        let start = std::iter::once(self.principal(grant.principal)).chain(group);
        start.chain(project).chain([self.thing(Kind::Role, grant.role.at())]).collect()
    }
}
