//! Two properties of the evaluator, over generated organizations. It agrees with a plain evaluator that looks at one
//! thing at a time. And if data is taken away, answers only become unknown: none turns into its opposite, and no
//! verdict gets better.

mod columns;
mod conditions;
mod counted;
mod grants;
mod model;
mod plain;
mod put;
mod seen;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::domain::Domain;
use super::evaluate::evaluate;
use super::facts::Facts;
use super::{check, wanted};
use crate::document::SourceText;
use crate::finding::Verdict;
use crate::org::{Collection, Org, Truth};
use crate::policy::{Assertion, Condition, Kind, Overrides, Policy, needs, parse};
use conditions::{CONDITIONS, EXACTLY, NARROWED, PEOPLE};
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
    for (number, (kind, rest)) in EXACTLY.iter().enumerate() {
        writeln!(text, "- {{ id: e{number}, select: {kind}, {rest} }}").expect("fits");
    }
    let source = Arc::new(SourceText::new("test.yaml".to_owned(), text));
    parse(&[source], &Overrides::default()).expect("the conditions are valid")
});

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
    fn the_evaluator_agrees_with_the_plain_definition(world in worlds(), holes in holes(), unlisted in any::<bool>()) {
        let org = build(&world, &holes);
        let (facts, plain) = (Facts::new(&org, NOW), Plain::new(&org, unlisted));
        facts.set_unlisted_groups(unlisted);
        for (kind, condition) in forbidden() {
            let answers = evaluate(&facts, condition, &Domain::Things(kind)).answers;
            for at in 0..facts.access.count(kind) {
                prop_assert_eq!(answers.of(at), plain.answers(condition, kind, at), "{} {:?}", words(condition), facts.access.thing(kind, at));
            }
        }
    }

    #[test]
    fn gaps_only_ever_make_answers_unknown(world in worlds(), holes in holes()) {
        let (whole, seen) = (build(&world, &Holes::default()), build(&world, &holes));
        let (all, some) = (Facts::new(&whole, NOW), Facts::new(&seen, NOW));
        for (kind, condition) in forbidden() {
            let truth = evaluate(&all, condition, &Domain::Things(kind)).answers;
            let answers = evaluate(&some, condition, &Domain::Things(kind)).answers;
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
        let everybody: BTreeSet<usize> = (0..world.users.len()).collect();
        let nobody = Holes { user_roles: everybody.clone(), project_user_roles: everybody, ..Holes::default() };
        let listed = build(&world, &nobody);
        for rules in NARROWED {
            let text = format!("version: 1\nrules:\n{rules}");
            let source = Arc::new(SourceText::new("test.yaml".to_owned(), text));
            let policies = parse(&[source], &Overrides::default()).expect("the rules are valid");
            let needs = needs(&policies);
            // Whom the list of users does not have is asked for in any case.
            let unwanted = |users| -> BTreeSet<usize> {
                let users = wanted(&listed, users, NOW).into_iter().zip(listed.users.iter());
                let unwanted = users.filter(|(wanted, user)| !wanted && user.listed());
                unwanted.map(|(_, user)| user.id()[1..].parse().expect("a letter and a number")).collect()
            };
            let (user_roles, project_user_roles) = (unwanted(&needs.users), unwanted(&needs.project_users));
            let seen = build(&world, &Holes { user_roles, project_user_roles, ..Holes::default() });
            let (seen, whole) = (check(&seen, &policies, NOW), check(&build(&world, &Holes::default()), &policies, NOW));
            for (seen, whole) in seen.rules.iter().zip(&whole.rules) {
                prop_assert_eq!(seen.verdict(), whole.verdict(), "{}", rules);
                prop_assert_eq!(seen.violations(), whole.violations(), "{}", rules);
            }
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
                crate::finding::Status::Violation | crate::finding::Status::Waived | crate::finding::Status::Baselined => prop_assert!(!finding.message.is_empty()),
                crate::finding::Status::Unknown => {
                    // Of a number of things, the rule says what is missing.
                    let said = !finding.missing.is_empty() || finding.subject.kind == crate::finding::ThingKind::Organization;
                    prop_assert!(said, "{} of {}", finding.message, outcome.rules[finding.rule].info.id);
                }
            }
            prop_assert!(fingerprints.insert(&finding.fingerprint), "twice: {finding:?}");
            let source = &outcome.rules[finding.rule].info.location.source;
            prop_assert_eq!(source.region(&source.span(finding.region)), finding.region);
        }
    }
}
