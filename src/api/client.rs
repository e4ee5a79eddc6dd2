//! One GET request for one page: attempts, delays, and which responses are accepted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use backon::{ExponentialBuilder, Retryable as _};
use httpdate::parse_http_date;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::connect::{base_url, certificates, last, look_at_the_proxy, unreachable};
use super::endpoint::Endpoint;
use super::error::Error;
use super::journal::{Identity, Journal};
use super::key::{Key, without_keys};
use super::pace::Pace;
use super::pagination::Purpose;
use super::retry_after;
use super::status::{message, missing_scope};
use super::unreadable::without_unreadable;
use crate::escape::is_hidden;
use crate::time::Time;

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
    /// What for.
    pub look: Purpose,
}

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
    unkept: Mutex<Option<Error>>,
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
    pub fn new(key: Key, options: &Options) -> Result<Self, Error> {
        let base = base_url(&options.base_url)?;
        if key.is_in(base.as_str()) {
            return Err(Error::BaseUrl { host: String::new(), why: "it contains the key".to_owned() });
        }
        // Fails only if a provider is already installed, which is fine.
        rustls::crypto::ring::default_provider().install_default().unwrap_or(());
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, key.header());
        if let Some(organization) = &options.organization {
            // The journal contains it.
            if key.is_in(organization) {
                return Err(Error::Setup { why: "the organization id contains the key".to_owned() });
            }
            let value = HeaderValue::from_str(organization)
                .map_err(|_| Error::Setup { why: "the organization id is not valid in a header".to_owned() })?;
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
            .map_err(|error| Error::Setup { why: last(&error).replace("unexpected error: ", "") })?;
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
    /// collection started and how many responses it contains.
    ///
    /// # Errors
    ///
    /// It belongs to another API, organization, key or version; another run is using it; it cannot be read or written.
    pub fn journal(&mut self, path: &Path, organization: Option<&str>, now: Time) -> Result<(Time, usize), Error> {
        let identity = Identity { api: self.base(), organization, key: &self.key };
        let journal = Journal::open(path, identity, now)?;
        let begun = (journal.began, journal.answers());
        self.journal = Some(journal);
        Ok(begun)
    }

    /// Removes the journal once the snapshot is written.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn finish(self) -> Result<(), Error> {
        self.journal.map_or(Ok(()), Journal::remove)
    }

    /// The error that stopped the journal, if any. Its content stays.
    pub fn broke_off(&self) -> Option<Error> {
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
            .adjust(|error, delay| match error {
                Error::Connect { .. } => {
                    unreachable += 1;
                    delay.filter(|_| unreachable <= CONNECT_RETRIES)
                }
                Error::Passing { wait: Some(wait), .. } => delay.and((*wait <= LONGEST_ASKED).then_some(*wait)),
                Error::EmptyKey
                | Error::MalformedKey
                | Error::BaseUrl { .. }
                | Error::Setup { .. }
                | Error::CaFile { .. }
                | Error::Proxy { .. }
                | Error::Journal { .. }
                | Error::JournalBusy { .. }
                | Error::JournalLock { .. }
                | Error::JournalForeign { .. }
                | Error::Denied { .. }
                | Error::NotFound { .. }
                | Error::Status { .. }
                | Error::Passing { .. }
                | Error::Redirect { .. }
                | Error::Broken { .. }
                | Error::Truncated
                | Error::TooLarge { .. }
                | Error::NotJson { .. }
                | Error::Shape { .. }
                | Error::Pagination { .. }
                | Error::Tripped(_)
                | Error::Unkept
                | Error::Deadline
                | Error::Id { .. } => delay,
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
        }
        body = without_unreadable(body);
        if get.endpoint.shows_keys {
            body = without_keys(body)?;
        }
        let answer = self.read(&body, &headers)?;
        let organization = self.organization_in(&headers);
        self.organizations().extend(organization.clone());
        if let Some(journal) = &self.journal {
            let body = std::str::from_utf8(&body).expect("nothing else is read");
            if let Err(error) = journal.keep(&get.name(), body, organization.as_deref()) {
                self.unkept().get_or_insert(error);
                return Err(Error::Unkept);
            }
        }
        Ok(answer)
    }

    async fn carry(&self, url: Url) -> Result<(StatusCode, HeaderMap, Vec<u8>), Error> {
        match &self.carrier {
            Carrier::Http(http) => {
                let response = http.get(url).send().await.map_err(|error| self.broken(&error))?;
                Ok((response.status(), response.headers().clone(), self.body(response).await?))
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

    fn unkept(&self) -> MutexGuard<'_, Option<Error>> {
        self.unkept.lock().expect("no thread panics while it holds the error")
    }

    /// What a response calls the organization: its id or a short name.
    fn organization_in(&self, headers: &HeaderMap) -> Option<String> {
        let text = self.shown(headers.get(ORGANIZATION)?.to_str().ok()?);
        (!text.is_empty()).then_some(text)
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

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > LARGEST << 20 {
                return Err(Error::TooLarge { limit: LARGEST });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8], headers: &HeaderMap) -> Result<T, Error> {
        // serde accepts a list of values in the right order instead of an object. The API never sends one.
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(Error::Shape { what: "a list instead of an object".to_owned() });
        }
        // serde does not validate the bytes that it skips.
        let json = std::str::from_utf8(body).map_err(|_| Error::NotJson { what: "it is not UTF-8".to_owned() })?;
        serde_json::from_str(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Error::Shape { what: self.shown(&error.to_string()) },
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
    fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
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

    fn broken(&self, error: &reqwest::Error) -> Error {
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
    fn shown(&self, text: &str) -> String {
        // Redact first, after removing characters that could split a key.
        let plain: String = text.chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect();
        let line = self.key.redact(&plain).split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(300).collect()
    }
}

impl PageRequest<'_> {
    /// What the journal calls it.
    fn name(&self) -> String {
        let look = match self.look {
            Purpose::First => "",
            Purpose::ForNews => " for news",
            Purpose::ForTheGone => " for the gone",
        };
        format!("{}?{}{look}", self.path, self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::endpoint;
    use crate::api::page::Page;
    use crate::api::wire::ApiKey;
    use crate::org::Collection;

    fn options() -> Options {
        let (timeout, retry_delay) = (Duration::from_secs(30), Duration::from_millis(500));
        let base_url = "http://127.0.0.1/v1".to_owned();
        let (organization, rate, deadline, ca_file) = (None, None, None, None);
        Options { base_url, organization, timeout, retry_delay, concurrency: 8, rate, deadline, ca_file }
    }

    /// What happens to a response to the list of admin keys, and what the journal then contains.
    fn journalled(status: u16, headers: HeaderMap, body: &'static [u8]) -> (Result<Page<ApiKey>, Error>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        let memory = Memory(Box::new(move |_| ((status, headers.clone(), body.to_vec()), Duration::ZERO)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let answer = runtime.expect("a runtime").block_on(async {
            let mut client = Client::in_memory(memory, Key::new("Sess-ABCDEF0123456789").expect("a key"), &options());
            client.journal(&path, None, 0).expect("begun");
            let endpoint = endpoint::of(Collection::AdminApiKeys);
            let get = PageRequest {
                endpoint,
                path: endpoint.template,
                query: "limit=100",
                or_empty: None,
                look: Purpose::First,
            };
            client.get(get).await
        });
        (answer, std::fs::read_to_string(&path).expect("text"))
    }

    #[test]
    fn a_body_that_only_a_lenient_parser_accepts_is_refused_and_not_kept() {
        let bodies: [&[u8]; 3] = [
            b"{\"object\":\xff,\"data\":[],\"has_more\":false}",
            br#"{"data":[{"id":"a","redacted_value":"piece","x":1e999}],"has_more":false}"#,
            br#"{"data":[{"id":"a","redacted_value":"piece"}],"has_more":"no"}"#,
        ];
        for body in bodies {
            let (answer, kept) = journalled(200, HeaderMap::new(), body);
            answer.expect_err("it is none");
            assert!(!kept.contains("piece") && kept.lines().count() == 1, "{kept}");
        }
    }

    #[test]
    fn unreadable_text_in_a_response_is_noted_and_the_rest_is_kept() {
        let (answer, kept) = journalled(
            200,
            HeaderMap::new(),
            br#"{"data":[{"id":"a","redacted_value":"piece","name":"\ud800"}],"has_more":false}"#,
        );
        let page = answer.expect("a page");
        assert_eq!((page.unreadable[0].id.as_str(), page.unreadable[0].field.as_str()), ("a", "name"));
        assert!(page.data[0].name.is_missing());
        assert!(!kept.contains("piece") && kept.lines().count() == 2 && kept.contains("unreadable"), "{kept}");
    }

    #[test]
    fn a_redirect_to_a_host_that_is_the_key_does_not_show_it() {
        let headers =
            HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("https://Sess-ABCDEF0123456789.example/"))]);
        let (answer, _) = journalled(302, headers, b"");
        let error = answer.expect_err("not followed").to_string();
        assert!(!error.to_lowercase().contains("abcdef"), "{error}");
    }

    #[test]
    fn options_that_contain_the_key_are_refused_and_any_deadline_is_accepted() {
        let key = || Key::new("Sess-ABCDEF0123456789").expect("a key");
        let organization = Some("Sess-ABCDEF0123456789".to_owned());
        let base_url = "https://host/Sess-ABCDEF0123456789".to_owned();
        for options in [Options { organization, ..options() }, Options { base_url, ..options() }] {
            let error = Client::new(key(), &options).expect_err("it contains the key").to_string();
            assert!(error.contains("contains the key") && !error.contains("ABCDEF"), "{error}");
        }
        let longest = Options { deadline: Some(Duration::MAX), ..options() };
        assert!(!Client::new(key(), &longest).expect("a client").overdue());
    }
}
