//! Policies that do not load: nothing is asked, nothing is checked, and every mistake is shown in its place.

use crate::support::harness::{Ran, acme, offline, rolelint};

/// A policy of one rule with these lines.
pub fn rule(lines: &str) -> String {
    let lines = lines.replace('\n', "\n    ");
    format!("version: 1\nrules:\n  - id: asked\n    {lines}\n")
}

/// Runs a policy that must not load.
#[track_caller]
pub fn refused(policy: &str) -> Ran {
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
        (
            "select: role\nforbid: {name: x}\nexceptions: [y]",
            "6:5",
            "`exceptions` is not a key of a rule",
            "rolelint waivers add",
        ),
        ("select: role\nforbid: {name: x}\nunless: {name: y}", "6:5", "`unless` is not a key", "`where: { not: … }`"),
        ("select: role\nforbid: {name: x}\nIgnore: y", "6:5", "`Ignore` is not a key", "`where: { not: … }`"),
        ("select: role\nforbid: {name: x}\nskip: true", "6:5", "`skip` is not a key", "a waiver"),
        ("select: role\nforbid: {name: []}", "5:20", "the list for `name` is empty", ""),
        ("select: role\nforbid: {description: }", "5:25", "`description` has no value", "write `null`"),
        (
            "select: user\nforbid: {api_key_last_used_at: }",
            "5:34",
            "`api_key_last_used_at` has no value",
            "write `null`",
        ),
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
fn every_bad_pattern_of_a_list_is_shown() {
    for attribute in ["permissions", "name"] {
        let stderr = refused(&rule(&format!("select: role\nforbid: {{{attribute}: ['a[', 'b{{', ok]}}"))).stderr;
        assert!(stderr.contains("2 problems in the policies"), "{stderr}");
    }
}

#[test]
fn mistakes_in_two_files_are_shown_together() {
    let run = rolelint(&acme()).file("p/a.yaml", "version: 2").file("p/b.yaml", rule("select: rol\nforbid: {}"));
    let ran = run.args(["check", "--policy", "p/*.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("p/a.yaml:1:10") && ran.stderr.contains("p/b.yaml:4:13"), "{}", ran.stderr);
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
fn an_empty_file_and_a_tab_have_their_places_and_white_space_at_an_end_is_one_mistake() {
    for (policy, said) in [
        ("\n", "the file is empty\n --> policy.yaml:1:1\n"),
        ("version: 1\nrules:\n\t- id: a\n", "a tab\n --> policy.yaml:3:1\n"),
        ("version: 1\nrules:\n  - id: a\n    select: role\n\tforbid: { name: x }\n", "a tab\n --> policy.yaml:5:1\n"),
    ] {
        let ran = refused(policy);
        assert!(ran.stderr.contains(said) && ran.stderr.contains("1 problem in the policies"), "{}", ran.stderr);
    }
    let ran = refused(&rule("select: role\nforbid: { permissions: 'api.groups.write ' }"));
    assert!(
        ran.stderr.contains("white space at the start or end") && ran.stderr.contains("1 problem"),
        "{}",
        ran.stderr
    );
    let ran = refused(&rule("select: user\nforbid: { is_scim_managed: Yes }"));
    assert!(ran.stderr.contains("help: `yes` is a text in YAML 1.2; write `true`"), "{}", ran.stderr);
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
fn a_mapping_where_a_text_belongs_is_looked_up() {
    let policy = "version: 1\nparams: { owners: { a: b@x.example } }\nrules:\n  - { id: a, select: project, forbid: { members: { email: $owners } } }\n";
    let ran = offline().file("p.yaml", policy).args(["lint", "p.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("looked up where it is used: \"$NAME[$this.name]\""), "{}", ran.stderr);
}
