//! How a comparison of two states is shown: in lines that text and Markdown share, and as JSON.

mod json;
mod lines;

use std::io::{self, Write};

use super::markdown::{Comment, prose};
use crate::diff::Diff;
use crate::escape::visible;
use crate::org::Source;
use lines::sections;

pub use json::diff_schema;

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

/// Writes a comparison. Without a change, text and Markdown are empty.
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

/// A comment may be only so long: what does not fit is counted.
fn markdown(diff: &Diff, sides: [&Source; 2], to: &mut dyn Write) -> io::Result<()> {
    let mut comment = Comment::default();
    comment.add(&format!("## rolelint diff\n\n{}\n", prose(&lines::title(sides))));
    let mut left_out = 0;
    for (title, entries) in sections(diff) {
        comment.add(&format!("\n### {title}\n\n"));
        for entry in entries {
            let details: Vec<String> = entry.details.iter().map(|detail| format!("  - {}\n", prose(detail))).collect();
            let details = details.concat();
            let head = format!("- {} {}\n", entry.mark.word(), prose(&entry.text));
            let fits = left_out == 0 && (comment.add(&format!("{head}{details}")) || comment.add(&head));
            left_out += usize::from(!fits);
        }
    }
    to.write_all(comment.text.as_bytes())?;
    if left_out > 0 {
        writeln!(to, "\n…and {left_out} more changes, too long for a comment.")?;
    }
    writeln!(to, "\n{}", lines::summary(diff))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{FindingChange, Side};
    use crate::finding::Severity;

    #[test]
    fn a_comment_on_many_changes_is_short_enough_and_counts_the_rest() {
        let change = |at: usize| FindingChange {
            rule: format!("rule-{at}"),
            severity: Severity::Low,
            message: "a sentence ".repeat(20),
            side: Side::New,
            certain: true,
        };
        let diff = Diff { findings: (0..1000).map(change).collect(), ..Diff::default() };
        let (mut text, source) = (Vec::new(), Source::default());
        render_diff(DiffFormat::Markdown, &diff, [&source, &source], &mut text).expect("written");
        let text = String::from_utf8(text).expect("text");
        let shown = text.matches("\n- gained: ").count();
        assert!(text.chars().count() <= 60_000 && shown > 100, "{shown}");
        assert!(text.contains(&format!("…and {} more changes, too long for a comment.", 1000 - shown)), "{shown}");
    }
}
