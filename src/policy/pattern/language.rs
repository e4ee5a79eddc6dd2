//! Whether some text matches these patterns and not those: for all texts, as far as automata of bounded size tell.

use std::collections::{HashSet, VecDeque};

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;

use super::meet::dfa;
use super::{Case, Pattern, own_letters};

/// How many places are looked at before the search gives up.
const MOST: usize = 20_000;

/// The texts that one of some patterns matches.
pub struct Language(dense::DFA<Vec<u32>>);

impl Language {
    /// Of these patterns, which compare in the same way. `None` if the automaton would be too large.
    pub fn of(patterns: &[&Pattern]) -> Option<Self> {
        let case = patterns.first().map_or(Case::Exact, |pattern| pattern.case);
        let sources = patterns.iter().map(|pattern| format!("(?:{})", own_letters((&*pattern.source).into(), case)));
        let none = r"[^\s\S]".to_owned();
        let source = sources.reduce(|one, other| format!("{one}|{other}")).unwrap_or(none);
        dfa(&source, case).map(Self)
    }

    /// Whether there may be a text, other than the empty one, for which this holds of the languages that it belongs to.
    pub fn some_text(languages: Vec<Self>, holds: impl Fn(&[bool]) -> bool) -> bool {
        // Without what is no text at all.
        let Some(texts) = dfa(r"\A.*\z", Case::Exact) else { return true };
        let dfas: Vec<_> = languages.into_iter().map(|language| language.0).chain([texts]).collect();
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let begin: Option<Vec<StateID>> = dfas.iter().map(|dfa| dfa.start_state(&anchored).ok()).collect();
        let Some(begin) = begin else { return true };
        // Of bytes that none of the automata tells apart, one.
        let same = |byte: u8| dfas.iter().all(|dfa| dfa.byte_classes().get(byte) == dfa.byte_classes().get(byte - 1));
        let bytes: Vec<u8> = (0..=u8::MAX).filter(|byte| *byte == 0 || !same(*byte)).collect();
        let mut seen = HashSet::new();
        let mut open = VecDeque::from([begin]);
        while let Some(at) = open.pop_front() {
            for &byte in &bytes {
                let next: Vec<StateID> = dfas.iter().zip(&at).map(|(dfa, at)| dfa.next_state(*at, byte)).collect();
                let is_lost = dfas.iter().zip(&next).next_back().is_some_and(|(dfa, at)| dfa.is_dead_state(*at));
                if is_lost || !seen.insert(next.clone()) {
                    continue;
                }
                let ends: Vec<bool> =
                    dfas.iter().zip(&next).map(|(dfa, at)| dfa.is_match_state(dfa.next_eoi_state(*at))).collect();
                if ends.last() == Some(&true) && holds(&ends) || seen.len() > MOST {
                    return true;
                }
                open.push_back(next);
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(texts: &[&str], case: Case) -> Language {
        let patterns: Vec<Pattern> = texts
            .iter()
            .map(|text| match text.strip_prefix("re:") {
                Some(regex) => Pattern::regex(regex, case, 0..0).expect("a regular expression"),
                None => Pattern::glob(text, case, 0..0).expect("a glob"),
            })
            .collect();
        Language::of(&patterns.iter().collect::<Vec<_>>()).expect("small")
    }

    #[test]
    fn a_pattern_lies_in_others_or_a_text_is_left() {
        let table: [(&str, &[&str], bool); 20] = [
            ("*@contractor.acme.example", &["*@contractor.*"], true),
            ("*@contractor.*", &["*@contractor.acme.example"], false),
            ("*.groups.write", &["*.write"], true),
            ("*", &["**"], true),
            ("*", &["?*"], true),
            ("*", &["{*,x}"], true),
            ("*", &["*a*", "[!a]*"], true),
            ("*", &["[a-z]*"], false),
            ("*", &["re:[\\x00-\\x7f]*"], false),
            ("\u{e9}*", &["[\u{e8}-\u{ea}]*"], true),
            ("\u{e9}*", &["[!\u{e9}]*"], false),
            ("{a,b}", &["a", "b"], true),
            ("{a,b}", &["a", "c"], false),
            ("a?c", &["a*"], true),
            ("a*", &["a?*"], false),
            ("re:(ab)+", &["a*b"], true),
            ("re:(ab)+", &["re:(abab)+"], false),
            ("A*", &["a*"], false),
            ("x", &[], false),
            ("re:[^\\s\\S]", &[], true),
        ];
        for (narrow, wide, expected) in table {
            let languages = vec![language(&[narrow], Case::Exact), language(wide, Case::Exact)];
            let left = Language::some_text(languages, |is| is[0] && !is[1]);
            assert_eq!(!left, expected, "{narrow} in {wide:?}");
        }
        let without_case = |narrow, wide| {
            let languages = vec![language(&[narrow], Case::Fold), language(&[wide], Case::Fold)];
            !Language::some_text(languages, |is| is[0] && !is[1])
        };
        assert!(without_case("A*", "a*"));
        assert!(!without_case("\u{17f}*", "s*"));
    }
}
