//! Policies that build on others: each file is read once, rules are narrowed, and what is wrong stands at its place.

use std::os::unix::fs::symlink;

use crate::support::harness::{Ran, acme, offline, rolelint};

const COMMON: &str = "version: 1\nrules:\n  - id: common\n    select: role\n    forbid: { name: Auditor }\n";

/// The rules of a policy with these files beside it.
fn rules(policy: &str, files: &[(&str, &str)]) -> Ran {
    let mut run = offline().file("p.yaml", policy);
    for (name, content) in files {
        run = run.file(name, content);
    }
    run.args(["list", "rules", "p.yaml", "--format", "json"]).run()
}

#[track_caller]
fn refused(policy: &str, files: &[(&str, &str)], place: &str, words: &str) {
    let ran = rules(policy, files).ends_with(2);
    assert!(ran.stderr.contains(place) && ran.stderr.contains(words), "{place} {words}:\n{}", ran.stderr);
}

fn ids(ran: &Ran) -> Vec<String> {
    let listed = ran.json().0;
    let rows = listed["rules"].as_array().expect("a list").clone();
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn a_file_that_several_extend_is_read_once_and_comes_first() {
    let left = "version: 1\nextends: [common.yaml]\nrules: [{ id: left, select: role, forbid: { name: L } }]";
    let right = "version: 1\nextends: [./common.yaml, sub/../common.yaml]";
    let own = "version: 1\nextends: [left.yaml, right.yaml]\nrules: [{ id: own, select: role, forbid: { name: O } }]";
    let files = [("left.yaml", left), ("right.yaml", right), ("common.yaml", COMMON), ("sub/x.yaml", COMMON)];
    assert_eq!(ids(&rules(own, &files).ends_with(0)), ["common", "left", "own"]);
}

#[test]
fn a_pack_is_extended_by_its_name_and_its_parameters_can_be_set() {
    let policy = "version: 1\nextends: [builtin:keys-and-service-accounts]\n";
    let ran = rules(policy, &[]).ends_with(0);
    assert!(ids(&ran).contains(&"api-key-too-old".to_owned()));
    let api = acme();
    let count = |age: &str| {
        let age = format!("max_key_age={age}");
        let run = rolelint(&api).check(policy).args(["--only", "api-key-too-old", "--param", &age, "--format", "json"]);
        run.run().json().subjects("api-key-too-old", "violation").len()
    };
    assert!(count("1d") > 0);
    assert_eq!(count("9000d"), 0);
}

#[test]
fn what_can_not_be_extended_is_an_error_at_the_entry() {
    let of = |entry: &str| format!("version: 1\nextends: [{entry}]\n");
    for (entry, files, words) in [
        ("p.yaml", &[][..], "the file extends itself"),
        ("a.yaml", &[("a.yaml", "version: 1\nextends: [p.yaml]\n")], "`p.yaml` extends this file, too"),
        ("missing.yaml", &[], "cannot read `missing.yaml`"),
        ("/etc/passwd.yaml", &[], "not a relative path"),
        ("common_test.yaml", &[("common_test.yaml", COMMON)], "is not a policy"),
        ("notes.txt", &[("notes.txt", COMMON)], "is not a policy"),
        ("folder.yaml", &[("folder.yaml/a.yaml", COMMON)], "cannot read `folder.yaml`"),
        ("builtin:recomended", &[], "did you mean `builtin:recommended`?"),
        ("3", &[], "a file or a built-in pack"),
        ("\"\"", &[], "not a relative path"),
        ("bad.yaml", &[("bad.yaml", "version: 1")], "a policy needs `rules`"),
    ] {
        let place = if entry == "bad.yaml" || entry == "a.yaml" { &format!("{entry}:") } else { "p.yaml:2:" };
        refused(&of(entry), files, place, words);
    }
    refused("version: 1\nextends: []\n", &[], "p.yaml:2:", "`extends` takes a list");
    refused("version: 1\nextends: builtin:recommended\n", &[], "p.yaml:2:", "`extends` takes a list");
}

#[test]
fn a_device_or_a_link_to_one_is_refused_and_a_link_to_a_file_is_that_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("common.yaml"), COMMON).expect("written");
    symlink("/dev/zero", at("zero.yaml")).expect("linked");
    symlink(at("common.yaml"), at("link.yaml")).expect("linked");
    let run = |extends: &str| {
        let policy = format!("version: 1\nextends: [{extends}]\n");
        std::fs::write(at("p.yaml"), policy).expect("written");
        offline().inside(folder.path()).args(["list", "rules", "p.yaml", "--format", "json"]).run()
    };
    let ran = run("zero.yaml").ends_with(2);
    assert!(ran.stderr.contains("cannot read `zero.yaml`"), "{}", ran.stderr);
    assert_eq!(ids(&run("link.yaml, common.yaml").ends_with(0)), ["common"]);
}

