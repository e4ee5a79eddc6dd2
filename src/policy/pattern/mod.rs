//! Patterns: what a policy writes to mean some texts and not others.
//!
//! Ours rather than a file-globbing crate's, since those match bytes (`?` is not one character of `é`), and give
//! `/` and `**` meanings that have no place in a name. Every pattern is translated to an anchored regular
//! expression; the plain shapes (`x`, `x*`, `*x`, `*`) skip it, with the same answers. That makes it long.

#![expect(clippy::wildcard_enum_match_arm, reason = "regex's errors are not exhaustive")]

mod covers;
mod language;
mod list;
mod meet;
mod samples;

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::vocabulary::Case;

pub use language::Language;
pub use list::{Patterns, same_text};
pub use meet::Automata;

/// The longest pattern, in bytes.
const LONGEST: usize = 1024;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// Where it stands in the policy, in bytes.
    pub span: Range<usize>,
    shape: Shape,
    case: Case,
    source: String,
    regex: OnceLock<Regex>,
}

/// The part of a pattern that can be matched without a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Exactly(String),
    Starting(String),
    Ending(String),
    Anything,
    Glob,
    Regex,
}

/// Why a pattern cannot be read: what is wrong, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern {
    /// What is wrong.
    pub message: &'static str,
    /// The byte in the pattern.
    pub at: usize,
}

impl Pattern {
    /// Compiles a glob.
    ///
    /// # Errors
    ///
    /// A bracket or brace that is not closed, a range backwards, a backslash with nothing behind it, or too long.
    pub fn glob(text: &str, case: Case, span: Range<usize>) -> Result<Self, BadPattern> {
        if text.len() > LONGEST {
            return Err(BadPattern { message: "a pattern longer than 1024 bytes", at: 0 });
        }
        let (source, shape) = translate(text)?;
        let complex = shape == Shape::Glob;
        let pattern = Self { text: text.into(), span, shape, case, source, regex: OnceLock::new() };
        if complex {
            let too_big = BadPattern { message: "a pattern that is too complex", at: 0 };
            let compiled = compile(&pattern.source, case).map_err(|_| too_big)?;
            pattern.regex.set(compiled).expect("nobody else has the pattern yet");
        }
        Ok(pattern)
    }

    /// A key that two patterns share only if they mean the same.
    pub fn meaning(&self) -> (String, String, bool) {
        (self.text.clone(), self.source.clone(), self.case == Case::Fold)
    }

    /// A pattern that means just this text.
    pub fn exactly(text: &str, case: Case, span: Range<usize>) -> Self {
        let normal = nfc(text);
        let source = format!(r"\A{}\z", regex::escape(&normal));
        Self {
            text: text.into(),
            span,
            shape: Shape::Exactly(normal.into_owned()),
            case,
            source,
            regex: OnceLock::new(),
        }
    }

    /// A pattern for what begins and ends like this.
    ///
    /// # Errors
    ///
    /// It is too long.
    pub fn around(before: &str, after: &str, case: Case, span: Range<usize>) -> Result<Self, BadPattern> {
        let plain = |text: &str| {
            let special = |c: char| r"*?[]{}\".contains(c);
            text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect::<String>()
        };
        Self::glob(&format!("{}*{}", plain(before), plain(after)), case, span)
    }

    /// Compiles a regular expression that must match the whole text.
    ///
    /// # Errors
    ///
    /// What the regular expression's own parser says.
    pub fn regex(text: &str, case: Case, span: Range<usize>) -> Result<Self, String> {
        let source = format!(r"\A(?:{})\z", nfc(text));
        let told = |error: regex::Error| match error {
            regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
            error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        };
        // Parsed alone first, so that errors are about the text as written, and `)(` cannot escape the anchors.
        Regex::new(text).map_err(told)?;
        let regex = OnceLock::from(compile(&source, case).map_err(told)?);
        Ok(Self { text: text.into(), span, shape: Shape::Regex, case, source, regex })
    }

