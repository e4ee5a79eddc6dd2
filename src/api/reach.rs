//! What keeps a connection from being made, in words that help.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;

use http::Uri;
use rustls::CertificateError;

use super::error::Error;
use crate::org::{Time, moment};

/// What to ask a user whose machine may live in another year.
const CLOCK: &str = "is this machine's clock right?";

/// Looks whether the proxy in the environment can be used. One that cannot even be read would be passed over.
///
/// # Errors
///
/// It cannot.
pub(super) fn look_at_the_proxy() -> Result<(), Error> {
    let first = |names: [&'static str; 2]| {
        let set = names.into_iter().find_map(|name| Some((name, std::env::var(name).ok()?)));
        set.filter(|(_, value)| !value.is_empty())
    };
    let set = first(["HTTPS_PROXY", "https_proxy"]).or_else(|| first(["ALL_PROXY", "all_proxy"]));
    let Some((variable, value)) = set else { return Ok(()) };
    let no = |why| Err(Error::Proxy { variable, why });
    let Ok(uri) = value.parse::<Uri>() else { return no("is no URL") };
    match uri.scheme_str() {
        None | Some("http" | "https") if uri.authority().is_some() => Ok(()),
        None | Some("http" | "https") => no("names no host"),
        Some(_) => no("is no HTTP proxy"),
    }
}

/// Why there is no connection, and whether there may be one the next time.
pub(super) fn unreachable(error: &reqwest::Error) -> (String, bool) {
    let tunnel = chain(error).find_map(|cause| Some(cause.to_string().strip_prefix("tunnel error: ")?.to_owned()));
    // As long as there is no way through the proxy, it is the proxy that we talk to.
    let (who, whose) = if tunnel.is_some() { ("the proxy", "the proxy's") } else { ("what answers there", "its") };
    if let Some(error) = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        let why = match error {
            rustls::Error::InvalidCertificate(error) => format!("{whose} certificate {}", certificate(error)),
            rustls::Error::InvalidMessage(_) => format!("{who} does not speak TLS"),
            error => format!("TLS failed: {error}"),
        };
        return (why, false);
    }
    if error.is_timeout() {
        return ("nothing came in time".to_owned(), true);
    }
    let last = last(error);
    if error.is_dns() {
        let said = last.strip_prefix("failed to lookup address information: ").unwrap_or(&last);
        return (format!("{whose} name was not found ({said})"), true);
    }
    match tunnel.as_deref() {
        None => (last, true),
        Some("proxy authorization required") => {
            let how = "HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT";
            (format!("the proxy wants a name and a password, or other ones: {how}"), false)
        }
        Some("unsuccessful") => ("the proxy did not connect to it".to_owned(), true),
        Some("unexpected end of file") => ("the proxy hung up".to_owned(), true),
        Some(_) => (format!("the proxy cannot be reached: {last}"), true),
    }
}

/// What is wrong with a certificate.
fn certificate(error: &CertificateError) -> String {
    match error {
        // A signature is bad if the authority only has the name of one that is trusted.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "is by an authority that is not trusted here; --ca-file FILE adds one".to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            let names: Vec<&str> = presented.iter().map(|name| plain(name)).collect();
            format!("is for another name: {}", names.join(", "))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another name".to_owned()
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("expired at {}; {CLOCK}", moment(seconds(not_after.as_secs())))
        }
        CertificateError::Expired => format!("has expired; {CLOCK}"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("is not valid before {}; {CLOCK}", moment(seconds(not_before.as_secs())))
        }
        CertificateError::NotValidYet => format!("is not valid yet; {CLOCK}"),
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "is an authority's (CA:TRUE), not a server's".to_owned()
        }
        CertificateError::Other(other) => format!("is not accepted: {other}"),
        error => format!("is not accepted: {error}"),
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

/// The last cause: what the system or the library said. Those before it wrap it, and one holds the URL.
pub(super) fn last(error: &(dyn Cause + 'static)) -> String {
    chain(error).last().unwrap_or(error).to_string()
}

/// An error and its causes, also those that an error of the system's kind holds.
fn chain<'a>(error: &'a (dyn Cause + 'static)) -> impl Iterator<Item = &'a (dyn Cause + 'static)> {
    successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    })
}
