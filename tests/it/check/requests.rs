//! The roles of users are asked for one by one and slowly: so only of those that a rule can be about, and never of fewer.

use crate::support::fake::{FakeApi, What};
use crate::support::harness::text;
use crate::support::small::{Case, ask, healthy, report, with, without};

const EVERYBODY: &str = "ada bob cyd dee eve";

/// The users whose roles were asked for, in one line.
fn asked(api: &FakeApi, from: usize) -> String {
    let requests = api.requests();
    let paths = requests[from..].iter().filter_map(|request| request.path.strip_prefix("/v1/organization/users/user-"));
    let mut names: Vec<&str> = paths.filter_map(|path| path.strip_suffix("/roles")).collect();
    names.sort_unstable();
    names.join(" ")
}

#[track_caller]
fn asks(api: &FakeApi, cases: &[Case], whose: &str) {
    let from = api.requests().len();
    let report = report(api, cases);
    assert_eq!(asked(api, from), whose, "{cases:?}");
    for (number, (rule, expected)) in cases.iter().enumerate() {
        assert_eq!(report.answer(&format!("rule-{number}")), *expected, "{rule}");
    }
}

#[test]
fn only_users_that_a_rule_can_be_about_are_requested() {
    let table: [(Case, &str); 13] = [
        (("select: user\nwhere: {email: BOB@acme.example}\nforbid: {holds: {role: Writer}}", "violation Bob"), "bob"),
        (("select: user\nwhere: {is_service_account: true}\nforbid: {holds: {role: Filer}}", "violation Dee"), "dee"),
        (("select: user\nwhere: {not: {role: reader}}\nforbid: {holds: {role: Filer}}", "violation Dee"), "ada dee"),
        (("select: user\nwhere: {email: null}\nrequire: {holds: {none: {}}}", "violation Dee"), "dee"),
        (
            (
                "select: user\nwhere: {role: reader, groups: {name: Ops}}\nforbid: {holds: {role: Writer}}",
                "violation Cyd, Eve",
            ),
            "bob cyd eve",
        ),
        (
            (
                "select: user\nwhere: {any: [{name: Ada}, {groups: {name: Ops}}]}\nforbid: {holds: {role: Toolbox}}",
                "violation Cyd, Eve",
            ),
            EVERYBODY,
        ),
        (
            (
                "select: user\nwhere: {api_key_last_used_at: {older_than: 90d}}\nforbid: {holds: {permission: '*.write'}}",
                "violation Cyd",
            ),
            "cyd",
        ),
        (("select: user\nforbid: {holds: {role: Writer}, name: Bob}", "violation Bob"), EVERYBODY),
        (("select: user\nwhere: {name: Nobody}\nforbid: {holds: {}}", "vacuous"), ""),
        (("select: user\nwhere: {name: Bob, holds: {role: Writer}}\ncount: {max: 0}", "violation organization"), "bob"),
        (("select: user\nwhere: {name: Bob}\nforbid: {groups: {none: {}}}", "violation Bob"), ""),
        (("select: grant\nwhere: {user: Bob}\nforbid: {role: Writer}", "violation Writer of bob@acme.example"), "bob"),
        (("select: role\nforbid: {holders: {user: Bob}, name: Writer}", "violation Writer"), EVERYBODY),
    ];
    let api = healthy();
    for (case, whose) in table {
        asks(&api, &[case], whose);
    }
}

#[test]
fn a_rule_about_related_users_requests_their_roles() {
    let api = healthy();
    // Of Cyd alone, each would be answered otherwise.
    let cases: [Case; 5] = [
        (
            "select: user\nwhere: {name: Cyd}\nforbid: {holds: {role: {holders: {user: Bob, via: direct}}}}",
            "violation Cyd",
        ),
        (
            "select: user\nwhere: {name: Cyd}\nforbid: {holds: {role: {name: Writer, holders: {count: 4}}}}",
            "violation Cyd",
        ),
        (
            "select: user\nwhere: {name: Cyd}\nforbid: {groups: {members: {holds: {role: Writer, via: direct}}}}",
            "violation Cyd",
        ),
        (
            "select: user\nwhere: {name: Cyd}\nforbid: {holds: {via: {group: {members: {holds: {role: Writer, via: direct}}}}}}",
            "violation Cyd",
        ),
        ("select: user\nwhere: {name: Cyd, groups: {members: {holds: {via: direct}}}}\nforbid: {}", "violation Cyd"),
    ];
    for case in cases {
        asks(&api, &[case], EVERYBODY);
    }
}

#[test]
fn several_rules_together_request_everybody_that_one_of_them_needs() {
    let bob: Case = ("select: user\nwhere: {name: Bob}\nforbid: {holds: {role: Writer}}", "violation Bob");
    let dee: Case = ("select: user\nwhere: {email: null}\nforbid: {holds: {role: Filer}}", "violation Dee");
    let roles: Case = ("select: role\nforbid: {name: Blank}", "violation Blank");
    let unheld: Case = ("select: role\nforbid: {holders: {count: 0}}", "violation Blank");
    asks(&healthy(), &[bob, dee, roles], "bob dee");
    asks(&healthy(), &[bob, dee, unheld], EVERYBODY);
}

#[test]
fn users_that_a_rule_may_be_about_are_requested() {
    let case: Case = ("select: user\nwhere: {is_scim_managed: false}\nforbid: {holds: {role: Filer}}", "unknown Dee");
    asks(&with(&[("/organization/users", without("is_scim_managed"))]), &[case], EVERYBODY);
}

#[test]
fn what_no_rule_needs_is_not_a_gap_but_is_reported() {
    let report = report(&healthy(), &[("select: user\nwhere: {name: Bob}\nforbid: {holds: {role: Blank}}", "")]);
    assert_eq!(report.answer("rule-0"), "pass");
    assert!(report.is_complete());
    let row = report.coverage("user_roles");
    assert_eq!((text(&row["state"]), &row["requests"]), ("complete", &serde_json::json!(1)));
    assert_eq!(row["unasked"], 4);
}

#[test]
fn users_known_only_from_a_group_are_requested_too() {
    let stranger = What::AddItem(serde_json::json!({"id": "user-zoe", "name": "Zoe"}));
    let role = serde_json::json!({"id": "role_3", "name": "Blank", "created_by": "user-mallory", "permissions": []});
    let held = What::Body(serde_json::json!({"data": [role], "has_more": false, "next": null}).to_string());
    let api = with(&[("/organization/groups/group_2/users", stranger), ("/organization/users/user-zoe/roles", held)]);
    ask(&api, &[("select: role\nforbid: { created_by: user-mallory }", "violation Blank")]);
}
