//! What a check says: verdicts, findings, and the evidence that lets a finding prove itself.

mod accept;
mod cause;
mod control;
mod gate;
mod note;
mod outcome;
mod redact;
mod result;
mod rule;
mod waiver;

use std::fmt;
use std::sync::Arc;

use crate::document::{Region, SourceText};
use crate::org::Text;
use crate::time::{Time, day, relative, rfc3339};

pub use crate::access::{Thing, ThingKind};
pub use accept::Acceptance;
pub use cause::{Cause, Causes, Edge, Held};
pub use control::{Control, Framework};
pub use gate::{Ending, Gate};
pub use note::Note;
pub use outcome::{Judges, Outcome, PolicyFile, Skipped};
pub use result::{RuleResult, Unread, Verdict};
pub use rule::{RuleInfo, Severity};
pub use waiver::Waiver;

/// What a finding says about its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The rule is violated.
    Violation,
    /// Data is missing, so it is unknown whether the rule is violated.
    Unknown,
    /// The rule is violated, and a waiver accepts it for a time.
    Waived,
    /// The rule is violated, and the baseline has accepted it.
    Baselined,
}

words!(Status {
    Violation => "violation",
    Unknown => "unknown",
    Waived => "waived",
    Baselined => "baselined",
});

/// How a subject gets a role: through groups and projects. The path ends at the role; which of its permissions fired is
/// stored once, with the rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessPath {
    /// Whether the path starts at the subject of the finding. `steps` then leaves it out, and findings share the path.
    pub from_subject: bool,
    /// The things on the way, in order.
    pub steps: Vec<Arc<Thing>>,
    /// The permissions that fired: an index into [`RuleResult::matched`].
    pub matched: Option<usize>,
    /// Which of the conditions that must all hold the path is about. Without any path of one of them, the finding ends;
    /// `None` if it may not.
    pub condition: Option<u8>,
}

/// The permissions of one role that matched the words of a rule: the same for everybody who holds the role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matched {
    /// The role.
    pub role: Arc<Thing>,
    /// The words of the policy, each with the permissions that it matched; both sorted.
    pub patterns: Vec<(Region, Vec<Text>)>,
}

impl Matched {
    /// The permissions, sorted, each once.
    pub fn permissions(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.patterns.iter().flat_map(|(_, met)| met).map(Text::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The API sent `null`.
    Null,
    /// True or false.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A number that is out of bounds, and how many are allowed.
    Counted(u64, Text),
    /// A time.
    Time(Time),
    /// A text.
    Text(Text),
    /// A permission.
    Permission(Text),
    /// Words of the policy that none of the related things meets.
    Absent(Text),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) | Self::Counted(number, _) => number.fmt(f),
            Self::Time(time) => f.write_str(&rfc3339(*time)),
            Self::Text(text) if text.is_empty() => f.write_str("\"\""),
            Self::Text(text) | Self::Permission(text) | Self::Absent(text) => f.write_str(text),
        }
    }
}

/// An attribute whose value made a rule fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The attribute, as the policy names it.
    pub attribute: Text,
    /// Its value.
    pub value: Value,
    /// The words of the policy that it matched.
    pub region: Region,
    /// What has the value: a related thing, or the subject of the finding if `None`.
    pub of: Option<Arc<Thing>>,
}

impl Evidence {
    /// Evidence about the subject of a finding.
    pub fn new(attribute: Text, value: Value, region: Region) -> Self {
        Self { attribute, value, region, of: None }
    }

    /// The evidence in words, times as ages at a moment.
    pub fn told(&self, as_of: Time) -> String {
        self.in_words(|time| relative(time, as_of))
    }

    /// The evidence in words that stay the same from day to day, times as dates.
    pub fn dated(&self) -> String {
        self.in_words(|time| format!("on {}", day(time)))
    }

    /// What has the value is named after it, unless the value names it.
    fn in_words(&self, when: impl Fn(Time) -> String) -> String {
        let said = self.said(when);
        match &self.of {
            Some(of) if !self.names(of) => format!("{said} ({})", of.qualified_label()),
            Some(_) | None => said,
        }
    }

