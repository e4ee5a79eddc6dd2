//! `rolelint test --prove`: each rule is shown to fire and to pass, or why it cannot.

use crate::support::harness::offline;

const POLICY: &str = "\
version: 1
rules:
  - id: fine
    select: admin_api_key
    forbid: { expires_at: null }
  - id: counted
    select: role
    where: { name: 'A*' }
    count: { max: 1 }
  - id: clash
    select: user
    where: { email: '*@x.example' }
    forbid: { mailbox: { regex: '.*@y\\.example' }, enabled: true }
  - id: always
    select: role
    forbid: {}
";

#[test]
fn each_rule_is_proven_by_two_organizations_or_told_what_stands_in_its_way() {
    let ran = offline().file("p.yaml", POLICY).args(["test", "p.yaml", "--prove", "-v"]).run().ends_with(1);
    let proofs = ran.stdout.split("0 tests passed").next().expect("text");
    insta::assert_snapshot!(proofs);
    assert!(ran.stdout.ends_with("prove: 2 of 4 rules proven to fire and pass\n"), "{}", ran.stdout);
}

#[test]
fn the_witness_is_a_test_that_can_be_kept() {
    let args = ["test", "p.yaml", "--prove", "--format", "json"];
    let ran = offline().file("p.yaml", POLICY).args(args).run().ends_with(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let proof = &report["sections"][0]["shown"][0]["lines"];
    let org = |line: usize| proof[line].as_str().expect("a text").split_once(": ").expect("a colon").1.to_owned();
    let tests = format!(
        "tests:\n  - {{ name: v, org: {}, expect: {{ fine: [admin_api_key/admin-api-key-0] }} }}\n  - {{ name: p, org: {}, expect: {{ fine: pass }} }}\n",
        org(0),
        org(1)
    );
    let ran = offline().file("p.yaml", POLICY).file("p_test.yaml", tests).args(["test", "p.yaml"]).run();
    assert!(ran.stdout.contains("2 tests passed, 0 failed"), "{}", ran.stdout);
}

#[test]
fn every_built_in_rule_can_fire_and_pass_and_no_wrong_turn_goes_unnoticed() {
    let ran = offline().args(["test", "--prove", "--mutate"]).run().ends_with(0);
    assert!(ran.stdout.contains("27 of 27 rules proven to fire and pass"), "{}", ran.stdout);
    assert!(ran.stdout.contains(", 0 survived"), "{}", ran.stdout);
}

#[test]
fn texts_of_the_selected_thing_are_made_in_lists_and_for_what_is_derived() {
    let policy = "version: 1
params: { grants: { Website: [api.files.write], Wiki: 'api.wiki.*' } }
rules:
  - { id: in-a-list, select: project, forbid: { roles: { permissions: api.$this.name } } }
  - { id: all-of-a-list, select: project, require: { roles: { permissions: { all: [api.$this.name, api.$this.id] } } } }
  - { id: looked-up, select: project, forbid: { roles: { permissions: '$grants[$this.name]' } } }
  - { id: of-a-grant, select: group, forbid: { holds: { permission: { any: [api.$this.name] } } } }
  - { id: mailbox, select: user, forbid: { organization: { users: { mailbox: $this.mailbox, not: { id: $this.id } } } } }
  - { id: plain, select: role, forbid: { organization: { roles: { plain_name: $this.plain_name, not: { id: $this.id } } } } }
";
    let tests = "policy: p.yaml\ntests:\n  - { name: t, org: {}, expect: { in-a-list: vacuous } }\n";
    let run = offline().file("p.yaml", policy).file("p_test.yaml", tests).args(["test", "p.yaml", "--prove", "-v"]);
    let ran = run.run().ends_with(0);
    assert!(ran.stdout.contains("prove: 6 of 6 rules proven to fire and pass"), "{}", ran.stdout);
    let witness =
        "{ projects: [{ id: project-0, name: Website, roles: [{ id: role-1, permissions: [api.files.write] }] }] }";
    assert!(ran.stdout.contains(witness), "{}", ran.stdout);
}
