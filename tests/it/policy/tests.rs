//! `rolelint test`: policies against small organizations.

use std::path::Path;

use crate::support::harness::{Ran, Rolelint, offline};

const POLICY: &str = "\
version: 1
rules:
  - { id: group-writer, select: role, where: { predefined_role: false }, forbid: { permissions: api.groups.write } }
  - { id: holds-it, select: user, forbid: { holds: { scope: organization, permission: api.groups.write } } }
";

fn tests(tests: &str) -> Rolelint {
    offline().file("access.yaml", POLICY).file("access_test.yaml", format!("tests:\n{tests}")).args(["test"])
}

fn run(text: &str) -> Ran {
    tests(text).args(["access.yaml"]).run()
}

#[test]
fn every_built_in_rule_is_seen_to_fire_pass_and_be_unknown() {
    let ran = offline().args(["test", "--min-coverage", "100"]).run().ends_with(0);
    assert!(ran.stdout.contains("coverage 100%"), "{}", ran.stdout);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    offline().args(["test", "--min-coverage", "100"]).args([file.to_str().expect("UTF-8")]).run().ends_with(0);
}

#[test]
fn missing_and_surplus_findings_fail_with_both_shown() {
    let text = "
  - name: two roles
    org: { roles: [{ name: A, permissions: [api.groups.write] }, { name: B }], users: [{ email: ada@x.example }] }
    expect: { group-writer: [role/B], holds-it: pass }
";
    let ran = run(text).ends_with(1);
    assert!(
        ran.stdout.starts_with("FAIL access_test.yaml:3 two roles\n     group-writer\n       - role/role_b\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("       + role/A: "), "{}", ran.stdout);
    assert!(!ran.stdout.contains("     holds-it\n       "), "{}", ran.stdout);
}

#[test]
fn a_test_that_expects_only_violations_fails_if_something_is_unknown() {
    let org = "{ roles: [{ name: A, permissions: [api.groups.write] }, { name: B, unknown: [permissions] }] }";
    let test = |expect: &str| format!("\n  - name: t\n    org: {org}\n    expect: {{ group-writer: {expect} }}\n");
    assert!(run(&test("[role/A]")).ends_with(1).stdout.contains("+ unknown role/B"));
    run(&test("{ violation: [role/A], unknown: [role/B] }")).ends_with(0);
    run(&test("{ violation: [role/A], unknown: [] }")).ends_with(1);
    run(&test("unknown")).ends_with(1);
}

#[test]
fn all_rules_are_checked_if_the_test_says_so() {
    let text = |rules: &str| {
        format!(
            "\n  - name: t\n    org: {{ users: [{{ email: ada@x.example, role: owner }}] }}\n    expect: {{ group-writer: vacuous }}{rules}\n"
        )
    };
    run(&text("")).ends_with(0);
    let ran = run(&text("\n    rules: all")).ends_with(1);
    assert!(ran.stdout.contains("holds-it\n       - pass\n       + violation\n"), "{}", ran.stdout);
}

#[test]
fn a_run_without_tests_fails() {
    let ran = offline().file("access.yaml", POLICY).args(["test", "access.yaml"]).run().ends_with(1);
    assert!(ran.stdout.contains("there are no tests"), "{}", ran.stdout);
    assert!(ran.stdout.contains("group-writer: never seen as violation, pass, unknown"), "{}", ran.stdout);
    let named = "\n  - name: t\n    org: {}\n    expect: { group-writer: vacuous }\n";
    tests(named).args(["access.yaml", "--filter", "other"]).run().ends_with(1);
    tests(named).args(["access.yaml", "--filter", "T"]).run().ends_with(0);
    tests(named).args(["access.yaml", "--min-coverage", "1"]).run().ends_with(1);
}

/// Whoever reads the report alone sees that the run failed.
#[test]
fn every_format_says_what_fails_beyond_the_tests() {
    let passing = "\n  - name: t\n    org: {}\n    expect: { group-writer: vacuous }\n";
    for (args, said) in [
        (&["--min-coverage", "100"][..], "below --min-coverage 100"),
        (&["--filter", "nothing"], "no test name contains this text"),
    ] {
        for (format, failed) in [("text", "FAIL"), ("json", "\"failures\": [\n        {"), ("junit", "failures=\"1\"")]
        {
            let ran = tests(passing).args(["access.yaml", "-f", format]).args(args.iter().copied()).run().ends_with(1);
            assert!(ran.stdout.contains(said) && ran.stdout.contains(failed), "{format}: {}", ran.stdout);
        }
    }
}

#[test]
fn hidden_characters_of_a_name_are_escapes_in_every_format() {
    let named = "\n  - name: \"a\\u202eb\\x9b\"\n    org: {}\n    expect: { group-writer: pass }\n";
    for format in ["text", "json", "junit"] {
        let ran = tests(named).args(["access.yaml", "-f", format]).run().ends_with(1);
        assert!(
            !ran.stdout.contains(['\u{202e}', '\u{9b}']) && ran.stdout.contains("202e"),
            "{format}: {}",
            ran.stdout
        );
    }
}

#[test]
fn each_mistake_in_a_test_is_shown_with_its_location() {
    // The organization, what to expect, and what is said.
    let table = [
        ("{ usrs: [] }", "{ holds-it: pass }", "`usrs` is not a key of an organization", "did you mean `users`?"),
        ("{ users: [{ emial: a@x.example }] }", "{ holds-it: pass }", "`emial` is not a key of a user", "`email`"),
        ("{ users: [{ email: a@x.example, roles: [Grop] }] }", "{ holds-it: pass }", "there is no role `Grop`", ""),
        (
            "{ users: [{ email: a@x.example, enabled: 'yes' }] }",
            "{ holds-it: pass }",
            "`enabled` takes true or false",
            "",
        ),
        (
            "{ users: [{ email: a@x.example, unknown: [emal] }] }",
            "{ holds-it: pass }",
            "`emal` is not a field",
            "`email`",
        ),
        ("{ users: [{ email: a@x.example }, { email: a@y.example }] }", "{ holds-it: pass }", "a second user", "`id`"),
        ("{ incomplete: [user_rolls] }", "{ holds-it: pass }", "`user_rolls` is not a collection", "`user_roles`"),
        ("{ incomplete: [user_roles/bob] }", "{ holds-it: pass }", "there is no user `bob`", ""),
        ("{ incomplete: [users/bob] }", "{ holds-it: pass }", "`users` is one list", "unknown: [...]"),
        (
            "{ roles: [{ name: A, created_at: soon }] }",
            "{ holds-it: pass }",
            "`soon` is not a valid value of `created_at`",
            "90d ago",
        ),
        ("{ admin_api_keys: [{ name: a }] }", "{ holds-it: pass }", "an admin key needs an `owner`", "owner: null"),
        ("{}", "{ hold-it: pass }", "`hold-it` is not a rule of the policy", "did you mean `holds-it`?"),
        ("{}", "{ holds-it: passes }", "`passes` is not an expected result", ""),
        ("{}", "{ holds-it: [] }", "no subject is expected", "`pass`"),
        (
            "{ users: [{ email: ada@x.example }] }",
            "{ holds-it: [user/adda@x.example] }",
            "`adda@x.example`",
            "`ada@x.example`",
        ),
        ("{}", "{ holds-it: [ada] }", "`ada` is not a subject", ""),
        ("{}", "{}", "the test expects nothing", ""),
    ];
    for (org, expect, message, help) in table {
        let ran = run(&format!("\n  - name: t\n    org: {org}\n    expect: {expect}\n")).ends_with(2);
        let said = ran.stderr.replace("\n  │ ", " ");
        assert!(said.contains(message) && said.contains(help), "{org} {expect}\n{said}");
        assert!(said.contains("access_test.yaml:"), "{said}");
    }
}

#[test]
fn results_can_be_json_or_junit() {
    let text = "\n  - name: a <b>\n    org: { roles: [{ name: A, permissions: [api.groups.write] }] }\n    expect: { group-writer: pass }\n";
    let json = tests(text).args(["access.yaml", "--format", "json"]).run().ends_with(1).json().0;
    assert_eq!(json["tests"][0]["passed"], false);
    assert_eq!(json["tests"][0]["differences"][0]["rule"], "group-writer");
    assert_eq!(json["coverage"]["percent"], 0);
    let junit = tests(text).args(["access.yaml", "--format", "junit"]).run().ends_with(1).stdout;
    assert!(junit.contains("tests=\"1\" failures=\"1\"") && junit.contains("name=\"a &lt;b&gt;\""), "{junit}");
}
