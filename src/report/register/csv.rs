//! The register for spreadsheets: a row for each permission and each way of holding it, then a row for whoever may hold
//! more than was read.

use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use super::super::csv::cell;
use super::super::words::steps;
use super::{group, last_used, way};
use crate::access::{Doubt, Entry, Query, Register, Thing};
use crate::org::Kind;

/// The columns of the register. The last one is empty: it is the reviewer's.
const HEAD: [&str; 17] = [
    "principal_kind",
    "principal_id",
    "principal_name",
    "principal_email",
    "permission",
    "role_id",
    "role_name",
    "scope",
    "project_id",
    "project_name",
    "way",
    "group_id",
    "group_name",
    "path",
    "last_used",
    "missing",
    "decision",
];

type Row = [String; HEAD.len()];

pub(super) fn render(register: &Register<'_>, query: &Query, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(to);
    rows.write_record(HEAD)?;
    for entry in register.entries(query) {
        let row = of_entry(register, &entry);
        match &entry.permissions {
            // A role without permissions is held, too.
            Some(permissions) if permissions.is_empty() => rows.write_record(row)?,
            Some(permissions) => {
                for permission in permissions {
                    let mut row = row.clone();
                    row[4] = cell(permission);
                    rows.write_record(row)?;
                }
            }
            None => {
                let mut row = row;
                row[4] = cell("unknown");
                row[15] = cell("the permissions of this role are unknown");
                rows.write_record(row)?;
            }
        }
    }
    for doubt in register.doubts(query) {
        rows.write_record(of_doubt(&doubt))?;
    }
    rows.flush()
}

fn of_entry(register: &Register<'_>, entry: &Entry<'_>) -> Row {
    let access = &register.access;
    let group = group(entry.way).map(|group| access.thing(Kind::Group, group.at()));
    let project = entry.project.as_deref();
    let mut row = of_principal(&entry.principal);
    row[5] = cell(&entry.role.id);
    row[6] = cell(name(&entry.role));
    row[7] = cell(if project.is_some() { "project" } else { "organization" });
    row[8] = cell(project.map(|project| &*project.id).unwrap_or_default());
    row[9] = cell(project.map(name).unwrap_or_default());
    row[10] = cell(way(entry.way));
    row[11] = cell(group.as_ref().map(|group| &*group.id).unwrap_or_default());
    row[12] = cell(group.as_deref().map(name).unwrap_or_default());
    row[13] = cell(&steps(entry.path.iter().map(|step| &**step)));
    row[14] = cell(&last_used(register, entry.holder));
    row
}

fn of_principal(thing: &Thing) -> Row {
    let mut row = Row::default();
    row[0] = cell(thing.kind.name());
    row[1] = cell(&thing.id);
    row[2] = cell(name(thing));
    row[3] = cell(thing.email.as_deref().unwrap_or_default());
    row
}

fn of_doubt(doubt: &Doubt) -> Row {
    let mut row = doubt.principal.as_deref().map(of_principal).unwrap_or_default();
    if doubt.principal.is_none() {
        row[0] = cell("unknown");
    }
    for column in [4, 10] {
        row[column] = cell("unknown");
    }
    row[15] = cell(&doubt.missing.join("; "));
    row
}

fn name(thing: &Thing) -> &str {
    thing.name.as_deref().unwrap_or_default()
}
