//! What a grant is made of: its role, who holds it, and the project where it holds.

use super::{Family, Start};
use crate::access::{Gaps, Routes};
use crate::check::facts::Facts;
use crate::org::{Principal, Scope};
use crate::policy::Part;

impl Family for Part {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let grant = &facts.access.grants()[start.at];
        let place = match (self, grant.principal, grant.scope) {
            (Self::Role, _, _) => Some(grant.role.at()),
            (Self::Project, _, Scope::Project(project)) => Some(project.at()),
            (Self::User, Principal::User(user), _) => Some(user.at()),
            (Self::Group, Principal::Group(group), _) => Some(group.at()),
            (Self::ServiceAccount, Principal::ServiceAccount(account), _) => Some(account.at()),
            (Self::Project | Self::User | Self::Group | Self::ServiceAccount, _, _) => None,
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
