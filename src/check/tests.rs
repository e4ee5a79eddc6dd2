//! The two properties that everything rests on. *Columns answer like the definition*: a plain evaluator, one thing at
//! a time, agrees with the columns. *Holes only ever make answers unknown*: take data away from an organization, and
//! no answer turns into its opposite, no verdict into a better one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::evaluate::{Domain, evaluate};
use super::facts::Facts;
use super::{check, wanted};
use crate::finding::{SourceText, Verdict};
use crate::org::{
    Assignment, Builder, Collection, Coverage, Failure, Grant, Group, GroupIx, Known, Org, Principal, Role, Source,
    Text, Truth, User, UserIx, Way,
};
use crate::policy::{
    Assertion, Condition, Kind, Overrides, Policy, Quantity, Relation, Test, TextColumn, ViaKind, ViaTest, needs, parse,
};

const NOW: i64 = 1_780_000_000;
const PERMISSIONS: [&str; 4] = ["api.a.read", "api.a.write", "api.b.read", "api.b.write"];

/// Conditions of every form, each on a kind of thing.
const CONDITIONS: &[(&str, &str)] = &[
    ("role", "{ predefined_role: false, permissions: api.a.write }"),
    ("role", "{ permissions: { any: 'api.*.write', except: api.b.write } }"),
    ("role", "{ permissions: { all: [api.a.read, '*.write'] } }"),
    ("role", "{ permissions: { only: '*.read' } }"),
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
];

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
];

/// An organization as it is.
#[derive(Clone, Debug)]
struct World {
    roles: Vec<Vec<&'static str>>,
    groups: Vec<(Vec<usize>, bool)>,
    users: Vec<Person>,
    /// Whether answers carry `assignment_sources`.
    sources: bool,
}

#[derive(Clone, Debug)]
struct Person {
    word: Option<&'static str>,
    roles: Vec<usize>,
    groups: Vec<usize>,
    last_used: Option<i64>,
}

/// What of it could not be read.
#[derive(Clone, Debug, Default)]
struct Holes {
    user_roles: BTreeSet<usize>,
    user_word: BTreeSet<usize>,
    group_roles: BTreeSet<usize>,
    group_members: BTreeSet<usize>,
    permissions: BTreeSet<usize>,
    last_user: bool,
    last_group: bool,
}

fn worlds() -> impl Strategy<Value = World> {
    let permissions = subsequence(PERMISSIONS.to_vec(), 0..=4);
    let roles = prop::collection::vec(permissions, 1..4);
    let picked = || prop::collection::vec(0usize..3, 0..3);
    let group = (picked(), any::<bool>());
    let word = prop_oneof![Just(None), Just(Some("owner")), Just(Some("reader"))];
    let last_used = prop_oneof![Just(None), Just(Some(NOW)), Just(Some(NOW - 200 * 86_400))];
    let person = (word, picked(), picked(), last_used).prop_map(|(word, roles, groups, last_used)| Person {
        word,
        roles,
        groups,
        last_used,
    });
    (roles, prop::collection::vec(group, 0..4), prop::collection::vec(person, 0..5), any::<bool>())
        .prop_map(|(roles, groups, users, sources)| World { roles, groups, users, sources })
}

fn holes() -> impl Strategy<Value = Holes> {
    let some = || prop::collection::btree_set(0usize..4, 0..3);
    (some(), some(), some(), some(), some(), any::<bool>(), any::<bool>()).prop_map(
        |(user_roles, user_word, group_roles, group_members, permissions, last_user, last_group)| Holes {
            user_roles,
            user_word,
            group_roles,
            group_members,
            permissions,
            last_user,
            last_group,
        },
    )
}

