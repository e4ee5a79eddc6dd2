//! Answers that contradict themselves, and texts that nobody can read: the field is unknown, and the report says why.

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, FakeApi, Fault, What, When};
use crate::support::harness::{Json, rolelint, text};
use crate::support::small::{Case, ask, ask_together, report, small, with};

/// What a rule says that it cannot know, in one text.
fn reasons(api: &FakeApi, rule: &str) -> String {
    let report = report(api, &[(rule, "")]);
    assert_eq!(report.rule("rule-0")["verdict"], "unknown", "{}", report.0);
    report.0.to_string()
}

#[test]
fn a_list_that_contradicts_itself_leaves_the_field_unknown() {
    let cases: [(&str, Value, Case, &str); 8] = [
        (
            "/organization/users",
            json!({"id": "user-bob", "user": {"email": "bob@evil.example"}}),
            ("select: user\nforbid: { email: '*@evil.example' }", "unknown Bob"),
            "with different values of `email`",
        ),
        (
            "/organization/users",
            json!({"id": "user-bob", "email": "bob@evil.example"}),
            ("select: user\nforbid: { email: '*@evil.example' }", "unknown Bob"),
            "with different values of `email`",
        ),
        (
            "/organization/users",
            json!({"id": "user-cyd", "role": "owner"}),
            ("select: user\nwhere: { email: '*@partner.example' }\nforbid: { holds: { role: owner } }", "unknown Cyd"),
            "with different values of `role`",
        ),
        (
            "/organization/users",
            json!({"id": "user-bob", "user": {"banned": true}}),
            ("select: user\nforbid: { banned: true }", "unknown Bob"),
            "with different values of `banned`",
        ),
        (
            "/organization/roles",
            json!({"id": "role_1", "predefined_role": true}),
            (
                "select: role\nwhere: { predefined_role: false }\nforbid: { permissions: api.groups.write }",
                "unknown Writer",
            ),
            "responses disagree on the `predefined_role` of role role_1",
        ),
        (
            "/organization/roles",
            json!({"id": "role_3", "permissions": ["api.groups.write"]}),
            ("select: role\nwhere: { name: Blank }\nforbid: { permissions: api.groups.write }", "unknown Blank"),
            "responses disagree on the `permissions` of role role_3",
        ),
        (
            "/organization/groups",
            json!({"id": "group_3", "is_scim_managed": true}),
            ("select: group\nforbid: { is_scim_managed: false }", "violation Files; unknown Void"),
            "with different values of `is_scim_managed`",
        ),
        (
            "/organization/admin_api_keys",
            json!({"id": "key_demo", "expires_at": null, "name": "Other"}),
            ("select: admin_api_key\nforbid: { name: Other }", "unknown key_demo"),
            "with different values of `name`",
        ),
    ];
    for (path, item, (rule, answer), why) in cases {
        let api = with(&[(path, What::AddItem(item))]);
        ask(&api, &[(rule, answer)]);
        let said = report(&api, &[(rule, "")]).0.to_string();
        assert!(said.contains(why), "{rule}: {said}");
    }
}

#[test]
fn a_value_in_one_copy_overrides_null_in_another() {
    let api = with(&[("/organization/users", What::AddItem(json!({"id": "user-dee", "email": "dee@evil.example"})))]);
    ask(&api, &[("select: user\nforbid: { email: '*@evil.example' }", "violation Dee")]);
}

#[test]
fn a_role_listed_twice_has_the_sources_of_both_copies() {
    let again = json!({
        "id": "role_1",
        "assignment_sources": [{"principal_id": "group_3", "principal_type": "group"}],
    });
    let api = with(&[("/organization/users/user-bob/roles", What::AddItem(again))]);
    ask(
        &api,
        &[
            ("select: user\nwhere: { name: Bob }\nforbid: { holds: { role: Writer, via: direct } }", "violation Bob"),
            (
                "select: user\nwhere: { name: Bob }\nforbid: { holds: { role: Writer, via: { group: { name: Void } } } }",
                "violation Bob",
            ),
        ],
    );
}

