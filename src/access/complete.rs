//! Whether everything that a principal holds was read.

use super::own::{Own, groups_of, of_group, own};
use crate::org::{Collection, Extent, GroupIx, Org, Principal};

/// Whether every grant of this principal in these scopes was read, in whatever way it is held.
pub fn knows_grants(org: &Org, principal: Principal, extent: Extent) -> bool {
    match principal {
        Principal::Group(group) => knows_grants_of_group(org, group, extent),
        Principal::User(_) | Principal::ServiceAccount(_) => {
            knows_own_grants(org, principal, extent)
                && groups_of(org, principal).iter().all(|&group| knows_grants_of_group(org, group, extent))
        }
    }
}

/// Whether every group of a user or service account was read, and every grant that does not come through one.
pub fn knows_own_grants(org: &Org, principal: Principal, extent: Extent) -> bool {
    knows_where(org, principal, extent)
        && own(org, principal).filter(|own| extent.contain(own.scope)).all(Own::is_complete)
}

/// Whether every group of a user or service account was read, and every scope where it may be assigned something. It is
/// the same for all users, and for all service accounts.
pub fn knows_where(org: &Org, principal: Principal, extent: Extent) -> bool {
    // A user may be in a project whose users were not read, and a service account may be a user.
    let all_scopes = match principal {
        Principal::User(_) | Principal::ServiceAccount(_) => !extent.project || org.knows_all_project_users(),
        Principal::Group(_) => true,
    };
    let all_users = match principal {
        Principal::ServiceAccount(_) => !extent.organization || org.coverage.of(Collection::Users).lists_all(),
        Principal::User(_) | Principal::Group(_) => true,
    };
    all_scopes && all_users && org.knows_memberships_in(extent)
}

/// Whether every grant of the group in these scopes was read.
pub fn knows_grants_of_group(org: &Org, group: GroupIx, extent: Extent) -> bool {
    (!extent.project || org.knows_all_project_groups())
        && of_group(org, group).filter(|held| extent.contain(held.scope)).all(|held| held.listed)
}
