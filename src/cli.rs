//! The command line, and nothing else: doc comments are the help.

#![expect(missing_docs, clippy::doc_markdown, reason = "a doc comment here is text that clap shows to users")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{FalseyValueParser, Resettable};
use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::console::Color;
use crate::finding::Severity;
use crate::org::Collection;
use crate::report::Format;
use crate::time::{Time, parse_duration, parse_timestamp};

/// A linter for who-may-do-what in an OpenAI organization.
///
/// Exit codes: 0 all rules answered, nothing found; 1 a violation is proven; 2 usage or policy error, nothing was
/// checked; 3 no violation proven, but something is unknown.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect or read an organization, evaluate policies, report, exit
    Check(Box<Check>),
    /// Collect an organization and write a snapshot of it
    Fetch(Fetch),
    /// Show which requests a check would make and how long they take; with a key, in numbers
    Plan(Plan),
    /// Try each endpoint once: what this key may read, and which rules would be unknown
    Doctor(Doctor),
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

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// Whether to colour: auto looks at the terminal, `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM`
    #[arg(long, global = true, value_enum, default_value_t, env = "ROLELINT_COLOR", hide_env = true)]
    pub color: Color,
    /// Print only findings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: passed rules, every subject; twice: every request
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Show no progress bars
    #[arg(long, global = true, env = "ROLELINT_NO_PROGRESS", hide_env = true, value_parser = FalseyValueParser::new())]
    pub no_progress: bool,
}

/// How to reach the API. The key comes from OPENAI_ADMIN_KEY or a file, never from the command line.
#[derive(Debug, Args)]
#[command(next_help_heading = "API")]
pub struct Api {
    /// Read the admin key from FILE (- is standard input) instead of OPENAI_ADMIN_KEY
    #[arg(long, value_name = "FILE", env = "ROLELINT_KEY_FILE", hide_env = true)]
    pub key_file: Option<PathBuf>,
    /// API base URL, including the version
    #[arg(
        long,
        value_name = "URL",
        env = "OPENAI_BASE_URL",
        hide_env_values = true,
        default_value = "https://api.openai.com/v1"
    )]
    pub base_url: String,
    /// Organization, if the key belongs to several
    #[arg(long, value_name = "ID", env = "OPENAI_ORG_ID", hide_env_values = true)]
    pub organization: Option<String>,
    /// Maximum concurrent requests
    #[arg(long, value_name = "N", default_value_t = 8, env = "ROLELINT_CONCURRENCY", hide_env = true,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Send each endpoint at most N requests a minute [default: adaptive]
    #[arg(long, value_name = "N", value_parser = rate, env = "ROLELINT_RATE", hide_env = true)]
    pub rate: Option<f64>,
    /// Timeout for each attempt at a request
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration, env = "ROLELINT_TIMEOUT", hide_env = true)]
    pub timeout: Duration,
    /// Stop requesting after this time; what was not read by then is unknown [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = duration, env = "ROLELINT_DEADLINE", hide_env = true)]
    pub deadline: Option<Duration>,
    /// Trust the CA certificates in FILE (PEM) in addition to the system's
    #[arg(long, value_name = "FILE", env = "ROLELINT_CA_FILE", hide_env = true)]
    pub ca_file: Option<PathBuf>,
    /// Delay before the first retry of a failed request; doubles up to 60s
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = duration, env = "ROLELINT_RETRY_DELAY", hide_env = true)]
    pub retry_delay: Duration,
}

#[derive(Debug, Args)]
pub struct Check {
    /// A policy file, folder or glob; without any, the built-in baseline
    #[arg(short, long, value_name = "PATH", env = "ROLELINT_POLICY", hide_env = true)]
    pub policy: Vec<PathBuf>,
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env = true)]
    pub snapshot: Option<PathBuf>,
    /// Report format
    #[arg(short, long, value_enum, default_value_t, env = "ROLELINT_FORMAT", hide_env = true)]
    pub format: Format,
    /// Write the report to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub gate: Gate,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

/// What fails the gate.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub struct Gate {
    /// Lowest severity of a violation that makes the exit code 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "low", env = "ROLELINT_FAIL_ON", hide_env = true)]
    pub fail_on: Severity,
    /// Exit with 0 instead of 1; nothing else changes
    #[arg(long)]
    pub exit_zero: bool,
    /// Treat a rule that selects nothing as unknown: exit code 3
    #[arg(long, env = "ROLELINT_STRICT", hide_env = true, value_parser = FalseyValueParser::new())]
    pub strict: bool,
    /// Treat data older than this as missing: nothing passes, exit code 3 (12h, 7d, 2w)
    #[arg(long, value_name = "TIME", value_parser = length, env = "ROLELINT_MAX_AGE", hide_env = true)]
    pub max_age: Option<i64>,
    /// Time from which ages in policies count [default: when the data was collected]
    #[arg(long, value_name = "WHEN", value_parser = when, env = "ROLELINT_AS_OF", hide_env = true)]
    pub as_of: Option<Time>,
}

/// Which rules are judged, and with which parameters.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub struct Rules {
    /// Evaluate only this rule; repeatable
    #[arg(long, value_name = "RULE")]
    pub only: Vec<String>,
    /// Skip this rule; repeatable
    #[arg(long, value_name = "RULE")]
    pub skip: Vec<String>,
    /// Evaluate only rules with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Set a parameter of the policies to a value in YAML, such as max_owners=3
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub param: Vec<(String, String)>,
    /// Set parameters from a YAML mapping in FILE; --param takes precedence
    #[arg(long, value_name = "FILE")]
    pub param_file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Fetch {
    /// The snapshot to write, whole or not at all, readable by its owner only
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Collect only this, such as users or api_keys; repeatable
    #[arg(long, value_name = "COLLECTION", value_parser = collection)]
    pub only: Vec<Collection>,
    /// Reuse from this snapshot the roles of users that neither the audit log nor any list says have changed
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// Do a full fetch if the earlier data is older than this
    #[arg(long, value_name = "TIME", value_parser = length, default_value = "7d", env = "ROLELINT_MAX_FULL_AGE",
          hide_env = true)]
    pub max_full_age: i64,
    #[command(flatten)]
    pub api: Api,
}

#[derive(Debug, Args)]
pub struct Plan {
    /// A policy file, folder or glob; without any, the built-in baseline
    #[arg(short, long, value_name = "PATH", env = "ROLELINT_POLICY", hide_env = true)]
    pub policy: Vec<PathBuf>,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// A policy file, folder or glob; without any, the built-in baseline
    #[arg(short, long, value_name = "PATH", env = "ROLELINT_POLICY", hide_env = true)]
    pub policy: Vec<PathBuf>,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Option<Duration> = text.parse().ok().and_then(|length: jiff::SignedDuration| length.try_into().ok());
    parsed
        .filter(|length| !length.is_zero())
        .ok_or_else(|| "write a length of time such as 500ms, 30s or 2m".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.1);
    rate.ok_or_else(|| "write a number of requests a minute, 0.1 or more".to_owned())
}

fn collection(text: &str) -> Result<Collection, String> {
    let all = || Collection::ALL.map(Collection::name).join(", ");
    Collection::named(text).ok_or_else(|| format!("write one of: {}", all()))
}

fn length(text: &str) -> Result<i64, String> {
    parse_duration(text).map_err(str::to_owned)
}

fn when(text: &str) -> Result<Time, String> {
    parse_timestamp(text).map_err(str::to_owned)
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}
