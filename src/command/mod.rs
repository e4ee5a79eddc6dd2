//! The only place where the parts meet: one file for each subcommand.

mod check;
mod completions;
mod doctor;
mod error;
mod fetch;
mod input;
mod man;
mod plan;
mod progress;
mod report;
mod reports;
mod test;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::cli::Common;
use crate::console;
use crate::finding::Ending;

pub use error::Error;

/// A linter for who-may-do-what in an OpenAI organization.
///
/// Exit codes: 0 all rules answered, nothing found; 1 a violation is proven; 2 usage or policy error, nothing was
/// checked; 3 no violation proven, but something is unknown.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What rolelint does, one at a time.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect or read an organization, evaluate policies, report, exit
    Check(Box<check::Args>),
    /// Collect an organization and write a snapshot of it
    Fetch(fetch::Args),
    /// Show which requests a check would make and how long they take; with a key, in numbers
    Plan(plan::Args),
    /// Try each endpoint once: what this key may read, and which rules would be unknown
    Doctor(doctor::Args),
    /// Write the results of a check again, in another format; exit as the check did
    Report(report::Args),
    /// Run the tests of policies: small organizations, and what each rule must say of them
    Test(test::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page of rolelint or of one of its commands
    Man(man::Args),
}

impl Cli {
    /// Reads a command line. A variable of the environment that is set to nothing is not set.
    ///
    /// # Errors
    ///
    /// What is wrong with it; `--help` and `--version` come this way too.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let unset = |arg: clap::Arg| {
            let empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
            if empty { arg.env(Resettable::Reset) } else { arg }
        };
        let command = Self::command().mut_args(unset).mut_subcommands(|command| command.mut_args(unset));
        command.try_get_matches_from(line).and_then(|matches| Self::from_arg_matches(&matches))
    }
}

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

impl From<Ending> for Exit {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Clean => Self::Clean,
            Ending::Violation => Self::Violation,
            Ending::Unknown => Self::Unknown,
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
    console::interrupt::watch().map_err(|source| Error::Start { source })?;
    match &cli.command {
        Command::Check(args) => check::run(args, &cli.common),
        Command::Plan(args) => plan::run(args, &cli.common),
        Command::Doctor(args) => doctor::run(args, &cli.common),
        Command::Fetch(args) => fetch::run(args, &cli.common),
        Command::Report(args) => report::run(args, &cli.common),
        Command::Test(args) => test::run(args, &cli.common),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}
