//! Which files a path stands for, and what is said of files that are not there or contradict each other.

use super::load_errors::rule;
use crate::support::harness::{acme, offline, rolelint};

#[test]
fn a_policy_file_that_cannot_be_read_is_named() {
    let api = acme();
    let run = |path: &str| {
        let run =
            rolelint(&api).file("empty/readme.md", "").file("tests/a_test.yaml", "").file("binary.yaml", b"\xff\xfe");
        run.args(["check", "--policy", path]).run().ends_with(2)
    };
    let table = [
        ("nowhere.yaml", "cannot read `nowhere.yaml`"),
        ("nowhere/*.yaml", "cannot read `nowhere`"),
        ("empty", "no policy at `empty`"),
        ("tests", "no policy at `tests`"),
        ("*.yml", "no policy at `*.yml`"),
        ("[a", "`[a` is not a valid glob"),
        ("binary.yaml", "cannot read `binary.yaml`"),
    ];
    for (path, said) in table {
        let ran = run(path);
        assert!(ran.stderr.contains(said), "{path}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn a_rule_in_two_files_is_an_error_that_names_both() {
    let api = acme();
    let run = rolelint(&api)
        .file("policies/a.yaml", rule("select: role\nforbid: {name: x}"))
        .file("policies/deep/b.yml", rule("select: user\nforbid: {name: y}"));
    let ran = run.args(["check", "--policy", "policies"]).run().ends_with(2);
    for said in
        ["a second rule with the id `asked`", "policies/deep/b.yml:3:9", "the first is in policies/a.yaml, line 3"]
    {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn files_folders_and_globs_are_read_once_each() {
    let api = acme();
    let run = rolelint(&api)
        .file("p/a.yaml", rule("select: role\nforbid: {name: None}"))
        .file("p/b.yml", rule("select: role\nforbid: {name: None}").replace("asked", "other"))
        .file("p/a_test.yaml", "not a policy");
    let args = ["check", "--policy", "p", "--policy", "p/a.yaml", "--policy", "p/*.yaml", "--format", "json"];
    let report = run.args(args).run().ends_with(0).json();
    assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), ["asked", "other"]);
}

#[test]
fn a_policy_with_the_name_of_tests_is_not_passed_over() {
    let policy = rule("select: role\nforbid: {name: None}");
    let run = || offline().file("p/a.yaml", &policy).file("p/deep/contractors_test.yaml", &policy);
    for command in [["check", "p"], ["check", "p/**/*.yaml"], ["lint", "p"]] {
        let ran = run().args(command).run().ends_with(2);
        for words in ["contractors_test.yaml:2:1", "makes a policy", "rename the file"] {
            assert!(ran.stderr.contains(words), "{command:?} {words}\n{}", ran.stderr);
        }
    }
    // Named by itself, it is what it says.
    let api = acme();
    let run = rolelint(&api).file("contractors_test.yaml", &policy).args(["check", "contractors_test.yaml"]);
    run.run().ends_with(0);
}

#[test]
fn paths_need_no_flag_and_a_glob_spans_folders() {
    let api = acme();
    let run = rolelint(&api)
        .file("p/a.yaml", rule("select: role\nforbid: {name: None}"))
        .file("p/deep/er/b.yaml", rule("select: role\nforbid: {name: None}").replace("asked", "other"));
    let report = run.args(["check", "p/**/*.yaml", "--format", "json"]).run().ends_with(0).json();
    assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), ["asked", "other"]);
    let run = rolelint(&api)
        .file("p/a.yaml", rule("select: role\nforbid: {name: None}"))
        .file("p/deep/b.yaml", rule("select: role\nforbid: {name: None}").replace("asked", "other"));
    let report = run.args(["check", "p/*.yaml", "--format", "json"]).run().ends_with(0).json();
    assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), ["asked"]);
}

#[test]
fn a_built_in_pack_can_be_combined_with_other_policies() {
    let api = acme();
    let run = rolelint(&api).file("a.yaml", rule("select: role\nforbid: {name: None}"));
    let report = run.args(["check", "builtin:recommended", "a.yaml", "--format", "json"]).run().ends_with(1).json();
    let verdicts = report.verdicts();
    assert!(verdicts.contains_key("asked") && verdicts.contains_key("too-few-owners"), "{verdicts:?}");
    let ran = offline().args(["check", "builtin:recomended"]).run().ends_with(2);
    assert!(ran.stderr.contains("there is no built-in pack `builtin:recomended`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("builtin:recommended"), "{}", ran.stderr);
}
