//! What can be wrong with tests before any of them runs.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::document::Located;
use crate::escape::shown;
use crate::policy;

/// Why tests could not be loaded.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read tests at `{}`", shown(path))]
    #[diagnostic(help("name policies, tests that end in _test.yaml, or folders of them"))]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Tests were read, and are wrong.
    #[error("{}, nothing was tested", problems(located))]
    Invalid {
        /// All problems of all files, in order.
        #[related]
        located: Vec<Located>,
    },
    /// The policy of a test does not load.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] policy::Error),
}

fn problems(located: &[Located]) -> String {
    match located.len() {
        1 => "1 problem in the tests".into(),
        n => format!("{n} problems in the tests"),
    }
}
