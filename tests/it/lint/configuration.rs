//! What goes with the policies is linted, too: waivers and the configuration, which may change lints.

use super::{QUIET, found, policy, text_of};
use crate::support::harness::{Ran, offline};

fn lint(configuration: &str, code: i32) -> Ran {
    let text = policy("", &["severity: high, select: role, forbid: { permissions: api.zzz }"]);
    let run = offline().file("p.yaml", text).file("rolelint.yaml", format!("policies: p.yaml\n{configuration}"));
    run.args(["lint"]).run().ends_with(code)
}

#[test]
fn the_configuration_may_leave_lints_out_for_a_reason_or_give_them_another_severity() {
    let off = "rules:\n  untested-rule: { enabled: false, reason: soon }\n  unknown-permission: ";
    let ran = lint(&format!("{off}{{ enabled: false, reason: new }}\n"), 0);
    for said in [
        "info  undocumented-rule: 1 violation",
        "2 lints skipped",
        "rolelint.yaml:3: lint untested-rule is switched off: soon",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    let ran = lint(&format!("{off}{{ severity: critical, reason: new }}\n"), 1);
    assert!(ran.stdout.contains("critical  unknown-permission: 1 violation"), "{}", ran.stdout);
    // What has run out counts no more.
    let ran = lint("rules: { unknown-permission: { enabled: false, reason: new, until: 2020-01-01 } }\n", 1);
    assert!(ran.stdout.contains("medium  unknown-permission: 1 violation"), "{}", ran.stdout);
    let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("was until 2020-01-01 and no longer applies"), "{said}");
    let ran = lint("rules: { unknown-permission: { enabled: false } }\n", 2);
    assert!(ran.stderr.contains("needs a `reason`"), "{}", ran.stderr);
}

#[test]
fn a_check_takes_the_overrides_of_lints_for_what_they_are() {
    let run = offline().file("p.yaml", policy("", &["select: role, forbid: { name: a }"]));
    let run =
        run.file("rolelint.yaml", "policies: p.yaml\nrules: { untested-rule: { enabled: false, reason: soon } }\n");
    run.args(["plan"]).run().ends_with(0);
}

#[test]
fn overrides_that_change_nothing_are_found_in_their_place() {
    let ran = lint(
        "rules:\n  rule-0: { severity: high, reason: r }\n  rul-0: { severity: low, reason: r }\n  untested-rule: { enabled: false, reason: soon }\n",
        1,
    );
    for said in
        ["`rule-0` has severity high anyway", "there is no rule `rul-0`; did you mean `rule-0`?", "rolelint.yaml:3:3"]
    {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    let ran = lint("rules: { rule-0: { severity: low, reason: r } }\n", 1);
    assert!(!ran.stdout.contains("ineffective-override: "), "{}", ran.stdout);
}

#[test]
fn a_parameter_in_the_configuration_that_no_policy_has_is_an_error() {
    let ran = lint("params: { nobody: 1 }\n", 2);
    assert!(ran.stderr.contains("no policy has a parameter `nobody`"), "{}", ran.stderr);
}

#[test]
fn waivers_are_linted_with_the_rules_that_they_name() {
    let rule = "waivable: false, select: role, forbid: { name: a }";
    let text = policy("", &[rule, "select: role, forbid: { name: b }"]);
    let waiver = |rule: &str| {
        format!("  - {{ rules: [{rule}], subject: {{ role: a }}, reason: r, owner: o, expires: 2999-01-01 }}\n")
    };
    let waivers = format!("version: 1\nwaivers:\n{}{}{}", waiver("rule-0"), waiver("rule-1"), waiver("rul-1"));
    let run = offline().file("p.yaml", text).file("w.yaml", waivers);
    let findings = found(run, &["p.yaml", "--waivers", "w.yaml", "--max-waiver", "999999d", QUIET[0], QUIET[1]], 1);
    let lines: Vec<_> = findings.iter().map(|finding| (text_of(finding), &finding["policy"]["line"])).collect();
    assert_eq!(
        lines,
        [("`rule-0` cannot be waived".to_owned(), &3.into()), ("there is no rule `rul-1`".to_owned(), &5.into())]
    );
    assert!(findings.iter().all(|finding| finding["file"] == "w.yaml" && finding["rule"] == "ineffective-waiver"));
    let broken = offline().file("w.yaml", "version: 1\nwaivers: 1\n").args(["lint", "--waivers", "w.yaml"]).run();
    assert!(broken.ends_with(2).stderr.contains("w.yaml:2:"));
}
