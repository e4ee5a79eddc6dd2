//! `rolelint baseline`: accept the violations that there are, so that only new ones fail.

use std::path::{Path, PathBuf};

use crate::cli::Common;
use crate::console::output::{self, say};
use crate::escape::shown;
use crate::exceptions::{Baseline, BaselineError};
use crate::finding::Outcome;
use crate::report::plural;

use super::checked::{Checked, CheckedArgs};
use super::input::Inputs;
use super::journal::JournalArgs;
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
    #[command(flatten)]
    pub on: CheckedArgs,
    #[command(flatten)]
    pub journal: JournalArgs,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let on = &args.on;
    let inputs = Inputs::of(common).rules(&on.rules).and(&on.snapshot).and(&on.api.key_file);
    output::ready(&[Some(args.output.as_path())], inputs.and(on.waivers.files()).files())?;
    let earlier = earlier(&args.output)?;
    let Checked { org, outcome, .. } = on.check(args.journal.journal(None), common)?;
    earlier.as_ref().map_or(Ok(()), |earlier| earlier.belongs_to(&org.source.organization))?;
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
        say(&format!("wrote {}: {}", shown(&args.output), summary(&baseline, earlier.as_ref())));
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
    let all = plural(baseline.len(), "violation");
    match earlier {
        None => format!("{all} accepted"),
        Some(earlier) => {
            let (new, gone) = (baseline.beyond(earlier).len(), earlier.beyond(baseline).len());
            format!("{all} accepted, {new} new, {gone} removed")
        }
    }
}
