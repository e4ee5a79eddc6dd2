//! The process: parse, run, print the error, exit code. No logic.

use std::io::Write as _;
use std::process::ExitCode;

use rolelint::command::{Cli, Error, Exit, NotRun, run};
use rolelint::console::{Color, Terminal, problem};

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(NotRun::Shown(error)) => return shown(&error),
        Err(NotRun::Wrong(error)) => return failed(&error, Color::Auto),
    };
    match run(&cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => failed(&error, cli.common.color),
    }
}

fn failed(error: &Error, color: Color) -> ExitCode {
    let text = problem::show(error, Terminal::stderr(color).color);
    // If standard error is closed, the exit code still tells.
    std::io::stderr().write_all(text.as_bytes()).unwrap_or(());
    ExitCode::from(error.exit().code())
}

/// Prints the help or the version.
fn shown(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let (stdout, stderr) = (Terminal::stdout(Color::Auto), Terminal::stderr(Color::Auto));
    let in_color = if error.use_stderr() { stderr.color } else { stdout.color };
    let text = if in_color { text.ansi().to_string() } else { text.to_string() };
    let written = if error.use_stderr() {
        std::io::stderr().write_all(text.as_bytes())
    } else {
        std::io::stdout().write_all(text.as_bytes())
    };
    // A closed pipe is not an error, and any other cannot be reported.
    written.unwrap_or(());
    if error.use_stderr() { ExitCode::from(Exit::Error.code()) } else { ExitCode::SUCCESS }
}
