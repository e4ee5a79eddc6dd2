//! What can be wrong with a policy. All that is wrong with a file is said at once, each with its place.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thiserror::Error;

use crate::finding::SourceText;
use crate::visible::shown;

/// Why policies could not be loaded.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read policy `{}`", shown(path))]
    #[diagnostic(help("--policy takes files, folders and globs"))]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder or glob holds no policy.
    #[error("no policy at `{}`", shown(path))]
    #[diagnostic(help("a policy is a file that ends in .yaml or .yml; one that ends in _test.yaml is a test"))]
    NoPolicy {
        /// The path.
        path: PathBuf,
    },
    /// The glob itself is wrong.
    #[error("`{glob}` is no glob: {message}")]
    Glob {
        /// As written.
        glob: String,
        /// What is wrong.
        message: &'static str,
    },
    /// A value for a parameter is wrong.
    #[error("the value of parameter `{name}` is no YAML: {message}")]
    #[diagnostic(help("write --param NAME=VALUE, with the value in YAML: --param owners='[ada@acme.example]'"))]
    Param {
        /// The parameter.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// A parameter file is wrong.
    #[error("`{file}` is no parameter file: {message}")]
    #[diagnostic(help("it is a YAML mapping from parameters to their values"))]
    ParamFile {
        /// The file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// A value was given for a parameter that no policy has.
    #[error("no policy has a parameter `{name}`")]
    NoSuchParam {
        /// As given.
        name: String,
        /// What was meant, perhaps.
        #[help]
        help: Option<String>,
    },
    /// Files were read, and are wrong.
    #[error("{}, nothing was checked", problems(located))]
    Invalid {
        /// All problems of all files, in order.
        #[related]
        located: Vec<Located>,
    },
}

fn problems(located: &[Located]) -> String {
    match located.len() {
        1 => "1 problem in the policies".into(),
        n => format!("{n} problems in the policies"),
    }
}

/// Something wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
    /// A second place, and what it has to do with it.
    pub other: Option<(Range<usize>, &'static str)>,
}

impl Problem {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, other: None }
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
    pub(super) source: Arc<SourceText>,
    pub(super) problem: Problem,
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Located {}

impl Diagnostic for Located {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
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
