//! `rolelint diff`: what has changed from one snapshot to another, or to now.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::check::check;
use crate::cli::{Api, Common, Parameter, Rules, assignment, when};
use crate::console::output;
use crate::diff::{FailOn, compare_findings, diff};
use crate::finding::Outcome;
use crate::org::{Collection, Org};
use crate::policy::{Needs, Policy};
use crate::report::{DiffFormat, render_diff};
use crate::time::Time;

use super::input::{self, Inputs, Request};
use super::judged;
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The earlier snapshot (- is standard input)
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later snapshot; without one, the organization is collected now
    #[arg(value_name = "NEW")]
    pub new: Option<PathBuf>,
    /// Exit with 1 on: gained access or new violations (gained), lost access (lost), or any change except new names (any)
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = false)]
    pub fail_on: Option<FailOn>,
    /// Report format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: DiffFormat,
    /// Write the report to FILE [default: -, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also show which violations of these policies are new and which are gone; repeatable
    #[arg(short, long, value_name = "PATH")]
    pub policy: Vec<PathBuf>,
    /// With --policy, only this rule, or rules that match a glob; repeatable or comma-separated
    #[arg(long, value_name = "RULE", value_delimiter = ',', requires = "policy")]
    pub only: Vec<String>,
    /// With --policy, without this rule, or rules that match a glob; repeatable or comma-separated
    #[arg(long, value_name = "RULE", value_delimiter = ',', requires = "policy")]
    pub skip: Vec<String>,
    /// Set a policy parameter to a YAML value, such as `max_owners=3`
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, requires = "policy")]
    pub param: Vec<Parameter>,
    /// Set parameters from a YAML mapping in FILE; --param takes precedence
    #[arg(long, value_name = "FILE", requires = "policy")]
    pub param_file: Vec<PathBuf>,
    /// Time from which ages in policies count in both states [default: when each was collected]
    #[arg(long, value_name = "WHEN", value_parser = when, requires = "policy")]
    pub as_of: Option<Time>,
    #[command(flatten)]
    pub api: Api,
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for DiffFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let policies = policies(args)?;
    let inputs = Inputs::of(common)
        .policies(&args.policy)
        .and(&args.param_file)
        .and([&args.old])
        .and(&args.new)
        .and(&args.api.key_file);
    output::ready(&[args.output.as_deref()], inputs.files())?;
    let (old, _) = input::read(&args.old, &args.api)?;
    let new = if let Some(path) = &args.new {
        input::read(path, &args.api)?.0
    } else {
        let needs = Needs::all(Collection::ALL.into_iter().collect());
        input::collect(&args.api, common, Request::of(&needs))?.0.org
    };
    same_organization(&old, &new)?;
    let mut found = diff(&old, &new);
    if let Some(policies) = &policies {
        let judged = |org: &Org| -> Outcome { check(org, policies, args.as_of.unwrap_or(org.source.collected_at)) };
        compare_findings(&mut found, &judged(&old), &judged(&new));
    }
    let written =
        output::write(args.output.as_deref(), |to| render_diff(args.format, &found, [&old.source, &new.source], to));
    Exit::from(found.ending(args.fail_on)).once(written)
}

/// The policies that were named, if some were.
fn policies(args: &Args) -> Result<Option<Vec<Policy>>, Error> {
    let rules = Rules {
        policy: args.policy.clone(),
        only: args.only.clone(),
        skip: args.skip.clone(),
        param: args.param.clone(),
        param_file: args.param_file.clone(),
        ..Rules::default()
    };
    if args.policy.is_empty() { Ok(None) } else { Ok(Some(judged::policies(&rules)?.0)) }
}

/// Makes sure that the two states are not of two organizations. If one of them does not say, they may be.
fn same_organization(old: &Org, new: &Org) -> Result<(), Error> {
    let (one, two) = (&old.source.organization, &new.source.organization);
    if one.differs(two) || one.is_known() != two.is_known() {
        return Err(Error::TwoOrganizations { old: one.to_string(), new: two.to_string() });
    }
    Ok(())
}
