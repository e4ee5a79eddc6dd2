//! `rolelint waivers`: what each waiver covers now and for how long; to write one, and to take out what is not needed.

mod edit;

use crate::cli::{Common, Rules};
use crate::console::output;
use crate::escape::visible;
use crate::exceptions::Use;

use super::checked::{Checked, CheckedArgs};
use super::journal::Journal;
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub edit: Option<edit::Edit>,
    #[command(flatten)]
    pub on: CheckedArgs,
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

fn list(on: &CheckedArgs, common: &Common) -> Result<Exit, Error> {
    let Checked { org, outcome, waivers } = on.check(Journal::None, common)?;
    let reviews = waivers.review(&outcome, &org);
    output::stream(|to| {
        for review in &reviews {
            writeln!(to, "{}  {}", review.usage.name(), visible(&review.title))?;
            let covers = if review.usage == Use::Expired { "would cover" } else { "covers" };
            for covered in &review.covers {
                writeln!(to, "  {covers} {}", visible(covered))?;
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
