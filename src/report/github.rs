//! Workflow commands of GitHub Actions: one annotation for each rule that says something, at the words of the policy.
//! GitHub shows ten of each kind for each step; the tenth counts the others.
//!
//! Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::io::{self, Write};

use super::totals::{found, plain_summary};
use super::words::{incomplete, is_urgent, plural, sentence, unread, worst_first};
use crate::document::Region;
use crate::escape::visible;
use crate::finding::{Outcome, RuleResult, Status, Verdict};

/// How many annotations of a kind GitHub shows.
const SHOWN: usize = 10;
/// How many findings of a rule an annotation names.
const NAMED: usize = 5;

/// The kind of an annotation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let rules = worst_first(outcome);
    let coverage = incomplete(outcome);
    for kind in Kind::ALL {
        let rules: Vec<usize> = rules.iter().copied().filter(|&at| self::kind(outcome, at) == Some(kind)).collect();
        let own = [!coverage.is_empty(), !outcome.exceptions.is_empty()];
        let own = own.into_iter().filter(|own| *own && kind == Kind::Warning).count();
        let places = SHOWN - own;
        let shown = if rules.len() > places { places - 1 } else { rules.len() };
        for &at in &rules[..shown] {
            annotation(outcome, at, kind, to)?;
        }
        if rules.len() > shown {
            let title = format!("and {}", plural(rules.len() - shown, &format!("more {}", outcome.noun())));
            let ids: Vec<&str> = rules[shown..].iter().map(|&at| outcome.rules[at].info.id.as_str()).collect();
            line(to, kind, &format!("title={}", property(&title)), &visible(&ids.join(", ")))?;
        }
        if own > 0 && !coverage.is_empty() {
            let each = coverage.iter().map(|(of, state, detail)| format!("{of} {}: {detail}", state.name()));
            line(to, kind, "title=incomplete collections", &each.collect::<Vec<_>>().join("\n"))?;
        }
        if own > 0 && !outcome.exceptions.is_empty() {
            line(to, kind, "title=exceptions", &visible_lines(&outcome.exceptions))?;
        }
    }
    writeln!(to, "{}", plain_summary(outcome))
}

fn visible_lines(sentences: &[String]) -> String {
    sentences.iter().map(|sentence| visible(sentence)).collect::<Vec<_>>().join("\n")
}

/// How loud a rule is; `None` if there is nothing to say.
fn kind(outcome: &Outcome, at: usize) -> Option<Kind> {
    let rule = &outcome.rules[at];
    match rule.verdict() {
        Verdict::Violation if is_urgent(rule.info.severity) => Some(Kind::Error),
        Verdict::Violation => Some(Kind::Warning),
        // A job that could not look is not green.
        Verdict::Unknown => Some(Kind::Error),
        Verdict::Vacuous => Some(Kind::Notice),
        Verdict::Pass => (!outcome.findings_of(at).is_empty()).then_some(Kind::Notice),
    }
}

fn annotation(outcome: &Outcome, at: usize, kind: Kind, to: &mut dyn Write) -> io::Result<()> {
    let rule = &outcome.rules[at];
    let info = &*rule.info;
    let title = format!("{} ({}): {}", info.id, info.severity.name(), found(outcome, at));
    let properties = format!("{},title={}", place(outcome, at), property(&title));
    line(to, kind, &properties, &body(outcome, at, rule))
}

fn body(outcome: &Outcome, at: usize, rule: &RuleResult) -> String {
    let findings = outcome.findings_of(at);
    let mut lines = vec![visible(&rule.info.title).into_owned()];
    lines.extend(findings.iter().take(NAMED).map(sentence));
    if findings.len() > NAMED {
        lines.push(format!("and {} more", findings.len() - NAMED));
    }
    lines.extend(Some(unread(rule)).filter(|unread| !unread.is_empty()).map(|unread| format!("unread: {unread}")));
    if rule.verdict() == Verdict::Vacuous {
        lines.push("the rule selected nothing (vacuous)".to_owned());
    }
    if let Some(remediation) = rule.info.remediation.as_deref().filter(|_| rule.verdict() == Verdict::Violation) {
        lines.push(format!("fix: {}", visible(remediation.trim_end())));
    }
    lines.join("\n")
}

/// The exact words that fired; of a rule without a violation, its id.
fn place(outcome: &Outcome, at: usize) -> String {
    let info = &*outcome.rules[at].info;
    let fired = outcome.findings_of(at).iter().find(|finding| finding.status == Status::Violation);
    let (source, region) = fired.map_or_else(
        || (&info.location.source, info.location.region()),
        |finding| (finding.source(info), finding.region.bare()),
    );
    let Region { line, column, end_line, end_column, .. } = region;
    let file = property(&source.name);
    // GitHub takes columns only within one line.
    let columns = if line == end_line { format!(",col={column},endColumn={end_column}") } else { String::new() };
    format!("file={file},line={line},endLine={end_line}{columns}")
}

fn line(to: &mut dyn Write, kind: Kind, properties: &str, message: &str) -> io::Result<()> {
    writeln!(to, "::{} {properties}::{}", kind.name(), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::rendered;
    use super::super::{Format, sample};
    use super::*;

    #[test]
    fn at_most_ten_annotations_of_a_kind_and_the_tenth_counts_the_rest() {
        let mut outcome = sample::outcome();
        let rule = outcome.rules[0].clone();
        let findings = outcome.findings_of(0).to_vec();
        for _ in 0..30 {
            outcome.push(rule.clone(), findings.clone());
        }
        let report = rendered(Format::Github, &outcome);
        for kind in Kind::ALL {
            let of_kind = report.lines().filter(|line| line.starts_with(&format!("::{} ", kind.name())));
            assert!(of_kind.count() <= SHOWN, "{}", kind.name());
        }
        assert!(report.contains("::error title=and 24 more rules::"), "{report}");
    }

    #[test]
    fn every_line_but_the_last_is_one_annotation_without_injected_properties() {
        let report = rendered(Format::Github, &sample::outcome());
        let lines: Vec<&str> = report.lines().collect();
        for line in &lines[..lines.len() - 1] {
            let (kind, rest) = line.strip_prefix("::").and_then(|line| line.split_once(' ')).expect("a command");
            assert!(Kind::ALL.iter().any(|own| own.name() == kind), "{line}");
            let properties = rest.split_once("::").expect("a message").0;
            let names: Vec<&str> = properties.split(',').filter_map(|property| property.split('=').next()).collect();
            let own = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(names == own || names == ["title"], "{names:?} in {line}");
        }
    }
}
