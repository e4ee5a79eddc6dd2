//! What a rule says about itself: the same for policies, outcomes and reports.

use std::collections::BTreeMap;

use crate::document::Location;
use crate::org::Kind;

/// How bad a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth cleaning up.
    Low,
    /// Worth fixing soon.
    Medium,
    /// Worth fixing now.
    High,
    /// Worth waking somebody.
    Critical,
}

words!(Severity {
    Info => "info",
    Low => "low",
    Medium => "medium",
    High => "high",
    Critical => "critical",
});

/// A rule without its conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Unique over all loaded files.
    pub id: String,
    /// What is flagged, in words.
    pub title: String,
    /// What the rule says, in one sentence that is made from it.
    pub sentence: String,
    /// The kinds of things that it is about.
    pub select: Vec<Kind>,
    /// How bad a violation is.
    pub severity: Severity,
    /// Why the rule is there.
    pub rationale: Option<String>,
    /// What to do about a violation.
    pub remediation: Option<String>,
    /// Further reading.
    pub references: Vec<String>,
    /// The controls of compliance frameworks that the rule serves.
    pub controls: BTreeMap<String, Vec<String>>,
    /// Free words to select rules by.
    pub tags: Vec<String>,
    /// Whether its violations can be accepted, by a waiver or the baseline.
    pub waivable: bool,
    /// Where its id stands.
    pub location: Location,
    /// The last line of the rule, counted from 1.
    pub end_line: u32,
}
