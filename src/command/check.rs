//! `rolelint check`: collect or read, judge, report, exit.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{BoolishValueParser, EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, ValueEnum as _};

use crate::check::check;
use crate::cli::{Api, Common, Rules, length, when};
use crate::console::output::warn;
use crate::exceptions::doubt_old_facts;
use crate::finding::{Gate, Severity};
use crate::org::Org;
use crate::policy::needs;
use crate::snapshot;
use crate::time::Time;

use super::exceptions::{BaselineArgs, WaiverArgs};
use super::input::{self, Inputs, Request};
use super::journal::JournalArgs;
use super::judged::{self, Judged};
use super::reports::Reports;
use super::{Error, Exit, unread};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Also write what was collected to FILE, as a snapshot that only you can read
    #[arg(long, value_name = "FILE", conflicts_with = "snapshot")]
    pub save: Option<PathBuf>,
    #[command(flatten)]
    pub reports: Reports,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub waivers: WaiverArgs,
    #[command(flatten)]
    pub baseline: BaselineArgs,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
    #[command(flatten)]
    pub journal: JournalArgs,
}

/// What fails the gate.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Gate")]
pub struct GateArgs {
    /// Lowest severity of a violation that makes the exit code 1; for none, --exit-zero
    #[arg(
        long,
        value_parser = Floor,
        value_name = "SEVERITY",
        default_value = "low",
        env = "ROLELINT_FAIL_ON",
        hide_env_values = true
    )]
    pub fail_on: Severity,
    /// Exit with 0 instead of 1; other exit codes do not change
    #[arg(long)]
    pub exit_zero: bool,
    /// Treat a rule that selects nothing, or names something that does not exist, as unknown (exit code 3)
    #[arg(long, overrides_with = "no_strict", env = "ROLELINT_STRICT", hide_env_values = true, value_parser = BoolishValueParser::new())]
    pub strict: bool,
    /// Turn off --strict, whatever the environment says
    #[arg(long, overrides_with = "strict")]
    pub no_strict: bool,
    /// Treat data as missing if any of it is older than this (12h, 7d, 2w): no rule passes, and the exit code is 3
    #[arg(long, value_name = "TIME", value_parser = length, env = "ROLELINT_MAX_AGE", hide_env_values = true)]
    pub max_age: Option<i64>,
    /// Time from which ages in policies count [default: when the data was collected]
    #[arg(long, value_name = "WHEN", value_parser = when, env = "ROLELINT_AS_OF", hide_env_values = true)]
    pub as_of: Option<Time>,
}

/// Reads `--fail-on`, and helps who writes `none`.
#[derive(Clone)]
struct Floor;

impl TypedValueParser for Floor {
    type Value = Severity;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Severity, clap::Error> {
        EnumValueParser::<Severity>::new().parse_ref(command, arg, value).map_err(|mut error| {
            if value.eq_ignore_ascii_case("none") {
                let tip = "for no severity at all, write --exit-zero".into();
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            }
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Severity::value_variants().iter().filter_map(Severity::to_possible_value)))
    }
}

impl GateArgs {
    pub(crate) fn gate(&self) -> Gate {
        let strict = self.strict && !self.no_strict;
        Gate { fail_on: self.fail_on, strict, max_age: self.max_age, exit_zero: self.exit_zero, ..Gate::default() }
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let Judged { policies, skipped, overridden } = judged::judged(&args.rules, args.gate.as_of)?;
    let waivers = args.waivers.open(args.gate.as_of)?;
    let baseline = args.baseline.open()?;
    let inputs = Inputs::of(common).rules(&args.rules).and(&args.snapshot).and(&args.api.key_file);
    args.reports.ready(args.save.as_deref(), &inputs.and(args.waivers.files()).and(args.baseline.file()))?;
    let (needs, journal) = (needs(&policies), args.journal.journal(args.gate.max_age));
    let request = Request { as_of: args.gate.as_of, journal, ..Request::of(&needs) };
    let facts = input::facts(args.snapshot.as_deref(), &args.api, common, request)?;
    let org = &facts.org;
    baseline.belongs_to(&org.source.organization)?;
    if let Some(path) = &args.save {
        save(org, path)?;
    }
    let mut outcome = check(org, &policies, args.gate.as_of.unwrap_or(org.source.collected_at));
    outcome.digest.clone_from(&facts.digest);
    outcome.skipped = skipped;
    outcome.exceptions = overridden;
    outcome.gate = Gate { strict_baseline: args.baseline.is_strict(), ..args.gate.gate() };
    if let Some(old) = doubt_old_facts(&mut outcome, input::now()) {
        warn(&old);
    }
    if outcome.gate.strict {
        outcome.doubt_unmatched();
    }
    waivers.apply(&mut outcome, org);
    baseline.apply(&mut outcome);

    let exit = args.reports.write(&outcome, Some(org), common);
    // The process ends now, which frees the memory of a large organization faster than piece by piece.
    std::mem::forget((outcome, facts));
    exit
}

/// Writes the snapshot, unless it would be empty: that must not replace another one.
fn save(org: &Org, path: &Path) -> Result<(), Error> {
    if unread::is_all(org) {
        warn("nothing could be read, so no snapshot was written");
        return Ok(());
    }
    snapshot::save(org, path)?;
    Ok(())
}
