//! The report on standard output, everything else on standard error; how loud and how coloured.

use std::fs::File;
use std::process::Stdio;

use super::RULE;
use crate::support::fake::{Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};

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
fn a_text_that_cannot_be_written_is_an_error_whatever_it_is() {
    let commands = [
        "--help",
        "--version",
        "help check",
        "check --help",
        "list rules",
        "list permissions",
        "explain too-many-owners",
        "schema policy",
        "completions bash",
        "man",
        "config",
        "plan",
    ];
    for words in commands {
        let run = offline().args(words.split(' '));
        let full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let child = run.command().stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).spawn().expect("started");
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("cannot write standard output"), "{words}: {stderr}");
        assert_eq!(output.status.code(), Some(2), "{words}: {stderr}");
        assert_eq!(offline().args(words.split(' ')).run().code, 0, "{words}");
    }
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
