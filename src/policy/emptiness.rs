//! Whether any value can satisfy tests on a text, or on a list of texts. Where that is hard to tell, it may.

use super::pattern::Language;
use super::{Case, ListPredicate, Pattern, TextPredicate};

/// Of so many patterns a union is made. Of more, literals are left out if that cannot make a test seem impossible.
const MANY: usize = 64;

/// Whether some text, or `null`, satisfies each of these tests that has to hold, and none of those that must not.
pub fn some_text(tests: &[(&TextPredicate, bool)]) -> bool {
    if tests.iter().any(|(test, _)| !test.this.is_empty()) || tests.iter().all(|(test, holds)| test.null == *holds) {
        return true;
    }
    let satisfies = |text: &str| tests.iter().all(|(test, holds)| test.holds(text) == *holds);
    let wanted = tests.iter().filter(|(_, holds)| *holds);
    for any in wanted.clone().filter_map(|(test, _)| test.any.as_ref()) {
        if any.iter().filter_map(Pattern::literal).any(satisfies) {
            return true;
        }
        if any.iter().all(|pattern| pattern.literal().is_some()) {
            return false;
        }
    }
    // The empty text counts where somebody seems to mean it: `?*` is written for everything.
    if wanted.clone().any(|(test, _)| test.regex.is_some()) && satisfies("") {
        return true;
    }
    let mut languages = Union::default();
    let mut places = Vec::new();
    for (test, holds) in tests {
        let any = test.any.as_ref().map(|any| languages.add(any, !holds));
        let regex = test.regex.as_ref().map(|regex| languages.add(std::slice::from_ref(regex), false));
        let except = languages.add(&test.except, *holds);
        places.push((any, regex, except, *holds));
    }
    languages.some_text(|is| {
        places.iter().all(|&(any, regex, except, holds)| {
            let matches = |place: Option<usize>| place.is_none_or(|place| is[place]);
            (matches(any) && matches(regex) && !is[except]) == holds
        })
    })
}

/// Whether a list can have an element that the first test asks for and that both tests let it have.
pub fn some_element(wanted: Option<&[Pattern]>, of: &ListPredicate, limits: Limits<'_>) -> bool {
    let matches = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.matches(text));
    if let Some(wanted) = wanted {
        let may_be = |text: &str| {
            let inside = limits.only.is_none_or(|only| matches(only, text));
            !matches(&of.except, text) && (matches(limits.except, text) || (inside && !matches(limits.none, text)))
        };
        if wanted.iter().filter_map(Pattern::literal).any(may_be) {
            return true;
        }
        if wanted.iter().all(|pattern| pattern.literal().is_some()) {
            return false;
        }
    }
    let mut languages = Union::default();
    let wanted = wanted.map(|wanted| languages.add(wanted, false));
    let (excepted, none) = (languages.add(&of.except, true), languages.add(limits.none, true));
    let (ignored, only) = (languages.add(limits.except, false), limits.only.map(|only| languages.add(only, false)));
    languages.some_text(|is| {
        let inside = only.is_none_or(|only| is[only]);
        wanted.is_none_or(|wanted| is[wanted]) && !is[excepted] && (is[ignored] || (inside && !is[none]))
    })
}

/// What a list must not have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'t> {
    /// No element matches one of these.
    pub none: &'t [Pattern],
    /// Every element matches one of these.
    pub only: Option<&'t [Pattern]>,
    /// These may be there anyway.
    pub except: &'t [Pattern],
}

/// What a list must have: for each element, the patterns of which it matches one; `None` if it may be anything.
pub fn wanted(test: &ListPredicate) -> Vec<Option<&[Pattern]>> {
    let some =
        test.count.map_or(test.any.is_some(), |count| count.min.or(count.percent.min).is_some_and(|min| min > 0));
    let all = test.all.iter().map(|one| Some(std::slice::from_ref(one)));
    all.chain(some.then_some(test.any.as_deref())).collect()
}

/// How many elements can count at the most, if only certain ones do.
pub fn most(test: &ListPredicate) -> Option<u64> {
    let patterns = match (&test.any, &test.only) {
        (Some(any), _) => any,
        (None, Some(only)) if test.except.is_empty() => only,
        (None, _) => return None,
    };
    let mut texts: Vec<&str> = patterns.iter().map(Pattern::literal).collect::<Option<_>>()?;
    if patterns.iter().any(|pattern| pattern.case() == Case::Fold) {
        return None;
    }
    texts.sort_unstable();
    texts.dedup();
    Some(texts.len() as u64)
}

/// Languages of patterns that are asked of one text.
#[derive(Default)]
struct Union {
    languages: Vec<Option<Language>>,
}

impl Union {
    /// Adds patterns and returns their place. `may_drop` says whether fewer of them make nothing seem impossible.
    fn add(&mut self, patterns: &[Pattern], may_drop: bool) -> usize {
        let is_literal = |pattern: &&Pattern| pattern.literal().is_some();
        let all: Vec<&Pattern> = patterns.iter().collect();
        let few =
            if all.len() > MANY && may_drop { all.into_iter().filter(|one| !is_literal(one)).collect() } else { all };
        self.languages.push(if few.len() > MANY { None } else { Language::of(&few) });
        self.languages.len() - 1
    }

    fn some_text(self, holds: impl Fn(&[bool]) -> bool) -> bool {
        let languages: Option<Vec<Language>> = self.languages.into_iter().collect();
        languages.is_none_or(|languages| Language::some_text(languages, holds))
    }
}
