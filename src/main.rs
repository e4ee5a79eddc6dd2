//! The process: parse, run, print the error, exit code. No logic.

use std::io::Write as _;
use std::process::ExitCode;

use rolelint::command::{Cli, Error, Exit, Unread, run};
use rolelint::console::{Color, Terminal, problem};
use rolelint::escape::mask;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(Unread::Usage(error)) => return usage(&error),
        Err(Unread::Settings(error)) => return failed(&error, Color::Auto),
    };
    match run(&cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => failed(&error, cli.common.color),
    }
}

fn failed(error: &Error, color: Color) -> ExitCode {
    let text = problem::show(error, Terminal::stderr(color).color);
    // If standard error is gone, the exit code still speaks.
    std::io::stderr().write_all(text.as_bytes()).unwrap_or(());
    ExitCode::from(error.exit().code())
}

/// Prints help, the version or a usage error. Masks a key that was typed on the command line.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let (stdout, stderr) = (Terminal::stdout(Color::Auto), Terminal::stderr(Color::Auto));
    let written = if error.use_stderr() {
        let text = if stderr.color { text.ansi().to_string() } else { text.to_string() };
        std::io::stderr().write_all(mask(&text).as_bytes())
    } else {
        let text = if stdout.color { text.ansi().to_string() } else { text.to_string() };
        std::io::stdout().write_all(mask(&text).as_bytes())
    };
    // A closed pipe is no error, and there is nobody left to tell of another.
    written.unwrap_or(());
    if error.use_stderr() { ExitCode::from(Exit::Error.code()) } else { ExitCode::SUCCESS }
}
