//! `rolelint init`: what it writes is green from the first moment, and takes nobody's file.

use std::path::Path;

use crate::support::fake::What;
use crate::support::harness::{acme, offline, rolelint};
use crate::support::small::with;
use crate::support::workflow::yaml;

fn init(folder: &Path, code: i32) -> String {
    offline().inside(folder).args(["init"]).run().ends_with(code).stderr
}

fn run(folder: &Path, args: &[&str], code: i32) -> String {
    offline().inside(folder).args(args.iter().copied()).run().ends_with(code).stdout
}

#[test]
fn what_it_writes_passes_its_own_lints_and_tests_and_checks_an_organization() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = init(folder.path(), 0);
    assert!(said.contains("next: rolelint lint; rolelint test policies; rolelint check"), "{said}");
    let linted = run(folder.path(), &["lint"], 0);
    assert!(linted.contains("10 lints: 0 violation, 0 unknown, 0 vacuous, 10 pass"), "{linted}");
    let tested = run(folder.path(), &["test", "policies", "--min-coverage", "100"], 0);
    assert!(tested.contains("3 tests passed, 0 failed"), "{tested}");
    let api = acme();
    let report = rolelint(&api).inside(folder.path()).args(["check", "--format", "json"]).run().ends_with(1).json();
    assert!(report.verdicts().contains_key("user-from-elsewhere") && report.verdicts().len() > 20);
}

#[test]
fn the_first_line_of_each_file_names_its_schema_by_which_it_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    init(folder.path(), 0);
    let read = |path: &Path| std::fs::read_to_string(path).expect("it was written");
    for file in ["rolelint.yaml", "policies/access.yaml", "policies/access_test.yaml"] {
        let path = folder.path().join(file);
        let text = read(&path);
        let line = text.lines().next().expect("a line").strip_prefix("# yaml-language-server: $schema=");
        let schema = path.parent().expect("a folder").join(line.expect("it names a schema"));
        let schema = serde_json::from_str(&read(&schema)).expect("JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        assert!(validator.is_valid(&yaml(&text)), "{file}");
    }
}

#[test]
fn a_file_that_is_there_stays_and_nothing_is_written_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("policies")).expect("made");
    let path = folder.path().join("policies/access_test.yaml");
    std::fs::write(&path, "mine").expect("written");
    let said = init(folder.path(), 2);
    assert!(said.contains("`policies/access_test.yaml` exists, nothing was written"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "mine");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    run(folder.path(), &["init", "new/repository"], 0);
    assert!(folder.path().join("new/repository/rolelint.yaml").exists());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_whole_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    // A file where a folder has to be: the first files can be written, and the schemas cannot.
    std::fs::write(folder.path().join(".rolelint"), "").expect("written");
    let ran = offline().inside(folder.path()).args(["init"]).run().ends_with(2);
    assert_ne!(ran.stderr, "");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).expect("listed").map(|entry| entry.expect("read").file_name()).collect();
    assert_eq!(left, [".rolelint"]);
}

/// The demo organization, fetched.
fn fetched(folder: &Path) {
    rolelint(&acme()).inside(folder).args(["fetch", "-q", "-o", "org.jsonl"]).run().ends_with(0);
}

#[test]
fn from_a_snapshot_it_writes_todays_owners_and_bounds_which_hold_until_there_is_one_more() {
    let folder = tempfile::tempdir().expect("a folder");
    fetched(folder.path());
    run(folder.path(), &["init", "--snapshot", "org.jsonl"], 0);
    let read = |file: &str| std::fs::read_to_string(folder.path().join(file)).expect("it was written");
    let config = read("rolelint.yaml");
    assert!(config.contains("  owners:\n    - \"amara.okafor@acme.example\" # why?\n"), "{config}");
    let bounds = read("policies/bounds.yaml");
    assert!(!bounds.contains("MAX") && !bounds.contains("DATE"), "{bounds}");
    run(folder.path(), &["lint"], 0);
    run(folder.path(), &["test", "policies"], 0);
    let check = |bounds: &str| {
        std::fs::write(folder.path().join("policies/bounds.yaml"), bounds).expect("written");
        let only = ["check", "--snapshot", "org.jsonl", "--format", "json", "--only", "more-*,owner-not-on-the-list"];
        let ran = offline().inside(folder.path()).args(only).run();
        (ran.code, ran.json().rules_that_are("violation").join(" "))
    };
    assert_eq!(check(&bounds), (0, String::new()));
    // Each bound is what there is: one less is too few.
    for (at, _) in bounds.match_indices("max: ") {
        let (before, after) = bounds.split_at(at + "max: ".len());
        let (number, rest) = after.split_once(' ').expect("a number");
        let less = number.parse::<u64>().expect("a number").checked_sub(1).expect("the demo has one of each");
        let (code, violated) = check(&format!("{before}{less} {rest}"));
        assert_eq!((code, violated.split(' ').count()), (1, 1), "{violated}");
    }
}

/// A check asks for no more than its rules need, and so does what it saves.
#[test]
fn a_snapshot_of_what_one_rule_needed_says_so_to_the_next_rule_and_is_no_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = |name: &str| {
        format!(
            "version: 1\nrules:\n  - {{ id: r, select: user, where: {{ name: {name} }}, forbid: {{ holds: {{ scope: organization, role: API Group Manager }} }} }}\n"
        )
    };
    rolelint(&acme())
        .inside(folder.path())
        .check(&rule("Emily Carter"))
        .args(["--save", "org.jsonl"])
        .run()
        .ends_with(1);
    std::fs::write(folder.path().join("next.yaml"), rule("Noor van Dijk")).expect("written");
    let next = ["check", "next.yaml", "--snapshot", "org.jsonl", "--format", "json"];
    let report = offline().inside(folder.path()).args(next).run().json().0;
    let unread = &report["rules"][0]["unread"];
    assert_eq!(report["rules"][0]["verdict"], "unknown");
    assert_eq!(
        unread,
        &serde_json::json!([{"collection": "user_roles", "detail": "requested only where a rule needs it"}])
    );
    let ran = offline().inside(folder.path()).args(["init", "new", "--snapshot", "org.jsonl"]).run().ends_with(3);
    let words = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("nothing was written: user_roles: requested only where a rule needs it"), "{words}");
    assert!(words.contains("make the snapshot with `rolelint fetch`"), "{words}");
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_snapshot_that_leaves_open_who_the_owners_are_is_no_beginning() {
    let api = with(&[("/organization/users/*/roles", What::Status(500))]);
    let folder = tempfile::tempdir().expect("a folder");
    let fetch = rolelint(&api).inside(folder.path()).args(["fetch", "-q", "-o", "org.jsonl"]);
    fetch.run().ends_with(3);
    let ran = offline().inside(folder.path()).args(["init", "--snapshot", "org.jsonl"]).run().ends_with(3);
    assert!(
        ran.stderr.contains("the snapshot leaves open what there is, nothing was written: user_roles"),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}
