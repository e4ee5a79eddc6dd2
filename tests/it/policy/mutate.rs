//! `rolelint test --mutate`: a mutant that no test notices is shown, and fails.

use crate::support::harness::{Rolelint, offline};

const POLICY: &str = "\
version: 1
params: { longest: 90d }
rules:
  - id: writer
    select: role
    where:
      predefined_role: false
    forbid:
      permissions: [api.groups.write, api.roles.write]
  - id: old-key
    select: admin_api_key
    forbid: { created_at: { older_than: $longest } }
";

const TESTS: &str = "\
tests:
  - name: a writer of groups is flagged, an owner is not
    org:
      roles:
        - { name: A, permissions: [api.groups.write] }
        - { name: B, permissions: [api.groups.read] }
        - { name: owner, predefined_role: true, permissions: [api.groups.write] }
      admin_api_keys: [{ name: old, owner: null, created_at: 91d ago }, { name: new, owner: null, created_at: 90d ago }]
    expect: { writer: [role/A], old-key: [admin_api_key/old] }
";

fn mutate(tests: &str) -> Rolelint {
    offline().file("p.yaml", POLICY).file("p_test.yaml", tests).args(["test", "p.yaml", "--mutate"])
}

#[test]
fn a_turn_that_no_test_notices_is_shown_before_and_after_and_fails() {
    let ran = mutate(TESTS).run().ends_with(1);
    insta::assert_snapshot!(ran.stdout, @r#"
    FAIL p.yaml:9 writer: no test notices that a pattern is dropped
           - permissions: [api.groups.write, api.roles.write]
           + permissions: [api.groups.write]
    FAIL p.yaml:9 writer: no test notices that a pattern is widened
           - permissions: [api.groups.write, api.roles.write]
           + permissions: [api.groups.write, "api.roles.*"]
    1 test passed, 0 failed
    coverage 33% of verdicts: 0 of 2 rules seen to fire, pass and be unknown
      old-key: never seen as pass, unknown
      writer: never seen as pass, unknown
    mutate: 8 mutants: 6 noticed, 2 survived
    "#);
    offline().file("p.yaml", POLICY).file("p_test.yaml", TESTS).args(["test", "p.yaml"]).run().ends_with(0);
}

#[test]
fn a_turn_that_changes_nothing_is_said_with_its_reason() {
    let killed = TESTS
        .replace("[api.groups.read] }", "[api.groups.read] }\n        - { name: C, permissions: [api.roles.write] }");
    let killed = killed.replace("[role/A]", "[role/A, role/C]");
    let equivalent =
        |after: &str| format!("{killed}equivalent:\n  - {{ rule: writer, after: '{after}', reason: none has }}\n");
    let after = "permissions: [api.groups.write, \"api.roles.*\"]";
    let ran = mutate(&equivalent(after)).run().ends_with(0);
    assert!(ran.stdout.contains("8 mutants: 7 noticed, 1 change nothing, 0 survived"), "{}", ran.stdout);
    // An entry about a mutant that some test notices is wrong.
    let ran = mutate(&equivalent("permissions: [api.groups.write]")).run().ends_with(1);
    assert!(ran.stdout.contains("FAIL p_test.yaml:12 no surviving mutant has these lines"), "{}", ran.stdout);
    let ran = mutate(&equivalent(after).replace(", reason: none has", "")).run().ends_with(2);
    assert!(ran.stderr.contains("p_test.yaml:12:5"), "{}", ran.stderr);
}

#[test]
fn survivors_are_in_every_format_and_nothing_is_turned_where_a_test_fails() {
    let ran = mutate(TESTS).args(["--format", "json"]).run().ends_with(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["sections"][0]["failures"][0]["line"], 9);
    let ran = mutate(TESTS).args(["--format", "junit"]).run().ends_with(1);
    assert!(ran.stdout.contains("tests=\"3\" failures=\"2\"") && ran.stdout.contains("<failure message=\"mutate\">"));
    let ran = mutate(&TESTS.replace("[role/A]", "pass")).run().ends_with(1);
    assert!(!ran.stdout.contains("mutate:"), "{}", ran.stdout);
}
