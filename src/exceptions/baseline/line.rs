//! One accepted violation, as a line of the file has it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::escape::visible;
use crate::finding::{Finding, Outcome, ThingKind, Value};

/// The version of the form of a line.
pub const VERSION: u32 = 1;

/// What a violation is known by. The fingerprint has the rule and the subject, too: what people review has to be what
/// counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key<'a> {
    pub rule: Cow<'a, str>,
    /// Kind and id.
    pub subject: Cow<'a, str>,
    pub fingerprint: Cow<'a, str>,
    /// How many were counted: five owners in place of four are another violation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<u64>,
}

impl<'a> Key<'a> {
    /// What this finding is known by.
    pub fn of(rule: &'a str, finding: &'a Finding) -> Self {
        let numbers = finding.evidence.iter().filter_map(|evidence| match evidence.value {
            Value::Number(number) | Value::Counted(number, _) => Some(number),
            Value::Null | Value::Flag(_) | Value::Time(_) | Value::Text(_) | Value::Permission(_) => None,
        });
        // A finding on the organization shows one by one what was counted.
        let shown = (finding.subject.kind == ThingKind::Organization).then_some(finding.evidence.len() as u64);
        Self {
            rule: Cow::Borrowed(rule),
            subject: visible(&format!("{}/{}", finding.subject.kind.name(), finding.subject.id)).into_owned().into(),
            fingerprint: Cow::Borrowed(&finding.fingerprint),
            counted: numbers.chain(shown).collect(),
        }
    }

    fn owned(self) -> Key<'static> {
        Key {
            rule: self.rule.into_owned().into(),
            subject: self.subject.into_owned().into(),
            fingerprint: self.fingerprint.into_owned().into(),
            counted: self.counted,
        }
    }
}

/// A line. Sorted by what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Line {
    #[serde(flatten)]
    pub key: Key<'static>,
    /// The finding in words, for people.
    pub message: String,
    /// The id of the organization, else its name.
    pub organization: Option<String>,
    pub version: u32,
}

impl Line {
    /// The line for a finding.
    pub fn of(outcome: &Outcome, finding: &Finding) -> Self {
        let organization = &outcome.source.organization;
        Self {
            key: Key::of(&outcome.rules[finding.rule].info.id, finding).owned(),
            message: visible(&finding.message).into_owned(),
            organization: organization.id.as_ref().or(organization.name.as_ref()).cloned(),
            version: VERSION,
        }
    }
}