    /// Whether the value is what a thing is called or known by.
    pub fn names(&self, thing: &Thing) -> bool {
        match &self.value {
            Value::Text(text) => {
                let text = text.as_str();
                [thing.called(), &thing.id].contains(&text) || thing.label() == text || thing.qualified_label() == text
            }
            Value::Null
            | Value::Flag(_)
            | Value::Number(_)
            | Value::Counted(..)
            | Value::Time(_)
            | Value::Permission(_)
            | Value::Absent(_) => false,
        }
    }

    fn said(&self, when: impl Fn(Time) -> String) -> String {
        let attribute = &self.attribute;
        let name = words(attribute);
        // `last_used_at` is `last used`.
        let event = attribute.strip_suffix("_at").map(words);
        match (&self.value, event) {
            // A number is how many there are.
            (Value::Number(number), _) => format!("{number} {}", counted(*number, attribute)),
            (Value::Counted(number, allowed), _) => {
                format!("{number} {} (allowed: {allowed})", counted(*number, attribute))
            }
            (Value::Time(time), Some(event)) => format!("{event} {}", when(*time)),
            (Value::Null, Some(event)) => format!("{event} never"),
            (Value::Null, None) => format!("{name} is not set"),
            (Value::Absent(words), _) => format!("none of its {name} meets `{words}`"),
            (Value::Text(text), _) if text.is_empty() => format!("{name} is empty"),
            (Value::Flag(flag), _) => {
                let not = if *flag { "" } else { "not " };
                match attribute.strip_prefix("is_") {
                    Some(what) => format!("is {not}{}", words(what)),
                    None => format!("{name} is {not}true"),
                }
            }
            (Value::Time(_) | Value::Text(_) | Value::Permission(_), _) => format!("{name} is {}", self.value),
        }
    }
}

/// The name of an attribute as people say it: `owner project access`.
fn words(attribute: &str) -> String {
    let word = |word| match word {
        "api" => "API".to_owned(),
        "scim" => "SCIM".to_owned(),
        word => word.to_owned(),
    };
    attribute.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// What is counted, by the name of its attribute; without its `s` if it is one.
fn counted(number: u64, attribute: &str) -> &str {
    if number == 1 { attribute.strip_suffix('s').unwrap_or(attribute) } else { attribute }
}

/// How the message of a finding ends if a value is not among those that the rule lists.
pub const UNLISTED: &str = ", which is not in the list";

/// One thing that violates a rule, or may do so because data is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The index of the rule in [`Outcome::rules`].
    pub rule: usize,
    /// What it says.
    pub status: Status,
    /// What it is about.
    pub subject: Arc<Thing>,
    /// One sentence.
    pub message: String,
    /// The attribute values that made the rule fire.
    pub evidence: Vec<Evidence>,
    /// The attribute values by which the rule selected the subject.
    pub selected_by: Vec<Evidence>,
    /// The paths from the subject to what fired: all of them, or the first [`Finding::MOST_PATHS`].
    pub paths: Vec<Arc<AccessPath>>,
    /// How many further paths there are.
    pub more_paths: usize,
    /// What is missing, if the status is unknown.
    pub missing: Vec<String>,
    /// What accepts it, if it is waived.
    pub waiver: Option<Arc<Waiver>>,
    /// The exact words of the policy.
    pub region: Region,
    /// The file of that place, where it is another than the rule's.
    pub file: Option<Arc<SourceText>>,
    /// A stable hash of rule, subject and everything that decided: each thing on the paths, permissions, values, and how
    /// many were counted; never of wording, order or time.
    pub fingerprint: String,
}

impl Finding {
    /// How many paths a finding keeps. A project with a thousand members who hold ten roles each has ten thousand.
    pub const MOST_PATHS: usize = 100;

    /// The file in which its words stand.
    pub fn source<'a>(&'a self, rule: &'a RuleInfo) -> &'a Arc<SourceText> {
        self.file.as_ref().unwrap_or(&rule.location.source)
    }

    /// A path in full, the subject included.
    pub fn steps<'a>(&'a self, path: &'a AccessPath) -> impl Iterator<Item = &'a Thing> {
        let start = path.from_subject.then_some(&self.subject);
        start.into_iter().chain(&path.steps).map(|step| &**step)
    }
}
