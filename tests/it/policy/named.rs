//! Conditions with a name: written once, they hold wherever their name stands.

use super::projects::healthy;
use crate::support::harness::{offline, rolelint, text};

const POLICY: &str = "\
version: 1
params: { kinds: [Toolbox] }
conditions:
  custom: { predefined_role: false }
  risky: { permission: api.groups.write, role: $custom }
  owner: { holds: { scope: organization, role: owner } }
rules:
  - { id: selected, select: role, where: $custom, forbid: { description: [null, ''] } }
  - { id: within, select: user, forbid: { holds: $risky } }
  - { id: one-of-two, select: user, forbid: { any: [$owner, { email: 'cyd@*' }] } }
  - { id: opposite, select: user, where: { is_service_account: false }, forbid: { not: $owner, holds: { none: $risky } } }
  - { id: of-one, select: grant, where: { scope: organization, role: $custom }, forbid: { role: $kinds } }
  - { id: by-group, select: user, forbid: { holds: { via: { group: $scim } } } }
  - { id: counted, select: role, require: { holders: { where: $direct, count: { max: 1 } } } }
";

fn policy() -> String {
    POLICY
        .replace("rules:\n", "  scim: { is_scim_managed: false }\n  direct: { via: direct, principal: user }\nrules:\n")
}

#[test]
fn a_named_condition_holds_wherever_its_name_stands() {
    let api = healthy();
    let report = rolelint(&api).check(&policy()).args(["--format", "json"]).run().ends_with(1).json();
    assert_eq!(report.answer("selected"), "violation Blank, Filer");
    assert_eq!(report.answer("within"), "violation Bob, Cyd, Eve");
    assert_eq!(report.answer("one-of-two"), "violation Ada, Cyd");
    assert_eq!(report.answer("opposite"), "pass");
    assert_eq!(
        report.answer("of-one"),
        "violation Toolbox of Ops, Toolbox of cyd@partner.example, Toolbox of eve@acme.example"
    );
    assert_eq!(report.answer("by-group"), "violation Dee");
    assert_eq!(report.answer("counted"), "violation Writer, owner, reader");
}

#[test]
fn a_finding_points_to_the_words_of_the_named_condition() {
    let api = healthy();
    let report = rolelint(&api).check(&policy()).args(["--format", "json"]).run().json();
    let finding = report.findings().find(|finding| text(&finding["rule"]) == "within").expect("a violation");
    // `$custom` stands within `$risky`, and is what decided.
    assert_eq!(finding["policy"]["line"], 4, "{finding}");
}

#[test]
fn a_name_that_stands_for_no_condition_does_not_load() {
    let mistakes = "\
version: 1
params: { owners: [a], twice: 1 }
conditions:
  custom: { predefined_role: false }
  unused: { predefined_role: false }
  first: { any: [$second, { name: x }] }
  second: { all: [$first, { name: y }] }
  empty: {}
  text: hello
  twice: { name: x }
rules:
  - { id: a, select: role, where: $costum, forbid: { name: $owners } }
  - { id: b, select: role, where: $owners, forbid: $first }
  - { id: c, select: user, where: $custom, forbid: {} }
";
    let ran = offline().file("policy.yaml", mistakes).args(["lint", "policy.yaml"]).run().ends_with(2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn names_within_names_come_to_an_end() {
    let level = |level: usize| format!("  n{level}: {{ any: [{}] }}\n", vec![format!("$n{}", level - 1); 8].join(", "));
    let levels: String = (1..9).map(level).collect();
    let rules = "rules:\n  - { id: a, select: role, forbid: $n8 }\n";
    let policy = format!("version: 1\nconditions:\n  n0: {{ name: x }}\n{levels}{rules}");
    let ran = offline().file("policy.yaml", policy).args(["lint", "policy.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("conditions stand within conditions too often"), "{}", ran.stderr);
}

#[test]
fn what_stands_under_vars_is_read_where_an_alias_repeats_it() {
    let policy =
        |vars: &str, rule: &str| format!("version: 1\nvars:\n{vars}rules:\n  - {{ id: a, select: role, {rule} }}\n");
    let lint = |policy: String| offline().file("p.yaml", policy).args(["list", "rules", "p.yaml"]).run();
    let custom = "  custom: &custom { predefined_role: false }\n";
    lint(policy(custom, "where: *custom, forbid: { name: x }")).ends_with(0);
    let nested = "  names: &names [x, y]\n  both: &both { name: *names }\n";
    lint(policy(nested, "forbid: *both")).ends_with(0);
    for (vars, rule, said) in [
        (custom, "forbid: { name: x }", "nothing repeats `custom`"),
        ("  plain: { predefined_role: false }\n", "forbid: { name: x }", "nothing repeats `plain`"),
        ("  wrong: &wrong { predefined: false }\n", "forbid: *wrong", "did you mean `predefined_role`?"),
    ] {
        let ran = lint(policy(vars, rule)).ends_with(2);
        assert!(ran.stderr.contains(said) && ran.stderr.contains("p.yaml:3:"), "{said}: {}", ran.stderr);
    }
    let twice = lint(policy("  twice: &x x\n  twice: *x\n", "forbid: { name: *x }")).ends_with(2);
    assert!(twice.stderr.contains("duplicate key `twice`"), "{}", twice.stderr);
    let api = healthy();
    let report = rolelint(&api).check(&policy(custom, "where: *custom, forbid: { description: [null, ''] }"));
    let report = report.args(["--format", "json"]).run().ends_with(1).json();
    assert_eq!(report.answer("a"), "violation Blank, Filer");
    let finding = report.findings().next().expect("a violation");
    assert_eq!(finding["policy"]["line"], 5, "{finding}");
}
