//! The violations that are accepted, for people: each on a line, with the waiver, the most severe first.

use std::cmp::Reverse;

use super::words::sentence;
use crate::escape::visible;
use crate::finding::{Finding, Outcome, Status};

/// By status, this many lines at most and how many more there are; nothing of a status that no finding has.
pub fn lines(outcome: &Outcome, most: usize) -> Vec<(Status, Vec<String>)> {
    let of = |status: Status| {
        let mut all: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.status == status).collect();
        all.sort_by_key(|finding| Reverse(outcome.rules[finding.rule].info.severity));
        let line = |finding: &&Finding| {
            let said = sentence(finding);
            // The status stands before the line.
            let said = said.strip_prefix(status.name()).unwrap_or(&said).trim_start_matches([':', ' ']);
            format!("{}  {said}", visible(&outcome.rules[finding.rule].info.id))
        };
        let mut lines: Vec<String> = all.iter().take(most).map(line).collect();
        if all.len() > most {
            lines.push(format!("and {} more (-v shows them all)", all.len() - most));
        }
        (status, lines)
    };
    [Status::Waived, Status::Baselined].into_iter().map(of).filter(|(_, lines)| !lines.is_empty()).collect()
}