/// The organization as it looks through the holes.
#[expect(clippy::too_many_lines, reason = "one thing after the other, as a collection goes")]
fn build(world: &World, holes: &Holes) -> Org {
    let failure = || Failure { denied: true, message: "denied".to_owned(), scope: None };
    let mut coverage = Coverage::default();
    for collection in Collection::ALL {
        coverage.of_mut(collection).asked = true;
        coverage.of_mut(collection).requests = 1;
    }
    let mut builder = Builder::new(Source::default());
    let organization = Known::Value(builder.words.intern("api.organization"));
    let mut role =
        |builder: &mut Builder, id: String, name: String, permissions: &[&str], predefined: bool, known: bool| {
            let words = permissions.iter().map(|permission| builder.words.intern(permission)).collect();
            if !known {
                coverage.of_mut(Collection::Roles).gaps.insert(id.clone(), failure());
            }
            let role = Role {
                id: Text::from(id),
                name: Known::Value(Text::from(name)),
                permissions: if known { Known::Value(words) } else { Known::Missing },
                predefined_role: Known::Value(predefined),
                resource_type: organization,
                listed: true,
                ..Role::default()
            };
            builder.role(role).expect("in order");
        };
    for (name, permissions) in [("owner", &PERMISSIONS[..]), ("reader", &["api.a.read"])] {
        role(&mut builder, format!("p-{name}"), name.to_owned(), permissions, true, true);
    }
    for (at, permissions) in world.roles.iter().enumerate() {
        role(&mut builder, format!("r{at}"), format!("R{at}"), permissions, false, !holes.permissions.contains(&at));
    }
    let role_ix =
        |builder: &Builder, at: usize| builder.role_ix(&format!("r{}", at % world.roles.len())).expect("built above");

    let groups = world.groups.len() - usize::from(holes.last_group && !world.groups.is_empty());
    if groups < world.groups.len() {
        coverage.of_mut(Collection::Groups).cut = Some(failure());
    }
    for (at, (roles, scim)) in world.groups[..groups].iter().enumerate() {
        let id = format!("g{at}");
        let known = !holes.group_roles.contains(&at);
        let held = if known { roles.iter().map(|&role| role_ix(&builder, role)).collect() } else { Vec::new() };
        for (hole, collection) in
            [(!known, Collection::GroupRoles), (holes.group_members.contains(&at), Collection::GroupMembers)]
        {
            if hole {
                coverage.of_mut(collection).gaps.insert(id.clone(), failure());
            }
        }
        let group = Group {
            id: Text::from(id),
            name: Known::Value(Text::from(format!("G{at}"))),
            is_scim_managed: Known::Value(*scim),
            listed: true,
            ..Group::default()
        };
        builder.group(group, held).expect("in order");
    }

    let users = world.users.len() - usize::from(holes.last_user && !world.users.is_empty());
    if users < world.users.len() {
        coverage.of_mut(Collection::Users).cut = Some(failure());
    }
    for (at, person) in world.users.iter().enumerate() {
        let id = format!("u{at}");
        let in_groups: BTreeSet<usize> =
            person.groups.iter().filter(|_| !world.groups.is_empty()).map(|group| group % world.groups.len()).collect();
        let listed = |group: &&usize| **group < groups && !holes.group_members.contains(group);
        let mut memberships: Vec<GroupIx> = in_groups
            .iter()
            .filter(listed)
            .map(|group| builder.group_ix(&format!("g{group}")).expect("built"))
            .collect();
        // Who is not in the list of users is known only as a member of a group.
        let member_only = at >= users;
        if member_only && memberships.is_empty() {
            continue;
        }
        let mut assignments = Vec::new();
        if holes.user_roles.contains(&at) {
            coverage.of_mut(Collection::UserRoles).gaps.insert(id.clone(), failure());
        } else {
            let stated = |way: Way| if world.sources { way } else { Way::Unstated };
            for &role in &person.roles {
                assignments.push(Assignment { role: role_ix(&builder, role), way: stated(Way::Direct) });
            }
            for &group in &in_groups {
                let way = builder.group_ix(&format!("g{group}")).map_or(Way::Inherited, Way::Group);
                for &role in &world.groups[group].0 {
                    assignments.push(Assignment { role: role_ix(&builder, role), way: stated(way) });
                }
            }
        }
        let word = person.word.map_or(Known::Null, |word| Known::Value(builder.words.intern(word)));
        let last_used = person.last_used.map_or(Known::Null, Known::Value);
        let user = User {
            id: Text::from(id.as_str()),
            email: Known::Value(Text::from(format!("{id}@x"))),
            role: if member_only || holes.user_word.contains(&at) { Known::Missing } else { word },
            api_key_last_used_at: if member_only { Known::Missing } else { last_used },
            listed: !member_only,
            ..User::default()
        };
        builder.user(user, &mut assignments, &mut memberships).expect("in order");
    }
    builder.finish(coverage)
}

