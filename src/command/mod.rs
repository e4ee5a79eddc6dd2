//! The only place that uses all modules: one file for each subcommand.

mod access;
mod baseline;
mod check;
mod checked;
mod completions;
mod config;
mod diff;
mod doctor;
mod environment;
mod error;
mod evidence;
mod exceptions;
mod explain;
mod fetch;
mod init;
mod input;
mod journal;
mod judged;
mod key;
mod lint;
mod list;
mod man;
mod overrides;
mod parameters;
mod plan;
mod progress;
mod register;
mod report;
mod reports;
mod schema;
mod settings;
mod test;
#[cfg(test)]
mod tests;
mod undo;
mod unread;
mod usage;
mod waivers;
mod who;

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::cli::{Common, Rules};
use crate::config::{Config, Origin, Setting};
use crate::console;
use crate::cores;
use crate::finding::Ending;

pub use error::Error;
use undo::undoable;
pub use usage::show;

/// A linter for who may do what in an OpenAI organization.
///
/// Exit codes: 0 all rules answered, no violation; 1 a violation; 2 usage or policy error, nothing was checked;
/// 3 no violation proven, but something is unknown.
#[derive(Debug, Parser)]
#[command(version, bin_name = "rolelint", max_term_width = 100)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The settings, including those from the environment and the configuration.
    #[arg(skip)]
    pub settings: Vec<Setting>,
    /// The configuration, where errors find the place of a word.
    #[arg(skip)]
    configuration: Option<Config>,
}

/// What rolelint does, one at a time.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect an organization or read a snapshot, evaluate policies and report
    Check(Box<check::Args>),
    /// Write the present violations as accepted, so that `check --baseline` fails on new ones only
    Baseline(Box<baseline::Args>),
    /// Collect an organization and write a snapshot of it
    Fetch(fetch::Args),
    /// Show what each waiver covers and for how long; add one, or remove those that are not needed
    Waivers(Box<waivers::Args>),
    /// Show who gained or lost which access between two snapshots, or since one snapshot
    Diff(Box<diff::Args>),
    /// Show what everybody holds, or what one user, group or service account holds, and through which paths
    Access(Box<access::Args>),
    /// Show who holds a permission, and through which paths
    Who(Box<who::Args>),
    /// Put all that a verdict rests on into one bundle for an auditor; `evidence verify` computes it again
    Evidence(Box<evidence::Args>),
    /// Show which requests a check would make; with a key, also how many and how long they take
    Plan(plan::Args),
    /// Try each endpoint once; show what this key may read and which rules would be unknown
    Doctor(doctor::Args),
    /// Say what a rule demands in one sentence, what it reads, and which organization would violate it
    Explain(explain::Args),
    /// Convert the saved results of a check to another format; exit with the code of the check
    Report(report::Args),
    /// Run the tests of policies against small organizations
    Test(test::Args),
    /// Find likely mistakes in policies: duplicates, misspelled permissions, rules without a test
    Lint(lint::Args),
    /// Write a first configuration, policy and test, with schemas for the editor
    Init(init::Args),
    /// List rules, permissions and attributes; with a snapshot, also roles, users and other things
    List(list::Args),
    /// Print the JSON Schema of policies, the configuration, tests or results, for editors and programs
    Schema(schema::Args),
    /// Print the settings for a check and where each comes from
    Config(Box<check::Args>),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page of rolelint or of one of its commands
    Man(man::Args),
}

impl Cli {
    /// The commands with their flags. Further reports that the environment and the configuration ask for are those of a
    /// check: other commands would overwrite them.
    fn shape() -> clap::Command {
        let by_hand = |command: clap::Command| command.mut_arg("report", |arg| arg.env(Resettable::Reset));
        undoable(Self::command()).mut_subcommand("lint", by_hand).mut_subcommand("report", by_hand)
    }

