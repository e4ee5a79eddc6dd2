//! From the bytes of a response to what they say, or to what is wrong with them.

use std::time::SystemTime;

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Client, LARGEST};
use crate::api::caveat::members;
use crate::api::connect::{last, unreachable};
use crate::api::error::Error;
use crate::api::retry_after;
use crate::api::status::{message, missing_scope};
use crate::escape::{is_hidden, json_words};

impl Client {
    pub(super) async fn body(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > LARGEST << 20 {
                return Err(Error::TooLarge { limit: LARGEST });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// A body with what the headers say of its list.
    pub(super) fn with_headers(body: Vec<u8>, headers: &HeaderMap) -> Vec<u8> {
        let members = members(headers);
        match body.trim_ascii_start().strip_prefix(b"{") {
            Some(rest) if !members.is_empty() => {
                let members = Value::Object(members).to_string();
                let comma = if rest.trim_ascii_start().starts_with(b"}") { "" } else { "," };
                [members.trim_end_matches('}').as_bytes(), comma.as_bytes(), rest].concat()
            }
            Some(_) | None => body,
        }
    }

    pub(super) fn read<T: DeserializeOwned>(&self, body: &[u8], headers: &HeaderMap) -> Result<T, Error> {
        // serde accepts a list of values in the right order instead of an object. The API never sends one.
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(Error::Shape { what: "a list instead of an object".to_owned() });
        }
        // serde does not validate the bytes that it skips.
        let json = std::str::from_utf8(body).map_err(|_| Error::NotJson { what: "it is not UTF-8".to_owned() })?;
        serde_json::from_str(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Error::Shape { what: self.shown(&json_words(&error)) },
            serde_json::error::Category::Eof if !body.trim_ascii().is_empty() => Error::Truncated,
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => {
                let what = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no content type");
                Error::NotJson { what: self.shown(what) }
            }
        })
    }

    /// What a status other than 200 means.
    pub(super) fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
        let said = message(body);
        let message = match self.shown(&said) {
            message if message.is_empty() => status.canonical_reason().unwrap_or("no reason given").to_lowercase(),
            message => message.trim_end_matches('.').to_owned(),
        };
        let should_retry = headers.get("x-should-retry").and_then(|value| value.to_str().ok());
        let number = status.as_u16();
        let passing = match should_retry {
            Some("true") => true,
            Some("false") => false,
            _ => matches!(number, 408 | 409 | 429) || status.is_server_error(),
        };
        match number {
            _ if passing => {
                Error::Passing { status: number, message, wait: retry_after::asked(headers, &said, SystemTime::now()) }
            }
            300..=399 => {
                let to = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
                // Redacted first: a URL changes the case of its host.
                let to = Url::parse(&self.key.redact(to)).ok().and_then(|url| url.host_str().map(str::to_owned));
                Error::Redirect { to: self.shown(&to.unwrap_or_else(|| "another path".to_owned())) }
            }
            401 | 403 => Error::Denied { status: number, scope: missing_scope(&said), message },
            404 => Error::NotFound { message },
            _ => Error::Status { status: number, message },
        }
    }

    pub(super) fn broken(&self, error: &reqwest::Error) -> Error {
        if error.is_connect() {
            let (why, passing) = unreachable(error);
            Error::Connect { to: self.base.authority().to_owned(), why: self.shown(&why), passing }
        } else if error.is_timeout() {
            Error::Broken { why: "no response before the timeout".to_owned() }
        } else {
            Error::Broken { why: self.shown(&last(error)) }
        }
    }

    /// Text from outside, made fit to show: one line, not too long, without key material.
    pub(super) fn shown(&self, text: &str) -> String {
        // Redact first, after removing characters that could split a key.
        let plain: String = text.chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect();
        let line = self.key.redact(&plain).split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(300).collect()
    }
}
