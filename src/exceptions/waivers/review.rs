//! What each waiver does now.

use std::sync::Arc;

use super::entry::Entry;
use super::{Terms, Waivers, remarks};
use crate::document::SourceText;
use crate::finding::{Outcome, Status, ThingKind};
use crate::org::Org;
use crate::time::{DAY, day};

use super::anchor::{Meant, Resolved};

/// Whether a waiver is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It covers a violation.
    Needed,
    /// There is certainly nothing that it would cover.
    Unused,
    /// It no longer applies.
    Expired,
    /// Nobody knows: its rule is unknown, was not judged, or is not there, or its words mean several things.
    Untold,
}

impl Use {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Needed => "in use",
            Self::Unused => "unused",
            Self::Expired => "expired",
            Self::Untold => "unknown",
        }
    }
}

/// A waiver, and what it does now.
#[derive(Debug)]
pub struct Review {
    /// The waiver in one line: place, rules, subject, how long, owner and reason.
    pub title: String,
    /// Whether it is needed.
    pub usage: Use,
    /// The violations that it covers: rule and subject.
    pub covers: Vec<String>,
    /// Remarks on it, in sentences.
    pub remarks: Vec<String>,
}

impl Waivers {
    /// Reviews every waiver by an outcome that they were applied to, in the order of their places.
    pub fn review(&self, outcome: &Outcome, org: &Org, terms: &Terms) -> Vec<Review> {
        self.entries.iter().map(|entry| one(entry, &entry.resolve(org), outcome, terms)).collect()
    }

    /// Of each file as it was read, which of its waivers have expired or are certainly unused, counted from 0.
    pub fn idle(&self, outcome: &Outcome, org: &Org, terms: &Terms) -> Vec<(Arc<SourceText>, Vec<usize>)> {
        let mut idle: Vec<(Arc<SourceText>, Vec<usize>)> = Vec::new();
        let mut number = 0;
        for (entry, review) in self.entries.iter().zip(self.review(outcome, org, terms)) {
            let file = &entry.location.source;
            if idle.last().is_none_or(|(last, _)| !Arc::ptr_eq(last, file)) {
                idle.push((Arc::clone(file), Vec::new()));
                number = 0;
            }
            if let (Use::Unused | Use::Expired, Some((_, of_file))) = (review.usage, idle.last_mut()) {
                of_file.push(number);
            }
            number += 1;
        }
        idle
    }
}

fn one(entry: &Entry, resolved: &Resolved, outcome: &Outcome, terms: &Terms) -> Review {
    let named = |id: &String| outcome.rules.iter().position(|rule| rule.info.id == *id);
    let covered = |rule: usize| {
        let result = &outcome.rules[rule];
        let found = outcome.findings_of(rule).iter().filter(|finding| {
            let is_violation = matches!(finding.status, Status::Violation | Status::Waived);
            is_violation && result.info.waivable && resolved.covers(result, finding)
        });
        found.map(|finding| {
            let subject = &finding.subject;
            let who = if subject.kind == ThingKind::Organization {
                "the organization".to_owned()
            } else {
                format!("{} {}", subject.kind.words(), subject.qualified_label())
            };
            format!("{}: {who}", result.info.id)
        })
    };
    let covers: Vec<String> = entry.rules.iter().filter_map(named).flat_map(covered).collect();
    let is_answered = |id: &String| {
        named(id).is_some_and(|rule| !outcome.rules[rule].is_open() || !outcome.rules[rule].info.waivable)
    };
    let is_clear = !resolved.meant().any(|meant| matches!(meant, Meant::Several(_)));
    let usage = if !entry.is_in_force(terms) {
        Use::Expired
    } else if !covers.is_empty() {
        Use::Needed
    } else if is_clear && entry.rules.iter().all(is_answered) {
        Use::Unused
    } else {
        Use::Untold
    };
    let is_used = |id: &str| covers.iter().any(|covered| covered.split_once(": ").is_some_and(|(rule, _)| rule == id));
    let remarks = remarks::of(entry, resolved, outcome, terms, is_used);
    Review { title: title(entry, terms), usage, covers, remarks }
}

fn title(entry: &Entry, terms: &Terms) -> String {
    let waiver = &entry.waiver;
    let left = waiver.expires.saturating_sub(terms.now).div_euclid(DAY);
    let left = if left < 0 { "over".to_owned() } else { format!("{left} days left") };
    let (rules, who, until) = (entry.rules.join(", "), remarks::spoken(&entry.subject), day(waiver.expires));
    format!(
        "{}:{}: {rules} for {who}, until {until} ({left}), {}: {}",
        waiver.file, waiver.line, waiver.owner, waiver.reason
    )
}
