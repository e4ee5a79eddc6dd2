//! Rules that people asked for when the language had no way to say them: each finds what is meant, not its neighbour, and
//! what is not known is unknown.

use crate::support::harness::offline;

#[test]
fn each_finds_what_is_meant_and_not_its_neighbour() {
    let run = offline().file("p.yaml", include_str!("spellings/p.yaml"));
    let ran = run.file("p_test.yaml", include_str!("spellings/p_test.yaml")).args(["test", "p.yaml"]).run();
    assert!(ran.ends_with(0).stdout.starts_with("2 tests passed, 0 failed"));
    let run = offline().file("p.yaml", include_str!("spellings/compared.yaml"));
    let ran = run.file("p_test.yaml", include_str!("spellings/compared_test.yaml")).args(["test", "p.yaml"]).run();
    assert!(ran.stdout.starts_with("3 tests passed, 0 failed"), "{}", ran.stdout);
}

#[test]
fn what_is_compared_with_the_selected_thing_is_proven_by_two_organizations() {
    let ran = offline().file("p.yaml", include_str!("spellings/compared.yaml"));
    let ran = ran.file("p_test.yaml", include_str!("spellings/compared_test.yaml"));
    let ran = ran.args(["test", "p.yaml", "--prove", "-v"]).run();
    assert!(ran.stdout.contains("prove: 8 of 8 rules proven to fire and pass"), "{}", ran.stdout);
}

#[test]
fn a_permission_that_nobody_knows_is_unknown_until_a_policy_says_what_it_does() {
    let rules = "rules:\n  - { id: escalates, select: role, where: { predefined_role: false }, forbid: { escalation: [takeover, credentials] } }\n";
    let tests = |expected: &str| {
        format!(
            "tests:\n  - name: t\n    org: {{ roles: [{{ name: Odd, permissions: [api.quantum.entangle, api.files.read] }}] }}\n    expect: {{ escalates: {expected} }}\n"
        )
    };
    for (permissions, expected) in [
        ("", "{ unknown: [role/Odd] }"),
        ("permissions: { api.quantum.entangle: { allows: entangle } }\n", "pass"),
        ("permissions: { 'api.quantum.*': { escalation: credentials } }\n", "[role/Odd]"),
        ("permissions: { 'api.quantum.*': { escalation: [guard-removal] } }\n", "pass"),
        ("permissions: { api.quantum.read: {} }\n", "{ unknown: [role/Odd] }"),
        // An entry of the same name replaces the built-in one.
        ("permissions: { api.quantum.entangle: {}, '*.read': { escalation: [takeover] } }\n", "[role/Odd]"),
    ] {
        let policy = format!("version: 1\n{permissions}{rules}");
        let run = offline().file("p.yaml", &policy).file("p_test.yaml", tests(expected));
        run.args(["test", "p.yaml"]).run().ends_with(0);
    }
    // What one file says holds for the rules of another.
    let other = "version: 1\nextends: [p.yaml]\npermissions: { api.quantum.entangle: { escalation: [takeover] } }\n";
    let run = offline().file("p.yaml", format!("version: 1\n{rules}")).file("o.yaml", other);
    run.file("o_test.yaml", tests("[role/Odd]")).args(["test", "o.yaml"]).run().ends_with(0);
}

#[test]
fn mistakes_in_the_vocabulary_are_shown_in_their_place() {
    let rules = "rules: [{ id: a, select: role, forbid: { escalation: takeover } }]\n";
    for (permissions, words) in [
        ("{ api.x: { escalation: [takover] } }", "did you mean `takeover`?"),
        ("{ api.x: { sure: perhaps } }", "degree of certainty"),
        ("{ api.x: { allow: x } }", "did you mean `allows`?"),
        ("{ 'api x': {} }", "a space"),
        ("{ '[': {} }", "a bad pattern"),
        ("[api.x]", "a mapping"),
    ] {
        let policy = format!("version: 1\npermissions: {permissions}\n{rules}");
        let ran = offline().file("p.yaml", &policy).args(["list", "rules", "p.yaml"]).run().ends_with(2);
        assert!(
            ran.stderr.contains(words) && ran.stderr.contains("p.yaml:2:"),
            "{permissions}: {words}\n{}",
            ran.stderr
        );
    }
    for (rule, words) in [
        ("escalation: takeovr", "did you mean `takeover`?"),
        ("escalation: { any: takeover }", "takes a word, or a list of words"),
        ("escalation: []", "is empty"),
    ] {
        let policy = format!("version: 1\nrules: [{{ id: a, select: role, forbid: {{ {rule} }} }}]\n");
        let ran = offline().file("p.yaml", &policy).args(["list", "rules", "p.yaml"]).run().ends_with(2);
        assert!(ran.stderr.contains(words), "{rule}: {words}\n{}", ran.stderr);
    }
}
