//! The doctor: one request to each endpoint, and which rules this key could not answer.

use std::collections::BTreeSet;

use crate::support::fake::{Behaviour, FakeApi, KEY, Organization, Request, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};
use crate::support::small::{denied, small, with};

const RULES: &str = "version: 1\nrules:\n  \
    - { id: on-roles, select: role, forbid: { name: None } }\n  \
    - { id: on-users, select: user, forbid: { holds: { role: None } } }\n";

/// The lines, latencies left out.
fn lines(stdout: &str) -> Vec<String> {
    let plain = |line: &str| format!("{} {}", line[..23].trim(), line[24..34].trim());
    stdout.lines().skip(1).map(|line| if line.starts_with("  ") { plain(line) } else { line.to_owned() }).collect()
}

#[test]
fn a_key_that_may_read_everything_answers_every_rule() {
    let api = acme();
    let ran = rolelint(&api).args(["doctor"]).run().ends_with(0);
    // Nobody has put a group or a service account into the first project.
    insta::assert_snapshot!(lines(&ran.stdout).join("\n"), @"
    roles allowed
    users allowed
    user_roles allowed
    groups allowed
    group_roles allowed
    group_members allowed
    projects allowed
    project_users allowed
    project_groups allowed
    project_roles allowed
    project_user_roles allowed
    project_group_roles not tried
    service_accounts allowed
    service_account_roles not tried
    api_keys allowed
    admin_api_keys allowed
    invites allowed
    audit_logs allowed
    all 27 rules can be answered
    ");
    assert_eq!(ran.stderr, "");
    // One request to each endpoint, for as little as can be asked for; of projects, one that is not archived is needed.
    let requests = api.requests();
    let templates: BTreeSet<String> = requests.iter().map(Request::template).collect();
    assert_eq!((requests.len(), templates.len()), (16, 16));
    for request in requests.iter().filter(|request| request.path != "/v1/organization/projects") {
        assert!(request.query == "limit=1" || request.query.starts_with("limit=1&"), "{request:?}");
    }
}

#[test]
fn doctor_names_the_rules_that_would_be_unknown_and_the_missing_scope() {
    let api = faulty(small(), "/organization/users/*/roles", When::Always, denied("api.roles.read"));
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    assert!(ran.stdout.contains("GET /organization/users/{id}/roles: 403, the key lacks the scope api.roles.read"));
    assert!(ran.stdout.ends_with("\n1 of 2 rules would be unknown: on-users\n"), "{}", ran.stdout);
    assert_eq!(
        ran.stderr,
        "help: an owner can create a new admin key with the permission Read only; editing the old key may not help\n"
    );
}

#[test]
fn doctor_suggests_a_scope_if_the_api_names_none_unless_the_key_is_wrong() {
    let api = with(&[("/organization/groups", What::Status(404)), ("/organization/users", What::Status(401))]);
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    let line = |collection: &str| {
        let found = ran.stdout.lines().find(|line| line.split_whitespace().next() == Some(collection));
        found.unwrap_or_else(|| panic!("no line on {collection}")).to_owned()
    };
    assert!(line("groups").ends_with("not found; it usually requires the scope api.groups.read"), "{}", line("groups"));
    assert!(!line("users").contains("scope"), "{}", line("users"));
    assert!(
        line("group_roles").ends_with("no groups to try it with: the list is empty or could not be read"),
        "{}",
        line("group_roles")
    );
}

#[test]
fn a_wrong_key_leaves_every_rule_unknown_and_is_not_shown() {
    let api = faulty(small(), "**", When::Always, What::Status(401));
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    let said = lines(&ran.stdout);
    assert_eq!(said[0], "roles denied");
    assert_eq!(said[2], "user_roles not tried");
    assert_eq!(said[18..], ["no rule can be answered"]);
    assert_eq!(
        ran.stderr,
        "help: check that the admin key is complete, is not revoked and belongs to this organization; an owner makes a new one at https://platform.openai.com/settings/organization/admin-keys\n"
    );
    assert!(!ran.stdout.contains(KEY) && !ran.stderr.contains(KEY));
}

#[test]
fn an_organization_without_groups_is_complete() {
    let mut organization = small();
    organization.groups.clear();
    let api = FakeApi::start(organization, Behaviour::default());
    let ran = rolelint(&api).args(["doctor"]).run().ends_with(0);
    assert_eq!(lines(&ran.stdout)[3..6], ["groups allowed", "group_roles not tried", "group_members not tried"]);
}

#[test]
fn an_empty_list_that_a_check_cannot_use_has_failed() {
    let policy = "version: 1\nrules:\n  \
        - { id: on-users, select: user, forbid: { email: None } }\n  \
        - { id: on-roles, select: role, where: { scope: organization }, forbid: { name: None } }\n  \
        - { id: in-projects, select: project, forbid: { roles: { name: None } } }\n  \
        - { id: on-keys, select: admin_api_key, forbid: { name: None } }\n";
    for (path, collection, unknown) in [
        ("/organization/users", "users", "on-users"),
        ("/organization/roles", "roles", "on-roles"),
        ("/projects/*/roles", "project_roles", "in-projects"),
        ("/organization/admin_api_keys", "admin_api_keys", "on-keys"),
    ] {
        let empty = || What::Body(r#"{"data": [], "has_more": false}"#.to_owned());
        let api = faulty(Organization::acme(), path, When::Always, empty());
        let run = |command: &str| {
            let run = rolelint(&api).file("policy.yaml", policy).args([command, "--policy", "policy.yaml"]);
            run.args(if command == "check" { &["--format", "json"][..] } else { &[] }.iter().copied()).run()
        };
        let ran = run("doctor").ends_with(3);
        assert!(lines(&ran.stdout).contains(&format!("{collection} failed")), "{}", ran.stdout);
        let verdict = ran.stdout.lines().last().expect("a verdict").to_owned();
        let checked = run("check").json();
        let rules = checked.rules_that_are("unknown");
        assert!(rules.contains(&unknown), "{path}: {rules:?}");
        for rule in rules {
            assert!(verdict.contains(rule), "{path}: {rule} is not in {verdict}");
        }
    }
}

#[test]
fn an_empty_list_of_users_is_not_believed() {
    let mut organization = small();
    organization.users.clear();
    let api = FakeApi::start(organization, Behaviour::default());
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    assert_eq!(lines(&ran.stdout)[18..], ["1 of 2 rules would be unknown: on-users"]);
}

#[test]
fn a_bad_policy_or_a_missing_key_sends_no_request() {
    let api = acme();
    rolelint(&api).file("policy.yaml", "version: 2\n").args(["doctor", "--policy", "policy.yaml"]).run().ends_with(2);
    rolelint(&api).without("OPENAI_ADMIN_KEY").args(["doctor"]).run().ends_with(2);
    offline().args(["doctor"]).run().ends_with(2);
    assert_eq!(api.requests(), []);
}

#[test]
fn doctor_covers_the_rules_that_a_check_selects() {
    let api = FakeApi::start(small(), Behaviour::default());
    let doctor = |args: &[&str]| {
        let run = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]);
        run.args(args.iter().copied()).run()
    };
    assert!(doctor(&[]).ends_with(0).stdout.ends_with("all 2 rules can be answered\n"));
    assert!(doctor(&["--only", "on-roles"]).ends_with(0).stdout.ends_with("the rule can be answered\n"));
    assert!(doctor(&["--skip", "on-role"]).ends_with(2).stderr.contains("did you mean `on-roles`?"));
}
