//! Rules about what stands in projects, and about keys and invitations: each attribute and relation fires and passes, what
//! is missing is named, and no rule asks for more than its words need.

mod attributes;
mod unread;

use crate::support::fake::{
    AdminApiKey, ApiKey, Behaviour, FakeApi, Fault, Invite, InviteProject, Organization, Project, ProjectGroup,
    ProjectUser, Role, ServiceAccount, What, When,
};
use crate::support::harness::{Json, rolelint, text};
use crate::support::small::{Case, ask, at, report, small};

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
        "admin key Legacy (adm_2) of bob@acme.example: role is reader (bob@acme.example)"
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

fn healthy_without_attic() -> FakeApi {
    let mut organization = with_projects();
    organization.projects.truncate(2);
    FakeApi::start(organization, Behaviour::default())
}
