//! Reports: an outcome in, text out. One file for each format, and none of them decides anything.

mod json;
mod snippet;
mod text;

use crate::finding::Outcome;

/// A form of report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    #[default]
    Text,
    /// For programs: versioned, complete.
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Text, Self::Json];

    /// The word after `--format`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// What the text report may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Leave out what explains.
    pub quiet: bool,
    /// Say also which rules passed, and list every subject.
    pub verbose: bool,
}

/// The outcome as a report. `digest` is that of the facts it rests on.
pub fn render(format: Format, outcome: &Outcome, digest: &str, look: TextStyle) -> String {
    match format {
        Format::Text => text::render(outcome, look),
        Format::Json => json::render(outcome, digest),
    }
}
