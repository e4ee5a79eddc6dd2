//! The whole outcome in a sentence: the exit code and what decides it, the rules by verdict, what one rule found.

use super::words::{number, plural};
use crate::finding::{Finding, Judges, Outcome, RuleResult, Status, Verdict};

/// The exit code, and what decides it.
pub fn exit(outcome: &Outcome) -> String {
    if outcome.judges == Judges::LoadErrors {
        let errors = plural(outcome.findings.len(), "error");
        return format!("exit {}: {errors} in files, which do not load", outcome.ending().code());
    }
    let gate = &outcome.gate;
    let counting = |rule: &&RuleResult| rule.violations() > 0 && rule.info.severity >= gate.fail_on;
    let violated = outcome.rules.iter().filter(counting).count();
    let vacuous = if gate.strict { outcome.count(Verdict::Vacuous) } else { 0 };
    let be = |count| if count == 1 { "is" } else { "are" };
    let (floor, noun) = (gate.fail_on.name(), outcome.noun());
    let mut parts = Vec::new();
    if violated > 0 {
        let but = if gate.exit_zero { ", which --exit-zero ignores" } else { "" };
        parts.push(format!("{} {} violated at or above {floor}{but}", plural(violated, noun), be(violated)));
    }
    if gate.strict_baseline && outcome.stale > 0 {
        parts.push(format!("{} of the baseline {} gone", plural(outcome.stale, "finding"), be(outcome.stale)));
    }
    parts.extend(unanswered(outcome));
    if vacuous > 0 {
        parts.push(format!("{} selected nothing, which --strict forbids", plural(vacuous, noun)));
    }
    if parts.is_empty() {
        let accepted = |finding: &&Finding| {
            let is_accepted = matches!(finding.status, Status::Waived | Status::Baselined);
            is_accepted && outcome.rules[finding.rule].info.severity >= gate.fail_on
        };
        let none = match outcome.findings.iter().filter(accepted).count() {
            0 => format!(", and none is violated at or above {floor}"),
            count => {
                format!("; no violation at or above {floor}, apart from {} that {} accepted", number(count), be(count))
            }
        };
        parts.push(format!("every {noun} was answered{none}"));
    }
    format!("exit {}: {}", outcome.ending().code(), parts.join("; "))
}

/// `5 rules are unknown, and 2 of the violated ones are partly unknown`; nothing, if every rule was answered.
fn unanswered(outcome: &Outcome) -> Option<String> {
    let unknown = outcome.count(Verdict::Unknown);
    let partly = outcome.rules.iter().filter(|rule| rule.is_open()).count().saturating_sub(unknown);
    let (noun, be) = (outcome.noun(), |count| if count == 1 { "is" } else { "are" });
    let whole = format!("{} {} unknown", plural(unknown, noun), be(unknown));
    match (unknown, partly) {
        (0, 0) => None,
        (_, 0) => Some(whole),
        (0, _) => Some(format!("{} of the violated {noun}s {} partly unknown", number(partly), be(partly))),
        (_, _) => Some(format!("{whole}, and {} of the violated ones {} partly unknown", number(partly), be(partly))),
    }
}

/// `; 2 rules skipped`, if any are.
pub fn skipped(outcome: &Outcome) -> String {
    match outcome.skipped.len() {
        0 => String::new(),
        n => format!("; {} skipped", plural(n, outcome.noun())),
    }
}

/// The last line but one of a report: the rules by verdict, the findings, and whether something is unknown. `paint` is given
/// each verdict's count.
pub fn summary(outcome: &Outcome, paint: impl Fn(Verdict, usize, String) -> String) -> String {
    let verdicts = Verdict::ALL.map(|verdict| {
        let count = outcome.count(verdict);
        paint(verdict, count, format!("{count} {}", verdict.name()))
    });
    let rules = plural(outcome.rules.len(), outcome.noun());
    let statuses = [Status::Violation, Status::Waived, Status::Baselined];
    let found = tally(statuses.map(|status| (status, outcome.count_findings(status))));
    let found = if found.is_empty() { found } else { format!(" ({found})") };
    let skipped = skipped(outcome);
    let incomplete = match outcome.judges {
        Judges::LoadErrors => "; nothing was linted",
        Judges::Rules | Judges::Lints if outcome.complete() => "",
        Judges::Rules | Judges::Lints => "; some answers are unknown",
    };
    format!("{rules}: {}{found}{skipped}{incomplete}", verdicts.join(", "))
}

/// The same without colours.
pub fn plain_summary(outcome: &Outcome) -> String {
    summary(outcome, |_, _, count| count)
}

/// What was found by one rule: `3 violations, 1 unknown, 2 waived`; of a rule without findings, its verdict.
pub fn found(outcome: &Outcome, rule: usize) -> String {
    let findings = outcome.findings_of(rule);
    let count = |status| findings.iter().filter(|finding| finding.status == status).count();
    let counts = tally(Status::ALL.map(|status| (status, count(status))));
    match outcome.rules[rule].verdict() {
        verdict @ (Verdict::Unknown | Verdict::Vacuous | Verdict::Pass) if counts.is_empty() => {
            verdict.name().to_owned()
        }
        Verdict::Violation | Verdict::Unknown | Verdict::Vacuous | Verdict::Pass => counts,
    }
}

fn tally(counts: impl IntoIterator<Item = (Status, usize)>) -> String {
    let word = |(status, count): (Status, usize)| match status {
        Status::Violation => plural(count, "violation"),
        Status::Unknown | Status::Waived | Status::Baselined => format!("{count} {}", status.name()),
    };
    counts.into_iter().filter(|(_, count)| *count > 0).map(word).collect::<Vec<_>>().join(", ")
}
