//! Completion scripts and manual pages.

use std::process::Command;

use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;
use rolelint::command::Cli;

use crate::support::harness::{Ran, offline};

/// Runs without the variables that the harness sets: what is printed depends on nothing around.
fn print(args: &[&str]) -> Ran {
    let run = offline().without("OPENAI_BASE_URL").without("ROLELINT_RETRY_DELAY").without("ROLELINT_CONCURRENCY");
    let ran = run.args(args.iter().copied()).run().ends_with(0);
    assert_eq!(ran.stderr, "");
    ran
}

fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn each_shell_gets_a_script_that_knows_every_command() {
    for shell in Shell::value_variants() {
        let name = shell.to_possible_value().expect("every shell has a name").get_name().to_owned();
        let script = print(&["completions", &name]).stdout;
        for command in commands() {
            assert!(script.contains(&command), "{name} does not know {command}");
        }
        assert!(script.contains("param-file"), "{name}");
    }
    let ran = offline().args(["completions", "tcsh"]).run().ends_with(2);
    assert!(ran.stderr.contains("bash"), "{}", ran.stderr);
}

#[test]
fn bash_accepts_the_script_and_completes_with_it() {
    let script = print(&["completions", "bash"]).stdout;
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), script).expect("it can be written");
    let parsed = Command::new("bash").arg("-n").arg(file.path()).output().expect("bash can be started");
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));

    let ask = "source \"$0\"; COMP_WORDS=(rolelint check --for); COMP_CWORD=2; \
               _rolelint rolelint --for check; echo \"${COMPREPLY[@]}\"";
    let completed = Command::new("bash").args(["-c", ask]).arg(file.path()).output().expect("bash can be started");
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "--format\n");
}

#[test]
fn every_command_has_a_manual_page_with_its_flags() {
    let whole = print(&["man"]).stdout;
    for command in commands() {
        assert!(whole.contains(&format!("rolelint\\-{command}(1)")), "{command} is not in\n{whole}");
        let page = print(&["man", &command]).stdout;
        assert!(
            page.contains(&format!(".TH rolelint-{command} 1  \"rolelint {}\"", env!("CARGO_PKG_VERSION"))),
            "{page}"
        );
        let known = Cli::command();
        let flags =
            known.find_subcommand(&command).expect("it is known").get_arguments().filter_map(clap::Arg::get_long);
        for flag in flags.filter(|flag| *flag != "help") {
            assert!(page.contains(&flag.replace('-', "\\-")), "{command} --{flag} is not in\n{page}");
        }
    }
    let ran = offline().args(["man", "chek"]).run().ends_with(2);
    assert!(ran.stderr.contains("write one of: check, fetch"), "{}", ran.stderr);
}
