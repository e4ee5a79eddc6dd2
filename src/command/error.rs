//! What ends a run before it has judged anything.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::console::output;
use crate::escape::shown;
use crate::{api, policy, report, snapshot, testing};

impl Error {
    /// The error with its cause, for a warning.
    pub(crate) fn in_one_line(&self) -> String {
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}

/// Why a command did nothing.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// The policies.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] policy::Error),
    /// The tests of policies.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Test(#[from] testing::Error),
    /// The way to the API.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Api(#[from] api::Error),
    /// The snapshot.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// There is neither key nor snapshot.
    #[error("there is no admin key")]
    #[diagnostic(help("set OPENAI_ADMIN_KEY, or give --key-file FILE (- reads standard input)"))]
    NoKey,
    /// The key file could not be read.
    #[error("cannot read the key file `{}`", shown(path))]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The results of a check could not be read.
    #[error("cannot read the results `{}`", shown(path))]
    Results {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// They are something else.
    #[error("`{}` does not hold the results of a check", shown(path))]
    #[diagnostic(help("`rolelint check --format json -o FILE` writes them"))]
    NoResults {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: report::Unreadable,
    },
    /// A parameter file could not be read.
    #[error("cannot read the parameter file `{}`", shown(path))]
    ParamFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The report could not be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] output::Error),
    /// The system gave us no threads.
    #[error("cannot start")]
    Start {
        /// What the system said.
        source: std::io::Error,
    },
}
