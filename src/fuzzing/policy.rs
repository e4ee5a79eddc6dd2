//! Policy files.

use super::api::NOW;
use super::shown::{explain, show, source};
use super::world;
use crate::check::check;
use crate::finding::{Outcome, Verdict};
use crate::org::{Collection, Org};
use crate::policy::{Overrides, Policy, needs, parse};

/// The input is a policy. One that is wrong is explained. One that loads judges a small organization, points at its own
/// words and is shown in every format. It proves nothing about an organization that was not read, and missing data
/// makes answers unknown but changes no others.
pub fn policy(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match parse(&[source(text)], &Overrides::default()) {
        Err(error) => explain(&error),
        Ok(policies) => judged(&policies, data),
    }
}

fn judged(policies: &[Policy], data: &[u8]) {
    let whole = check(world::whole(), policies, NOW);
    regions_are_in_the_text(&whole);
    show(&whole);
    let unasked = check(world::unasked(), policies, NOW);
    show(&unasked);
    for rule in &unasked.rules {
        assert_eq!(rule.verdict(), Verdict::Unknown, "{} says something of nothing", rule.info.id);
    }
    // Which collection is missing follows from the input, so that each input asks the same again.
    let which = data.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let collection = Collection::ALL[which % Collection::ALL.len()];
    withholds(policies, &whole, world::without(collection), collection);
}

fn regions_are_in_the_text(outcome: &Outcome) {
    for finding in &outcome.findings {
        let source = &outcome.rules[finding.rule].info.location.source;
        let span = source.span(&finding.region);
        assert!(source.text.get(span.clone()).is_some_and(|words| !words.is_empty()), "{span:?} holds no words");
    }
}

/// Asserts that what could not be read changes no answer. What nobody needs is not missing.
fn withholds(policies: &[Policy], whole: &Outcome, hidden: &Org, collection: Collection) {
    let outcome = check(hidden, policies, NOW);
    show(&outcome);
    for (with, without) in whole.rules.iter().zip(&outcome.rules) {
        let (with, without, id) = (with.verdict(), without.verdict(), &with.info.id);
        // A rule that would pass may be vacuous: perhaps nothing else can be selected.
        let withheld = without == Verdict::Unknown || (without, with) == (Verdict::Vacuous, Verdict::Pass);
        assert!(withheld || without == with, "{id}: {with:?}, but {without:?} without {collection}");
    }
    if !needs(policies).collections.contains(&collection) {
        assert!(outcome.rules.iter().zip(&whole.rules).all(|(a, b)| a.verdict() == b.verdict()), "{collection}");
    }
}