#[test]
fn a_membership_that_only_a_role_tells_of_is_unknown() {
    let from_ops = json!({
        "id": "role_4",
        "assignment_sources": [{"principal_id": "group_1", "principal_type": "group"}],
    });
    let api = with(&[("/organization/users/user-bob/roles", What::AddItem(from_ops))]);
    let cases = [
        ("select: user\nwhere: { name: Bob }\nforbid: { holds: { role: Toolbox } }", "violation Bob"),
        ("select: user\nwhere: { name: Bob }\nforbid: { groups: { name: Ops } }", "unknown Bob"),
        ("select: user\nwhere: { name: Bob }\nrequire: { groups: { name: Ops } }", "unknown Bob"),
        ("select: group\nwhere: { name: Ops }\nforbid: { members: { name: Bob } }", "unknown Ops"),
        ("select: group\nwhere: { name: Ops }\nrequire: { members: { count: { max: 2 } } }", "unknown Ops"),
        ("select: user\nwhere: { name: Cyd }\nforbid: { groups: { name: Ops } }", "violation Cyd"),
        ("select: user\nwhere: { name: Cyd }\nforbid: { groups: { name: Files } }", "pass"),
        ("select: group\nwhere: { name: Void }\nforbid: { members: {} }", "pass"),
    ];
    ask_together(&api, &cases);
    let why = "the API reports that user user-bob holds role Toolbox through group Ops, but that group does not list the user";
    for finding in report(&api, &cases).0["findings"].as_array().expect("a list") {
        let unknown = finding["status"] == "unknown";
        assert_eq!(unknown, finding["missing"].to_string().contains(why), "{finding}");
    }
}

#[test]
fn two_lists_that_contradict_each_other_leave_the_field_unknown() {
    let bob = "/organization/users/user-bob/roles";
    let custom = "select: role\nwhere: { predefined_role: false }\nforbid: { permissions: api.groups.write }";
    let cases: [(&str, Value, &str, &str, &str); 4] = [
        (
            bob,
            json!({"id": "role_1", "predefined_role": true}),
            custom,
            "unknown Writer",
            "responses disagree on the `predefined_role` of role role_1",
        ),
        (
            bob,
            json!({"id": "role_1", "name": "Reader"}),
            "select: role\nforbid: { name: Writer }",
            "unknown role_1",
            "responses disagree on the `name` of role role_1",
        ),
        (
            "/organization/groups/group_2/users",
            json!({"id": "user-bob", "email": "bob@evil.example"}),
            "select: user\nforbid: { email: '*@evil.example', groups: { name: Files } }",
            "unknown Bob",
            "responses disagree on the `email` of user user-bob",
        ),
        (
            "/organization/groups/group_2/users",
            json!({"id": "user-bob", "is_service_account": true}),
            "select: user\nforbid: { is_service_account: true, groups: { name: Files } }",
            "violation Dee; unknown Bob",
            "responses disagree on the `is_service_account` of user user-bob",
        ),
    ];
    for (path, item, rule, answer, why) in cases {
        let report = report_with_roles(&with(&[(path, What::AddItem(item))]), rule);
        assert_eq!(report.answer("rule-0"), answer, "{rule}: {}", report.0);
        assert!(report.0.to_string().contains(why), "{rule}: {}", report.0);
    }
    // Capitals make no other address.
    let same = json!({"id": "user-bob", "email": "BOB@acme.example"});
    let api = with(&[("/organization/groups/group_2/users", What::AddItem(same))]);
    let report = report_with_roles(&api, "select: user\nforbid: { email: '*@evil.example', groups: { name: Files } }");
    assert_eq!(report.answer("rule-0"), "pass", "{}", report.0);
}

/// The report on a rule, where another one makes us read the roles of each user.
fn report_with_roles(api: &FakeApi, rule: &str) -> Json {
    report(api, &[(rule, ""), ("select: user\nforbid: { holds: { permission: api.none } }", "")])
}

#[test]
fn an_empty_list_of_admin_keys_is_incomplete() {
    let nothing = What::Body(json!({"data": [], "has_more": false}).to_string());
    let api = with(&[("/organization/admin_api_keys", nothing)]);
    let said = reasons(&api, "select: admin_api_key\nforbid: { expires_at: null }");
    assert!(said.contains("the list of admin keys is empty, but it must contain the key in use"), "{said}");
}

