//! Where text goes: reports to standard output or a file, everything else to standard error.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::Error;
use crate::file::write_whole;

/// Writes a report. That nobody reads it to its end is no error.
pub(super) fn write(report: &str, to: Option<&Path>) -> Result<(), Error> {
    let (result, to) = if let Some(path) = to {
        (write_whole(path, |file| file.write_all(report.as_bytes())), format!("`{}`", path.display()))
    } else {
        let mut stdout = std::io::stdout().lock();
        let written = stdout.write_all(report.as_bytes()).and_then(|()| stdout.flush());
        (written, "standard output".to_owned())
    };
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|source| Error::Output { to, source }),
    }
}

/// Says a line on standard error. If even that fails, there is nobody to tell.
pub(super) fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap_or(());
}

/// Says what the user should know, and can go on without.
pub(super) fn warn(line: &str) {
    say(&format!("warning: {line}"));
}