    /// Reads a command line, with the environment and the configuration as defaults.
    ///
    /// # Errors
    ///
    /// What is wrong with any of them; `--help` and `--version` also arrive as errors.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Result<Self, NotRun> {
        let line: Vec<OsString> = line.into_iter().collect();
        let parse = |config: Option<&Config>| {
            let parsed = environment::laid_over(Self::shape(), config).try_get_matches_from(&line);
            parsed.and_then(|matches| Ok((Self::from_arg_matches(&matches)?, matches))).map_err(usage::not_run)
        };
        let (mut cli, mut matches) = match parse(None) {
            // The help does not depend on the environment.
            Err(NotRun::Shown(error)) => {
                return Err(NotRun::Shown(Self::command().try_get_matches_from(line).err().unwrap_or(error)));
            }
            parsed => parsed?,
        };
        let config = cli.config()?;
        if let Some(config) = &config {
            settings::fit(&Self::shape(), config).map_err(Error::from)?;
            (cli, matches) = parse(Some(config))?;
        }
        cli.settings = settings::in_force(&Self::shape(), &matches, config.as_ref());
        if let Some(rules) = cli.command.rules() {
            parameters::merge(rules, &mut cli.settings, config.as_ref())?;
            rules.overrides = config.as_ref().map_or_else(Vec::new, |config| config.overrides().to_vec());
        }
        cli.common.config = config.as_ref().map(|config| config.path().to_owned());
        cli.paths_stand_alone();
        cli.configuration = config;
        Ok(cli)
    }

    /// The configuration that the command line names, or the one that is found.
    fn config(&self) -> Result<Option<Config>, Error> {
        let Common { config, no_config, .. } = &self.common;
        let same_for_all =
            matches!(self.command, Command::Init(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_));
        if *no_config || same_for_all {
            return Ok(None);
        }
        if let Some(path) = config {
            return Ok(Some(Config::open(path)?));
        }
        // If the current folder is unknown, there is nothing above it.
        let folder = std::env::current_dir().unwrap_or_default();
        Ok(Config::find(&folder)?)
    }

    /// A path on the command line replaces the policies in the environment and the configuration.
    fn paths_stand_alone(&mut self) {
        let given =
            self.settings.iter().any(|setting| setting.name == "policy" && matches!(setting.origin, Origin::Flag(_)));
        let (paths, policy) = if let Command::Test(args) = &mut self.command {
            (&args.paths, &mut args.policy)
        } else if let Some(rules) = self.command.rules() {
            (&rules.paths, &mut rules.policy)
        } else {
            return;
        };
        if !paths.is_empty() && !given {
            policy.clear();
            self.settings.retain(|setting| setting.name != "policy");
        }
    }
}

/// Why no command was run.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// It asks for the help or the version, or there is no command.
    #[error(transparent)]
    Shown(clap::Error),
    /// It is wrong, or what it leaves to the environment or the configuration is.
    #[error(transparent)]
    Wrong(#[from] Error),
}

impl Command {
    /// Which rules it is about, if it is about rules.
    fn rules(&mut self) -> Option<&mut Rules> {
        match self {
            Self::Check(args) | Self::Config(args) => Some(&mut args.rules),
            Self::Baseline(args) => Some(&mut args.on.rules),
            Self::Plan(args) => Some(&mut args.rules),
            Self::Doctor(args) => Some(&mut args.rules),
            Self::Lint(args) => Some(&mut args.rules),
            Self::List(args) => Some(&mut args.rules),
            Self::Explain(args) => Some(&mut args.rules),
            Self::Waivers(args) => Some(args.rules()),
            Self::Evidence(args) => args.rules(),
            Self::Fetch(_)
            | Self::Diff(_)
            | Self::Access(_)
            | Self::Who(_)
            | Self::Report(_)
            | Self::Test(_)
            | Self::Init(_)
            | Self::Schema(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
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

    /// The same once the report is written. A violation is proven even if the report could not be written.
    fn once(self, written: Result<(), console::output::Error>) -> Result<Self, Error> {
        match written {
            Err(error) if self == Self::Violation => {
                console::output::error(&console::problem::words(&error));
                Ok(self)
            }
            written => Ok(written.map(|()| self)?),
        }
    }
}

impl From<Ending> for Exit {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Clean => Self::Clean,
            Ending::Violation => Self::Violation,
            Ending::NotLoaded => Self::Error,
            Ending::Unknown => Self::Unknown,
        }
    }
}

/// Runs a command.
///
/// # Errors
///
/// What kept it from checking or writing anything. Missing data is not an error but an answer.
pub fn run(cli: &Cli) -> Result<Exit, Error> {
    if cli.common.traces() {
        console::trace();
    }
    environment::look(&Cli::command())?;
    cores::limit(cli.common.threads.map_or(0, usize::from));
    console::interrupt::watch().map_err(|source| Error::Start { source })?;
    let ran = match &cli.command {
        Command::Check(args) => check::run(args, &cli.common),
        Command::Baseline(args) => baseline::run(args, &cli.common),
        Command::Waivers(args) => waivers::run(args, &cli.common),
        Command::Diff(args) => diff::run(args, &cli.common),
        Command::Evidence(args) => evidence::run(args, &cli.common),
        Command::Access(args) => access::run(args, &cli.common),
        Command::Who(args) => who::run(args, &cli.common),
        Command::Plan(args) => plan::run(args, &cli.common),
        Command::Doctor(args) => doctor::run(args, &cli.common),
        Command::Fetch(args) => fetch::run(args, &cli.common),
        Command::Report(args) => report::run(args, &cli.common),
        Command::Test(args) => test::run(args, &cli.common),
        Command::Lint(args) => lint::run(args, &cli.common),
        Command::Init(args) => init::run(args, &cli.common),
        Command::Explain(args) => explain::run(args, &cli.common),
        Command::List(args) => list::run(args, &cli.common),
        Command::Schema(args) => schema::run(args),
        Command::Config(_) => config::run(&cli.settings),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    };
    ran.map_err(|error| error.placed(&cli.settings, cli.configuration.as_ref()))
}
