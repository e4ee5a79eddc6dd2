//! The fake Admin API over TLS, with certificates of an authority that exists for one test.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::support::fake::{Behaviour, InMemory, Organization};
use crate::support::server::Server;

/// What the API's certificate is for, unless it is the wrong one. No name service knows the last.
pub const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "::1", "api.example"];
/// From the beginning of one year to that of another: always, as far as tests go.
pub const ALWAYS: Range<i32> = 2020..2099;

/// Who signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and the key to it.
pub struct Certified {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name = distinguished(name);
        Authority(CertifiedIssuer::self_signed(parameters, key()).expect("an authority can sign for itself"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate, for these names and from the beginning of one year to that of another.
    pub fn certify(&self, names: &[&str], years: Range<i32>) -> Certified {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut parameters = CertificateParams::new(names).expect("these are names");
        parameters.distinguished_name = distinguished("server");
        parameters.not_before = date_time_ymd(years.start, 1, 1);
        parameters.not_after = date_time_ymd(years.end, 1, 1);
        let key = key();
        let certificate = parameters.signed_by(&key, &self.0).expect("an authority can sign");
        Certified { certificate: certificate.der().clone(), key }
    }
}

/// A certificate that its own key has signed, and that is an authority's and a server's at once.
pub fn self_signed() -> (Certified, String) {
    let mut parameters = CertificateParams::new(NAMES.map(str::to_owned)).expect("these are names");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = key();
    let certificate = parameters.self_signed(&key).expect("a key can sign for itself");
    (Certified { certificate: certificate.der().clone(), key }, certificate.pem())
}

fn distinguished(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn key() -> KeyPair {
    KeyPair::generate().expect("there is randomness")
}

/// ACME's API over TLS, with nothing wrong but what its certificate says.
pub struct SecureApi {
    pub server: Server,
    versions: Arc<Mutex<Vec<Version>>>,
}

impl SecureApi {
    /// Speaks HTTP/1.1.
    pub fn start(certified: Certified) -> SecureApi {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), certified, &[]).expect("loopback has a free port")
    }

    /// Listens at this address, if the machine has it, and offers these protocols.
    pub fn start_at(at: IpAddr, certified: Certified, protocols: &[&str]) -> std::io::Result<SecureApi> {
        let Certified { certificate, key } = certified;
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())
            .expect("the key is the certificate's");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let memory = Arc::new(InMemory::new(Organization::acme(), Behaviour::default()));
        let versions = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&versions);
        let serve = move |stream| connection(acceptor.clone(), stream, Arc::clone(&memory), Arc::clone(&log));
        Ok(SecureApi { server: Server::start(at, serve)?, versions })
    }

    /// Where a client that calls the server by this name finds the API.
    pub fn base_url(&self, host: &str) -> String {
        format!("https://{host}:{}/v1", self.server.address.port())
    }

    /// The version of HTTP of each request.
    pub fn versions(&self) -> Vec<Version> {
        self.versions.lock().expect("no test panics here").clone()
    }
}

/// Serves one connection, in the protocol that was agreed on. Who goes away early is the client's business.
async fn connection(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    memory: Arc<InMemory>,
    versions: Arc<Mutex<Vec<Version>>>,
) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let service = service_fn(move |request: Request<Incoming>| {
        versions.lock().expect("no test panics here").push(request.version());
        std::future::ready(Ok::<_, Infallible>(respond(&request, &memory)))
    });
    let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    let served = if h2 {
        http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await
    } else {
        http1::Builder::new().serve_connection(stream, service).await
    };
    served.unwrap_or(());
}

fn respond(request: &Request<Incoming>, memory: &InMemory) -> Response<String> {
    let asked = request.uri().path_and_query().expect("a request has a path").as_str();
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let (status, headers, body) = memory.answer(asked, key);
    let response = headers
        .into_iter()
        .fold(Response::builder().status(status), |response, (name, value)| response.header(name, value));
    response.body(String::from_utf8(body).expect("answers are text")).expect("the fake's headers are valid")
}
