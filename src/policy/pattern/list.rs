//! A list of patterns, answered at once. A text is not compared with each of them: plain texts, beginnings and ends are
//! looked up in tables, and whatever else there is becomes one automaton. The time for a text depends on its length,
//! not on how many patterns there are, so that an allow-list may have as many entries as the organization has users.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

use foldhash::HashMap;
use regex::{RegexSet, RegexSetBuilder};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::{Case, LONG_S, Pattern, Shape, nfc, own_letters};

/// So few patterns are tried one after the other.
const FEW: usize = 8;

/// How large the automaton may become, in bytes. Patterns that need more are tried one after the other.
const LARGEST: usize = 64 << 20;

/// Patterns in the order of the policy. It is a slice for those who look at each pattern.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    each: Vec<Pattern>,
    /// Made when first asked.
    index: OnceLock<Box<Index>>,
}

impl From<Vec<Pattern>> for Patterns {
    fn from(each: Vec<Pattern>) -> Self {
        Self { each, index: OnceLock::new() }
    }
}

impl FromIterator<Pattern> for Patterns {
    fn from_iter<I: IntoIterator<Item = Pattern>>(each: I) -> Self {
        Vec::from_iter(each).into()
    }
}

impl Deref for Patterns {
    type Target = [Pattern];

    fn deref(&self) -> &[Pattern] {
        &self.each
    }
}

impl<'p> IntoIterator for &'p Patterns {
    type Item = &'p Pattern;
    type IntoIter = std::slice::Iter<'p, Pattern>;

    fn into_iter(self) -> Self::IntoIter {
        self.each.iter()
    }
}

impl Patterns {
    /// Moves all of them to a place. What they match stays the same.
    pub fn place_at(&mut self, at: &Range<usize>) {
        self.each.iter_mut().for_each(|pattern| pattern.span = at.clone());
    }

    /// Whether one of them matches.
    pub fn match_any(&self, text: &str) -> bool {
        self.place(text).is_some()
    }

    /// The first that matches.
    pub fn first(&self, text: &str) -> Option<&Pattern> {
        self.place(text).map(|place| &self.each[place])
    }

    /// The place of the first that matches.
    pub fn place(&self, text: &str) -> Option<usize> {
        if self.each.len() <= FEW {
            return self.each.iter().position(|pattern| pattern.matches(text));
        }
        self.index.get_or_init(|| Box::new(Index::of(&self.each))).place(&self.each, text)
    }
}

/// The places of patterns by what they match. Of several that match the same, the first.
#[derive(Clone, Debug, Default)]
struct Index {
    exact: Table,
    fold: Table,
    anything: Option<usize>,
    automaton: Option<Automaton>,
    /// Those that are tried one after the other.
    others: Vec<usize>,
}

impl Index {
    fn of(patterns: &[Pattern]) -> Self {
        let mut index = Self::default();
        let mut complex = Vec::new();
        for (place, pattern) in patterns.iter().enumerate() {
            let table = match pattern.case {
                Case::Exact => &mut index.exact,
                Case::Fold => &mut index.fold,
            };
            let key = |text| key(text, pattern.case).into_owned();
            match &pattern.shape {
                Shape::Exactly(text) => drop(table.texts.entry(key(text)).or_insert(place)),
                Shape::Starting(text) => table.starts.add(key(text), place),
                Shape::Ending(text) => table.ends.add(key(text), place),
                Shape::Anything => index.anything = index.anything.or(Some(place)),
                Shape::Glob | Shape::Regex => complex.push(place),
            }
        }
        if complex.len() > 1 {
            index.automaton = Automaton::of(patterns, &complex);
        }
        if index.automaton.is_none() {
            index.others = complex;
        }
        index
    }

    fn place(&self, patterns: &[Pattern], text: &str) -> Option<usize> {
        let text = nfc(text);
        let tried = || self.others.iter().copied().find(|&place| patterns[place].matches(&text));
        let places = [
            self.exact.place(|| key(&text, Case::Exact)),
            self.fold.place(|| key(&text, Case::Fold)),
            self.anything,
            self.automaton.as_ref().and_then(|automaton| automaton.place(patterns, &text)),
            tried(),
        ];
        places.into_iter().flatten().min()
    }
}

/// Plain texts, beginnings and ends that compare in the same way.
#[derive(Clone, Debug, Default)]
struct Table {
    texts: HashMap<String, usize>,
    starts: Affixes,
    ends: Affixes,
}

