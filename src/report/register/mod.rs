//! The register as a report: who holds which permissions, and how; what is not known stands there as such.

mod json;
mod text;

use std::io::{self, Write};

use super::table::access;
use super::{csv, xlsx};
use crate::access::{Entry, Query, Register, Way};
use crate::org::{GroupIx, Known, Principal};
use crate::time::rfc3339;

/// A form of the register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegisterFormat {
    /// For people, on a terminal.
    #[default]
    Text,
    /// A row for each permission and way of holding it, with an empty column for the reviewer's decision.
    Csv,
    /// For programs.
    Json,
    /// The rows of CSV as a sheet of a workbook.
    Xlsx,
}

words!(RegisterFormat {
    Text => "text",
    Csv => "csv",
    Json => "json",
    Xlsx => "xlsx",
});

impl RegisterFormat {
    /// Whether it is not text, so that a terminal cannot show it.
    pub fn is_binary(self) -> bool {
        self == Self::Xlsx
    }
}

/// Writes what the query asks for; text no wider than that.
///
/// # Errors
///
/// What the writer says.
pub fn render_register(
    format: RegisterFormat,
    register: &Register<'_>,
    query: &Query,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    match format {
        RegisterFormat::Text => text::render(register, query, width, to),
        RegisterFormat::Csv => csv::render(access(register, query), to),
        RegisterFormat::Json => json::render(register, query, to),
        RegisterFormat::Xlsx => xlsx::write(vec![access(register, query)], register.access.org.source.collected_at, to),
    }
}

/// The word for a way of holding a role.
pub(super) fn way(way: Way) -> &'static str {
    match way {
        Way::Direct => "direct",
        Way::Membership => "membership",
        Way::Group(_) => "group",
        Way::Unknown => "unknown",
    }
}

/// The group of a way.
pub(super) fn group(way: Way) -> Option<GroupIx> {
    match way {
        Way::Group(group) => Some(group),
        Way::Direct | Way::Membership | Way::Unknown => None,
    }
}

/// When a principal last used the API: a time, `never` or `unknown`; nothing of a group, which has no keys.
pub(super) fn last_used(register: &Register<'_>, holder: Principal) -> String {
    match (holder, register.access.last_used(holder)) {
        (Principal::Group(_), _) => String::new(),
        (_, Known::Value(time)) => rfc3339(time),
        (_, Known::Null) => "never".to_owned(),
        (_, Known::Missing) => "unknown".to_owned(),
    }
}

/// The entries of each principal together.
fn by_principal<'a>(register: &'a Register<'_>, query: &'a Query) -> Vec<Vec<Entry<'a>>> {
    let mut all: Vec<Vec<Entry<'a>>> = Vec::new();
    for entry in register.entries(query) {
        match all.last_mut().filter(|entries| entries[0].holder == entry.holder) {
            Some(entries) => entries.push(entry),
            None => all.push(vec![entry]),
        }
    }
    all
}
