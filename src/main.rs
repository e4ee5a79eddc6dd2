//! The process: parse, run, print the error, exit code. No logic.

use std::io::Write as _;
use std::process::ExitCode;

use rolelint::command::{Cli, Error, NotRun, run, show};
use rolelint::console::{Color, Terminal, problem};

fn main() -> ExitCode {
    let (ended, color) = match Cli::read(std::env::args_os()) {
        Ok(cli) => (run(&cli), cli.common.color),
        Err(NotRun::Shown(error)) => (show(&error), Color::Auto),
        Err(NotRun::Wrong(error)) => (Err(error), Color::Auto),
    };
    match ended {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => failed(&error, color),
    }
}

fn failed(error: &Error, color: Color) -> ExitCode {
    let text = problem::show(error, Terminal::stderr(color).color);
    // If standard error is closed, the exit code still tells.
    std::io::stderr().write_all(text.as_bytes()).unwrap_or(());
    ExitCode::from(error.exit().code())
}
