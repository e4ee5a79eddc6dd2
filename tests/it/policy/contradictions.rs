//! Conditions that never or always hold do not load.

use super::load_errors::{refused, rule};
use crate::support::harness::{acme, offline, rolelint};

#[test]
fn a_requirement_that_nothing_could_break_is_an_error() {
    // `except` alone leaves elements out, and then asks nothing of the rest.
    for condition in ["{}", "{permissions: {}}", "{permissions: {except: '*.write'}}", "{name: {}}"] {
        let stderr = refused(&rule(&format!("select: role\nrequire: {condition}"))).stderr;
        assert!(stderr.contains("policy.yaml:5:"), "{stderr}");
    }
}

#[test]
fn a_condition_that_can_never_hold_or_always_holds_does_not_load() {
    let table = [
        ("role", r#"{permissions: {any: "*.write", except: "*"}}"#, "excludes everything"),
        ("role", r#"{permissions: {any: a.write, except: "*.write"}}"#, "excludes everything"),
        ("role", "{permissions: {all: [a.write, a.read], except: a.read}}", "excludes everything"),
        ("role", r#"{permissions: {only: a.write, except: "*"}}"#, "excludes everything"),
        ("user", r#"{email: {any: "*@acme.example", except: "*"}}"#, "excludes everything"),
        ("user", "{added_at: {older_than: 90d, newer_than: 30d}}", "exclude each other"),
        ("user", "{added_at: {newer_than: 90d, within: 30d}}", "exclude each other"),
        ("user", "{added_at: {older_than: 90d, later_than: 30d}}", "exclude each other"),
        ("admin_api_key", "{expires_at: {later_than: 30d, within: 30d}}", "exclude each other"),
        ("user", "{added_at: {after: 2026-03-01, before: 2026-03-01}}", "exclude each other"),
        ("role", "{all: [{name: Writer}, {name: Auditor}]}", "requires two values of `name`"),
        (
            "project",
            "{holders: {scope: organization, permission: a.write}}",
            "none of their grants is in the organization",
        ),
        ("group", "{holds: {principal: user, permission: a.write}}", "are its own"),
        ("service_account", "{holds: {principal: [user, group], permission: a.write}}", "are its own"),
        ("user", "{holds: {group: Platform}}", "they never have `group`"),
        ("user", "{holds: {every: {}}}", "always holds"),
        ("user", "{holds: {scope: organization, role: member}}", "no grant can satisfy"),
        ("user", "{holds: {scope: project, role: reader}}", "no grant can satisfy"),
        ("user", "{holds: {scope: organization, project: Alpha}}", "no grant can satisfy"),
        ("project", "{holders: {role: reader}}", "no grant can satisfy"),
        ("group", "{holds: {via: group}}", "no grant can satisfy"),
        ("group", "{holds: {via: membership}}", "no grant can satisfy"),
        ("grant", "{principal: group, user: {email: x}}", "no grant can satisfy"),
        ("grant", "{scope: organization, project: Alpha}", "no grant can satisfy"),
        ("user", "{added_at: {within: 1d}}", "never lies ahead"),
        ("api_key", "{last_used_at: {later_than: 1d}}", "never lies ahead"),
        ("user", "{added_at: {newer_than: 0d}}", "exclude each other"),
        ("role", "{permissions: {any: a.write, only: [a.read]}}", "`only` excludes"),
        ("role", "{permissions: {any: a.write, none: '*.write'}}", "`none` excludes"),
        ("role", "{all: [{predefined_role: true}, {predefined_role: false}]}", "true and false"),
        ("role", "{name: Writer, all: [{name: Auditor}]}", "requires two values of `name`"),
        ("user", "{all: [{email: ada@x.example}, {email: '*@acme.example'}]}", "requires two values of `email`"),
        (
            "user",
            "{all: [{email: '*@acme.example'}, {email: {except: ada@x.example, any: ada@x.example}}]}",
            "excludes",
        ),
        ("user", "{all: [{added_at: {older_than: 90d}}, {added_at: {newer_than: 30d}}]}", "exclude each other"),
        (
            "user",
            "{all: [{api_key_last_used_at: null}, {api_key_last_used_at: {newer_than: 30d}}]}",
            "exclude each other",
        ),
        ("admin_api_key", "{expires_at: {within: 0s}}", "exclude each other"),
    ];
    for (select, condition, words) in table {
        for assertion in ["forbid", "require"] {
            let ran = offline().check(&rule(&format!("select: {select}\n{assertion}: {condition}"))).run().ends_with(2);
            assert!(ran.stderr.contains(words), "{condition}\n{}", ran.stderr);
        }
    }
    let excepted = rule("select: role\nforbid: {permissions: {any: \"*.write\", except: $ok}}")
        .replace("rules:", "params: {ok: []}\nrules:");
    offline().check(&excepted).args(["--snapshot", "none.jsonl"]).run().ends_with(2);
    let ran = offline().check(&excepted).args(["--param", "ok=['*']"]).run().ends_with(2);
    assert!(ran.stderr.contains("excludes everything"), "{}", ran.stderr);
}

#[test]
fn what_is_selected_and_forbidden_must_not_exclude_each_other() {
    for (select, filter, condition, words) in [
        ("user", "{role: owner}", "{role: reader}", "selects `role: owner`, so `role: reader` never holds"),
        (
            "project",
            "{status: archived}",
            "{name: x, status: active}",
            "selects `status: archived`, so `status: active` never holds",
        ),
        ("user", "{is_service_account: false}", "{is_service_account: true}", "the rule requires `is_service_account`"),
        ("user", "{added_at: {newer_than: 30d}}", "{added_at: {older_than: 90d}}", "exclude each other"),
        (
            "grant",
            "{scope: project}",
            "{scope: organization}",
            "selects `scope: project`, so `scope: organization` never holds",
        ),
    ] {
        let policy = |assertion: &str| rule(&format!("select: {select}\nwhere: {filter}\n{assertion}: {condition}"));
        let ran = offline().check(&policy("forbid")).run().ends_with(2);
        assert!(ran.stderr.contains(words), "{condition}\n{}", ran.stderr);
        // What is required of them is what each of them violates.
        let ran = offline().check(&policy("require")).args(["--snapshot", "none.jsonl"]).run();
        assert!(ran.stderr.contains("none.jsonl"), "{condition}\n{}", ran.stderr);
    }
    let both = rule("select: user\nwhere: {email: '*@acme.example'}\nforbid: {email: ada@acme.example}");
    let ran = offline().check(&both).args(["--snapshot", "none.jsonl"]).run();
    assert!(ran.stderr.contains("none.jsonl"), "{}", ran.stderr);
}

#[test]
fn conditions_that_are_almost_contradictions_load() {
    for (select, condition) in [
        ("role", r#"{permissions: {any: "*.write", except: "a.*"}}"#),
        ("user", "{added_at: {older_than: 30d, newer_than: 90d}}"),
        ("admin_api_key", "{expires_at: {later_than: 30d, within: 31d}}"),
        ("role", r#"{all: [{name: "Writ*"}, {name: Writer}]}"#),
        ("project", "{holders: {scope: project, permission: a.write}}"),
        ("group", "{holds: {principal: group, permission: a.write}}"),
        ("user", "{holds: {via: {group: Platform}}}"),
        ("role", "{holders: {group: Platform}}"),
        ("user", "{holds: {scope: organization, role: [member, Auditor]}}"),
        ("user", "{holds: {role: member, project: Alpha}}"),
        ("service_account", "{holds: {scope: organization, via: group}}"),
        ("service_account", "{holds: {scope: organization, via: direct}}"),
        ("service_account", "{holds: {via: direct}}"),
        ("grant", "{any: [{principal: group}, {user: {email: x}}]}"),
        ("role", "{permissions: {any: [a.write, a.read], only: [a.read]}}"),
        ("role", "{permissions: {any: '*.write', none: a.write}}"),
    ] {
        let ran = rolelint(&acme()).check(&rule(&format!("select: {select}\nforbid: {condition}"))).run();
        assert_ne!(ran.code, 2, "{condition}\n{}", ran.stderr);
    }
}
