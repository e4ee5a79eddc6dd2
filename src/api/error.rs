//! What can go wrong between us and the API.

use std::path::PathBuf;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use crate::escape::shown;
use crate::org::Failure;

/// Why an endpoint was given up.
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
    #[diagnostic(help("it stands beside the file that is to be written; what it holds already is not lost"))]
    Journal {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another run has the journal.
    #[error("another run is writing the journal `{}`", shown(path))]
    #[diagnostic(help("wait for it, or write to another file"))]
    JournalBusy {
        /// The file.
        path: PathBuf,
    },
    /// The journal cannot be locked, though nobody has it.
    #[error("cannot lock the journal `{}`", shown(path))]
    #[diagnostic(help("some network file systems have no locks: write to a local file, or to standard output (-o -)"))]
    JournalLock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The journal belongs to something else.
    #[error("cannot go on with the journal `{}`: {why}", shown(path))]
    #[diagnostic(help("delete it to start over"))]
    JournalForeign {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
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
    #[diagnostic(help("the plan or the key may lack it, or --base-url is not the Admin API's"))]
    NotFound {
        /// What the API said.
        message: String,
    },
    /// Another status that is not repeated.
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
    /// A redirect, which is not followed: the key would go along.
    #[error("redirected to {to}, not followed")]
    #[diagnostic(help("the key goes to the host of --base-url alone: is a login page or a proxy in between?"))]
    Redirect {
        /// The host.
        to: String,
    },
    /// No connection.
    #[error("no connection to {to}: {why}")]
    #[diagnostic(help(
        "is the host of --base-url right? HTTPS_PROXY leads through a proxy, --ca-file adds a certificate to trust"
    ))]
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
    #[diagnostic(help("the network, a proxy or the API is shaky; --timeout gives each attempt longer"))]
    Broken {
        /// What the library said.
        why: String,
    },
    /// The body ended before its end.
    #[error("the response was truncated")]
    #[diagnostic(help("something between here and the API ends answers too early: is a proxy in between?"))]
    Truncated,
    /// The body is larger than any page should be.
    #[error("the response is larger than {limit} MiB")]
    #[diagnostic(help("no page of the API is that large: does something else answer in its place?"))]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body is not JSON.
    #[error("the response is not JSON ({what})")]
    #[diagnostic(help("something else answers in the API's place: a login page, a proxy, a wrong --base-url?"))]
    NotJson {
        /// What it seems to be.
        what: String,
    },
    /// The JSON is not what the endpoint promises.
    #[error("the response does not match the documented shape: {what}")]
    #[diagnostic(help(
        "-vv shows every request; if the API itself answered so, it has changed, and rolelint has to follow"
    ))]
    Shape {
        /// What is wrong.
        what: String,
    },
    /// Pages that do not lead to an end.
    #[error("pagination is inconsistent: {what}")]
    #[diagnostic(help("-vv shows every request; a list without a proper end may lack anything"))]
    Pagination {
        /// What is wrong.
        what: &'static str,
    },
    /// The endpoint only ever failed, and is asked no more.
    #[error("{}", .0.said)]
    #[diagnostic(help("{}", .0.help.as_deref().unwrap_or("the endpoint only ever failed")))]
    Tripped(Tripped),
    /// The journal can hold no more.
    #[error("the response could not be written to the journal")]
    Unkept,
    /// The time that was given is over.
    #[error("no answer before the time of --deadline was over")]
    #[diagnostic(help("a longer --deadline reads more; a fetch goes on from where it was"))]
    Deadline,
    /// An id that cannot stand in a path.
    #[error("the id `{id}` cannot stand in a path")]
    Id {
        /// The id.
        id: String,
    },
}

fn entitlement(status: u16, scope: Option<&str>) -> &'static str {
    match (status, scope) {
        (_, Some(_)) => {
            "an owner can make a new admin key with the permission Read only; editing the old one may not help"
        }
        (401, None) => "is it a whole admin key that nobody revoked, and of this organization?",
        (_, None) => "the plan may lack it, or the key the permission: `rolelint doctor` tells what it may read",
    }
}

fn advice_on(status: u16) -> &'static str {
    match status {
        429 => "the API lets nothing through for a long time: go on later, or ask less often with --rate",
        408 | 409 | 500.. => "the API is busy or broken: go on later",
        _ => "-vv shows every request; is --base-url the Admin API's, version included?",
    }
}

fn refusal(scope: Option<&str>, message: &str) -> String {
    match scope {
        Some(scope) => format!("the key lacks the scope {scope}"),
        None => message.to_owned(),
    }
}

impl Error {
    /// Whether asking again can help.
    pub(crate) fn passing(&self) -> bool {
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
            | Self::JournalLock { .. }
            | Self::JournalForeign { .. }
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
        let scope = match self {
            Self::Denied { scope, .. } | Self::Tripped(Tripped { scope, .. }) => scope.clone(),
            Self::EmptyKey
            | Self::MalformedKey
            | Self::BaseUrl { .. }
            | Self::Setup { .. }
            | Self::CaFile { .. }
            | Self::Proxy { .. }
            | Self::Journal { .. }
            | Self::JournalBusy { .. }
            | Self::JournalLock { .. }
            | Self::JournalForeign { .. }
            | Self::NotFound { .. }
            | Self::Status { .. }
            | Self::Passing { .. }
            | Self::Redirect { .. }
            | Self::Connect { .. }
            | Self::Broken { .. }
            | Self::Truncated
            | Self::TooLarge { .. }
            | Self::NotJson { .. }
            | Self::Shape { .. }
            | Self::Pagination { .. }
            | Self::Unkept
            | Self::Deadline
            | Self::Id { .. } => None,
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
