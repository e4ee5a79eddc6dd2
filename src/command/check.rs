//! `rolelint check`: collect or read, judge, report, exit.

use crate::check::check;
use crate::cli::{Check, Common, Rules};
use crate::console::{Color, Terminal, output};
use crate::document::nearest;
use crate::finding::{Gate, Outcome};
use crate::org::Org;
use crate::policy::{Overrides, Policy, load, needs};
use crate::report::{TextStyle, render};
use crate::snapshot;
use crate::time::rfc3339;

use super::{Error, Exit, input};

/// How far the clock that stamped the facts may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

pub(crate) fn run(args: &Check, common: &Common) -> Result<Exit, Error> {
    let mut policies = load(&args.policy, &overrides(&args.rules)?)?;
    let skipped = narrow(&mut policies, &args.rules)?;
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

fn overrides(args: &Rules) -> Result<Overrides, Error> {
    let mut overrides = Overrides::default();
    for path in &args.param_file {
        let text = std::fs::read_to_string(path).map_err(|source| Error::ParamFile { path: path.clone(), source })?;
        overrides.set_all(&path.to_string_lossy(), &text)?;
    }
    for (name, value) in &args.param {
        overrides.set(name, value)?;
    }
    Ok(overrides)
}

/// Leaves the rules that are to be judged; returns the ids of the others.
fn narrow(policies: &mut [Policy], args: &Rules) -> Result<Vec<String>, Error> {
    let ids = || policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.info.id.as_str());
    for id in args.only.iter().chain(&args.skip) {
        if !ids().any(|known| known == id) {
            let help = nearest(id, ids()).map(|near| format!("did you mean `{near}`?"));
            return Err(Error::NoSuchRule { id: id.clone(), help });
        }
    }
    let tags = || policies.iter().flat_map(|policy| &policy.rules).flat_map(|rule| &rule.info.tags).map(String::as_str);
    if let Some(tag) = args.tag.iter().find(|tag| !tags().any(|known| known == *tag)) {
        let help = nearest(tag, tags()).map(|near| format!("did you mean `{near}`?"));
        return Err(Error::NoSuchTag { tag: tag.clone(), help });
    }
    let mut skipped = Vec::new();
    for policy in &mut *policies {
        let (judged, left) = std::mem::take(&mut policy.rules).into_iter().partition(|rule| {
            (args.only.is_empty() || args.only.contains(&rule.info.id))
                && (args.tag.is_empty() || rule.info.tags.iter().any(|tag| args.tag.contains(tag)))
                && !args.skip.contains(&rule.info.id)
        });
        policy.rules = judged;
        skipped.extend(left.into_iter().map(|rule| rule.info.id.clone()));
    }
    if policies.iter().all(|policy| policy.rules.is_empty()) {
        return Err(Error::NoRule);
    }
    Ok(skipped)
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
        outcome.doubt(&format!("the facts are from {}, which is yet to come", rfc3339(collected_at)));
    }
}
