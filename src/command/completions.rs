//! `rolelint completions`: what a shell needs to complete the command line.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::console::output;

use super::{Cli, Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to print a completion script for
    #[arg(value_enum)]
    pub shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    // The generator panics if it cannot write, so it writes to memory.
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
    output::stream(|to| to.write_all(&script))?;
    Ok(Exit::Clean)
}
