//! Three-valued answers for many things at once: a column of bits for *yes*, and one for *unknown*.

use std::ops::{BitOrAssign, Range};

use fixedbitset::{Block, FixedBitSet};

use crate::cores;
use crate::org::Truth;

/// How many answers a word of bits has.
const WORD: usize = Block::BITS as usize;

/// One answer for each thing of a kind. No bit is set in both columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truths {
    yes: FixedBitSet,
    /// Without any bits if nothing is unknown, as of most organizations.
    unknown: FixedBitSet,
}

impl Truths {
    /// The same answer for each.
    pub fn all(count: usize, truth: Truth) -> Self {
        let mut answers = Self { yes: FixedBitSet::with_capacity(count), unknown: FixedBitSet::new() };
        match truth {
            Truth::No => {}
            Truth::Unknown => {
                answers.unknown.grow(count);
                answers.unknown.insert_range(..);
            }
            Truth::Yes => answers.yes.insert_range(..),
        }
        answers
    }

    /// The answer that `f` gives for each, on all cores.
    pub fn each(count: usize, f: impl Fn(usize) -> Truth + Sync) -> Self {
        Self::each_of(count, None, || (), |(), at| f(at))
    }

    /// The answer that `f` gives for each of those that have a bit, or for all. All cores work, each with something of its
    /// own that `own` makes.
    pub fn each_of<W>(
        count: usize,
        those: Option<&FixedBitSet>,
        own: impl Fn() -> W + Sync,
        f: impl Fn(&mut W, usize) -> Truth + Sync,
    ) -> Self {
        let pieces = cores::ranges(count, cores::FEWEST_READ, |piece| {
            let mut own = own();
            Words::of(piece, those, |at| f(&mut own, at))
        });
        Self::from_words(count, pieces)
    }

    /// The answer that `f` gives for each, asked in order.
    pub fn in_order(count: usize, f: impl FnMut(usize) -> Truth) -> Self {
        Self::from_words(count, vec![Words::of(0..count, None, f)])
    }

    /// The answers of several conditions for each of those that have a bit, or for all: `f` gives them joined. All cores
    /// work.
    pub fn columns(
        count: usize,
        columns: usize,
        those: Option<&FixedBitSet>,
        f: impl Fn(usize) -> Joined + Sync,
    ) -> Vec<Self> {
        let pieces = cores::ranges(count, cores::FEWEST_READ, |piece| Words::columns(piece, columns, those, &f));
        let mut pieces: Vec<_> = pieces.into_iter().map(Vec::into_iter).collect();
        let column = |_| pieces.iter_mut().map(|piece| piece.next().expect("each piece has all columns")).collect();
        (0..columns).map(column).map(|words| Self::from_words(count, words)).collect()
    }

    fn from_words(count: usize, pieces: Vec<Words>) -> Self {
        let some_unknown = pieces.iter().any(|piece| piece.unknown.iter().any(|word| *word != 0));
        let (yes, unknown): (Vec<_>, Vec<_>) = pieces.into_iter().map(|piece| (piece.yes, piece.unknown)).unzip();
        let bits = |words: Vec<Vec<Block>>| FixedBitSet::with_capacity_and_blocks(count, words.into_iter().flatten());
        Self { yes: bits(yes), unknown: if some_unknown { bits(unknown) } else { FixedBitSet::new() } }
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
        if !self.unknown.is_empty() || !other.unknown.is_empty() {
            // Unknown: neither says no, and not both say yes.
            let maybe = |answers: &Self| {
                let mut maybe = answers.yes.clone();
                maybe.union_with(&answers.unknown);
                maybe
            };
            let mut both = maybe(&self);
            both.intersect_with(&maybe(other));
            self.unknown = both;
        }
        self.yes.intersect_with(&other.yes);
        self.settled()
    }

    /// Kleene's *or*, for each.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.yes.union_with(&other.yes);
        self.unknown.union_with(&other.unknown);
        self.settled()
    }

    /// Kleene's *not*, for each.
    #[must_use]
    pub fn not(mut self) -> Self {
        self.yes.union_with(&self.unknown);
        self.yes.toggle_range(..);
        self
    }

    /// What is a yes is not unknown, and no bits are kept for nothing.
    fn settled(mut self) -> Self {
        self.unknown.difference_with(&self.yes);
        if self.unknown.is_clear() {
            self.unknown = FixedBitSet::new();
        }
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

    /// Where the answer is yes or unknown.
    pub fn not_no(mut self) -> FixedBitSet {
        self.yes.union_with(&self.unknown);
        self.yes
    }

    /// How many yes.
    pub fn count_yes(&self) -> usize {
        self.yes.count_ones(..)
    }
}