/// The definition of a condition, one thing at a time.
struct Plain<'o> {
    org: &'o Org,
    grants: Vec<Grant>,
}

impl<'o> Plain<'o> {
    fn new(org: &'o Org) -> Self {
        let users = (0..org.users.len()).flat_map(|at| org.grants_of_user(UserIx::new(at)));
        let groups = (0..org.groups.len()).flat_map(|at| org.grants_of_group(GroupIx::new(at)));
        Self { org, grants: users.chain(groups).collect() }
    }

    fn answer(&self, condition: &Condition, kind: Kind, at: usize) -> Truth {
        let org = self.org;
        let row = if kind == Kind::Grant { self.grants[at].role.at() } else { at };
        match &condition.test {
            Test::All(parts) => parts.iter().map(|part| self.answer(part, kind, at)).min().unwrap_or(Truth::Yes),
            Test::Any(parts) => parts.iter().map(|part| self.answer(part, kind, at)).max().unwrap_or(Truth::No),
            Test::Not(part) => !self.answer(part, kind, at),
            Test::Text(_, column, test) => {
                let value = match column {
                    TextColumn::Each(read) => read(org, row).map(str::to_owned),
                    TextColumn::Word(read) => read(org, row).map(|word| org.words.text(word).to_owned()),
                    TextColumn::Principal => Known::Value(match self.grants[at].principal {
                        Principal::User(_) => "user".to_owned(),
                        Principal::Group(_) => "group".to_owned(),
                    }),
                };
                match value {
                    Known::Missing => Truth::Unknown,
                    Known::Null => test.null.into(),
                    Known::Value(text) => {
                        let any = test.any.as_ref().is_none_or(|any| any.iter().any(|pattern| pattern.matches(&text)));
                        let regex = test.regex.as_ref().is_none_or(|regex| regex.matches(&text));
                        (any && regex && !test.except.iter().any(|pattern| pattern.matches(&text))).into()
                    }
                }
            }
            Test::List(_, column, test) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(words) => {
                    let except = |text: &&str| !test.except.iter().any(|pattern| pattern.matches(text));
                    let texts: Vec<&str> = words.iter().map(|&word| org.words.text(word)).filter(except).collect();
                    let met = |text: &str| test.any.as_ref().is_none_or(|any| any.iter().any(|p| p.matches(text)));
                    let matched = texts.iter().filter(|text| met(text)).count() as u64;
                    let any = test.count.map_or(test.any.is_none() || matched > 0, |bounds| bounds.contain(matched));
                    let all = test.all.iter().all(|pattern| texts.iter().any(|text| pattern.matches(text)));
                    let only = |only: &Vec<_>| {
                        texts.iter().all(|text| only.iter().any(|p: &crate::policy::Pattern| p.matches(text)))
                    };
                    let none = !texts.iter().any(|text| test.none.iter().any(|pattern| pattern.matches(text)));
                    (any && all && test.only.as_ref().is_none_or(only) && none).into()
                }
            },
            Test::Flag(_, column, wanted) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(flag) => (flag == *wanted).into(),
            },
            Test::Time(_, column, test) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => test.null.into(),
                Known::Value(time) => (!test.null && test.older_than.is_none_or(|length| NOW - time > length)).into(),
            },
            Test::Related(_, relation, test) => {
                let (related, open) = self.related(*relation, kind, at);
                let target = relation.target();
                let answers: Vec<Truth> = related.iter().map(|&at| self.answer(&test.condition, target, at)).collect();
                // Whatever else there may be, it may answer either way: try them all.
                let yes = answers.iter().filter(|answer| **answer == Truth::Yes).count() as u64;
                let maybe = answers.iter().filter(|answer| **answer == Truth::Unknown).count() as u64;
                let no = answers.len() as u64 - yes - maybe;
                let more = if open { 50 } else { 0 };
                let outcomes = (0..=maybe + more).flat_map(|extra_yes| {
                    let left = (maybe + more) - extra_yes;
                    // Of the rest, the unknown ones exist and are no; the others may not exist at all.
                    [0, left].map(|extra_no| (yes + extra_yes, no + extra_no.max(maybe.saturating_sub(extra_yes))))
                });
                let holds = |(yes, no): (u64, u64)| match test.quantity {
                    Quantity::Some => yes > 0,
                    Quantity::None => yes == 0,
                    Quantity::Every => no == 0,
                    Quantity::Count(bounds) => bounds.contain(yes),
                };
                let outcomes: BTreeSet<bool> = outcomes.map(holds).collect();
                match (outcomes.contains(&true), outcomes.contains(&false)) {
                    (true, true) => Truth::Unknown,
                    (holds, _) => holds.into(),
                }
            }
            Test::Via(_, ViaTest::Kinds(kinds)) => kinds
                .iter()
                .map(|(kind, _)| match kind {
                    ViaKind::Direct => self.grants[at].direct,
                    ViaKind::Membership => self.grants[at].membership.into(),
                    ViaKind::Group if self.grants[at].inherited || !self.grants[at].groups.is_empty() => Truth::Yes,
                    ViaKind::Group if self.grants[at].more_groups => Truth::Unknown,
                    ViaKind::Group => Truth::No,
                })
                .max()
                .unwrap_or(Truth::No),
            Test::Via(_, ViaTest::Group(group)) => {
                let grant = &self.grants[at];
                let open = grant.more_groups || (grant.inherited && grant.groups.is_empty());
                let known = grant.groups.iter().map(|ix| self.answer(group, Kind::Group, ix.at())).max();
                known.unwrap_or(Truth::No).or(if open { Truth::Unknown } else { Truth::No })
            }
        }
    }

    fn related(&self, relation: Relation, kind: Kind, at: usize) -> (Vec<usize>, bool) {
        let org = self.org;
        let of = |principal: Principal| {
            (0..self.grants.len()).filter(|&grant| self.grants[grant].principal == principal).collect()
        };
        match relation {
            Relation::Holds if kind == Kind::User => {
                let user = UserIx::new(at);
                (of(Principal::User(user)), !org.knows_grants(user))
            }
            Relation::Holds => {
                let group = GroupIx::new(at);
                (of(Principal::Group(group)), !org.knows_group_roles(group))
            }
            Relation::Holders => {
                let holders = (0..self.grants.len()).filter(|&grant| self.grants[grant].role.at() == at).collect();
                (holders, !org.knows_all_grants())
            }
            Relation::Groups => {
                let groups = org.groups_of(UserIx::new(at)).iter().map(|group| group.at()).collect();
                (groups, !org.knows_memberships())
            }
            Relation::Members => {
                let group = GroupIx::new(at);
                (org.members_of(group).iter().map(|user| user.at()).collect(), !org.knows_members(group))
            }
            Relation::GrantRole => (vec![self.grants[at].role.at()], false),
            Relation::GrantUser | Relation::GrantGroup => match self.grants[at].principal {
                Principal::User(user) if relation == Relation::GrantUser => (vec![user.at()], false),
                Principal::Group(group) if relation == Relation::GrantGroup => (vec![group.at()], false),
                Principal::User(_) | Principal::Group(_) => (Vec::new(), false),
            },
        }
    }
}

