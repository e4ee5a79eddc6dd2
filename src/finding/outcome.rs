//! The outcome of a check as a value. Findings are stored; verdicts and numbers are derived from them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Finding, Matched, Note, RuleInfo, Severity, Status};
use crate::org::{Collection, Coverage, Source};
use crate::time::Time;

/// The answer to a rule; the worse, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything selected was checked, and nothing was found.
    Pass,
    /// Nothing was selected: the rule said nothing.
    Vacuous,
    /// Data are missing: nothing was proven, in either direction.
    Unknown,
    /// At least one violation is proven.
    Violation,
}

impl Verdict {
    /// All of them, the worst first: the order of the counts in reports.
    pub const ALL: [Self; 4] = [Self::Violation, Self::Unknown, Self::Vacuous, Self::Pass];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Vacuous => "vacuous",
            Self::Unknown => "unknown",
            Self::Violation => "violation",
        }
    }
}

/// A rule and its answer.
#[derive(Clone, Debug)]
pub struct RuleResult {
    /// What the rule says about itself.
    pub info: Arc<RuleInfo>,
    /// How many things were selected for certain.
    pub selected: usize,
    /// Whether to select nothing, as it did, leaves the rule without a meaning.
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
    findings: Range<usize>,
    violations: usize,
    unknown: usize,
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

/// All that a check says.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The moment from which ages count.
    pub as_of: Time,
    /// Where the facts come from.
    pub source: Source,
    /// The digest of the facts.
    pub digest: String,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// Where the API's view of inheritance and what follows from the groups differ, in sentences. Both count.
    pub disagreements: Vec<String>,
    /// What in the data reads otherwise than it is, in sentences.
    pub oddities: Vec<String>,
    /// The rules with their answers, in the order of the policies.
    pub rules: Vec<RuleResult>,
    /// The ids of rules that were loaded but not to be judged.
    pub skipped: Vec<String>,
    /// The findings: by rule, violations first, then by subject.
    pub findings: Vec<Finding>,
}

/// What a gate makes of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Every rule was answered, and nothing that counts was found.
    Clean,
    /// A violation that counts is proven.
    Violation,
    /// No violation that counts is proven, but something could not be answered.
    Unknown,
}

impl Outcome {
    /// Adds a rule with its findings, which then know its index.
    pub fn push(&mut self, mut result: RuleResult, findings: Vec<Finding>) {
        let from = self.findings.len();
        let rule = self.rules.len();
        self.findings.extend(findings.into_iter().map(|finding| Finding { rule, ..finding }));
        result.findings = from..self.findings.len();
        let count = |status| self.findings[from..].iter().filter(|finding| finding.status == status).count();
        (result.violations, result.unknown) = (count(Status::Violation), count(Status::Unknown));
        self.rules.push(result);
    }

    /// When the oldest fact was read: at this collection, or at the one that it was taken over from.
    pub fn oldest_fact(&self) -> Time {
        let collected_at = self.source.collected_at;
        self.coverage.carried_from().map_or(collected_at, |carried| carried.min(collected_at))
    }

    /// Whether every rule was answered for everything it selects.
    pub fn complete(&self) -> bool {
        !self.rules.iter().any(RuleResult::is_open)
    }

    /// Turns every answer but a violation into unknown, for this reason: on such facts, nothing is a pass.
    pub fn doubt(&mut self, reason: &str) {
        for rule in &mut self.rules {
            rule.truncated = true;
            rule.unread.push(Unread::Other(reason.to_owned()));
        }
    }

    /// Turns the answers of rules with words that match nothing into unknown: a name that is misspelt proves nothing.
    pub fn doubt_unmatched(&mut self) {
        for rule in &mut self.rules {
            let unmatched = rule.notes.iter().filter(|note| note.unmatched);
            let reasons: Vec<Unread> = unmatched.map(|note| Unread::Other(note.text.clone())).collect();
            rule.truncated |= !reasons.is_empty();
            rule.unread.extend(reasons);
        }
    }

    /// How many rules have that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|rule| rule.verdict() == verdict).count()
    }

    /// The findings of one rule.
    pub fn findings_of(&self, rule: usize) -> &[Finding] {
        &self.findings[self.rules[rule].findings.clone()]
    }

    /// How many findings have that status.
    pub fn count_findings(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }

    /// What a gate makes of it: violations below `fail_on` do not count; with `strict`, a vacuous rule is unknown.
    pub fn gate(&self, fail_on: Severity, strict: bool) -> Gate {
        if self.rules.iter().any(|rule| rule.violations > 0 && rule.info.severity >= fail_on) {
            Gate::Violation
        } else if self.answered(strict) {
            Gate::Clean
        } else {
            Gate::Unknown
        }
    }

    /// Whether every rule has an answer; with `strict`, a vacuous rule has none.
    pub fn answered(&self, strict: bool) -> bool {
        self.complete() && !(strict && self.count(Verdict::Vacuous) > 0)
    }
}
