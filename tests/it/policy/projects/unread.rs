//! Which lists of projects are requested, and what is unknown if they are not read.

use super::{healthy, with, with_projects};
use crate::support::fake::{Behaviour, FakeApi, ProjectUser, What};
use crate::support::harness::rolelint;
use crate::support::small::{Case, ask, denied, report};

#[test]
fn unread_data_is_unknown_and_named_with_its_scope() {
    const SCOPE: &str = "api.scope.read";
    let table: &[(&str, &[Case])] = &[
        (
            "/organization/projects",
            &[
                ("select: project\nforbid: {name: X}", "unknown"),
                ("select: api_key\nforbid: {name: X}", "unknown"),
                ("select: service_account\ncount: {max: 9}", "unknown organization"),
                ("select: admin_api_key\nforbid: {expires_at: null}", "unknown CI, CI, Left, Legacy, Old, Robot's"),
                ("select: user\nwhere: {name: Ada}\nforbid: {holds: {permission: api.none}}", "unknown Ada"),
                ("select: invite\nforbid: {projects: {status: archived}}", "unknown inv_2"),
            ],
        ),
        (
            "/organization/projects/*/users",
            &[
                ("select: project\nforbid: {members: {none: {}}}", "unknown Attic, Production, Staging"),
                ("select: user\nwhere: {name: Cyd}\nforbid: {projects: {some: {}}}", "unknown Cyd"),
                ("select: user\nwhere: {name: Dee}\nrequire: {holds: {none: {scope: project}}}", "unknown Dee"),
            ],
        ),
        (
            "/organization/projects/*/groups",
            &[
                ("select: group\nforbid: {projects: {some: {}}}", "unknown Files, Ops, Void"),
                ("select: user\nwhere: {name: Cyd}\nforbid: {holds: {scope: project}}", "unknown Cyd"),
            ],
        ),
        (
            "/organization/projects/*/service_accounts",
            &[
                ("select: service_account\nforbid: {role: owner}", "unknown"),
                ("select: project\nforbid: {service_accounts: {some: {}}}", "unknown Attic, Production, Staging"),
                (
                    "select: api_key\nwhere: {name: \"Robot's\"}\nforbid: {service_account: {role: owner}}",
                    "unknown Robot's",
                ),
                (
                    "select: project\nwhere: {name: Staging}\nrequire: {holders: {every: {principal: user}}}",
                    "unknown Staging",
                ),
            ],
        ),
        (
            "/organization/projects/*/api_keys",
            &[
                ("select: api_key\nforbid: {owner_project_access: inactive}", "unknown"),
                ("select: project\nforbid: {api_keys: {some: {}}}", "unknown Attic, Production, Staging"),
                ("select: admin_api_key\ncount: {max: 6}", "unknown organization"),
                ("select: admin_api_key\ncount: {max: 7}", "vacuous"),
            ],
        ),
        (
            "/projects/*/roles",
            &[
                ("select: role\nforbid: {name: Nobody}", "unknown"),
                ("select: project\nforbid: {roles: {name: Deployer}}", "unknown Attic, Production, Staging"),
            ],
        ),
        (
            "/projects/*/users/*/roles",
            &[
                ("select: user\nforbid: {holds: {permission: api.deploy.write}}", "unknown Ada, Bob"),
                ("select: service_account\nforbid: {holds: {permission: api.deploy.write}}", "unknown Quiet, Robot"),
            ],
        ),
        ("/projects/*/groups/*/roles", &[("select: group\nforbid: {holds: {scope: project}}", "unknown Ops")]),
        ("/organization/admin_api_keys", &[("select: admin_api_key\nforbid: {expires_at: null}", "unknown")]),
        ("/organization/invites", &[("select: invite\nforbid: {role: owner}", "unknown")]),
    ];
    for (path, cases) in table {
        let api = with(&[(path, denied(SCOPE))]);
        ask(&api, cases);
        for case in *cases {
            let report = report(&api, &[*case]);
            let rule = report.rule("rule-0");
            // A number of things has no reason of its own.
            let findings = report.findings().filter(|finding| finding["subject"]["kind"] != "organization");
            let findings: String = findings.map(ToString::to_string).collect();
            if rule["verdict"] == "vacuous" {
                continue;
            }
            assert!(rule["unread"].to_string().contains(SCOPE), "{}: {rule}", case.0);
            assert!(findings.is_empty() || findings.contains(SCOPE), "{}: {findings}", case.0);
        }
    }
}

