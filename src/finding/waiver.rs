//! What accepts a violation for a time.

use std::fmt;

use crate::time::{Time, day};

/// A waiver, as a finding shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Why the violation is accepted.
    pub reason: String,
    /// Who is responsible for that.
    pub owner: String,
    /// When it expires.
    pub expires: Time,
    /// The file that it stands in.
    pub file: String,
    /// The line where it begins.
    pub line: u32,
}

impl fmt::Display for Waiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "until {} by {}: {} ({}:{})", day(self.expires), self.owner, self.reason, self.file, self.line)
    }
}
