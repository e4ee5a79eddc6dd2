//! The flags on accepted violations: waivers and the baseline.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::BoolishValueParser;

use crate::atomic::identity;
use crate::cli::length;
use crate::console::output::warn;
use crate::document::SourceText;
use crate::exceptions::{Baseline, BaselineError, Review, Terms, WaiverError, Waivers, doubt_old_facts};
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
    /// Longest time until a waiver expires
    #[arg(long, value_name = "TIME", default_value = "180d", value_parser = length, env = "ROLELINT_MAX_WAIVER", hide_env_values = true)]
    pub max_waiver: i64,
    /// Report waivers that expire within this time
    #[arg(long, value_name = "TIME", default_value = "14d", value_parser = length, env = "ROLELINT_EXPIRING_WITHIN", hide_env_values = true)]
    pub expiring_within: i64,
}

impl WaiverArgs {
    /// Reads the waivers. An `as_of` in the past brings none back that has expired.
    pub(crate) fn open(&self, as_of: Option<Time>) -> Result<InForce, WaiverError> {
        let terms = self.terms(as_of);
        Ok(InForce { waivers: Waivers::open(&self.files(), &terms)?, terms })
    }

    /// On what terms they count.
    pub(crate) fn terms(&self, as_of: Option<Time>) -> Terms {
        let now = input::now();
        let now = as_of.map_or(now, |as_of| as_of.max(now));
        Terms { now, longest: self.max_waiver, expiring_within: self.expiring_within }
    }

    /// The files that are read, each once, by the first of its names.
    pub(crate) fn files(&self) -> Vec<&Path> {
        let mut seen = BTreeSet::new();
        let named = self.waivers.iter().map(PathBuf::as_path);
        named.filter(|path| seen.insert(identity(path))).collect()
    }
}

/// How old facts may be that waivers and the baseline go by.
#[derive(Debug, clap::Args)]
pub struct AgeArgs {
    /// Treat data as missing if any of it is older than this (12h, 7d, 2w)
    #[arg(long, value_name = "TIME", value_parser = length, env = "ROLELINT_MAX_AGE", hide_env_values = true)]
    pub max_age: Option<i64>,
}

impl AgeArgs {
    /// Takes back what old facts say, or warns of it.
    pub(crate) fn doubt(&self, outcome: &mut Outcome) {
        outcome.gate.max_age = self.max_age;
        if let Some(old) = doubt_old_facts(outcome, input::now()) {
            warn(&old);
        }
    }
}

/// The waivers of this run.
pub(crate) struct InForce {
    waivers: Waivers,
    terms: Terms,
}

impl InForce {
    /// All of them, whether or not they count.
    pub(crate) fn waivers(&self) -> &Waivers {
        &self.waivers
    }

    pub(crate) fn apply(&self, outcome: &mut Outcome, org: &Org) {
        self.waivers.apply(outcome, org, &self.terms);
    }

    /// What each does, given an outcome that they were applied to.
    pub(crate) fn review(&self, outcome: &Outcome, org: &Org) -> Vec<Review> {
        self.waivers.review(outcome, org, &self.terms)
    }

    /// Of each file, which of its waivers are not needed, counted from 0.
    pub(crate) fn idle(&self, outcome: &Outcome, org: &Org) -> Vec<(Arc<SourceText>, Vec<usize>)> {
        self.waivers.idle(outcome, org, &self.terms)
    }
}

/// Which violations are known already.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Exceptions")]
pub struct BaselineArgs {
    /// Accept the violations in FILE, which `rolelint baseline` wrote
    #[arg(long, value_name = "FILE", env = "ROLELINT_BASELINE", hide_env_values = true)]
    pub baseline: Option<PathBuf>,
    /// Exit with 1 if a violation in the baseline is fixed but still listed there
    #[arg(long, overrides_with = "no_strict_baseline", env = "ROLELINT_STRICT_BASELINE", hide_env_values = true, value_parser = BoolishValueParser::new())]
    pub strict_baseline: bool,
    /// Not strict about the baseline, whatever the environment says
    #[arg(long, overrides_with = "strict_baseline")]
    pub no_strict_baseline: bool,
}

impl BaselineArgs {
    /// The file that is read.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// Reads the baseline; without one, nothing is accepted.
    pub(crate) fn open(&self) -> Result<Baseline, BaselineError> {
        self.file().map_or_else(|| Ok(Baseline::default()), Baseline::open)
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.strict_baseline && !self.no_strict_baseline
    }
}