#[test]
fn a_snapshot_of_some_collections_answers_no_rule_that_reads_others() {
    let api = healthy();
    let snapshot = |only: &str| {
        let fetched = rolelint(&api).args(["fetch", "-o", "-", "--only", only]).run().ends_with(0);
        fetched.stdout
    };
    let table: [(&str, &[&str]); 6] = [
        (
            "projects",
            &[
                "select: project\n    forbid: {members: {name: X}}",
                "select: project\n    forbid: {holders: {permission: api.none}}",
                "select: project\n    forbid: {api_keys: {name: X}}",
                "select: role\n    forbid: {name: X}",
                "select: user\n    forbid: {name: X}",
            ],
        ),
        (
            "service_accounts",
            &[
                "select: service_account\n    forbid: {holds: {permission: api.none}}",
                "select: service_account\n    forbid: {groups: {name: Ops}}",
            ],
        ),
        (
            "api_keys",
            &[
                "select: api_key\n    forbid: {owner: {name: X}}",
                "select: admin_api_key\n    forbid: {expires_at: null}",
            ],
        ),
        ("admin_api_keys", &["select: admin_api_key\n    forbid: {expires_at: null}"]),
        ("invites", &["select: invite\n    forbid: {projects: {status: archived}}"]),
        (
            "user_roles",
            &[
                "select: user\n    forbid: {holds: {scope: organization, permission: api.none}}",
                "select: grant\n    forbid: {scope: project}",
                "select: role\n    forbid: {holders: {scope: project, permission: api.none}}",
            ],
        ),
    ];
    for (only, rules) in table {
        let snapshot = snapshot(only);
        for rule in rules {
            let policy = format!("version: 1\nrules:\n  - id: asked\n    {rule}\n");
            let ran = rolelint(&api).file("org.jsonl", &snapshot).check(&policy);
            let report = ran.args(["--snapshot", "org.jsonl", "--format", "json"]).run().ends_with(3).json();
            let rule_row = report.rule("asked");
            assert_eq!(rule_row["verdict"], "unknown", "{only}: {rule}");
            let not_read = |unread: &serde_json::Value| unread["collection"].is_string() && unread["detail"].is_null();
            assert!(rule_row["unread"].as_array().is_some_and(|all| all.iter().any(not_read)), "{only}: {rule_row}");
        }
    }
}

/// What was asked for, from that request on, each path once, ids left out of it.
fn asked(api: &FakeApi, from: usize) -> Vec<String> {
    let requests = api.requests();
    let paths = requests[from..].iter().map(|request| text_of(&request.path));
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths.dedup();
    paths
}

fn text_of(path: &str) -> String {
    path.split('?').next().unwrap_or_default().trim_start_matches("/v1/").to_owned()
}

