//! `rolelint doctor`: what this key may read, and which rules would be unknown.

use std::fmt::Write as _;

use crate::api::{Answer, Probe, probe};
use crate::cli::{Api, Common, Rules};
use crate::escape::visible;
use crate::org::{Collection, without_request};
use crate::policy::{Policy, Rule};

use super::{Error, Exit, input, judged};
use crate::console::output;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let policies = judged::judged(&args.rules, None)?.policies;
    let (client, _) = input::client(&args.api)?;
    let probes = input::runtime()?.block_on(probe(&client));
    input::warn_of_skew(&client);
    let rules: Vec<&[Rule]> = policies.iter().flat_map(Policy::rules_of_kinds).collect();
    let unknown: Vec<&str> = rules
        .iter()
        .filter(|kinds| kinds.iter().flat_map(Rule::needs).any(|need| fails(&probes, need)))
        .map(|kinds| kinds[0].info.id.as_str())
        .collect();

    let mut report = format!("{}\n", client.base());
    let any_allowed = probes.iter().any(|probe| matches!(probe.answer, Answer::Allowed(_)));
    let mut reasons: Vec<String> = Vec::new();
    for probe in &probes {
        let name = probe.feeds.map_or("audit_logs", Collection::name);
        let (state, detail) = told(probe, any_allowed, &mut reasons);
        writeln!(report, "  {name:<21} {state:<10} {}", visible(&detail)).expect("writing to a string cannot fail");
    }
    let verdict = match unknown.len() {
        0 if rules.len() == 1 => "the rule can be answered".to_owned(),
        0 => format!("all {} rules can be answered", rules.len()),
        all if all == rules.len() && !any_allowed => "no rule can be answered".to_owned(),
        _ => format!("{} of {} rules would be unknown: {}", unknown.len(), rules.len(), unknown.join(", ")),
    };
    if !common.is_quiet() || !unknown.is_empty() {
        writeln!(report, "{verdict}").expect("writing to a string cannot fail");
    }
    output::stream(|stdout| stdout.write_all(report.as_bytes()))?;
    let help = probes.iter().filter_map(|probe| match &probe.answer {
        Answer::Failed { help, .. } => help.clone(),
        Answer::Allowed(_) | Answer::NobodyToAskAbout => None,
    });
    if !common.is_quiet() {
        output::help(&help.collect());
    }
    Ok(if unknown.is_empty() { Exit::Clean } else { Exit::Unknown })
}

/// Each reason of a failure is shown once. If nothing is allowed, a scope is not what is missing.
fn told(probe: &Probe, any_allowed: bool, reasons: &mut Vec<String>) -> (&'static str, String) {
    let (state, mut detail) = match &probe.answer {
        Answer::Allowed(latency) => ("allowed", format!("{} ms", latency.as_millis())),
        Answer::Failed { failure, scope, .. } => {
            let state = if failure.denied { "denied" } else { "failed" };
            let takes = scope.filter(|_| any_allowed);
            let takes = takes.map_or(String::new(), |scope| format!("; it usually requires the scope {scope}"));
            let reason = without_request(&failure.message).into_owned();
            let why = if reasons.contains(&reason) { "for the same reason" } else { &failure.message };
            let detail = format!("{why}{takes}");
            reasons.push(reason);
            (state, detail)
        }
        Answer::NobodyToAskAbout => {
            let parent = probe.feeds.and_then(Collection::parent).map_or("things", Collection::name);
            ("not tried", format!("no {parent} to try it with: the list is empty or could not be read"))
        }
    };
    if let Some((times, rate)) = probe.limit {
        write!(detail, "; got 429 {times} times, so about {rate:.0} requests per minute are possible")
            .expect("writing to a string cannot fail");
    }
    (state, detail)
}

/// Whether a collection cannot be read. An organization may have no groups; what cannot be empty has failed.
fn fails(probes: &[Probe], collection: Collection) -> bool {
    probes.iter().filter(|probe| probe.feeds == Some(collection)).any(|probe| match probe.answer {
        Answer::Allowed(_) | Answer::NobodyToAskAbout => false,
        Answer::Failed { .. } => true,
    })
}
