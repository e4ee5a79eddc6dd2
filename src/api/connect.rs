//! Connecting to the API: which base URLs are allowed, which certificates are trusted, and helpful words for why a
//! connection failed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the errors of other crates grow; what is not told apart is told in their words"
)]

use std::error::Error as Cause;
use std::io;
use std::iter::successors;
use std::net::IpAddr;
use std::path::Path;

use http::Uri;
use reqwest::{Certificate, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, RootCertStore};

use super::setup::SetupError;
use crate::bounded;
use crate::escape::{is_hidden, mask, system_words};
use crate::time::{Time, rfc3339};

/// The largest file of CA certificates, in bytes: thirty times the size of a system's store.
const LARGEST_CA_FILE: u64 = 8 << 20;

/// The hint if a certificate seems to be out of date.
const CLOCK: &str = "is this machine's clock right?";

/// Checks that the key is safe on the way to this base URL.
///
/// # Errors
///
/// The base URL is invalid, or would send the key in plain text.
pub(crate) fn base_url(text: &str) -> Result<Url, SetupError> {
    let url = Url::parse(text.trim_end_matches('/'));
    // Show only the host: a key may be in any other part.
    let host = url.as_ref().ok().and_then(|url| url.host_str()).unwrap_or_default();
    let shown = mask(&host.chars().filter(|c| !is_hidden(*c)).collect::<String>());
    let no = |why: &str| Err(SetupError::BaseUrl { host: shown.clone(), why: why.to_owned() });
    let url = match &url {
        Ok(url) => url.clone(),
        Err(_) if !text.contains("://") => return no("it does not start with https://"),
        Err(error) => return no(&error.to_string()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return no("it contains credentials");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return no("it has a query or a fragment");
    }
    if mask(url.as_str()) != url.as_str() {
        return no("it contains a key");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_local(&url) => Ok(url),
        "http" => no("with plain HTTP, the key could be read on the way"),
        _ => no("it starts with neither https:// nor http://"),
    }
}

/// Whether a URL leads to this machine.
fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// The CA certificates in a file.
///
/// # Errors
///
/// The file contains no usable certificates.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, SetupError> {
    let unusable = |why: String| SetupError::CaFile { path: path.to_owned(), why };
    let pem = bounded::read_file(path, LARGEST_CA_FILE).map_err(|error| unusable(system_words(&error)))?;
    let mut certificates = Vec::new();
    for read in CertificateDer::pem_slice_iter(&pem) {
        let certificate = read.map_err(|_| unusable("it is not valid PEM".to_owned()))?;
        let place = certificates.len() + 1;
        let usable = RootCertStore::empty()
            .add(certificate.clone())
            .map_err(drop)
            .and_then(|()| Certificate::from_der(&certificate).map_err(drop));
        certificates.push(usable.map_err(|()| unusable(format!("its certificate {place} cannot be read")))?);
    }
    if certificates.is_empty() {
        Err(unusable("it contains no certificate in PEM".to_owned()))
    } else {
        Ok(certificates)
    }
}

/// Checks the proxy in the environment. The HTTP library ignores a value that it cannot parse.
///
/// # Errors
///
/// It cannot.
pub(crate) fn look_at_the_proxy() -> Result<(), SetupError> {
    let first = |names: [&'static str; 2]| {
        let set = names.into_iter().find_map(|name| Some((name, std::env::var(name).ok()?)));
        set.filter(|(_, value)| !value.is_empty())
    };
    let set = first(["HTTPS_PROXY", "https_proxy"]).or_else(|| first(["ALL_PROXY", "all_proxy"]));
    let Some((variable, value)) = set else { return Ok(()) };
    let no = |why| Err(SetupError::Proxy { variable, why });
    let Ok(uri) = value.parse::<Uri>() else { return no("is not a URL") };
    match uri.scheme_str() {
        None | Some("http" | "https") if uri.authority().is_some() => Ok(()),
        None | Some("http" | "https") => no("has no host"),
        Some(_) => no("is not an HTTP proxy"),
    }
}

