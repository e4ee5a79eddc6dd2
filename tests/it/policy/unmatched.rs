//! Words in a rule that match nothing: each is noted, and with `--strict` proves nothing.

use serde_json::json;

use crate::fetch::random_history::peopled;
use crate::support::fake::{Behaviour, FakeApi};
use crate::support::harness::{Ran, acme, rolelint, text};
use crate::support::small::{healthy, report};

/// The notes on a rule of the small organization.
fn notes(rule: &str) -> Vec<(String, bool)> {
    let report = report(&healthy(), &[(rule, "")]);
    let notes = report.rule("rule-0")["notes"].as_array().expect("a list").clone();
    notes.iter().map(|note| (text(&note["message"]).to_owned(), note["unmatched"] == true)).collect()
}

#[test]
fn every_pattern_and_regex_of_an_assertion_that_matches_nothing_is_noted() {
    let role = "no role grants such a permission";
    let table = [
        ("select: role\nforbid: {permissions: 'api.group.*'}", "`api.group.*`", role, "api.groups.read"),
        ("select: role\nforbid: {permissions: '{api.group,api.role}.write'}", "`{api.group", role, ""),
        (
            "select: role\nrequire: {permissions: {only: ['api.*', 'api.fils.*']}}",
            "`api.fils.*`",
            role,
            "api.files.read",
        ),
        ("select: user\nforbid: {holds: {permission: {any: '*', except: '*.rite'}}}", "`*.rite`", role, ""),
        ("select: user\nforbid: {email: '*@acme.exmple'}", "no user has such an email", "", "@acme.example"),
        ("select: user\nforbid: {email: {regex: 'ada'}}", "`ada`: no user has such an email", "", ""),
        ("select: role\nforbid: {description: {regex: 'Wrote'}}", "no role has such a description", "", ""),
        ("select: role\nforbid: {name: 'Write?r'}", "no role has such a name", "", "Writer"),
        ("select: grant\nforbid: {role: 'Wri?ter'}", "no role has such a name", "", "Writer"),
        ("select: user\nforbid: {groups: {name: 'Opz*'}}", "no group has such a name", "", ""),
        ("select: user\nwhere: {email: '*@x.example'}\ncount: {max: 0}", "no user has such an email", "", ""),
        ("select: user\nwhere: {email: '*@x.example'}\nexactly: {email: []}", "no user has such an email", "", ""),
    ];
    for (rule, said, also, near) in table {
        let notes = notes(rule);
        let [(note, true)] = notes.as_slice() else { panic!("{rule}: {notes:?}") };
        assert!(note.contains(said) && note.contains(also) && note.contains(near), "{rule}: {note}");
    }
}

#[test]
fn words_that_match_are_known_or_only_narrow_are_not_noted() {
    for rule in [
        "select: role\nforbid: {permissions: 'api.groups.*'}",
        // No role grants them; the vocabulary has them.
        "select: role\nforbid: {permissions: api.management.write}",
        "select: role\nforbid: {permissions: '*service_accounts.write'}",
        "select: role\nforbid: {permissions: {except: [], any: 'api.webhooks.*'}}",
        "select: project\nforbid: {status: 'arch*'}",
        "select: role\nforbid: {description: ''}",
        "select: user\nwhere: {email: ['*@acme.example', '*@x.example']}\nforbid: {is_scim_managed: false}",
        "select: role\nallow_unmatched: true\nforbid: {permissions: api.nothing.at.all, name: 'No*'}",
    ] {
        assert_eq!(notes(rule), [], "{rule}");
    }
}

