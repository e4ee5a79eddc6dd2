//! Three-valued answers for many things at once: a column of bits for *yes*, and one for *unknown*.

use fixedbitset::FixedBitSet;

use crate::org::Truth;

/// One answer for each thing of a kind. No bit is set in both columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truths {
    yes: FixedBitSet,
    unknown: FixedBitSet,
}

impl Truths {
    /// The same answer for each.
    pub fn all(count: usize, truth: Truth) -> Self {
        let mut answers = Self { yes: FixedBitSet::with_capacity(count), unknown: FixedBitSet::with_capacity(count) };
        match truth {
            Truth::No => {}
            Truth::Unknown => answers.unknown.insert_range(..),
            Truth::Yes => answers.yes.insert_range(..),
        }
        answers
    }

    /// The answer that `f` gives for each.
    pub fn each(count: usize, mut f: impl FnMut(usize) -> Truth) -> Self {
        let mut answers = Self::all(count, Truth::No);
        for at in 0..count {
            match f(at) {
                Truth::No => {}
                Truth::Unknown => answers.unknown.insert(at),
                Truth::Yes => answers.yes.insert(at),
            }
        }
        answers
    }

    /// The answer for one.
    pub fn of(&self, at: usize) -> Truth {
        if self.yes.contains(at) {
            Truth::Yes
        } else if self.unknown.contains(at) {
            Truth::Unknown
        } else {
            Truth::No
        }
    }

    /// Kleene's *and*, for each.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        // Unknown: neither says no, and not both say yes.
        self.unknown.union_with(&self.yes);
        let mut other_maybe = other.unknown.clone();
        other_maybe.union_with(&other.yes);
        self.unknown.intersect_with(&other_maybe);
        self.yes.intersect_with(&other.yes);
        self.unknown.difference_with(&self.yes);
        self
    }

    /// Kleene's *or*, for each.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.yes.union_with(&other.yes);
        self.unknown.union_with(&other.unknown);
        self.unknown.difference_with(&self.yes);
        self
    }

    /// Kleene's *not*, for each.
    #[must_use]
    pub fn not(mut self) -> Self {
        self.yes.union_with(&self.unknown);
        self.yes.toggle_range(..);
        self
    }

    /// Where the answer is yes, in order.
    pub fn yes(&self) -> impl Iterator<Item = usize> {
        self.yes.ones()
    }

    /// Where the answer is unknown, in order.
    pub fn unknown(&self) -> impl Iterator<Item = usize> {
        self.unknown.ones()
    }

    /// How many yes.
    pub fn count_yes(&self) -> usize {
        self.yes.count_ones(..)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn truths() -> impl Strategy<Value = Vec<(Truth, Truth)>> {
        let truth = || prop_oneof![Just(Truth::No), Just(Truth::Unknown), Just(Truth::Yes)];
        proptest::collection::vec((truth(), truth()), 0..200)
    }

    proptest! {
        #[test]
        fn columns_answer_like_single_truths(pairs in truths()) {
            let left = Truths::each(pairs.len(), |at| pairs[at].0);
            let right = Truths::each(pairs.len(), |at| pairs[at].1);
            let and = left.clone().and(&right);
            let or = left.clone().or(&right);
            let not = left.clone().not();
            for (at, (a, b)) in pairs.iter().enumerate() {
                prop_assert_eq!(and.of(at), a.and(*b));
                prop_assert_eq!(or.of(at), a.or(*b));
                prop_assert_eq!(not.of(at), !*a);
            }
            prop_assert_eq!(left.count_yes(), pairs.iter().filter(|(a, _)| *a == Truth::Yes).count());
            prop_assert_eq!(left.unknown().count(), pairs.iter().filter(|(a, _)| *a == Truth::Unknown).count());
        }
    }
}
