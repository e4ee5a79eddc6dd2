//! One GET request for one page: attempts, delays, and which responses are accepted. It is long
//! because everything that ever sends the key is in one file.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use backon::{ExponentialBuilder, Retryable as _};
use httpdate::parse_http_date;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url, redirect};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::connect::{base_url, certificates, last, look_at_the_proxy};
use super::error::Error;
use super::journal::{Identity, Journal, JournalError};
use super::key::{Key, without_keys};
use super::pace::Pace;
use super::setup::SetupError;
use super::unreadable::without_unreadable;
use crate::time::Time;

mod request;
mod response;

pub(crate) use request::PageRequest;
pub use request::{Options, Purpose};

/// The header that names an organization, in requests and responses.
const ORGANIZATION: &str = "openai-organization";
/// The largest page, in MiB.
const LARGEST: usize = 32;
/// Retries of one page.
const RETRIES: usize = 9;
/// Retries if the host does not respond at all.
const CONNECT_RETRIES: usize = 3;
/// The longest delay before the next attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// If the API asks for a longer pause than this, we do not wait for it.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// The body to use instead of a response that means that there is nothing to list.
const EMPTY: &[u8] = br#"{"object":"list","data":[],"has_more":false,"next":null}"#;

/// How requests are sent.
#[derive(Debug)]
enum Carrier {
    Http(reqwest::Client),
    /// For tests and fuzzing in virtual time, which real sockets do not support.
    #[cfg(any(test, fuzzing))]
    Memory(Memory),
}

/// Status, headers and body for a path with its query, and how long that takes.
#[cfg(any(test, fuzzing))]
pub(crate) struct Memory(pub Box<Answering>);
#[cfg(any(test, fuzzing))]
type Answering = dyn Fn(&str) -> ((u16, HeaderMap, Vec<u8>), Duration) + Send + Sync;

#[cfg(any(test, fuzzing))]
impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

/// A client of the Admin API that can do nothing but read.
#[derive(Debug)]
pub struct Client {
    carrier: Carrier,
    base: Url,
    key: Key,
    pace: Pace,
    journal: Option<Journal>,
    /// The error that stopped the journal, if any.
    unkept: Mutex<Option<JournalError>>,
    retry_delay: Duration,
    deadline: Option<Instant>,
    /// The organizations that responses name in a header.
    organizations: Mutex<BTreeSet<String>>,
    /// How far the API's clock was ahead of ours, in seconds, in the last response with a date.
    skew: AtomicI64,
    /// Maximum number of concurrent requests.
    pub concurrency: usize,
}

