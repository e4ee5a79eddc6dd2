//! What a count counts: the things themselves, or what they lead to, each once.

use super::projects::{healthy, with};
use crate::support::harness::{offline, rolelint, text};
use crate::support::small::{ask, report, without};

#[test]
fn of_chooses_what_is_counted_among_related_things() {
    ask(
        &healthy(),
        &[
            // Ada, Ops, Cyd and Eve through it, and Robot: three of them are users.
            ("select: project\nforbid: {holders: {where: {role: owner}, count: 5}}", "violation Production"),
            (
                "select: project\nforbid: {holders: {where: {role: owner}, count: {of: principal, min: 5, max: 5}}}",
                "violation Production",
            ),
            (
                "select: project\nforbid: {holders: {where: {role: owner}, count: {of: user, min: 3, max: 3}}}",
                "violation Production",
            ),
            ("select: project\nforbid: {holders: {count: {of: group, min: 1}}}", "violation Production"),
            // Bob has two roles there, and so has nobody else.
            ("select: project\nforbid: {holders: {count: {of: grant, min: 7}}}", "violation Production"),
            ("select: project\nforbid: {holders: {count: {of: principal, min: 7}}}", "pass"),
            ("select: user\nforbid: {holds: {where: {scope: project}, count: {of: project, min: 2}}}", "violation Bob"),
            ("select: role\nforbid: {holders: {count: {of: project, min: 2}}}", "violation owner"),
            ("select: project\nforbid: {api_keys: {count: 3}}", "violation Production"),
            ("select: project\nforbid: {api_keys: {count: {of: owner, min: 2}}}", "violation Production"),
            ("select: project\nforbid: {api_keys: {count: {of: owner, min: 3}}}", "pass"),
            ("select: project\nforbid: {api_keys: {count: {of: service_account, min: 1}}}", "violation Production"),
        ],
    );
}

#[test]
fn of_chooses_what_is_counted_among_selected_things() {
    let owners = "select: grant\nwhere: {scope: project, role: owner}\ncount: ";
    for (of, number) in
        [("grant", 6), ("principal", 6), ("user", 4), ("group", 1), ("service_account", 1), ("project", 2), ("role", 1)]
    {
        let rule = |min, max| format!("{owners}{{of: {of}, min: {min}, max: {max}}}");
        ask(&healthy(), &[(&rule(number, number), "pass"), (&rule(number + 1, 9), "violation organization")]);
    }
    ask(
        &healthy(),
        &[
            ("select: api_key\ncount: {of: owner, min: 3, max: 3}", "pass"),
            ("select: api_key\ncount: {of: project, min: 3, max: 3}", "pass"),
            ("select: api_key\ncount: {of: api_key, min: 5, max: 5}", "pass"),
        ],
    );
    let report = report(&healthy(), &[(&format!("{owners}{{of: user, max: 1}}"), "")]);
    let finding = report.findings().next().expect("a violation");
    assert_eq!(text(&finding["message"]), "4 users selected (allowed: at most 1)");
    assert!(finding["evidence"].to_string().contains("cyd@partner.example"), "{}", finding["evidence"]);
}

#[test]
fn a_count_is_unknown_if_a_thing_that_may_be_a_duplicate_decides_it() {
    // Nobody knows whose the two keys of Production and Staging are: of one owner, or of several, or of nobody.
    let api = with(&[
        ("/organization/projects/proj_1/api_keys", without("owner")),
        ("/organization/projects/proj_2/api_keys", without("owner")),
    ]);
    ask(
        &api,
        &[
            ("select: api_key\ncount: {of: owner, min: 1}", "pass"),
            ("select: api_key\ncount: {of: owner, max: 5}", "pass"),
            ("select: api_key\ncount: {of: owner, max: 3}", "unknown organization"),
            ("select: api_key\ncount: {of: owner, max: 0}", "violation organization"),
            ("select: project\nforbid: {api_keys: {count: {of: owner, min: 2}}}", "unknown Production"),
        ],
    );
}

#[test]
fn different_texts_are_counted_each_once_and_nothing_without_one() {
    ask(
        &healthy(),
        &[
            // Eve, Ada and Bob have one host between them, and a mailbox each; Robot is no user of the list.
            ("select: user\nwhere: {email: '*@acme.example'}\ncount: {of: email, min: 3, max: 3}", "pass"),
            ("select: api_key\ncount: {of: owner_type, max: 1}", "violation organization"),
            ("select: project\nforbid: {holders: {count: {of: scope, min: 2}}}", "pass"),
            (
                "select: role\nwhere: {predefined_role: false}\ncount: {of: description, max: 1}",
                "violation organization",
            ),
        ],
    );
    let policy = "version: 1\nrules:\n  - { id: eyes, select: user, where: { role: owner }, count: { of: mailbox, min: 2 } }\n  - { id: teams, select: group, require: { members: { count: { of: mailbox, min: 2 } } } }\n";
    let person = |email: &str| format!("{{ email: {email}, role: owner, groups: [g] }}");
    for (people, expected) in [
        ([person("ada@x.example"), person("ADA+2@x.example")], "{ eyes: [organization], teams: [group/g] }"),
        ([person("ada@x.example"), person("adb+2@x.example")], "{ eyes: pass, teams: pass }"),
        ([person("ada@x.example"), person("null, id: u2")], "{ eyes: [organization], teams: [group/g] }"),
        (
            [person("ada@x.example"), "{ id: u2, role: owner, groups: [g], unknown: [email] }".to_owned()],
            "{ eyes: unknown, teams: unknown }",
        ),
    ] {
        let test = format!(
            "tests:\n  - name: t\n    org: {{ groups: [{{ name: g }}], users: [{}] }}\n    expect: {expected}\n",
            people.join(", ")
        );
        let ran = offline().file("p.yaml", policy).file("p_test.yaml", test).args(["test", "p.yaml"]).run();
        assert_eq!(ran.code, 0, "{people:?}: {}", ran.stdout);
    }
}

#[test]
fn texts_that_are_counted_are_shown_as_the_api_has_them() {
    let policy = "version: 1\nrules: [{ id: a, select: user, where: { role: owner }, count: { of: email, max: 0 } }]\n";
    let ran = rolelint(&healthy()).check(policy).args(["--format", "json"]).run().ends_with(1).json();
    let finding = ran.findings().next().expect("a finding").clone();
    assert_eq!(text(&finding["evidence"][0]["value"]), "Ada@acme.example");
}

#[test]
fn of_with_a_word_that_cannot_be_counted_does_not_load() {
    for (rule, said) in [
        ("select: user\n    forbid: { holds: { count: { of: groups, max: 1 } } }", "did you mean `group`?"),
        ("select: user\n    count: { of: principal, max: 1 }", "`principal` is not a thing to count of a user"),
        ("select: user\n    count: { of: [user], max: 1 }", "`of` takes the name of what is counted"),
        ("select: user\n    count: { of: user }", "`count` needs `min` or `max`"),
    ] {
        let policy = format!("version: 1\nrules:\n  - id: asked\n    {rule}\n");
        let ran = offline().file("p.yaml", &policy).args(["check", "-p", "p.yaml", "-s", "none"]).run().ends_with(2);
        assert!(ran.stderr.contains(said), "{rule}: {}", ran.stderr);
    }
}
