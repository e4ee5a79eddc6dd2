//! The register for people: each principal with the paths to what it holds.

use std::io::{self, Write};

use super::{by_principal, last_used};
use crate::access::{Doubt, Entry, Query, Register, Way};
use crate::escape::visible;
use crate::report::words::steps;

pub(super) fn render(register: &Register<'_>, query: &Query, to: &mut dyn Write) -> io::Result<()> {
    let all = by_principal(register, query);
    for entries in &all {
        principal(register, entries, to)?;
    }
    if all.is_empty() {
        writeln!(to, "none of those that were read holds it")?;
    }
    for doubt in register.doubts(query) {
        unknown(&doubt, to)?;
    }
    Ok(())
}

fn principal(register: &Register<'_>, entries: &[Entry<'_>], to: &mut dyn Write) -> io::Result<()> {
    let first = &entries[0];
    let used = last_used(register, first.holder);
    let used = if used.is_empty() { used } else { format!(", last use of a key: {used}") };
    let thing = &first.principal;
    let id = if thing.label().contains(thing.id.as_str()) { String::new() } else { format!(" ({})", thing.id) };
    writeln!(to, "{} {}{used}", thing.kind.words(), visible(&format!("{}{id}", thing.qualified_label())))?;
    for entry in entries {
        let path = steps(entry.path.iter().map(|step| &**step));
        let how = match entry.way {
            Way::Membership => " (as a member)",
            Way::Unknown => " (the API does not say how)",
            Way::Direct | Way::Group(_) => "",
        };
        writeln!(to, "  {path}{how}")?;
        match &entry.permissions {
            None => writeln!(to, "      unknown: the permissions of this role")?,
            Some(permissions) if permissions.is_empty() => writeln!(to, "      no permission")?,
            Some(permissions) => writeln!(to, "      {}", visible(&permissions.join(", ")))?,
        }
    }
    Ok(())
}

fn unknown(doubt: &Doubt, to: &mut dyn Write) -> io::Result<()> {
    let who = match &doubt.principal {
        Some(thing) => format!("{} {} may hold more", thing.kind.words(), thing.qualified_label()),
        None => "there may be others".to_owned(),
    };
    let why = doubt.missing.join("; ");
    writeln!(to, "unknown: {}", visible(&format!("{who}: {why}")))
}
