//! Tables for spreadsheets, which CSV and the workbook write: the columns are defined once.

mod access;
mod controls;
mod coverage;
mod findings;
mod summary;

pub(super) use access::access;
pub(super) use controls::controls;
pub(super) use coverage::coverage;
pub(super) use findings::findings;
pub(super) use summary::summary;

use std::borrow::Cow;

/// A table: its name, its columns, and the rows below them, each as long as there are columns.
pub struct Table<'t> {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub rows: Box<dyn Iterator<Item = Vec<Cell<'t>>> + 't>,
}

/// A column: its name, and how many characters wide a sheet shows it.
pub struct Column(pub &'static str, pub u16);

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell<'t> {
    #[default]
    Empty,
    /// Text as it came: the format makes it safe.
    Text(Cow<'t, str>),
    Number(u64),
}

impl<'t> From<&'t str> for Cell<'t> {
    fn from(text: &'t str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

/// A row without text.
fn empty<'t>(columns: &[Column]) -> Vec<Cell<'t>> {
    vec![Cell::Empty; columns.len()]
}
