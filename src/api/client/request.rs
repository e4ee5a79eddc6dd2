//! What is requested, and how.

use std::path::PathBuf;
use std::time::Duration;

use crate::api::endpoint::Endpoint;

/// What a list is read for. The answer to one is not the answer to the other, though the request is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To know it.
    First,
    /// To see what came, or became of something, while we read.
    ForNews,
    /// To see who left while we read.
    ForTheGone,
}

/// How to reach the API.
#[derive(Clone, Debug)]
pub struct Options {
    /// The base URL, version included.
    pub base_url: String,
    /// The organization, where the key alone does not say.
    pub organization: Option<String>,
    /// For one attempt, from the first byte sent to the last received.
    pub timeout: Duration,
    /// The wait before the first repetition; it doubles each time.
    pub retry_delay: Duration,
    /// Requests under way at once.
    pub concurrency: usize,
    /// The most requests a minute for each endpoint; without it, as many as the API lets through.
    pub rate: Option<f64>,
    /// After so long, nothing more is asked.
    pub deadline: Option<Duration>,
    /// A file of CA certificates, in PEM, that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
}

/// What is asked. `path` and `query` are encoded already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest<'a> {
    pub endpoint: &'static Endpoint,
    pub path: &'a str,
    pub query: &'a str,
    /// A status that says that there is nothing to list.
    pub or_empty: Option<u16>,
    /// What for.
    pub look: Purpose,
}

impl PageRequest<'_> {
    /// What the journal calls it.
    pub(super) fn name(&self) -> String {
        let look = match self.look {
            Purpose::First => "",
            Purpose::ForNews => " for news",
            Purpose::ForTheGone => " for the gone",
        };
        format!("{}?{}{look}", self.path, self.query)
    }
}
