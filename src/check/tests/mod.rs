//! Properties of the evaluator, over generated organizations. It agrees with a plain evaluator that looks at one
//! thing at a time. And if data is taken away, answers only become unknown: none turns into its opposite, and no
//! verdict gets better.

mod columns;
mod conditions;
mod counted;
mod grants;
mod model;
mod narrowed;
mod outcomes;
mod plain;
mod put;
mod seen;
mod threads;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use fixedbitset::FixedBitSet;
use proptest::prelude::*;

use super::domain::{Domain, Needed};
use super::evaluate::evaluate;
use super::facts::Facts;
use super::population::Population;
use super::{check, wanted};
use crate::document::SourceText;
use crate::finding::{Outcome, Status, Verdict};
use crate::org::{Collection, Org, Truth};
use crate::policy::{Assertion, Condition, Kind, Overrides, Policy, Rule, needs, parse};
use conditions::{CONDITIONS, COUNTED, EXACTLY, NARROWED, PEOPLE};
use narrowed::not_asked;
use outcomes::{Open, within};
use plain::Plain;
pub(crate) use seen::build;
pub(crate) use world::{Holes, World, holes, worlds};

const NOW: i64 = 1_780_000_000;

/// Every condition as a `forbid` rule and as a `where`, and two counts.
static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let mut text = format!("version: 1\n{PEOPLE}\nrules:\n");
    for (number, (kind, condition)) in CONDITIONS.iter().enumerate() {
        let mut rule =
            |id: &str, rest: &str| writeln!(text, "- {{ id: {id}{number}, select: {kind}, {rest} }}").expect("fits");
        rule("f", &format!("forbid: {condition}"));
        rule("r", &format!("where: {condition}, forbid: {{}}"));
        rule("c", &format!("where: {condition}, count: {{ min: 1, max: 2 }}"));
        rule("p", &format!("where: {condition}, count: {{ min: 20%, max: 50% }}"));
    }
    for (number, (kind, rest)) in EXACTLY.iter().chain(COUNTED).enumerate() {
        writeln!(text, "- {{ id: e{number}, select: {kind}, {rest} }}").expect("fits");
    }
    let source = Arc::new(SourceText::new("test.yaml".to_owned(), text));
    parse(&[source], &Overrides::default()).expect("the conditions are valid")
});

/// The counts among them, in parts, each of which is a policy.
static COUNTS: LazyLock<Vec<Vec<Policy>>> = LazyLock::new(|| {
    let rules: Vec<&str> =
        POLICIES[0].file.source.text.lines().skip(3).filter(|rule| rule.contains(", count: {")).collect();
    let part = |part: usize| {
        let rules: Vec<&str> = rules.iter().skip(part).step_by(PARTS).copied().collect();
        let text = format!("version: 1\n{PEOPLE}\nrules:\n{}\n", rules.join("\n"));
        parse(&[Arc::new(SourceText::new("test.yaml".to_owned(), text))], &Overrides::default())
            .expect("the rules are valid")
    };
    (0..PARTS).map(part).collect()
});

/// In how many parts: a case judges one of them, since all of them take too long.
const PARTS: usize = 5;

/// Each of them as a policy of its own.
static SINGLE: LazyLock<Vec<Vec<Policy>>> = LazyLock::new(|| {
    let alone = |rule: &str| {
        let source =
            Arc::new(SourceText::new("test.yaml".to_owned(), format!("version: 1\n{PEOPLE}\nrules:\n{rule}\n")));
        parse(&[source], &Overrides::default()).expect("the conditions are valid")
    };
    POLICIES[0].file.source.text.lines().skip(3).map(alone).collect()
});

fn forbidden() -> Vec<(Kind, &'static Condition)> {
    let rules = POLICIES.iter().flat_map(|policy| &policy.rules);
    rules
        .filter_map(|rule| match &rule.assertion {
            Assertion::Forbid(condition) => Some((rule.select, condition)),
            Assertion::Require(_) | Assertion::Count(..) | Assertion::Exactly(_) => None,
        })
        .collect()
}

/// A rule as it is written.
fn words_of(rule: &Rule) -> &str {
    let source = &rule.info.location.source;
    let line = usize::try_from(rule.info.end_line).expect("a line");
    source.text.lines().nth(line - 1).expect("a rule has a line")
}

/// A condition as it is written.
fn words(condition: &Condition) -> &str {
    &POLICIES[0].file.source.text[condition.span.clone()]
}

