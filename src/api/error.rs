//! What can go wrong between us and the API.

use std::path::PathBuf;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use super::pace::GivenUp;
use crate::org::Failure;
use crate::visible::shown;

/// Why the API could not be asked, or gave no answer that can be used. Never holds key material.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// There is no key.
    #[error("the admin key is empty")]
    #[diagnostic(help("set OPENAI_ADMIN_KEY, or give --key-file FILE (- reads standard input)"))]
    EmptyKey,
    /// The key holds what no key can.
    #[error("the admin key holds characters that no key has")]
    #[diagnostic(help("a key is one line of letters, digits, - and _"))]
    MalformedKey,
    /// The base URL is none.
    #[error("the base URL {}cannot be used: {why}", if host.is_empty() { String::new() } else { format!("at `{host}` ") })]
    #[diagnostic(help("the API's own is https://api.openai.com/v1"))]
    BaseUrl {
        /// Its host; the rest might hold a key.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTP client: {why}")]
    #[diagnostic(help("is there a store of CA certificates on this machine? SSL_CERT_FILE names one"))]
    Setup {
        /// What the library said.
        why: String,
    },
    /// The file of CA certificates.
    #[error("cannot use the CA file `{}`: {why}", shown(path))]
    #[diagnostic(help("a CA file holds one certificate or more, in PEM"))]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The proxy that the environment names.
    #[error("cannot use the proxy in {variable}: it {why}")]
    #[diagnostic(help(
        "write http://HOST:PORT, or http://NAME:PASSWORD@HOST:PORT with what is special percent-encoded"
    ))]
    Proxy {
        /// The variable; its value may hold a password.
        variable: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The journal could not be read or written.
    #[error("cannot keep the journal `{}`", shown(path))]
    Journal {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another run has the journal.
    #[error("another run is writing the journal `{}`", shown(path))]
    JournalBusy {
        /// The file.
        path: PathBuf,
    },
    /// The journal belongs to something else.
    #[error("cannot go on with the journal `{}`: {why}", shown(path))]
    #[diagnostic(help("remove it to begin anew"))]
    JournalForeign {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The API refused: 401 or 403.
    #[error("{status}, {}", refusal(scope.as_deref(), message))]
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
    NotFound {
        /// What the API said.
        message: String,
    },
    /// Another status that is not repeated.
    #[error("{status}, {message}")]
    Status {
        /// The status.
        status: u16,
        /// What the API said.
        message: String,
    },
    /// The API is busy or broken for the moment: 408, 429, 5xx.
    #[error("{status}, {message}")]
    Passing {
        /// The status.
        status: u16,
        /// What the API said.
        message: String,
        /// How long it asked us to wait.
        wait: Option<Duration>,
    },
    /// A redirect, which is not followed: the key would go along.
    #[error("redirected to {to}, not followed")]
    Redirect {
        /// The host.
        to: String,
    },
    /// No connection.
    #[error("no connection to {to}: {why}")]
    Connect {
        /// The host, and the port if it is not the usual one.
        to: String,
        /// What is in the way.
        why: String,
        /// Whether it may be out of the way the next time.
        passing: bool,
    },
    /// The connection broke, or nothing came in time.
    #[error("the connection broke: {why}")]
    Broken {
        /// What the library said.
        why: String,
    },
    /// The body ended before its end.
    #[error("the answer was cut short")]
    Truncated,
    /// The body is larger than any page should be.
    #[error("the answer is larger than {limit} MiB")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body is no JSON.
    #[error("the answer is no JSON ({what})")]
    NotJson {
        /// What it seems to be.
        what: String,
    },
    /// The JSON is not what the endpoint promises.
    #[error("the answer has another shape than documented: {what}")]
    Shape {
        /// What is wrong.
        what: String,
    },
    /// Pages that do not lead to an end.
    #[error("the pages do not add up: {what}")]
    Pagination {
        /// What is wrong.
        what: &'static str,
    },
    /// The endpoint only ever failed, and is asked no more.
    #[error("{}", .0.said)]
    GivenUp(GivenUp),
    /// The time that was given is over.
    #[error("not asked: the time of --deadline was over")]
    Deadline,
    /// An id that cannot stand in a path.
    #[error("the id `{id}` cannot stand in a path")]
    Id {
        /// The id.
        id: String,
    },
}

fn refusal(scope: Option<&str>, message: &str) -> String {
    match scope {
        Some(scope) => format!("the key lacks the scope {scope}"),
        None => message.to_owned(),
    }
}

impl Error {
    /// Whether asking again can help.
    pub(super) fn passing(&self) -> bool {
        match self {
            Self::Connect { passing, .. } => *passing,
            Self::Passing { .. } | Self::Broken { .. } | Self::Truncated => true,
            Self::EmptyKey
            | Self::MalformedKey
            | Self::BaseUrl { .. }
            | Self::Setup { .. }
            | Self::CaFile { .. }
            | Self::Proxy { .. }
            | Self::Journal { .. }
            | Self::JournalBusy { .. }
            | Self::JournalForeign { .. }
            | Self::Denied { .. }
            | Self::NotFound { .. }
            | Self::Status { .. }
            | Self::Redirect { .. }
            | Self::TooLarge { .. }
            | Self::NotJson { .. }
            | Self::Shape { .. }
            | Self::Pagination { .. }
            | Self::GivenUp(_)
            | Self::Deadline
            | Self::Id { .. } => false,
        }
    }

    /// For the record: the request, and what came of it.
    pub(super) fn failure(&self, path: &str) -> Failure {
        let scope = match self {
            Self::Denied { scope, .. } | Self::GivenUp(GivenUp { scope, .. }) => scope.clone(),
            _ => None,
        };
        Failure {
            denied: matches!(
                self,
                Self::Denied { .. } | Self::NotFound { .. } | Self::GivenUp(GivenUp { denied: true, .. })
            ),
            message: format!("GET {path}: {self}"),
            scope,
        }
    }
}
