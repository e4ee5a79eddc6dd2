//! `rolelint list`: what there is to write, and what an organization has.

use std::collections::BTreeSet;

use rolelint::policy::{Kind, of, organization, permissions};
use serde_json::Value;

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{Rolelint, acme, faulty, offline, rolelint, text};
use crate::support::small::small;

const POLICY: &str = "\
version: 1
rules:
  - { id: first, title: The first, severity: high, select: role, forbid: { permissions: api.groups.write } }
  - { id: second, tags: [a], select: user, count: { min: 1 } }
";

fn listed(run: Rolelint, args: &[&str], code: i32) -> Value {
    run.args(["list"]).args(args.iter().copied()).args(["--format", "json"]).run().ends_with(code).json().0
}

/// A run in a folder that holds a snapshot of this organization.
fn with_snapshot(api: &FakeApi, code: i32) -> Rolelint {
    let folder = tempfile::tempdir().expect("a folder");
    rolelint(api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(code);
    offline().file("org.jsonl", std::fs::read(folder.path().join("org.jsonl")).expect("a snapshot"))
}

/// A field of each row.
fn each<'a>(list: &'a Value, name: &str, field: &str) -> Vec<&'a str> {
    list[name].as_array().expect("a list").iter().map(|row| text(&row[field])).collect()
}

