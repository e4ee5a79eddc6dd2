//! Rules about what stands in projects, and about keys and invitations: each attribute and relation fires and passes, what
//! is missing is named, and no rule asks for more than its words need.

use crate::support::fake::{
    AdminApiKey, ApiKey, Behaviour, FakeApi, Fault, Invite, InviteProject, Organization, Project, ProjectGroup,
    ProjectUser, Role, ServiceAccount, What, When,
};
use crate::support::harness::{Json, rolelint, text};
use crate::support::small::{Case, ask, at, denied, report, small};

/// The small organization with projects. Ada owns Production; Bob is a member there and deploys, and owns Staging; whoever
/// is in Ops owns Production. Robot owns Production, too, and has a key; Quiet stands in Staging and has nothing. In both
/// projects there is a key CI, and a role Deployer. Attic is archived, and has a key. The admin key Legacy never expires,
/// and is no owner's. Two are invited: Fay to own, Gil to Production.
fn with_projects() -> Organization {
    let user = |id: &str, role: Option<&str>, roles: &[&str]| ProjectUser {
        id: id.to_owned(),
        role: role.map(str::to_owned),
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        added_at: at("2026-02-01"),
    };
    let account = |id: &str, name: &str, role: Option<&str>| ServiceAccount {
        id: id.to_owned(),
        name: name.to_owned(),
        role: role.map(str::to_owned),
        created_at: at("2026-02-01"),
        ..ServiceAccount::default()
    };
    let deployer = |id: &str, permission: &str| Role {
        id: id.to_owned(),
        name: "Deployer".to_owned(),
        description: Some("Deploys".to_owned()),
        permissions: vec![permission.to_owned()],
        ..Role::default()
    };
    let key = |id: &str, name: &str, owner: &str, last_used: Option<&str>| ApiKey {
        id: id.to_owned(),
        name: name.to_owned(),
        owner: owner.to_owned(),
        created_at: at("2026-02-10"),
        last_used_at: last_used.map(at),
        ..ApiKey::default()
    };
    let admin = |id: &str, name: &str, owner: &str, expires: Option<&str>| AdminApiKey {
        id: id.to_owned(),
        name: name.to_owned(),
        owner: owner.to_owned(),
        created_at: at("2026-01-10"),
        expires_at: expires.map(at),
        last_used_at: Some(at("2026-05-20")),
    };
    let invite = |id: &str, email: &str, role: &str, status: &str, projects: &[&str]| Invite {
        id: id.to_owned(),
        email: email.to_owned(),
        role: role.to_owned(),
        status: status.to_owned(),
        created_at: at("2026-05-20"),
        expires_at: Some(at("2026-06-20")),
        accepted_at: (status == "accepted").then(|| at("2026-05-21")),
        projects: projects.iter().map(|&id| InviteProject { id: id.to_owned(), role: "member".to_owned() }).collect(),
    };
    let project = |id: &str, name: &str| Project {
        id: id.to_owned(),
        name: name.to_owned(),
        created_at: at("2025-07-01"),
        ..Project::default()
    };
    Organization {
        projects: vec![
            Project {
                users: vec![user("user-ada", Some("owner"), &[]), user("user-bob", Some("member"), &["role_p1"])],
                groups: vec![ProjectGroup {
                    id: "group_1".to_owned(),
                    roles: vec!["role-api-project-owner".to_owned()],
                    added_at: at("2026-02-01"),
                }],
                service_accounts: vec![account("svc_1", "Robot", Some("owner"))],
                roles: vec![deployer("role_p1", "api.deploy.write")],
                api_keys: vec![
                    key("key_1", "CI", "user-bob", Some("2026-05-30")),
                    key("key_2", "Robot's", "svc_1", None),
                    ApiKey { inactive: true, ..key("key_3", "Left", "user-dee", Some("2026-02-20")) },
                ],
                ..project("proj_1", "Production")
            },
            Project {
                users: vec![user("user-bob", Some("owner"), &["role_p2"])],
                service_accounts: vec![account("svc_2", "Quiet", None)],
                roles: vec![deployer("role_p2", "api.deploy.read")],
                api_keys: vec![key("key_4", "CI", "user-bob", Some("2026-05-30"))],
                ..project("proj_2", "Staging")
            },
            Project {
                archived: true,
                archived_at: Some(at("2026-03-01")),
                api_keys: vec![key("key_5", "Old", "user-ada", None)],
                ..project("proj_3", "Attic")
            },
        ],
        admin_api_keys: vec![
            admin("adm_1", "Terraform", "user-ada", Some("2026-12-31")),
            admin("adm_2", "Legacy", "user-bob", None),
        ],
        invites: vec![
            invite("inv_1", "fay@partner.example", "owner", "pending", &[]),
            invite("inv_2", "gil@acme.example", "reader", "accepted", &["proj_1"]),
        ],
        ..small()
    }
}

