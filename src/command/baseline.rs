//! `rolelint baseline`: accept the violations that there are, so that only new ones fail.

use std::path::{Path, PathBuf};

use crate::check::check;
use crate::cli::{Api, Common, Rules, when};
use crate::console::output::{self, say};
use crate::exceptions::{Baseline, BaselineError};
use crate::finding::Outcome;
use crate::policy::needs;
use crate::time::Time;

use super::exceptions::{AgeArgs, WaiverArgs};
use super::input::{Inputs, Request, facts};
use super::journal::JournalArgs;
use super::judged::{self, Judged};
use super::{Error, Exit};

/// How many violations an error names.
const NAMED: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the baseline to FILE, whole or not at all (- is standard output)
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Also accept violations that are not in the existing FILE
    #[arg(long)]
    pub accept_new: bool,
    /// Write the baseline even if some rules are unknown; their violations will be new once they are known
    #[arg(long)]
    pub allow_unknown: bool,
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Time from which ages in policies count [default: when the data was collected]
    #[arg(long, value_name = "WHEN", value_parser = when, env = "ROLELINT_AS_OF", hide_env_values = true)]
    pub as_of: Option<Time>,
    #[command(flatten)]
    pub age: AgeArgs,
    #[command(flatten)]
    pub waivers: WaiverArgs,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
    #[command(flatten)]
    pub journal: JournalArgs,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let Judged { policies, skipped, .. } = judged::judged(&args.rules, args.as_of)?;
    let waivers = args.waivers.open(args.as_of)?;
    let inputs = Inputs::of(common).rules(&args.rules).and(&args.snapshot).and(&args.api.key_file);
    output::ready(&[Some(args.output.as_path())], inputs.and(args.waivers.files()).files())?;
    let earlier = earlier(&args.output)?;
    let needs = needs(&policies);
    let request = Request { as_of: args.as_of, journal: args.journal.journal(None), ..Request::of(&needs) };
    let facts = facts(args.snapshot.as_deref(), &args.api, common, request)?;
    let org = &facts.org;
    earlier.as_ref().map_or(Ok(()), |earlier| earlier.belongs_to(&org.source.organization))?;
    let mut outcome = check(org, &policies, args.as_of.unwrap_or(org.source.collected_at));
    outcome.skipped = skipped;
    args.age.doubt(&mut outcome);
    waivers.apply(&mut outcome, org);
    if !outcome.complete() && !args.allow_unknown {
        output::error(&unanswered(&outcome));
        return Ok(Exit::Unknown);
    }
    let mut baseline = Baseline::of(&outcome);
    if let Some(earlier) = &earlier {
        baseline.keep(earlier, &outcome);
        let new = baseline.beyond(earlier);
        if !new.is_empty() && !args.accept_new {
            return Err(Error::BaselineGrows { path: args.output.clone(), new: named(&new) });
        }
    }
    output::write_source(&args.output, |to| baseline.write(to))?;
    if !common.is_quiet() {
        say(&summary(&baseline, earlier.as_ref()));
    }
    Ok(Exit::Clean)
}

/// The baseline that is to be replaced.
fn earlier(path: &Path) -> Result<Option<Baseline>, BaselineError> {
    let is_file = !output::is_stdout(path) && std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_file { Baseline::open(path).map(Some) } else { Ok(None) }
}

fn unanswered(outcome: &Outcome) -> String {
    let open: Vec<&str> =
        outcome.rules.iter().filter(|rule| rule.is_open()).map(|rule| rule.info.id.as_str()).collect();
    let rules = named(&open);
    format!("no baseline was written: these rules could not be answered: {rules} (--allow-unknown writes it anyway)")
}

/// The first of them, and how many more there are.
fn named(all: &[&str]) -> String {
    let more = all.len().saturating_sub(NAMED);
    let first = all.iter().take(NAMED).copied().collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{first}; and {more} more") } else { first }
}

fn summary(baseline: &Baseline, earlier: Option<&Baseline>) -> String {
    let all = baseline.len();
    match earlier {
        None => format!("{all} violations are accepted"),
        Some(earlier) => {
            let (new, gone) = (baseline.beyond(earlier).len(), earlier.beyond(baseline).len());
            format!("{all} violations are accepted: {new} new, {gone} taken out")
        }
    }
}
