//! The only place where the parts meet: one file for each subcommand.

mod check;
mod doctor;
mod error;
mod fetch;
mod input;
mod plan;
mod progress;
#[cfg(test)]
mod tests;

use crate::cli::{Cli, Command};
use crate::console;

pub use error::Error;

/// What the process ends with; the same for every format, verbosity and terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every rule was answered, and nothing that counts was found.
    Clean,
    /// A violation that counts is proven.
    Violation,
    /// Usage, configuration or policy error: nothing was evaluated.
    Error,
    /// No violation that counts is proven, but something could not be answered.
    Unknown,
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Violation => 1,
            Self::Error => 2,
            Self::Unknown => 3,
        }
    }
}

/// Runs a command.
///
/// # Errors
///
/// What kept it from judging or writing anything at all. What it could not find out is no error but an answer.
pub fn run(cli: &Cli) -> Result<Exit, Error> {
    if cli.common.verbose >= 2 {
        console::trace(cli.common.color);
    }
    match &cli.command {
        Command::Check(args) => check::run(args, &cli.common),
        Command::Plan(args) => plan::run(args, &cli.common),
        Command::Doctor(args) => doctor::run(args, &cli.common),
        Command::Fetch(args) => fetch::run(args, &cli.common),
    }
}
