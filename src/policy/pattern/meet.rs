//! A text that some patterns match and others do not, if there is one: the patterns as automata, walked side by side.

use std::collections::{HashSet, VecDeque};

use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

use super::{Case, Pattern};

/// Characters of the texts, those first that read well. Others are not tried.
const LETTERS: &[u8] =
    b"xabcdefghijklmnopqrstuvwyz.@-_ 0123456789XABCDEFGHIJKLMNOPQRSTUVWYZ:/+*?!$%&'()=#,;<>[]{}|~^`\"\\";
/// How many places are looked at before the search gives up.
const MOST: usize = 5_000;
/// How many bytes one automaton may take.
const LARGEST: usize = 4 << 20;

/// Patterns as automata, in their order. One that would be too large is left out.
pub struct Automata(Vec<Option<dense::DFA<Vec<u32>>>>);

impl Automata {
    /// Of these patterns.
    pub fn of<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        Self(patterns.map(automaton).collect())
    }

    /// The shortest text of ASCII characters that matches those patterns whose place in `wanted` is true, and no other.
    /// `None` if there is no such text, or if it is not found within bounds.
    pub fn meeting(&self, wanted: &[bool]) -> Option<String> {
        let dfas = self.0.iter().zip(wanted).filter_map(|(dfa, wanted)| Some((dfa.as_ref()?, *wanted)));
        let dfas: Vec<_> = dfas.collect();
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let begin: Vec<StateID> = dfas.iter().map(|(dfa, _)| dfa.start_state(&anchored).ok()).collect::<Option<_>>()?;
        let mut seen = HashSet::from([begin.clone()]);
        // Each place with the text that leads there.
        let mut open = VecDeque::from([(begin, String::new())]);
        while let Some((at, text)) = open.pop_front() {
            let ends = |((dfa, wanted), state): (&(&dense::DFA<Vec<u32>>, bool), &StateID)| {
                dfa.is_match_state(dfa.next_eoi_state(*state)) == *wanted
            };
            if dfas.iter().zip(&at).all(ends) {
                return Some(text);
            }
            for letter in LETTERS {
                let next: Vec<StateID> =
                    dfas.iter().zip(&at).map(|((dfa, _), state)| dfa.next_state(*state, *letter)).collect();
                // Where a pattern that must match no longer can, nothing is to be found.
                let lost = dfas.iter().zip(&next).any(|((dfa, wanted), state)| *wanted && dfa.is_dead_state(*state));
                if !lost && seen.len() < MOST && seen.insert(next.clone()) {
                    open.push_back((next, format!("{text}{}", char::from(*letter))));
                }
            }
        }
        None
    }
}

fn automaton(pattern: &Pattern) -> Option<dense::DFA<Vec<u32>>> {
    dfa(&pattern.source, pattern.case)
}

/// A regular expression as an automaton, if that does not become too large.
pub(super) fn dfa(source: &str, case: Case) -> Option<dense::DFA<Vec<u32>>> {
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .dfa_size_limit(Some(LARGEST))
        .determinize_size_limit(Some(LARGEST));
    let syntax = syntax::Config::new().case_insensitive(case == Case::Fold).dot_matches_new_line(true);
    dense::Builder::new().configure(config).syntax(syntax).build(source).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        match text.strip_prefix("re:") {
            Some(regex) => Pattern::regex(regex, Case::Exact, 0..0).expect("a regular expression"),
            None => Pattern::glob(text, Case::Fold, 0..0).expect("a glob"),
        }
    }

    #[test]
    fn what_it_finds_matches_and_what_it_cannot_find_is_not_there() {
        let table: [(&[&str], &[&str], bool); 10] = [
            (&["api.*.write", "*.groups.*"], &[], true),
            (&["ada*", "re:[a-z]+\\.[a-z]+@acme\\.example"], &[], true),
            (&["*@acme.example", "*@other.example"], &[], false),
            (&["*"], &["*"], false),
            (&["*a*"], &["a*", "*a"], true),
            (&["a?c", "?b?"], &["abc"], false),
            (&["re:(ab)+", "re:(aba)*(b|bab)?"], &[], true),
            (&["[a-c]*", "*[x-z]"], &["?*?"], false),
            (&["{ada,bob}@*", "*@{x,y}.example"], &["ada*"], true),
            (&["re:a{3}", "re:a{4}"], &[], false),
        ];
        for (all, none, there) in table {
            let patterns: Vec<Pattern> = all.iter().chain(none).map(|text| pattern(text)).collect();
            let wanted: Vec<bool> = (0..patterns.len()).map(|at| at < all.len()).collect();
            let found = Automata::of(patterns.iter()).meeting(&wanted);
            assert_eq!(found.is_some(), there, "{all:?} and not {none:?}: {found:?}");
            for (pattern, wanted) in patterns.iter().zip(wanted) {
                let holds = found.as_ref().is_none_or(|text| pattern.matches(text) == wanted);
                assert!(holds, "{} with {found:?}", pattern.text);
            }
        }
    }
}
