//! A policy as it was read: rules, conditions and what they ask of a value.

use std::ops::Range;
use std::sync::Arc;

use super::{
    Attribute, Bounds, Escalation, FlagColumn, Kind, ListColumn, Moment, Narrowing, Pattern, Patterns, Relation, Slot,
    TextColumn, This, TimeColumn,
};
use crate::finding::{PolicyFile, RuleInfo};
use crate::org::Truth;
use crate::time::Time;

/// A policy file that loaded without a problem.
#[derive(Debug)]
pub struct Policy {
    /// Its name; by default the file's.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The file.
    pub file: PolicyFile,
    /// Its rules, in order; a rule on several kinds of things once for each, with one [`RuleInfo`].
    pub rules: Vec<Rule>,
    /// Whether it comes with rolelint.
    pub builtin: bool,
    /// Whether it was not named, but another policy extends it.
    pub extended: bool,
    /// The rules of others that select less because of it. They do already.
    pub narrowings: Vec<Narrowing>,
}

impl Policy {
    /// Its rules, each for all the kinds of things that it selects.
    pub fn rules_of_kinds(&self) -> impl Iterator<Item = &[Rule]> {
        self.rules.chunk_by(|one, other| Arc::ptr_eq(&one.info, &other.info))
    }
}

/// One rule: what it looks at, and what must or must not be.
#[derive(Debug)]
pub struct Rule {
    /// What it says about itself.
    pub info: Arc<RuleInfo>,
    /// The kind of thing looked at.
    pub select: Kind,
    /// Which of them; without `where`, all.
    pub filter: Condition,
    /// What must or must not be.
    pub assertion: Assertion,
    /// Whether selecting nothing is expected.
    pub allow_empty: bool,
    /// Whether words that match nothing are expected.
    pub allow_unmatched: bool,
}

impl Rule {
    /// The conditions that it is made of.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let asserted = match &self.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => Some(condition),
            Assertion::Count(..) | Assertion::Exactly(_) => None,
        };
        std::iter::once(&self.filter).chain(asserted)
    }

    /// Whether it says nothing if it selects nothing.
    pub fn bites_nothing(&self) -> bool {
        match self.assertion {
            Assertion::Forbid(_) | Assertion::Require(_) => !self.allow_empty,
            // `count` says how many are expected, and that may be none.
            Assertion::Count(bounds, ..) => !self.allow_empty && bounds.max != Some(0) && bounds.percent.max != Some(0),
            // A listed value that nobody has is a violation, and an empty list is satisfied if nothing is selected.
            Assertion::Exactly(_) => false,
        }
    }
}

/// What a rule demands of what it selects.
#[derive(Debug)]
pub enum Assertion {
    /// The condition holds for none.
    Forbid(Condition),
    /// The condition holds for each.
    Require(Condition),
    /// This number is selected, or this number of things that those lead to.
    Count(Bounds, Counted, Range<usize>),
    /// Each selected thing has one of these values, and each value is that of some selected thing.
    Exactly(Exactly),
}

/// The values that a text attribute must have, no more and no fewer.
#[derive(Debug)]
pub struct Exactly {
    /// The attribute.
    pub attribute: &'static Attribute,
    /// How to read it.
    pub column: TextColumn,
    /// The values, each once, taken literally.
    pub values: Patterns,
    /// The place of the whole list.
    pub span: Range<usize>,
}

/// Something that holds for a thing, does not hold, or is unknown.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it says.
    pub predicate: Predicate,
}

impl Condition {
    /// The conditions that it is made of.
    pub fn parts(&self) -> &[Self] {
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts,
            Predicate::Not(part) | Predicate::Via(_, ViaPredicate::Group(part)) => std::slice::from_ref(part),
            Predicate::Related(_, _, related) => std::slice::from_ref(&related.condition),
            Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(_, ViaPredicate::Kinds(_)) => &[],
        }
    }

    /// The conditions that all have to hold for this one to: its parts, or itself.
    pub fn conjuncts(&self) -> &[Self] {
        if let Predicate::All(parts) = &self.predicate { parts } else { std::slice::from_ref(self) }
    }

    /// Whether this answer changes as soon as that of any part does.
    pub fn ends_with_one(&self, answer: Truth) -> bool {
        match self.predicate {
            Predicate::All(_) => answer == Truth::Yes,
            Predicate::Any(_) => answer == Truth::No,
            Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..)
            | Predicate::Via(..) => false,
        }
    }
}

