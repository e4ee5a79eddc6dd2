//! The register for people: each principal with the paths to what it holds.

use std::io::{self, Write};

use textwrap::{Options, WordSeparator, WordSplitter};

use super::{by_principal, last_used};
use crate::access::{Doubt, Entry, Query, Register, Way};
use crate::escape::visible;
use crate::report::words::steps;

pub(super) fn render(register: &Register<'_>, query: &Query, width: usize, to: &mut dyn Write) -> io::Result<()> {
    let mut out = Lines { width, to };
    let all = by_principal(register, query);
    for entries in &all {
        principal(register, entries, &mut out)?;
    }
    if all.is_empty() {
        out.line("", "none of those that were read holds it")?;
    }
    for doubt in register.doubts(query) {
        unknown(&doubt, &mut out)?;
    }
    Ok(())
}

fn principal(register: &Register<'_>, entries: &[Entry<'_>], to: &mut Lines<'_>) -> io::Result<()> {
    let first = &entries[0];
    let used = last_used(register, first.holder);
    let used = if used.is_empty() { used } else { format!(", last use of a key: {used}") };
    let thing = &first.principal;
    let id = if thing.label().contains(thing.id.as_str()) { String::new() } else { format!(" ({})", thing.id) };
    let name = format!("{}{id}", thing.qualified_label());
    to.line("", &format!("{} {}{used}", thing.kind.words(), visible(&name)))?;
    for entry in entries {
        let path = steps(entry.path.iter().map(|step| &**step));
        let how = match entry.way {
            Way::Membership => " (by membership)",
            Way::Unknown => " (the API does not say how)",
            Way::Direct | Way::Group(_) => "",
        };
        to.line("  ", &format!("{path}{how}"))?;
        match &entry.permissions {
            None => to.line("      ", "unknown: the permissions of this role")?,
            Some(permissions) if permissions.is_empty() => to.line("      ", "no permission")?,
            Some(permissions) => to.line("      ", &visible(&permissions.join(", ")))?,
        }
    }
    Ok(())
}

fn unknown(doubt: &Doubt, to: &mut Lines<'_>) -> io::Result<()> {
    let who = match &doubt.principal {
        Some(thing) => format!("{} {} may hold more", thing.kind.words(), thing.qualified_label()),
        None => "there may be others".to_owned(),
    };
    let why = doubt.missing.join("; ");
    to.line("", &format!("unknown: {}", visible(&format!("{who}: {why}"))))
}

/// Lines no wider than the terminal.
struct Lines<'w> {
    width: usize,
    to: &'w mut dyn Write,
}

impl Lines<'_> {
    /// A text behind some blanks; what does not fit stands below it, two blanks further in.
    fn line(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let further = format!("{indent}  ");
        let options = Options::new(self.width)
            .initial_indent(indent)
            .subsequent_indent(&further)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::wrap(text, options).iter().try_for_each(|line| writeln!(self.to, "{}", line.trim_end()))
    }
}