#[test]
fn a_chain_of_files_ends_at_sixteen() {
    let chain = |length: usize| {
        let mut run = offline().file("p.yaml", "version: 1\nextends: [1.yaml]\n");
        for at in 1..length {
            run = run.file(&format!("{at}.yaml"), format!("version: 1\nextends: [{}.yaml]\n", at + 1));
        }
        run.file(&format!("{length}.yaml"), COMMON).args(["list", "rules", "p.yaml"]).run()
    };
    chain(15).ends_with(0);
    let ran = chain(16).ends_with(2);
    assert!(ran.stderr.contains("more than 16 files") && ran.stderr.contains("15.yaml:2:"), "{}", ran.stderr);
}

#[test]
fn a_narrowed_rule_selects_what_satisfies_both_and_every_report_says_so() {
    let base = "version: 1\nrules:\n  - id: roles\n    select: role\n    where: { predefined_role: false }\n    forbid: {}\n    allow_empty: true\n";
    let api = acme();
    let run = |narrow: &str| {
        let policy = format!("version: 1\nextends: [base.yaml]\nparams: {{ word: Auditor }}\n{narrow}");
        let run = rolelint(&api).file("base.yaml", base).check(&policy);
        run.args(["--format", "json"]).run().json()
    };
    let all = run("conditions: {}\n").rule("roles")["selected"].as_u64().expect("a number");
    let narrowed = run("narrow:\n  roles: { name: $word }\n");
    assert!(all > 1);
    assert_eq!(narrowed.rule("roles")["selected"], 1);
    assert_eq!(narrowed.0["exceptions"][0], "policy.yaml:5: rule roles selects only what satisfies { name: $word }");
    // The place of a finding is in the file of the rule.
    assert_eq!(narrowed.findings().next().expect("a finding")["policy"]["line"], 6);
    // What is unknown stays unknown.
    let unknown = run("narrow:\n  roles: { created_at: { older_than: 1d }, name: { except: Auditor } }\n");
    assert_eq!(unknown.verdicts()["roles"], "violation");
}

#[test]
fn a_narrowing_that_refers_to_nothing_or_is_wrong_is_an_error_in_its_file() {
    let of = |narrow: &str| format!("version: 1\nextends: [common.yaml]\nnarrow:\n  {narrow}\n");
    let files =
        [("common.yaml", COMMON), ("other.yaml", "version: 1\nrules: [{ id: other, select: user, forbid: {} }]")];
    refused(&of("comon: { name: x }"), &files, "p.yaml:4:3", "did you mean `common`?");
    refused(&of("other: { name: x }"), &files, "p.yaml:4:3", "no file that this one extends has a rule `other`");
    refused(&of("common: { email: x }"), &files, "p.yaml:4:13", "a role has no `email`");
    refused(&of("common: {}"), &files, "p.yaml:4:11", "the condition is empty");
    refused(
        "version: 1\nnarrow: { x: { name: y } }\nrules: [{ id: own, select: role, forbid: {} }]",
        &[],
        "p.yaml:2:",
        "has a rule `x`",
    );
}

#[test]
fn a_test_of_a_policy_may_speak_of_the_rules_that_it_extends() {
    let tests = "tests:\n  - name: both\n    org: { roles: [{ name: Auditor }, { name: Other }] }\n    expect: { common: [role/Auditor], own: [role/Other] }\n";
    let policy = "version: 1\nextends: [common.yaml]\nrules: [{ id: own, select: role, forbid: { name: Other } }]\n";
    let run = || offline().file("common.yaml", COMMON).file("p.yaml", policy).file("p_test.yaml", tests);
    let ran = run().args(["test", "p.yaml", "--prove"]).run().ends_with(0);
    // What is extended has tests of its own.
    assert!(ran.stdout.contains("of 1 rules") && ran.stdout.contains("1 of 1 rules proven to fire"), "{}", ran.stdout);
}
