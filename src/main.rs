//! The process: parse, run, print the error, exit code. No logic.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use miette::{GraphicalTheme, MietteHandlerOpts};
use rolelint::cli::Cli;
use rolelint::run::{Exit, Terminal, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = run(&cli).unwrap_or_else(|error| {
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
        Exit::Error
    });
    ExitCode::from(exit.code())
}
