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
        ("user", "{email: {any: '*@contractor.acme.example', except: '*@contractor.*'}}", "excludes everything"),
        ("user", "{email: {any: '*@acme.example', except: '?*'}}", "excludes everything"),
        ("user", "{email: {any: ada@*, regex: 'bob@.*'}}", "nothing matches what"),
        ("role", "{permissions: {any: '*.groups.write', except: '*.write'}}", "excludes everything"),
        ("role", "{permissions: {any: '*.write', except: ['[a-m]*', '[!a-m]*']}}", "excludes everything"),
        ("role", "{permissions: {any: '*.groups.write', none: '*.write'}}", "`none` excludes"),
        ("role", "{permissions: {all: [api.groups.write], only: ['*.read']}}", "`only` excludes"),
        ("role", "{permissions: {any: 'api.*', only: ['mcp.*', files.read]}}", "`only` excludes"),
        ("role", "{permissions: {any: [a.write], count: {min: 2}}}", "2 elements of 1"),
        ("role", "{permissions: {only: [a.write, a.read], count: {min: 3}}}", "3 elements of 2"),
        ("role", "{all: [{permissions: a.write}, {permissions: {none: 'a.*'}}]}", "what it excludes"),
        ("role", "{permissions: a.write, all: [{permissions: {only: 'b.*'}}]}", "what it excludes"),
        ("role", "{permissions: a.write, not: {permissions: 'a.*'}}", "its opposite"),
        ("role", "{name: Writer, not: {name: Writer}}", "its opposite"),
        ("role", "{name: Writer, not: {name: 'W*'}}", "its opposite"),
        ("user", "{all: [{email: 'a*'}, {email: {except: 'a*'}}]}", "two values of `email`"),
        ("user", "{all: [{email: '*@a.example'}, {email: '*@b.example'}]}", "two values of `email`"),
        ("user", "{not: {is_scim_managed: true}, all: [{is_scim_managed: true}]}", "its opposite"),
        ("user", "{not: {any: [{role: owner}, {email: 'a*'}]}, email: 'ab*'}", "its opposite"),
        ("user", "{holds: {role: Group Manager, not: {role: Group Manager}}}", "its opposite"),
        ("user", "{all: [{groups: {name: Ops}}, {groups: {none: {name: Ops}}}]}", "its opposite"),
        ("user", "{all: [{groups: {name: Ops, id: g}}, {not: {groups: {name: 'O*'}}}]}", "its opposite"),
        (
            "user",
            "{all: [{groups: {where: {name: Ops}, count: {min: 1}}}, {groups: {none: {name: Ops}}}]}",
            "its opposite",
        ),
        ("user", "{any: [{email: 'm*'}, {not: {email: 'm*'}}]}", "always holds"),
        ("user", "{any: [{groups: {name: Ops}}, {groups: {none: {name: Ops}}}]}", "always holds"),
        ("role", "{permissions: {only: ['*']}}", "have everything"),
        ("role", "{permissions: {only: ['a*', '{[!a]*,x}']}}", "have everything"),
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
    for everything in ["*", "**", "?*", "{*,x}", "*.{read,write}"] {
        let ran = offline().check(&excepted).args(["--param", &format!("ok=['{everything}']")]).run().ends_with(2);
        assert!(ran.stderr.contains("excludes everything"), "{}", ran.stderr);
    }
}

#[test]
fn a_lookup_that_lists_nothing_does_not_load() {
    let policy = |listed: &str, condition: &str| {
        rule(&format!("select: project\nforbid: {condition}"))
            .replace("rules:", &format!("params: {{ listed: {listed} }}\nrules:"))
    };
    let email = "{members: {email: '$listed[$this.name]'}}";
    let some = "{holders: {role: {permissions: '$listed[$this.name]'}}}";
    let only = "{holders: {role: {permissions: {only: '$listed[$this.name]'}}}}";
    for (listed, condition, loads) in [
        ("{}", email, false),
        ("{ Staging: [] }", email, false),
        ("{ Staging: [], Live: [] }", some, false),
        ("{ Staging: ['m*'], Live: [] }", email, true),
        ("{ Staging: [] }", "{members: {email: ['$listed[$this.name]', 'm*']}}", true),
        ("{ Staging: [a.write] }", some, true),
        ("{}", only, true),
    ] {
        let ran = offline().check(&policy(listed, condition)).args(["--snapshot", "none.jsonl"]).run().ends_with(2);
        let (refused, loaded) = ("lists nothing", "none.jsonl");
        assert!(ran.stderr.contains(if loads { loaded } else { refused }), "{listed} {condition}\n{}", ran.stderr);
    }
    let set = policy("{ Staging: ['m*'] }", email);
    let ran = offline().check(&set).args(["--param", "listed={}"]).run().ends_with(2);
    assert!(ran.stderr.contains("lists nothing"), "{}", ran.stderr);
}

