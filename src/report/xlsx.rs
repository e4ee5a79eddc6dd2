//! Tables as the sheets of a workbook: text stays text, and rows can be filtered by column.

use std::borrow::Cow;
use std::cell;
use std::io::{self, BufWriter, Seek as _, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::csv::is_formula;
use super::table::{Cell, Table, access, controls, coverage, findings, summary};
use super::words::clip;
use crate::access::{Query, Register};
use crate::escape::{shown, visible};
use crate::finding::Outcome;
use crate::time::Time;

/// The most rows of a sheet, its head included.
const ROWS: usize = 1_048_576;
/// The last second that a workbook has a date for.
const LAST: Time = 253_402_300_799;
/// The most UTF-16 units of a cell.
const UNITS: usize = 32_767;

pub(super) fn render(outcome: &Outcome, register: Option<&Register<'_>>, to: &mut dyn Write) -> io::Result<()> {
    let query = Query::default();
    let mut tables = vec![summary(outcome, register.is_some()), findings(outcome)];
    tables.extend(register.map(|register| access(register, &query)));
    tables.extend([coverage(outcome), controls(outcome)]);
    write(tables, outcome.source.collected_at, to)
}

/// Writes the tables, each as a sheet, and as further ones if it has more rows than a sheet takes. The workbook says
/// that it was made at this time. It is put together in a temporary file: that of a large organization has hundreds of
/// megabytes.
pub(super) fn write(tables: Vec<Table<'_>>, made: Time, to: &mut dyn Write) -> io::Result<()> {
    let put_together = || {
        let mut file = tempfile::tempfile()?;
        workbook(tables, made, ROWS)?.save_to_writer(BufWriter::new(&file))?;
        file.rewind()?;
        Ok(file)
    };
    let mut file = caught(put_together)?.map_err(|error: XlsxError| {
        let cannot_write = matches!(error, XlsxError::IoError(_) | XlsxError::TempFileError(..));
        if cannot_write { unwritable() } else { io::Error::other(error) }
    })?;
    io::copy(&mut file, to).map(|_| ())
}

/// A temporary file cannot be written.
fn unwritable() -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::other(format!("a temporary file in `{}` cannot be written; is the disk full?", shown(&folder)))
}

/// Sheets wait in temporary files, and the library knows no other way than a panic to say that one cannot be written.
fn caught<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    thread_local!(static CAUGHT: cell::Cell<bool> = const { cell::Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !CAUGHT.get() {
                others(panic);
            }
        }));
    });
    CAUGHT.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    CAUGHT.set(false);
    done.map_err(|_| unwritable())
}

fn workbook(tables: Vec<Table<'_>>, made: Time, most: usize) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    // A workbook knows the years until 9999.
    let made = ExcelDateTime::from_timestamp(made.clamp(0, LAST))?;
    workbook.set_properties(&DocProperties::new().set_author("rolelint").set_creation_datetime(&made));
    for mut table in tables {
        // An empty table has a sheet, too.
        let mut next = table.rows.next();
        for part in 1.. {
            let sheet = workbook.add_worksheet_with_low_memory()?;
            sheet.set_name(if part == 1 { table.name.to_owned() } else { format!("{} {part}", table.name) })?;
            next = fill(sheet, &mut table, next, most)?;
            if next.is_none() {
                break;
            }
        }
    }
    Ok(workbook)
}

/// Fills a sheet, and returns the first row that it has no place for.
fn fill<'t>(
    sheet: &mut Worksheet,
    table: &mut Table<'t>,
    first: Option<Vec<Cell<'t>>>,
    most: usize,
) -> Result<Option<Vec<Cell<'t>>>, XlsxError> {
    let head = Format::new().set_bold();
    // Text that begins like a formula stays text even where somebody edits the cell.
    let quoted = Format::new().set_quote_prefix();
    sheet.set_freeze_panes(1, 0)?;
    for (column, at) in table.columns.iter().zip(0..) {
        sheet.set_column_width(at, column.1)?.write_string_with_format(0, at, column.0, &head)?;
    }
    let (mut row, mut next) = (1, first);
    while let Some(cells) = next.take_if(|_| (row as usize) < most) {
        for (cell, column) in cells.iter().zip(0..) {
            match cell {
                Cell::Empty => {}
                #[expect(clippy::cast_precision_loss, reason = "counts are small, and a sheet has no other numbers")]
                Cell::Number(number) => _ = sheet.write_number(row, column, *number as f64)?,
                Cell::Text(text) => {
                    let text = fitting(visible(text));
                    if is_formula(&text) {
                        sheet.write_string_with_format(row, column, &*text, &quoted)?;
                    } else {
                        sheet.write_string(row, column, &*text)?;
                    }
                }
            }
        }
        row += 1;
        next = table.rows.next();
    }
    if let Some(last) = table.columns.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) {
        sheet.autofilter(0, 0, row - 1, last)?;
    }
    Ok(next)
}