/// Every condition as a `forbid` rule and as a `where`, and two counts.
fn policies() -> Vec<Policy> {
    let mut text = String::from("version: 1\nrules:\n");
    for (number, (kind, condition)) in CONDITIONS.iter().enumerate() {
        let mut rule =
            |id: &str, rest: &str| writeln!(text, "- {{ id: {id}{number}, select: {kind}, {rest} }}").expect("fits");
        rule("f", &format!("forbid: {condition}"));
        rule("r", &format!("where: {condition}, forbid: {{}}"));
        rule("c", &format!("where: {condition}, count: {{ min: 1, max: 2 }}"));
    }
    text += "- { id: e, select: user, where: { role: owner }, exactly: { email: [u0@x, u1@x] } }\n";
    let source = Arc::new(SourceText::new("test.yaml".to_owned(), text));
    parse(&[source], &Overrides::default()).expect("the conditions are valid")
}

fn forbidden(policies: &[Policy]) -> Vec<(Kind, &Condition)> {
    let rules = policies.iter().flat_map(|policy| &policy.rules);
    rules
        .filter_map(|rule| match &rule.assertion {
            Assertion::Forbid(condition) => Some((rule.select, condition)),
            Assertion::Require(_) | Assertion::Count(..) | Assertion::Exactly(_) => None,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn columns_answer_like_the_definition(world in worlds(), holes in holes()) {
        let org = build(&world, &holes);
        let (facts, plain, policies) = (Facts::new(&org, NOW), Plain::new(&org), policies());
        for (kind, condition) in forbidden(&policies) {
            let answers = evaluate(&facts, condition, Domain::Things(kind)).answers;
            for at in 0..facts.count(kind) {
                prop_assert_eq!(answers.of(at), plain.answer(condition, kind, at), "{:?} {:?}", condition.test, facts.thing(kind, at));
            }
        }
    }

    #[test]
    fn holes_only_ever_make_answers_unknown(world in worlds(), holes in holes()) {
        let (whole, seen) = (build(&world, &Holes::default()), build(&world, &holes));
        let (all, some) = (Facts::new(&whole, NOW), Facts::new(&seen, NOW));
        let policies = policies();
        for (kind, condition) in forbidden(&policies) {
            let truth = evaluate(&all, condition, Domain::Things(kind)).answers;
            let answers = evaluate(&some, condition, Domain::Things(kind)).answers;
            for at in 0..some.count(kind) {
                let thing = some.thing(kind, at);
                let Some(same) = (0..all.count(kind)).find(|&other| all.thing(kind, other).id == thing.id) else { continue };
                let (seen, really) = (answers.of(at), truth.of(same));
                prop_assert!(seen == really || seen == Truth::Unknown, "{} {:?}: seen {seen:?}, is {really:?}", thing.id, condition.test);
            }
        }
    }

    #[test]
    fn holes_never_make_a_verdict_better(world in worlds(), holes in holes()) {
        let policies = policies();
        let really = check(&build(&world, &Holes::default()), &policies, NOW);
        let seen = check(&build(&world, &holes), &policies, NOW);
        for (is, was) in seen.rules.iter().zip(&really.rules) {
            match is.verdict {
                Verdict::Violation => prop_assert_eq!(was.verdict, Verdict::Violation, "{}", is.id),
                Verdict::Pass | Verdict::Vacuous => prop_assert_eq!(was.verdict, is.verdict, "{}", is.id),
                Verdict::Unknown => {}
            }
        }
    }

    #[test]
    fn not_asking_for_what_no_rule_needs_changes_no_verdict(world in worlds()) {
        let nobody = Holes { user_roles: (0..world.users.len()).collect(), ..Holes::default() };
        let listed = build(&world, &nobody);
        for rules in NARROWED {
            let text = format!("version: 1\nrules:\n{rules}");
            let source = Arc::new(SourceText::new("test.yaml".to_owned(), text));
            let policies = parse(&[source], &Overrides::default()).expect("the rules are valid");
            let wanted = wanted(&listed, &needs(&policies).users, NOW);
            let unwanted = (0..wanted.len()).filter(|&at| !wanted[at]).collect();
            let seen = build(&world, &Holes { user_roles: unwanted, ..Holes::default() });
            let (seen, whole) = (check(&seen, &policies, NOW), check(&build(&world, &Holes::default()), &policies, NOW));
            for (seen, whole) in seen.rules.iter().zip(&whole.rules) {
                prop_assert_eq!(seen.verdict, whole.verdict, "{}", rules);
                prop_assert_eq!(seen.violations, whole.violations, "{}", rules);
            }
        }
    }

    #[test]
    fn every_finding_says_why(world in worlds(), holes in holes()) {
        let outcome = check(&build(&world, &holes), &policies(), NOW);
        let mut fingerprints = BTreeSet::new();
        for finding in &outcome.findings {
            match finding.status {
                crate::finding::Status::Violation => prop_assert!(!finding.message.is_empty()),
                crate::finding::Status::Unknown => {
                    prop_assert!(!finding.missing.is_empty() || outcome.rules[finding.rule].open, "{finding:?}");
                }
            }
            prop_assert!(fingerprints.insert(&finding.fingerprint), "twice: {finding:?}");
            prop_assert!(finding.place.span.end <= finding.place.source.text.len());
        }
    }
}