/// Why there is no connection, and whether a retry may help.
pub(crate) fn unreachable(error: &reqwest::Error) -> (String, bool) {
    let tunnel = chain(error).find_map(|cause| Some(cause.to_string().strip_prefix("tunnel error: ")?.to_owned()));
    // Until the proxy has connected, any error comes from the proxy.
    let (who, whose) = if tunnel.is_some() { ("the proxy", "the proxy's") } else { ("the server", "its") };
    if let Some(error) = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        let why = match error {
            rustls::Error::InvalidCertificate(error) => format!("{whose} certificate {}", certificate(error)),
            rustls::Error::InvalidMessage(_) => format!("{who} does not speak TLS"),
            error => format!("TLS failed: {error}"),
        };
        return (why, false);
    }
    if error.is_timeout() {
        return ("no response before the timeout".to_owned(), true);
    }
    let last = last(error);
    if error.is_dns() {
        let said = last.strip_prefix("failed to lookup address information: ").unwrap_or(&last);
        return (format!("{whose} host name was not found ({said})"), true);
    }
    match tunnel.as_deref() {
        None => (last, true),
        Some("proxy authorization required") => {
            let how = "HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT";
            (format!("the proxy requires another name and password: {how}"), false)
        }
        Some("unsuccessful") => ("the proxy could not connect to it".to_owned(), true),
        Some("unexpected end of file") => ("the proxy closed the connection".to_owned(), true),
        Some(_) => (format!("the proxy cannot be reached: {last}"), true),
    }
}

/// What is wrong with a certificate.
fn certificate(error: &CertificateError) -> String {
    match error {
        // A bad signature means a CA with the name of a trusted one but another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "is signed by a CA that is not trusted; --ca-file FILE adds one".to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            let names: Vec<&str> = presented.iter().map(|name| plain(name)).collect();
            format!("is for another host name: {}", names.join(", "))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another host name".to_owned()
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("expired at {}; {CLOCK}", rfc3339(seconds(not_after.as_secs())))
        }
        CertificateError::Expired => format!("has expired; {CLOCK}"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("is not valid before {}; {CLOCK}", rfc3339(seconds(not_before.as_secs())))
        }
        CertificateError::NotValidYet => format!("is not valid yet; {CLOCK}"),
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "is a CA certificate (CA:TRUE), not a server certificate".to_owned()
        }
        CertificateError::Other(other) => format!("was rejected: {other}"),
        error => format!("was rejected: {error}"),
    }
}

/// `a.example` from `DnsName("a.example")`.
fn plain(name: &str) -> &str {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.map_or(name, |inside| inside.trim_matches('"'))
}

fn seconds(time: u64) -> Time {
    Time::try_from(time).unwrap_or(Time::MAX)
}

/// The innermost cause: what the system or the library said. The outer ones only wrap it, and one contains the URL.
pub(crate) fn last(error: &(dyn Cause + 'static)) -> String {
    let last = chain(error).last().unwrap_or(error);
    last.downcast_ref::<io::Error>().map_or_else(|| last.to_string(), system_words)
}

/// An error and its causes, also those that an error of the system's kind holds.
fn chain<'a>(error: &'a (dyn Cause + 'static)) -> impl Iterator<Item = &'a (dyn Cause + 'static)> {
    successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_over_tls_or_stays_on_this_machine() {
        for url in ["https://api.openai.com/v1", "http://127.0.0.1:8080/v1/", "http://[::1]/v1", "http://localhost"] {
            base_url(url).expect(url);
        }
        for url in [
            "http://api.openai.com/v1",
            "ftp://host/sk-secret-0123456789",
            "sk-secret-0123456789",
            "",
            "https://sk-secret-0123456789:p@host/v1",
            "https://host/v1?key=sk-secret-0123456789",
            "https://host/sk-secret-0123456789/v1",
            "https://sk-secret-0123456789/v1",
            "http://sk-secret-0123456789/v1",
        ] {
            if let Err(error) = base_url(url) {
                assert!(!error.to_string().contains("secret"), "{error}");
            } else {
                panic!("{url} is accepted");
            }
        }
    }
}
