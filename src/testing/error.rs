//! What can be wrong with tests before any of them runs.

use miette::Diagnostic;
use thiserror::Error;

use crate::document::Located;
use crate::policy;

/// Why tests could not be loaded.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// Tests were read, and are wrong.
    #[error("{}, nothing was tested", problems(located))]
    Invalid {
        /// All problems of all files, in order.
        #[related]
        located: Vec<Located>,
    },
    /// Tests were to be changed, and cannot be.
    #[error("the tests were not changed")]
    NotEdited {
        /// Why.
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
