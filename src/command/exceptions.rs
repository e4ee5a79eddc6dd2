//! The flags on accepted violations: waivers.

use std::path::{Path, PathBuf};

use crate::cli::length;
use crate::exceptions::{Terms, WaiverError, Waivers};
use crate::finding::Outcome;
use crate::org::Org;
use crate::time::Time;

use super::input;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Exceptions")]
pub struct WaiverArgs {
    /// Accept the violations that the waivers in FILE name; repeatable
    #[arg(long, value_name = "FILE", env = "ROLELINT_WAIVERS", hide_env_values = true)]
    pub waivers: Vec<PathBuf>,
    /// Go by no waivers, whatever the environment says
    #[arg(long, conflicts_with = "waivers")]
    pub no_waivers: bool,
    /// Longest time until a waiver expires
    #[arg(long, value_name = "TIME", default_value = "180d", value_parser = length, env = "ROLELINT_MAX_WAIVER", hide_env_values = true)]
    pub max_waiver: i64,
    /// Report waivers that expire within this time
    #[arg(long, value_name = "TIME", default_value = "14d", value_parser = length, env = "ROLELINT_EXPIRING_WITHIN", hide_env_values = true)]
    pub expiring_within: i64,
}

impl WaiverArgs {
    /// Reads the waivers. An `as_of` in the past brings none back that has expired.
    pub(crate) fn open(&self, as_of: Option<Time>) -> Result<Accepted, WaiverError> {
        let now = input::now();
        let now = as_of.map_or(now, |as_of| as_of.max(now));
        let terms = Terms { now, longest: self.max_waiver, expiring_within: self.expiring_within };
        Ok(Accepted { waivers: Waivers::open(self.files(), &terms)?, terms })
    }

    /// The files that are read.
    pub(crate) fn files(&self) -> &[PathBuf] {
        if self.no_waivers { &[] } else { &self.waivers }
    }

    /// The same as paths.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Path> {
        self.files().iter().map(PathBuf::as_path)
    }
}

/// What accepts violations in this run.
pub(crate) struct Accepted {
    waivers: Waivers,
    terms: Terms,
}

impl Accepted {
    pub(crate) fn apply(&self, outcome: &mut Outcome, org: &Org) {
        self.waivers.apply(outcome, org, &self.terms);
    }
}
