//! Percentages of all things of a kind, and lists from text files.

use super::projects::{healthy, with};
use crate::support::fake::{Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};
use crate::support::small::{ask, denied, report};

/// The answer of a rule on so many of a hundred users.
fn answer(count: &str, users: usize, selected: usize) -> String {
    let policy = format!(
        "version: 1\nrules:\n  - id: share\n    select: user\n    where: {{ email: 'x*' }}\n    count: {count}\n    allow_unmatched: true\n"
    );
    let people: Vec<String> = (0..users)
        .map(|at| format!("{{ email: {}{at}@acme.example }}", if at < selected { "x" } else { "y" }))
        .collect();
    let expect = "      share: pass\n";
    let tests = format!("tests:\n  - name: t\n    org: {{ users: [{}] }}\n    expect:\n{expect}", people.join(", "));
    let ran = offline().file("p.yaml", &policy).file("p_test.yaml", tests).args(["test", "p.yaml"]).run();
    if ran.code == 0 { "pass".to_owned() } else { ran.stdout }
}

#[test]
fn the_most_is_rounded_down_and_the_least_up() {
    for (count, users, selected, passes) in [
        ("{ max: 5% }", 40, 2, true),
        ("{ max: 5% }", 40, 3, false),
        ("{ max: 5% }", 39, 1, true),
        ("{ max: 5% }", 39, 2, false),
        ("{ min: 5% }", 41, 3, true),
        ("{ min: 5% }", 41, 2, false),
        ("{ max: 0% }", 10, 0, true),
        ("{ max: 0% }", 10, 1, false),
        ("{ min: 1, max: 50% }", 3, 1, true),
        ("{ min: 1, max: 50% }", 3, 2, false),
        ("{ min: 1, max: 50% }", 3, 0, false),
        ("{ min: 100% }", 3, 3, true),
        ("{ min: 100% }", 3, 2, false),
    ] {
        let answer = answer(count, users, selected);
        assert_eq!(answer == "pass", passes, "{count} {selected} of {users}: {answer}");
    }
}

#[test]
fn a_percentage_says_of_how_many_and_is_unknown_if_nobody_knows() {
    let policy =
        "version: 1\nrules:\n  - id: share\n    select: user\n    where: { email: '*' }\n    count: { max: 50% }\n";
    let ran = rolelint(&acme()).check(policy).run().ends_with(1);
    assert!(ran.stdout.contains("allowed: at most 50% of 41 users"), "{}", ran.stdout);
    let denied = faulty(Organization::acme(), "/organization/users", When::Always, What::Status(403));
    let answer = rolelint(&denied).check(policy).args(["--format", "json"]).run().ends_with(3).json();
    assert_eq!(answer.verdicts()["share"], "unknown");
}

#[test]
fn a_percentage_stands_only_where_it_has_a_meaning() {
    let rule = |rest: &str| format!("version: 1\nrules:\n  - {{ id: a, {rest} }}\n");
    for (rest, words) in [
        ("select: user, count: { max: 101% }", "this is not a percentage"),
        ("select: user, count: { max: x% }", "this is not a percentage"),
        ("select: user, require: { groups: { count: { max: 5% } } }", "a percentage of related things needs `where`"),
        ("select: user, count: { max: 100% }", "no part is less than 0% or more than 100%"),
        ("select: user, count: { min: 51%, max: 50% }", "`min` is above `max`"),
        ("select: role, require: { permissions: { count: { max: 5% } } }", "takes a whole number"),
    ] {
        let ran = offline().file("p.yaml", rule(rest)).args(["list", "rules", "p.yaml"]).run().ends_with(2);
        assert!(ran.stderr.contains(words), "{rest}: {words}\n{}", ran.stderr);
    }
    let parameter = "version: 1\nparams: { most: 5% }\nrules:\n  - { id: a, select: user, count: { max: $most } }\n";
    offline().file("p.yaml", parameter).args(["list", "rules", "p.yaml"]).run().ends_with(0);
}

#[test]
fn a_percentage_of_related_things_is_one_of_all_that_the_relation_leads_to() {
    ask(
        &healthy(),
        &[
            // Ada, Ops, Cyd, Eve and Robot own it, and Bob is a member: five of six, of them three of four users.
            (
                "select: project\nwhere: {name: Production}\nforbid: {holders: {where: {role: owner}, count: {min: 83%}}}",
                "violation Production",
            ),
            (
                "select: project\nwhere: {name: Production}\nforbid: {holders: {where: {role: owner}, count: {min: 84%}}}",
                "pass",
            ),
            (
                "select: project\nwhere: {name: Production}\nrequire: {holders: {where: {role: owner}, count: {of: user, max: 74%}}}",
                "violation Production",
            ),
            (
                "select: project\nwhere: {name: Production}\nrequire: {holders: {where: {role: owner}, count: {of: user, max: 75%}}}",
                "pass",
            ),
            // Of those who hold anything, whatever else `where` says.
            ("select: grant\nwhere: {scope: project, role: owner}\ncount: {of: principal, max: 100%, min: 1}", "pass"),
        ],
    );
    let report =
        report(&healthy(), &[("select: project\nrequire: {holders: {where: {role: owner}, count: {max: 50%}}}", "")]);
    let finding = report.findings().next().expect("a violation");
    assert!(finding["evidence"].to_string().contains("at most 50% of 6"), "{finding}");
}

#[test]
fn a_percentage_of_an_unknown_number_is_unknown_only_if_that_decides() {
    let groups = [("/organization/projects/proj_1/groups", denied("api.groups.read"))];
    ask(
        &with(&groups),
        &[
            (
                "select: project\nwhere: {name: Production}\nforbid: {holders: {where: {role: owner}, count: {min: 83%}}}",
                "unknown Production",
            ),
            (
                "select: project\nwhere: {name: Production}\nforbid: {holders: {where: {role: owner}, count: {max: 0%}}}",
                "pass",
            ),
        ],
    );
}

#[test]
fn a_list_comes_from_the_lines_of_a_file() {
    let policy = "version: 1\nparams: { leavers: [] }\nrules:\n  - id: left\n    select: user\n    where: { email: { any: '*', except: [x] } }\n    forbid: { email: { any: '*', except: $leavers } }\n";
    let lines = "\u{feff}# who stays\r\n\r\n  amara.okafor@acme.example \r\nPRIYA.RAMAN@acme.example\n";
    let api = acme();
    let run = |config: &str, args: &[&str]| {
        let run = rolelint(&api).file("stay.txt", lines).file("sub/stay.txt", lines).check(policy);
        run.file("c/rolelint.yaml", config).args(["--format", "json"]).args(args.iter().copied()).run()
    };
    let all = run("strict: false\n", &[]).json().subjects("left", "violation").len();
    let named = run("strict: false\n", &["--param", "leavers=@stay.txt"]).json().subjects("left", "violation").len();
    assert_eq!(named, all - 2);
    let config = "params: { leavers: '@../sub/stay.txt' }\n";
    assert_eq!(run(config, &["--config", "c/rolelint.yaml"]).json().subjects("left", "violation").len(), named);
    let ran = run("strict: false\n", &["--param", "leavers=@missing.txt"]).ends_with(2);
    assert!(ran.stderr.contains("missing.txt"), "{}", ran.stderr);
}
