//! `rolelint check`: collect or read, judge, report, exit.

use crate::check::check;
use crate::cli::{Check, Common};
use crate::console::{Color, Terminal, output};
use crate::finding::{Gate, Outcome};
use crate::org::Org;
use crate::policy::{Policy, needs};
use crate::report::{TextStyle, render};
use crate::snapshot;
use crate::time::rfc3339;

use super::{Error, Exit, input};

/// How far the clock that stamped the facts may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

pub(crate) fn run(args: &Check, common: &Common) -> Result<Exit, Error> {
    let (policies, skipped) = input::policies(&args.policy, &args.rules)?;
    let (org, digest) = facts(args, common, &policies)?;
    let mut outcome = check(&org, &policies, args.gate.as_of.unwrap_or(org.source.collected_at));
    outcome.digest = digest;
    outcome.skipped = skipped;
    doubt_if_old(&mut outcome, args);

    let stdout = Terminal::stdout(common.color);
    // A file is no terminal, whatever standard output is.
    let color = if args.output.is_some() { common.color == Color::Always } else { stdout.color };
    let style = TextStyle { width: stdout.width, color, quiet: common.quiet, verbose: common.verbose > 0 };
    let exit = exit(&outcome, args);
    match output::write(args.output.as_deref(), |to| render(args.format, &outcome, style, to)) {
        // A violation is proven, whether or not the report found its reader.
        Err(error) if exit == Exit::Violation => {
            output::warn(&Error::from(error).in_one_line());
            Ok(exit)
        }
        written => Ok(written.map(|()| exit)?),
    }
}

fn facts(args: &Check, common: &Common, policies: &[Policy]) -> Result<(Org, String), Error> {
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

fn exit(outcome: &Outcome, args: &Check) -> Exit {
    match outcome.gate(args.gate.fail_on, args.gate.strict) {
        Gate::Clean => Exit::Clean,
        // Only a violation is waved through: what could not be answered still is not.
        Gate::Violation if args.gate.exit_zero && outcome.answered(args.gate.strict) => Exit::Clean,
        Gate::Violation if args.gate.exit_zero => Exit::Unknown,
        Gate::Violation => Exit::Violation,
        Gate::Unknown => Exit::Unknown,
    }
}

fn doubt_if_old(outcome: &mut Outcome, args: &Check) {
    let Some(max_age) = args.gate.max_age else { return };
    let collected_at = outcome.source.collected_at;
    let age = input::now().saturating_sub(collected_at);
    let hours = age / 3600;
    if age > max_age {
        outcome.doubt(&format!(
            "the facts are from {}, {hours} hours ago: older than --max-age allows",
            rfc3339(collected_at)
        ));
    } else if age < -CLOCK_SKEW {
        outcome.doubt(&format!("the facts are from {}, which is in the future", rfc3339(collected_at)));
    }
}
