//! Text that people wrote, with places: YAML as a tree, problems that point at a line, and "did you mean".
//!
//! This module knows nothing about policies. Whatever reads a YAML file reads it through here.

mod nearest;
mod problem;
mod reader;
pub(crate) mod tree;

use std::ops::Range;
use std::sync::Arc;

use miette::SourceCode;

pub use nearest::nearest;
pub use problem::Located;
pub(crate) use problem::Problem;
pub(crate) use reader::{Fields, Noted, Params, Reader, optional};

/// A text that was read, with the name it goes by. Findings point into it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceText {
    /// The path as the user gave it, or the name of a built-in policy; fit to be shown.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl SourceText {
    /// A text under a name.
    pub fn new(name: String, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name, text, lines }
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
    /// Line and column, both counted from 1; the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let line = self.source.lines.partition_point(|start| *start <= self.span.start);
        let column = self.source.text[self.source.lines[line - 1]..self.span.start].chars().count() + 1;
        (line, column)
    }
}

impl SourceCode for SourceText {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        // Whole lines: of a line cut at the span, nobody could say where it stands. The column stays the span's own.
        let column = self.text.as_str().read_span(span, 0, 0)?.column();
        let (start, end) = (span.offset(), span.offset() + span.len());
        let start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[end..].find('\n').map_or(self.text.len(), |newline| end + newline);
        let whole = miette::SourceSpan::from(start..end);
        let inner = self.text.as_str().read_span(&whole, lines_before, lines_after)?;
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
