//! Reports on standard output or in a file, everything else on standard error; and what happens when one is gone.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rolelint::report::Format;

use crate::support::fake::{Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};

const RULE: &str = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { name: Auditor }\n";

#[test]
fn the_report_is_on_standard_output_and_nothing_on_standard_error() {
    let api = acme();
    for format in ["text", "json"] {
        let ran = rolelint(&api).check(RULE).args(["--format", format]).run().ends_with(1);
        assert!(ran.stdout.contains("Auditor"));
        assert_eq!(ran.stderr, "", "{format}");
    }
}

#[test]
fn traces_go_to_standard_error_and_change_no_report() {
    let api = acme();
    let run = |args: &[&str]| rolelint(&api).check(RULE).args(["--format", "json"]).args(args.iter().copied()).run();
    let (plain, traced) = (run(&[]), run(&["-vv"]));
    assert!(traced.stderr.contains("GET /v1/organization/roles: 200"), "{}", traced.stderr);
    let lines = |report: &str| {
        report
            .lines()
            .filter(|l| !l.contains("collected_at") && !l.contains("oldest_fact"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&plain.stdout), lines(&traced.stdout));
}

#[test]
fn an_error_goes_only_to_standard_error() {
    let ran = rolelint(&acme()).check("version: 2").run().ends_with(2);
    assert_eq!(ran.stdout, "");
    assert_ne!(ran.stderr, "");
}

#[test]
fn quiet_prints_the_findings_and_the_last_line() {
    let ran = rolelint(&acme()).check(RULE).args(["-q"]).run().ends_with(1);
    insta::assert_snapshot!(ran.without_time());
    assert_eq!(ran.stderr, "");
}

#[test]
fn quiet_twice_prints_nothing_but_reports_for_programs() {
    let api = acme();
    let run = |args: &[&str]| rolelint(&api).check(RULE).args(args.iter().copied()).run().ends_with(1);
    assert_eq!(run(&["-qq"]).everything(), "");
    assert_eq!(run(&["-qq", "--format", "json"]).json().verdicts().len(), 1);
    // Each takes back one of the other.
    assert_eq!(run(&["-q", "-v"]).stdout, run(&[]).stdout);
    assert_eq!(run(&["-qq", "-v"]).stdout, run(&["-q"]).stdout);
}

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
fn a_reader_that_goes_away_is_not_an_error() {
    let denied = faulty(Organization::acme(), "/organization/roles", When::Always, What::Status(403));
    let none = RULE.replace("Auditor", "None");
    for (api, policy, code) in [(acme(), RULE, 1), (acme(), &none, 0), (denied, RULE, 3)] {
        let run = rolelint(&api).check(policy).args(["--format", "json"]);
        let mut child =
            run.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let says = |line: &str| line.starts_with("help: ") || line.starts_with("warning: roles is incomplete: ");
        assert!(stderr.lines().all(says), "{stderr}");
        assert_eq!(output.status.code(), Some(code));
    }
}

#[test]
fn an_interrupt_ends_the_run_and_leaves_nothing_half_written() {
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let api = faulty(Organization::acme(), "/organization/users", When::Always, What::Hang);
        let folder = tempfile::tempdir().expect("a folder");
        let run = rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]);
        let mut command = run.command();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        while !api.requests().iter().any(|request| request.path == "/v1/organization/users") {
            std::thread::yield_now();
        }
        let killed = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(killed.expect("kill can be run").success());
        let output = child.wait_with_output().expect("it ends");
        // To a shell, 130 and an interrupt are the same.
        let code = output.status.code().or(output.status.signal().map(|signal| 128 + signal));
        assert_eq!(code, Some(128 + number));
        let said = "the responses so far are saved: run the same command to resume\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), said);
        // The answers so far are kept to go on with; of the snapshot there is nothing yet.
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
        assert_eq!(left, ["org.jsonl.journal"]);
    }
}

