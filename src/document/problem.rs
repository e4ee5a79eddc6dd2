//! What is wrong with a text, and where.

use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::SourceText;
use crate::escape::visible;

/// Why a file does not load, as a kind. Its name stands in the error, and in the reports of `rolelint lint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The text is not YAML, or it is refused: too large, too deep, or with aliases that repeat too much.
    Syntax,
    /// A character that nobody sees.
    HiddenCharacter,
    /// A version that this rolelint does not know.
    UnsupportedVersion,
    /// A key that does not exist there.
    UnknownKey,
    /// A key that must be there.
    MissingKey,
    /// A key or a value that exists and must not stand there.
    Misplaced,
    /// The same thing twice.
    Duplicate,
    /// A value of another type.
    WrongType,
    /// A value that is there and says nothing.
    Empty,
    /// A value of the right type that cannot be used.
    InvalidValue,
    /// A name that nothing has: a word of a closed list, a parameter, a condition, a rule.
    UnknownName,
    /// A name that nothing uses.
    UnusedName,
    /// Not a valid glob or regular expression.
    InvalidPattern,
    /// A condition that nothing can satisfy.
    NeverHolds,
    /// A condition that nothing can violate.
    AlwaysHolds,
}

words!(Code {
    Syntax => "syntax",
    HiddenCharacter => "hidden-character",
    UnsupportedVersion => "unsupported-version",
    UnknownKey => "unknown-key",
    MissingKey => "missing-key",
    Misplaced => "misplaced",
    Duplicate => "duplicate",
    WrongType => "wrong-type",
    Empty => "empty",
    InvalidValue => "invalid-value",
    UnknownName => "unknown-name",
    UnusedName => "unused-name",
    InvalidPattern => "invalid-pattern",
    NeverHolds => "never-holds",
    AlwaysHolds => "always-holds",
});

impl Code {
    /// What is wrong, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Syntax => "The text is not YAML, or more than one file may hold",
            Self::HiddenCharacter => "A character cannot be seen",
            Self::UnsupportedVersion => "The file needs another rolelint",
            Self::UnknownKey => "A key does not exist",
            Self::MissingKey => "A key is missing",
            Self::Misplaced => "A key or a value must not stand there",
            Self::Duplicate => "Something is there twice",
            Self::WrongType => "A value has the wrong type",
            Self::Empty => "A value says nothing",
            Self::InvalidValue => "A value cannot be used",
            Self::UnknownName => "A name does not exist",
            Self::UnusedName => "Nothing uses a name",
            Self::InvalidPattern => "A pattern is wrong",
            Self::NeverHolds => "A condition can never hold",
            Self::AlwaysHolds => "A condition always holds",
        }
    }

    /// A problem of this kind at a place.
    pub(crate) fn at(self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem { code: Some(self), ..Problem::odd(span, message) }
    }
}

/// Something wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Why the file does not load, if it does not.
    pub code: Option<Code>,
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
    /// A second place, and what it has to do with it.
    pub other: Option<(Range<usize>, &'static str)>,
}

impl Problem {
    /// Something odd, with which the file loads.
    pub fn odd(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { code: None, span, message: message.into(), help: None, other: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A problem with the file that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    pub(crate) source: Arc<SourceText>,
    pub(crate) problem: Problem,
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&visible(&self.problem.message))
    }
}

impl std::error::Error for Located {}

impl Diagnostic for Located {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.code.map(|code| Box::new(code.name()) as Box<dyn std::fmt::Display>)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(visible(help)) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let first = LabeledSpan::new_primary_with_span(None, self.problem.span.clone());
        let other = self
            .problem
            .other
            .iter()
            .map(|(span, label)| LabeledSpan::new_with_span(Some((*label).to_owned()), span.clone()));
        Some(Box::new(std::iter::once(first).chain(other)))
    }
}
