//! `rolelint init`: what it writes is green from the first moment, and takes nobody's file.

use std::path::Path;

use crate::support::harness::{acme, offline, rolelint};
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
