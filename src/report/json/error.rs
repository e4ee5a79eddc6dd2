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

pub(super) type Result<T> = std::result::Result<T, Unreadable>;
