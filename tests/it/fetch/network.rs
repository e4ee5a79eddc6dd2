//! Networks as they are: authorities of one's own, proxies, old and new protocols, wrong clocks. None of it is on the
//! internet.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use hyper::Version;
use serde_json::Value;

use crate::support::fake::{Behaviour, FakeApi, KEY, Organization};
use crate::support::harness::{Ran, Rolelint, acme, offline, rolelint, text};
use crate::support::server::{Proxy, Way};
use crate::support::tls::{ALWAYS, Authority, NAMES, SecureApi, self_signed};

/// What a proxy may want, as it is in a URL and as it is sent.
const CREDENTIALS: &str = "me:hushhush@";
const PASSWORD: &str = "hushhush";
const BASIC: &str = "bWU6aHVzaGh1c2g=";

/// One rule, which needs one list.
const RULE: &str =
    "version: 1\nrules:\n  - { id: asked, select: role, where: { scope: organization }, forbid: { name: None } }\n";

fn asks(base_url: &str) -> Rolelint {
    offline().env("OPENAI_BASE_URL", base_url).env("OPENAI_ADMIN_KEY", KEY)
}

/// A run that trusts this authority.
fn trusting(authority: &Authority, base_url: &str) -> Rolelint {
    asks(base_url).file("ca.pem", authority.pem()).env("ROLELINT_CA_FILE", "ca.pem")
}

/// Makes the whole report, which must be that over plain HTTP but for time and source.
#[track_caller]
fn reports_as_usual(run: Rolelint, flags: &[&str]) {
    static USUAL: LazyLock<Value> = LazyLock::new(|| report(rolelint(&acme()), &[]));
    assert_eq!(report(run, flags), *USUAL);
}

#[track_caller]
fn report(run: Rolelint, flags: &[&str]) -> Value {
    let run = run.args(["check", "--as-of", "2026-06-01", "--format", "json", "-vv"]);
    let ran = run.args(flags.iter().copied()).run().ends_with(1);
    shows_no_secret(&ran);
    ran.json().timeless()
}

/// Runs a check that gets no connection, and returns what it says of its one request.
#[track_caller]
fn says(run: Rolelint) -> String {
    let ran = run.check(RULE).args(["--format", "json", "-vv"]).run().ends_with(3);
    shows_no_secret(&ran);
    let report = ran.json();
    assert_eq!((report.state("roles"), report.answer("asked").as_str()), ("failed", "unknown"));
    text(&report.coverage("roles")["detail"]).to_owned()
}

/// The same, for a server that is called 127.0.0.1.
#[track_caller]
fn says_of(api: &SecureApi, run: impl Fn(&str) -> Rolelint) -> String {
    let (url, address) = (api.base_url("127.0.0.1"), api.server.address);
    let said = says(run(&url));
    let why = said.strip_prefix(&format!("GET /organization/roles: no connection to {address}: "));
    assert_eq!(api.versions(), [], "nothing was asked");
    why.unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[track_caller]
fn shows_no_secret(ran: &Ran) {
    for secret in [&KEY[8..], PASSWORD, BASIC] {
        assert!(!ran.everything().contains(secret), "{secret} is in\n{}", ran.everything());
    }
}

#[test]
fn a_private_ca_has_to_be_named() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let api = SecureApi::start(ours.certify(&NAMES, ALWAYS));
    let untrusted = "its certificate is signed by a CA that is not trusted; --ca-file FILE adds one";
    assert_eq!(says_of(&api, |url| trusting(&other, url)), untrusted);
    // Another authority that has the name of one that is trusted.
    assert_eq!(says_of(&api, |url| trusting(&Authority::new("ours"), url)), untrusted);
    let url = api.base_url("127.0.0.1");
    reports_as_usual(asks(&url).file("our.pem", ours.pem()), &["--ca-file", "our.pem"]);
    reports_as_usual(asks(&url).file("our.pem", ours.pem()).env("ROLELINT_CA_FILE", "our.pem"), &[]);
    reports_as_usual(trusting(&ours, &api.base_url("localhost")), &[]);
    // Whatever else is in the file.
    let both = format!("Two authorities.\n{}\n\n{}", other.pem(), ours.pem());
    reports_as_usual(asks(&url).file("both.pem", both), &["--ca-file", "both.pem"]);
}

