//! What was read and what was not: a row for each list of the API.

use super::{Column, Table};
use crate::finding::Outcome;

const COLUMNS: [Column; 7] = [
    Column("collection", 24),
    Column("state", 12),
    Column("requests", 10),
    Column("items", 10),
    Column("not_asked", 10),
    Column("missing", 60),
    Column("remarks", 60),
];

pub fn coverage(outcome: &Outcome) -> Table<'_> {
    let rows = outcome.coverage.iter().map(|of| {
        vec![
            of.collection.name().into(),
            of.state.name().into(),
            of.requests.into(),
            of.items.into(),
            of.not_asked.into(),
            of.detail.as_deref().into(),
            of.remarks.join("; ").into(),
        ]
    });
    Table { name: "coverage", columns: &COLUMNS, rows: Box::new(rows) }
}
