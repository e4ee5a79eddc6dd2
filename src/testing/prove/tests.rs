//! Against brute force: random rules, and random small organizations. Whatever violates a rule by chance, a proof finds on
//! purpose; and what a proof shows is so.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::sketch::read;
use super::*;

const NOW: Time = 1_767_225_600;

const OF_ROLE: &[&str] = &[
    "name: A",
    "name: 'B*'",
    "name: '?'",
    "name: { regex: '[B-D][a-c]?' }",
    "permissions: p.read",
    "permissions: '*.write'",
    "permissions: 'p.*'",
    "permissions: { only: ['p.*'], count: { min: 1 } }",
    "permissions: { any: '*.write', count: { max: 1 }, except: p.read }",
    "predefined_role: false",
    "scope: project",
    "description: null",
];
const OF_USER: &[&str] = &[
    "email: ada@x.example",
    "email: '*@y.example'",
    "email: 'bob*'",
    "email: { any: '*@*', except: '*@x.*' }",
    "role: owner",
    "enabled: false",
    "added_at: { older_than: 30d }",
    "name: null",
];
const OF_GROUP: &[&str] = &["name: G", "is_scim_managed: false", "name: [G, H]"];
const OF_GRANT: &[&str] = &[
    "scope: organization",
    "principal: user",
    "permission: '*.write'",
    "via: direct",
    "via: group",
    "role: owner",
    "role: { name: A }",
];
const OF_PROJECT: &[&str] = &["name: P", "status: archived"];

/// A condition on a kind of thing, at most this many levels deep.
fn condition(kind: &'static str, depth: u32) -> BoxedStrategy<String> {
    let own: &'static [&'static str] = match kind {
        "role" => OF_ROLE,
        "user" => OF_USER,
        "group" => OF_GROUP,
        "grant" => OF_GRANT,
        _ => OF_PROJECT,
    };
    let leaf = select(own).prop_map(|entry| format!("{{ {entry} }}"));
    if depth <= 1 {
        return leaf.boxed();
    }
    let links: &'static [(&'static str, &'static str)] = match kind {
        "role" => &[("holders", "grant")],
        "user" => &[("holds", "grant"), ("groups", "group"), ("projects", "project")],
        "group" => &[("members", "user"), ("holds", "grant")],
        "grant" => &[("role", "role"), ("user", "user")],
        _ => &[("members", "user"), ("holders", "grant")],
    };
    let part = move || condition(kind, depth - 1);
    let related = select(links).prop_flat_map(move |(name, target)| {
        let quantity = select(&["some", "none", "every"][..]);
        (Just(name), quantity, condition(target, depth - 1))
    });
    prop_oneof![
        2 => leaf,
        1 => part().prop_map(|part| format!("{{ not: {part} }}")),
        1 => (part(), part()).prop_map(|(one, two)| format!("{{ all: [{one}, {two}] }}")),
        1 => (part(), part()).prop_map(|(one, two)| format!("{{ any: [{one}, {two}] }}")),
        2 => related.prop_map(|(name, quantity, part)| format!("{{ {name}: {{ {quantity}: {part} }} }}")),
    ]
    .boxed()
}

fn rules() -> impl Strategy<Value = String> {
    select(&["role", "user", "group", "grant", "project"][..]).prop_flat_map(|kind| {
        let assertion = select(&["forbid", "require"][..]);
        (Just(kind), condition(kind, 2), assertion, condition(kind, 3)).prop_map(|(kind, filter, key, asserted)| {
            format!("{{ id: r, select: {kind}, where: {filter}, {key}: {asserted} }}")
        })
    })
}

fn organizations() -> impl Strategy<Value = Value> {
    let permissions = || proptest::sample::subsequence(vec!["p.read", "p.write"], 0..=2);
    let role = (select(&["A", "B", "C"][..]), permissions(), any::<bool>());
    let picked = || prop::collection::vec(0..2_usize, 0..2);
    let user = (select(&["ada@x.example", "bob@y.example"][..]), any::<bool>(), any::<bool>(), picked(), picked());
    let group = (select(&["G", "H"][..]), any::<bool>(), picked());
    let member = (0..2_usize, select(&["owner", "member"][..]));
    let project = (any::<bool>(), prop::collection::vec(member, 0..2), permissions());
    let parts = (
        prop::collection::vec(role, 2),
        prop::collection::vec(user, 2),
        prop::collection::vec(group, 2),
        prop::collection::vec(project, 0..2),
    );
    parts.prop_map(|(roles, users, groups, projects)| {
        let ids = |kind: &str, places: &[usize]| {
            let mut ids: Vec<String> = places.iter().map(|at| format!("{kind}{at}")).collect();
            ids.dedup();
            ids
        };
        let roles: Vec<Value> = roles.iter().enumerate().map(|(at, (name, permissions, bare))| {
            let description = (!bare).then_some("said");
            json!({ "id": format!("r{at}"), "name": name, "permissions": permissions, "description": description })
        }).collect();
        let users: Vec<Value> = users.iter().enumerate().map(|(at, (email, owner, enabled, roles, groups))| {
            let role = if *owner { "owner" } else { "reader" };
            json!({ "id": format!("u{at}"), "email": email, "role": role, "enabled": enabled, "roles": ids("r", roles), "groups": ids("g", groups) })
        }).collect();
        let groups: Vec<Value> = groups.iter().enumerate().map(|(at, (name, scim, roles))| {
            json!({ "id": format!("g{at}"), "name": name, "is_scim_managed": scim, "roles": ids("r", roles) })
        }).collect();
        let projects: Vec<Value> = projects.iter().enumerate().map(|(at, (archived, members, permissions))| {
            let mut users: Vec<Value> = members.iter().map(|(at, role)| json!({ "user": format!("u{at}"), "role": role })).collect();
            users.dedup_by_key(|user| user["user"].clone());
            let status = if *archived { "archived" } else { "active" };
            let roles = json!([{ "id": format!("q{at}"), "name": "A", "permissions": permissions }]);
            json!({ "id": format!("p{at}"), "name": "P", "status": status, "users": users, "roles": roles })
        }).collect();
        json!({ "roles": roles, "users": users, "groups": groups, "projects": projects })
    })
}

