//! Two properties of the evaluator, over generated organizations. It agrees with a plain evaluator that looks at one
//! thing at a time. And if data is taken away, answers only become unknown: none turns into its opposite, and no
//! verdict gets better. The table of conditions makes this file long.

mod columns;
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
use plain::Plain;
pub(crate) use seen::build;
pub(crate) use world::{Holes, World, holes, worlds};

const NOW: i64 = 1_780_000_000;

/// Conditions of every form, each on a kind of thing.
const CONDITIONS: &[(&str, &str)] = &[
    ("role", "{ predefined_role: false, permissions: api.a.write }"),
    ("role", "{ permissions: { any: 'api.*.write', except: api.b.write } }"),
    ("role", "{ permissions: { all: [api.a.read, '*.write'] } }"),
    ("role", "{ permissions: { only: '*.read' } }"),
    ("role", "{ escalation: [credentials, takeover] }"),
    ("role", "{ not: { escalation: self-grant } }"),
    ("user", "{ holds: { escalation: self-grant, scope: organization } }"),
    ("role", "{ permissions: { none: '*.write', count: { min: 1 } } }"),
    ("role", "{ permissions: { any: '*.write', count: { max: 1 } } }"),
    ("role", "{ any: [ { name: { regex: 'R[0-2]' } }, { not: { scope: organization } } ] }"),
    ("role", "{ holders: { count: { max: 1 } } }"),
    ("role", "{ holders: { user: { email: 'u0@*' } } }"),
    ("role", "{ holders: { every: { via: group } } }"),
    ("role", "{ holders: { none: { principal: group } } }"),
    ("user", "{ role: owner }"),
    ("user", "{ not: { role: [owner, null] } }"),
    ("user", "{ holds: { permission: api.a.write } }"),
    ("user", "{ holds: { none: { permission: '*.write' } } }"),
    ("user", "{ holds: { every: { permission: '*.read' } } }"),
    ("user", "{ holds: { count: { min: 2 } } }"),
    ("user", "{ holds: { where: { role: { predefined_role: false } }, count: { max: 1 } } }"),
    ("user", "{ holds: { permission: api.b.write, via: direct } }"),
    ("user", "{ holds: { via: { group: { is_scim_managed: false } } } }"),
    ("user", "{ holds: { not: { via: [group, membership] } } }"),
    ("user", "{ all: [ { holds: { permission: api.a.write } }, { holds: { permission: api.b.write } } ] }"),
    ("user", "{ groups: { name: G0 } }"),
    ("user", "{ groups: { none: { holds: { permission: '*.write' } } } }"),
    ("user", "{ groups: { count: { min: 1, max: 1 } } }"),
    ("user", "{ any: [ { api_key_last_used_at: null }, { api_key_last_used_at: { older_than: 90d } } ] }"),
    ("group", "{ holds: { permission: '*.write' } }"),
    ("group", "{ is_scim_managed: false, members: { email: 'u1@*' } }"),
    ("group", "{ members: { every: { role: reader } } }"),
    ("group", "{ members: { count: { min: 2 } } }"),
    ("group", "{ holds: { every: { role: R1 } } }"),
    ("grant", "{ principal: user, via: direct, role: { predefined_role: false } }"),
    ("grant", "{ permission: '*.write', via: membership }"),
    ("grant", "{ any: [ { group: { is_scim_managed: true } }, { user: { role: owner } } ] }"),
    ("grant", "{ role: { holders: { count: { min: 2 } } } }"),
    ("role", "{ projects: { name: P0 } }"),
    ("role", "{ holders: { scope: project } }"),
    ("role", "{ holders: { none: { scope: organization } } }"),
    ("user", "{ holds: { scope: organization, permission: '*.write' } }"),
    ("user", "{ holds: { scope: project, permission: '*.write' } }"),
    ("user", "{ holds: { none: { scope: project } } }"),
    ("user", "{ holds: { every: { scope: organization } } }"),
    ("user", "{ holds: { where: { scope: organization }, count: { max: 1 } } }"),
    ("user", "{ holds: { project: P0, via: direct } }"),
    ("user", "{ holds: { not: { scope: project }, permission: '*.write' } }"),
    ("user", "{ projects: { holders: { permission: api.a.write } } }"),
    ("group", "{ projects: { count: { min: 1 } } }"),
    ("group", "{ holds: { scope: project } }"),
    ("group", "{ holds: { scope: organization, role: R0 } }"),
    ("project", "{ members: { role: owner } }"),
    ("project", "{ holders: { principal: service_account } }"),
    ("project", "{ holders: { count: { max: 2 } } }"),
    ("project", "{ service_accounts: { holds: { permission: '*.write' } } }"),
    ("project", "{ roles: { permissions: '*.write' } }"),
    ("service_account", "{ role: owner }"),
    ("service_account", "{ holds: { permission: '*.write' } }"),
    ("service_account", "{ holds: { scope: organization } }"),
    ("service_account", "{ holds: { scope: project, permission: '*.write' } }"),
    ("service_account", "{ groups: { name: G0 }, project: P1 }"),
    ("grant", "{ scope: project, permission: '*.write' }"),
    ("grant", "{ principal: service_account }"),
    ("grant", "{ scope: organization, via: direct }"),
    ("grant", "{ project: { members: { count: { min: 1 } } } }"),
    ("role", "{ scope: project }"),
    ("role", "{ scope: organization, permissions: '*.write' }"),
    ("role", "{ not: { scope: organization } }"),
    ("role", "{ scope: 'o*' }"),
    ("role", "{ scope: organization, holders: { count: { max: 1 } } }"),
    ("role", "{ holders: { where: { scope: organization }, count: { max: 2 } } }"),
    ("role", "{ holders: { where: { scope: organization, principal: [user, group] }, count: { max: 2 } } }"),
    ("role", "{ holders: { none: { principal: service_account, scope: organization } } }"),
    ("role", "{ holders: { any: [ { scope: project, via: direct }, { user: { role: owner } } ] } }"),
    ("role", "{ holders: { user: { name: null } } }"),
    ("role", "{ projects: { service_accounts: { none: { role: owner } } } }"),
    ("role", "{ projects: { members: { groups: { holds: { scope: organization } } } } }"),
    (
        "user",
        "{ holds: { any: [ { scope: organization, permission: api.a.write }, { scope: project, permission: api.b.write } ] } }",
    ),
    ("user", "{ holds: { any: [ { scope: organization, permission: api.a.write }, { permission: api.b.write } ] } }"),
    ("user", "{ holds: { every: { any: [ { scope: project }, { permission: '*.read' } ] } } }"),
    ("user", "{ not: { holds: { scope: project, not: { permission: '*.write' } } } }"),
    ("user", "{ holds: { where: { any: [ { scope: project }, { via: group } ] }, count: { max: 1 } } }"),
    ("user", "{ holds: { scope: project, via: { group: { is_scim_managed: false } } } }"),
    ("user", "{ holds: { scope: project, role: { holders: { scope: organization } } } }"),
    ("user", "{ holds: { scope: organization, role: { holders: { scope: project } } } }"),
    ("user", "{ projects: { every: { status: active } } }"),
    ("user", "{ projects: { none: { api_keys: { owner: { role: owner } } } } }"),
    ("user", "{ projects: { members: { holds: { scope: project, permission: '*.write' } } } }"),
    ("group", "{ projects: { none: { service_accounts: { some: {} } } } }"),
    ("group", "{ members: { none: { holds: { scope: project } } } }"),
    ("group", "{ is_scim_managed: true }"),
    ("project", "{ status: archived }"),
    ("project", "{ holders: { every: { via: group } } }"),
    ("project", "{ holders: { scope: project } }"),
    ("project", "{ holders: { where: { principal: user }, count: { max: 1 } } }"),
    ("project", "{ api_keys: { count: { max: 1 } } }"),
    ("project", "{ api_keys: { service_account: { role: owner } } }"),
    ("project", "{ members: { none: { holds: { scope: project, via: direct } } } }"),
    ("project", "{ service_accounts: { every: { role: [none, null] } } }"),
    ("service_account", "{ holds: { every: { scope: project } } }"),
    ("service_account", "{ holds: { scope: project, via: direct } }"),
    ("service_account", "{ holds: { scope: project, not: { via: direct } } }"),
    ("service_account", "{ holds: { count: { max: 1 } } }"),
    ("service_account", "{ groups: { members: { role: owner } } }"),
    ("grant", "{ principal: service_account, scope: organization }"),
    ("grant", "{ principal: user, scope: organization, permission: '*.write' }"),
    ("grant", "{ service_account: { role: none } }"),
    ("grant", "{ project: { status: archived } }"),
    ("invite", "{ role: owner }"),
    ("invite", "{ projects: { name: P0 } }"),
    ("invite", "{ projects: { none: { status: archived } } }"),
    ("invite", "{ projects: { members: { count: { min: 1 } } } }"),
    ("api_key", "{ last_used_at: null }"),
    ("api_key", "{ project: { status: archived } }"),
    ("api_key", "{ owner: { role: owner } }"),
    ("api_key", "{ owner: { none: {} } }"),
    ("api_key", "{ owner: { holds: { scope: project, permission: '*.write' } } }"),
    ("api_key", "{ service_account: { role: owner } }"),
    ("api_key", "{ service_account: { none: {} }, owner: { none: {} } }"),
    ("api_key", "{ project: { members: { email: 'u0@*' } } }"),
    ("admin_api_key", "{ expires_at: null }"),
    ("admin_api_key", "{ owner: { role: owner } }"),
    ("admin_api_key", "{ not: { owner: { role: owner } } }"),
    ("admin_api_key", "{ owner: { groups: { name: G0 } } }"),
    ("group", "{ members: { exactly: { email: [u0@x, u1@x] } } }"),
    ("group", "{ members: { exactly: { email: [] } } }"),
    ("project", "{ holders: { where: { principal: user, scope: project }, exactly: { user: { email: u1@x } } } }"),
    ("invite", "{ organization: { users: { role: $this.role } } }"),
    ("invite", "{ organization: { users: { count: { max: 2 } }, groups: { none: { name: G3 } } } }"),
    ("user", "{ organization: { users: { role: $this.role, not: { id: $this.id } } } }"),
    ("user", "{ organization: { users: { every: { role: [$this.role, reader, null] } } } }"),
    (
        "user",
        "{ organization: { users: { where: { role: $this.role, holds: { permission: '*.write' } }, count: { min: 2 } } } }",
    ),
    ("role", "{ organization: { roles: { name: $this.name, not: { id: $this.id } } } }"),
    ("role", "{ organization: { roles: { scope: organization, name: R$this.name } } }"),
    ("role", "{ holders: { user: { email: u1@x, id: { any: [$this.created_by, u1] } } } }"),
    ("role", "{ holders: { count: { of: user, max: 1 }, where: { not: { user: { role: $this.name } } } } }"),
    (
        "user",
        "{ holds: { scope: project, via: direct, project: { holders: { scope: project, permission: api.b.write, user: { id: $this.id } } } } }",
    ),
    ("user", "{ groups: { members: { role: $this.role, not: { id: $this.id } } } }"),
    ("user", "{ groups: { every: { members: { every: { role: $this.role } } } } }"),
    ("user", "{ holds: { none: { role: { name: $this.role } } } }"),
    ("project", "{ holders: { every: { user: { email: '$people[$this.name]' } } } }"),
    ("project", "{ members: { email: '$people[$this.name]' } }"),
    ("api_key", "{ project: { service_accounts: { id: $this.service_account.id } } }"),
    ("api_key", "{ project: { members: { none: { id: $this.owner.id } } } }"),
    ("admin_api_key", "{ organization: { admin_api_keys: { owner: { id: $this.owner.id }, not: { id: $this.id } } } }"),
    ("grant", "{ role: { holders: { user: { id: $this.user.id }, via: direct } } }"),
    ("service_account", "{ project: { api_keys: { service_account: { id: $this.id } } } }"),
    ("group", "{ members: { where: { role: owner }, count: { max: 50% } } }"),
    ("group", "{ members: { where: { not: { role: reader } }, count: { of: role, min: 34% } } }"),
    ("user", "{ holds: { where: { permission: '*.write' }, count: { max: 40% } } }"),
    ("user", "{ holds: { where: { scope: project }, count: { of: role, min: 1, max: 50% } } }"),
    ("role", "{ holders: { where: { scope: organization, principal: user }, count: { min: 60% } } }"),
    ("project", "{ holders: { where: { via: direct }, count: { of: user, max: 60% } } }"),
    ("project", "{ api_keys: { where: { last_used_at: null }, count: { of: owner, max: 50% } } }"),
    ("project", "{ holders: { where: { permission: '*.write' }, count: { min: 25%, max: 75% } } }"),
    ("user", "{ organization: { users: { where: { role: $this.role }, count: { max: 30% } } } }"),
    ("user", "{ organization: { users: { where: { role: $this.role }, count: { of: mailbox, min: 2 } } } }"),
    ("group", "{ members: { count: { of: role, min: 2 } } }"),
    ("group", "{ members: { count: { of: email, max: 1 } } }"),
    ("project", "{ api_keys: { count: { of: owner_type, max: 1 } } }"),
    ("user", "{ holds: { count: { of: scope, min: 2 } } }"),
    (
        "role",
        "{ organization: { roles: { permissions: { all: $this.permissions, only: $this.permissions }, not: { id: $this.id } } } }",
    ),
    ("role", "{ organization: { roles: { every: { permissions: { any: [$this.permissions, api.a.read] } } } } }"),
    (
        "role",
        "{ organization: { roles: { scope: organization, permissions: { none: $this.permissions, count: { min: 1 } } } } }",
    ),
    ("grant", "{ user: { holds: { permission: { all: '*', except: $this.permission } } } }"),
    ("user", "{ holds: { scope: project, added_at: { after: $this.added_at + 30d } } }"),
    ("user", "{ projects: { holders: { every: { added_at: { before: $this.added_at } } } } }"),
    ("user", "{ api_key_last_used_at: { before: $this.added_at + 1d } }"),
    ("api_key", "{ last_used_at: { after: $this.owner.added_at } }"),
    ("grant", "{ added_at: { after: $this.user.added_at } }"),
    ("group", "{ holds: { none: { role: { holders: { via: { group: { name: $this.name } } } } } } }"),
    ("group", "{ projects: { holders: { principal: user, via: { group: { id: $this.id } } } } }"),
    ("project", "{ holders: { every: { via: { group: { not: { name: G$this.name } } } } } }"),
    ("grant", "{ via: { group: { members: { id: $this.user.id } } } }"),
    ("user", "{ role: { any: [$this.email, owner] } }"),
    ("project", "{ members: { exactly: { email: '$people[$this.name]' } } }"),
    (
        "project",
        "{ holders: { where: { principal: user }, exactly: { user: { email: [u3@x, '$people[$this.name]'] } } } }",
    ),
    ("user", "{ groups: { exactly: { name: G$this.role } } }"),
    ("admin_api_key", "{ owner_type: service_account }"),
    ("api_key", "{ owner_type: { except: user } }"),
    ("user", "{ listed: false }"),
    ("group", "{ members: { none: { listed: false } } }"),
    ("grant", "{ added_at: { older_than: 90d } }"),
    ("grant", "{ scope: project, added_at: null }"),
    ("user", "{ holds: { scope: project, added_at: { older_than: 90d } } }"),
    ("project", "{ holders: { every: { not: { added_at: { older_than: 90d } } } } }"),
    ("invite", "{ project_roles: owner }"),
    ("invite", "{ project_roles: { only: member } }"),
    ("invite", "{ project_roles: { count: { min: 2 } } }"),
];

