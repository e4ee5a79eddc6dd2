//! What is requested, and how.

use std::path::PathBuf;
use std::time::Duration;

use crate::api::endpoint::Endpoint;

/// The purpose of a request. The journal keeps separate responses for each purpose, although the requests are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To read a list for the first time.
    First,
    /// To see what was added or changed during the collection.
    Additions,
    /// To see what was removed during the collection.
    Removals,
}

/// How to reach the API.
#[derive(Clone, Debug)]
pub struct Options {
    /// The base URL, including the version.
    pub base_url: String,
    /// The organization, if the key belongs to several.
    pub organization: Option<String>,
    /// For one attempt, from the first byte sent to the last received.
    pub timeout: Duration,
    /// The delay before the first retry; it doubles each time.
    pub retry_delay: Duration,
    /// Maximum number of concurrent requests.
    pub concurrency: usize,
    /// Maximum requests per minute for each endpoint; without it, as many as the API accepts.
    pub rate: Option<f64>,
    /// No requests are sent after this time.
    pub deadline: Option<Duration>,
    /// A file of CA certificates in PEM, trusted in addition to those of the system.
    pub ca_file: Option<PathBuf>,
}

/// A request. `path` and `query` are already encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest<'a> {
    pub endpoint: &'static Endpoint,
    pub path: &'a str,
    pub query: &'a str,
    /// A status that means that there is nothing to list.
    pub or_empty: Option<u16>,
    /// What it is for.
    pub purpose: Purpose,
}

impl PageRequest<'_> {
    /// Its name in the journal, whose format has these words.
    pub(super) fn name(&self) -> String {
        let purpose = match self.purpose {
            Purpose::First => "",
            Purpose::Additions => " for news",
            Purpose::Removals => " for the gone",
        };
        format!("{}?{}{purpose}", self.path, self.query)
    }
}
