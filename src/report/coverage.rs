//! What was read and what was not, for spreadsheets.

use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use super::csv::cell;
use crate::finding::Outcome;

/// Writes a row for each list of the API.
///
/// # Errors
///
/// What the writer says.
pub fn render_coverage(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(to);
    rows.write_record(["collection", "state", "requests", "items", "not_asked", "missing", "remarks"])?;
    for of in &outcome.coverage {
        rows.write_record([
            cell(of.collection.name()),
            cell(of.state.name()),
            of.requests.to_string(),
            of.items.to_string(),
            of.not_asked.to_string(),
            cell(of.detail.as_deref().unwrap_or_default()),
            cell(&of.remarks.join("; ")),
        ])?;
    }
    rows.flush()
}
