//! A service account whose id the lists of users have as well: what it holds as a user, it holds.

use crate::check::asked::asks_of;
use crate::fetch::random_history::peopled;
use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, ProjectUser, User, What, When};
use crate::support::harness::{offline, rolelint};
use crate::support::small::{Case, ask, at, report};

/// The first service account of Alpha is also an owner of the organization with the role Filer, and an owner of Beta with
/// the role Keeper.
fn organization() -> Organization {
    let mut organization = peopled(1_780_000_000);
    organization.users.push(User {
        id: "svc_1".to_owned(),
        name: "deploy".to_owned(),
        role: Some("owner".to_owned()),
        roles: vec!["role_2".to_owned()],
        added_at: at("2025-06-01"),
        created: at("2025-06-01"),
        is_service_account: true,
        ..User::default()
    });
    organization.projects[1].users.push(ProjectUser {
        id: "svc_1".to_owned(),
        role: Some("owner".to_owned()),
        roles: vec!["role_13".to_owned()],
        added_at: at("2026-03-01"),
    });
    organization
}

const IN_ORGANIZATION: Case =
    ("select: service_account\nforbid: {holds: {scope: organization, role: owner}}", "violation svc_1");
const IN_PROJECT: Case = ("select: service_account\nforbid: {holds: {project: Beta, role: Keeper}}", "violation svc_1");

#[test]
fn it_holds_what_it_holds_as_a_user() {
    let api = FakeApi::start(organization(), Behaviour::default());
    ask(
        &api,
        &[
            IN_ORGANIZATION,
            IN_PROJECT,
            (
                "select: service_account\nforbid: {holds: {scope: organization, permission: api.roles.write}}",
                "violation svc_1",
            ),
            (
                "select: service_account\nforbid: {holds: {scope: organization, via: direct, role: Filer}}",
                "violation svc_1",
            ),
            ("select: service_account\nforbid: {holds: {scope: organization, via: membership}}", "violation svc_1"),
            (
                "select: service_account\nforbid: {holds: {project: Beta, via: membership, role: owner}}",
                "violation svc_1, svc_3",
            ),
            ("select: service_account\nforbid: {holds: {project: Alpha, role: owner}}", "pass"),
            ("select: service_account\nforbid: {holds: {count: {min: 5}}}", "violation svc_1"),
            ("select: service_account\nforbid: {holds: {count: {min: 6}}}", "pass"),
            (
                "select: grant\nwhere: {principal: service_account, scope: organization}\nforbid: {role: Filer}",
                "violation Filer of svc_1",
            ),
            ("select: role\nforbid: {holders: {service_account: svc_1}, name: Filer}", "violation Filer"),
            ("select: project\nforbid: {holders: {principal: service_account, role: Keeper}}", "violation Beta"),
            // It is one principal, like Ada.
            (
                "select: role\nwhere: {id: role-api-organization-owner}\nforbid: {holders: {where: {scope: organization}, count: {min: 3}}}",
                "pass",
            ),
        ],
    );
}

#[test]
fn what_it_holds_as_a_user_is_unknown_where_it_was_not_read() {
    for (path, rule) in [
        ("/organization/users", IN_ORGANIZATION),
        (
            "/organization/users/svc_1/roles",
            ("select: service_account\nforbid: {holds: {scope: organization, role: Filer}}", ""),
        ),
        ("/organization/projects/proj_2/users", IN_PROJECT),
        ("/projects/proj_2/users/svc_1/roles", IN_PROJECT),
        (
            "/projects/proj_2/users/svc_1/roles",
            ("select: project\nwhere: {name: Beta}\nforbid: {holders: {principal: service_account, role: Keeper}}", ""),
        ),
        (
            "/organization/users/svc_1/roles",
            ("select: grant\nwhere: {principal: service_account, scope: organization}\nforbid: {role: Filer}", ""),
        ),
    ] {
        let fault = Fault { path: path.to_owned(), when: When::Always, what: What::Status(403) };
        let api = FakeApi::start(organization(), Behaviour { faults: vec![fault], ..Behaviour::default() });
        let report = report(&api, &[rule]);
        assert!(report.answer("rule-0").starts_with("unknown"), "{path}, {}: {}", rule.0, report.answer("rule-0"));
        assert!(report.0.to_string().contains(path), "{path}: {}", report.0);
    }
}

#[test]
fn a_finding_shows_the_path_that_it_takes_as_a_user() {
    let api = FakeApi::start(organization(), Behaviour::default());
    let policy = format!("version: 1\nrules:\n- {{ id: r, {} }}\n", IN_PROJECT.0.replace('\n', ", "));
    let ran = rolelint(&api).check(&policy).run().ends_with(1);
    assert!(ran.stdout.contains("• service account svc_1 → project Beta → role Keeper\n"), "{}", ran.stdout);
}

#[test]
fn the_roles_of_users_are_requested_of_service_accounts_alone() {
    let policy = "version: 1\nrules:\n- { id: a, select: service_account, forbid: { holds: { role: Filer } } }\n";
    for command in ["plan", "explain"] {
        let rule = if command == "explain" { &["a"][..] } else { &[] };
        let ran =
            offline().file("p.yaml", policy).args([command]).args(rule.iter().copied()).args(["--policy", "p.yaml"]);
        let told = ran.run().ends_with(0).stdout;
        for line in [
            "user_roles            1 request for each service account that is a user",
            "project_user_roles    1 request for each service account that is a user of a project that is not its own",
        ] {
            assert!(told.contains(line), "{told}");
        }
    }
    asks_of(
        organization(),
        "- { id: a, select: service_account, forbid: { holds: { scope: organization, role: Filer } } }",
        "groups
         groups/_/roles 1 2 3
         groups/_/users 1 2 3
         projects
         projects/_/service_accounts p1 p2 p3
         roles
         users
         users/_/roles svc_1",
    );
    asks_of(
        organization(),
        "- { id: a, select: service_account, forbid: { holds: { scope: project, role: Keeper } } }",
        "groups
         groups/_/users 1 2 3
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1 p1/2 p2/2
         projects/_/roles p1 p2 p3
         projects/_/service_accounts p1 p2 p3
         projects/_/users p1 p2 p3
         projects/_/users/_/roles p1/svc_1 p1/svc_2 p2/svc_1 p2/svc_3",
    );
    asks_of(
        organization(),
        "- { id: a, select: grant, where: { principal: service_account, scope: organization }, forbid: { role: Blank } }
- { id: b, select: user, where: { name: Bob }, forbid: { holds: { scope: organization, role: Blank } } }",
        "groups
         groups/_/roles 1 2 3
         groups/_/users 1 2 3
         projects
         projects/_/service_accounts p1 p2 p3
         roles
         users
         users/_/roles bob svc_1",
    );
}
