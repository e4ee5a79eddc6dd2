//! How fast a large organization is fetched, and in how much memory: the real binary, against a server on loopback that
//! makes up its answers as it goes and never says "too fast". `cargo bench --bench fetch`; `ROLELINT_BENCH_USERS` sets
//! the size, 200,000 without it; `ROLELINT_BENCH_FOLDER` says where the snapshot and the journal are written, in memory
//! without it.
//!
//! The floor is the same server asked for nothing but the roles of each user by a bare client, which is a thread of this
//! process. The server is another thread of it, so its time and memory are not those of the fetch.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const ROLES: usize = 60;
const GROUPS: usize = 500;
const PROJECTS: usize = 100;

/// How many requests the server answered.
static ANSWERED: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let users = std::env::var("ROLELINT_BENCH_USERS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let address = serve(users);
    let floor = floor(address, users);
    let plain = Rate::new(users, floor.wall, floor.ticks);
    // Where a file costs no disk, if there is such a place: it is the collection that is measured.
    let memory = Path::new("/dev/shm");
    let folder = match std::env::var_os("ROLELINT_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder),
        None if memory.is_dir() => tempfile::tempdir_in(memory),
        None => tempfile::tempdir(),
    };
    let folder = folder.expect("a temporary folder");
    ANSWERED.store(0, Ordering::Relaxed);
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolelint"))
        .args([
            "fetch",
            "-o",
            "org.jsonl",
            "--concurrency",
            "32",
            "--quiet",
            "--base-url",
            &format!("http://{address}/v1"),
        ])
        .env_remove("ROLELINT_BENCH_USERS")
        .env_remove("ROLELINT_BENCH_FOLDER")
        .env("OPENAI_ADMIN_KEY", "sk-admin-bench-0123456789")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .spawn()
        .expect("the binary can be started");
    let (mut peak, mut busy) = (0, 0);
    let status = loop {
        peak = peak_memory(child.id()).unwrap_or(peak);
        busy = ticks(&child.id().to_string()).unwrap_or(busy);
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    let took = began.elapsed();
    let size = std::fs::metadata(folder.path().join("org.jsonl")).expect("a snapshot").len();
    println!("{users} users, {GROUPS} groups, {PROJECTS} projects: a snapshot of {} MB", size / 1_000_000);
    let fetch = Rate::new(ANSWERED.load(Ordering::Relaxed), took, busy);
    println!("{:<28} {:>8} {:>8} {:>10} {:>12}", "", "s", "requests", "per second", "µs CPU each");
    println!("{:<28} {plain}", "floor, roles of each user");
    println!("{:<28} {fetch}", "fetch, all there is");
    println!("CPU of a request, of the floor: {:.2}", fetch.cpu / plain.cpu);
    println!("peak memory of the fetch: {} MB, {} bytes a user", peak / 1024, peak * 1024 / users);
}

/// How fast requests were made.
struct Rate {
    requests: usize,
    seconds: f64,
    per_second: f64,
    /// Microseconds for each.
    cpu: f64,
}

impl Rate {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn new(requests: usize, wall: Duration, ticks: u64) -> Self {
        let (seconds, count) = (wall.as_secs_f64(), requests as f64);
        Self { requests, seconds, per_second: count / seconds, cpu: ticks as f64 * 1e4 / count }
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { requests, seconds, per_second, cpu } = self;
        write!(f, "{seconds:>8.2} {requests:>8} {per_second:>10.0} {cpu:>12.0}")
    }
}

/// The most memory of a process so far, in kilobytes, where the system tells.
fn peak_memory(process: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The processor time of a process or thread so far, in hundredths of a second, where the system tells. Its name has no
/// spaces.
fn ticks(process: &str) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.split_whitespace().skip(13).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

/// The time of the floor.
struct Floor {
    wall: Duration,
    /// Processor time, in hundredths of a second.
    ticks: u64,
}

/// Asks for the roles of each user, 32 at a time, and throws the answers away. Everything happens on this thread.
fn floor(address: SocketAddr, users: usize) -> Floor {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    rustls::crypto::ring::default_provider().install_default().expect("nobody was before");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let (began, before) = (Instant::now(), ticks("thread-self").unwrap_or(0));
        let asking = (0..users).map(|user| {
            let request = client.get(format!("http://{address}/v1/organization/users/user_{user:09}/roles"));
            async move { request.send().await.expect("an answer").bytes().await.expect("a body").len() }
        });
        futures_util::stream::iter(asking).buffer_unordered(32).for_each(async |_| ()).await;
        Floor { wall: began.elapsed(), ticks: ticks("thread-self").unwrap_or(0) - before }
    })
}