pub(super) fn healthy() -> FakeApi {
    FakeApi::start(with_projects(), Behaviour::default())
}

pub(super) fn with(faults: &[(&str, What)]) -> FakeApi {
    let fault =
        |(path, what): &(&str, What)| Fault { path: (*path).to_owned(), when: When::Always, what: what.clone() };
    FakeApi::start(with_projects(), Behaviour { faults: faults.iter().map(fault).collect(), ..Behaviour::default() })
}

/// A rule on things of a kind that forbids this.
fn forbid(api: &FakeApi, kind: &str, cases: &[(&str, &str)]) {
    let rules: Vec<(String, &str)> =
        cases.iter().map(|(condition, answer)| (format!("select: {kind}\nforbid: {condition}"), *answer)).collect();
    let rules: Vec<(&str, &str)> = rules.iter().map(|(rule, answer)| (rule.as_str(), *answer)).collect();
    ask(api, &rules);
}

#[test]
fn each_attribute_of_a_project_fires_and_passes() {
    let cases = [
        ("{id: proj_2}", "violation Staging"),
        ("{name: 'P*'}", "violation Production"),
        ("{status: ARCHIVED}", "violation Attic"),
        ("{status: deleted}", "pass"),
        ("{created_at: {before: 2025-08-01}}", "violation Attic, Production, Staging"),
        ("{archived_at: {older_than: 10d}}", "violation Attic"),
        ("{archived_at: null}", "violation Production, Staging"),
        ("{holders: {principal: group}}", "violation Production"),
        ("{holders: {none: {}}}", "violation Attic"),
        ("{holders: {user: Cyd, role: owner}}", "violation Production"),
        ("{holders: {permission: api.deploy.write}}", "violation Production"),
        ("{holders: {permission: 'api.deploy.*', via: direct}}", "violation Production, Staging"),
        ("{holders: {role: No Such Role}}", "pass"),
        // A role of the organization reaches every project, and a rule on roles asks for those that are held there.
        (
            "{holders: {permission: api.groups.write, role: {predefined_role: false}}}",
            "violation Attic, Production, Staging",
        ),
        ("{holders: {role: {permissions: api.groups.write}, user: Cyd}}", "violation Attic, Production, Staging"),
        ("{holders: {permission: api.groups.write, role: {predefined_role: false}, scope: project}}", "pass"),
        ("{holders: {role: Toolbox}}", "pass"),
        ("{holders: {where: {role: owner}, count: {min: 4}}}", "violation Production"),
        ("{members: {name: Ada}}", "violation Production"),
        // Cyd is in the project through a group: its list does not have her.
        ("{members: {name: Cyd}}", "pass"),
        ("{members: {none: {}}}", "violation Attic"),
        ("{members: {every: {email: 'bob@*'}}}", "violation Attic, Staging"),
        ("{service_accounts: {role: owner}}", "violation Production"),
        ("{service_accounts: {name: Quiet, role: none}}", "violation Staging"),
        ("{api_keys: {count: {min: 2}}}", "violation Production"),
        ("{api_keys: {last_used_at: null}}", "violation Attic, Production"),
        ("{roles: {permissions: api.deploy.write}}", "violation Production"),
        ("{roles: {name: Deployer}}", "violation Production, Staging"),
    ];
    forbid(&healthy(), "project", &cases);
}

#[test]
fn each_attribute_of_a_service_account_fires_and_passes() {
    let cases = [
        ("{id: svc_1}", "violation Robot"),
        ("{name: quiet}", "pass"),
        ("{role: owner}", "violation Robot"),
        ("{role: none}", "violation Quiet"),
        ("{created_at: {newer_than: 365d}}", "violation Quiet, Robot"),
        ("{project: Production}", "violation Robot"),
        ("{project: {status: archived}}", "pass"),
        ("{holds: {permission: 'api.organization.projects.api_keys.write'}}", "violation Robot"),
        ("{holds: {none: {}}}", "violation Quiet"),
        ("{holds: {scope: organization}}", "pass"),
        ("{groups: {some: {}}}", "pass"),
    ];
    forbid(&healthy(), "service_account", &cases);
}

