//! What can be wrong with a snapshot.

use miette::Diagnostic;
use thiserror::Error;

/// Why a snapshot could not be read or written.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// The file could not be read.
    #[error("cannot read snapshot `{name}`")]
    Read {
        /// The file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file could not be written.
    #[error("cannot write snapshot `{name}`")]
    #[diagnostic(help("no snapshot was written, and a file that was there is unchanged"))]
    Write {
        /// The file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A report stands in place of a snapshot.
    #[error("`{name}` is a report, not a snapshot")]
    #[diagnostic(help(
        "`rolelint fetch -o FILE` writes snapshots; `rolelint report FILE --format FORMAT` shows a report"
    ))]
    Report {
        /// The file.
        name: String,
    },
    /// The file is something else.
    #[error("`{name}` is not a rolelint snapshot")]
    #[diagnostic(help(
        "`rolelint fetch -o FILE` writes snapshots; a compressed snapshot has to be called `.gz` or `.zst`"
    ))]
    Foreign {
        /// The file.
        name: String,
    },
    /// A version that this rolelint does not know.
    #[error("snapshot `{name}` has format version {version}; this rolelint reads {}", super::VERSION)]
    #[diagnostic(help("use the version of rolelint that wrote it, or fetch again"))]
    Version {
        /// The file.
        name: String,
        /// Its version.
        version: u32,
    },
    /// The end is missing.
    #[error("snapshot `{name}` is truncated: line {line} is the last one but not the end record")]
    #[diagnostic(help("fetch again"))]
    Cut {
        /// The file.
        name: String,
        /// The last line there is.
        line: usize,
    },
    /// A line is not what was written.
    #[error("snapshot `{name}` is damaged: line {line}: {what}")]
    #[diagnostic(help("fetch again"))]
    Damaged {
        /// The file.
        name: String,
        /// The line.
        line: usize,
        /// What is wrong.
        what: String,
    },
}
