//! What can go wrong with a request to the API.

use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use super::journal::JournalError;
use crate::org::Failure;

/// Why the breaker of an endpoint opened.
#[derive(Clone, Debug)]
pub struct Tripped {
    /// Whether it denies.
    pub denied: bool,
    /// The scope that the key lacks, if the API named it.
    pub scope: Option<String>,
    /// What it said then.
    pub said: String,
    /// What can be done about it.
    pub help: Option<String>,
}

/// Why a request could not be sent or its response could not be used. Never contains key material.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// The journal could not be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] JournalError),
    /// The API refused: 401 or 403.
    #[error("{status}, {}", refusal(scope.as_deref(), message))]
    #[diagnostic(help("{}", entitlement(*status, scope.as_deref())))]
    Denied {
        /// The status.
        status: u16,
        /// The scope that the key lacks, if the API named it.
        scope: Option<String>,
        /// What the API said.
        message: String,
    },
    /// 404.
    #[error("404, {message}")]
    #[diagnostic(help(
        "your plan or key may not include this endpoint, or --base-url may be wrong; the Admin API is at https://api.openai.com/v1"
    ))]
    NotFound {
        /// What the API said.
        message: String,
    },
    /// Another status that is not retried.
    #[error("{status}, {message}")]
    #[diagnostic(help("{}", advice_on(*status)))]
    Status {
        /// The status.
        status: u16,
        /// What the API said.
        message: String,
    },
    /// The API is busy or broken for the moment: 408, 409, 429, 5xx.
    #[error("{status}, {message}")]
    #[diagnostic(help("{}", advice_on(*status)))]
    Passing {
        /// The status.
        status: u16,
        /// What the API said.
        message: String,
        /// How long it asked us to wait.
        wait: Option<Duration>,
    },
    /// A redirect, which is not followed because the key would go along.
    #[error("redirected to {to}, not followed")]
    #[diagnostic(help(
        "rolelint sends the key only to the host of --base-url; check for a login page or a proxy in between"
    ))]
    Redirect {
        /// The host.
        to: String,
    },
    /// No connection.
    #[error("no connection to {to}: {why}")]
    #[diagnostic(help(
        "check the host of --base-url; HTTPS_PROXY sets a proxy, and --ca-file adds a trusted certificate"
    ))]
    Connect {
        /// The host, and the port if it is not the default.
        to: String,
        /// What is in the way.
        why: String,
        /// Whether a retry may help.
        passing: bool,
    },
    /// The connection broke, or no response before the timeout.
    #[error("the connection broke: {why}")]
    #[diagnostic(help("the network, a proxy or the API is unreliable; a longer --timeout may help"))]
    Broken {
        /// What the library said.
        why: String,
    },
    /// The body was truncated.
    #[error("the response was truncated")]
    #[diagnostic(help("something cuts off responses on the way from the API; check for a proxy"))]
    Truncated,
    /// The body is larger than any page should be.
    #[error("the response is larger than {limit} MiB")]
    #[diagnostic(help(
        "no page of the API is that large; check that --base-url is right and that no proxy responds instead"
    ))]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body is not JSON.
    #[error("the response is not JSON ({what})")]
    #[diagnostic(help(
        "something else responded instead of the API; check for a login page, a proxy or a wrong --base-url"
    ))]
    NotJson {
        /// What it seems to be.
        what: String,
    },
    /// The JSON is not what the endpoint promises.
    #[error("the response does not match the documented shape: {what}")]
    #[diagnostic(help(
        "-vv shows every request; if this is the API's own response, the API has changed and rolelint needs an update"
    ))]
    Shape {
        /// What is wrong.
        what: String,
    },
    /// Pagination that does not end properly.
    #[error("pagination is inconsistent: {what}")]
    #[diagnostic(help("-vv shows every request; a list without a proper end may be incomplete"))]
    Pagination {
        /// What is wrong.
        what: &'static str,
    },
    /// The breaker of the endpoint is open.
    #[error("{}", .0.said)]
    #[diagnostic(help("{}", .0.help.as_deref().unwrap_or("every request to this endpoint failed")))]
    Tripped(Tripped),
    /// The journal cannot be written any more.
    #[error("the response could not be written to the journal")]
    Unkept,
    /// The deadline has passed.
    #[error("no response before the --deadline")]
    #[diagnostic(help("a longer --deadline reads more; running the same command again resumes it"))]
    Deadline,
    /// An id that is not valid in a path.
    #[error("the id `{id}` is not valid in a path")]
    Id {
        /// The id.
        id: String,
    },
}

fn entitlement(status: u16, scope: Option<&str>) -> &'static str {
    match (status, scope) {
        (_, Some(_)) => {
            "an owner can create a new admin key with the permission Read only; editing the old key may not help"
        }
        (401, None) => {
            "check that the admin key is complete, is not revoked and belongs to this organization; an owner makes a new one at https://platform.openai.com/settings/organization/admin-keys"
        }
        (_, None) => {
            "your plan may not include it, or the key may lack the permission; `rolelint doctor` shows what the key may read"
        }
    }
}

fn advice_on(status: u16) -> &'static str {
    match status {
        429 => "the API has been refusing requests for a long time: try again later, or lower --rate",
        408 | 409 | 500.. => "the API is busy or broken: try again later",
        _ => "-vv shows every request; check that --base-url is the Admin API's, including the version",
    }
}

fn refusal(scope: Option<&str>, message: &str) -> String {
    match scope {
        Some(scope) => format!("the key lacks the scope {scope}"),
        None => message.to_owned(),
    }
}

impl Error {
    /// Whether a retry can help.
    pub(crate) fn passing(&self) -> bool {
        match self {
            Self::Connect { passing, .. } => *passing,
            Self::Passing { .. } | Self::Broken { .. } | Self::Truncated => true,
            Self::Journal(_)
            | Self::Denied { .. }
            | Self::NotFound { .. }
            | Self::Status { .. }
            | Self::Redirect { .. }
            | Self::TooLarge { .. }
            | Self::NotJson { .. }
            | Self::Shape { .. }
            | Self::Pagination { .. }
            | Self::Tripped(_)
            | Self::Unkept
            | Self::Deadline
            | Self::Id { .. } => false,
        }
    }

    /// What can be done about it.
    pub(crate) fn advice(&self) -> Option<String> {
        self.help().map(|help| help.to_string())
    }

    /// For the record: the request, and what came of it.
    pub(crate) fn failure(&self, path: &str) -> Failure {
        let scope = if let Self::Denied { scope, .. } | Self::Tripped(Tripped { scope, .. }) = self {
            scope.clone()
        } else {
            None
        };
        Failure {
            denied: matches!(
                self,
                Self::Denied { .. } | Self::NotFound { .. } | Self::Tripped(Tripped { denied: true, .. })
            ),
            message: format!("GET {path}: {self}"),
            scope,
        }
    }
}