/// A parameter that is looked up.
const PEOPLE: &str = "params: { people: { P0: [u0@x, 'u1*'], P1: u2@x } }";

/// Rules that need the roles of some users, or in part look as if they did.
const NARROWED: &[&str] = &[
    "- { id: a, select: user, where: { role: owner }, forbid: { holds: { permission: '*.write' } } }",
    "- { id: a, select: user, where: { email: 'u1@*', groups: { name: G0 } }, forbid: { holds: { via: direct } } }",
    "- { id: a, select: user, where: { any: [ { email: 'u0@*' }, { holds: { permission: api.a.read } } ] }, forbid: { role: reader } }",
    "- { id: a, select: user, where: { email: 'u0@*' }, forbid: { groups: { members: { holds: { permission: '*.write' } } } } }",
    "- { id: a, select: user, where: { email: 'u0@*' }, forbid: { holds: { role: { holders: { count: { min: 2 } } } } } }",
    "- { id: a, select: user, where: { holds: { permission: api.a.write } }, count: { max: 1 } }",
    "- { id: a, select: role, forbid: { holders: { user: { email: 'u0@*' } } } }",
    "- { id: a, select: user, where: { role: owner }, forbid: { holds: { via: direct } } }\n\
     - { id: b, select: user, where: { not: { role: owner } }, require: { holds: { every: { permission: '*.read' } } } }",
    "- { id: a, select: user, where: { role: owner }, forbid: { holds: { via: direct } } }\n\
     - { id: b, select: grant, where: { principal: user }, forbid: { permission: api.b.write } }",
    "- { id: a, select: user, where: { role: owner }, forbid: { holds: { scope: project, permission: '*.write' } } }",
    "- { id: a, select: user, where: { email: 'u0@*' }, forbid: { projects: { holders: { permission: '*.write' } } } }",
    "- { id: a, select: user, where: { email: 'u0@*' }, forbid: { holds: { scope: project, via: { group: { members: { holds: { via: direct } } } } } } }",
    "- { id: a, select: user, where: { role: owner }, forbid: { holds: { scope: organization, via: direct } } }\n\
     - { id: b, select: user, where: { email: 'u1@*' }, forbid: { holds: { scope: project, via: direct } } }",
    "- { id: a, select: user, where: { role: owner }, forbid: { holds: { scope: organization, via: direct } } }\n\
     - { id: b, select: project, forbid: { holders: { via: direct } } }",
];

/// Rules that compare with a list.
const EXACTLY: &[(&str, &str)] = &[
    ("user", "where: { role: owner }, exactly: { email: [u0@x, u1@x] }"),
    ("user", "where: { holds: { scope: project } }, exactly: { email: [u0@x, u1@x] }"),
    ("role", "where: { scope: project }, exactly: { name: [owner, member, Q0] }"),
    ("role", "exactly: { scope: [organization] }"),
    ("grant", "where: { scope: project }, exactly: { principal: [user] }"),
    ("admin_api_key", "exactly: { id: [a0] }"),
    ("invite", "exactly: { role: [reader] }"),
    ("service_account", "exactly: { role: [none] }"),
];

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