/// The answers of up to [`Joined::MOST`] conditions, each joined with others by Kleene's *or*. A word has two bits for
/// each condition: whether there was a *yes*, and whether there was an *unknown*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Joined(Block);

impl Joined {
    /// For how many conditions there is room.
    pub const MOST: usize = WORD / 2;

    /// For every condition *no*, or *unknown* unless all is known.
    #[inline]
    pub fn unless(known: bool) -> Self {
        Self(if known { 0 } else { Block::MAX << Self::MOST })
    }

    /// The answers of several conditions, one after the other.
    pub fn of(answers: impl Iterator<Item = Truth>) -> Self {
        const YES: Block = 1;
        let bit = |(answer, at)| match answer {
            Truth::No => 0,
            Truth::Unknown => YES << Self::MOST << at,
            Truth::Yes => YES << at,
        };
        Self(answers.zip(0_usize..).map(bit).fold(0, |all, bit| all | bit))
    }
}

impl BitOrAssign for Joined {
    #[inline]
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Which of the neighbors from `start` on are asked for, as bits of a word.
fn asked(those: Option<&FixedBitSet>, start: usize, end: usize) -> Block {
    let all = Block::MAX >> (WORD - (end - start).min(WORD));
    those.map_or(all, |those| those.as_slice()[start / WORD] & all)
}

/// The words of both columns for some neighbors.
struct Words {
    yes: Vec<Block>,
    unknown: Vec<Block>,
}

impl Words {
    fn of(range: Range<usize>, those: Option<&FixedBitSet>, mut f: impl FnMut(usize) -> Truth) -> Self {
        let count = range.len().div_ceil(WORD);
        let mut words = Self { yes: Vec::with_capacity(count), unknown: Vec::with_capacity(count) };
        for start in range.clone().step_by(WORD) {
            let (mut yes, mut unknown) = (0, 0);
            let mut asked = asked(those, start, range.end);
            while asked != 0 {
                let bit = asked & asked.wrapping_neg();
                match f(start + asked.trailing_zeros() as usize) {
                    Truth::No => {}
                    Truth::Unknown => unknown |= bit,
                    Truth::Yes => yes |= bit,
                }
                asked ^= bit;
            }
            words.yes.push(yes);
            words.unknown.push(unknown);
        }
        words
    }

    fn columns(
        range: Range<usize>,
        columns: usize,
        those: Option<&FixedBitSet>,
        f: impl Fn(usize) -> Joined,
    ) -> Vec<Self> {
        let count = range.len().div_ceil(WORD);
        let new = || Self { yes: Vec::with_capacity(count), unknown: Vec::with_capacity(count) };
        let mut all: Vec<Self> = std::iter::repeat_with(new).take(columns).collect();
        for start in range.clone().step_by(WORD) {
            let mut asked = asked(those, start, range.end);
            let mut joined = [0; WORD];
            while asked != 0 {
                let at = asked.trailing_zeros() as usize;
                joined[at] = f(start + at).0;
                asked &= asked - 1;
            }
            transpose(&mut joined);
            for (at, words) in all.iter_mut().enumerate() {
                let yes = joined[at];
                words.yes.push(yes);
                words.unknown.push(joined[Joined::MOST + at] & !yes);
            }
        }
        all
    }
}

/// Turns rows of bits into columns: bit `b` of word `a` becomes bit `a` of word `b`. Squares of half the size change places,
/// then those within them.
fn transpose(words: &mut [Block; WORD]) {
    let (mut half, mut low) = (WORD / 2, Block::MAX >> (WORD / 2));
    while half > 0 {
        for at in (0..WORD).filter(|at| at & half == 0) {
            let changed = ((words[at] >> half) ^ words[at + half]) & low;
            words[at] ^= changed << half;
            words[at + half] ^= changed;
        }
        half /= 2;
        low ^= low << half;
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
            let of = |at: usize| {
                let mut joined = Joined::of([pairs[at].0, Truth::No].into_iter());
                joined |= Joined::of([pairs[at].1, pairs[at].0].into_iter());
                joined
            };
            prop_assert_eq!(Truths::columns(pairs.len(), 2, None, of), [or, left.clone()]);
            prop_assert_eq!(&left, &not.not());
            prop_assert_eq!(left.count_yes(), pairs.iter().filter(|(a, _)| *a == Truth::Yes).count());
            prop_assert_eq!(left.unknown().count(), pairs.iter().filter(|(a, _)| *a == Truth::Unknown).count());
        }
    }
}
