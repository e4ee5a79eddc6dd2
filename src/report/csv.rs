//! Tables as CSV, for spreadsheets: formulas in names are disabled.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{ErrorKind, QuoteStyle, WriterBuilder};

use super::table::{Cell, Table};
use super::words::clip;
use crate::escape::visible;

/// A spreadsheet takes no more characters in a cell.
const CELL: usize = 32_767;

/// The first characters of a cell that a spreadsheet takes for a formula, and their wide forms.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

pub(super) fn render(table: Table<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(to);
    rows.write_record(table.columns.iter().map(|column| column.0)).map_err(io_error)?;
    for row in table.rows {
        rows.write_record(
            row.iter()
                .map(|cell| match cell {
                    Cell::Empty => Cow::Borrowed(""),
                    Cell::Text(text) => self::text(text).into(),
                    Cell::Number(number) => number.to_string().into(),
                })
                .map(String::from),
        )
        .map_err(io_error)?;
    }
    rows.flush()
}

/// What the writer said, of its own kind: a closed pipe is still one.
fn io_error(error: csv::Error) -> io::Error {
    let said = error.to_string();
    if let ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(said) }
}

/// Text as a spreadsheet shows it, and never computes it.
fn text(text: &str) -> String {
    let shown = clip(&visible(text), CELL - 1);
    if is_formula(&shown) { format!("'{shown}") } else { shown }
}

/// Whether a spreadsheet takes text for a formula.
pub(super) fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rendered;
    use super::super::{Format, sample};
    use super::*;

    fn rows() -> Vec<csv::StringRecord> {
        let report = rendered(Format::Csv, &sample::outcome());
        csv::Reader::from_reader(report.as_bytes()).records().map(|row| row.expect("a row")).collect()
    }

    #[test]
    fn every_finding_is_one_row_that_a_csv_parser_reads() {
        let outcome = sample::outcome();
        let of_findings: Vec<_> = rows().into_iter().filter(|row| !row[16].is_empty()).collect();
        assert_eq!(of_findings.len(), outcome.findings.len());
        for (row, finding) in of_findings.iter().zip(&outcome.findings) {
            assert_eq!((row.len(), &row[16], &row[2]), (20, &*finding.fingerprint, finding.status.name()));
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for row in rows() {
            for cell in &row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            }
        }
    }

    #[test]
    fn unknown_rules_have_their_own_rows() {
        let others: Vec<String> =
            rows().iter().filter(|row| row[16].is_empty()).map(|row| format!("{} {}", &row[2], &row[4])).collect();
        assert_eq!(
            others,
            [
                "unknown not-answered",
                "vacuous selects-nothing",
                "skipped skipped",
                "partial user_roles",
                "denied groups",
                "failed invites",
                "remark ",
                "remark "
            ]
        );
    }

    #[test]
    fn a_closed_pipe_is_still_one_when_the_table_is_long() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let outcome = sample::many(1234);
        let ended = render(super::super::table::findings(&outcome), &mut Closed);
        assert_eq!(ended.expect_err("nobody reads it").kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_cell_is_not_longer_than_a_spreadsheet_accepts() {
        let cut = text(&"=".repeat(100_000));
        assert_eq!((cut.chars().count() <= CELL, cut.ends_with("more characters")), (true, true));
    }
}
