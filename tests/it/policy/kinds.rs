//! Rules on several kinds of things: one rule, one answer, and only attributes that all of the kinds have.

use super::projects::{healthy, with};
use crate::support::harness::{offline, rolelint};
use crate::support::small::{ask, denied};

const WRITES: &str = "select: [user, service_account]\nforbid: {holds: {permission: api.deploy.write}}";

#[test]
fn a_rule_on_two_kinds_is_judged_for_the_things_of_each() {
    ask(
        &healthy(),
        &[
            ("select: [user, service_account]\nforbid: {name: 'R*'}", "violation Robot"),
            ("select: [user, service_account]\nforbid: {name: '[AR]*'}", "violation Ada, Robot"),
            ("select: [user, service_account]\nwhere: {name: 'R*'}\nrequire: {holds: {role: owner}}", "pass"),
            ("select: [user, service_account]\nwhere: {name: Nobody}\nforbid: {}", "vacuous"),
            ("select: [user]\nforbid: {name: Ada}", "violation Ada"),
            (WRITES, "violation Bob"),
        ],
    );
}

#[test]
fn what_is_unknown_of_one_kind_is_unknown() {
    let api = with(&[("/organization/projects/proj_1/service_accounts", denied("api.management.read"))]);
    ask(&api, &[("select: [user, service_account]\nforbid: {name: Nobody}", "unknown")]);
    ask(&api, &[("select: [user, service_account]\nforbid: {name: Ada}", "violation Ada")]);
}

#[test]
fn a_name_is_unmatched_only_if_no_kind_has_it() {
    let api = healthy();
    let rule = |name: &str| {
        let policy = format!(
            "version: 1\nrules:\n- {{ id: r, select: [user, service_account], where: {{ name: {name} }}, forbid: {{ id: x-* }} }}\n"
        );
        let run = rolelint(&api).check(&policy).args(["--strict", "--format", "json"]).run().json();
        run.rule("r")["notes"].as_array().expect("notes").len()
    };
    let pattern = rule("Ada");
    assert_eq!(rule("Robot"), pattern);
    assert_eq!(rule("Nobodyx"), pattern + 1);
}

#[test]
fn the_rule_is_one_rule_wherever_rules_are_counted() {
    let api = healthy();
    let policy = format!("version: 1\nrules:\n  - id: both\n    {}\n", WRITES.replace('\n', "\n    "));
    let report = rolelint(&api).check(&policy).args(["--format", "json"]).run().ends_with(1).json();
    assert_eq!(report.verdicts().len(), 1);
    let listed = offline().file("policy.yaml", &policy).args(["list", "rules", "policy.yaml"]).run().ends_with(0);
    assert!(listed.stdout.contains("user, service_account"), "{}", listed.stdout);
}

#[test]
fn kinds_that_lack_an_attribute_do_not_load() {
    let policy = "\
version: 1
rules:
  - { id: a, select: [user, service_account], forbid: { email: 'x*' } }
  - { id: b, select: [user, usr], forbid: { name: x } }
  - { id: c, select: [user, user], forbid: { name: x } }
  - { id: d, select: [], forbid: { name: x } }
  - { id: e, select: [user, group], count: { max: 4 } }
";
    let ran = offline().file("policy.yaml", policy).args(["lint", "policy.yaml"]).run().ends_with(2);
    insta::assert_snapshot!(ran.stderr);
}
