//! Why a file is not a report that can be read.

use super::schema::VERSION;

/// Why a file is not a report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not JSON, or not JSON of this form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("it has schema version {0}, and this rolelint reads version {VERSION}")]
    Version(u32),
    /// It names what it does not hold, or says two things that cannot both be true.
    #[error("{0}")]
    Contradiction(String),
}

pub(super) type Result<T> = std::result::Result<T, Unreadable>;
