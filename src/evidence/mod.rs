//! A bundle of evidence: files with their SHA-256 sums, as an archive or a folder.
//!
//! This module knows when a bundle is complete and unchanged, and nothing about what is in it.

mod archive;
mod manifest;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::escape::{shown, visible};

pub(crate) use archive::{open, write};
pub(crate) use manifest::{MANIFEST, Sum, check, sum};

/// The files of a bundle by their names in it: relative, of letters, digits, `.`, `-` and `_`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Why the bundle cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// It could not be read.
    #[error("cannot read the bundle `{}`", shown(path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something that rolelint does not put into a bundle: nothing of it was written anywhere.
    #[error("the bundle has an entry that does not belong there: {}: {why}", visible(name))]
    #[diagnostic(help("`rolelint evidence -o FILE.tar.gz` writes bundles; do not trust this one"))]
    Entry {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It goes on behind its last file.
    #[error("the bundle `{}` goes on behind its last file", shown(path))]
    #[diagnostic(help("`rolelint evidence -o FILE.tar.gz` writes bundles; do not trust this one"))]
    Behind {
        /// The file.
        path: PathBuf,
    },
    /// There is no manifest, or it is not valid.
    #[error("the bundle has no manifest that can be read: {why}")]
    #[diagnostic(help("`rolelint evidence -o FILE.tar.gz` writes bundles"))]
    Manifest {
        /// What is wrong with it.
        why: String,
    },
}
