//! `rolelint waivers`: what each waiver covers now and for how long; to write one, and to take out what is not needed.

mod edit;

use std::path::PathBuf;

use crate::check::check;
use crate::cli::{Api, Common, Rules, when};
use crate::console::output;
use crate::escape::visible;
use crate::exceptions::Use;
use crate::finding::Outcome;
use crate::org::Org;
use crate::policy::needs;
use crate::time::Time;

use super::exceptions::{AgeArgs, WaiverArgs};
use super::input::{self, Request};
use super::judged::{self, Judged};
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub edit: Option<edit::Edit>,
    #[command(flatten)]
    pub on: On,
}

/// What the waivers are held against.
#[derive(Debug, clap::Args)]
pub struct On {
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
}

impl Args {
    /// Which rules it is about.
    pub(crate) fn rules(&mut self) -> &mut Rules {
        match &mut self.edit {
            Some(edit::Edit::Add(args)) => &mut args.rules,
            Some(edit::Edit::Prune(args)) => &mut args.on.rules,
            None => &mut self.on.rules,
        }
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    match &args.edit {
        Some(edit::Edit::Add(args)) => edit::add(args, common),
        Some(edit::Edit::Prune(args)) => edit::prune(args, common),
        None => list(&args.on, common),
    }
}

/// What a check says, with the waivers.
fn judged(on: &On, common: &Common) -> Result<(Org, Outcome, super::exceptions::InForce), Error> {
    let Judged { policies, skipped, .. } = judged::judged(&on.rules, on.as_of)?;
    let waivers = on.waivers.open(on.as_of)?;
    let needs = needs(&policies);
    let request = Request { as_of: on.as_of, ..Request::of(&needs) };
    let org = input::facts(on.snapshot.as_deref(), &on.api, common, request)?.org;
    let mut outcome = check(&org, &policies, on.as_of.unwrap_or(org.source.collected_at));
    outcome.skipped = skipped;
    on.age.doubt(&mut outcome);
    waivers.apply(&mut outcome, &org);
    Ok((org, outcome, waivers))
}

fn list(on: &On, common: &Common) -> Result<Exit, Error> {
    let (org, outcome, waivers) = judged(on, common)?;
    let reviews = waivers.review(&outcome, &org);
    output::stream(|to| {
        for review in &reviews {
            writeln!(to, "{}  {}", review.usage.name(), visible(&review.title))?;
            for covered in &review.covers {
                writeln!(to, "  covers {}", visible(covered))?;
            }
            for remark in &review.remarks {
                writeln!(to, "  note: {}", visible(remark))?;
            }
        }
        Ok(())
    })?;
    let untold = reviews.iter().any(|review| review.usage == Use::Untold);
    Ok(if untold { Exit::Unknown } else { Exit::Clean })
}
