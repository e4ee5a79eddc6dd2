//! `rolelint check`: collect or read, judge, report, exit.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;

use crate::check::check;
use crate::cli::{Api, Common, Rules, length, when};
use crate::exceptions::doubt_old_facts;
use crate::finding::{Gate, Severity};
use crate::org::{Identity, Org};
use crate::policy::{Policy, needs};
use crate::snapshot;
use crate::time::Time;

use super::reports::Reports;
use super::{Error, Exit, input};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub reports: Reports,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

/// What fails the gate.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Gate")]
pub struct GateArgs {
    /// Lowest severity of a violation that makes the exit code 1
    #[arg(
        long,
        value_enum,
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
    #[arg(long, overrides_with = "no_strict", env = "ROLELINT_STRICT", hide_env_values = true, value_parser = FalseyValueParser::new())]
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

impl GateArgs {
    fn gate(&self) -> Gate {
        let strict = self.strict && !self.no_strict;
        Gate { fail_on: self.fail_on, strict, max_age: self.max_age, exit_zero: self.exit_zero }
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let (policies, skipped) = input::policies(&args.rules)?;
    args.reports.ready(inputs(args))?;
    let (org, digest) = facts(args, common, &policies)?;
    let mut outcome = check(&org, &policies, args.gate.as_of.unwrap_or(org.source.collected_at));
    outcome.digest = digest;
    outcome.skipped = skipped;
    outcome.gate = args.gate.gate();
    doubt_old_facts(&mut outcome, input::now());
    if outcome.gate.strict {
        outcome.doubt_unmatched();
    }

    args.reports.write(&outcome, common)
}

/// The files that are read.
fn inputs(args: &Args) -> impl Iterator<Item = &Path> {
    let Rules { paths, policy, param_file, .. } = &args.rules;
    let rules = [paths, policy, param_file].into_iter().flatten();
    rules.chain(&args.snapshot).chain(&args.api.key_file).map(PathBuf::as_path)
}

fn facts(args: &Args, common: &Common, policies: &[Policy]) -> Result<(Org, String), Error> {
    if let Some(path) = &args.snapshot {
        let snapshot::Read { org, digest } = snapshot::open(path)?;
        let told = &org.source.organization;
        if let Some(asked) = input::organization(&args.api)
            && (!told.is_known() || told.differs(&Identity::named(asked)))
        {
            return Err(Error::OtherOrganization { asked: asked.to_owned(), told: told.to_string() });
        }
        return Ok((org, digest));
    }
    let needs = needs(policies);
    let how = input::How { as_of: args.gate.as_of, ..input::How::default() };
    let org = input::collect(&args.api, common, &needs, how)?.0.org;
    let digest = snapshot::digest(&org);
    Ok((org, digest))
}