#[test]
fn only_what_the_policy_needs_is_requested() {
    let api = healthy();
    let groups = ["organization/groups", "organization/groups/group_1/roles", "organization/groups/group_1/users"];
    let cases: &[(Case, &[&str])] = &[
        (("select: project\nforbid: {status: archived}", "violation Attic"), &["organization/projects"]),
        (("select: role\nwhere: {scope: organization}\nforbid: {name: Deployer}", "pass"), &["organization/roles"]),
        (("select: invite\nforbid: {role: owner}", "violation inv_1"), &["organization/invites"]),
        (
            ("select: service_account\nforbid: {role: owner}", "violation Robot"),
            &[
                "organization/projects",
                "organization/projects/proj_1/service_accounts",
                "organization/projects/proj_2/service_accounts",
                "organization/projects/proj_3/service_accounts",
            ],
        ),
    ];
    for (case, expected) in cases {
        let from = api.requests().len();
        assert_eq!(report(&api, &[*case]).answer("rule-0"), case.1, "{}", case.0);
        assert_eq!(asked(&api, from), *expected, "{}", case.0);
    }
    let from = api.requests().len();
    let case: Case = (
        "select: user\nwhere: {email: bob@acme.example}\nforbid: {holds: {scope: organization, role: Writer}}",
        "violation Bob",
    );
    assert_eq!(report(&api, &[case]).answer("rule-0"), case.1);
    let paths = asked(&api, from);
    assert!(paths.iter().all(|path| !path.contains("projects")), "{paths:?}");
    assert!(groups.iter().all(|path| paths.contains(&(*path).to_owned())), "{paths:?}");

    // Of users' roles in projects, those of one user.
    let from = api.requests().len();
    let case: Case = (
        "select: user\nwhere: {email: bob@acme.example}\nforbid: {holds: {scope: project, role: owner}}",
        "violation Bob",
    );
    assert_eq!(report(&api, &[case]).answer("rule-0"), case.1);
    let paths = asked(&api, from);
    let of_users: Vec<&String> = paths.iter().filter(|path| path.contains("/users/user-")).collect();
    assert_eq!(of_users, ["projects/proj_1/users/user-bob/roles", "projects/proj_2/users/user-bob/roles"]);

    // Only where service accounts can be meant are they asked for.
    for (principal, wanted) in [("", true), (", principal: [user, group]", false), (", user: Ada", false)] {
        let rule = format!("select: role\nforbid: {{holders: {{scope: organization, role: Blank{principal}}}}}");
        let from = api.requests().len();
        assert_eq!(report(&api, &[(rule.as_str(), "")]).answer("rule-0"), "pass");
        assert_eq!(asked(&api, from).iter().any(|path| path.ends_with("/service_accounts")), wanted, "{principal}");
    }
}

#[test]
fn somebody_in_a_project_only_is_requested_too() {
    let mut organization = with_projects();
    organization.projects[1].users.push(ProjectUser { id: "user-zoe".to_owned(), ..ProjectUser::default() });
    let api = FakeApi::start(organization, Behaviour::default());
    let rules: [Case; 4] = [
        // What she holds in the organization, the API does not say.
        ("select: user\nforbid: {holds: {permission: api.none}}", "unknown user-zoe"),
        ("select: user\nforbid: {holds: {scope: organization, permission: api.none}}", "pass"),
        ("select: project\nforbid: {members: {id: user-zoe}}", "violation Staging"),
        ("select: api_key\nforbid: {owner: {id: user-zoe}}", "pass"),
    ];
    ask(&api, &rules);
}

#[test]
fn the_owner_relation_is_unknown_if_the_owner_is_unknown() {
    let body = |owner: &str| {
        What::Body(format!(
            r#"{{"object":"list","has_more":false,"data":[{{"object":"organization.admin_api_key","id":"adm_9","name":"Odd","created_at":1,"expires_at":null,"last_used_at":null,"owner":{owner}}}]}}"#
        ))
    };
    let rules = |answers: [&'static str; 3]| -> [Case<'static>; 3] {
        [
            ("select: admin_api_key\nforbid: {owner: Ada}", answers[0]),
            ("select: admin_api_key\nforbid: {owner: {none: {}}}", answers[1]),
            ("select: admin_api_key\nrequire: {owner: {role: owner}}", answers[2]),
        ]
    };
    let odd = "violation Odd";
    let table = [
        (r#"{"type":"user","id":"user-ada"}"#, [odd, "pass", "pass"]),
        // Whatever the API calls it: it is Ada's.
        (r#"{"type":"tenant_user","id":"user-ada"}"#, [odd, "pass", "pass"]),
        (r#"{"type":"service_account","id":"svc_1"}"#, ["pass", odd, odd]),
        (r#"{"type":"user","id":"user-gone"}"#, ["pass", odd, odd]),
        ("null", ["pass", odd, odd]),
        (r#"{"type":"user"}"#, ["unknown Odd", "unknown Odd", "unknown Odd"]),
    ];
    for (owner, answers) in table {
        ask(&with(&[("/organization/admin_api_keys", body(owner))]), &rules(answers));
    }
}