/// Ends a run while it writes a report, if that can be done before it is finished.
fn ended_while_writing(folder: &Path, signal: &str) -> Option<i32> {
    let run = offline().inside(folder).args(["report", "results.json", "--format", "json", "-o", "report"]);
    let mut child =
        run.command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let files = || std::fs::read_dir(folder).expect("a folder").count();
    // Beside the results and the old report, one more file: it is being written.
    while files() < 3 {
        if child.try_wait().expect("it can be asked").is_some() {
            return None;
        }
    }
    let killed = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
    killed.expect("kill can be run");
    let status = child.wait().expect("it ends");
    status.code().or(status.signal().map(|signal| 128 + signal)).filter(|code| *code >= 128)
}

#[test]
fn a_signal_while_a_report_is_written_leaves_the_old_one_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = rolelint(&acme()).check(RULE).args(["--format", "json"]).run().ends_with(1);
    let mut results = run.json().0;
    // Much to write, and more than half of it has to be escaped.
    let remark = format!("{}\u{7}", "#".repeat(1000));
    results["oddities"] = std::iter::repeat_n(remark, 20_000).collect();
    std::fs::write(folder.path().join("results.json"), results.to_string()).expect("written");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        std::fs::write(folder.path().join("report"), "old").expect("written");
        let ended = (0..100).find_map(|_| ended_while_writing(folder.path(), signal));
        assert_eq!(ended, Some(code));
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        left.sort();
        assert_eq!(left, ["report", "results.json"]);
    }
}

#[test]
fn a_full_disk_is_reported_as_an_error() {
    let api = acme();
    for (policy, code) in [(RULE.replace("Auditor", "None"), 2), (RULE.to_owned(), 1)] {
        let run = rolelint(&api).check(&policy);
        let full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let child = run.command().stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).spawn().expect("started");
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("cannot write standard output"), "{stderr}");
        assert!(stderr.contains("no space is left on the disk"), "{stderr}");
        assert_eq!(output.status.code(), Some(code), "{stderr}");
    }
}

#[test]
fn a_report_can_go_to_a_device() {
    let ran = rolelint(&acme()).check(RULE).args(["-o", "/dev/stdout"]).run().ends_with(1);
    assert!(ran.stdout.contains("Auditor"));
    rolelint(&acme()).check(RULE).args(["-o", "/dev/null"]).run().ends_with(1);
}

#[test]
fn colour_follows_the_flag_and_the_environment() {
    let api = acme();
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let run = rolelint(&api).check(RULE).args(args.iter().copied());
        let run = env.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.run().ends_with(1).stdout.contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "no terminal, no colour");
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("FORCE_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(colored(&[], &[("ROLELINT_COLOR", "always")]));
    assert!(!colored(&[], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(&["--format", "json"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(&["--format", "json", "--color", "always"], &[]));
}

#[test]
fn errors_are_coloured_by_the_same_rules() {
    let error =
        |args: &[&str]| rolelint(&acme()).check("version: 2").args(args.iter().copied()).run().ends_with(2).stderr;
    assert!(!error(&[]).contains('\u{1b}'));
    assert!(error(&["--color", "always"]).contains('\u{1b}'));
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
fn a_run_terminated_while_it_writes_a_report_leaves_no_file() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
        let at = |name: &str| folder.path().join(name);
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
        std::fs::write(at(".tmpOTHERS"), "of another run").expect("written");
        std::fs::write(at("policy.yaml"), RULE).expect("written");
        // The second report goes to a pipe that nobody reads: the run waits there, the first being done.
        let made = Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.expect("mkfifo can be run").success());
        let args = ["check", "-p", "policy.yaml", "-s", "org.jsonl", "--report", "json=a", "--report", "text=pipe"];
        let run = rolelint(&api).inside(folder.path()).args(args).args(["-o", "b"]);
        let child = run.command().stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
        while !at("a").exists() {
            std::thread::yield_now();
        }
        let killed = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(killed.expect("kill can be run").success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, [".tmpOTHERS", "a", "org.jsonl", "pipe", "policy.yaml"]);
    }
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
