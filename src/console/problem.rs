//! An error for people: what is wrong, the text in question, its location and help.
//!
//! Errors speak of policies, file names and the command line, whose words come from outside: all text goes through
//! [`visible`], and no line starts with such words.

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::iter::successors;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use owo_colors::{OwoColorize as _, Style};
use textwrap::core::display_width;

use crate::escape::{json_words, system_words, visible};

/// How many columns of a long line are drawn around the underlined words.
const COLUMNS: usize = 160;

/// What is wrong, and why.
pub fn words(error: &dyn Error) -> String {
    let causes = successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
    causes.fold(error.to_string(), |words, cause| {
        let system = cause.downcast_ref::<io::Error>().map(system_words);
        let json = || cause.downcast_ref::<serde_json::Error>().map(json_words);
        let cause = system.or_else(json).unwrap_or_else(|| cause.to_string());
        format!("{words}: {cause}")
    })
}

/// Something that is not an error, under a heading such as `medium duplicate-rule:`.
pub fn show_as(heading: &str, problem: &dyn Diagnostic, color: bool) -> String {
    let mut out = String::new();
    Look::new(color).one(&mut out, heading, problem);
    out
}

/// The error, after those that it consists of.
pub fn show(error: &dyn Diagnostic, color: bool) -> String {
    let look = Look::new(color);
    let mut out = String::new();
    for part in error.related().into_iter().flatten() {
        look.one(&mut out, &heading(part), part);
        out.push('\n');
    }
    look.one(&mut out, &heading(error), error);
    out
}

/// `error:`, with the kind of error in brackets if it has one.
fn heading(error: &dyn Diagnostic) -> String {
    error.code().map_or_else(|| "error:".to_owned(), |code| format!("error[{code}]:"))
}

struct Look {
    error: Style,
    faint: Style,
}

impl Look {
    fn new(color: bool) -> Self {
        let style = |style: Style| if color { style } else { Style::new() };
        Self { error: style(Style::new().red().bold()), faint: style(Style::new().blue()) }
    }

    fn one(&self, out: &mut String, heading: &str, error: &dyn Diagnostic) {
        let message = words(&AsError(error));
        line(out, &format!("{} {}", heading.style(self.error), visible(&message)));
        let labels: Vec<LabeledSpan> = error.labels().into_iter().flatten().collect();
        if let Some(source) = error.source_code() {
            self.excerpt(out, source, &labels);
        }
        if let Some(help) = error.help() {
            line(out, &format!("  {} {}", "help:".style(self.faint), visible(&help.to_string())));
        }
    }

    /// The lines of a text with the labelled words underlined. The error is about the first label.
    fn excerpt(&self, out: &mut String, source: &dyn SourceCode, labels: &[LabeledSpan]) {
        let mut drawn: Vec<Drawn> = labels.iter().filter_map(|label| Drawn::new(source, label)).collect();
        let Some(first) = drawn.first() else { return };
        let width = drawn.iter().map(|drawn| drawn.line.to_string().len()).max().unwrap_or(1);
        let place = format!("{}:{}:{}", first.name, first.line, first.column);
        line(out, &format!("{:width$}{} {}", "", "-->".style(self.faint), visible(&place)));
        drawn[0].mark = "^";
        drawn.sort_by_key(|drawn| (drawn.line, drawn.column));
        for Drawn { line: number, text, before, marked, mark, label, .. } in drawn {
            let (bar, style) = ("|".style(self.faint), if mark == "^" { self.error } else { self.faint });
            line(out, &format!("{:>width$} {bar} {text}", number.style(self.faint)));
            let mark = format!("{} {}", mark.repeat(marked), visible(&label));
            line(out, &format!("{:width$} {bar} {:before$}{}", "", "", mark.trim_end().style(style)));
        }
    }
}

/// A line of a text with some words of it underlined.
struct Drawn {
    name: String,
    line: usize,
    column: usize,
    text: String,
    /// Columns before the words.
    before: usize,
    /// Columns of the words.
    marked: usize,
    mark: &'static str,
    label: String,
}

impl Drawn {
    fn new(source: &dyn SourceCode, label: &LabeledSpan) -> Option<Self> {
        let lines = source.read_span(label.inner(), 0, 0).ok()?;
        let data = std::str::from_utf8(lines.data()).ok()?;
        let start = label.offset().checked_sub(lines.span().offset())?;
        // Of words over several lines, the first line.
        let end = data[start..].find('\n').map_or(data.len(), |newline| start + newline);
        let start_of_line = data[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let before = data.get(start_of_line..start)?;
        let marked = data.get(start..end.min(start + label.len()))?;
        let after = data.get(start + marked.len()..end)?;
        let before = shortened(before, COLUMNS / 2, true);
        let marked = shortened(marked, COLUMNS, false);
        let after = shortened(after, COLUMNS.saturating_sub(display_width(&marked)), false);
        Some(Self {
            name: lines.name().unwrap_or_default().to_owned(),
            line: lines.line() + 1,
            column: lines.column() + 1,
            before: display_width(&before),
            marked: display_width(&marked).max(1),
            text: format!("{before}{marked}{after}").trim_end().to_owned(),
            mark: "-",
            label: label.label().unwrap_or_default().to_owned(),
        })
    }
}

/// Part of a line in at most this many characters, cut at its start or end; characters that move the cursor become
/// spaces.
fn shortened(piece: &str, most: usize, at_the_beginning: bool) -> String {
    let piece = piece.replace(['\t', '\r'], " ");
    let count = piece.chars().count();
    if count <= most {
        piece
    } else if at_the_beginning {
        format!("…{}", piece.chars().skip(count - most).collect::<String>())
    } else {
        format!("{}…", piece.chars().take(most).collect::<String>())
    }
}

/// A diagnostic as the error that it is.
#[derive(Debug)]
struct AsError<'a>(&'a dyn Diagnostic);

impl std::fmt::Display for AsError<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self.0, f)
    }
}

impl Error for AsError<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a string cannot fail");
}
