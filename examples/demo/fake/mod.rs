//! A fake Admin API on loopback, for the demo and the tests.
//!
//! It speaks real HTTP/1.1 with keep-alive, and can be told to misbehave ([`Behaviour`]). Everything is deterministic: no
//! randomness and, but for [`What::Slow`] and [`Throttle`], no clock. It only reads, and knows the lists that bear on
//! access. [`InMemory`] is the same without HTTP.
//!
//! ```no_run
//! let api = FakeApi::start(Organization::acme(), Behaviour::default());
//! // point a client with the key `KEY` at api.base_url(), then look at api.requests()
//! ```
#![allow(dead_code, unused_imports, reason = "the demo and the tests each use a part of it")]

mod answer;
mod audit;
mod faults;
mod invite;
mod keys;
mod log;
mod memory;
mod org;
mod pages;
mod planted;
mod project;
mod project_roles;
mod query;
mod role;
mod routes;
mod strike;
#[cfg(test)]
mod tests;
mod throttle;

use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use hyper::body::Incoming;
use hyper::header::HeaderName;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use answer::Payload;
pub use audit::Event;
pub use faults::{Behaviour, Fault, Turn, What, When};
pub use invite::{Invite, InviteProject};
pub use keys::{AdminApiKey, ApiKey};
pub use memory::InMemory;
pub use org::{Group, Organization, User};
pub use project::{Project, ProjectGroup, ProjectUser, ServiceAccount};
pub use role::Role;
use strike::Outcome;
pub use throttle::Throttle;

/// The only key that the fake accepts.
pub const KEY: &str = "sk-admin-fake-0123456789abcdefghij";

/// A running fake; dropping it closes its connections and its port.
pub struct FakeApi {
    address: SocketAddr,
    memory: Arc<InMemory>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A request that arrived, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, unless the client is wrong.
    pub method: String,
    /// The path as sent: with `/v1`, still percent-encoded.
    pub path: String,
    /// The query as sent, without the question mark; empty if there was none.
    pub query: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `OpenAI-Organization` header.
    pub organization: Option<String>,
    /// The status of the answer; `None` if there was no answer ([`What::Reset`], [`What::Hang`]).
    pub status: Option<u16>,
    /// The name of the [`What`] that struck, if one did: `"TooManyRequests"`, `"SameCursor"`, …
    pub fault: Option<&'static str>,
    /// Whether it came before the time that [`Throttle`] had named for its endpoint, maybe to another request.
    pub early: bool,
}

impl FakeApi {
    /// Serves `organization` on a free port of 127.0.0.1, from a thread of its own: the caller needs no async runtime.
    pub fn start(organization: Organization, behaviour: Behaviour) -> FakeApi {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a socket can be made non-blocking");
        let address = listener.local_addr().expect("a bound socket has an address");
        let memory = Arc::new(InMemory::new(organization, behaviour));
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&memory);
        let thread = thread::spawn(move || serve(listener, serving, stopped));
        FakeApi { address, memory, stop: Some(stop), thread: Some(thread) }
    }

    /// What to give a client for `https://api.openai.com/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Ends all faults, and forgets the requests until now, also for the throttle. What hangs goes on hanging.
    pub fn heal(&self) {
        self.memory.heal();
    }

    /// From now on, these are the faults. The requests until now are forgotten.
    pub fn fail(&self, faults: Vec<Fault>) {
        self.memory.fail(faults);
    }

    /// Changes the organization between two requests.
    pub fn change(&self, change: impl FnOnce(&mut Organization)) {
        self.memory.change(change);
    }

    /// All requests until now, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.memory.requests()
    }
}

impl Drop for FakeApi {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic in the server has already been printed, and a panic in a drop would abort the tests.
            let _ = thread.join();
        }
    }
}

/// Runs until `stopped` loses its sender; the runtime takes all connections with it.
fn serve(listener: std::net::TcpListener, memory: Arc<InMemory>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).expect("the socket is non-blocking");
        tokio::spawn(accept(listener, memory));
        let _ = stopped.await;
    });
}

async fn accept(listener: TcpListener, memory: Arc<InMemory>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&memory)));
    }
}

async fn connection(stream: TcpStream, memory: Arc<InMemory>) {
    let service = service_fn(|request| respond(request, Arc::clone(&memory)));
    let mut connection = http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
    let ended = (&mut connection).await;
    let reset = ended.is_err_and(|error| error.source().is_some_and(<dyn Error>::is::<Reset>));
    if reset {
        let stream = connection.into_parts().io.into_inner();
        // With no time to linger, closing the socket sends a reset instead of an orderly end.
        stream.set_zero_linger().expect("an open socket takes options");
    }
}

async fn respond(request: hyper::Request<Incoming>, memory: Arc<InMemory>) -> Result<hyper::Response<Payload>, Reset> {
    match memory.decide(Request::from_http(&request)) {
        Outcome::Answer { answer, delay } => {
            // Even no time at all would be a millisecond of sleep.
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            Ok(answer.into_http())
        }
        Outcome::Hang => std::future::pending().await,
        Outcome::Reset => Err(Reset),
    }
}

impl Request {
    fn from_http(request: &hyper::Request<Incoming>) -> Request {
        let header = |name: HeaderName| {
            let value = request.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        Request {
            authorization: header(hyper::header::AUTHORIZATION),
            organization: header(HeaderName::from_static("openai-organization")),
            ..Request::new(request.method().as_str(), path, query)
        }
    }

    /// Without headers, and before anything became of it.
    fn new(method: &str, path: &str, query: &str) -> Request {
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: None,
            organization: None,
            status: None,
            fault: None,
            early: false,
        }
    }

    /// The endpoint that was asked: the path after `/v1`, with `*` for each id.
    pub fn template(&self) -> String {
        routes::template(self.route())
    }

    /// The API key, or nothing if the header is absent or of another kind.
    fn key(&self) -> Option<&str> {
        self.authorization.as_deref()?.strip_prefix("Bearer ")
    }

    /// The path after `/v1`, as fault patterns and routes see it.
    fn route(&self) -> &str {
        self.path.strip_prefix("/v1").unwrap_or_default()
    }
}

/// The error by which the service tells its connection to reset.
#[derive(Debug)]
struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("reset by a fault")
    }
}

impl Error for Reset {}
