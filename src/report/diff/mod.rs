//! How a comparison of two states is shown: in lines that text and Markdown share, and as JSON.

mod json;
mod lines;

use std::io::{self, Write};

use super::markdown::prose;
use crate::diff::Diff;
use crate::escape::visible;
use crate::org::Source;
use lines::sections;

pub(super) use json::schema;

/// A form of comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffFormat {
    /// For people, on a terminal or in a mail.
    #[default]
    Text,
    /// For programs.
    Json,
    /// A comment on a pull request.
    Markdown,
}

words!(DiffFormat { Text => "text", Json => "json", Markdown => "markdown" });

/// Writes a comparison. Of no change, text and Markdown say nothing.
///
/// # Errors
///
/// What the writer says.
pub fn render_diff(format: DiffFormat, diff: &Diff, sides: [&Source; 2], to: &mut dyn Write) -> io::Result<()> {
    match format {
        DiffFormat::Json => json::render(diff, sides, to),
        DiffFormat::Text | DiffFormat::Markdown if diff.is_empty() => Ok(()),
        DiffFormat::Text => text(diff, sides, to),
        DiffFormat::Markdown => markdown(diff, sides, to),
    }
}

fn text(diff: &Diff, sides: [&Source; 2], to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}", visible(&lines::title(sides)))?;
    for (title, entries) in sections(diff) {
        writeln!(to, "\n{title}")?;
        for entry in entries {
            writeln!(to, "  {} {}", entry.mark, visible(&entry.text))?;
            for detail in &entry.details {
                writeln!(to, "      {}", visible(detail))?;
            }
        }
    }
    writeln!(to, "\n{}", lines::summary(diff))
}

fn markdown(diff: &Diff, sides: [&Source; 2], to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "## rolelint diff\n\n{}", prose(&lines::title(sides)))?;
    for (title, entries) in sections(diff) {
        writeln!(to, "\n### {title}\n")?;
        for entry in entries {
            writeln!(to, "- {} {}", entry.mark.word(), prose(&entry.text))?;
            for detail in &entry.details {
                writeln!(to, "  - {}", prose(detail))?;
            }
        }
    }
    writeln!(to, "\n{}", lines::summary(diff))
}
