//! Policies that do not load: nothing is asked, nothing is checked, and every mistake is shown in its place.

use crate::support::harness::{Ran, acme, offline, rolelint};

/// A policy of one rule with these lines.
fn rule(lines: &str) -> String {
    let lines = lines.replace('\n', "\n    ");
    format!("version: 1\nrules:\n  - id: asked\n    {lines}\n")
}

/// Runs a policy that must not load.
#[track_caller]
fn refused(policy: &str) -> Ran {
    let api = acme();
    let ran = rolelint(&api).check(policy).run().ends_with(2);
    assert_eq!(ran.stdout, "");
    assert_eq!(api.requests(), [], "a policy that does not load asks nothing");
    ran
}

#[test]
fn five_mistakes_are_shown_in_one_run_with_five_locations() {
    let policy = "\
version: 1
rules:
  - id: first
    severty: high
    select: role
    forbid: { permission: api.groups.write }
  - id: second
    select: usr
    forbid: { role: owner }
  - id: third
    select: user
    where: { email: '[a' }
    forbid: { api_key_last_used_at: { older_than: ninety days } }
";
    insta::assert_snapshot!(refused(policy).stderr, @r"
    error[unknown-key]: `severty` is not a key of a rule
     --> policy.yaml:4:5
    4 |     severty: high
      |     ^^^^^^^
      help: did you mean `severity`?

    error[unknown-key]: a role has no `permission`
     --> policy.yaml:6:15
    6 |     forbid: { permission: api.groups.write }
      |               ^^^^^^^^^^
      help: did you mean `permissions`?

    error[unknown-name]: `usr` is not a kind of thing
     --> policy.yaml:8:13
    8 |     select: usr
      |             ^^^
      help: did you mean `user`?

    error[invalid-pattern]: a bad pattern: a `[` that is never closed; write `\[` for the character
      --> policy.yaml:12:22
    12 |     where: { email: '[a' }
       |                      ^

    error[invalid-value]: `ninety days` is not a valid value of `older_than`
      --> policy.yaml:13:51
    13 |     forbid: { api_key_last_used_at: { older_than: ninety days } }
       |                                                   ^^^^^^^^^^^
      help: write a duration such as 90d, 12h or 2w; months and years have no fixed length

    error: 5 problems in the policies, nothing was checked
    ");
}

#[test]
fn each_mistake_is_shown_with_its_location() {
    // The rule, line and column, what is said, and what is suggested.
    let table = [
        ("select: role\nforbid: {nme: x}", "5:14", "a role has no `nme`", "did you mean `name`?"),
        ("select: role\nforbit: {name: x}", "5:5", "`forbit` is not a key of a rule", "did you mean `forbid`?"),
        ("select: role\nforbid: {name: x}\nselect: user", "6:5", "duplicate key `select`", "the first is here"),
        ("select: role\nforbid: {name: x, name: y}", "5:23", "duplicate key `name`", "the first is here"),
        ("select: roles\nforbid: {}", "4:13", "`roles`", "did you mean `role`?"),
        (
            "select: planet\nforbid: {}",
            "4:13",
            "`planet`",
            "role, user, group, project, service_account, invite, admin_api_key, api_key, grant",
        ),
        ("forbid: {}", "3:5", "`select`", ""),
        ("select: role", "3:5", "", "forbid"),
        ("select: role\nforbid: {name: x}\nrequire: {name: y}", "6:5", "", "forbid"),
        ("select: role\nforbid: {name: x}\ncount: {max: 1}", "6:5", "", ""),
        ("select: role\nforbid: api.groups.write", "5:13", "a condition on a role takes a mapping", ""),
        ("select: role\nforbid: [{name: x}]", "5:13", "not a list", ""),
        ("select: role\nforbid: {name: 5}", "5:20", "not a number", "put it in quotes"),
        ("select: role\nforbid: {predefined_role: 'true'}", "5:31", "without quotes, not a text", ""),
        ("select: role\nforbid: {permissions: {al: x}}", "5:28", "`al` is not a key", "did you mean `all`?"),
        ("select: role\nforbid: {permissions: null}", "5:27", "not null", ""),
        ("select: role\nforbid: {all: {name: x}}", "5:19", "a list of conditions, not a mapping", ""),
        ("select: user\nforbid: {permissions: x}", "5:14", "a user has no `permissions`", "holds: { permission: … }"),
        ("select: user\nforbid: {holders: {}}", "5:14", "a user has no `holders`", ""),
        ("select: group\nforbid: {email: x}", "5:14", "a group has no `email`", "belongs to user"),
        ("select: role\nforbid: {name: 'a[b'}", "5:22", "a bad pattern", "never closed"),
        ("select: role\nforbid: {name: 'a{b'}", "5:22", "a bad pattern", "never closed"),
        ("select: role\nforbid: {name: 'ab}'}", "5:23", "a bad pattern", "closes nothing"),
        (r"select: role\nforbid: {name: 'ab\'}", "5:23", "a bad pattern", ""),
        ("select: role\nforbid: {name: {regex: 'a('}}", "5:28", "an invalid regular expression", ""),
        ("select: user\nforbid: {added_at: {older_than: 3 months}}", "5:37", "", "90d"),
        ("select: user\nforbid: {added_at: {older_than: -3d}}", "5:37", "", "never negative"),
        ("select: user\nforbid: {added_at: {before: 2026-02-30}}", "5:33", "", "2026-01-31"),
        ("select: user\nforbid: {added_at: 90d}", "5:24", "", "older_than"),
        ("select: user\nforbid: {added_at: {}}", "5:24", "", "older_than"),
        ("select: user\nforbid: {added_at: {oldr_than: 90d}}", "5:25", "", "did you mean `older_than`?"),
        ("select: role\nforbid: {name: $nme}", "5:20", "no parameter `nme`", ""),
        ("select: role\ncount: {}", "5:12", "needs `min` or `max`", ""),
        ("select: role\ncount: {min: 3, max: 1}", "5:12", "`min` is above `max`", ""),
        ("select: role\ncount: {max: -1}", "5:18", "never negative", ""),
        ("select: role\ncount: {max: many}", "5:18", "a whole number, not a text", ""),
        ("select: role\ncount: {max: 1.5}", "5:18", "a whole number", ""),
        ("select: user\nexactly: {holds: [x]}", "5:15", "`exactly` needs a text attribute", ""),
        ("select: user\nexactly: {email: [a@b], name: [c]}", "5:14", "takes one attribute", ""),
        ("select: user\nexactly: {email: [5]}", "5:23", "a text, not a number", ""),
        ("select: user\nforbid: {holds: x}", "5:21", "a condition", ""),
        ("select: user\nforbid: {holds: {where: {role: x}}}", "5:29", "`where` needs `count`", "some"),
        (
            "select: user\nforbid: {holds: {some: {}, role: x}}",
            "5:32",
            "`role` cannot be combined with a quantity",
            "where: { role: … }",
        ),
        ("select: role\nforbid: {name: []}", "5:20", "the list for `name` is empty", ""),
        ("select: role\nforbid: {permissions: []}", "5:27", "the list for `permissions` is empty", ""),
        ("select: role\nforbid: {permissions: {any: []}}", "5:33", "is empty", ""),
        ("select: role\nforbid: {any: []}", "5:19", "`any` contains no conditions", ""),
        ("select: role\nforbid: {all: []}", "5:19", "`all` contains no conditions", ""),
        ("select: role\nrequire: {}", "5:14", "nothing could violate it", ""),
        ("select: grant\nforbid: {via: sideways}", "5:19", "`sideways`", "direct"),
        ("select: role\nforbid: {name: {regex: '((a{1000}){1000}){1000}'}}", "5:28", "too large", ""),
        ("select: grant\nforbid: {via: {grop: {}}}", "5:20", "`grop`", "did you mean `group`?"),
        ("select: role\nseverity: hgh\nforbid: {}", "5:15", "`hgh`", "did you mean `high`?"),
        ("select: role\nallow_empty: 'yes'\nforbid: {}", "5:18", "true or false, not a text", ""),
        ("select: role\ntags: tidy\nforbid: {}", "5:11", "a list of texts, not a text", ""),
        ("select: role\nreferences: [5]\nforbid: {}", "5:18", "a text, not a number", ""),
        ("select: role\ncontrols: [CC6.1]\nforbid: {}", "5:15", "not a list", ""),
        ("select: role\nforbid: {name: \"\u{202e}x\"}", "5:21", r"a hidden character, \u{202e}", "escape"),
        ("select: role\nforbid: {name: a\u{200b}b}", "5:21", r"a hidden character, \u{200b}", "escape"),
    ];
    let (api, mut wrong) = (acme(), Vec::new());
    for (lines, place, said, help) in table {
        let lines = lines.replace("\\n", "\n");
        let ran = rolelint(&api).check(&rule(&lines)).run();
        let stderr = ran.stderr;
        // Wrapped lines are joined again.
        let joined = stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        let at = format!("--> policy.yaml:{place} ");
        if !(ran.code == 2 && joined.contains(&at) && joined.contains(said) && joined.contains(help)) {
            wrong.push(format!("{lines}\nwanted {at}, {said:?}, {help:?}:\n{stderr}"));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(api.requests(), []);
}

#[test]
fn the_error_for_a_file_that_is_not_a_policy_explains_what_a_policy_is() {
    let table = [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("---\n", "the file is empty"),
        ("rules: []\n", "a policy needs `version`"),
        ("version: 1\n", "a policy needs `rules`"),
        ("version: 1\nrules: []\n", "nothing would be checked"),
        ("version: 1\nrules:\n", "a list of rules"),
        ("version: 2\nrules: [{id: a, select: role, forbid: {}}]\n", "version 2 of the language is not supported"),
        ("version: '1'\nrules: [{id: a, select: role, forbid: {}}]\n", "the number 1"),
        ("[]\n", "a policy file takes a mapping"),
        ("just words\n", "not a text"),
        ("version: 1\nrules: [", ""),
        ("version: 1\n\trules: x\n", ""),
        ("version: 1\n---\nversion: 1\n", ""),
        ("version: 1\nrules: &a [*a]\n", ""),
        ("version: 1\nrules: [{id: Not Kebab, select: role, forbid: {}}]\n", "lower-case words joined by hyphens"),
        ("version: 1\nrules: [{select: role, forbid: {}}]\n", "a rule needs an `id`"),
        ("version: 1\nrules: [x]\n", "a rule takes a mapping"),
        ("version: 1\nrequires: '>=99.0'\nrules: [{id: a, select: role, forbid: {}}]\n", "requires rolelint >=99.0"),
        ("version: 1\nrequires: '1'\nrules: [{id: a, select: role, forbid: {}}]\n", "not have the form"),
        ("version: 1\nrule: []\nrules: [{id: a, select: role, forbid: {}}]\n", "did you mean `rules`?"),
    ];
    for (text, said) in table {
        let stderr = refused(text).stderr;
        assert!(stderr.contains(said) && stderr.contains("policy.yaml"), "{text:?}: {stderr}");
    }
}

#[test]
fn a_requirement_that_nothing_could_break_is_an_error() {
    // `except` alone leaves elements out, and then asks nothing of the rest.
    for condition in ["{}", "{permissions: {}}", "{permissions: {except: '*.write'}}", "{name: {}}"] {
        let stderr = refused(&rule(&format!("select: role\nrequire: {condition}"))).stderr;
        assert!(stderr.contains("policy.yaml:5:"), "{stderr}");
    }
}

#[test]
fn every_bad_pattern_of_a_list_is_shown() {
    for attribute in ["permissions", "name"] {
        let stderr = refused(&rule(&format!("select: role\nforbid: {{{attribute}: ['a[', 'b{{', ok]}}"))).stderr;
        assert!(stderr.contains("2 problems in the policies"), "{stderr}");
    }
}

#[test]
fn a_policy_file_that_cannot_be_read_is_named() {
    let api = acme();
    let run = |path: &str| {
        let run =
            rolelint(&api).file("empty/readme.md", "").file("tests/a_test.yaml", "").file("binary.yaml", b"\xff\xfe");
        run.args(["check", "--policy", path]).run().ends_with(2)
    };
    let table = [
        ("nowhere.yaml", "cannot read `nowhere.yaml`"),
        ("nowhere/*.yaml", "cannot read `nowhere`"),
        ("empty", "no policy at `empty`"),
        ("tests", "no policy at `tests`"),
        ("*.yml", "no policy at `*.yml`"),
        ("[a", "`[a` is not a valid glob"),
        ("binary.yaml", "cannot read `binary.yaml`"),
    ];
    for (path, said) in table {
        let ran = run(path);
        assert!(ran.stderr.contains(said), "{path}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn a_rule_in_two_files_is_an_error_that_names_both() {
    let api = acme();
    let run = rolelint(&api)
        .file("policies/a.yaml", rule("select: role\nforbid: {name: x}"))
        .file("policies/deep/b.yml", rule("select: user\nforbid: {name: y}"));
    let ran = run.args(["check", "--policy", "policies"]).run().ends_with(2);
    for said in
        ["a second rule with the id `asked`", "policies/deep/b.yml:3:9", "the first is in policies/a.yaml, line 3"]
    {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn mistakes_in_two_files_are_shown_together() {
    let run = rolelint(&acme()).file("p/a.yaml", "version: 2").file("p/b.yaml", rule("select: rol\nforbid: {}"));
    let ran = run.args(["check", "--policy", "p/*.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("p/a.yaml:1:10") && ran.stderr.contains("p/b.yaml:4:13"), "{}", ran.stderr);
}

#[test]
fn files_folders_and_globs_are_read_once_each() {
    let api = acme();
    let run = rolelint(&api)
        .file("p/a.yaml", rule("select: role\nforbid: {name: None}"))
        .file("p/b.yml", rule("select: role\nforbid: {name: None}").replace("asked", "other"))
        .file("p/a_test.yaml", "not a policy");
    let args = ["check", "--policy", "p", "--policy", "p/a.yaml", "--policy", "p/*.yaml", "--format", "json"];
    let report = run.args(args).run().ends_with(0).json();
    assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), ["asked", "other"]);
}

#[test]
fn paths_need_no_flag_and_a_glob_spans_folders() {
    let api = acme();
    let run = rolelint(&api)
        .file("p/a.yaml", rule("select: role\nforbid: {name: None}"))
        .file("p/deep/er/b.yaml", rule("select: role\nforbid: {name: None}").replace("asked", "other"));
    let report = run.args(["check", "p/**/*.yaml", "--format", "json"]).run().ends_with(0).json();
    assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), ["asked", "other"]);
    let run = rolelint(&api)
        .file("p/a.yaml", rule("select: role\nforbid: {name: None}"))
        .file("p/deep/b.yaml", rule("select: role\nforbid: {name: None}").replace("asked", "other"));
    let report = run.args(["check", "p/*.yaml", "--format", "json"]).run().ends_with(0).json();
    assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), ["asked"]);
}

#[test]
fn a_built_in_pack_can_be_combined_with_other_policies() {
    let api = acme();
    let run = rolelint(&api).file("a.yaml", rule("select: role\nforbid: {name: None}"));
    let report = run.args(["check", "builtin:recommended", "a.yaml", "--format", "json"]).run().ends_with(1).json();
    let verdicts = report.verdicts();
    assert!(verdicts.contains_key("asked") && verdicts.contains_key("too-few-owners"), "{verdicts:?}");
    let ran = offline().args(["check", "builtin:recomended"]).run().ends_with(2);
    assert!(ran.stderr.contains("there is no built-in pack `builtin:recomended`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("builtin:recommended"), "{}", ran.stderr);
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
        ("service_account", "{holds: {scope: organization, via: direct}}", "no grant can satisfy"),
        ("grant", "{principal: group, user: {email: x}}", "no grant can satisfy"),
        ("grant", "{scope: organization, project: Alpha}", "no grant can satisfy"),
        ("user", "{added_at: {within: 1d}}", "never lies ahead"),
        ("api_key", "{last_used_at: {later_than: 1d}}", "never lies ahead"),
        ("user", "{added_at: {newer_than: 0d}}", "exclude each other"),
        ("role", "{permissions: {any: a.write, only: [a.read]}}", "`only` excludes"),
        ("role", "{permissions: {any: a.write, none: '*.write'}}", "`none` excludes"),
        ("role", "{all: [{predefined_role: true}, {predefined_role: false}]}", "true and false"),
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
        ("service_account", "{holds: {via: direct}}"),
        ("grant", "{any: [{principal: group}, {user: {email: x}}]}"),
        ("role", "{permissions: {any: [a.write, a.read], only: [a.read]}}"),
        ("role", "{permissions: {any: '*.write', none: a.write}}"),
    ] {
        let ran = rolelint(&acme()).check(&rule(&format!("select: {select}\nforbid: {condition}"))).run();
        assert_ne!(ran.code, 2, "{condition}\n{}", ran.stderr);
    }
}

#[test]
fn a_pattern_with_stray_characters_does_not_load() {
    for (condition, words) in [
        (r#"{permissions: "*.groups.write "}"#, "white space at the start or end"),
        (r#"{permissions: "\u00a0a.write"}"#, "white space at the start or end"),
        ("{name: \" Writer\"}", "white space at the start or end"),
        (r#"{permissions: "a.write\nb.write"}"#, "a line break"),
        (r#"{permissions: "*.groups.write,*.roles.write"}"#, "a comma"),
        (r#"{permissions: "a.write b.write"}"#, "a space"),
        (r#"{permissions: "*.groups.write\u200b"}"#, "ASCII"),
        (r#"{permissions: "\u0430pi.groups.write"}"#, "ASCII"),
        (r#"{id: "role_1, role_2"}"#, "a comma"),
    ] {
        let ran = offline().check(&rule(&format!("select: role\nforbid: {condition}"))).run().ends_with(2);
        assert!(ran.stderr.contains(words), "{condition}\n{}", ran.stderr);
    }
    // A name may have what an id has not.
    for condition in
        ["{name: \"Sales, EMEA\"}", "{name: Prüfer}", r#"{permissions: "{a,b}.write"}"#, r#"{name: "Writer\\ "}"#]
    {
        let ran = rolelint(&acme()).check(&rule(&format!("select: role\nforbid: {condition}"))).run();
        assert_ne!(ran.code, 2, "{condition}\n{}", ran.stderr);
    }
}

#[test]
fn a_policy_as_editors_write_it_loads() {
    let policy = rule("select: role\nforbid: {name: Auditor}");
    for text in
        [policy.replace('\n', "\r\n"), format!("\u{feff}{policy}"), format!("---\n{policy}"), format!("{policy}...\n")]
    {
        let ran = rolelint(&acme()).check(&text).run().ends_with(1);
        assert!(ran.stdout.contains("--> policy.yaml:") && ran.stdout.contains("Auditor"), "{}", ran.stdout);
        assert!(!ran.stdout.contains('\r'), "{:?}", ran.stdout);
    }
}

#[test]
fn who_writes_as_for_another_tool_is_told_the_word_that_is_meant() {
    for (rule, words) in [
        ("select: role, deny: { name: A }", "did you mean `forbid`?"),
        ("select: role, when: { name: A }, forbid: {}", "did you mean `where`?"),
        ("select: role, description: x, forbid: {}", "did you mean `rationale`?"),
        ("select: user, forbid: { and: [{ email: a@x.example }] }", "did you mean `all`?"),
        ("select: user, forbid: { anyOf: [{ email: a@x.example }] }", "did you mean `any`?"),
        ("select: user, forbid: { email: { not: '*@x.example' } }", "did you mean `except`?"),
        ("select: user, forbid: { email: { matches: '.*@x.example' } }", "did you mean `regex`?"),
        ("select: role, forbid: { permissions: { contains: a.b } }", "did you mean `any`?"),
        ("select: role, require: { permissions: { count: { '<=': 20 } } }", "did you mean `max`?"),
        (
            "select: role, require: { permissions: { count: '<= 20' } }",
            "a whole number, or bounds such as { min: 1, max: 4 }",
        ),
        ("select: user, forbid: { member_of: Platform }", "did you mean `groups`?"),
        ("select: project, require: { owners: { count: { min: 2 } } }", "did you mean `holders`?"),
        ("select: project, require: { service_accounts: { max: 3 } }", "write `count: { max: … }`"),
        ("select: role, forbid: { permissions: 'a.*', count: 3 }", "`count` stands in the rule, beside `select`"),
        ("select: user, forbid: { holds: a.b }", "a condition such as { permission: … } or { role: … }"),
        ("select: group, forbid: { members: Ada }", "a condition such as { email: … }"),
        ("select: admin_api_key, forbid: { expires_at: never }", "`expires_at` takes null for never"),
        // One mistake, one error.
        ("select: grant, require: { via: { only: group } }", "it is one of: group"),
        ("select: user, forbid: { holds: { scope: org } }", "it is one of: organization, project"),
    ] {
        let policy = format!("version: 1\nrules:\n  - {{ id: a, {rule} }}\n");
        let ran = offline().file("p.yaml", policy).args(["lint", "p.yaml"]).run().ends_with(2);
        assert!(ran.stderr.contains(words), "{rule}\n{}", ran.stderr);
        let errors = ran.stderr.matches("error[").count();
        let assertion = usize::from(rule.contains("deny"));
        assert_eq!(errors, 1 + assertion, "{rule}\n{}", ran.stderr);
    }
}

#[test]
fn a_mapping_where_a_text_belongs_is_looked_up() {
    let policy = "version: 1\nparams: { owners: { a: b@x.example } }\nrules:\n  - { id: a, select: project, forbid: { members: { email: $owners } } }\n";
    let ran = offline().file("p.yaml", policy).args(["lint", "p.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("looked up where it is used: \"$NAME[$this.name]\""), "{}", ran.stderr);
}
