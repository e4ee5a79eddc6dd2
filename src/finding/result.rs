//! The answer to one rule.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Finding, Matched, Note, RuleInfo, Status};
use crate::org::Collection;

/// The answer to a rule; the worse, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything selected was checked, and nothing was found.
    Pass,
    /// Nothing was selected, so nothing was checked.
    Vacuous,
    /// Data is missing, so neither a violation nor a pass is proven.
    Unknown,
    /// At least one violation is proven.
    Violation,
}

// The worst first: the order of the counts in reports.
words!(Verdict {
    Violation => "violation",
    Unknown => "unknown",
    Vacuous => "vacuous",
    Pass => "pass",
});

/// A rule and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleResult {
    /// What the rule says about itself.
    pub info: Arc<RuleInfo>,
    /// How many things were selected for certain.
    pub selected: usize,
    /// Whether the rule selected nothing although it should select something.
    pub vacuous: bool,
    /// Whether there may be more to select than was read, so that the rule is unknown even without a finding.
    pub truncated: bool,
    /// What would have to be read for a complete answer.
    pub unread: Vec<Unread>,
    /// The permissions that fired, by role. Paths point here.
    pub matched: Vec<Matched>,
    /// What the reader should know about this answer, such as names that nobody has.
    pub notes: Vec<Note>,
    /// Its findings in [`Outcome::findings`].
    pub(super) findings: Range<usize>,
    pub(super) violations: usize,
    pub(super) unknown: usize,
}

/// Something that a rule needs and that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Nobody requested the collection.
    NotRequested(Collection),
    /// The collection is incomplete: why, and what would complete it.
    Incomplete(Collection, String),
    /// Anything else, as a sentence.
    Other(String),
}

impl Unread {
    /// The collection that is missing, if it is one.
    pub fn collection(&self) -> Option<Collection> {
        match self {
            Self::NotRequested(collection) | Self::Incomplete(collection, _) => Some(*collection),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequested(collection) => write!(f, "{collection} was not read"),
            Self::Incomplete(collection, detail) => write!(f, "{collection}: {detail}"),
            Self::Other(sentence) => f.write_str(sentence),
        }
    }
}

impl RuleResult {
    /// A result without findings.
    pub fn new(info: Arc<RuleInfo>) -> Self {
        Self {
            info,
            selected: 0,
            vacuous: false,
            truncated: false,
            unread: Vec::new(),
            matched: Vec::new(),
            notes: Vec::new(),
            findings: 0..0,
            violations: 0,
            unknown: 0,
        }
    }

    /// Counts its findings by what they say.
    pub(super) fn count(&mut self, findings: &[Finding]) {
        let count = |status| findings.iter().filter(|finding| finding.status == status).count();
        (self.violations, self.unknown) = (count(Status::Violation), count(Status::Unknown));
    }

    /// The answer: the worst of its findings.
    pub fn verdict(&self) -> Verdict {
        if self.violations > 0 {
            Verdict::Violation
        } else if self.is_open() {
            Verdict::Unknown
        } else if self.vacuous {
            Verdict::Vacuous
        } else {
            Verdict::Pass
        }
    }

    /// Whether some of it is unknown, whatever the verdict.
    pub fn is_open(&self) -> bool {
        self.truncated || self.unknown > 0
    }

    /// How many violations count: neither waived nor in the baseline.
    pub fn violations(&self) -> usize {
        self.violations
    }

    /// For how many things the answer is unknown.
    pub fn unknown(&self) -> usize {
        self.unknown
    }
}
