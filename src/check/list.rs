//! A condition on a list of words, such as the permissions of a role. Each distinct word is answered once.
//!
//! A permission with a wildcard stands for all permissions that it covers: those that rolelint knows, those that the
//! rule spells out, and perhaps others. `any` needs one of them, `only` needs all of them. One in an odd spelling has an
//! answer only if all that it may stand for has the same.

use std::collections::BTreeSet;

use super::permission::{agreed, covering, meets_any, readings};
use super::quantify::within;
use crate::org::Truth;
use crate::policy::{ListPredicate, Pattern, known_permissions};

/// A word of a list, seen by a predicate.
pub struct Word<'p> {
    test: &'p ListPredicate,
    text: String,
    /// If it has a wildcard: the permissions that it certainly covers.
    covered: Option<Vec<&'p str>>,
    /// If its spelling is odd: what else it may stand for, for each way to read it.
    read: Vec<Vec<Word<'p>>>,
}

impl<'p> Word<'p> {
    /// The word in a list that the predicate is asked of.
    pub fn new(text: &str, test: &'p ListPredicate) -> Self {
        let covered = covering(text).map(|covers| {
            let lists = [test.any.as_deref(), test.only.as_deref()].into_iter().flatten();
            let patterns = lists.chain([test.all.as_slice(), &test.none, &test.except]).flatten();
            let candidates: BTreeSet<&str> =
                known_permissions().iter().copied().chain(patterns.filter_map(Pattern::literal)).collect();
            candidates.into_iter().filter(|candidate| covers.matches(candidate)).collect()
        });
        let read = readings(text).into_iter().map(|texts| texts.iter().map(|text| Self::new(text, test)).collect());
        Self { test, text: text.to_owned(), covered, read: read.collect() }
    }

    /// Whether some of what it stands for matches one of the patterns and is not excepted.
    pub fn meets(&self, patterns: &[Pattern]) -> Truth {
        let some = |words: &Vec<Self>| words.iter().map(|word| word.meets(patterns)).fold(Truth::No, Truth::or);
        agreed(self.meets_as_written(patterns), self.read.iter().map(some))
    }

    fn meets_as_written(&self, patterns: &[Pattern]) -> Truth {
        let here = |text: &str| (!self.excepted(text)).and(meets_any(patterns, text));
        let Some(covered) = &self.covered else { return here(&self.text) };
        if covered.iter().any(|one| here(one) == Truth::Yes) {
            return Truth::Yes;
        }
        // Whether this holds for everything else that the wildcard may cover.
        match (self.is_within(&self.test.except), self.excepted(&self.text), meets_any(patterns, &self.text)) {
            (true, _, _) | (_, _, Truth::No) => Truth::No,
            (false, Truth::No, met) => met,
            (false, Truth::Yes | Truth::Unknown, Truth::Yes | Truth::Unknown) => Truth::Unknown,
        }
    }

    /// Whether it is one of those that `any` asks for. Of what the vocabulary does not have, nobody knows.
    fn is_asked_for(&self, any: &[Pattern]) -> Truth {
        self.meets(any).or(if self.is_strange() { Truth::Unknown } else { Truth::No })
    }

    /// Whether the vocabulary is asked, and does not have it. What a wildcard covers is never all known.
    pub fn is_strange(&self) -> bool {
        let has = |known: &Vec<Pattern>| known.iter().any(|pattern| pattern.matches(&self.text));
        self.test.known.as_ref().is_some_and(|known| self.covered.is_some() || !has(known))
    }

    /// Whether everything that it stands for matches one of the patterns or is excepted.
    pub fn lies_in(&self, patterns: &[Pattern]) -> Truth {
        let every = |words: &Vec<Self>| words.iter().map(|word| word.lies_in(patterns)).fold(Truth::Yes, Truth::and);
        agreed(self.lies_as_written(patterns), self.read.iter().map(every))
    }

    fn lies_as_written(&self, patterns: &[Pattern]) -> Truth {
        let here = |text: &str| self.excepted(text).or(meets_any(patterns, text));
        let Some(covered) = &self.covered else { return here(&self.text) };
        if self.is_within(patterns) || self.is_within(&self.test.except) {
            return Truth::Yes;
        }
        let outside = here(&self.text) == Truth::No || covered.iter().any(|one| here(one) == Truth::No);
        if outside { Truth::No } else { Truth::Unknown }
    }