#[test]
fn each_attribute_of_keys_and_invitations_fires_and_passes() {
    let api = healthy();
    let keys = [
        ("{id: key_4}", "violation CI"),
        ("{name: CI}", "violation CI, CI"),
        ("{created_at: {after: 2026-03-01}}", "pass"),
        ("{last_used_at: null}", "violation Old, Robot's"),
        ("{last_used_at: {older_than: 90d}}", "violation Left"),
        ("{owner_project_access: inactive}", "violation Left"),
        ("{project: Staging}", "violation CI"),
        ("{project: {status: archived}}", "violation Old"),
        ("{owner: Bob}", "violation CI, CI"),
        ("{owner: {role: owner}}", "violation Old"),
        ("{owner: {none: {}}}", "violation Robot's"),
        ("{owner: {holds: {scope: project, role: owner}}}", "violation CI, CI, Old"),
        ("{service_account: Robot}", "violation Robot's"),
        ("{service_account: {role: none}}", "pass"),
    ];
    forbid(&api, "api_key", &keys);
    let admin_keys = [
        ("{id: adm_1}", "violation Terraform"),
        // The list has the keys of projects, too.
        ("{name: CI}", "pass"),
        ("{created_at: {older_than: 90d}}", "violation Legacy, Terraform"),
        ("{expires_at: null}", "violation Legacy"),
        ("{expires_at: {before: 2027-01-01}}", "violation Terraform"),
        ("{expires_at: {within: 365d}}", "violation Terraform"),
        ("{expires_at: {within: 90d}}", "pass"),
        ("{expires_at: {later_than: 90d}}", "violation Terraform"),
        ("{expires_at: {newer_than: 365d}}", "pass"),
        ("{not: {expires_at: {within: 365d}}}", "violation Legacy"),
        ("{last_used_at: {older_than: 30d}}", "pass"),
        ("{not: {owner: {role: owner}}}", "violation Legacy"),
        ("{owner: {groups: {name: Ops}}}", "pass"),
    ];
    forbid(&api, "admin_api_key", &admin_keys);
    let invites = [
        ("{id: inv_2}", "violation inv_2"),
        ("{email: FAY@partner.example}", "violation inv_1"),
        ("{role: owner}", "violation inv_1"),
        ("{status: accepted}", "violation inv_2"),
        ("{status: expired}", "pass"),
        ("{created_at: {newer_than: 30d}}", "violation inv_1, inv_2"),
        ("{expires_at: {before: 2026-06-01}}", "pass"),
        ("{accepted_at: null}", "violation inv_1"),
        ("{projects: {name: Production}}", "violation inv_2"),
        ("{projects: {none: {}}}", "violation inv_1"),
    ];
    forbid(&api, "invite", &invites);
    let counts: [Case; 4] = [
        ("select: admin_api_key\ncount: {max: 1}", "violation organization"),
        ("select: admin_api_key\ncount: 2", "pass"),
        ("select: api_key\nwhere: {project: Production}\nexactly: {name: [CI, Left, \"Robot's\"]}", "pass"),
        ("select: invite\nwhere: {status: pending}\nexactly: {email: []}", "violation inv_1"),
    ];
    ask(&api, &counts);
}