/// Where the system's own store is a file.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn the_certificate_store_of_the_system_can_be_replaced() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let api = SecureApi::start(ours.certify(&NAMES, ALWAYS));
    let asks = |store: &Authority| {
        asks(&api.base_url("127.0.0.1")).file("store.pem", store.pem()).env("SSL_CERT_FILE", "store.pem")
    };
    assert!(says(asks(&other)).ends_with("not trusted; --ca-file FILE adds one"));
    reports_as_usual(asks(&ours), &[]);
    // One beside the other.
    reports_as_usual(asks(&other).file("our.pem", ours.pem()), &["--ca-file", "our.pem"]);
    let nowhere = |run: Rolelint| run.env("SSL_CERT_FILE", "nowhere.pem");
    let ran = nowhere(asks(&ours)).check(RULE).run().ends_with(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: cannot set up the HTTP client: No CA certificates were loaded from the system
      help: check that this machine has CA certificates; SSL_CERT_FILE names a file of them
    ");
    // Plain HTTP needs none.
    reports_as_usual(nowhere(rolelint(&acme())), &[]);
}

#[test]
fn the_error_distinguishes_a_wrong_host_name_from_an_untrusted_ca() {
    let ours = Authority::new("ours");
    let table = [
        (ours.certify(&["a.example", "127.0.0.9"], ALWAYS), "is for another host name: a.example, 127.0.0.9"),
        (ours.certify(&[], ALWAYS), "is for another host name"),
        (ours.certify(&NAMES, 2001..2002), "expired at 2002-01-01T00:00:00Z; is this machine's clock right?"),
        (ours.certify(&NAMES, 2090..2099), "is not valid before 2090-01-01T00:00:00Z; is this machine's clock right?"),
    ];
    for (certified, wrong) in table {
        let api = SecureApi::start(certified);
        assert_eq!(says_of(&api, |url| trusting(&ours, url)), format!("its certificate {wrong}"));
    }
    // What `openssl req -x509` makes, also if it is trusted.
    let (certified, pem) = self_signed();
    let api = SecureApi::start(certified);
    let said = says_of(&api, |url| asks(url).file("ca.pem", &pem).env("ROLELINT_CA_FILE", "ca.pem"));
    assert_eq!(said, "its certificate is a CA certificate (CA:TRUE), not a server certificate");
}

#[test]
fn a_rejected_certificate_is_not_retried() {
    let ours = Authority::new("ours");
    let api = SecureApi::start(ours.certify(&NAMES, 2001..2002));
    let ran = trusting(&ours, &api.base_url("127.0.0.1")).check(RULE).args(["-vv"]).run().ends_with(3);
    assert!(!ran.stderr.contains("again in"), "{}", ran.stderr);
}

