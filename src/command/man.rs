//! `rolelint man`: manual pages in roff.

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::console::output;

use super::{Cli, Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command whose page to print; without one, the page of rolelint
    #[arg(value_name = "COMMAND", value_parser = command)]
    pub command: Option<String>,
}

fn command(text: &str) -> Result<String, String> {
    let all = Cli::command();
    let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
    if names.contains(&text) { Ok(text.to_owned()) } else { Err(format!("write one of: {}", names.join(", "))) }
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let mut cli = Cli::command();
    // Gives each command the name of its page, such as rolelint-check.
    cli.build();
    let one = args.command.as_ref().and_then(|name| cli.find_subcommand(name)).cloned();
    let version = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    output::stream(|to| Man::new(one.unwrap_or(cli)).source(version).render(to))?;
    Ok(Exit::Clean)
}
