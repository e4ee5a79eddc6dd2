//! The register for spreadsheets: a row for each permission and each way of holding it, then a row for each principal
//! that may hold more than was read.

use super::{Cell, Column, Table, empty};
use crate::access::{Doubt, Entry, Query, Register, Thing};
use crate::org::Kind;
use crate::report::register::{group, last_used, way};
use crate::report::words::steps;

/// The last column is empty: it is the reviewer's.
const COLUMNS: [Column; 17] = [
    Column("principal_kind", 16),
    Column("principal_id", 24),
    Column("principal_name", 24),
    Column("principal_email", 32),
    Column("permission", 32),
    Column("role_id", 22),
    Column("role_name", 26),
    Column("scope", 13),
    Column("project_id", 18),
    Column("project_name", 20),
    Column("via", 12),
    Column("group_id", 22),
    Column("group_name", 22),
    Column("path", 60),
    Column("last_used", 21),
    Column("missing", 50),
    Column("decision", 20),
];

pub fn access<'t>(register: &'t Register<'_>, query: &'t Query) -> Table<'t> {
    let entries = register.entries(query).flat_map(|entry| of_entry(register, &entry));
    let doubts = register.doubts(query).into_iter().map(|doubt| of_doubt(&doubt));
    Table { name: "access", columns: &COLUMNS, rows: Box::new(entries.chain(doubts)) }
}

/// A row for each permission of the role. A role without permissions is held, too.
fn of_entry<'t>(register: &Register<'_>, entry: &Entry<'t>) -> Vec<Vec<Cell<'t>>> {
    let row = of_role(register, entry);
    match &entry.permissions {
        Some(permissions) if permissions.is_empty() => vec![row],
        Some(permissions) => {
            let with = |permission: &&'t str| {
                let mut row = row.clone();
                row[4] = (*permission).into();
                row
            };
            permissions.iter().map(with).collect()
        }
        None => {
            let mut row = row;
            row[4] = "unknown".into();
            row[15] = "the permissions of this role are unknown".into();
            vec![row]
        }
    }
}

fn of_role<'t>(register: &Register<'_>, entry: &Entry<'_>) -> Vec<Cell<'t>> {
    let access = &register.access;
    let group = group(entry.way).map(|group| access.thing(Kind::Group, group.at()));
    let project = entry.project.as_deref();
    let mut row = of_principal(&entry.principal);
    row[5] = id(&entry.role);
    row[6] = name(&entry.role);
    row[7] = if project.is_some() { "project" } else { "organization" }.into();
    row[8] = project.map(id).into();
    row[9] = project.map(name).into();
    row[10] = way(entry.way).into();
    row[11] = group.as_deref().map(id).into();
    row[12] = group.as_deref().map(name).into();
    row[13] = steps(entry.path.iter().map(|step| &**step)).into();
    row[14] = last_used(register, entry.holder).into();
    row
}

fn of_principal<'t>(thing: &Thing) -> Vec<Cell<'t>> {
    let mut row = empty(&COLUMNS);
    row[0] = thing.kind.name().into();
    row[1] = id(thing);
    row[2] = name(thing);
    row[3] = thing.email.as_deref().map(str::to_owned).into();
    row
}

fn of_doubt<'t>(doubt: &Doubt) -> Vec<Cell<'t>> {
    let mut row = doubt.principal.as_deref().map_or_else(|| empty(&COLUMNS), of_principal);
    if doubt.principal.is_none() {
        row[0] = "unknown".into();
    }
    for column in [4, 10] {
        row[column] = "unknown".into();
    }
    row[15] = doubt.missing.join("; ").into();
    row
}

fn id<'t>(thing: &Thing) -> Cell<'t> {
    thing.id.to_string().into()
}

fn name<'t>(thing: &Thing) -> Cell<'t> {
    thing.name.as_deref().map(str::to_owned).into()
}
