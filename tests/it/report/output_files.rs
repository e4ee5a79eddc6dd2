//! Reports in files, by `-o` and `--report`: written whole or not at all, and never over a file that was read.

use std::os::unix::fs::PermissionsExt as _;

use rolelint::report::Format;

use super::RULE;
use crate::support::harness::{acme, rolelint};

#[test]
fn an_output_file_holds_the_same_report() {
    let api = acme();
    for format in ["text", "json"] {
        let folder = tempfile::tempdir().expect("a folder");
        let run = || rolelint(&api).inside(folder.path()).check(RULE).args(["--format", format]);
        let shown = run().run().ends_with(1).stdout;
        let ran = run().args(["-o", "report"]).run().ends_with(1);
        assert_eq!(ran.stdout, "");
        let written = std::fs::read_to_string(folder.path().join("report")).expect("a report");
        let lines = |text: &str| {
            text.lines()
                .filter(|l| !l.contains("collected_at") && !l.contains("oldest_fact"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(&written), lines(&shown));
    }
}

#[test]
fn an_output_file_is_written_whole_or_not_at_all() {
    let api = acme();
    let folder = tempfile::tempdir().expect("a folder");
    let none = RULE.replace("Auditor", "None");
    let run = |policy: &str, to: &str| rolelint(&api).inside(folder.path()).check(policy).args(["-o", to]).run();
    for policy in [&none, RULE] {
        let ran = run(policy, "no/such/folder/report").ends_with(2);
        assert!(ran.stderr.contains("cannot write `no/such/folder/report`"), "{}", ran.stderr);
    }
    assert_eq!(api.requests(), [], "that is found before anything is asked");
    run(&none, ".").ends_with(2);
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(left, ["policy.yaml"]);

    // A run that comes to nothing leaves the report of the last one.
    std::fs::write(folder.path().join("report"), "old").expect("written");
    run("version: 2", "report").ends_with(2);
    assert_eq!(std::fs::read_to_string(folder.path().join("report")).expect("a report"), "old");
    run(&none, "report").ends_with(0);
    let mode = std::fs::metadata(folder.path().join("report")).expect("a report").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_report_can_go_to_a_device() {
    let ran = rolelint(&acme()).check(RULE).args(["-o", "/dev/stdout"]).run().ends_with(1);
    assert!(ran.stdout.contains("Auditor"));
    rolelint(&acme()).check(RULE).args(["-o", "/dev/null"]).run().ends_with(1);
}

#[test]
fn a_report_in_every_format_is_written_beside_the_one_on_standard_output() {
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    let path = |format: Format| folder.path().join(format.name());
    let reports = Format::ALL.map(|format| format!("{}={}", format.name(), path(format).display()));
    let run = rolelint(&api).check(RULE).args(reports.iter().flat_map(|report| ["--report", report]));
    let plain = rolelint(&api).check(RULE).run().ends_with(1);
    assert_eq!(run.run().ends_with(1).stdout, plain.stdout);
    for format in Format::ALL {
        let report = std::fs::read(path(format)).expect("the report was written");
        if format.is_binary() {
            assert!(report.starts_with(b"PK"), "{}", format.name());
            continue;
        }
        let report = String::from_utf8(report).expect("it is text");
        assert!(report.contains("asked"), "{}: {report}", format.name());
    }
}

#[test]
fn a_report_that_has_no_format_or_no_path_is_refused() {
    for report in ["sarif", "sarif=", "xml=a"] {
        rolelint(&acme()).check(RULE).args(["--report", report]).run().ends_with(2);
    }
}

#[test]
fn a_report_that_cannot_be_written_in_the_end_is_an_error_and_the_others_are_written() {
    let api = acme();
    for (policy, code) in [(RULE.replace("Auditor", "None"), 2), (RULE.to_owned(), 1)] {
        let ran = rolelint(&api).check(&policy).args(["--report", "json=/dev/full"]).run().ends_with(code);
        assert!(ran.stderr.contains("error: cannot write `/dev/full`") || code == 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("cannot write `/dev/full`"), "{}", ran.stderr);
        assert!(ran.stdout.contains("1 rule: "), "{}", ran.stdout);
    }
}

#[test]
fn no_file_that_was_read_is_written_over() {
    let api = acme();
    let table = [
        "check policies -o policies/p.yaml",
        "check policies/*.yaml --report json=policies/p.yaml",
        "check policies/p.yaml -o policies/p_test.yaml",
        "check policies -o rolelint.yaml",
        "check policies --param-file params.yaml -o params.yaml",
        "baseline policies -o rolelint.yaml",
        "lint policies -o policies/p_test.yaml",
        "lint policies --param-file params.yaml -o params.yaml",
        "test policies -o policies/p_test.yaml",
        "test -p policies -o policies/p.yaml",
        "test policies -o rolelint.yaml",
        "diff org.jsonl org.jsonl -p policies -o policies/p.yaml",
        "report results.json -o rolelint.yaml",
        "fetch -o rolelint.yaml",
    ];
    for line in table {
        let tests = "policy: p.yaml\ntests:\n  - { name: one, org: {}, expect: { asked: pass } }\n";
        let run = rolelint(&api).file("policies/p.yaml", RULE).file("policies/p_test.yaml", tests);
        let run = run.file("rolelint.yaml", "strict: false\n").file("params.yaml", "{}\n").file("org.jsonl", "old");
        let ran = run.file("results.json", "old").args(line.split(' ')).run().ends_with(2);
        assert!(ran.stderr.contains(" is an input of this run and would be overwritten"), "{line}: {}", ran.stderr);
    }
}

/// Outputs that cannot all be written, or not without loss, and what is said of them.
const UNFIT: [(&[&str], &str); 13] = [
    (&["check", "-o", "none/a"], "cannot write `none/a`"),
    (&["check", "-o", "org.jsonl/a"], "cannot write `org.jsonl/a`"),
    (&["check", "-o", "."], "cannot write `.`"),
    (&["check", "--report", "json=none/a"], "cannot write `none/a`"),
    (&["check", "--report", "json=-"], "two outputs go to standard output"),
    (&["check", "--report", "json=/dev/stdout", "-o", "-"], "two outputs go to standard output"),
    (&["check", "-o", "a", "--report", "json=./a"], "two outputs go to `a`"),
    (&["check", "--report", "json=a", "--report", "text=link"], "two outputs go to `link`"),
    (&["check", "-s", "org.jsonl", "-o", "./org.jsonl"], "`./org.jsonl` is an input of this run"),
    (&["check", "--key-file", "a", "--report", "json=a"], "`a` is an input of this run"),
    (&["fetch", "-o", "none/a"], "cannot write snapshot `none/a`"),
    (&["fetch", "-o", "a", "--key-file", "a"], "`a` is an input of this run"),
    (&["test", "-o", "none/a"], "cannot write `none/a`"),
];

#[test]
fn outputs_that_cannot_be_written_or_would_overwrite_a_file_are_found_before_any_request() {
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    for name in ["a", "org.jsonl"] {
        std::fs::write(folder.path().join(name), "old").expect("written");
    }
    std::os::unix::fs::symlink("a", folder.path().join("link")).expect("linked");
    for (args, said) in UNFIT {
        let ran = rolelint(&api).inside(folder.path()).args(args.iter().copied()).run().ends_with(2);
        assert!(ran.stderr.contains(said) && !ran.stderr.contains(".tmp"), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    let summary = rolelint(&api).inside(folder.path()).env("GITHUB_STEP_SUMMARY", "none/summary");
    let ran = summary.args(["check", "--format", "github"]).run().ends_with(2);
    assert!(ran.stderr.contains("cannot write `none/summary`"), "{}", ran.stderr);
    assert_eq!(api.requests(), []);
    for name in ["a", "org.jsonl"] {
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("there"), "old");
    }
}

#[test]
fn a_minus_is_standard_output() {
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    let run = |args: &[&str]| {
        rolelint(&api).inside(folder.path()).check(RULE).args(args.iter().copied()).run().ends_with(1).stdout
    };
    let plain = run(&[]);
    assert_eq!(run(&["-o", "-"]), plain);
    let both = run(&["-o", "a", "--report", "text=-"]);
    assert_eq!(both, plain);
    assert_eq!(std::fs::read_to_string(folder.path().join("a")).expect("a report"), plain);
    assert!(!folder.path().join("-").exists());
    assert_eq!(run(&["--report", "json=/dev/null", "--report", "text=/dev/null"]), plain);
}

#[test]
fn the_step_summary_is_added_to_what_others_wrote() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("summary.md");
    let api = acme();
    let run = |format: &str| {
        std::fs::write(&path, "# Other\n").expect("written");
        let run = rolelint(&api).check(RULE).env("GITHUB_STEP_SUMMARY", &path.display().to_string());
        run.args(["--format", format]).run().ends_with(1);
        std::fs::read_to_string(&path).expect("a summary")
    };
    assert!(run("github").starts_with("# Other\n## rolelint: `org-"));
    assert_eq!(run("json"), "# Other\n");
}
