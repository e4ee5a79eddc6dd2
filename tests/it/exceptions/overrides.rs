//! Rules that the configuration switches off or gives another severity: for a reason, until a day, in every report.

use super::{NOW, POLICY, remarks};
use crate::support::fake::FakeApi;
use crate::support::harness::{Rolelint, offline, rolelint};
use crate::support::small::healthy;

fn check(api: &FakeApi, rules: &str, as_of: &str) -> Rolelint {
    let config = format!("policies: policy.yaml\nrules:\n{rules}");
    let run = rolelint(api).file("policy.yaml", POLICY).file("rolelint.yaml", config);
    run.args(["check", "--as-of", as_of])
}

const OFF: &str = "  role-writes: { enabled: false, reason: 'Moves to SCIM, OPS-1', until: 2030-08-01 }\n";

#[test]
fn a_rule_that_is_switched_off_is_not_judged_until_that_day_and_every_report_says_why() {
    let api = healthy();
    let json = |as_of| check(&api, OFF, as_of).args(["--format", "json"]).run().ends_with(1).json();
    let report = json(NOW);
    assert_eq!(report.rules_that_are("violation"), ["user-writes"]);
    assert_eq!(
        remarks(&report),
        ["rolelint.yaml:3: rule role-writes is switched off until 2030-08-01: Moves to SCIM, OPS-1"]
    );
    assert_eq!(report.0["skipped"][0]["rule"], "role-writes");
    for format in ["text", "json", "csv", "junit", "markdown", "sarif", "github", "gitlab", "prometheus"] {
        let ran = check(&api, OFF, NOW).args(["--format", format]).run().ends_with(1);
        // Metrics count what others tell.
        let said = if format == "prometheus" { "rolelint_exceptions 1\n" } else { "OPS-1" };
        assert!(ran.stdout.contains(said), "{format}:\n{}", ran.stdout);
    }
    // On that day it is back, and the report says so.
    let report = json("2030-08-01");
    assert_eq!(report.rules_that_are("violation"), ["role-writes", "user-writes"]);
    let said = "rolelint.yaml:3: the override of rule role-writes was until 2030-08-01 and no longer applies: Moves to SCIM, OPS-1";
    assert_eq!(remarks(&report), [said]);
    // An earlier moment than now brings nothing back that is over.
    let past = check(&api, "  role-writes: { enabled: false, reason: x, until: 2020-01-01 }\n", "2019-01-01");
    assert_eq!(past.args(["--format", "json"]).run().ends_with(1).json().rules_that_are("violation").len(), 2);
}

#[test]
fn a_rule_with_another_severity_counts_by_that() {
    let api = healthy();
    let lower = "  role-writes: { severity: info, reason: Known }\n  user-writes: { severity: low, reason: Known }\n";
    let ran = check(&api, lower, NOW).args(["--format", "json", "--fail-on", "medium"]).run().ends_with(0);
    let report = ran.json();
    assert_eq!(report.rules_that_are("violation"), ["role-writes", "user-writes"]);
    let first = "rolelint.yaml:3: rule role-writes has severity info instead of medium: Known";
    assert_eq!(remarks(&report)[0], first);
    check(&api, lower, NOW).args(["--fail-on", "medium", "--no-config", "policy.yaml"]).run().ends_with(1);
}

#[test]
fn an_override_of_a_rule_on_several_kinds_is_of_all_of_them() {
    let api = healthy();
    let policy = "version: 1\nrules:\n- { id: named, select: [user, group], severity: info, forbid: { name: '*' } }\n- { id: other, select: user, forbid: { email: x@acme.example } }\n";
    let run = |rules: &str| {
        let config = format!("policies: policy.yaml\nrules:\n  named: {rules}\n");
        let run = rolelint(&api).file("policy.yaml", policy).file("rolelint.yaml", config);
        run.args(["check", "--format", "json"]).run()
    };
    let raised = run("{ severity: critical, reason: x }").ends_with(1).json();
    assert_eq!(raised.rules_that_are("violation"), ["named"]);
    assert_eq!(raised.rule("named")["severity"], "critical");
    let off = run("{ enabled: false, reason: x }").ends_with(0).json();
    assert_eq!(off.rules_that_are("violation"), Vec::<String>::new());
    assert_eq!(off.verdicts().len(), 1);
}

#[test]
fn an_override_that_means_nothing_or_says_too_little_is_refused_in_its_place() {
    for (rules, said) in [
        ("  role-wrote: { enabled: false, reason: x }", "no rule has the id `role-wrote`"),
        ("  role-writes: { enabled: false }", "needs a `reason`"),
        ("  role-writes: { severity: low, reason: ' ' }", "needs a `reason`"),
        ("  role-writes: { reason: x }", "changes nothing"),
        ("  role-writes: { enabled: true, reason: x }", "changes nothing"),
        ("  role-writes: { enabled: false, severity: low, reason: x }", "is switched off and given a severity"),
        ("  role-writes: { severity: lwo, reason: x }", "`lwo` is not a severity"),
        ("  role-writes: { enabled: false, reason: x, until: soon }", "`soon` is not a date"),
        ("  role-writes: { enabled: false, raeson: x }", "did you mean `reason`?"),
        ("  role-writes: off", "takes a mapping"),
    ] {
        let config = format!("policies: policy.yaml\nrules:\n{rules}\n");
        let run = offline().file("policy.yaml", POLICY).file("rolelint.yaml", config).env("OPENAI_ADMIN_KEY", "x");
        let ran = run.args(["check"]).run().ends_with(2);
        assert!(ran.stderr.contains(said) && ran.stderr.contains("rolelint.yaml:3:"), "{rules}\n{}", ran.stderr);
    }
    // To switch off everything is no check.
    let off = "  role-writes: { enabled: false, reason: x }\n  user-writes: { enabled: false, reason: x }\n";
    check(&healthy(), off, NOW).run().ends_with(2);
}

#[test]
fn the_settings_show_the_overrides() {
    let run = offline().file("policy.yaml", POLICY).file("rolelint.yaml", format!("rules:\n{OFF}"));
    let ran = run.args(["config"]).run().ends_with(0);
    let line = ran.stdout.lines().find(|line| line.starts_with("rules.role-writes: ")).expect("it is there");
    assert!(
        line.contains("off until 2030-08-01 (Moves to SCIM, OPS-1)") && line.contains("# rolelint.yaml:2"),
        "{line}"
    );
}
