//! What a check says, with its waivers: what `baseline` and `waivers` start from.

use std::path::PathBuf;

use crate::check::check;
use crate::cli::{Api, Common, Rules, when};
use crate::finding::Outcome;
use crate::org::Org;
use crate::policy::needs;
use crate::time::Time;

use super::Error;
use super::exceptions::{AgeArgs, InForce, WaiverArgs};
use super::input::{self, Request};
use super::journal::Journal;
use super::judged::{self, Judged};

/// What is checked.
#[derive(Debug, clap::Args)]
pub struct CheckedArgs {
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

/// What a check says.
pub struct Checked {
    pub org: Org,
    pub outcome: Outcome,
    pub waivers: InForce,
}

impl CheckedArgs {
    pub(crate) fn check(&self, journal: Journal<'_>, common: &Common) -> Result<Checked, Error> {
        let Judged { policies, skipped, .. } = judged::judged(&self.rules, self.as_of)?;
        let waivers = self.waivers.open(self.as_of)?;
        let needs = needs(&policies);
        let request = Request { as_of: self.as_of, journal, ..Request::of(&needs) };
        let org = input::facts(self.snapshot.as_deref(), &self.api, common, request)?.org;
        let mut outcome = check(&org, &policies, self.as_of.unwrap_or(org.source.collected_at));
        outcome.skipped = skipped;
        self.age.doubt(&mut outcome);
        waivers.apply(&mut outcome, &org);
        Ok(Checked { org, outcome, waivers })
    }
}