#[test]
fn roles_of_another_scope_and_times_that_nothing_has_are_noted() {
    let organization = "only roles of the organization match, and this asks for a role of a project";
    let projects = "only roles of projects match, and this asks for a role of the organization";
    let late = "no time in the past is that late";
    let all = "select: role\nforbid: {name: Nobody}";
    let table = [
        ("select: user\nforbid: {holds: {scope: project, role: Filer}}", Some(organization)),
        ("select: user\nforbid: {holds: {scope: organization, role: Filer}}", None),
        ("select: user\nforbid: {holds: {role: Filer}}", None),
        ("select: user\nforbid: {holds: {scope: organization, role: Keeper}}", Some(projects)),
        ("select: user\nforbid: {holds: {scope: project, role: [Keeper, Builder]}}", None),
        ("select: project\nforbid: {holders: {role: Filer}}", Some(organization)),
        ("select: grant\nwhere: {scope: project}\nforbid: {role: Filer}", Some(organization)),
        ("select: grant\nforbid: {scope: project, role: Filer}", Some(organization)),
        ("select: role\nwhere: {scope: project}\nforbid: {name: 'Fil*'}", Some(organization)),
        ("select: user\nforbid: {holds: {scope: project, role: {holders: {role: Filer}}}}", None),
        ("select: user\nforbid: {holds: {scope: project, role: owner}}", None),
        ("select: role\nforbid: {created_at: {after: 2999-01-01}}", Some(late)),
        ("select: user\nrequire: {added_at: {newer_than: 9000d}}", Some("every time in the past")),
        ("select: user\nforbid: {added_at: {older_than: 9000d}}", Some("nothing is that old")),
        ("select: admin_api_key\nforbid: {expires_at: {after: 2999-01-01}}", None),
        ("select: user\nwhere: {added_at: {after: 2999-01-01}}\nforbid: {name: Ada}", None),
    ];
    let api = FakeApi::start(peopled(1_780_000_000), Behaviour::default());
    for (rule, said) in table {
        // With the other, the roles of all scopes are read.
        let report = report(&api, &[(rule, ""), (all, "")]);
        let notes = report.rule("rule-0")["notes"].as_array().expect("a list").clone();
        let unmatched: Vec<&str> =
            notes.iter().filter(|note| note["unmatched"] == true).map(|note| text(&note["message"])).collect();
        match said {
            Some(said) => assert!(matches!(unmatched[..], [one] if one.contains(said)), "{rule}: {notes:?}"),
            None => assert!(unmatched.is_empty(), "{rule}: {notes:?}"),
        }
    }
}

const MISSPELT: &str =
    "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { permissions: \"api.group.*\" }\n";

#[test]
fn a_note_has_the_location_of_the_words_and_with_strict_the_rule_is_unknown() {
    let ran = |policy: &str, args: &[&str]| -> Ran {
        rolelint(&healthy()).check(policy).args(["--format", "json"]).args(args.iter().copied()).run()
    };
    let lenient = ran(MISSPELT, &[]).ends_with(0).json();
    assert_eq!(lenient.answer("asked"), "pass");
    let region = &lenient.rule("asked")["notes"][0]["policy"];
    assert_eq!(*region, json!({"line": 5, "column": 28, "end_line": 5, "end_column": 41}));

    let strict = ran(MISSPELT, &["--strict"]).ends_with(3).json();
    assert_eq!(strict.answer("asked"), "unknown");
    assert!(!strict.is_complete());
    assert!(strict.rule("asked")["unread"].to_string().contains("`api.group.*`"));

    let expected = MISSPELT.replace("select: role", "allow_unmatched: true\n    select: role");
    assert_eq!(ran(&expected, &["--strict"]).ends_with(0).json().answer("asked"), "pass");

    let said = rolelint(&healthy()).check(MISSPELT).run().ends_with(0).stdout;
    assert!(said.contains("note: asked (policy.yaml:5:28): `api.group.*`"), "{said}");
}

#[test]
fn an_unmatched_name_in_where_is_accepted_if_the_rule_allows_empty() {
    let rule = "select: user\nwhere: {email: mallory@acme.example}\nforbid: {holds: {permission: api.groups.write}}";
    assert!(matches!(notes(rule).as_slice(), [(note, true)] if note.contains("no user has this email")));
    let expected = format!("allow_empty: true\n{rule}");
    assert!(matches!(notes(&expected).as_slice(), [(note, false)] if note.contains("no user has this email")));
}

#[test]
fn built_in_rules_note_only_words_that_people_set() {
    let only = |args: &[&str]| {
        let args = ["--only", "contractor-holds-write-permission", "--format", "json"].iter().chain(args).copied();
        rolelint(&acme()).args(["check"]).args(args).run().json()
    };
    let rule = "contractor-holds-write-permission";
    assert_eq!(only(&[]).rule(rule)["notes"], json!([]));
    let given = only(&["--param", "contractors=['*@contractr.acme.example', '*']"]);
    let notes = given.rule(rule)["notes"].to_string();
    assert!(notes.contains("`*@contractr.acme.example`: no user has such an email"), "{notes}");
    assert_eq!(given.rule(rule)["notes"].as_array().map(Vec::len), Some(1));
}
