//! The paths that lead from a principal to a role.

use std::sync::Arc;

use super::{Access, Grant, Thing};
use crate::org::{GroupIx, Kind, Scope, Truth};

/// Things from one to the next.
pub type Steps = Vec<Arc<Thing>>;

impl Access<'_> {
    /// Every way in which a grant is held, as a path from the principal to the role: straight, or through a group, and
    /// by way of the project if the role holds in one.
    pub fn paths(&self, grant: &Grant) -> Vec<Steps> {
        let principal = self.principal(grant.principal);
        let project = match grant.scope {
            Scope::Project(project) => Some(self.thing(Kind::Project, project.at())),
            Scope::Organization => None,
        };
        let end: Steps = project.into_iter().chain([self.thing(Kind::Role, grant.role.at())]).collect();
        let through = |group: &GroupIx| {
            let start = [principal.clone(), self.thing(Kind::Group, group.at())];
            start.into_iter().chain(end.iter().cloned()).collect()
        };
        let mut paths: Vec<Steps> = grant.groups.iter().map(through).collect();
        if grant.direct == Truth::Yes || grant.membership || paths.is_empty() {
            paths.insert(0, std::iter::once(principal.clone()).chain(end.iter().cloned()).collect());
        }
        paths
    }
}
