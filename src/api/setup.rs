//! What is wrong with the key, the base URL or the connection's settings, before any request.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::escape::shown;

/// Why requests cannot even be tried. Never contains key material.
#[derive(Debug, Error, Diagnostic)]
pub enum SetupError {
    /// There is no key.
    #[error("the admin key is empty")]
    #[diagnostic(help("set OPENAI_ADMIN_KEY or --key-file FILE (- reads standard input)"))]
    EmptyKey,
    /// The key contains characters that no key has.
    #[error("the admin key contains characters that no key has")]
    #[diagnostic(help("a key is one line of letters, digits, - and _"))]
    MalformedKey,
    /// The base URL is invalid.
    #[error("the base URL {}cannot be used: {why}", if host.is_empty() { String::new() } else { format!("at `{host}` ") })]
    #[diagnostic(help("the base URL of the OpenAI API is https://api.openai.com/v1"))]
    BaseUrl {
        /// Its host; the rest might contain a key.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTP client: {why}")]
    #[diagnostic(help("check that this machine has CA certificates; SSL_CERT_FILE names a file of them"))]
    HttpClient {
        /// What the library said.
        why: String,
    },
    /// The file of CA certificates.
    #[error("cannot use the CA file `{}`: {why}", shown(path))]
    #[diagnostic(help("a CA file contains one or more certificates in PEM"))]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The proxy that the environment names.
    #[error("cannot use the proxy in {variable}: it {why}")]
    #[diagnostic(help(
        "write http://HOST:PORT, or http://NAME:PASSWORD@HOST:PORT with special characters percent-encoded"
    ))]
    Proxy {
        /// The variable; its value may contain a password.
        variable: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}