    /// Whether its spelling leaves an answer open.
    pub fn is_unclear(&self) -> bool {
        let test = self.test;
        let met = test.any.iter().chain([&test.none]).map(|patterns| self.meets(patterns));
        let all = test.all.iter().map(|pattern| self.meets(std::slice::from_ref(pattern)));
        let only = test.only.iter().map(|only| self.lies_in(only));
        met.chain(all).chain(only).any(|truth| truth == Truth::Unknown)
            || test.count.is_some() && counted([self].into_iter()).is_open()
    }

    /// The first pattern that it certainly meets.
    pub fn meeting<'t>(&self, patterns: &'t [Pattern]) -> Option<&'t Pattern> {
        patterns.iter().find(|pattern| self.meets(std::slice::from_ref(pattern)) == Truth::Yes)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it may stand for several permissions, as it is written.
    fn is_several(&self) -> bool {
        self.read.iter().any(|words| words.len() > 1 || words.iter().any(|word| word.covered.is_some()))
    }

    fn excepted(&self, text: &str) -> Truth {
        meets_any(&self.test.except, text)
    }

    /// Whether one of the patterns matches all that a wildcard covers: its text, wildcard and all.
    fn is_within(&self, patterns: &[Pattern]) -> bool {
        patterns.iter().any(|pattern| pattern.matches(&self.text) && pattern.has_only_stars())
    }
}

/// How many elements of a list count.
pub struct Count<'w> {
    sure: BTreeSet<&'w str>,
    unclear: BTreeSet<&'w str>,
    /// Whether a wildcard may cover others that count.
    more: bool,
}

impl Count<'_> {
    /// How many count for certain.
    pub fn sure(&self) -> u64 {
        self.sure.len() as u64
    }

    /// Those that count for certain.
    pub fn elements(&self) -> impl Iterator<Item = &str> {
        self.sure.iter().copied()
    }

    fn is_open(&self) -> bool {
        self.more || !self.unclear.is_empty()
    }
}

/// Counts the elements of a list, each permission once. With `any`, only those that match it count.
pub fn counted<'w>(words: impl Iterator<Item = &'w Word<'w>>) -> Count<'w> {
    let mut count = Count { sure: BTreeSet::new(), unclear: BTreeSet::new(), more: false };
    for word in words {
        if word.is_several() {
            let counts = word.test.any.as_ref().map_or(!word.lies_in(&[]), |any| word.meets(any));
            if counts != Truth::No {
                count.unclear.insert(&word.text);
                count.more = true;
            }
            continue;
        }
        let met = |text: &str| word.test.any.as_ref().map_or(Truth::Yes, |any| meets_any(any, text));
        if word.covered.is_some() {
            count.more |= met(&word.text) != Truth::No && !word.is_within(&word.test.except);
        }
        for &element in word.covered.as_ref().map_or(&[word.text.as_str()][..], Vec::as_slice) {
            match (!word.excepted(element)).and(met(element)) {
                Truth::Yes => _ = count.sure.insert(element),
                Truth::Unknown => _ = count.unclear.insert(element),
                Truth::No => {}
            }
        }
    }
    count
}

/// A predicate with the answer of each distinct word.
pub struct CompiledList<'p> {
    test: &'p ListPredicate,
    words: Vec<Word<'p>>,
    any: Option<Vec<Truth>>,
    all: Vec<Vec<Truth>>,
    only: Option<Vec<Truth>>,
    none: Vec<Truth>,
}

