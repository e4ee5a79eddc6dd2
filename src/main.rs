//! The process: parse, run, print the error, exit code. No logic.

use std::io::Write as _;
use std::process::ExitCode;

use miette::{GraphicalTheme, MietteHandlerOpts};
use rolelint::command::Cli;
use rolelint::command::{Exit, run};
use rolelint::console::{Color, Terminal};
use rolelint::escape::mask;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let exit = run(&cli).unwrap_or_else(|error| {
        let exit = error.exit();
        let stderr = Terminal::stderr(cli.common.color);
        // Set once, and only here.
        miette::set_hook(Box::new(move |_| {
            let theme = if stderr.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
            let options = MietteHandlerOpts::new().graphical_theme(theme).width(stderr.width);
            Box::new(options.context_lines(0).terminal_links(false).build())
        }))
        .unwrap_or(());
        // If standard error is gone, the exit code still speaks.
        writeln!(std::io::stderr(), "{:?}", miette::Report::new(error)).unwrap_or(());
        exit
    });
    ExitCode::from(exit.code())
}

/// Shows help, version, or what is wrong with the command line: without the key, should it have got there.
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
