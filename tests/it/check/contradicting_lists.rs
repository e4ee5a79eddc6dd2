//! Lists that contradict themselves from one page to the next, or from one item to the next: nothing of it is a pass.

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, Project, What, When};
use crate::support::harness::rolelint;
use crate::support::small::{ask, at, report, small, with};

fn pages(path: &str, pages: &[What]) -> Vec<Fault> {
    // The first that covers a page counts.
    let of = |(number, what): (usize, &What)| Fault {
        path: path.to_owned(),
        when: When::FromPage(number + 1),
        what: what.clone(),
    };
    pages.iter().enumerate().rev().map(of).collect()
}

fn page(body: &Value) -> What {
    What::Body(body.to_string())
}

fn api(organization: Organization, faults: Vec<Fault>) -> FakeApi {
    FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() })
}

fn with_project(archived: bool) -> Organization {
    let project = Project {
        id: "proj_1".to_owned(),
        name: "Zed".to_owned(),
        archived,
        created_at: at("2025-06-01"),
        archived_at: archived.then(|| at("2026-05-01")),
        ..Project::default()
    };
    Organization { projects: vec![project], ..small() }
}

#[test]
fn an_archived_project_that_lists_one_page_and_refuses_the_next_has_members_that_nobody_read() {
    let bob = json!({"object": "organization.project.user", "id": "user-bob", "name": "Bob", "role": "member",
        "email": "bob@acme.example", "added_at": at("2026-01-01")});
    let first = page(&json!({"object": "list", "data": [bob], "has_more": true, "last_id": "user-bob"}));
    let faults = pages("/organization/projects/proj_1/users", &[first, What::Status(400)]);
    let rule = "select: project\nwhere: { status: archived }\nforbid: { members: { email: '*@partner.example' } }";
    ask(&api(with_project(true), faults), &[(rule, "unknown Zed")]);
}

#[test]
fn a_service_account_that_two_lists_show_with_different_roles_may_have_either() {
    let item = |of: &str, role: &str| Fault {
        path: format!("/organization/projects/proj_1/{of}"),
        when: When::Always,
        what: What::AddItem(json!({"id": "svc_1", "name": "deploy", "role": role, "created_at": at("2026-01-01")})),
    };
    let accounts = "select: service_account\nforbid: { role: owner }";
    let users = "select: project\nforbid: { members: { email: nobody@acme.example } }";
    for (as_user, answer) in [("owner", "unknown deploy"), ("member", "pass")] {
        let faults = vec![item("users", as_user), item("service_accounts", "member")];
        let report = report(&api(with_project(false), faults), &[(accounts, ""), (users, "")]);
        assert_eq!(report.answer("rule-0"), answer, "{}", report.0);
        let why = "the users and the service accounts of project proj_1 disagree on the `role` of svc_1";
        assert_eq!(report.0.to_string().contains(why), answer != "pass");
    }
}

#[test]
fn a_last_page_that_leads_on_is_followed_over_an_empty_page() {
    let held = |data: Value, next: Option<&str>| page(&json!({"data": data, "has_more": false, "next": next}));
    let filer = json!([{"id": "role_2", "name": "Filer", "permissions": ["api.files.read"], "predefined_role": false}]);
    let rule = "select: user\nwhere: { name: Bob }\nforbid: { holds: { role: Filer } }";
    let roles = "/organization/users/user-bob/roles";
    let shown = [held(json!([]), Some("a")), held(json!([]), Some("b")), held(filer, None)];
    ask(&api(small(), pages(roles, &shown[1..])), &[(rule, "violation Bob")]);
    ask(&api(small(), pages(roles, &shown)), &[(rule, "unknown Bob")]);
}

#[test]
fn a_project_that_is_listed_as_archived_and_as_active_may_have_members() {
    let archived = json!({"id": "proj_1", "status": "archived", "archived_at": at("2026-05-01")});
    let refused = |part: &str| Fault {
        path: format!("/organization/projects/proj_1/{part}"),
        when: When::Always,
        what: What::Status(400),
    };
    let twice = Fault { path: "/organization/projects".to_owned(), when: When::Always, what: What::AddItem(archived) };
    let faults = vec![twice, refused("users"), refused("service_accounts")];
    let rule = "select: project\nforbid: { members: { email: 'mallory@*' } }";
    ask(&api(with_project(false), faults), &[(rule, "unknown Zed")]);
}

#[test]
fn a_last_page_that_leads_on_is_followed() {
    let role = |id: &str, permissions: &[&str]| {
        json!({"object": "role", "id": id, "name": id, "permissions": permissions, "predefined_role": false,
            "resource_type": "api.organization"})
    };
    let list = |data: Value, has_more: bool, next: Option<&str>| {
        page(&json!({"object": "list", "data": data, "has_more": has_more, "next": next}))
    };
    let all = [
        list(json!([role("role_a", &["api.files.read"])]), false, Some("x")),
        list(json!([]), true, Some("y")),
        list(json!([role("role_b", &["api.groups.write"])]), false, None),
    ];
    let api = api(small(), pages("/organization/roles", &all));
    let report = report(&api, &[("select: role\nforbid: { permissions: '*.write' }", "")]);
    assert!(report.answer("rule-0").starts_with("violation role_b"), "{}", report.answer("rule-0"));
}

