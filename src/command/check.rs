//! `rolelint check`: collect or read, judge, report, exit.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;

use crate::check::check;
use crate::cli::{Api, Common, Rules, length, report, when};
use crate::console::{Color, Terminal, output};
use crate::finding::{Gate, Outcome, Severity};
use crate::org::{Identity, Org};
use crate::policy::{Policy, needs};
use crate::report::{Format, TextStyle, render};
use crate::snapshot;
use crate::time::{Time, rfc3339};

use super::{Error, Exit, input};

/// How far the clock that stamped the facts may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Report format
    #[arg(short, long, value_enum, default_value_t, env = "ROLELINT_FORMAT", hide_env_values = true)]
    pub format: Format,
    /// Write the report to FILE, whole or not at all, instead of standard output
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

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let (policies, skipped) = input::policies(&args.rules)?;
    let (org, digest) = facts(args, common, &policies)?;
    let mut outcome = check(&org, &policies, args.gate.as_of.unwrap_or(org.source.collected_at));
    outcome.digest = digest;
    outcome.skipped = skipped;
    doubt_if_old(&mut outcome, args);

    let exit = exit(&outcome, args);
    match write(&outcome, args, common) {
        // A violation is proven, whether or not the report found its reader.
        Err(error) if exit == Exit::Violation => {
            output::warn(&Error::from(error).in_one_line());
            Ok(exit)
        }
        written => Ok(written.map(|()| exit)?),
    }
}

/// Writes every report; if one cannot be written, the others still are.
fn write(outcome: &Outcome, args: &Args, common: &Common) -> Result<(), output::Error> {
    let stdout = Terminal::stdout(common.color);
    let style = |file: bool| {
        // A file is no terminal, whatever standard output is.
        let color = if file { common.color == Color::Always } else { stdout.color };
        TextStyle { width: stdout.width, color, quiet: common.quiet, verbose: common.verbose > 0 }
    };
    let to = |path: Option<&Path>, format| output::write(path, |to| render(format, outcome, style(path.is_some()), to));
    let mut written: Vec<Result<(), output::Error>> =
        args.report.iter().map(|(format, path)| to(Some(path), *format)).collect();
    let github = args.format == Format::Github || args.report.iter().any(|(format, _)| *format == Format::Github);
    // GitHub shows this file on the page of the run.
    let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| github && !path.is_empty());
    if let Some(path) = summary {
        let fill = |to: &mut dyn std::io::Write| render(Format::Markdown, outcome, style(true), to);
        written.push(output::append(Path::new(&path), fill));
    }
    written.push(to(args.output.as_deref(), args.format));
    written.into_iter().collect()
}

fn facts(args: &Args, common: &Common, policies: &[Policy]) -> Result<(Org, String), Error> {
    if let Some(path) = &args.snapshot {
        let snapshot::Read { org, digest } = snapshot::open(path)?;
        let told = &org.source.organization;
        if let Some(asked) = input::organization(&args.api)
            && (!told.is_known() || told.differs(&Identity::named(asked)))
        {
            return Err(Error::OtherOrganization { asked: asked.to_owned(), told: told.to_string() });
        }
        return Ok((org, digest));
    }
    let needs = needs(policies);
    let order = input::Order { needs: &needs, as_of: args.gate.as_of, journal: None, since: None };
    let org = input::collect(&args.api, common, &order)?.0.org;
    let digest = snapshot::digest(&org);
    Ok((org, digest))
}

fn exit(outcome: &Outcome, args: &Args) -> Exit {
    match outcome.gate(args.gate.fail_on, args.gate.strict) {
        Gate::Clean => Exit::Clean,
        // Only a violation is waved through: what could not be answered still is not.
        Gate::Violation if args.gate.exit_zero && outcome.answered(args.gate.strict) => Exit::Clean,
        Gate::Violation if args.gate.exit_zero => Exit::Unknown,
        Gate::Violation => Exit::Violation,
        Gate::Unknown => Exit::Unknown,
    }
}

fn doubt_if_old(outcome: &mut Outcome, args: &Args) {
    let Some(max_age) = args.gate.max_age else { return };
    let (oldest, newest) = (outcome.oldest_fact(), outcome.source.collected_at);
    let age = |of: Time| input::now().saturating_sub(of);
    if age(oldest) > max_age {
        let which = if oldest < newest { "the oldest facts, which --since took over, are" } else { "the facts are" };
        let hours = age(oldest) / 3600;
        let from = rfc3339(oldest);
        outcome.doubt(&format!("{which} from {from}, {hours} hours ago: older than --max-age allows"));
    } else if age(newest) < -CLOCK_SKEW {
        outcome.doubt(&format!("the facts are from {}, which is in the future", rfc3339(newest)));
    }
}
