//! `rolelint lint`: what is odd about policies, without an organization and without a key.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::check::{check, untold};
use crate::cli::{Common, Rules};
use crate::console::output;
use crate::console::problem::words;
use crate::exceptions::WaiverError;
use crate::finding::{Gate, Severity};
use crate::lint::{self, Judged, LINTS, Subject, Untold, outcome};
use crate::policy::{self, Policy, is_test};
use crate::snapshot;
use crate::testing;

use super::exceptions::WaiverArgs;
use super::input::{self, Inputs};
use super::judged;
use super::reports::Reports;
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Lowest severity of a finding that makes the exit code 1
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        default_value = "low",
        env = "ROLELINT_FAIL_ON",
        hide_env_values = true
    )]
    pub fail_on: Severity,
    /// Leave this lint out; repeatable, or with commas
    #[arg(long, value_name = "LINT", value_delimiter = ',', env = "ROLELINT_ALLOW_LINT", hide_env_values = true,
          value_parser = PossibleValuesParser::new(LINTS.each_ref().map(|lint| lint.code)))]
    pub allow_lint: Vec<String>,
    /// Also say which rules select nothing, and which words match nothing, in a snapshot (- is standard input)
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub reports: Reports,
    #[command(flatten)]
    pub waivers: WaiverArgs,
    #[command(flatten)]
    pub rules: Rules,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let paths = [&args.rules.paths[..], &args.rules.policy].concat();
    let loaded = policies(&args.rules, &paths)
        .and_then(|policies| Ok((policies, testing::load(&paths)?, args.waivers.open(None)?)));
    let (policies, tests, waivers) = match loaded {
        Ok(loaded) => loaded,
        Err(error) => return Err(not_loaded(args, error, common)),
    };
    let inputs = Inputs::of(common).rules(&args.rules).and(&args.snapshot).and(args.waivers.files());
    args.reports.ready(None, &inputs)?;
    let judged = args.snapshot.as_deref().map(|snapshot| judged(snapshot, &policies)).transpose()?;
    let subject = Subject {
        policies: &policies,
        suites: &tests.suites,
        overrides: &args.rules.overrides,
        waivers: waivers.waivers(),
        judged: judged.as_ref(),
    };
    let mut found = outcome(&subject, &args.allow_lint, input::now());
    found.gate = Gate { fail_on: args.fail_on, ..Gate::default() };
    args.reports.write(&found, None, common)
}

/// The error, after a report on it in every format that was asked for. In text, the error itself is the report.
fn not_loaded(args: &Args, error: Error, common: &Common) -> Error {
    let (Error::Policy(policy::Error::Invalid { located })
    | Error::Test(testing::Error::Invalid { located })
    | Error::Waivers(WaiverError::Invalid { located })) = &error
    else {
        return error;
    };
    let inputs = Inputs::of(common).rules(&args.rules).and(args.waivers.files());
    let outcome = lint::not_loaded(located);
    // Problems with the files are reported even if the report cannot be written.
    if let Err(unwritten) = args.reports.ready(None, &inputs).and_then(|()| args.reports.write_errors(&outcome, common))
    {
        output::error(&words(&unwritten));
    }
    error
}

/// What a check says about a snapshot.
fn judged(snapshot: &Path, policies: &[Policy]) -> Result<Judged, Error> {
    let snapshot::Read { org, digest } = snapshot::open(snapshot)?;
    let as_of = org.source.collected_at;
    let mut outcome = check(&org, policies, as_of);
    outcome.digest = digest;
    let untold = untold(&org, policies, as_of).into_iter();
    let untold = untold.map(|(rule, words)| Untold { rule, note: words.note, missing: words.missing }).collect();
    Ok(Judged { outcome, untold })
}

/// The policies that the paths name. Files of tests are left out; they are read elsewhere.
fn policies(rules: &Rules, paths: &[PathBuf]) -> Result<Vec<Policy>, Error> {
    let (tests, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| is_test(path) && path.is_file());
    if paths.is_empty() && !tests.is_empty() {
        return Ok(Vec::new());
    }
    Ok(judged::policies(&Rules { paths, policy: Vec::new(), ..rules.clone() })?.0)
}