#[test]
fn a_role_in_the_list_of_another_scope_or_of_no_known_scope_is_no_pass() {
    let role = |id: &str, resource_type: &str| {
        What::AddItem(json!({"object": "role", "id": id, "name": id, "permissions": ["api.secret.write"],
            "predefined_role": false, "resource_type": resource_type}))
    };
    let of_organization = "select: role\nwhere: { scope: organization, predefined_role: false }\nforbid: { permissions: api.secret.write }";
    let of_project = of_organization.replace("organization", "project");
    let asked = |path: &str, resource_type: &str, rule: &str| {
        let fault = Fault { path: path.to_owned(), when: When::Always, what: role("role_x", resource_type) };
        report(&api(with_project(false), vec![fault]), &[(rule, ""), (of_organization, "")]).answer("rule-0")
    };
    for resource_type in ["api.project", "chatgpt.workspace", "", "api.organization "] {
        assert_eq!(asked("/organization/roles", resource_type, of_organization), "unknown role_x", "{resource_type}");
    }
    assert_eq!(asked("/organization/roles", "API.Organization", of_organization), "violation role_x");
    let in_project = "/projects/proj_1/roles";
    assert_eq!(asked(in_project, "api.project", &of_project), "violation role_x");
    // The list of a project may repeat roles of the organization, but only those that the organization lists.
    assert_eq!(asked(in_project, "api.organization", &of_project), "unknown");
}

#[test]
fn what_was_made_while_it_was_collected_is_new() {
    let soon = std::time::UNIX_EPOCH.elapsed().expect("a clock that is right").as_secs() + 60;
    let key = json!({"object": "organization.admin_api_key", "id": "key_new", "name": "New", "expires_at": null,
        "created_at": soon, "redacted_value": "sk-admin...new", "last_used_at": null,
        "owner": {"type": "user", "id": "user-ada", "name": "Ada", "role": "owner"}});
    let api = with(&[("/organization/admin_api_keys", What::AddItem(key))]);
    let policy = "version: 1\nrules: [{ id: new, select: admin_api_key, where: { name: New }, \
                  forbid: { created_at: { newer_than: 7d } } }]\n";
    // As of now, and of no other day.
    let checked = rolelint(&api).file("new.yaml", policy).args(["check", "new.yaml", "--format", "json"]).run();
    assert_eq!(checked.json().answer("new"), "violation New");
}

#[test]
fn two_organizations_in_one_answer_are_no_answer() {
    for path in ["/organization/invites", "/organization/roles"] {
        let api = with(&[(path, What::Organizations(["org-small", "org-evil"]))]);
        let policy = "version: 1\nrules:\n\
                      - { id: a, select: invite, allow_empty: true, forbid: { role: owner } }\n\
                      - { id: b, select: role, forbid: { permissions: nothing.at.all } }\n";
        let ran = rolelint(&api).check(policy).run();
        assert_eq!(ran.code, 3, "{path}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_status_that_says_that_something_is_left_out_is_no_list() {
    let rule = "select: invite\nallow_empty: true\nforbid: { role: owner }";
    for status in [203, 204, 206, 304] {
        let api = with(&[("/organization/invites", What::Status(status))]);
        assert_eq!(report(&api, &[(rule, "")]).rule("rule-0")["verdict"], "unknown", "{status}");
    }
}

#[test]
fn a_member_to_whom_a_group_gives_another_address_has_none_for_certain() {
    let cyd = json!({"id": "user-cyd", "name": "Cyd", "email": "cyd@elsewhere.example"});
    let api = with(&[("/organization/groups/*/users", What::AddItem(cyd))]);
    ask(
        &api,
        &[("select: user\nwhere: { name: Cyd, groups: {} }\nforbid: { email: '*@elsewhere.example' }", "unknown Cyd")],
    );
}

#[test]
fn a_member_whom_no_list_of_users_has_and_a_group_lists_twice_with_two_addresses_has_none_for_certain() {
    let zoe = |email: &str| json!({"id": "user-zoe", "name": "Zoe", "email": email});
    for (one, other) in [("zoe@acme.example", "zoe@partner.example"), ("zoe@partner.example", "zoe@acme.example")] {
        let members = json!({"data": [zoe(one), zoe(other)], "has_more": false});
        let api = with(&[("/organization/groups/*/users", What::Body(members.to_string()))]);
        let rule = "select: user\nwhere: { name: Zoe, groups: {} }\nforbid: { email: '*@partner.example' }";
        let report = report(&api, &[(rule, "")]);
        assert_eq!(report.answer("rule-0"), "unknown Zoe");
        let why = report.0["findings"][0]["missing"].to_string();
        assert!(why.contains("has user-zoe more than once, with different values of `email`"), "{why}");
    }
}
