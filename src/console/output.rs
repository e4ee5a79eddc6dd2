//! Where text goes: reports to standard output or a file, everything else to standard error.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::atomic::{Readers, identity, try_out, write_whole};
use crate::escape::{shown, visible};

/// Why a text cannot be written.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// The system refuses it.
    #[error("cannot write {to}")]
    Write {
        /// The file, or standard output.
        to: String,
        /// What the system said.
        source: io::Error,
    },
    /// Two texts would go to one place, and the second would replace the first.
    #[error("two outputs go to {to}")]
    #[diagnostic(help("give -o and each --report a different path; without -o, the report goes to standard output"))]
    Twice {
        /// The file, or standard output.
        to: String,
    },
    /// A report that is not text would go to a terminal.
    #[error("{what} is not text, and a terminal cannot show it")]
    #[diagnostic(help("write it to a file: -o report.{what}"))]
    Binary {
        /// The format.
        what: &'static str,
    },
    /// A file that is read would be replaced.
    #[error("{to} is an input of this run and would be overwritten")]
    #[diagnostic(help("write to another file"))]
    Input {
        /// The file.
        to: String,
    },
}

/// Whether a path means standard output.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path.as_os_str() == *name)
}

/// Checks, before hours of requests, that every output can be written and that none overwrites another output or an
/// input. An output without a path is standard output.
pub fn ready(outputs: &[Option<&Path>], inputs: &[impl AsRef<Path>]) -> Result<(), Error> {
    let inputs: BTreeSet<_> = inputs.iter().map(|path| identity(path.as_ref())).collect();
    let mut named = BTreeSet::new();
    for path in outputs {
        let path = path.filter(|path| !is_stdout(path));
        if let Some(path) = path {
            try_out(path).map_err(|source| Error::Write { to: place(path), source })?;
            if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
                // A device or a pipe takes any number of texts.
                continue;
            }
        }
        let identity = path.map(identity);
        let to = || path.map_or_else(|| "standard output".to_owned(), place);
        if identity.as_ref().is_some_and(|identity| inputs.contains(identity)) {
            return Err(Error::Input { to: to() });
        }
        if !named.insert(identity) {
            return Err(Error::Twice { to: to() });
        }
    }
    Ok(())
}

/// Makes sure that what is not text does not go to a terminal.
pub fn ready_for(what: &'static str, binary: bool, to: Option<&Path>) -> Result<(), Error> {
    let terminal = to.is_none_or(is_stdout) && io::stdout().is_terminal();
    if binary && terminal { Err(Error::Binary { what }) } else { Ok(()) }
}

/// Makes sure that text can be appended to a file.
pub fn ready_to_append(path: &Path) -> Result<(), Error> {
    appending(path).map(drop).map_err(|source| Error::Write { to: place(path), source })
}

fn place(path: &Path) -> String {
    format!("`{}`", shown(path))
}

/// Writes a report to a file, completely or not at all, or to standard output. A closed pipe is not an error.
pub fn write(to: Option<&Path>, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Error> {
    write_for(to, Readers::Owner, fill)
}

/// Writes in the same way a file of a repository, which others may read.
pub fn write_source(path: &Path, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Error> {
    write_for(Some(path), Readers::Usual, fill)
}

fn write_for(
    to: Option<&Path>,
    readers: Readers,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Error> {
    let Some(path) = to.filter(|path| !is_stdout(path)) else { return stream(fill) };
    let buffered = |file: &mut dyn io::Write| {
        let mut file = io::BufWriter::new(file);
        fill(&mut file).and_then(|()| file.flush())
    };
    quiet_if_closed(write_whole(path, readers, |file| buffered(file)), || place(path))
}

fn appending(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::options().append(true).create(true).open(path)
}

/// Appends to a file that others write to as well.
pub fn append(path: &Path, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Error> {
    let written =
        appending(path).map(io::BufWriter::new).and_then(|mut file| fill(&mut file).and_then(|()| file.flush()));
    quiet_if_closed(written, || place(path))
}

/// Writes to standard output. A closed pipe is not an error.
pub fn stream<T>(fill: impl FnOnce(&mut dyn io::Write) -> io::Result<T>) -> Result<(), Error> {
    let mut stdout = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = fill(&mut stdout).and_then(|_| stdout.flush());
    quiet_if_closed(written, || "standard output".to_owned())
}

fn quiet_if_closed(written: io::Result<()>, to: impl FnOnce() -> String) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| Error::Write { to: to(), source }),
    }
}

/// Prints a line on standard error. If that fails, there is nowhere left to report it.
pub fn say(line: &str) {
    writeln!(io::stderr(), "{}", visible(line)).unwrap_or(());
}

/// Prints a warning.
pub fn warn(line: &str) {
    say(&format!("warning: {line}"));
}

/// Prints an error beside the one that decides the exit code.
pub fn error(line: &str) {
    say(&format!("error: {line}"));
}

/// Prints what the user can do.
pub fn help(lines: &BTreeSet<String>) {
    for line in lines {
        say(&format!("help: {line}"));
    }
}
