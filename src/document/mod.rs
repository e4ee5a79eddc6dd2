//! Text that people wrote, with places: YAML as a tree, problems that point at a line, and "did you mean".
//!
//! This module knows nothing about policies. Whatever reads a YAML file reads it through here.

mod given;
mod named;
mod nearest;
mod problem;
mod reader;
pub(crate) mod tree;

use std::ops::Range;
use std::sync::Arc;

use miette::SourceCode;

use crate::escape::is_hidden;

pub use given::Given;
use given::Replacements;
pub(crate) use given::{Replaced, Sourced};
pub(crate) use named::Unnamed;
pub use nearest::nearest;
pub(crate) use problem::Problem;
pub use problem::{Code, Located};
pub(crate) use reader::{Fields, Lexicon, Noted, Params, Reader, optional};

/// A text that was read, with its name. Findings point into it.
#[derive(Debug)]
pub struct SourceText {
    /// The path as the user gave it, or the name of a built-in policy; fit to be shown.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The text as it is drawn under an error, if it holds what must not be drawn.
    drawn: Option<String>,
    /// Values from outside that replace some of its words.
    replaced: Replacements,
}

/// Two texts are the same if their characters are. Values from outside do not count.
impl PartialEq for SourceText {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.text) == (&other.name, &other.text)
    }
}

impl Eq for SourceText {}

impl SourceText {
    /// A text under a name.
    pub fn new(name: String, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let drawn = (text.contains(hides) || text.contains("##")).then(|| drawn(&text));
        Self { name, text, lines, drawn, replaced: Replacements::default() }
    }

    /// A span of bytes as lines and columns: of a value from outside, those of the default that it replaces.
    pub fn region(&self, span: &Range<usize>) -> Region {
        let (given, span) = (self.given_at(span), self.place(span));
        let place = |at: usize| {
            let line = self.lines.partition_point(|start| *start <= at);
            let column = self.text[self.lines[line - 1]..at].chars().count() + 1;
            let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            (small(line), small(column))
        };
        let ((line, column), (end_line, end_column)) = (place(span.start), place(span.end));
        Region { line, column, end_line, end_column, given }
    }

    /// Lines and columns as a span of bytes; what lies beyond the text is its end, and no end
    /// comes before its start.
    pub fn span(&self, region: &Region) -> Range<usize> {
        let offset = |line: u32, column: u32| {
            let Some(start) = self.lines.get(line.saturating_sub(1) as usize) else { return self.text.len() };
            let mut characters = self.text[*start..].char_indices();
            characters.nth(column.saturating_sub(1) as usize).map_or(self.text.len(), |(at, _)| start + at)
        };
        let start = offset(region.line, region.column);
        start..offset(region.end_line, region.end_column).max(start)
    }
}

/// Whether a character must not be drawn. Line ends and tabs are drawn as they are.
fn hides(character: char) -> bool {
    is_hidden(character) && !matches!(character, '\n' | '\r' | '\t')
}

/// The text without hidden characters, and without what a CI system would read as a command: `##[…]`, `##vso[…]`.
fn drawn(text: &str) -> String {
    let shown: String = text.chars().map(|c| if hides(c) { stand_in(c) } else { c }).collect();
    let mut pieces = shown.split("##");
    let mut drawn = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let command = piece.trim_start_matches(|c: char| c == '#' || c.is_ascii_alphanumeric()).starts_with('[');
        drawn.push_str(if command { "#?" } else { "##" });
        drawn.push_str(piece);
    }
    drawn
}

/// What is drawn for a hidden character: a character with the same number of bytes, so that places do not move.
fn stand_in(hidden: char) -> char {
    match hidden.len_utf8() {
        1 => '?',
        2 => '\u{bf}',
        3 => '\u{fffd}',
        _ => '\u{1f7d9}',
    }
}

/// A piece of a text as people count: lines and columns from 1, columns in characters. The end is not part of it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Region {
    /// The first line.
    pub line: u32,
    /// The column in it.
    pub column: u32,
    /// The line where it ends.
    pub end_line: u32,
    /// The column after its last character.
    pub end_column: u32,
    /// The values from outside that are in force there, in place of what the text has or names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Arc<Vec<Given>>>,
}

impl Region {
    /// The values from outside that are in force there.
    pub fn given(&self) -> &[Given] {
        self.given.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The place alone.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { given: None, ..*self }
    }
}

/// A place in a policy: the exact words that fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The policy file.
    pub source: Arc<SourceText>,
    /// Where in its text, in bytes.
    pub span: Range<usize>,
}

impl Location {
    /// Lines and columns.
    pub fn region(&self) -> Region {
        self.source.region(&self.span)
    }
}

impl SourceCode for SourceText {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let text = self.drawn.as_ref().unwrap_or(&self.text);
        // The span gets its whole lines, so that the reader sees the context. Its column does not change.
        let column = text.as_str().read_span(span, 0, 0)?.column();
        let (start, end) = (span.offset(), span.offset() + span.len());
        let start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
        let whole = miette::SourceSpan::from(start..end);
        let inner = text.as_str().read_span(&whole, lines_before, lines_after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            column,
            inner.line_count(),
        )))
    }
}
