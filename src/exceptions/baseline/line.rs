//! One accepted violation, as a line of the file has it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::escape::visible;
use crate::finding::{Finding, Outcome};

/// The version of the form of a line, and of what a fingerprint is made of.
pub const VERSION: u32 = 2;

/// What identifies a violation. The fingerprint has the rule and the subject, too: what people review has to be what
/// counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key<'a> {
    pub rule: Cow<'a, str>,
    /// Kind and id.
    pub subject: Cow<'a, str>,
    pub fingerprint: Cow<'a, str>,
}

impl<'a> Key<'a> {
    /// What identifies this finding.
    pub fn of(rule: &'a str, finding: &'a Finding) -> Self {
        Self {
            rule: Cow::Borrowed(rule),
            subject: visible(&format!("{}/{}", finding.subject.kind.name(), finding.subject.id)).into_owned().into(),
            fingerprint: Cow::Borrowed(&finding.fingerprint),
        }
    }

    fn owned(self) -> Key<'static> {
        Key {
            rule: self.rule.into_owned().into(),
            subject: self.subject.into_owned().into(),
            fingerprint: self.fingerprint.into_owned().into(),
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

    /// Whether it says the same as the line for the finding today. A date may be another one.
    pub fn says(&self, today: &Self) -> bool {
        static DATE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b").expect("the pattern is valid"));
        DATE.replace_all(&self.message, "DATE") == DATE.replace_all(&today.message, "DATE")
    }
}