/// What a condition says.
#[derive(Clone, Debug)]
pub enum Predicate {
    /// All of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A text attribute.
    Text(&'static Attribute, TextColumn, TextPredicate),
    /// A list attribute.
    List(&'static Attribute, ListColumn, ListPredicate),
    /// A true-or-false attribute has this value.
    Flag(&'static Attribute, FlagColumn, bool),
    /// A time attribute.
    Time(&'static Attribute, TimeColumn, TimePredicate),
    /// Things that this one is related to.
    Related(&'static Attribute, Relation, RelatedPredicate),
    /// The ways that lead to a grant.
    Via(&'static Attribute, ViaPredicate),
}

/// A text: one of `any`, all of `regex`, none of `except`. `null` passes only where it is asked for.
#[derive(Clone, Debug, Default)]
pub struct TextPredicate {
    /// `null` is one of the values asked for.
    pub null: bool,
    /// One of these must match; `None` asks for nothing.
    pub any: Option<Patterns>,
    /// Or it is one of these texts of the selected thing.
    pub this: Vec<This>,
    /// This must match.
    pub regex: Option<Pattern>,
    /// None of these may match.
    pub except: Patterns,
}

/// A list of texts. Elements that match `except` are ignored; all that is given must hold for the rest.
#[derive(Clone, Debug, Default)]
pub struct ListPredicate {
    /// Some element matches some pattern.
    pub any: Option<Vec<Pattern>>,
    /// Every pattern is matched by an element.
    pub all: Vec<Pattern>,
    /// Every element matches some pattern.
    pub only: Option<Vec<Pattern>>,
    /// No element matches any pattern.
    pub none: Vec<Pattern>,
    /// Elements to ignore.
    pub except: Vec<Pattern>,
    /// Elements that none of these matches may be anything: it is unknown whether `any` means them.
    pub known: Option<Vec<Pattern>>,
    /// And these values of the selected thing, each in its list.
    pub this: Vec<(Slot, This)>,
    /// The words that were written instead of the patterns of `any`.
    pub escalation: Vec<Escalation>,
    /// How many elements: of those that match `any` where it is given, else of all.
    pub count: Option<Bounds>,
}

/// A time. All that is given must hold; `null` passes only where it is asked for.
#[derive(Clone, Debug, Default)]
pub struct TimePredicate {
    /// `null` is asked for.
    pub null: bool,
    /// More than this many seconds before the as-of time.
    pub older_than: Option<i64>,
    /// Less than this many seconds before the as-of time, and not after it.
    pub newer_than: Option<i64>,
    /// At most this many seconds after the as-of time, and not before it.
    pub within: Option<i64>,
    /// More than this many seconds after the as-of time.
    pub later_than: Option<i64>,
    /// Before this moment.
    pub before: Option<Time>,
    /// At this moment or later.
    pub after: Option<Time>,
    /// The same of times of the selected thing.
    pub this: Vec<Moment>,
}

/// How many related things satisfy a condition.
#[derive(Clone, Debug)]
pub struct RelatedPredicate {
    /// The condition.
    pub condition: Box<Condition>,
    /// How many.
    pub quantity: Quantity,
}

/// How many of the related things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// At least one.
    Some,
    /// None.
    None,
    /// Every one. It also holds if there are none.
    Every,
    /// This number of these.
    Count(Bounds, Counted),
}

/// What is counted, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The things themselves.
    Each,
    /// Of grants, the principals that hold them.
    Principals,
    /// What the things lead to, by a relation to one thing.
    Through(Relation),
    /// The different texts that the things have for an attribute.
    Texts(&'static Attribute),
}

/// A way that leads to a grant.
#[derive(Clone, Debug)]
pub enum ViaPredicate {
    /// One of these kinds of way.
    Kinds(Vec<(ViaKind, Range<usize>)>),
    /// Through a group that satisfies this.
    Group(Box<Condition>),
}

/// A kind of way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViaKind {
    /// The role was given to the principal itself.
    Direct,
    /// Through a group.
    Group,
    /// Membership of the organization implies it.
    Membership,
}
