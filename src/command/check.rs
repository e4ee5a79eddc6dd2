//! `rolelint check`: collect or read, judge, report, exit.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;

use crate::check::check;
use crate::cli::{Api, Common, Rules, length, report, when};
use crate::console::{Color, Terminal, output};
use crate::exceptions::doubt_old_facts;
use crate::finding::{Gate, Outcome, Severity};
use crate::org::Org;
use crate::policy::{Policy, needs};
use crate::report::{Format, TextStyle, render};
use crate::snapshot;
use crate::time::Time;

use super::{Error, Exit, input};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Report format
    #[arg(short, long, value_enum, default_value_t, env = "ROLELINT_FORMAT", hide_env_values = true)]
    pub format: Format,
    /// Write the report to FILE, whole or not at all [default: -, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write a report in FORMAT to PATH as well; repeatable
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report)]
    pub report: Vec<(Format, PathBuf)>,
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
    /// Exit with 0 instead of 1; nothing else changes
    #[arg(long)]
    pub exit_zero: bool,
    /// Treat a rule that selects nothing as unknown: exit code 3
    #[arg(long, env = "ROLELINT_STRICT", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub strict: bool,
    /// Treat data as missing if any of it is older than this: nothing passes, exit code 3 (12h, 7d, 2w)
    #[arg(long, value_name = "TIME", value_parser = length, env = "ROLELINT_MAX_AGE", hide_env_values = true)]
    pub max_age: Option<i64>,
    /// Time from which ages in policies count [default: when the data was collected]
    #[arg(long, value_name = "WHEN", value_parser = when, env = "ROLELINT_AS_OF", hide_env_values = true)]
    pub as_of: Option<Time>,
}

impl GateArgs {
    fn gate(&self) -> Gate {
        Gate { fail_on: self.fail_on, strict: self.strict, max_age: self.max_age, exit_zero: self.exit_zero }
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let (policies, skipped) = input::policies(&args.rules)?;
    ready(args)?;
    let (org, digest) = facts(args, common, &policies)?;
    let mut outcome = check(&org, &policies, args.gate.as_of.unwrap_or(org.source.collected_at));
    outcome.digest = digest;
    outcome.skipped = skipped;
    outcome.gate = args.gate.gate();
    doubt_old_facts(&mut outcome, input::now());

    let exit = Exit::from(outcome.ending());
    match write(&outcome, args, common) {
        // A violation is proven, whether or not the report found its reader.
        Err(error) if exit == Exit::Violation => {
            output::error(&Error::from(error).in_one_line());
            Ok(exit)
        }
        written => Ok(written.map(|()| exit)?),
    }
}

/// Makes sure that every report will find its place.
fn ready(args: &Args) -> Result<(), output::Error> {
    let reports = args.report.iter().map(|(_, path)| Some(path.as_path()));
    let outputs: Vec<Option<&Path>> = reports.chain([args.output.as_deref()]).collect();
    let Rules { paths, policy, param_file, .. } = &args.rules;
    let inputs = [paths, policy, param_file].into_iter().flatten().chain(&args.snapshot).chain(&args.api.key_file);
    output::ready(&outputs, &inputs.map(PathBuf::as_path).collect::<Vec<_>>())?;
    step_summary(args).map_or(Ok(()), |path| output::ready_to_append(Path::new(&path)))
}

/// The file that GitHub shows on the page of the run.
fn step_summary(args: &Args) -> Option<OsString> {
    let github = args.format == Format::Github || args.report.iter().any(|(format, _)| *format == Format::Github);
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| github && !path.is_empty())
}

/// Writes every report; if one cannot be written, the others still are.
fn write(outcome: &Outcome, args: &Args, common: &Common) -> Result<(), output::Error> {
    let stdout = Terminal::stdout(common.color);
    let style = |file: bool| {
        // A file is no terminal, whatever standard output is.
        let color = if file { common.color == Color::Always } else { stdout.color };
        TextStyle { width: stdout.width, color, quiet: common.quiet, verbose: common.verbose > 0 }
    };
    let to = |path: Option<&Path>, format| {
        let file = path.is_some_and(|path| !output::is_stdout(path));
        output::write(path, |to| render(format, outcome, style(file), to))
    };
    let mut written: Vec<Result<(), output::Error>> =
        args.report.iter().map(|(format, path)| to(Some(path), *format)).collect();
    if let Some(path) = step_summary(args) {
        let fill = |to: &mut dyn std::io::Write| render(Format::Markdown, outcome, style(true), to);
        written.push(output::append(Path::new(&path), fill));
    }
    written.push(to(args.output.as_deref(), args.format));
    written.into_iter().collect()
}

fn facts(args: &Args, common: &Common, policies: &[Policy]) -> Result<(Org, String), Error> {
    if let Some(path) = &args.snapshot {
        let snapshot::Read { org, digest } = snapshot::open(path)?;
        return Ok((org, digest));
    }
    let needs = needs(policies);
    let order = input::Order { needs: &needs, as_of: args.gate.as_of, journal: None, since: None };
    let org = input::collect(&args.api, common, &order)?.0.org;
    let digest = snapshot::digest(&org);
    Ok((org, digest))
}
