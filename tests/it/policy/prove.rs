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
    forbid: { email: { regex: '.*@y\\.example' }, enabled: true }
  - id: always
    select: role
    forbid: {}
";

#[test]
fn each_rule_is_proven_by_two_organizations_or_told_what_stands_in_its_way() {
    let ran = offline().file("p.yaml", POLICY).args(["test", "p.yaml", "--prove", "-v"]).run().ends_with(1);
    let proofs = ran.stdout.split("0 tests passed").next().expect("text");
    insta::assert_snapshot!(proofs);
    assert!(
        ran.stdout.ends_with("prove: 2 of 4 rules proven to fire and pass\ntests: there are no tests\n"),
        "{}",
        ran.stdout
    );
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