#[test]
fn grants_in_projects_are_those_of_users_groups_and_service_accounts() {
    let cases = [
        (
            "{scope: project, role: owner}",
            "violation owner of Ada@acme.example in Production, owner of Ops in Production, owner of Robot in Production, \
             owner of bob@acme.example in Staging, owner of cyd@partner.example in Production, owner of eve@acme.example \
             in Production",
        ),
        ("{principal: service_account}", "violation owner of Robot in Production"),
        ("{service_account: Robot, via: membership}", "violation owner of Robot in Production"),
        ("{project: Staging, via: membership}", "violation owner of bob@acme.example in Staging"),
        (
            "{scope: project, via: {group: {name: Ops}}}",
            "violation owner of cyd@partner.example in Production, owner of eve@acme.example in Production",
        ),
        (
            "{scope: project, role: {predefined_role: false}}",
            "violation Deployer of bob@acme.example in Production, Deployer of bob@acme.example in Staging",
        ),
        ("{project: {status: archived}}", "pass"),
    ];
    forbid(&healthy(), "grant", &cases);
    let cases = [
        ("{scope: project, permissions: api.deploy.write}", "violation Deployer"),
        ("{scope: project, predefined_role: true, holders: {none: {}}}", "violation viewer"),
        ("{scope: organization, name: Deployer}", "pass"),
        ("{projects: {name: Staging}, predefined_role: false}", "violation Deployer"),
    ];
    forbid(&healthy(), "role", &cases);
    let cases = [
        ("{holds: {scope: project, role: owner}}", "violation Ada, Bob, Cyd, Eve"),
        ("{holds: {project: Production, role: owner}}", "violation Ada, Cyd, Eve"),
        ("{holds: {scope: organization, permission: api.deploy.write}}", "pass"),
        ("{holds: {permission: api.deploy.write}}", "violation Bob"),
        ("{projects: {count: {min: 2}}}", "violation Bob"),
        ("{projects: {every: {name: Production}}, name: [Ada, Bob]}", "violation Ada"),
    ];
    forbid(&healthy(), "user", &cases);
    forbid(
        &healthy(),
        "group",
        &[("{projects: {name: Production}}", "violation Ops"), ("{holds: {project: Staging}}", "pass")],
    );
}

#[test]
fn a_service_account_holds_roles_of_the_organization_through_a_group() {
    let mut organization = with_projects();
    organization.groups[1].members.push("svc_2".to_owned());
    // As a user, it has nothing of its own.
    let path = "/organization/users/svc_2/roles".to_owned();
    let what = What::Body(r#"{"object":"list","data":[],"has_more":false,"next":null}"#.to_owned());
    let faults = vec![Fault { path, when: When::Always, what }];
    let api = FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() });
    let cases: [Case; 4] = [
        ("select: service_account\nforbid: {holds: {scope: organization}}", "violation Quiet"),
        (
            "select: grant\nwhere: {scope: organization}\nforbid: {principal: service_account}",
            "violation Filer of Quiet",
        ),
        ("select: role\nforbid: {holders: {scope: organization, principal: service_account}}", "violation Filer"),
        (
            "select: role\nwhere: {scope: organization}\nforbid: {holders: {none: {scope: organization, principal: [user, group]}}}",
            "violation Blank",
        ),
    ];
    ask(&api, &cases);
}

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

/// The paths of all findings.
fn paths(report: &Json) -> Vec<String> {
    report.findings().flat_map(|finding| report.paths(finding)).collect()
}

#[test]
fn a_path_goes_by_way_of_the_project() {
    let api = healthy();
    let rule = "select: user\nwhere: {name: Cyd}\nforbid: {holds: {scope: project, permission: '*.api_keys.write'}}";
    let report_ = report(&api, &[(rule, "")]);
    let permission = "api.organization.projects.api_keys.write";
    let path = format!(
        "user user-cyd → group group_1 → project proj_1 → role role-api-project-owner → permission {permission}"
    );
    assert_eq!(paths(&report_), [path]);
    let policy = format!("version: 1\nrules:\n  - id: owns\n    {}\n", rule.replace('\n', "\n    "));
    let said = rolelint(&api).check(&policy).run().stdout;
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains(&format!("• cyd@partner.example → group Ops → project Production → role owner → {permission}")),
        "{said}"
    );

    let key = report(&api, &[("select: api_key\nforbid: {project: {status: archived}}", "")]);
    assert_eq!(paths(&key), ["api_key key_5 → project proj_3"]);
    let key = report(&api, &[("select: admin_api_key\nrequire: {owner: {role: owner}}", "")]);
    assert_eq!(paths(&key), ["admin_api_key adm_2 → user user-bob"]);
    assert_eq!(
        key.findings().next().expect("one")["message"],
        "admin API key Legacy (adm_2) of bob@acme.example: role is reader (bob@acme.example)"
    );
}