#[test]
fn what_is_required_must_not_follow_from_what_is_selected() {
    for (select, filter, required, loads) in [
        ("user", "{is_scim_managed: false}", "{is_scim_managed: false}", false),
        ("user", "{email: '*@a.acme.example'}", "{email: '*.acme.example'}", false),
        ("user", "{not: {email: '*@a.example'}}", "{not: {email: ada@a.example}}", false),
        (
            "role",
            "{permissions: {none: '*.write'}}",
            "{permissions: {none: a.write}, not: {permissions: b.write}}",
            true,
        ),
        ("user", "{groups: {name: Ops}}", "{any: [{groups: {name: 'O*'}}, {enabled: true}]}", false),
        ("user", "{is_scim_managed: false}", "{is_scim_managed: false, enabled: true}", true),
        ("user", "{email: '*.acme.example'}", "{email: '*@a.acme.example'}", true),
        ("user", "{email: ['*@a.example', null]}", "{email: '*@a.example'}", true),
        ("user", "{groups: {name: 'O*'}}", "{groups: {name: Ops}}", true),
    ] {
        let policy = rule(&format!("select: {select}\nwhere: {filter}\nrequire: {required}"));
        let ran = offline().check(&policy).args(["--snapshot", "none.jsonl"]).run().ends_with(2);
        let words = if loads { "none.jsonl" } else { "nothing could violate it" };
        assert!(ran.stderr.contains(words), "{filter} {required}\n{}", ran.stderr);
    }
}

#[test]
fn what_is_selected_and_forbidden_must_not_exclude_each_other() {
    for (select, filter, condition, words) in [
        ("user", "{role: owner}", "{role: reader}", "the rule requires two values of `role`"),
        ("project", "{status: archived}", "{name: x, status: active}", "the rule requires two values of `status`"),
        ("user", "{is_service_account: false}", "{is_service_account: true}", "the rule requires `is_service_account`"),
        ("user", "{added_at: {newer_than: 30d}}", "{added_at: {older_than: 90d}}", "exclude each other"),
        ("grant", "{scope: project}", "{scope: organization}", "the rule requires two values of `scope`"),
        ("user", "{not: {email: 'a*'}}", "{email: 'a*'}", "the rule requires something and its opposite"),
        ("user", "{email: {except: 'a*'}}", "{email: 'a*'}", "the rule requires two values of `email`"),
        ("user", "{not: {is_scim_managed: true}}", "{is_scim_managed: true}", "and its opposite"),
        ("role", "{permissions: {none: a.write}}", "{permissions: a.write}", "what it excludes"),
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
        ("role", "{permissions: {any: '*.write', except: 'api.*.write'}}"),
        ("role", "{permissions: {any: 'api.*', only: ['*.read']}}"),
        ("role", "{permissions: {any: '*.groups.write', except: '*.read', none: 'mcp.*'}}"),
        ("role", "{permissions: {any: [a.write, a.read], count: {min: 2}}}"),
        ("role", "{permissions: {any: 'a.*', count: {min: 2}}}"),
        ("role", "{permissions: {any: a.write, none: b.write, count: {max: 0}}}"),
        ("role", "{permissions: {any: a.write, none: a.write, count: {max: 0}}}"),
        ("role", "{permissions: {only: []}}"),
        ("role", "{permissions: {any: a.write, only: '*'}}"),
        ("role", "{permissions: {only: '*.*'}}"),
        ("role", "{all: [{permissions: a.write}, {permissions: {none: a.write, except: a.write}}]}"),
        ("role", "{all: [{permissions: 'a.*'}, {permissions: {none: a.write}}]}"),
        ("role", "{description: {regex: ''}}"),
        ("role", "{description: {any: ['x*', ''], except: 'x*'}}"),
        // A flag that is null is neither, and a text that is null matches nothing.
        ("user", "{not: {is_scim_managed: true}, all: [{not: {is_scim_managed: false}}]}"),
        ("user", "{any: [{is_scim_managed: true}, {is_scim_managed: false}]}"),
        ("user", "{any: [{email: 'm*'}, {email: {except: 'm*'}}]}"),
        ("user", "{all: [{name: [null, 'a*']}, {not: {name: 'a*'}}]}"),
        ("user", "{all: [{email: '*@acme.example'}, {email: 'ada@*'}]}"),
        ("user", "{email: 'ab*', not: {email: 'abc*'}}"),
        ("user", "{name: '*'}"),
        // Another group, or the same user's other one.
        ("user", "{all: [{groups: {name: 'O*'}}, {groups: {none: {name: Ops}}}]}"),
        ("user", "{all: [{groups: {name: Ops}}, {groups: {not: {name: Ops}}}]}"),
        ("user", "{all: [{groups: {name: Ops}}, {groups: {name: Void}}]}"),
        ("project", "{all: [{holders: {role: owner}}, {holders: {none: {role: owner, permission: a.write}}}]}"),
    ] {
        let ran = rolelint(&acme()).check(&rule(&format!("select: {select}\nforbid: {condition}"))).run();
        assert_ne!(ran.code, 2, "{condition}\n{}", ran.stderr);
    }
}
