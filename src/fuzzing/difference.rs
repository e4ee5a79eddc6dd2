//! What is true of any two states of an organization, complete or with gaps.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::access::{Access, Thing, principals};
use crate::check::tests::{Holes, World, build, holes, worlds};
use crate::diff::{AccessChange, Diff, Effect, Fate, diff};
use crate::org::{Kind, Org, Scope};

/// A thing by what never changes about it.
fn id(thing: &Thing) -> String {
    // Which project a role is shown in depends on what was read.
    let project = thing.project.as_ref().filter(|_| !thing.is(Kind::Role));
    let project = project.map(|project| format!("{}/", project.id)).unwrap_or_default();
    format!("{}/{project}{}", thing.kind.name(), thing.id)
}

/// Each permission that changed hands: whose, where, what.
fn changed<'d>(changes: impl Iterator<Item = &'d AccessChange>, effect: Effect) -> BTreeSet<[String; 3]> {
    let all = changes.filter(|change| change.effect == effect);
    let each = |change: &AccessChange| {
        let (who, place) = (id(&change.principal), id(&change.scope));
        change
            .permissions
            .iter()
            .map(|permission| [who.clone(), place.clone(), permission.to_string()])
            .collect::<Vec<_>>()
    };
    all.flat_map(each).collect()
}

fn proven(diff: &Diff, effect: Effect) -> BTreeSet<[String; 3]> {
    changed(diff.access.iter().filter(|change| change.certain), effect)
}

fn all(diff: &Diff, effect: Effect) -> BTreeSet<[String; 3]> {
    changed(diff.access.iter(), effect)
}

/// The same by the definition: every permission of every role that somebody holds.
fn plain(org: &Org) -> BTreeSet<[String; 3]> {
    let access = Access::new(org);
    let mut held = BTreeSet::new();
    for principal in principals(org) {
        for grant in crate::access::grants_of(org, principal) {
            let place = match grant.scope {
                Scope::Organization => id(&Thing::organization()),
                Scope::Project(project) => id(&access.thing(Kind::Project, project.at())),
            };
            for &permission in org.role(grant.role).permissions.value().into_iter().flatten() {
                let what = org.symbols.text(permission).to_owned();
                held.insert([id(&access.principal(principal)), place.clone(), what]);
            }
        }
    }
    held
}

fn of(world: &World) -> Org {
    build(world, &Holes::default())
}

/// The same organization a while later: of each list, some things are those of the other world.
fn mixed(one: &World, other: &World, which: u8) -> World {
    let from = |bit: u8| if which & (1 << bit) == 0 { one } else { other };
    World {
        roles: from(0).roles.clone(),
        groups: from(1).groups.clone(),
        users: from(2).users.clone(),
        projects: from(3).projects.clone(),
        ..one.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_changes_from_a_state_to_itself(world in worlds(), holes in holes()) {
        let org = build(&world, &holes);
        let same = diff(&org, &org);
        prop_assert_eq!((same.access, same.things, same.findings), (Vec::new(), Vec::new(), Vec::new()));
    }

    #[test]
    fn what_one_direction_gains_the_other_loses(
        one in worlds(), two in worlds(), which in 0u8..16, holes in [holes(), holes()],
    ) {
        let (a, b) = (build(&one, &holes[0]), build(&mixed(&one, &two, which), &holes[1]));
        let (there, back) = (diff(&a, &b), diff(&b, &a));
        let of = |diff: &Diff, effect| -> Vec<AccessChange> {
            let all = diff.access.iter().filter(|change| change.effect == effect).cloned();
            all.map(|change| AccessChange { effect: Effect::Moved, ..change }).collect()
        };
        prop_assert_eq!(of(&there, Effect::Gained), of(&back, Effect::Lost));
        prop_assert_eq!(of(&there, Effect::Lost), of(&back, Effect::Gained));
        let moved = |diff: &Diff| -> Vec<String> {
            diff.access.iter().filter(|change| change.effect == Effect::Moved).map(|change| id(&change.principal)).collect()
        };
        prop_assert_eq!(moved(&there), moved(&back));
        let fates = |diff: &Diff, swap: bool| -> BTreeSet<(String, bool, bool)> {
            let come_or_gone = diff.things.iter().filter_map(|change| match change.fate {
                Fate::Appeared => Some((id(&change.thing), !swap, change.certain)),
                Fate::Gone => Some((id(&change.thing), swap, change.certain)),
                Fate::Changed { .. } | Fate::Items { .. } => None,
            });
            come_or_gone.collect()
        };
        prop_assert_eq!(fates(&there, false), fates(&back, true));
        prop_assert_eq!(there.is_complete(), back.is_complete());
    }

    #[test]
    fn of_two_states_without_holes_the_difference_is_the_definitions(one in worlds(), two in worlds(), which in 0u8..16) {
        let (a, b) = (of(&one), of(&mixed(&one, &two, which)));
        let (old, new, found) = (plain(&a), plain(&b), diff(&a, &b));
        prop_assert_eq!(all(&found, Effect::Gained), new.difference(&old).cloned().collect());
        prop_assert_eq!(all(&found, Effect::Lost), old.difference(&new).cloned().collect());
    }

    /// What is proven in spite of the gaps is true without them; and where nothing is reported as missing, every change is
    /// reported.
    #[test]
    fn a_hole_is_never_a_gain_or_a_loss(
        one in worlds(), two in worlds(), which in 0u8..16, holes in [holes(), holes()],
    ) {
        let later = mixed(&one, &two, which);
        let whole = diff(&of(&one), &of(&later));
        let found = diff(&build(&one, &holes[0]), &build(&later, &holes[1]));
        for effect in [Effect::Gained, Effect::Lost] {
            let (seen, real) = (proven(&found, effect), all(&whole, effect));
            prop_assert!(seen.is_subset(&real), "{effect:?}: {:?}", seen.difference(&real).collect::<Vec<_>>());
            if found.is_complete() {
                prop_assert_eq!(seen, real);
            }
        }
        let come_or_gone = |diff: &Diff, proven: bool| -> BTreeSet<(String, bool)> {
            let all = diff.things.iter().filter(|change| change.certain || !proven);
            all.filter_map(|change| match change.fate {
                Fate::Appeared => Some((id(&change.thing), true)),
                Fate::Gone => Some((id(&change.thing), false)),
                Fate::Changed { .. } | Fate::Items { .. } => None,
            })
            .collect()
        };
        let (seen, real) = (come_or_gone(&found, true), come_or_gone(&whole, false));
        prop_assert!(seen.is_subset(&real), "{:?}", seen.difference(&real).collect::<Vec<_>>());
    }
}