#[test]
fn things_with_one_name_in_two_projects_are_distinguished() {
    let api = healthy();
    let rules: [Case; 4] = [
        ("select: api_key\nwhere: {name: CI}\nforbid: {owner: Bob}", "violation CI, CI"),
        (
            "select: role\nwhere: {scope: project, predefined_role: false}\nforbid: {name: Deployer}",
            "violation Deployer, Deployer",
        ),
        (
            "select: grant\nforbid: {role: Deployer}",
            "violation Deployer of bob@acme.example in Production, Deployer of bob@acme.example in Staging",
        ),
        ("select: api_key\nwhere: {name: CI}\ncount: {max: 1}", "violation organization"),
    ];
    ask(&api, &rules);
    let report = report(&api, &rules);
    let mut seen = std::collections::BTreeSet::new();
    for finding in report.findings() {
        assert!(seen.insert(text(&finding["fingerprint"]).to_owned()), "twice: {finding}");
    }
    let messages: Vec<&str> = report.findings().map(|finding| text(&finding["message"])).collect();
    for project in ["Production", "Staging"] {
        assert!(
            messages.iter().any(|message| message.contains(&format!("of bob@acme.example in project {project}"))),
            "{messages:?}"
        );
        assert!(
            messages.iter().any(|message| message.contains(&format!("role Deployer in project {project}"))),
            "{messages:?}"
        );
    }
    let counted = report.findings().find(|finding| finding["rule"] == "rule-3").expect("counted");
    let counted: Vec<&str> =
        counted["evidence"].as_array().expect("a list").iter().map(|one| text(&one["value"])).collect();
    assert_eq!(
        counted,
        ["CI (key_1) of bob@acme.example in project Production", "CI (key_4) of bob@acme.example in project Staging"]
    );
    let subject =
        report.findings().find(|finding| finding["subject"]["id"] == "key_4").expect("found")["subject"].clone();
    assert_eq!(subject["project"], serde_json::json!({"kind": "project", "id": "proj_2", "name": "Staging"}));
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

#[test]
fn an_unknown_word_is_noted_or_does_not_load() {
    let api = healthy();
    let noted = [
        ("select: project\nforbid: {status: archivd}", "archivd", "archived"),
        ("select: service_account\nforbid: {role: ownr}", "ownr", "owner"),
        ("select: invite\nforbid: {status: pendng}", "pendng", "pending"),
        ("select: api_key\nforbid: {owner_project_access: inactve}", "inactve", "inactive"),
        ("select: api_key\nforbid: {project: Stagin}", "Stagin", "Staging"),
        ("select: api_key\nforbid: {owner: {email: bob@acme.exmple}}", "bob@acme.exmple", "bob@acme.example"),
        ("select: service_account\nforbid: {name: Robto}", "Robto", "Robot"),
        ("select: user\nforbid: {holds: {scope: project, role: Deplyer}}", "Deplyer", "Deployer"),
        (
            "select: user\nforbid: {holds: {scope: project, permission: api.deploy.wirte}}",
            "api.deploy.wirte",
            "api.deploy.write",
        ),
        ("select: role\nforbid: {scope: organisation}", "organisation", "organization"),
    ];
    for (rule, literal, near) in noted {
        let notes = report(&api, &[(rule, "")]).rule("rule-0")["notes"].to_string();
        assert!(notes.contains(&format!("`{literal}`")) && notes.contains(&format!("`{near}`")), "{rule}: {notes}");
    }
    // That no project is archived is no mistake.
    let known = report(&healthy_without_attic(), &[("select: project\nforbid: {status: archived}", "")]);
    assert_eq!(known.rule("rule-0")["notes"], serde_json::json!([]));

    for (condition, help) in [
        ("{scope: organisation}", "did you mean `organization`?"),
        ("{holds: {scope: [organization, projekt]}}", "did you mean `project`?"),
        ("{holds: {scope: null}}", "it is one of: organization, project"),
        ("{holds: {principal: usr}}", "did you mean `user`?"),
        ("{holds: {principal: {except: robot}}}", "it is one of: user, service_account, group"),
    ] {
        let kind = if condition.starts_with("{scope") { "grant" } else { "user" };
        let policy = format!("version: 1\nrules:\n  - id: asked\n    select: {kind}\n    forbid: {condition}\n");
        let ran = rolelint(&api).check(&policy).run().ends_with(2);
        assert!(ran.stderr.contains(help), "{condition}: {}", ran.stderr);
    }
}

fn healthy_without_attic() -> FakeApi {
    let mut organization = with_projects();
    organization.projects.truncate(2);
    FakeApi::start(organization, Behaviour::default())
}