#[test]
fn an_invalid_ca_file_is_refused_before_any_request() {
    let whole = Authority::new("ours").pem();
    let armour = |inside: &str| format!("-----BEGIN CERTIFICATE-----\n{inside}\n-----END CERTIFICATE-----\n");
    let table = [
        (String::new(), "it contains no certificate in PEM"),
        (KEY.to_owned(), "it contains no certificate in PEM"),
        (whole[..whole.len() / 2].to_owned(), "it is not valid PEM"),
        (armour(KEY), "it is not valid PEM"),
        (whole + &armour("aGVsbG8="), "its certificate 2 cannot be read"),
    ];
    let api = acme();
    for (content, wrong) in table {
        for run in [rolelint(&api), asks("https://127.0.0.1:1/v1")] {
            let ran = run.check(RULE).file("ca.pem", &content).args(["--ca-file", "ca.pem"]).run().ends_with(2);
            shows_no_secret(&ran);
            let expected = format!(
                "error: cannot use the CA file `ca.pem`: {wrong}\n  help: a CA file contains one or more certificates in PEM\n"
            );
            assert_eq!(ran.stderr.trim_matches('\n'), expected.trim_matches('\n'));
            assert_eq!(ran.stdout, "");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.expect("mkfifo can be run").success());
    std::fs::File::create(folder.path().join("large"))
        .and_then(|file| file.set_len(1 << 32))
        .expect("a file with holes");
    for none in ["nowhere.pem", KEY, "/dev/zero", ".", "pipe", "large"] {
        let run = rolelint(&api).inside(folder.path()).check(RULE);
        let ran = run.args(["--ca-file", none]).run().ends_with(2);
        shows_no_secret(&ran);
        assert!(ran.stderr.contains("cannot use the CA file `"), "{}", ran.stderr);
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn http_2_is_used_if_the_server_offers_it() {
    let plain = acme();
    rolelint(&plain).args(["check"]).run().ends_with(1);
    let requests = plain.requests().len();
    let ours = Authority::new("ours");
    let protocols: [(&[&str], Version); 3] =
        [(&["h2", "http/1.1"], Version::HTTP_2), (&["http/1.1"], Version::HTTP_11), (&[], Version::HTTP_11)];
    for (offered, spoken) in protocols {
        let here = Ipv4Addr::LOCALHOST.into();
        let api = SecureApi::start_at(here, ours.certify(&NAMES, ALWAYS), offered).expect("loopback has a free port");
        reports_as_usual(trusting(&ours, &api.base_url("127.0.0.1")), &[]);
        assert_eq!(api.versions(), vec![spoken; requests], "{offered:?}");
    }
}

#[test]
fn an_ipv6_address_can_be_the_host() {
    let ours = Authority::new("ours");
    let here = Ipv6Addr::LOCALHOST.into();
    let Ok(api) = SecureApi::start_at(here, ours.certify(&NAMES, ALWAYS), &[]) else {
        return note("not tested: this machine has no ::1");
    };
    reports_as_usual(trusting(&ours, &api.base_url("[::1]")), &[]);
    let other = SecureApi::start_at(here, ours.certify(&["127.0.0.1"], ALWAYS), &[]).expect("there was a port before");
    let said = says(trusting(&ours, &other.base_url("[::1]")));
    let port = other.server.address.port();
    let expected = format!("no connection to [::1]:{port}: its certificate is for another host name: 127.0.0.1");
    assert!(said.ends_with(&expected), "{said}");
}

#[expect(clippy::print_stderr, reason = "a test that tests nothing should say so")]
fn note(text: &str) {
    eprintln!("{text}");
}

#[test]
fn a_host_that_does_not_exist_is_named() {
    let said = says(asks("https://no-such-host.invalid/v1").env("ROLELINT_TIMEOUT", "1s"));
    let why = said.strip_prefix("GET /organization/roles: no connection to no-such-host.invalid: ").expect(&said);
    // On some machines name servers are not there, either, and never say so.
    assert!(why.starts_with("its host name was not found (") || why == "no response before the timeout", "{why}");

    let said = says(asks("https://127.0.0.1:1/v1"));
    assert!(said.contains("no connection to 127.0.0.1:1: ") && said.contains("refused"), "{said}");

    // It listens, and never says a word.
    let mute = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = mute.local_addr().expect("a bound socket has an address");
    let said = says(asks(&format!("https://{address}/v1")).env("ROLELINT_TIMEOUT", "20ms"));
    assert!(said.ends_with(": no response before the timeout"), "{said}");

    let said = says(asks(&acme().base_url().replace("http:", "https:")));
    assert!(said.ends_with(": the server does not speak TLS"), "{said}");
}

#[test]
fn a_proxy_sees_only_the_host() {
    let ours = Authority::new("ours");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let api = SecureApi::start(ours.certify(&NAMES, ALWAYS));
        let proxy = Proxy::start(Way::To(api.server.address));
        // Only the proxy knows where that is.
        let url = api.base_url("api.example");
        reports_as_usual(trusting(&ours, &url).env(variable, &proxy.url(CREDENTIALS)), &[]);
        let heads = proxy.heads();
        assert!(!heads.is_empty());
        for head in heads {
            let target = url.trim_start_matches("https://").trim_end_matches("/v1");
            assert!(head.starts_with(&format!("CONNECT {target} HTTP/1.1\r\n")), "{head}");
            let names: BTreeSet<String> =
                head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0.to_lowercase())).collect();
            assert_eq!(names.into_iter().collect::<Vec<_>>(), ["host", "proxy-authorization", "user-agent"], "{head}");
            assert!(head.contains(BASIC) && !head.contains(KEY), "{head}");
        }
        let passed = proxy.passed();
        let reads = |text: &str| passed.windows(text.len()).any(|window| window == text.as_bytes());
        // The name of the server is all that TLS shows.
        assert!(reads("api.example"));
        assert!(!reads(KEY) && !reads("Bearer") && !reads("/v1/organization"));
    }
}

