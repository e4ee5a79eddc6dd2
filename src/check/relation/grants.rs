//! Who holds what: from a principal to its grants, from a role or a project to the grants of it.

use super::{Family, Start, principal};
use crate::access::{Gaps, Routes, knows_grants};
use crate::check::facts::Facts;
use crate::org::{Among, Extent, Principal, ProjectIx, Scope};
use crate::policy::{Kind, Relation};

/// `holds` and `holders`.
pub struct Grants;

impl Family for Grants {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let Start { kind, at, scopes, .. } = start;
        if start.relation == Relation::Holds {
            let principal = principal(kind, at);
            into.extend(facts.access.grants_of(principal));
            return !knows_grants(facts.org, principal, scopes);
        }
        let grants =
            if kind == Kind::Role { facts.access.grants_by_role(at) } else { facts.access.grants_in_project(at) };
        into.extend(grants.iter().map(|&grant| grant as usize).filter(|&grant| facts.matters(grant, scopes)));
        if kind == Kind::Role {
            return !facts.org.knows_all_grants(scopes, Among::ALL);
        }
        if scopes.organization {
            let grants = facts.access.grants_in_organization().iter().map(|&grant| grant as usize);
            into.extend(grants.filter(|&grant| facts.is_of_project(grant, ProjectIx::new(at))));
        }
        !facts.org.knows_grants_of_project(ProjectIx::new(at), scopes)
    }

    fn paths(&self, facts: &Facts<'_>, _: Start, place: usize) -> Routes {
        facts.access.grants()[place].routes().collect()
    }

    fn gaps(&self, _: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if start.relation == Relation::Holds {
            gaps.grants_of(principal(start.kind, start.at), start.scopes);
        } else if start.kind == Kind::Project {
            gaps.grants_of_project(ProjectIx::new(start.at), start.scopes);
        } else {
            gaps.grants(start.scopes);
        }
    }
}

impl Facts<'_> {
    /// Whether a grant in the organization counts in a project. That of a user who appears only in other projects does not:
    /// their lists are not the project's.
    fn is_of_project(&self, grant: usize, project: ProjectIx) -> bool {
        let org = self.org;
        match self.access.grants()[grant].principal {
            Principal::User(user) => {
                let mut projects = org.projects_of(user).map(|at| org.project_users[at].project);
                org.user(user).listed() || !org.groups_of(user).is_empty() || projects.any(|of| of == project)
            }
            Principal::Group(_) | Principal::ServiceAccount(_) => true,
        }
    }

    /// Whether a grant matters in these scopes. If grants in projects do not matter, neither do the organization grants
    /// of a user who appears only in projects.
    pub fn matters(&self, grant: usize, scopes: Extent) -> bool {
        let grant = &self.access.grants()[grant];
        match (grant.scope, grant.principal) {
            (Scope::Organization, Principal::User(user)) => {
                scopes.project || self.org.user(user).listed() || !self.org.groups_of(user).is_empty()
            }
            _ => true,
        }
    }
}
