//! Parameters: values that an organization sets for the policies of others.

use crate::support::fake::FakeApi;
use crate::support::harness::{Ran, acme, rolelint, text};

const POLICY: &str = "\
version: 1
params:
  names: [Auditor]
  most: 100
  age: 90d
  one: Auditor
  strict: true
rules:
  - id: named
    select: role
    forbid: { name: $names }
  - id: counted
    select: role
    count: { max: $most }
  - id: mixed
    select: role
    forbid: { name: [$one, $names, 'Cost *'] }
  - id: flagged
    select: role
    where: { name: Auditor }
    require: { predefined_role: $strict }
  - id: aged
    select: user
    where: { email: amara.okafor@acme.example }
    forbid: { api_key_last_used_at: { older_than: $age } }
";

fn run(api: &FakeApi, args: &[&str]) -> Ran {
    let run = rolelint(api).file("params.yaml", "names: [Key Custodian]\nmost: 1\n").check(POLICY);
    run.args(["--format", "json"]).args(args.iter().copied()).run()
}

#[test]
fn a_parameter_has_its_default_until_it_is_set() {
    let api = acme();
    let answer = |args: &[&str], rule: &str| run(&api, args).ends_with(1).json().answer(rule);
    assert_eq!(answer(&[], "named"), "violation Auditor");
    assert_eq!(answer(&[], "mixed"), "violation Auditor, Cost Analyst");
    assert_eq!(answer(&[], "counted"), "pass");
    assert_eq!(answer(&[], "flagged"), "violation Auditor");
    assert_eq!(answer(&[], "aged"), "pass");
    assert_eq!(answer(&["--param", "strict=false"], "flagged"), "pass");
    assert_eq!(answer(&["--param", "age=1d"], "aged"), "violation Amara Okafor");
    assert_eq!(answer(&["--param", "names=[Cost Analyst, reader]"], "named"), "violation Cost Analyst, reader");
    assert_eq!(answer(&["--param", "most=3"], "counted"), "violation organization");
    assert_eq!(answer(&["--param-file", "params.yaml"], "named"), "violation Key Custodian");
    assert_eq!(answer(&["--param-file", "params.yaml"], "counted"), "violation organization");
    // What is said on the command line goes first.
    assert_eq!(answer(&["--param-file", "params.yaml", "--param", "names=[Auditor]"], "named"), "violation Auditor");
}

#[test]
fn a_parameter_of_another_type_or_name_is_an_error() {
    let api = acme();
    let table: [(&str, &[&str]); 8] = [
        ("names=Auditor", &["parameter `names` is a list by default, but was set to a text", "policy.yaml:3:10"]),
        ("most=many", &["parameter `most` is a number by default, but was set to a text", "policy.yaml:4:9"]),
        ("most=[1]", &["but was set to a list"]),
        ("names={a: b}", &["parameter `names`", "set to a mapping"]),
        ("nmes=[Auditor]", &["`nmes`", "did you mean `names`?"]),
        ("names=[", &["`names`"]),
        ("names=[5]", &["a text"]),
        ("names=[]", &["empty"]),
    ];
    for (param, said) in table {
        let ran = run(&api, &["--param", param]).ends_with(2);
        assert_eq!(ran.stdout, "");
        for said in said {
            assert!(ran.stderr.contains(said), "{param}: {said:?} is not in\n{}", ran.stderr);
        }
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn a_parameter_that_is_not_a_duration_is_an_error() {
    let ran = run(&acme(), &["--param", "age=soon"]).ends_with(2);
    assert!(ran.stderr.contains("soon"), "{}", ran.stderr);
}

#[test]
fn a_parameter_file_that_cannot_be_read_is_named() {
    let ran = run(&acme(), &["--param-file", "nowhere.yaml"]).ends_with(2);
    assert!(ran.stderr.contains("nowhere.yaml"), "{}", ran.stderr);
    let ran = run(&acme(), &["--param-file", "policy.yaml", "--param-file", "/dev/null"]).ends_with(2);
    assert!(ran.stderr.contains("/dev/null"), "{}", ran.stderr);
}

#[test]
fn a_parameter_that_is_set_twice_on_the_command_line_keeps_the_last() {
    let api = acme();
    let ran = run(&api, &["--param", "names=[reader]", "--param", "names=[owner]"]).ends_with(1);
    // That of the organization, and that of projects.
    assert_eq!(ran.json().answer("named"), "violation owner, owner");
}

#[test]
fn two_dollars_mean_one_and_not_a_parameter() {
    let policy = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { name: $$names }\n";
    let api = acme();
    let report = rolelint(&api).check(policy).args(["--format", "json"]).run().ends_with(0).json();
    let notes = report.rule("asked")["notes"].to_string();
    assert!(notes.contains("`$names`: no role has this name"), "{notes}");
}

#[test]
fn a_parameter_file_may_list_everybody() {
    use std::fmt::Write as _;
    let mut list = String::from("everybody:\n");
    for number in 0..45_000 {
        writeln!(list, "  - somebody.with.a.long.name.{number}@acme.example").expect("a text");
    }
    assert!(list.len() > 2 << 20);
    let policy = "version: 1\nparams: { everybody: [x] }\nrules:\n  - { id: listed, select: user, \
                  require: { email: $everybody }, allow_unmatched: true }\n";
    let api = acme();
    let judged = |list: &str| {
        let run = rolelint(&api).file("params.yaml", list).check(policy);
        run.args(["--param-file", "params.yaml", "--format", "json"]).run()
    };
    let strangers = judged(&list).ends_with(1).json().subjects("listed", "violation").len();
    assert!(strangers > 10, "{strangers}");
    let globs = list + "  - '*A*acme.example'\n  - '*[b-z]*acme.example'\n";
    let report = judged(&globs).ends_with(1).json();
    // It has no address.
    assert_eq!(report.answer("listed"), "violation ci-deployer");
    let sentence = text(&report.rule("listed")["sentence"]);
    assert!(sentence.len() < 2000 && sentence.contains(", or 44982 more"), "{sentence:.3000}");
}
