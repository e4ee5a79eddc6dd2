//! From anything to all things of a kind that the organization lists.

use super::{Family, Start};
use crate::access::{Gaps, Routes};
use crate::check::facts::Facts;
use crate::org::{Among, Collection};
use crate::policy::Kind;

/// What stands behind `organization`.
pub struct Everything;

impl Family for Everything {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let (org, scopes) = (facts.org, start.scopes);
        let kind = start.relation.target();
        let places = 0..facts.access.count(kind);
        match kind {
            Kind::Role => {
                let lists = [(scopes.organization, Collection::Roles), (scopes.project, Collection::ProjectRoles)];
                let mut roles = fixedbitset::FixedBitSet::with_capacity(org.roles.len());
                for (_, list) in lists.into_iter().filter(|(wanted, _)| *wanted) {
                    roles.union_with(&org.roles_told_by(list));
                }
                into.extend(roles.ones());
            }
            Kind::User => into.extend(places.filter(|&at| org.users.at(at).listed())),
            Kind::Group => into.extend(places.filter(|&at| org.groups[at].listed)),
            Kind::AdminApiKey => into.extend(places.filter(|&at| org.admin_api_keys[at].told_apart)),
            Kind::Project | Kind::ServiceAccount | Kind::Invite | Kind::ApiKey | Kind::Grant => into.extend(places),
        }
        // A key that may belong to a project may be no admin key.
        let unclear = kind == Kind::AdminApiKey && org.admin_api_keys.iter().any(|key| !key.told_apart);
        unclear || !facts.lists_all(kind, scopes, Among::ALL)
    }

    fn paths(&self, _: &Facts<'_>, _: Start, _: usize) -> Routes {
        // Nothing leads from one to the other.
        Routes::new()
    }

    fn gaps(&self, _: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        for &collection in start.relation.target().reads().iter().filter(|one| one.matters(start.scopes)) {
            gaps.unread(collection);
        }
    }
}
