//! What a check says: verdicts, findings, and the evidence that lets a finding prove itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::document::Location;
use crate::org::{Coverage, Source, Text};
use crate::time::{Time, rfc3339};

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

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

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

/// What a finding says of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The rule is violated.
    Violation,
    /// Whether the rule is violated could not be found out.
    Unknown,
}

impl Status {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Unknown => "unknown",
        }
    }
}

/// A thing by its kind, id and names: the subject of a finding, or a step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    /// What a policy selects (`user`, `service_account`, `grant`…), `permission` or `organization`.
    pub kind: &'static str,
    /// The id in the API; of a permission, its own text.
    pub id: Text,
    /// The display name.
    pub name: Option<Text>,
    /// The e-mail address, of a user.
    pub email: Option<Text>,
    /// The project that it stands in: of a key, a service account, or a custom role of a project.
    pub project: Option<Box<Thing>>,
}

impl Thing {
    /// The kind in words.
    pub fn kind_in_words(&self) -> String {
        kind_in_words(self.kind)
    }

    /// What a person calls it: the e-mail address, else the name, else the id.
    pub fn label(&self) -> &str {
        let spoken = self.email.as_ref().or(self.name.as_ref()).filter(|text| !text.is_empty());
        spoken.unwrap_or(&self.id)
    }

    /// The same, with the project that it stands in: in two of them, two things may be called alike.
    pub fn spoken(&self) -> Cow<'_, str> {
        match &self.project {
            Some(project) => Cow::Owned(format!("{} in project {}", self.label(), project.label())),
            None => Cow::Borrowed(self.label()),
        }
    }
}

/// A kind of thing in words.
pub fn kind_in_words(kind: &str) -> String {
    kind.replace('_', " ").replace("api", "API")
}

/// A chain from a principal over groups to a role, and on to the permission where one fired.
pub type AccessPath = Vec<Thing>;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The API sent `null`.
    Null,
    /// True or false.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A time.
    Time(Time),
    /// A text.
    Text(Text),
    /// A permission.
    Permission(Text),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Time(time) => f.write_str(&rfc3339(*time)),
            Self::Text(text) if text.is_empty() => f.write_str("\"\""),
            Self::Text(text) | Self::Permission(text) => f.write_str(text),
        }
    }
}

/// An attribute whose value made a rule fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The attribute, as the policy names it.
    pub attribute: &'static str,
    /// Its value.
    pub value: Value,
    /// The pattern or value in the policy that it met.
    pub location: Location,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            // A number is how many there are.
            Value::Number(number) => write!(f, "{number} {}", self.attribute),
            value => write!(f, "{} is {value}", self.attribute),
        }
    }
}

/// One thing that a rule was violated by, or could not be answered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The place of the rule in [`Outcome::rules`].
    pub rule: usize,
    /// Violation or unknown.
    pub status: Status,
    /// What it is about.
    pub subject: Thing,
    /// One sentence.
    pub message: String,
    /// The attribute values that made the rule fire.
    pub evidence: Vec<Evidence>,
    /// The attribute values for which the rule looked at the subject in the first place.
    pub selected_by: Vec<Evidence>,
    /// Every path from the subject to what fired.
    pub paths: Vec<AccessPath>,
    /// Of an unknown: what is missing.
    pub missing: Vec<String>,
    /// The exact words of the policy.
    pub location: Location,
    /// A stable hash of rule, subject and what fired (roles, permissions): never of wording, order or time.
    pub fingerprint: String,
}

/// A rule and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleResult {
    /// The rule's id.
    pub id: String,
    /// What is flagged, in words.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// The answer.
    pub verdict: Verdict,
    /// Whether some of it could not be answered, whatever the verdict.
    pub open: bool,
    /// How many things were selected for certain.
    pub selected: usize,
    /// How many violations were found.
    pub violations: usize,
    /// How many things it could not be answered for.
    pub unknown: usize,
    /// Where the rule stands.
    pub location: Location,
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
    /// What would have to be read to answer it whole.
    pub unread: Vec<String>,
    /// What the reader should know of this answer, such as names that nobody has.
    pub notes: Vec<String>,
}

/// All that a check says.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The moment from which ages count.
    pub as_of: Time,
    /// Where the facts come from.
    pub source: Source,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// Where the API's view of inheritance and what follows from the groups differ, in sentences. Both count.
    pub disagreements: Vec<String>,
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
    /// Whether every rule was answered for everything it selects.
    pub fn complete(&self) -> bool {
        !self.rules.iter().any(|rule| rule.open)
    }

    /// Turns every answer but a violation into unknown, for this reason: on such facts, nothing is a pass.
    pub fn doubt(&mut self, reason: &str) {
        for rule in &mut self.rules {
            rule.open = true;
            rule.unread.push(reason.to_owned());
            if rule.verdict != Verdict::Violation {
                rule.verdict = Verdict::Unknown;
            }
        }
    }

    /// How many rules had that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|rule| rule.verdict == verdict).count()
    }

    /// The findings of one rule.
    pub fn findings_of(&self, rule: usize) -> &[Finding] {
        let start = self.findings.partition_point(|finding| finding.rule < rule);
        let end = self.findings.partition_point(|finding| finding.rule <= rule);
        &self.findings[start..end]
    }

    /// The findings of that status.
    pub fn with_status(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.status == status)
    }

    /// What a gate makes of it: violations below `fail_on` do not count; with `strict`, a vacuous rule is no answer.
    pub fn gate(&self, fail_on: Severity, strict: bool) -> Gate {
        let counts = |finding: &Finding| self.rules[finding.rule].severity >= fail_on;
        if self.with_status(Status::Violation).any(counts) {
            Gate::Violation
        } else if self.answered(strict) {
            Gate::Clean
        } else {
            Gate::Unknown
        }
    }

    /// Whether there is an answer to everything; with `strict`, to select nothing is none.
    pub fn answered(&self, strict: bool) -> bool {
        self.complete() && !(strict && self.count(Verdict::Vacuous) > 0)
    }
}
