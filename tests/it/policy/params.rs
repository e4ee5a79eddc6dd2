//! Parameters: values that an organization sets for the policies of others.

use crate::support::fake::FakeApi;
use crate::support::harness::{Ran, acme, offline, rolelint, text};

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
        (
            "names=Auditor",
            &["parameter `names` is a list by default, but was set to a text (names = Auditor)", "--param names:1:1"],
        ),
        ("most=many", &["parameter `most` is a number by default, but was set to a text", "--param most:1:1"]),
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

/// The finding says which value fired and where it was set, in every format; the place is that of the policy.
#[test]
fn a_value_that_was_set_stands_beside_the_words_that_it_replaces() {
    let policy = "version: 1\nparams: { names: [None] }\nrules:\n  - { id: named, severity: high, select: role, forbid: { name: $names } }\n";
    let api = acme();
    let run = |format: &str, args: &[&str]| {
        let run = rolelint(&api).file("list.txt", "# Roles\n\n  Nobody\nAuditor\n").check(policy);
        let run = run.file("set.yaml", "names:\n  - Nobody\n  - 'Auditor'\n");
        run.args(["--format", format]).args(args.iter().copied()).run().ends_with(1).stdout
    };
    let table: [(&[&str], &str, &str); 4] = [
        (&["--param", "names=@list.txt"], "names[1]", "list.txt:4"),
        (&["--param-file", "set.yaml"], "names[1]", "set.yaml:3"),
        (&["--param", "names=[Auditor]"], "names[0]", "--param names"),
        (&["--param", "names=['*uditor']"], "names[0]", "--param names"),
    ];
    for (args, parameter, from) in table {
        let value = if args[1].contains('*') { "*uditor" } else { "Auditor" };
        let said = format!("{parameter} = {value}, from {from}");
        let drawn = format!("  2 | params: {{ names: [None] }}\n    |                  ^^^^^^\n    = {said}\n");
        let text = run("text", args);
        assert!(text.contains(&drawn), "{args:?}: {text}");
        for format in ["sarif", "github", "gitlab", "junit", "markdown", "csv", "ocsf", "html"] {
            let report = run(format, args).replace('`', "");
            assert!(report.contains(&said), "{format}: {report}");
        }
        let report: serde_json::Value = serde_json::from_str(&run("json", args)).expect("JSON");
        let finding = &report["findings"][0];
        let given = serde_json::json!([{ "parameter": parameter, "value": value, "from": from }]);
        assert_eq!((&finding["policy"]["given"], &finding["policy"]["line"]), (&given, &2.into()), "{args:?}");
        assert_eq!(finding["evidence"][0]["policy"]["given"], given, "{args:?}");
    }
    // A default that is in force is shown by itself.
    let own = rolelint(&api).check(&policy.replace("None", "Auditor")).args(["--format", "json"]).run().ends_with(1);
    assert!(!own.stdout.contains("\"given\""), "{}", own.stdout);
}

#[test]
fn a_value_of_the_environment_or_the_configuration_is_told_with_its_place() {
    let api = acme();
    let run = || rolelint(&api).check(POLICY).args(["--only", "named"]);
    let variable = run().env("ROLELINT_PARAM", "{ names: [Key Custodian] }").run().ends_with(1).stdout;
    assert!(variable.contains("    = names[0] = Key Custodian, from ROLELINT_PARAM\n"), "{variable}");
    let file = run().file("rolelint.yaml", "params:\n  names: [Key Custodian]\n").run().ends_with(1).stdout;
    assert!(file.contains("    = names[0] = Key Custodian, from rolelint.yaml:2\n"), "{file}");
}

/// Of a number or an age, the place is the condition that names the parameter.
#[test]
fn a_bound_that_was_set_stands_beside_the_condition_that_names_it() {
    let api = acme();
    let ran = rolelint(&api).check(POLICY).args(["--param", "most=3", "--param", "age=1d"]).run().ends_with(1);
    for said in [
        "count: { max: $most }\n     |            ^^^^^^^^^^^^^^\n     = most = 3, from --param most\n",
        "= age = 1d, from --param age\n",
    ] {
        assert!(ran.stdout.contains(said), "{said:?} is not in\n{}", ran.stdout);
    }
}

#[test]
fn a_list_that_has_to_be_met_exactly_is_told_as_it_was_set() {
    let policy = "version: 1\nparams: { owners: [] }\nrules:\n  - { id: owners, select: user, where: { holds: { scope: organization, role: owner } }, exactly: { email: $owners } }\n";
    let api = acme();
    let run = rolelint(&api).file("owners.txt", "nobody@acme.example\n").check(policy);
    let ran = run.args(["--param", "owners=@owners.txt"]).run().ends_with(1);
    let said = [
        "= owners[0] = nobody@acme.example, from owners.txt:1\n",
        "= owners = [nobody@acme.example], from owners.txt\n",
    ];
    for said in said {
        assert!(ran.stdout.contains(said), "{said:?} is not in\n{}", ran.stdout);
    }
}

#[test]
fn a_note_on_a_value_that_was_set_says_where() {
    let api = acme();
    let ran = rolelint(&api).check(POLICY).args(["--param", "names=[Nobody, Auditor]"]).run();
    let said = "note: named (policy.yaml:3:10; names[0] from --param names): `Nobody`: no role has this name";
    assert!(ran.stdout.replace("\n      ", " ").contains(said), "{}", ran.stdout);
}

/// The default is not what is wrong.
#[test]
fn a_value_that_cannot_be_used_is_told_at_its_own_place() {
    use std::fmt::Write as _;
    let mut list = String::new();
    for number in 0..20_000 {
        writeln!(list, "{}", if number == 12_345 { "Key [".to_owned() } else { format!("role {number}") })
            .expect("a text");
    }
    let wrong = "names:\n  - Auditor\n  - \"Key [\"\n";
    let table: [(&[&str], &[&str]); 5] = [
        (&["--param-file", "wrong.yaml"], &["--> wrong.yaml:3:10", "3 |   - \"Key [\"", "(names[1] = Key [)"]),
        (&["--param", "names=@list.txt"], &["--> list.txt:12346:5", "12346 | Key [", "(names[12345] = Key [)"]),
        (&["--param", "names=['Key [']"], &["--> --param names:1:7", "(names[0] = Key [)"]),
        (&["--param", "age=soon"], &["--> --param age:1:1", "(age = soon)"]),
        (&["--param-file", "broken.yaml"], &["`broken.yaml` is not a parameter file: line 2, column "]),
    ];
    for (args, said) in table {
        let run =
            rolelint(&acme()).file("wrong.yaml", wrong).file("list.txt", &list).file("broken.yaml", "names: [\n\"a\n");
        let ran = run.check(POLICY).args(args.iter().copied()).run().ends_with(2);
        for said in said {
            assert!(ran.stderr.contains(said), "{args:?}: {said:?} is not in\n{}", ran.stderr);
        }
        let run =
            rolelint(&acme()).file("wrong.yaml", wrong).file("list.txt", &list).file("broken.yaml", "names: [\n\"a\n");
        let lint = run
            .file("policy.yaml", POLICY)
            .args(["lint", "policy.yaml", "--format", "json"])
            .args(args.iter().copied());
        let lint = lint.run().ends_with(2);
        if args[1] == "wrong.yaml" {
            assert_eq!(lint.json().0["findings"][0]["policy"]["line"], 3);
            // What was saved is read again, with the file of the value.
            let again = offline().file("r.json", &lint.stdout).args(["report", "r.json"]).run().ends_with(2);
            assert!(again.stdout.contains("wrong.yaml:3:10"), "{}", again.everything());
        }
    }
}
