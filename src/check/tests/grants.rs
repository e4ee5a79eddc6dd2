//! What everybody holds: the same as a model of the world says, and where it is not known, with a reason.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::{Holes, holes, worlds};
use super::{build, config, model};
use crate::access::{Access, knows_grants, principals};
use crate::org::{Among, Extent, Principal, Scope, Truth};

/// Which grants may matter.
const EXTENTS: [Extent; 3] =
    [Extent::ALL, Extent { project: false, ..Extent::ALL }, Extent { organization: false, ..Extent::ALL }];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn grants_equal_those_of_the_model(world in worlds()) {
        let org = build(&world, &Holes::default());
        let mut expected = model::grants(&world);
        // Nothing is known of somebody who is in no list.
        let known: BTreeSet<&str> = org.users.iter().map(crate::org::UserRow::id).collect();
        expected.retain(|(who, ..), _| who.strip_prefix("user ").is_none_or(|id| known.contains(id)));
        let access = Access::new(&org);
        for grant in access.grants() {
            let who = match grant.principal {
                Principal::User(user) => format!("user {}", org.user(user).id()),
                Principal::Group(group) => format!("group {}", org.group(group).id),
                Principal::ServiceAccount(account) => format!("account {}", org.service_accounts[account.at()].id),
            };
            let project = match grant.scope {
                Scope::Organization => None,
                Scope::Project(project) => Some(org.project(project).id[1..].parse().expect("a number")),
            };
            let held = (who, org.roles[grant.role.at()].id.to_string(), project);
            let ways = expected.remove(&held);
            prop_assert!(ways.is_some(), "nobody said that {held:?}");
            let ways = ways.expect("just asked");
            let groups: BTreeSet<usize> = grant.groups.iter().map(|group| org.group(*group).id[1..].parse().expect("a number")).collect();
            prop_assert_eq!((&groups, grant.membership), (&ways.groups, ways.membership), "{:?}", held);
            // Without sources, a role that a group confers may be given directly as well; and nobody knows who is in a
            // group that only projects list.
            let open = !world.sources && (!groups.is_empty() || world.groups.iter().any(|group| !group.listed));
            prop_assert!(grant.direct == ways.direct.into() || (open && grant.direct == Truth::Unknown), "{held:?} {grant:?}");
        }
        prop_assert!(expected.is_empty(), "nobody was found to hold {:?}", expected.keys());
    }

    #[test]
    fn what_is_missing_of_a_principal_has_a_reason(world in worlds(), holes in holes()) {
        let org = build(&world, &holes);
        let access = Access::new(&org);
        for extent in EXTENTS {
            let mut known = true;
            for principal in principals(&org) {
                let missing = access.missing_of(principal, extent);
                prop_assert_eq!(missing.is_empty(), knows_grants(&org, principal, extent), "{:?}: {:?}", principal, missing);
                // A group that only projects list is none of those that all grants are about.
                let listed = if let Principal::Group(group) = principal { org.group(group).listed } else { true };
                known &= missing.is_empty() || !listed;
            }
            let all = org.knows_all_grants(extent, Among::ALL);
            prop_assert!(!all || known, "all grants are known, but not those of each principal");
            prop_assert_eq!(access.missing(extent).is_empty(), all);
        }
    }
}