#[test]
fn an_unreadable_text_makes_only_its_field_unknown() {
    let bytes = |of: &str, are: &[u8]| What::Bytes { of: of.to_owned(), are: are.to_vec() };
    let cases: [(&str, What, Case, &str); 7] = [
        (
            "/organization/users",
            bytes(r#""Bob""#, br#""Bob \ud83d""#),
            ("select: user\nforbid: { name: 'Bob*' }", "unknown user-bob"),
            "`name` of user-bob is not readable text",
        ),
        (
            "/organization/users",
            bytes("cyd@partner.example", b"cyd\xff@partner.example"),
            ("select: user\nforbid: { email: '*@partner.example' }", "unknown Cyd"),
            "`email` of user-cyd is not readable text",
        ),
        (
            "/organization/roles",
            bytes(r#""Writes""#, br#""Writes \udc4d""#),
            ("select: role\nforbid: { description: 'Writes*' }", "unknown Writer"),
            "`description` of role role_1 is not readable text",
        ),
        (
            "/organization/roles",
            bytes(r#""Writes""#, br#""Writes \udc4d""#),
            ("select: role\nwhere: { name: Writer }\nforbid: { permissions: api.groups.write }", "violation Writer"),
            "",
        ),
        (
            "/organization/roles",
            bytes(r#""api.batch.read""#, b"\"api.batch.read\xc3\""),
            ("select: role\nwhere: { name: Toolbox }\nforbid: { permissions: api.none }", "unknown Toolbox"),
            "`permissions` of role role_4 is not readable text",
        ),
        (
            "/organization/groups",
            bytes(r#""Ops""#, b"\"Ops\xed\xa0\xbd\""),
            ("select: group\nforbid: { name: 'Ops*' }", "unknown group_1"),
            "`name` of group_1 is not readable text",
        ),
        (
            "/organization/admin_api_keys",
            bytes(r#""demo key""#, br#""\ud83d""#),
            ("select: admin_api_key\nforbid: { name: demo key }", "unknown key_demo"),
            "`name` of key_demo is not readable text",
        ),
    ];
    for (path, what, (rule, answer), why) in cases {
        // The role of somebody else must not hide it.
        let api = with(&[(path, what)]);
        let said = report(&api, &[(rule, "")]);
        assert_eq!(said.answer("rule-0"), answer, "{rule}: {}", said.0);
        assert!(said.0.to_string().contains(why), "{rule}: {}", said.0);
    }
}

#[test]
fn unreadable_fields_are_the_same_from_a_snapshot_and_after_resuming() {
    let fault = Fault {
        path: "/organization/users".to_owned(),
        when: When::Always,
        what: What::Bytes { of: r#""Bob""#.to_owned(), are: br#""\ud83d""#.to_vec() },
    };
    let hang = Fault { path: "/organization/invites".to_owned(), when: When::First(1), what: What::Status(503) };
    let api = FakeApi::start(small(), Behaviour { faults: vec![fault, hang], ..Behaviour::default() });
    let policy = "version: 1\nrules: [{ id: names, select: user, forbid: { name: Robert } }]\n";
    let folder = tempfile::tempdir().expect("a folder");
    let fetch = || rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run();
    let ran = fetch().ends_with(0);
    assert!(ran.stderr.contains("warning: users: `name` of user-bob is not readable text"), "{}", ran.stderr);
    let check = || rolelint(&api).inside(folder.path()).check(policy).args(["--format", "json"]);
    let (live, kept) = (check().run().ends_with(3), check().args(["--snapshot", "org.jsonl"]).run().ends_with(3));
    assert_eq!(live.json().answer("names"), "unknown user-bob");
    let findings = |report: &Value| report["findings"].clone();
    assert_eq!(findings(&live.json().0), findings(&kept.json().0));
    let rows = kept.json();
    let remarks = rows.coverage("users")["remarks"].as_array().expect("remarks").clone();
    assert_eq!(remarks.iter().map(text).collect::<Vec<_>>(), ["`name` of user-bob is not readable text"]);
    assert_eq!(rows.state("users"), "complete");
}

#[test]
fn an_error_that_nobody_can_read_and_a_key_that_stands_twice_are_no_list() {
    let rule = "select: admin_api_key\nforbid: { name: 'never*' }";
    for are in
        [&b"\"object\":\"list\",\"error\":{\"message\":\"refus\xe9\"}"[..], b"\"object\":\"list\",\"has_more\":false"]
    {
        let what = What::Bytes { of: r#""object":"list""#.to_owned(), are: are.to_vec() };
        let said = report(&with(&[("/organization/admin_api_keys", what)]), &[(rule, "")]);
        assert_eq!(said.rule("rule-0")["verdict"], "unknown", "{}", String::from_utf8_lossy(are));
    }
}

#[test]
fn a_wildcard_passes_no_limit() {
    let mut organization = small();
    organization.roles.iter_mut().find(|role| role.id == "role_1").expect("a role").permissions = vec!["*".to_owned()];
    let api = FakeApi::start(organization, Behaviour::default());
    for assertion in [
        "require: { permissions: { only: [api.files.read] } }",
        "forbid: { permissions: { any: '*.write', except: [api.files.write] } }",
        "require: { permissions: { count: { max: 3 } } }",
    ] {
        let said = report(&api, &[(&format!("select: role\nwhere: {{ id: role_1 }}\n{assertion}"), "")]);
        assert_eq!(said.rule("rule-0")["verdict"], "violation", "{assertion}");
    }
}