    /// Whether it matches every text.
    pub fn matches_all(&self) -> bool {
        self.shape == Shape::Anything
    }

    /// Whether it matches the whole of `value`, both in Unicode normal form C.
    pub fn matches(&self, value: &str) -> bool {
        // Nearly every text is ASCII, which has one form only.
        let value = &*if value.is_ascii() { Cow::Borrowed(value) } else { own_letters(nfc(value), self.case) };
        // On ASCII alone, ignoring case is the same for bytes and for the regular expression.
        let plain = |text: &str| self.case == Case::Exact || (value.is_ascii() && text.is_ascii());
        match &self.shape {
            Shape::Anything => true,
            Shape::Exactly(text) if plain(text) => self.same(text, value),
            Shape::Starting(text) if plain(text) => value.get(..text.len()).is_some_and(|start| self.same(text, start)),
            Shape::Ending(text) if plain(text) => {
                let start = value.len().checked_sub(text.len());
                start.and_then(|start| value.get(start..)).is_some_and(|end| self.same(text, end))
            }
            Shape::Exactly(_) | Shape::Starting(_) | Shape::Ending(_) | Shape::Glob | Shape::Regex => {
                let regex = self.regex.get_or_init(|| {
                    compile(&self.source, self.case).expect("a plain shape of bounded length compiles")
                });
                regex.is_match(value)
            }
        }
    }

    /// How letters compare.
    pub fn case(&self) -> Case {
        self.case
    }

    /// Whether letters compare without case.
    pub fn ignores_case(&self) -> bool {
        self.case == Case::Fold
    }

    /// The one text that it means, if it means just one.
    pub fn literal(&self) -> Option<&str> {
        match &self.shape {
            Shape::Exactly(text) => Some(text),
            Shape::Starting(_) | Shape::Ending(_) | Shape::Anything | Shape::Glob | Shape::Regex => None,
        }
    }

    /// Whether its only wildcard is `*`. If it matches a text with a `*`, it then matches whatever stands for that `*`.
    pub fn has_only_stars(&self) -> bool {
        self.shape != Shape::Regex && !self.text.contains(['?', '[', '\\'])
    }

    fn same(&self, text: &str, value: &str) -> bool {
        match self.case {
            Case::Exact => text == value,
            Case::Fold => text.eq_ignore_ascii_case(value),
        }
    }
}

/// A text in Unicode normal form C: letters with accents compare the same, however they are put together.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// The one letter in normal form C that is not ASCII and that regular expressions take for one of ASCII without case.
const LONG_S: char = 'ſ';

