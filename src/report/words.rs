//! Sentences and counts that several formats share: plain text, nothing hidden in it.

use crate::escape::visible;
use crate::finding::{AccessPath, Finding, Outcome, RuleResult, Severity, Status, Thing, Verdict};
use crate::org::{Collection, CollectionSummary, Kind, State};

/// `1 rule`, `2 rules`.
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
}

/// The last line of a report: the rules by verdict, the findings, and whether something is unknown. `paint` is given
/// each verdict's count.
pub fn summary(outcome: &Outcome, paint: impl Fn(Verdict, usize, String) -> String) -> String {
    let verdicts = Verdict::ALL.map(|verdict| {
        let count = outcome.count(verdict);
        paint(verdict, count, format!("{count} {}", verdict.name()))
    });
    let rules = plural(outcome.rules.len(), "rule");
    let statuses = [Status::Violation, Status::Waived, Status::Baselined];
    let found = tally(statuses.map(|status| (status, outcome.count_findings(status))));
    let found = if found.is_empty() { found } else { format!(" ({found})") };
    let skipped = match outcome.skipped.len() {
        0 => String::new(),
        n => format!("; {} skipped", plural(n, "rule")),
    };
    let incomplete = if outcome.complete() { "" } else { "; some answers are unknown" };
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

/// The rules by verdict, the worst first, then by severity, then as in the policies.
pub fn worst_first(outcome: &Outcome) -> Vec<usize> {
    let mut rules: Vec<usize> = (0..outcome.rules.len()).collect();
    let rank = |&at: &usize| (outcome.rules[at].verdict(), outcome.rules[at].info.severity);
    rules.sort_by_key(|at| std::cmp::Reverse(rank(at)));
    rules
}

/// A finding in one line: `waived: user ada@acme.example …`. That it is a violation goes without saying.
pub fn sentence(finding: &Finding) -> String {
    let missing = match finding.missing.as_slice() {
        [] => String::new(),
        missing => format!(" ({})", missing.join("; ")),
    };
    let said = visible(&format!("{}{missing}", finding.message)).into_owned();
    match (finding.status, &finding.waiver) {
        (Status::Violation, _) => said,
        (Status::Waived, Some(waiver)) => format!("waived: {said}; {}", visible(&waiver.to_string())),
        (Status::Unknown | Status::Waived | Status::Baselined, _) => format!("{}: {said}", finding.status.name()),
    }
}

/// The paths of a finding, each in one line.
pub fn paths(finding: &Finding, rule: &RuleResult) -> Vec<String> {
    finding.paths.iter().map(|path| chain(finding, path, rule)).chain(more_paths(finding)).collect()
}

/// `and 3 more paths`, of a finding that has more than it keeps.
pub fn more_paths(finding: &Finding) -> Option<String> {
    (finding.more_paths > 0).then(|| format!("and {}", plural(finding.more_paths, "more path")))
}

/// `ada@acme.example → group Platform → role API Group Manager → api.groups.write`.
fn chain(finding: &Finding, path: &AccessPath, rule: &RuleResult) -> String {
    let mut steps: Vec<String> = finding.steps(path).map(step).collect();
    steps.extend(path.matched.map(|matched| rule.matched[matched].permissions().join(", ")));
    visible(&steps.join(" → ")).into_owned()
}

/// `ada@acme.example → group Platform → role API Group Manager`.
pub fn steps<'t>(path: impl Iterator<Item = &'t Thing>) -> String {
    visible(&path.map(step).collect::<Vec<_>>().join(" → ")).into_owned()
}

fn step(thing: &Thing) -> String {
    if thing.is(Kind::User) { thing.label().into_owned() } else { format!("{} {}", thing.kind.words(), thing.label()) }
}

/// What is missing to answer the rule completely, in one line; empty if nothing is.
pub fn unread(rule: &RuleResult) -> String {
    let unread: Vec<String> = rule.unread.iter().map(ToString::to_string).collect();
    visible(&unread.join("; ")).into_owned()
}

/// The collections that were to be read and are incomplete, each with what happened.
pub fn incomplete(outcome: &Outcome) -> Vec<(Collection, State, String)> {
    let row = |of: &CollectionSummary| Some((of.collection, of.state, visible(of.detail.as_ref()?).into_owned()));
    outcome.coverage.iter().filter_map(row).collect()
}

/// The text, at most that many characters long: what is cut is counted.
pub fn clip(text: &str, most: usize) -> String {
    const NOTE: usize = 40;
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let kept = text.char_indices().nth(most.saturating_sub(NOTE)).map_or(end, |(at, _)| at);
    format!("{}… and {} more characters", &text[..kept], text[kept..].chars().count())
}

/// How severe findings are that call for somebody now.
pub fn is_urgent(severity: Severity) -> bool {
    severity >= Severity::High
}
