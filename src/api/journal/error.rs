//! What can go wrong with a journal.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::escape::shown;

/// Why a journal cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum JournalError {
    /// The journal could not be read or written.
    #[error("cannot use the journal `{}`", shown(path))]
    #[diagnostic(help("the journal is beside the output file; what it already contains is not lost"))]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another run is using the journal.
    #[error("another run is writing the journal `{}`", shown(path))]
    #[diagnostic(help("wait for it, or write to another file"))]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The journal cannot be locked, although no other run uses it.
    #[error("cannot lock the journal `{}`", shown(path))]
    #[diagnostic(help(
        "some network file systems do not support locks: write to a local file or to standard output (-o -)"
    ))]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal belongs to another key, API, organization or version.
    #[error("cannot resume from the journal `{}`: {why}", shown(path))]
    #[diagnostic(help("delete it to start over"))]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}