impl<'p> CompiledList<'p> {
    /// Of these words, by their places.
    pub fn new<'t>(words: impl Iterator<Item = &'t str>, test: &'p ListPredicate) -> Self {
        let words: Vec<Word<'p>> = words.map(|text| Word::new(text, test)).collect();
        let meets = |patterns: &[Pattern]| words.iter().map(|word| word.meets(patterns)).collect();
        Self {
            test,
            any: test
                .any
                .as_deref()
                .filter(|_| test.count.is_none())
                .map(|any| words.iter().map(|word| word.is_asked_for(any)).collect()),
            all: test.all.iter().map(std::slice::from_ref).map(meets).collect(),
            only: test.only.as_deref().map(|only| words.iter().map(|word| word.lies_in(only)).collect()),
            none: meets(&test.none),
            words,
        }
    }

    /// Whether it holds of the list of these words.
    pub fn holds(&self, list: &(impl Iterator<Item = usize> + Clone)) -> Truth {
        let some = |met: &[Truth]| list.clone().map(|word| met[word]).fold(Truth::No, Truth::or);
        let enough = match (self.test.count, &self.any) {
            (Some(bounds), _) => {
                let count = counted(list.clone().map(|word| &self.words[word]));
                let sure = count.sure();
                within(bounds, sure, sure + count.unclear.len() as u64, count.more)
            }
            (None, Some(any)) => some(any),
            (None, None) => Truth::Yes,
        };
        let all = self.all.iter().map(|met| some(met)).fold(enough, Truth::and);
        let every = |lies: &Vec<Truth>| list.clone().map(|word| lies[word]).fold(Truth::Yes, Truth::and);
        all.and(self.only.as_ref().map_or(Truth::Yes, every)).and(!some(&self.none))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Bounds, Case};

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::glob(text, Case::Exact, 0..0).expect(text)).collect()
    }

    fn holds(test: &ListPredicate, list: &[&str]) -> Truth {
        CompiledList::new(list.iter().copied(), test).holds(&(0..list.len()))
    }

    #[test]
    fn a_wildcard_is_no_excuse() {
        let of = |any: Option<&[&str]>, only: Option<&[&str]>, except: &[&str], most: Option<u64>| ListPredicate {
            any: any.map(patterns),
            only: only.map(patterns),
            except: patterns(except),
            count: most.map(|most| Bounds { max: Some(most), ..Bounds::default() }),
            ..ListPredicate::default()
        };
        let only = |only: &[&str]| of(None, Some(only), &[], None);
        let any = |any: &[&str], except: &[&str]| of(Some(any), None, except, None);
        let table: [(ListPredicate, &[&str], Truth); 31] = [
            (only(&["api.files.read"]), &["*"], Truth::No),
            (only(&["api.files.read"]), &["api.*"], Truth::No),
            (only(&["api.files.read"]), &["API.*"], Truth::No),
            (only(&["api.*"]), &["api.files.*"], Truth::Yes),
            (only(&["*"]), &["*"], Truth::Yes),
            (only(&["api.files.*"]), &["api.*"], Truth::No),
            (only(&["api.files.?"]), &["api.files.*"], Truth::No),
            (only(&["api.files.read", "api.files.write"]), &["api.files.*"], Truth::Unknown),
            (only(&["mcp.files.*"]), &["new.*"], Truth::No),
            (any(&["*.write"], &["api.files.write"]), &["*"], Truth::Yes),
            (any(&["*.write"], &["api.files.write"]), &["api.files.*"], Truth::Unknown),
            (any(&["*.write"], &["api.*"]), &["api.files.*"], Truth::No),
            (any(&["api.files.write"], &["api.files.write"]), &["*"], Truth::Unknown),
            (any(&["never.known"], &[]), &["never.*"], Truth::Yes),
            (any(&["never.known"], &["never.others"]), &["never.*"], Truth::Yes),
            (of(None, None, &[], Some(3)), &["*"], Truth::No),
            (of(None, None, &[], Some(3)), &["new.*"], Truth::Unknown),
            (of(None, None, &["*"], Some(0)), &["*"], Truth::Yes),
            (of(Some(&["api.files.*"]), None, &[], Some(2)), &["api.files.*", "api.files.read"], Truth::Unknown),
            (of(Some(&["api.files.*"]), None, &[], Some(1)), &["api.*", "api.files.read"], Truth::No),
            (only(&["api.files.*"]), &["api.files.read,api.groups.write"], Truth::Unknown),
            (only(&["api.*"]), &["api.files.read,api.groups.write"], Truth::Yes),
            (only(&["api.files.*"]), &["api.groups.{read,write}"], Truth::No),
            (only(&["api.files.re?d"]), &["api.files.re?d"], Truth::Unknown),
            (any(&["api.groups.write"], &["api.files.*"]), &["api.files.read,api.groups.write"], Truth::Unknown),
            (any(&["api.*"], &["api.files.*"]), &["api.files.read;api.groups.write"], Truth::Unknown),
            (any(&["api.*"], &["api.files.*"]), &["api.files.read;api.files.write"], Truth::No),
            (of(None, None, &[], Some(1)), &["api.files.read,api.groups.write"], Truth::Unknown),
            (of(None, None, &["api.*"], Some(0)), &["api.files.read,api.groups.write"], Truth::Yes),
            (of(None, None, &[], Some(1)), &["api.files.wr\u{456}te"], Truth::Unknown),
            (of(Some(&["api.groups.*"]), None, &[], Some(0)), &["api.files.rea?"], Truth::Yes),
        ];
        for (test, list, expected) in table {
            assert_eq!(holds(&test, list), expected, "{list:?} {test:?}");
        }
    }
}
