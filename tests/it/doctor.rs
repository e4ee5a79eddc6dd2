//! The doctor: one request to each endpoint, and which rules this key could not answer.

use crate::fake::{Behaviour, FakeApi, KEY, What, When};
use crate::harness::{acme, faulty, offline, rolelint};
use crate::small::{denied, small};

const RULES: &str = "version: 1\nrules:\n  \
    - { id: on-roles, select: role, forbid: { name: None } }\n  \
    - { id: on-users, select: user, forbid: { holds: { role: None } } }\n";

/// The lines, latencies left out.
fn lines(stdout: &str) -> Vec<String> {
    let plain = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    stdout.lines().skip(1).map(|line| if line.starts_with("  ") { plain(line) } else { line.to_owned() }).collect()
}

#[test]
fn a_key_that_may_read_everything_answers_every_rule() {
    let api = acme();
    let ran = rolelint(&api).args(["doctor"]).run().ends_with(0);
    let collections = ["roles", "users", "user_roles", "groups", "group_roles", "group_members"];
    let expected = collections.map(|collection| format!("{collection} allowed"));
    let said = lines(&ran.stdout);
    assert_eq!(said[..6], expected);
    assert_eq!(said[6..], ["all 17 rules can be answered"]);
    assert_eq!(ran.stderr, "");
    // One request to each endpoint, for as little as can be asked for.
    let requests = api.requests();
    assert_eq!(requests.len(), 6);
    assert!(requests.iter().all(|request| request.query == "limit=1"), "{requests:?}");
}

#[test]
fn the_rules_that_would_be_unknown_are_named_with_what_the_key_lacks() {
    let api = faulty(small(), "/organization/users/*/roles", When::Always, denied("api.roles.read"));
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    assert!(ran.stdout.contains("GET /organization/users/{id}/roles: 403, the key lacks the scope api.roles.read"));
    assert_eq!(lines(&ran.stdout)[6..], ["1 of 2 rules would be unknown: on-users"]);
}

#[test]
fn a_wrong_key_leaves_every_rule_unknown_and_is_not_shown() {
    let api = faulty(small(), "**", When::Always, What::Status(401));
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    let said = lines(&ran.stdout);
    assert_eq!(said[0], "roles denied");
    assert_eq!(said[2], "user_roles not");
    assert_eq!(said[6], "2 of 2 rules would be unknown: on-roles, on-users");
    assert!(!ran.stdout.contains(KEY) && !ran.stderr.contains(KEY));
}

#[test]
fn where_there_is_no_group_nobody_is_missed() {
    let mut organization = small();
    organization.groups.clear();
    let api = FakeApi::start(organization, Behaviour::default());
    let ran = rolelint(&api).args(["doctor"]).run().ends_with(0);
    assert_eq!(lines(&ran.stdout)[3..6], ["groups allowed", "group_roles not", "group_members not"]);
}

#[test]
fn an_organization_without_users_was_not_looked_at() {
    let mut organization = small();
    organization.users.clear();
    let api = FakeApi::start(organization, Behaviour::default());
    let ran = rolelint(&api).file("policy.yaml", RULES).args(["doctor", "--policy", "policy.yaml"]).run().ends_with(3);
    assert_eq!(lines(&ran.stdout)[6..], ["1 of 2 rules would be unknown: on-users"]);
}

#[test]
fn a_bad_policy_or_no_key_asks_nothing() {
    let api = acme();
    rolelint(&api).file("policy.yaml", "version: 2\n").args(["doctor", "--policy", "policy.yaml"]).run().ends_with(2);
    rolelint(&api).without("OPENAI_ADMIN_KEY").args(["doctor"]).run().ends_with(2);
    offline().args(["doctor"]).run().ends_with(2);
    assert_eq!(api.requests(), []);
}
