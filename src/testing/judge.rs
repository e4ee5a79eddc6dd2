//! One test: what its rules say of its organization, against what it expects.

use super::cases::{Case, Expected, Suite};
use super::coverage::Seen;
use crate::check::check;
use crate::finding::{Finding, Outcome, RuleResult, Status, Thing, Verdict};
use crate::policy::Policy;

/// What became of a test.
#[derive(Debug)]
pub struct Judged {
    /// Where expected and found differ; nowhere, if it passed.
    pub differences: Vec<Difference>,
    /// What was seen of each rule that answered as expected.
    pub seen: Vec<(String, Seen)>,
}

/// How a rule's answer differs from what was expected.
#[derive(Debug)]
pub struct Difference {
    /// The rule.
    pub rule: String,
    /// Lines that begin with `- ` (expected, not found), `+ ` (found, not expected) or two blanks (both).
    pub lines: Vec<String>,
    /// What a test has to expect for the rule to answer as expected.
    pub found: Expected,
}

/// Judges a test of this file.
pub fn judge(suite: &Suite, case: &Case) -> Judged {
    judge_with(case, case.own.as_ref().map_or(&suite.policies, |own| &own.policies))
}

/// Judges a test with these policies.
pub(super) fn judge_with(case: &Case, policies: &[Policy]) -> Judged {
    let outcome = check(&case.org, policies, case.now);
    let mut judged = Judged { differences: Vec::new(), seen: Vec::new() };
    for (number, result) in outcome.rules.iter().enumerate() {
        let id = &result.info.id;
        let named = case.expected.iter().find(|(rule, _)| rule == id).map(|(_, expected)| expected);
        let lines = match named {
            Some(expected) => differences(expected, &outcome, number),
            None if case.all => unexpected(&outcome, number),
            None => continue,
        };
        if lines.is_empty() {
            judged.seen.push((id.clone(), seen(result)));
        } else {
            judged.differences.push(Difference { rule: id.clone(), lines, found: found(&outcome, number) });
        }
    }
    judged
}

/// What the rule says, as a test expects it.
fn found(outcome: &Outcome, number: usize) -> Expected {
    let (result, findings) = (&outcome.rules[number], outcome.findings_of(number));
    let of = |status| findings.iter().filter(move |finding| finding.status == status);
    let subjects = |status| of(status).map(|finding| written(&finding.subject)).collect::<Vec<_>>();
    let unknown = subjects(Status::Unknown);
    match result.verdict() {
        Verdict::Unknown if unknown.is_empty() => Expected::Verdict(Verdict::Unknown),
        Verdict::Violation | Verdict::Unknown => {
            Expected::Subjects { violation: subjects(Status::Violation), unknown: result.is_open().then_some(unknown) }
        }
        verdict @ (Verdict::Pass | Verdict::Vacuous) => Expected::Verdict(verdict),
    }
}

/// A subject by a word that means it alone.
fn written(subject: &Thing) -> String {
    let trimmed = subject.called().trim() == subject.called();
    match subject.kind.name() {
        "organization" => "organization".to_owned(),
        kind if subject.ambiguous || !trimmed => format!("{kind}/{}", subject.id),
        kind => format!("{kind}/{}", subject.called()),
    }
}

fn seen(result: &RuleResult) -> Seen {
    let verdict = result.verdict();
    Seen { violation: verdict == Verdict::Violation, pass: verdict == Verdict::Pass, unknown: result.is_open() }
}

/// What a rule found that no test named.
fn unexpected(outcome: &Outcome, number: usize) -> Vec<String> {
    match outcome.rules[number].verdict() {
        Verdict::Pass | Verdict::Vacuous => Vec::new(),
        Verdict::Violation | Verdict::Unknown => differences(&Expected::Verdict(Verdict::Pass), outcome, number),
    }
}

fn differences(expected: &Expected, outcome: &Outcome, number: usize) -> Vec<String> {
    let (result, findings) = (&outcome.rules[number], outcome.findings_of(number));
    match expected {
        Expected::Verdict(verdict) if *verdict == result.verdict() => Vec::new(),
        Expected::Verdict(verdict) => {
            let mut lines = vec![format!("- {}", verdict.name()), format!("+ {}", result.verdict().name())];
            lines.extend(findings.iter().map(|finding| format!("+   {}", told(finding))));
            lines.extend(unread(result));
            lines
        }
        Expected::Subjects { violation, unknown } => {
            let mut lines = compared(violation, findings, Status::Violation, "");
            lines.extend(compared(unknown.as_deref().unwrap_or_default(), findings, Status::Unknown, "unknown "));
            if unknown.is_none() && result.is_open() && result.unknown() == 0 {
                lines.push("+ unknown".to_owned());
                lines.extend(unread(result));
            }
            if unknown.is_some() && !result.is_open() {
                lines.push("- unknown".to_owned());
            }
            if lines.iter().all(|line| line.starts_with("  ")) { Vec::new() } else { lines }
        }
    }
}

fn compared(expected: &[String], findings: &[Finding], status: Status, word: &str) -> Vec<String> {
    let found: Vec<&Finding> = findings.iter().filter(|finding| finding.status == status).collect();
    let is = |finding: &Finding, text: &str| names(&finding.subject).iter().any(|name| name == text);
    let mut lines = Vec::new();
    for text in expected {
        match found.iter().find(|finding| is(finding, text)) {
            Some(finding) => lines.push(format!("  {word}{}", shown(&finding.subject))),
            None => lines.push(format!("- {word}{text}")),
        }
    }
    let surplus = found.iter().filter(|finding| !expected.iter().any(|text| is(finding, text)));
    lines.extend(surplus.map(|finding| format!("+ {word}{}", told(finding))));
    lines
}

/// Everything that a test may call a subject.
fn names(subject: &Thing) -> Vec<String> {
    let kind = subject.kind.name();
    let of = |name: &str| format!("{kind}/{name}");
    let mut names = vec![of(&subject.id), of(subject.called())];
    names.extend(subject.name.as_ref().map(|name| of(name)));
    if kind == "organization" {
        names.push(kind.to_owned());
    }
    names
}

fn shown(subject: &Thing) -> String {
    match subject.kind.name() {
        "organization" => "organization".to_owned(),
        kind => format!("{kind}/{}", subject.called()),
    }
}

fn told(finding: &Finding) -> String {
    let missing = if finding.missing.is_empty() { String::new() } else { format!(" ({})", finding.missing.join("; ")) };
    format!("{}: {}{missing}", shown(&finding.subject), finding.message)
}

fn unread(result: &RuleResult) -> impl Iterator<Item = String> {
    result.unread.iter().map(|unread| format!("+   {unread}"))
}
