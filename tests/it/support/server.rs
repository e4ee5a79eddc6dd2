//! Servers on loopback, each from a thread of its own, and a proxy.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// A running server; dropping it closes its connections and its port.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves every connection to a free port of this address, if the machine has it.
    pub fn start<F>(at: IpAddr, serve: impl Fn(TcpStream) -> F + Send + 'static) -> std::io::Result<Server>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind((at, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("the socket is non-blocking");
                tokio::spawn(async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        tokio::spawn(serve(stream));
                    }
                });
                stopped.await.unwrap_or(());
            });
        });
        Ok(Server { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic in the server has already been printed, and a panic in a drop would abort the tests.
            let _ = thread.join();
        }
    }
}

/// What a proxy does when it is asked to connect.
#[derive(Clone, Copy)]
pub enum Way {
    /// Leads there, whatever host it is asked for.
    To(SocketAddr),
    /// Answers with this, and hangs up.
    Refuses(&'static str),
}

/// An HTTP proxy that knows `CONNECT`.
pub struct Proxy {
    server: Server,
    heads: Arc<Mutex<Vec<String>>>,
    passed: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    pub fn start(way: Way) -> Proxy {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let passed = Arc::new(Mutex::new(Vec::new()));
        let (log, tap) = (Arc::clone(&heads), Arc::clone(&passed));
        let serve = move |stream| tunnel(stream, way, Arc::clone(&log), Arc::clone(&tap));
        let server = Server::start(Ipv4Addr::LOCALHOST.into(), serve).expect("loopback has a free port");
        Proxy { server, heads, passed }
    }

    /// What to set `HTTPS_PROXY` to.
    pub fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}{}", self.server.address)
    }

    /// Each request for a connection: its line and its headers.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no test panics here").clone()
    }

    /// All that went through, in both directions.
    pub fn passed(&self) -> Vec<u8> {
        self.passed.lock().expect("no test panics here").clone()
    }
}

async fn tunnel(mut stream: TcpStream, way: Way, heads: Arc<Mutex<Vec<String>>>, passed: Arc<Mutex<Vec<u8>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    heads.lock().expect("no test panics here").push(String::from_utf8_lossy(&head).into_owned());
    let there = match way {
        Way::To(address) => TcpStream::connect(address).await.expect("there is a server"),
        Way::Refuses(answer) => return stream.write_all(answer.as_bytes()).await.unwrap_or(()),
    };
    if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
        let ((from, to), (from_there, to_there)) = (stream.into_split(), there.into_split());
        tokio::join!(pass(from, to_there, &passed), pass(from_there, to, &passed));
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, passed: &Mutex<Vec<u8>>) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        passed.lock().expect("no test panics here").extend_from_slice(&buffer[..read]);
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