#[test]
fn hosts_in_no_proxy_bypass_the_proxy() {
    let ours = Authority::new("ours");
    let api = SecureApi::start(ours.certify(&NAMES, ALWAYS));
    let proxy = Proxy::start(Way::Refuses("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    let url = proxy.url("");
    for (host, list) in [("127.0.0.1", "api.example, 127.0.0.0/8"), ("localhost", "localhost"), ("localhost", "*")] {
        let run = trusting(&ours, &api.base_url(host)).env("HTTPS_PROXY", &url);
        reports_as_usual(run.env("NO_PROXY", list), &[]);
    }
    // Plain HTTP stays on this machine.
    let run = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    reports_as_usual(run.into_iter().fold(rolelint(&acme()), |run, variable| run.env(variable, &url)), &[]);
    assert_eq!(proxy.heads(), Vec::<String>::new());
    // It would have been asked.
    let run = trusting(&ours, &api.base_url("127.0.0.1")).env("HTTPS_PROXY", &url).env("NO_PROXY", "api.example");
    says(run);
    assert!(!proxy.heads().is_empty());
}

#[test]
fn errors_of_a_proxy_are_explained() {
    let why = |proxy: &str| {
        let said = says(asks("https://api.example/v1").env("HTTPS_PROXY", proxy));
        let why = said.strip_prefix("GET /organization/roles: no connection to api.example: ");
        why.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let credentials = "the proxy requires another name and password: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT";
    let answers = [
        ("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", 1, credentials),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 4, "the proxy could not connect to it"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", 4, "the proxy could not connect to it"),
        ("SSH-2.0-OpenSSH_9.9\r\n", 4, "the proxy could not connect to it"),
        ("", 4, "the proxy closed the connection"),
    ];
    for (answer, attempts, expected) in answers {
        let proxy = Proxy::start(Way::Refuses(answer));
        assert_eq!(why(&proxy.url(CREDENTIALS)), expected, "{answer}");
        assert_eq!(proxy.heads().len(), attempts, "{answer}");
    }
    let nobody = why(&format!("http://{CREDENTIALS}127.0.0.1:1"));
    assert!(nobody.starts_with("the proxy cannot be reached: ") && nobody.contains("refused"), "{nobody}");
    // No name is as long, and no name server has to say so.
    let nowhere = why(&format!("http://{CREDENTIALS}{}.invalid:1", "a".repeat(64)));
    assert!(nowhere.starts_with("the proxy's host name was not found ("), "{nowhere}");
    let plain = why(&acme().base_url().replace("http://", &format!("https://{CREDENTIALS}")));
    assert_eq!(plain, "the proxy does not speak TLS");
}

#[test]
fn an_unusable_proxy_setting_is_an_error() {
    let broken = [
        (format!("http://me:{PASSWORD} {PASSWORD}@127.0.0.1:1"), "is not a URL"),
        (format!("{CREDENTIALS}127.0.0.1:1/"), "is not a URL"),
        (format!("socks5://{CREDENTIALS}127.0.0.1:1"), "is not an HTTP proxy"),
        ("/127.0.0.1".to_owned(), "has no host"),
    ];
    let ours = Authority::new("ours");
    let api = SecureApi::start(ours.certify(&NAMES, ALWAYS));
    let url = api.base_url("127.0.0.1");
    for (proxy, wrong) in &broken {
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let ran = trusting(&ours, &url).env(variable, proxy).check(RULE).args(["-vv"]).run().ends_with(2);
            shows_no_secret(&ran);
            assert!(
                ran.stderr.contains(&format!("error: cannot use the proxy in {variable}: it {wrong}")),
                "{}",
                ran.stderr
            );
            assert!(ran.stderr.contains("help: write http://HOST:PORT, or "), "{}", ran.stderr);
        }
        reports_as_usual(rolelint(&acme()).env("HTTPS_PROXY", proxy), &[]);
    }
    assert_eq!(api.versions(), []);
    reports_as_usual(trusting(&ours, &url).env("HTTPS_PROXY", "").env("https_proxy", &broken[0].0), &[]);
}

#[test]
fn a_wrong_clock_gives_a_warning() {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let stderr = |date: Option<SystemTime>| {
        let behaviour = Behaviour { date: date.map(httpdate::fmt_http_date), ..Behaviour::default() };
        rolelint(&FakeApi::start(Organization::acme(), behaviour)).args(["check"]).run().ends_with(1).stderr
    };
    let now = SystemTime::now();
    for (date, which) in [(now + hours(3), "behind"), (now - hours(3), "ahead of")] {
        let said = stderr(Some(date));
        // Two or three hours: that depends on when the answer comes.
        assert!(said.starts_with("warning: this machine's clock is "), "{said}");
        assert!(
            said.contains(&format!(" hours {which} the API's: ages and --max-age use this machine's clock")),
            "{said}"
        );
    }
    assert_eq!(stderr(Some(now)), "");
    assert_eq!(stderr(None), "");
}
