//! How many threads judge an organization changes nothing in what is said of it.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{NOW, SINGLE, build, check, holes, worlds};
use crate::cores;

proptest! {
    #![proptest_config(ProptestConfig { cases: super::config().cases / 4, ..super::config() })]

    #[test]
    fn any_number_of_threads_says_the_same_of_any_organization(
        mut world in worlds(),
        holes in holes(),
        copies in 30..90_usize,
        rules in prop::collection::vec(any::<Index>(), 6),
    ) {
        // Enough people for several pieces.
        let people = world.users.len() * copies;
        world.users = world.users.iter().cycle().take(people).cloned().collect();
        let org = build(&world, &holes);
        for policies in rules.iter().map(|rule| rule.get(&SINGLE)) {
            let said = |threads| {
                cores::limit(threads);
                let outcome = check(&org, policies, NOW);
                cores::limit(0);
                outcome
            };
            let one = said(1);
            for threads in [2, 3, 8] {
                prop_assert!(said(threads) == one, "{} threads: {}", threads, policies[0].file.source.text);
            }
        }
    }
}