/// Serves from a thread of its own, as long as the process lives.
fn serve(users: usize) -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            while let Ok((stream, _)) = listener.accept().await {
                let service = service_fn(move |request: hyper::Request<Incoming>| async move {
                    let body = answer(request.uri().path(), request.uri().query().unwrap_or_default(), users);
                    Ok::<_, Infallible>(hyper::Response::new(Whole(Some(Bytes::from(body)))))
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
    });
    address
}

/// A body in one piece.
struct Whole(Option<Bytes>);

impl hyper::body::Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(self.0.take().map(|bytes| Ok(hyper::body::Frame::data(bytes))))
    }
}

fn answer(path: &str, query: &str, users: usize) -> String {
    ANSWERED.fetch_add(1, Ordering::Relaxed);
    let segments: Vec<&str> = path.split('/').skip(2).collect();
    let number = |id: &str| id.rsplit('_').next().and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
    match segments[..] {
        ["organization", "roles"] => page((0..ROLES).map(|at| role(at, "organization", "null")), None),
        ["organization", "users"] => {
            let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).map_or(0, |id| number(id) + 1);
            let until = users.min(after + 100);
            page((after..until).map(user), (until < users).then(|| format!("user_{:09}", until - 1)))
        }
        ["organization", "users", id, "roles"] => {
            let user = number(id);
            let source = format!(r#"[{{"principal_type":"user","principal_id":"{id}"}}]"#);
            page((0..4).map(|at| role((user * 7 + at * 13) % ROLES, "organization", &source)), None)
        }
        ["organization", "groups"] => page((0..GROUPS).map(group), None),
        ["organization", "groups", id, "users"] => {
            let group = number(id);
            page((0..200).map(|at| user((group * 200 + at) % users)), None)
        }
        ["organization", "projects"] => page((0..PROJECTS).map(project), None),
        ["organization", "projects", id, "users"] => {
            let project = number(id);
            page((0..100).map(|at| user((project * 100 + at) % users)), None)
        }
        ["projects", _, "users", id, "roles"] => {
            let source = format!(r#"[{{"principal_type":"user","principal_id":"{id}"}}]"#);
            page(std::iter::once(role(number(id) % 5, "project", &source)), None)
        }
        ["projects", _, "roles"] => page((0..5).map(|at| role(at, "project", "null")), None),
        // The key that asks.
        ["organization", "admin_api_keys"] => page(std::iter::once(ADMIN_KEY.to_owned()), None),
        _ => page(std::iter::empty(), None),
    }
}

const ADMIN_KEY: &str = r#"{"object":"organization.admin_api_key","id":"key_bench","name":"bench","created_at":1711471533,"last_used_at":1780000000,"expires_at":null,"owner":{"type":"user","id":"user_000000001","name":"User number 1"}}"#;

fn page(items: impl Iterator<Item = String>, more: Option<String>) -> String {
    let data = items.collect::<Vec<_>>().join(",");
    let (has_more, last) = (more.is_some(), more.map_or("null".to_owned(), |id| format!("\"{id}\"")));
    format!(r#"{{"object":"list","data":[{data}],"has_more":{has_more},"next":null,"last_id":{last}}}"#)
}

fn role(at: usize, scope: &str, sources: &str) -> String {
    let mut permissions = String::new();
    for number in 0..20 {
        write!(permissions, r#"{}"api.area{:03}.read""#, if number > 0 { "," } else { "" }, at * 3 + number)
            .expect("writing to a string cannot fail");
    }
    format!(
        r#"{{"id":"role_{scope}_{at:04}","name":"Role {at} of the {scope}","description":"What role {at} is for","permissions":[{permissions}],"resource_type":"api.{scope}","predefined_role":false,"created_at":1711471533,"updated_at":1711472599,"created_by":"user_000000001","metadata":{{}},"assignment_sources":{sources}}}"#
    )
}

fn user(at: usize) -> String {
    format!(
        r#"{{"object":"organization.user","id":"user_{at:09}","name":"User number {at}","email":"user{at:09}@acme.example","role":"reader","added_at":1711471533,"created":1711471533,"is_service_account":false,"is_scim_managed":true,"api_key_last_used_at":1780000000,"user":{{"id":"user_{at:09}","enabled":true,"banned":false}}}}"#
    )
}

fn group(at: usize) -> String {
    format!(
        r#"{{"id":"group_{at:04}","name":"Group {at}","created_at":1711471533,"is_scim_managed":true,"group_type":"group"}}"#
    )
}

fn project(at: usize) -> String {
    format!(
        r#"{{"id":"proj_{at:04}","name":"Project {at}","created_at":1711471533,"status":"active","archived_at":null}}"#
    )
}
