//! Patterns, compared with a slow and simple matcher.

use std::collections::BTreeSet;

use unicode_normalization::char::is_combining_mark;

use crate::policy::{Case, Pattern, nfc};

/// The input is a pattern, a line end and a text. The pattern and the slow matcher agree on the text; a pattern that is
/// refused points into itself, and the slow matcher refuses it too.
pub fn glob(data: &[u8]) {
    let Some((pattern, text)) = str::from_utf8(data).ok().and_then(|data| data.split_once('\n')) else { return };
    // Both compare in normal form C.
    let (pattern, text) = (&*nfc(pattern), &*nfc(text));
    if pattern.len() > 200 || text.len() > 200 {
        return;
    }
    let characters: Vec<char> = pattern.chars().collect();
    let slow = Parser { pattern: &characters, at: 0 }.whole();
    for case in [Case::Exact, Case::Fold] {
        match Pattern::glob(pattern, case, 0..pattern.len()) {
            Ok(fast) => {
                let slow = slow.as_ref().expect("both read it");
                // Outside ASCII, case has rules of its own.
                if case == Case::Exact || (pattern.is_ascii() && text.is_ascii()) {
                    assert_eq!(fast.matches(text), matches(slow, text, case), "{pattern:?} on {text:?}, {case:?}");
                }
                assert!(fast.literal().is_none_or(|literal| fast.matches(literal)));
            }
            Err(bad) => {
                assert!(pattern.get(bad.at..).is_some(), "{pattern:?} is refused at {}", bad.at);
                assert!(slow.is_none(), "{pattern:?} is refused: {}", bad.message);
            }
        }
    }
}

/// A piece of a pattern.
enum Piece {
    Character(char),
    Any,
    Star,
    Class { not: bool, ranges: Vec<(char, char)> },
    Either(Vec<Vec<Piece>>),
}

fn matches(pattern: &[Piece], text: &str, case: Case) -> bool {
    let text: Vec<char> = text.chars().collect();
    ends(pattern, &text, BTreeSet::from([0]), case).contains(&text.len())
}

/// Where a match can end, if it can begin at these places.
fn ends(pattern: &[Piece], text: &[char], mut places: BTreeSet<usize>, case: Case) -> BTreeSet<usize> {
    for piece in pattern {
        let step = |one: &dyn Fn(char) -> bool| -> BTreeSet<usize> {
            places.iter().filter(|at| text.get(**at).is_some_and(|c| one(*c))).map(|at| at + 1).collect()
        };
        places = match piece {
            Piece::Character(character) => step(&|c| within(c, (*character, *character), case)),
            Piece::Any => step(&|_| true),
            Piece::Star => places.iter().flat_map(|at| *at..=text.len()).collect(),
            Piece::Class { not, ranges } => step(&|c| *not != ranges.iter().any(|range| within(c, *range, case))),
            Piece::Either(branches) => {
                branches.iter().flat_map(|branch| ends(branch, text, places.clone(), case)).collect()
            }
        };
    }
    places
}

fn within(character: char, (low, high): (char, char), case: Case) -> bool {
    let inside = |c: char| low <= c && c <= high;
    inside(character)
        || case == Case::Fold && (inside(character.to_ascii_lowercase()) || inside(character.to_ascii_uppercase()))
}

struct Parser<'p> {
    pattern: &'p [char],
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.pattern.get(self.at - 1).copied()
    }

    fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    fn whole(mut self) -> Option<Vec<Piece>> {
        let pieces = self.pieces(false)?;
        self.peek().is_none().then_some(pieces)
    }

    /// The pieces up to the end, or to what ends a branch.
    fn pieces(&mut self, in_braces: bool) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        while let Some(character) = self.peek() {
            if character == '}' || (character == ',' && in_braces) {
                break;
            }
            self.at += 1;
            pieces.push(match character {
                '*' => Piece::Star,
                '?' => Piece::Any,
                '\\' => Piece::Character(self.next()?),
                '[' => self.class()?,
                '{' => self.either()?,
                other => Piece::Character(other),
            });
        }
        Some(pieces)
    }

    fn either(&mut self) -> Option<Piece> {
        let mut branches = Vec::new();
        loop {
            branches.push(self.pieces(true)?);
            match self.next()? {
                ',' => {}
                _ => return Some(Piece::Either(branches)),
            }
        }
    }

    fn class(&mut self) -> Option<Piece> {
        let not = matches!(self.peek(), Some('!' | '^'));
        self.at += usize::from(not);
        let mut ranges = Vec::new();
        while ranges.is_empty() || self.peek()? != ']' {
            let low = self.member()?;
            let mut high = low;
            if self.peek() == Some('-') && self.pattern.get(self.at + 1).is_some_and(|c| *c != ']') {
                self.at += 1;
                high = self.member()?;
            }
            (low <= high).then(|| ranges.push((low, high)))?;
        }
        self.at += 1;
        Some(Piece::Class { not, ranges })
    }

    fn member(&mut self) -> Option<char> {
        let member = match self.next()? {
            '\\' => self.next(),
            other => Some(other),
        };
        // The pattern is in normal form: a mark that follows makes a letter of two characters.
        if self.peek().is_some_and(is_combining_mark) { None } else { member }
    }
}