#[test]
fn rules_come_from_the_policies_that_are_named_or_from_the_built_in_ones() {
    let run = || offline().file("p.yaml", POLICY);
    let ran = run().args(["list", "rules", "p.yaml"]).run().ends_with(0);
    insta::assert_snapshot!(ran.stdout, @"
    ID      SEVERITY  SELECT  TITLE
    first   high      role    The first
    second  medium    user    second
    ");
    let quiet = run().args(["list", "rules", "p.yaml", "-q"]).run().ends_with(0).stdout;
    assert!(quiet.starts_with("first  "), "{quiet}");
    let json = listed(run(), &["rules", "p.yaml", "--tag", "a"], 0);
    assert_eq!(each(&json, "rules", "id"), ["second"]);
    assert_eq!(json["rules"][0]["reads"], serde_json::json!(["users"]));
    assert_eq!(json["rules"][0]["sentence"], "There must be at least 1 user.");
    assert_eq!(json["rules"][0]["policy"], serde_json::json!({ "file": "p.yaml", "line": 4 }));
    let builtin = listed(offline(), &["rules"], 0);
    assert!(each(&builtin, "rules", "id").contains(&"custom-role-grants-groups-write"));
}

#[test]
fn attributes_and_permissions_are_those_of_the_language() {
    let json = listed(offline(), &["attributes"], 0);
    let found: Vec<(&str, &str)> =
        each(&json, "attributes", "kind").into_iter().zip(each(&json, "attributes", "attribute")).collect();
    let everything = organization().map(|row| ("organization", row.name));
    let own = Kind::ALL.into_iter().flat_map(|kind| of(kind).map(move |row| (kind.name(), row.name)));
    let known: Vec<(&str, &str)> = own.chain(everything).collect();
    assert_eq!(found, known);
    assert_eq!(
        each(&listed(offline(), &["permissions"], 0), "permissions", "permission"),
        permissions().iter().map(|one| one.name.as_str()).collect::<Vec<_>>()
    );
}

#[test]
fn a_snapshot_tells_which_roles_users_and_permissions_there_are() {
    let api = FakeApi::start(small(), Behaviour::default());
    let roles = listed(with_snapshot(&api, 0), &["roles", "--snapshot", "org.jsonl"], 0);
    let named: BTreeSet<&str> = each(&roles, "roles", "id").into_iter().collect();
    assert!(named.len() > 1, "{roles}");
    assert_eq!(roles["complete"], true);
    let acme = acme();
    let users = listed(with_snapshot(&acme, 0), &["users", "--snapshot", "org.jsonl"], 0);
    assert_eq!(users["users"].as_array().expect("a list").len(), 41);
    assert!(users.to_string().contains("\"email\":\"aisha.rahman@acme.example\""), "{users}");
    let permissions = listed(with_snapshot(&acme, 0), &["permissions", "--snapshot", "org.jsonl"], 0);
    let rows = permissions["permissions"].as_array().expect("a list");
    let groups = rows.iter().find(|row| row["permission"] == "api.groups.write").expect("it is known");
    assert!(!groups["roles"].as_array().expect("a list").is_empty(), "{groups}");
}

#[test]
fn a_list_that_could_not_be_read_to_its_end_says_so_and_is_not_green() {
    let api = faulty(Organization::acme(), "/organization/roles", When::Always, What::Status(403));
    let ran = with_snapshot(&api, 3).args(["list", "roles", "--snapshot", "org.jsonl"]).run().ends_with(3);
    assert!(ran.stderr.contains("the list may be incomplete: roles: "), "{}", ran.stderr);
    let json = listed(with_snapshot(&api, 3), &["permissions", "--snapshot", "org.jsonl"], 3);
    assert_eq!(json["complete"], false);
}

#[test]
fn things_need_a_snapshot_and_no_policy() {
    let ran = offline().args(["list", "roles"]).run().ends_with(2);
    assert!(ran.stderr.contains("listing roles requires a snapshot") && ran.stderr.contains("--snapshot FILE"));
    let ran = offline().args(["list", "permissions", "p.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("permissions do not come from policies"), "{}", ran.stderr);
    let ran = offline().args(["list", "rulez"]).run().ends_with(2);
    assert!(ran.stderr.contains("rules"), "{}", ran.stderr);
}

#[test]
fn hidden_characters_are_escapes_in_json_too() {
    let mut org = small();
    org.users[1].name = "Bob\u{202e}\u{9b}31m\u{e0041}".to_owned();
    let run = with_snapshot(&FakeApi::start(org, Behaviour::default()), 0);
    let ran = run.args(["list", "users", "--snapshot", "org.jsonl", "--format", "json"]).run().ends_with(0);
    assert!(ran.stdout.contains("Bob\\u202e\\u009b31m\\udb40\\udc41"), "{}", ran.stdout);
    let list: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(each(&list, "users", "name").contains(&"Bob\u{202e}\u{9b}31m\u{e0041}"));
}

/// What programs read goes to the logs of CI runners, too.
#[test]
fn no_json_has_a_command_of_a_ci_runner() {
    const COMMAND: &str = "##vso[task.complete result=Succeeded;]##[error]##teamcity[buildStop]";
    let policy = format!(
        "version: 1\nrules: [{{ id: a, title: '{COMMAND}', select: role, forbid: {{ name: '{COMMAND}' }} }}]\n"
    );
    let test = format!("policy: p.yaml\ntests: [{{ name: '{COMMAND}', org: {{}}, expect: {{ a: [role/owner] }} }}]\n");
    let mut org = small();
    COMMAND.clone_into(&mut org.users[1].name);
    COMMAND.clone_into(&mut org.roles[2].name);
    let api = FakeApi::start(org, Behaviour::default());
    let folder = tempfile::tempdir().expect("a folder");
    rolelint(&api).inside(folder.path()).args(["fetch", "-q", "-o", "org.jsonl"]).run().ends_with(0);
    for command in [
        &["list", "rules", "p.yaml"][..],
        &["explain", "a", "-p", "p.yaml"],
        &["test", "p.yaml"],
        &["list", "users", "-s", "org.jsonl"],
        &["list", "roles", "-s", "org.jsonl"],
        &["lint", "p.yaml"],
        &["check", "p.yaml", "-s", "org.jsonl"],
        &["diff", "org.jsonl", "org.jsonl"],
        &["access", "-s", "org.jsonl"],
        &["who", "api.groups.write", "-s", "org.jsonl"],
    ] {
        let run = offline().inside(folder.path()).file("p.yaml", &policy).file("p_test.yaml", &test);
        let ran = run.args(command.iter().copied()).args(["--format", "json"]).run();
        assert!(!ran.stdout.contains("##") && !ran.stderr.contains("##"), "{command:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.code != 2 || command[0] == "access", "{command:?}: {}", ran.stderr);
    }
}
