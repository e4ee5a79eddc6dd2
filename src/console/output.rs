//! Where text goes: reports to standard output or a file, everything else to standard error.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::atomic::write_whole;
use crate::escape::{shown, visible};

/// Text that could not be written.
#[derive(Debug, Error, Diagnostic)]
#[error("cannot write the report to {to}")]
pub struct Error {
    to: String,
    source: io::Error,
}

/// Writes a report to a file, whole or not at all, or to standard output. That nobody reads it to its end is no error.
pub fn write(to: Option<&Path>, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Error> {
    let Some(path) = to else { return stream(fill) };
    let buffered = |file: &mut dyn io::Write| {
        let mut file = io::BufWriter::new(file);
        fill(&mut file).and_then(|()| file.flush())
    };
    quiet_if_closed(write_whole(path, |file| buffered(file)), || format!("`{}`", shown(path)))
}

/// Appends to a file that others write to as well.
pub fn append(path: &Path, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Error> {
    let file = std::fs::File::options().append(true).create(true).open(path);
    let written = file.map(io::BufWriter::new).and_then(|mut file| fill(&mut file).and_then(|()| file.flush()));
    quiet_if_closed(written, || format!("`{}`", shown(path)))
}

/// Writes to standard output. That nobody reads it to its end is no error.
pub fn stream<T>(fill: impl FnOnce(&mut dyn io::Write) -> io::Result<T>) -> Result<(), Error> {
    let mut stdout = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = fill(&mut stdout).and_then(|_| stdout.flush());
    quiet_if_closed(written, || "standard output".to_owned())
}

fn quiet_if_closed(written: io::Result<()>, to: impl FnOnce() -> String) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| Error { to: to(), source }),
    }
}

/// Says a line on standard error. If even that fails, there is nobody to tell.
pub fn say(line: &str) {
    writeln!(io::stderr(), "{}", visible(line)).unwrap_or(());
}

/// Says what the user should know, and can go on without.
pub fn warn(line: &str) {
    say(&format!("warning: {line}"));
}

/// Says what the user can do.
pub fn help(lines: &BTreeSet<String>) {
    for line in lines {
        say(&format!("help: {line}"));
    }
}