/// The text with an unused letter in place of each `ſ`. Without case, a regular expression takes `ſ` for an `s`; rolelint
/// does not, so that an address that only looks like an approved one is not approved. (In normal form the sign for kelvin
/// is a `K`. Regular expressions take no other letter for one of ASCII.)
fn own_letters(text: Cow<'_, str>, case: Case) -> Cow<'_, str> {
    if case == Case::Fold && text.contains(LONG_S) { Cow::Owned(text.replace(LONG_S, "ƻ")) } else { text }
}

fn compile(source: &str, case: Case) -> Result<Regex, regex::Error> {
    let source = &*own_letters(Cow::Borrowed(source), case);
    RegexBuilder::new(source).case_insensitive(case == Case::Fold).dot_matches_new_line(true).build()
}

/// A glob as an anchored regular expression, and the shape that says the same where there is one.
fn translate(glob: &str) -> Result<(String, Shape), BadPattern> {
    let bad = |message, at| Err(BadPattern { message, at });
    let mut regex = String::from(r"\A");
    let mut literal = String::new();
    let mut run = String::new();
    let (mut stars, mut star_first, mut star_last, mut plain) = (0, false, false, true);
    let mut open_braces = Vec::new();
    let mut characters = glob.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        star_last = character == '*';
        match character {
            '\\' => {
                let Some((_, escaped)) = characters.next() else {
                    return bad("a `\\` with nothing after it; write `\\\\` for the character", at);
                };
                run.push(escaped);
                continue;
            }
            '*' | '?' | '[' | '{' | '}' => {}
            ',' if !open_braces.is_empty() => {}
            other => {
                run.push(other);
                continue;
            }
        }
        end_run(&mut run, &mut regex, &mut literal);
        plain &= character == '*';
        match character {
            '*' => {
                star_first |= at == 0;
                stars += 1;
                regex.push_str(".*");
            }
            '?' => regex.push('.'),
            '[' => {
                let rest = &glob[at + 1..];
                let (class, length) = class(rest).map_err(|message| BadPattern { message, at })?;
                regex.push_str(&class);
                while characters.next_if(|&(next, _)| next <= at + length).is_some() {}
            }
            '{' => {
                open_braces.push(at);
                regex.push_str("(?:");
            }
            '}' => match open_braces.pop() {
                Some(_) => regex.push(')'),
                None => return bad("a `}` that closes nothing; write `\\}` for the character", at),
            },
            _ => regex.push('|'),
        }
    }
    if let Some(at) = open_braces.pop() {
        return bad("a `{` that is never closed; write `\\{` for the character", at);
    }
    end_run(&mut run, &mut regex, &mut literal);
    regex.push_str(r"\z");
    let shape = match stars {
        _ if !plain => Shape::Glob,
        0 => Shape::Exactly(literal),
        1 if literal.is_empty() => Shape::Anything,
        1 if star_first => Shape::Ending(literal),
        1 if star_last => Shape::Starting(literal),
        _ => Shape::Glob,
    };
    Ok((regex, shape))
}

/// Adds a run of characters that mean themselves. They are normalized as one text, after their backslashes are gone.
fn end_run(run: &mut String, regex: &mut String, literal: &mut String) {
    let text = nfc(run);
    regex.push_str(&regex::escape(&text));
    literal.push_str(&text);
    run.clear();
}

/// What follows a `[`: the class as a regular expression, and how many bytes it took, its `]` included.
fn class(rest: &str) -> Result<(String, usize), &'static str> {
    const UNCLOSED: &str = "a `[` that is never closed; write `\\[` for the character";
    let mut regex = String::from("[");
    let mut members = rest.char_indices().peekable();
    if members.next_if(|&(_, c)| c == '!' || c == '^').is_some() {
        regex.push('^');
    }
    let mut empty = true;
    loop {
        let (at, mut low) = members.next().ok_or(UNCLOSED)?;
        if low == ']' && !empty {
            regex.push(']');
            return Ok((regex, at + 1));
        }
        if low == '\\' {
            low = members.next().ok_or(UNCLOSED)?.1;
        }
        low = composed(low, &mut members)?;
        empty = false;
        push_member(&mut regex, low);
        let mut ahead = members.clone();
        if ahead.next().is_some_and(|(_, c)| c == '-') && ahead.next().is_some_and(|(_, c)| c != ']') {
            members.next();
            let mut high = members.next().ok_or(UNCLOSED)?.1;
            if high == '\\' {
                high = members.next().ok_or(UNCLOSED)?.1;
            }
            high = composed(high, &mut members)?;
            if high < low {
                return Err("a range whose end is before its start");
            }
            regex.push('-');
            push_member(&mut regex, high);
        }
    }
}

/// One member of a class in Unicode normal form C, with the combining characters that follow it.
fn composed(first: char, members: &mut Peekable<CharIndices<'_>>) -> Result<char, &'static str> {
    let mut text = String::from(first);
    while let Some((_, mark)) = members.next_if(|&(_, c)| is_combining_mark(c)) {
        text.push(mark);
    }
    let normal = nfc(&text);
    let mut characters = normal.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) => Ok(one),
        _ => Err("a letter in `[…]` that is more than one character; use `{…,…}`"),
    }
}

fn push_member(regex: &mut String, member: char) {
    // Only what has a meaning: in a regular expression, `\<` is not `<`.
    regex.push_str(&regex::escape(member.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests;