/// Whether a rule is proven to fire and to pass.
fn is_proven(rule: &str) -> bool {
    let policy =
        format!("version: 1\nparams: {{ teams: {{ Website: ada@x.example }} }}\nrules:\n- {{ id: r, {rule} }}\n");
    let source = Arc::new(SourceText::new("p.yaml".to_owned(), policy));
    let policies = alone(&source, "r").unwrap_or_else(|| panic!("{rule} loads"));
    matches!(proof(&source, &policies[0].rules[0], NOW), Proof::Both { .. })
}

#[test]
fn what_is_compared_with_the_selected_thing_is_proven() {
    for rule in [
        "select: user, where: { role: owner }, count: { of: mailbox, min: 2 }",
        "select: user, where: { role: owner }, count: { of: email, max: 2 }",
        "select: project, forbid: { members: { where: { role: owner }, count: { of: mailbox, min: 2 } } }",
        "select: project, require: { members: { count: { of: email, max: 3 } } }",
        "select: project, require: { members: { where: { role: owner }, count: { max: 50% } } }",
        "select: role, where: { predefined_role: false }, forbid: { holders: { via: { group: { name: $this.name } } } }",
        "select: project, forbid: { holders: { scope: project, via: { group: { not: { name: prj-$this.name } } } } }",
        "select: role, where: { predefined_role: false }, forbid: { organization: { roles: { permissions: { all: $this.permissions }, not: { id: $this.id } } } }",
        "select: role, where: { predefined_role: false }, forbid: { organization: { roles: { permissions: { none: $this.permissions }, not: { id: $this.id } } } }",
        "select: admin_api_key, require: { expires_at: { before: $this.created_at + 90d } }",
        "select: admin_api_key, forbid: { last_used_at: { before: $this.owner.added_at } }",
        "select: admin_api_key, forbid: { created_at: { after: $this.owner.added_at + 30d } }",
        "select: api_key, forbid: { name: $this.project.name }",
        "select: admin_api_key, forbid: { name: key-of-$this.owner.name }",
        "select: project, require: { members: { exactly: { email: '$teams[$this.name]' } } }",
    ] {
        assert!(is_proven(rule), "{rule}");
    }
}

#[test]
fn rules_that_chance_was_better_at_are_proven() {
    for rule in [
        "select: role, where: { holders: { every: { via: direct } } }, require: { predefined_role: false }",
        "select: role, where: { permissions: p.read }, forbid: { holders: { all: [{ via: group }, { via: direct }] } }",
        "select: role, where: { holders: { none: { via: direct } } }, forbid: { holders: { none: { scope: organization } } }",
        "select: group, where: { members: { every: { role: owner } } }, forbid: { not: { members: { none: { email: ada@x.example } } } }",
        "select: project, where: { holders: { some: { permission: '*.write' } } }, forbid: { holders: { every: { all: [{ via: direct }, { via: group }] } } }",
        "select: role, where: { holders: { scope: organization } }, require: { any: [{ holders: { principal: user } }, { name: A }, { permissions: p.read }] }",
    ] {
        assert!(is_proven(rule), "{rule}");
    }
}

proptest! {
    // Chance is better at one rule in some thousands, so the rules are the same in each run.
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(14), ..ProptestConfig::default() })]

    #[test]
    fn a_proof_finds_whatever_chance_finds_and_shows_what_is_so(
        rule in rules(),
        organizations in prop::collection::vec(organizations(), 12),
    ) {
        let source = Arc::new(SourceText::new("p.yaml".to_owned(), format!("version: 1\nrules:\n- {rule}\n")));
        // What can be seen to hold always or never does not load.
        let Some(policies) = alone(&source, "r") else { return Ok(()) };
        let says = |written: &Value| {
            let org = read(written, NOW).expect("it is whole");
            check(&org, &policies, NOW).rules[0].verdict()
        };
        let by_chance = organizations.iter().find(|written| says(written) == Verdict::Violation);
        match proof(&source, &policies[0].rules[0], NOW) {
            Proof::Both { violating, passing } => {
                prop_assert_eq!(says(&violating), Verdict::Violation, "{}", rule);
                prop_assert!(matches!(says(&passing), Verdict::Pass | Verdict::Vacuous), "{}", rule);
            }
            Proof::Violating(violating) => {
                prop_assert_eq!(says(&violating), Verdict::Violation, "{}", rule);
                let kept = organizations.iter().find(|written| says(written) == Verdict::Pass);
                prop_assert!(kept.is_none(), "{} is kept by {:?}", rule, kept);
            }
            Proof::Nothing(_) => prop_assert!(by_chance.is_none(), "{} is violated by {:?}", rule, by_chance),
        }
    }
}