impl Client {
    /// Sets up the client; sends no requests yet.
    ///
    /// # Errors
    ///
    /// The base URL is invalid or would send the key in plain text, or there are no CA certificates.
    pub fn new(key: Key, options: &Options) -> Result<Self, SetupError> {
        let base = base_url(&options.base_url)?;
        if key.is_in(base.as_str()) {
            return Err(SetupError::BaseUrl { host: String::new(), why: "it contains the key".to_owned() });
        }
        // Fails only if a provider is already installed, which is fine.
        rustls::crypto::ring::default_provider().install_default().unwrap_or(());
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, key.header());
        if let Some(organization) = &options.organization {
            // The journal contains it.
            if key.is_in(organization) {
                return Err(SetupError::HttpClient { why: "the organization id contains the key".to_owned() });
            }
            let value = HeaderValue::from_str(organization).map_err(|_| SetupError::HttpClient {
                why: "the organization id is not valid in a header".to_owned(),
            })?;
            headers.insert(HeaderName::from_static(ORGANIZATION), value);
        }
        let trusted = options.ca_file.as_deref().map(certificates).transpose()?.unwrap_or_default();
        let builder = reqwest::Client::builder();
        let http = if base.scheme() == "http" {
            // Plain HTTP is only for this machine; a proxy would take the key elsewhere. No certificates are needed.
            builder.no_proxy().tls_certs_only([])
        } else {
            look_at_the_proxy()?;
            builder.tls_certs_merge(trusted)
        };
        let http = http
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .timeout(options.timeout)
            // Shorter than the timeout of the attempt, so that the error differs from that of a server that does not
            // respond.
            .connect_timeout((options.timeout / 2).min(Duration::from_secs(10)))
            .build()
            .map_err(|error| SetupError::HttpClient { why: last(&error).replace("unexpected error: ", "") })?;
        Ok(Self::over(Carrier::Http(http), base, key, options))
    }

    /// A client of an API in memory.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn in_memory(memory: Memory, key: Key, options: &Options) -> Self {
        let base = base_url(&options.base_url).expect("a base URL");
        Self::over(Carrier::Memory(memory), base, key, options)
    }

    fn over(carrier: Carrier, base: Url, key: Key, options: &Options) -> Self {
        let concurrency = options.concurrency.max(1);
        Self {
            carrier,
            base,
            key,
            pace: Pace::new(options.rate, concurrency),
            journal: None,
            unkept: Mutex::new(None),
            retry_delay: options.retry_delay,
            // A deadline beyond the range of the clock means no deadline.
            deadline: options.deadline.and_then(|deadline| Instant::now().checked_add(deadline)),
            organizations: Mutex::default(),
            skew: AtomicI64::new(0),
            concurrency,
        }
    }

    /// Saves responses to a journal from now on, and uses the responses that are already in it. Returns when its
    /// collection started and how many responses it contains. A journal that was not started at one of
    /// these times starts over.
    ///
    /// # Errors
    ///
    /// It belongs to another API, organization, key or version; another run is using it; it cannot be read or written.
    pub fn journal(
        &mut self,
        path: &Path,
        organization: Option<&str>,
        now: Time,
        started: &RangeInclusive<Time>,
    ) -> Result<(Time, usize), JournalError> {
        let journal = Journal::open(path, self.identity(organization), now, started)?;
        let begun = (journal.began, journal.answers());
        self.journal = Some(journal);
        Ok(begun)
    }

    /// The name of a journal among those of other organizations and keys.
    pub fn journal_name(&self, organization: Option<&str>) -> String {
        self.identity(organization).file_name()
    }

    fn identity<'a>(&'a self, organization: Option<&'a str>) -> Identity<'a> {
        Identity { api: self.base(), organization, key: &self.key }
    }

    /// Removes the journal, if there is one: its purpose is fulfilled.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn finish(self) -> Result<(), JournalError> {
        self.journal.map_or(Ok(()), Journal::remove)
    }

    /// Whether responses are saved.
    pub fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    /// The error that stopped the journal, if any. Its content stays.
    pub fn broke_off(&self) -> Option<JournalError> {
        self.unkept().take()
    }

    /// The base URL.
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// How far the API's clock is ahead of ours, in seconds; zero if no response had a date.
    pub fn skew(&self) -> Time {
        self.skew.load(Ordering::Relaxed)
    }

    /// The organizations that the responses so far come from.
    pub(crate) fn told_organizations(&self) -> BTreeSet<String> {
        self.organizations().clone()
    }

    /// Whether the deadline has passed.
    pub fn overdue(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// The pace of each endpoint.
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Retries until there is a response or no hope of one.
    pub(crate) async fn get<T: DeserializeOwned>(&self, get: PageRequest<'_>) -> Result<T, Error> {
        let asked = get.name();
        if let Some(journal) = &self.journal
            && let Some(kept) = journal.answer(&asked)?
        {
            self.pace.patience.answered(get.endpoint);
            self.organizations().extend(kept.organization);
            return self.read(kept.body.as_bytes(), &HeaderMap::new());
        }
        match self.deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, self.insist(get)).await.unwrap_or(Err(Error::Deadline)),
            None => self.insist(get).await,
        }
    }

    /// Retries as long as that can help.
    async fn insist<T: DeserializeOwned>(&self, get: PageRequest<'_>) -> Result<T, Error> {
        let PageRequest { path, query, .. } = get;
        let url = format!("{}{path}?{query}", self.base());
        let url =
            Url::parse(&url).map_err(|_| Error::Shape { what: "a cursor that is not valid in a URL".to_owned() })?;
        let backoff = ExponentialBuilder::default()
            .with_min_delay(self.retry_delay)
            .with_max_delay(LONGEST_WAIT)
            .with_max_times(RETRIES)
            .with_jitter();
        let mut unreachable = 0;
        (|| self.in_turn(get, url.clone()))
            .retry(backoff)
            .when(Error::passing)
            .adjust(|error, delay| {
                if let Error::Connect { .. } = error {
                    unreachable += 1;
                    delay.filter(|_| unreachable <= CONNECT_RETRIES)
                } else if let Error::Passing { wait: Some(wait), .. } = error {
                    delay.and((*wait <= LONGEST_ASKED).then_some(*wait))
                } else {
                    delay
                }
            })
            .notify(|error, delay| tracing::debug!("GET {path}: {error}; retrying in {} ms", delay.as_millis()))
            .await
    }

    /// Sends the request at the endpoint's pace. A 429 does not count as an attempt; it only slows us down.
    async fn in_turn<T: DeserializeOwned>(&self, get: PageRequest<'_>, url: Url) -> Result<T, Error> {
        loop {
            let turn = self.pace.turn(get.endpoint).await.map_err(Error::Tripped)?;
            // If a response cannot be saved, there is no point in requesting it.
            if self.unkept().is_some() {
                return Err(Error::Unkept);
            }
            let answer = self.attempt(get, url.clone()).await;
            let Err(Error::Passing { status: 429, wait, message }) = answer else {
                if answer.is_ok() {
                    self.pace.granted(get.endpoint, turn.sent);
                }
                return answer;
            };
            tracing::debug!("GET {}: 429, {message}", url.path());
            let too_long = wait.is_some_and(|wait| wait > LONGEST_ASKED);
            if too_long || !self.pace.refused(get.endpoint, turn.sent, wait) {
                return Err(Error::Status { status: 429, message });
            }
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, get: PageRequest<'_>, url: Url) -> Result<T, Error> {
        let began = Instant::now();
        let path = url.path().to_owned();
        let (status, headers, body) = self.carry(url).await?;
        self.look_at_the_clock(&headers);
        let mut body = self.key.erase(body);
        tracing::debug!("GET {path}: {} in {} ms, {} bytes", status.as_u16(), began.elapsed().as_millis(), body.len());
        if get.or_empty == Some(status.as_u16()) {
            EMPTY.clone_into(&mut body);
        } else if status != StatusCode::OK {
            return Err(self.refused(status, &headers, &body));
        } else {
            body = Self::with_headers(body, &headers);
        }
        body = without_unreadable(body);
        if get.endpoint.shows_keys {
            body = without_keys(body)?;
        }
        let answer = self.read(&body, &headers)?;
        let organization = self.organization_in(&headers)?;
        self.organizations().extend(organization.clone());
        if let Some(journal) = &self.journal {
            let body = std::str::from_utf8(&body).expect("nothing else is read");
            if let Err(error) = journal.keep(&get.name(), body, organization.as_deref()) {
                self.unkept().get_or_insert(error);
                return Err(Error::Unkept);
            }
            journal.sync_soon();
        }
        Ok(answer)
    }

    async fn carry(&self, url: Url) -> Result<(StatusCode, HeaderMap, Vec<u8>), Error> {
        match &self.carrier {
            Carrier::Http(http) => {
                let mut response = http.get(url).send().await.map_err(|error| self.broken(&error))?;
                let headers = std::mem::take(response.headers_mut());
                Ok((response.status(), headers, self.body(response).await?))
            }
            #[cfg(any(test, fuzzing))]
            Carrier::Memory(Memory(answer)) => {
                let query = url.query().unwrap_or_default();
                let ((status, headers, body), takes) = answer(&format!("{}?{query}", url.path()));
                tokio::time::sleep(takes).await;
                Ok((StatusCode::from_u16(status).expect("a status"), headers, body))
            }
        }
    }

    fn unkept(&self) -> MutexGuard<'_, Option<JournalError>> {
        self.unkept.lock().expect("no thread panics while it holds the error")
    }

    /// What a response calls the organization: its id or a short name.
    ///
    /// # Errors
    ///
    /// The response names two.
    fn organization_in(&self, headers: &HeaderMap) -> Result<Option<String>, Error> {
        let named = headers.get_all(ORGANIZATION).iter().filter_map(|value| value.to_str().ok());
        let named: BTreeSet<String> = named.map(|text| self.shown(text)).filter(|text| !text.is_empty()).collect();
        let mut named = named.into_iter();
        match (named.next(), named.next()) {
            (Some(one), Some(other)) => Err(Error::Shape { what: format!("two organizations: {one} and {other}") }),
            (one, _) => Ok(one),
        }
    }

    fn organizations(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.organizations.lock().expect("no thread panics while it holds them")
    }

    fn look_at_the_clock(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(|text| parse_http_date(text).ok());
        let Some(date) = date else { return };
        let seconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        };
        self.skew.store(seconds(date) - seconds(SystemTime::now()), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