/// As many cases as `PROPTEST_CASES` says, and else enough for every day.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = std::env::var_os("PROPTEST_CASES").map_or(100, |_| default.cases);
    ProptestConfig { cases, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_evaluator_agrees_with_the_plain_definition(
        world in worlds(), holes in holes(), unlisted in any::<bool>(), ahead in any::<bool>(),
    ) {
        let org = build(&world, &holes);
        let (mut facts, plain) = (Facts::new(&org, NOW), Plain::new(&org, unlisted));
        if ahead {
            facts = facts.ahead_of(&POLICIES);
        }
        facts.set_unlisted_groups(unlisted);
        for (kind, condition) in forbidden() {
            let answers = evaluate(&facts, condition, &Domain::all(kind), Needed::All).answers;
            for at in 0..facts.access.count(kind) {
                prop_assert_eq!(answers.of(at), plain.answers(condition, kind, at), "{} {:?}", words(condition), facts.access.thing(kind, at));
            }
        }
    }

    #[test]
    fn what_is_asked_of_some_things_is_answered_as_if_it_were_asked_of_all(
        world in worlds(), holes in holes(), unlisted in any::<bool>(), some in any::<u64>(),
    ) {
        let org = build(&world, &holes);
        let facts = Facts::new(&org, NOW);
        facts.set_unlisted_groups(unlisted);
        for (kind, condition) in forbidden() {
            let count = facts.access.count(kind);
            let mut those = FixedBitSet::with_capacity(count);
            those.extend((0..count).filter(|at| some >> (at % 64) & 1 == 1));
            let all = evaluate(&facts, condition, &Domain::all(kind), Needed::All).answers;
            for needed in [Needed::All, Needed::UntilNo] {
                let some = Domain::Things(kind, Some(Arc::new(those.clone())));
                let answers = evaluate(&facts, condition, &some, needed).answers;
                for at in those.ones() {
                    prop_assert_eq!(answers.of(at), all.of(at), "{} {:?}", words(condition), facts.access.thing(kind, at));
                }
            }
        }
    }

    #[test]
    fn how_many_a_rule_selects_agrees_with_the_plain_definition(world in worlds(), holes in holes(), part in 0..PARTS) {
        let org = build(&world, &holes);
        let policies = &COUNTS[part];
        let outcome = check(&org, policies, NOW);
        let facts = Facts::new(&org, NOW);
        let plain = [false, true].map(|unlisted| Plain::new(&org, unlisted));
        for (rule, result) in policies[0].rules.iter().zip(&outcome.rules) {
            let Assertion::Count(bounds, counted, _) = rule.assertion else { continue };
            let unlisted = rule.needs().contains(&Collection::ProjectGroups);
            facts.set_unlisted_groups(unlisted);
            let (plain, population) = (&plain[usize::from(unlisted)], Population::of(&facts, rule));
            let there = (0..facts.access.count(rule.select)).map(|at| (at, population.has(at)));
            let there: Vec<(usize, Truth)> = there.filter(|(_, has)| *has != Truth::No).collect();
            let selected = there.iter().map(|&(at, has)| (at, has.and(plain.answers(&rule.filter, rule.select, at))));
            let selected = plain.counted(counted, rule.select, selected.filter(|(_, answer)| *answer != Truth::No));
            let all = plain.counted(counted, rule.select, there);
            let open = Open::of(population.may_have_more());
            let verdict = match open.decide(&selected, &all, |yes, _, all| within(bounds, yes, all)) {
                Truth::Yes => &[Verdict::Pass, Verdict::Vacuous][..],
                Truth::No => &[Verdict::Violation],
                Truth::Unknown => &[Verdict::Unknown],
            };
            prop_assert!(verdict.contains(&result.verdict()), "{}: {:?}, not {:?}", words_of(rule), result.verdict(), verdict);
        }
    }

    #[test]
    fn gaps_only_ever_make_answers_unknown(world in worlds(), holes in holes()) {
        let (whole, seen) = (build(&world, &Holes::default()), build(&world, &holes));
        let (all, some) = (Facts::new(&whole, NOW), Facts::new(&seen, NOW));
        for (kind, condition) in forbidden() {
            let truth = evaluate(&all, condition, &Domain::all(kind), Needed::All).answers;
            let answers = evaluate(&some, condition, &Domain::all(kind), Needed::All).answers;
            for at in 0..some.access.count(kind) {
                let thing = some.access.thing(kind, at);
                let Some(same) = (0..all.access.count(kind)).find(|&other| all.access.thing(kind, other).id == thing.id) else { continue };
                let (seen, really) = (answers.of(at), truth.of(same));
                prop_assert!(seen == really || seen == Truth::Unknown, "{} {}: seen {seen:?}, is {really:?}", thing.id, words(condition));
            }
        }
    }

    #[test]
    fn gaps_never_improve_a_verdict(world in worlds(), holes in holes()) {
        let really = check(&build(&world, &Holes::default()), &POLICIES, NOW);
        let seen = check(&build(&world, &holes), &POLICIES, NOW);
        for (is, was) in seen.rules.iter().zip(&really.rules) {
            match is.verdict() {
                Verdict::Violation => prop_assert_eq!(was.verdict(), Verdict::Violation, "{}", is.info.id),
                Verdict::Pass => prop_assert_eq!(was.verdict(), Verdict::Pass, "{}", is.info.id),
                // Whether there was anything to select may be unknown, too; that it would pass is not.
                Verdict::Vacuous => prop_assert!(was.verdict() <= Verdict::Vacuous, "{} {:?}", is.info.id, was.verdict()),
                Verdict::Unknown => {}
            }
        }
    }

    #[test]
    fn skipping_data_that_no_rule_needs_changes_no_verdict(world in worlds()) {
        let lists = Collection::ALL.into_iter().filter(|collection| collection.parent().is_some());
        let listed = build(&world, &Holes::not_asked(lists));
        let all = build(&world, &Holes::default());
        for rules in NARROWED {
            let text = format!("version: 1\nrules:\n{rules}");
            let source = Arc::new(SourceText::new("test.yaml".to_owned(), text));
            let policies = parse(&[source], &Overrides::default()).expect("the rules are valid");
            let needs = needs(&policies);
            let parts_not_asked = not_asked(&all, &listed, &wanted(&listed, &needs, NOW));
            let not_asked = Collection::ALL.into_iter().filter(|collection| !needs.collections.contains(collection));
            let seen = build(&world, &Holes { parts_not_asked, ..Holes::not_asked(not_asked) });
            let (seen, whole) = (check(&seen, &policies, NOW), check(&all, &policies, NOW));
            for (seen, whole) in seen.rules.iter().zip(&whole.rules) {
                prop_assert_eq!(seen.verdict(), whole.verdict(), "{}", rules);
                prop_assert_eq!(seen.violations(), whole.violations(), "{}", rules);
            }
            let said = |outcome: &Outcome| -> Vec<(Status, String)> {
                outcome.findings.iter().map(|finding| (finding.status, finding.fingerprint.clone())).collect()
            };
            prop_assert_eq!(said(&seen), said(&whole), "{}", rules);
        }
    }

    #[test]
    fn what_other_rules_read_changes_no_answer(world in worlds()) {
        let together = build(&world, &Holes::default());
        let mut alone = BTreeMap::new();
        for policies in SINGLE.iter() {
            let needs = needs(policies).collections;
            let not_asked = Collection::ALL.into_iter().filter(|collection| !needs.contains(collection));
            let alone = alone.entry(needs.clone()).or_insert_with(|| build(&world, &Holes::not_asked(not_asked)));
            let said = |org: &Org| {
                let outcome = check(org, policies, NOW);
                let findings = outcome.findings.iter().map(|of| (of.status, of.subject.id.clone(), of.fingerprint.clone()));
                (outcome.rules[0].verdict(), findings.collect::<Vec<_>>())
            };
            prop_assert_eq!(said(alone), said(&together), "{}", policies[0].file.source.text);
        }
    }

    #[test]
    fn every_finding_says_why(world in worlds(), holes in holes()) {
        let outcome = check(&build(&world, &holes), &POLICIES, NOW);
        let mut fingerprints = BTreeSet::new();
        for finding in &outcome.findings {
            match finding.status {
                Status::Violation | Status::Waived | Status::Baselined => prop_assert!(!finding.message.is_empty()),
                Status::Unknown => {
                    // Of a number of things, the rule says what is missing.
                    let said = !finding.missing.is_empty() || finding.subject.kind == crate::finding::ThingKind::Organization;
                    prop_assert!(said, "{} of {}", finding.message, outcome.rules[finding.rule].info.id);
                }
            }
            prop_assert!(fingerprints.insert(&finding.fingerprint), "twice: {finding:?}");
            let source = &outcome.rules[finding.rule].info.location.source;
            prop_assert_eq!(source.region(&source.span(&finding.region)), finding.region.clone());
        }
    }
}
