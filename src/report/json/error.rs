//! Why a file is not a report that can be read.

use super::schema::VERSION;
use crate::escape::json_words;

/// Why a file is not a report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not JSON, or not JSON of this form.
    #[error("{0}")]
    Json(String),
    /// It was written by another version.
    #[error("it has schema version {0}, and this rolelint reads version {VERSION}")]
    Version(u32),
    /// It refers to something that it does not contain, or says two things that cannot both be true.
    #[error("{0}")]
    Contradiction(String),
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(json_words(&error))
    }
}

impl Unreadable {
    /// Of a file that is read as a whole: its first line is named, too.
    pub(super) fn in_whole(error: &serde_json::Error) -> Self {
        let said = json_words(error);
        Self::Json(if error.line() == 1 { said.replace(" (column ", " (line 1, column ") } else { said })
    }
}

pub(super) type Result<T> = std::result::Result<T, Unreadable>;