/// Text as long as a cell takes it: what is cut is counted.
fn fitting(text: Cow<'_, str>) -> Cow<'_, str> {
    // A text has no more units than bytes.
    if text.len() <= UNITS {
        return text;
    }
    let within = |units: &mut usize, character: char| {
        *units += character.len_utf16();
        (*units <= UNITS).then_some(())
    };
    clip(&text, text.chars().scan(0, within).count()).into()
}

#[cfg(test)]
pub(super) mod tests {
    use std::fmt::Write as _;
    use std::io::{Cursor, Read as _};

    use calamine::{Data, Reader as _, Xlsx};

    use super::super::sample;
    use super::super::table::Column;
    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = Vec::new();
        render(&sample::outcome(), None, &mut bytes).expect("memory can be written to");
        bytes
    }

    fn read(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
        Xlsx::new(Cursor::new(bytes)).expect("another library reads it")
    }

    /// The sheets with their rows, as another library reads them.
    pub fn text(bytes: &[u8]) -> String {
        let mut workbook = read(bytes);
        let mut text = String::new();
        for (name, range) in workbook.worksheets() {
            writeln!(text, "[{name}]").expect("a string takes everything");
            for row in range.rows() {
                let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
                writeln!(text, "| {}", cells.join(" | ")).expect("a string takes everything");
            }
        }
        text
    }

    /// One part of the archive.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is an archive");
        let mut text = String::new();
        archive.by_name(name).expect(name).read_to_string(&mut text).expect("XML is text");
        text
    }

    fn table(rows: Vec<Vec<Cell<'_>>>) -> Table<'_> {
        const COLUMNS: [Column; 2] = [Column("name", 10), Column("count", 10)];
        Table { name: "things", columns: &COLUMNS, rows: Box::new(rows.into_iter()) }
    }

    fn bytes(rows: Vec<Vec<Cell<'_>>>, most: usize) -> Vec<u8> {
        let made = workbook(vec![table(rows)], 0, most).and_then(|mut workbook| workbook.save_to_buffer());
        made.expect("it is made")
    }

    #[test]
    fn text_stays_text_as_it_was_and_numbers_are_numbers() {
        let texts =
            ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "007", "1e5", "https://x.example", "_x0041_", " a "];
        let rows = texts.iter().zip(0_u64..).map(|(text, at)| vec![(*text).into(), at.into()]).collect();
        let bytes = bytes(rows, ROWS);
        let mut workbook = read(&bytes);
        let range = workbook.worksheet_range("things").expect("it is there");
        for ((text, at), row) in texts.iter().zip(0_u32..).zip(range.rows().skip(1)) {
            assert_eq!(row, [Data::String((*text).to_owned()), Data::Float(f64::from(at))]);
        }
        assert!(workbook.worksheet_formula("things").expect("it is there").is_empty());
        assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<hyperlink"));
    }

    #[test]
    fn a_workbook_has_no_formula_filters_on_and_its_heads_in_sight() {
        let bytes = sample();
        let mut workbook = read(&bytes);
        let names = workbook.sheet_names().clone();
        assert_eq!(names, ["summary", "findings", "coverage", "controls"]);
        for (name, at) in names.iter().zip(1..) {
            assert!(workbook.worksheet_formula(name).expect("it is there").is_empty(), "{name}");
            let sheet = part(&bytes, &format!("xl/worksheets/sheet{at}.xml"));
            assert!(!sheet.contains("<f>"), "{name}");
            for sign in ["<autoFilter ref=\"A1:", "ySplit=\"1\"", "state=\"frozen\"", "customWidth=\"1\""] {
                assert!(sheet.contains(sign), "{name} lacks {sign}");
            }
        }
        assert!(part(&bytes, "docProps/core.xml").contains("2026-0"), "it was made when the facts were collected");
    }

    #[test]
    fn a_temporary_file_that_cannot_be_written_is_an_error_and_no_panic() {
        let error = caught(|| panic!("what the library does when the disk is full")).expect_err("it is caught");
        assert!(error.to_string().contains("is the disk full?"), "{error}");
        assert_eq!(caught(|| 1).expect("nothing is wrong"), 1);
    }

    #[test]
    fn every_finding_is_a_row() {
        let outcome = sample::outcome();
        let range = read(&sample()).worksheet_range("findings").expect("it is there");
        let of_findings: Vec<_> = range.rows().skip(1).filter(|row| row[16] != Data::Empty).collect();
        assert_eq!(of_findings.len(), outcome.findings.len());
        for (row, finding) in of_findings.iter().zip(&outcome.findings) {
            assert_eq!(row[16], Data::String(finding.fingerprint.clone()));
            assert_eq!(row[14], Data::Float(finding.region.line.into()));
        }
    }

    #[test]
    fn rows_that_a_sheet_has_no_place_for_are_on_the_next_one() {
        let rows = || (0_u64..5).map(|at| vec!["x".into(), at.into()]).collect();
        for (most, sheets) in [(3, 3), (4, 2), (6, 1), (7, 1)] {
            let bytes = bytes(rows(), most);
            let mut workbook = read(&bytes);
            let names = workbook.sheet_names().clone();
            assert_eq!(names, ["things", "things 2", "things 3"][..sheets], "{most}");
            let ranges = workbook.worksheets();
            let counts: Vec<f64> = ranges
                .iter()
                .flat_map(|(_, range)| range.rows().skip(1))
                .map(|row| row[1].clone())
                .map(|count| if let Data::Float(count) = count { count } else { panic!("{count} is no number") })
                .collect();
            assert_eq!(counts, [0.0, 1.0, 2.0, 3.0, 4.0], "{most}");
        }
        assert_eq!(text(&bytes(Vec::new(), ROWS)), "[things]\n| name | count\n");
    }

    #[test]
    fn a_cell_is_not_longer_than_a_sheet_accepts_and_says_what_is_cut() {
        for (character, kept) in [("a", 32_767), ("\u{1f980}", 16_383)] {
            assert_eq!(fitting(character.repeat(kept).into()), character.repeat(kept));
            let cut = fitting(character.repeat(kept + 1).into());
            assert!(cut.encode_utf16().count() <= UNITS && cut.ends_with(" more characters"), "{character}");
            let rows = vec![vec![character.repeat(100_000).into(), 1_u64.into()]];
            assert!(!bytes(rows, ROWS).is_empty());
        }
    }
}