impl Table {
    fn place<'t>(&self, key: impl FnOnce() -> Cow<'t, str>) -> Option<usize> {
        if self.texts.is_empty() && self.starts.places.is_empty() && self.ends.places.is_empty() {
            return None;
        }
        let key = &*key();
        let whole = self.texts.get(key).copied();
        let start = self.starts.place(|length| key.get(..length));
        let end = self.ends.place(|length| key.len().checked_sub(length).and_then(|from| key.get(from..)));
        [whole, start, end].into_iter().flatten().min()
    }
}

/// Beginnings, or ends. There are few different lengths, and each is one lookup.
#[derive(Clone, Debug, Default)]
struct Affixes {
    places: HashMap<String, usize>,
    lengths: BTreeSet<usize>,
}

impl Affixes {
    fn add(&mut self, key: String, place: usize) {
        self.lengths.insert(key.len());
        self.places.entry(key).or_insert(place);
    }

    fn place<'t>(&self, piece: impl Fn(usize) -> Option<&'t str>) -> Option<usize> {
        let pieces = self.lengths.iter().filter_map(|&length| piece(length));
        pieces.filter_map(|piece| self.places.get(piece).copied()).min()
    }
}

/// Regular expressions that are followed together.
#[derive(Clone, Debug)]
struct Automaton {
    set: RegexSet,
    places: Vec<usize>,
}

impl Automaton {
    /// `None` if it would be too large.
    fn of(patterns: &[Pattern], places: &[usize]) -> Option<Self> {
        let source = |place: &usize| {
            let Pattern { source, case, .. } = &patterns[*place];
            let source = own_letters(Cow::Borrowed(source), *case);
            if *case == Case::Fold { format!("(?i:{source})") } else { source.into_owned() }
        };
        let set = RegexSetBuilder::new(places.iter().map(source))
            .dot_matches_new_line(true)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build()
            .ok()?;
        Some(Self { set, places: places.to_vec() })
    }

    fn place(&self, patterns: &[Pattern], text: &str) -> Option<usize> {
        // A letter that compares in one way with case, and in another without: each pattern for itself.
        if text.contains(LONG_S) {
            return self.places.iter().copied().find(|&place| patterns[place].matches(text));
        }
        self.set.matches(text).iter().next().map(|at| self.places[at])
    }
}

/// A text so that two are equal if no pattern of that case tells them apart.
pub fn same_text(text: &str, case: Case) -> String {
    key(&nfc(text), case).into_owned()
}

/// The same of a text in Unicode normal form C.
fn key(text: &str, case: Case) -> Cow<'_, str> {
    match case {
        Case::Exact => Cow::Borrowed(text),
        Case::Fold if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) => Cow::Borrowed(text),
        Case::Fold if text.is_ascii() => Cow::Owned(text.to_ascii_uppercase()),
        Case::Fold => Cow::Owned(text.chars().map(folded).collect()),
    }
}

/// The first of the characters that patterns take for the same without case. A letter of ASCII is the same only as its
/// other case.
fn folded(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_uppercase();
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(character, character)]);
    class.case_fold_simple();
    class.iter().map(ClassUnicodeRange::start).next().filter(|first| !first.is_ascii()).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(glob: &str, fold: bool) -> Pattern {
        let case = if fold { Case::Fold } else { Case::Exact };
        Pattern::glob(glob, case, 0..0).expect("no brackets or braces")
    }

    proptest! {
        #[test]
        fn a_list_answers_like_its_patterns_one_after_the_other(
            globs in prop::collection::vec((r"\*?[a?*kK\u{212a}sSſéÉe\u{301}ßẞ]{0,3}\*?", any::<bool>()), 0..40),
            texts in prop::collection::vec(r"[akK\u{212a}sSſéÉe\u{301}ßẞ\n]{0,5}", 1..20),
        ) {
            let list: Patterns = globs.iter().map(|(glob, fold)| pattern(glob, *fold)).collect();
            for text in &texts {
                let first = list.iter().position(|pattern| pattern.matches(text));
                prop_assert_eq!(list.place(text), first, "{:?} in {:?}", text, globs);
            }
        }
    }

    #[test]
    fn a_list_too_large_for_one_automaton_is_tried_one_after_the_other() {
        // Each of them is small enough alone.
        let wide = |at: usize| pattern(&format!("{}{at}*x*", "?".repeat(900)), true);
        let list: Patterns = (0..200).map(wide).collect();
        let text = format!("{}42 and x", "é".repeat(900));
        assert_eq!(list.place(&text), list.iter().position(|pattern| pattern.matches(&text)));
    }
}
