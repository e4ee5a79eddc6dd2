//! What a grant is made of: its role, who holds it, and the project where it holds.

use super::{Family, Start};
use crate::access::{Gaps, Routes};
use crate::check::facts::Facts;
use crate::org::{Principal, Scope};
use crate::policy::Relation;

/// `role`, `user`, `group`, `service_account` and `project`, of grants.
pub struct Parts;

impl Family for Parts {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let grant = &facts.access.grants()[start.at];
        let place = match (start.relation, grant.principal) {
            (Relation::User, Principal::User(user)) => Some(user.at()),
            (Relation::Group, Principal::Group(group)) => Some(group.at()),
            (Relation::ServiceAccount, Principal::ServiceAccount(account)) => Some(account.at()),
            (Relation::Role, _) => Some(grant.role.at()),
            (Relation::Project, _) => match grant.scope {
                Scope::Project(project) => Some(project.at()),
                Scope::Organization => None,
            },
            _ => None,
        };
        into.extend(place);
        false
    }

    fn paths(&self, _: &Facts<'_>, _: Start, _: usize) -> Routes {
        // The paths to the grant already show it.
        Routes::new()
    }

    fn gaps(&self, _: &Facts<'_>, _: &mut Gaps<'_, '_, '_>, _: Start) {}
}
