//! What conditions are asked of, and what they answered.

use std::ops::Range;
use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::facts::Facts;
use super::truths::Truths;
use crate::org::{Extent, Truth};
use crate::policy::{Condition, Kind};

/// The things that a condition is evaluated for.
#[derive(Clone, Debug)]
pub enum Domain {
    /// Things of a kind: all, or those with a bit. The answer for any other means nothing.
    Things(Kind, Option<Arc<FixedBitSet>>),
    /// The grants in these scopes, one for each role: enough for most rules, and as few as there are roles.
    GrantsByRole(Extent),
    /// Things of a kind, each compared with a selected thing.
    Pairs(Arc<Pairs>),
}

impl Domain {
    /// All things of a kind.
    pub fn all(kind: Kind) -> Self {
        Self::Things(kind, None)
    }

    /// The things that a condition is asked of; `None` for all of them.
    pub fn asked(&self) -> Option<&FixedBitSet> {
        match self {
            Self::Things(_, asked) => asked.as_deref(),
            Self::GrantsByRole(_) | Self::Pairs(_) => None,
        }
    }

    /// The answer that `f` gives for each.
    pub fn each(&self, facts: &Facts<'_>, f: impl Fn(usize) -> Truth + Sync) -> Truths {
        Truths::each_of(self.len(facts), self.asked(), || (), |(), at| f(at))
    }

    /// The same things, without those for which the answer is no.
    #[must_use]
    pub fn without_no(self, answers: &Truths) -> Self {
        match self {
            Self::Things(kind, _) => Self::Things(kind, Some(Arc::new(answers.clone().not_no()))),
            other @ (Self::GrantsByRole(_) | Self::Pairs(_)) => other,
        }
    }

    /// How many things it has.
    pub fn len(&self, facts: &Facts<'_>) -> usize {
        match self {
            Self::Things(kind, _) => facts.access.count(*kind),
            Self::Pairs(pairs) => pairs.len(),
            Self::GrantsByRole(_) => facts.org.roles.len(),
        }
    }

    /// The kind of the selected things, and that of the things that are compared with them. At first, they are one.
    pub fn kinds(&self) -> (Kind, Kind) {
        match self {
            Self::Things(kind, _) => (*kind, *kind),
            Self::Pairs(pairs) => (pairs.subject, pairs.kind),
            Self::GrantsByRole(_) => unreachable!("a role alone is compared with nothing"),
        }
    }

    /// The selected thing, and the thing at that place.
    pub fn pair(&self, at: usize) -> (usize, usize) {
        match self {
            Self::Things(..) => (at, at),
            Self::Pairs(pairs) => pairs.at(at),
            Self::GrantsByRole(_) => unreachable!("a role alone is compared with nothing"),
        }
    }

    /// The thing at that place, with its kind: of a grant by its role, the role.
    pub fn place(&self, at: usize) -> (Kind, usize) {
        match self {
            Self::Things(kind, _) => (*kind, at),
            Self::GrantsByRole(_) => (Kind::Role, at),
            Self::Pairs(pairs) => (pairs.kind, pairs.at(at).1),
        }
    }
}

/// Which answers of the parts of a condition somebody looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// Those of every part, for everything.
    All,
    /// Those for what satisfies the whole, or may: of what one part refuses, the parts after it are not asked.
    UntilNo,
}

/// A condition with its answers, and its parts with their answers.
pub struct Answered<'p> {
    pub condition: &'p Condition,
    pub domain: Domain,
    pub answers: Truths,
    pub parts: Vec<Answered<'p>>,
}

/// The answer for one thing.
#[derive(Clone, Copy)]
pub struct Answer<'a, 'p> {
    pub answered: &'a Answered<'p>,
    pub at: usize,
}

impl<'p> Answered<'p> {
    /// The answer for the thing at that place.
    pub fn at(&self, at: usize) -> Answer<'_, 'p> {
        Answer { answered: self, at }
    }
}

impl<'a> Answer<'a, '_> {
    /// What the answer is.
    pub fn truth(self) -> Truth {
        self.answered.answers.of(self.at)
    }

    /// The thing, with its kind.
    pub fn thing(self) -> (Kind, usize) {
        self.answered.domain.place(self.at)
    }

    /// The selected thing, with its kind.
    pub fn subject(self) -> (Kind, usize) {
        (self.answered.domain.kinds().0, self.answered.domain.pair(self.at).0)
    }

    /// The words of the condition.
    pub fn span(self) -> &'a Range<usize> {
        &self.answered.condition.span
    }
}

/// Things of a kind, each with the selected thing that it is compared with.
#[derive(Debug)]
pub struct Pairs {
    /// The kind of the selected things.
    pub subject: Kind,
    /// The kind of the others.
    pub kind: Kind,
    /// The selected thing and the other, by their places.
    pub pairs: Vec<(usize, usize)>,
    /// For each thing where the relation starts, its pairs, and whether there may be more.
    pub rows: Vec<(Range<usize>, bool)>,
}

impl Pairs {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The selected thing and the other.
    pub fn at(&self, pair: usize) -> (usize, usize) {
        self.pairs[pair]
    }

    /// The pairs to which the relation leads from there.
    pub fn from(&self, start: usize) -> Range<usize> {
        self.rows[start].0.clone()
    }
}
