//! The help, whole: whoever changes the command line sees here what a user will see.

use crate::support::harness::offline;

fn help(args: &[&str]) -> String {
    let run = offline().without("OPENAI_BASE_URL").without("ROLELINT_RETRY_DELAY").without("ROLELINT_CONCURRENCY");
    let ran = run.args(args.iter().copied()).run().ends_with(0);
    assert_eq!(ran.stderr, "");
    // No trailing spaces, which editors take away.
    ran.stdout.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn of_rolelint() {
    insta::assert_snapshot!(help(&["--help"]));
}

#[test]
fn of_check() {
    insta::assert_snapshot!(help(&["check", "--help"]));
}

#[test]
fn of_fetch() {
    insta::assert_snapshot!(help(&["fetch", "--help"]));
}

#[test]
fn the_version_is_the_crates() {
    assert_eq!(help(&["--version"]), format!("rolelint {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_misspelled_command_or_flag_is_corrected() {
    for (args, said) in
        [(&["chek"][..], "check"), (&["check", "--polcy", "x"], "--policy"), (&["fetch", "--outptu"], "--output")]
    {
        let ran = offline().args(args.iter().copied()).run().ends_with(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}
