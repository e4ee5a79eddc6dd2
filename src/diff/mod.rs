//! What has changed from one state of an organization to another: who can do what, which things there are, and what
//! cannot be compared.
//!
//! A gain is proven by what is there now and was certainly not there before; a loss the other way round. What a gap may
//! hide is neither.

mod access;
mod findings;
mod things;
mod unknown;

use std::sync::Arc;

use crate::access::{Access, Steps, Thing};
use crate::finding::{Ending, Severity};
use crate::org::{Org, Text};

pub use findings::compare_findings;

/// One of the two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The earlier one.
    Old,
    /// The later one.
    New,
}

/// What has become of effective access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It was not there.
    Gained,
    /// It is there no more.
    Lost,
    /// It is the same, along other paths.
    Moved,
}

words!(Effect { Gained => "gained", Lost => "lost", Moved => "moved" });
words!(Side { Old => "old", New => "new" });

/// A change of what one principal can do in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    /// Whose access it is.
    pub principal: Arc<Thing>,
    /// Where: a project, or the organization.
    pub scope: Arc<Thing>,
    /// What has become of it.
    pub effect: Effect,
    /// Whether it is proven. If not, the other state may have the same without showing it.
    pub certain: bool,
    /// The permissions, sorted.
    pub permissions: Vec<Text>,
    /// Roles whose permissions are not known.
    pub roles: Vec<Arc<Thing>>,
    /// How it is held; of what was lost, how it was held.
    pub paths: Vec<Steps>,
    /// Of what has moved, how it was held before.
    pub earlier_paths: Vec<Steps>,
}

/// What has become of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Appeared,
    /// It is gone.
    Gone,
    /// An attribute has another value. `None` is unknown.
    Changed {
        /// The attribute.
        attribute: &'static str,
        /// What it was.
        from: Option<String>,
        /// What it is.
        to: Option<String>,
    },
    /// A list has other items.
    Items {
        /// The list.
        attribute: &'static str,
        /// Which are new.
        added: Vec<String>,
        /// Which are gone.
        removed: Vec<String>,
    },
}

/// A change of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingChange {
    /// The thing, as it is now; of one that is gone, as it was.
    pub thing: Arc<Thing>,
    /// What has become of it.
    pub fate: Fate,
    /// Whether it is proven.
    pub certain: bool,
}

impl ThingChange {
    /// Whether it changes nobody's access: only a name or a description is another.
    pub fn is_neutral(&self) -> bool {
        matches!(self.fate, Fate::Changed { attribute: "name" | "description", .. })
    }
}

/// A violation that only one of the two states has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingChange {
    /// The rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// The finding in words.
    pub message: String,
    /// Which state has it: the new one, or the old one.
    pub side: Side,
    /// Whether the other state certainly does not have it.
    pub certain: bool,
}

/// All that has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Effective access, by principal and scope.
    pub access: Vec<AccessChange>,
    /// Things, by kind and id.
    pub things: Vec<ThingChange>,
    /// Violations of the policies, if some were named.
    pub findings: Vec<FindingChange>,
    /// What cannot be compared, in sentences, each with the state that lacks it.
    pub unknown: Vec<(Side, String)>,
}

/// What makes a comparison fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Access that was gained, or a new violation.
    Gained,
    /// Access that was lost.
    Lost,
    /// Any change but a neutral one.
    Any,
}

words!(FailOn { Gained => "gained", Lost => "lost", Any => "any" });

/// Compares two states of one organization.
pub fn diff(old: &Org, new: &Org) -> Diff {
    let (old, new) = (Access::new(old), Access::new(new));
    Diff {
        access: access::compare(&old, &new),
        things: things::compare(&old, &new),
        findings: Vec::new(),
        unknown: unknown::of(Side::Old, &old).into_iter().chain(unknown::of(Side::New, &new)).collect(),
    }
}

impl Diff {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.access.is_empty() && self.things.is_empty() && self.findings.is_empty() && self.unknown.is_empty()
    }

    /// Whether every part of both states could be compared.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty()
            && self.access.iter().all(|change| change.certain)
            && self.things.iter().all(|change| change.certain)
            && self.findings.iter().all(|change| change.certain)
    }

    /// How many proven changes of access there are with this effect.
    pub fn count(&self, effect: Effect) -> usize {
        self.access.iter().filter(|change| change.certain && change.effect == effect).count()
    }

    /// What a gate makes of it.
    pub fn ending(&self, fail_on: Option<FailOn>) -> Ending {
        let found = |side| self.findings.iter().any(|change| change.certain && change.side == side);
        let things = || self.things.iter().any(|change| change.certain && !change.is_neutral());
        let gained = || self.count(Effect::Gained) > 0 || found(Side::New);
        let lost = || self.count(Effect::Lost) > 0;
        let fails = match fail_on {
            None => false,
            Some(FailOn::Gained) => gained(),
            Some(FailOn::Lost) => lost(),
            Some(FailOn::Any) => gained() || lost() || things() || found(Side::Old),
        };
        match (fails, self.is_complete()) {
            (true, _) => Ending::Violation,
            (false, true) => Ending::Clean,
            (false, false) => Ending::Unknown,
        }
    }
}
