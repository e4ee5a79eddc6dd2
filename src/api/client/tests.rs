//! One attempt, and what is made of its response.

use super::*;
use crate::api::endpoint;
use crate::api::page::Page;
use crate::api::wire::ApiKey;
use crate::org::Collection;
use reqwest::header::LOCATION;

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
        client.journal(&path, None, 0, &(i64::MIN..=i64::MAX)).expect("begun");
        let endpoint = endpoint::of(Collection::AdminApiKeys);
        let get = PageRequest {
            endpoint,
            path: endpoint.template,
            query: "limit=100",
            or_empty: None,
            purpose: Purpose::First,
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
        answer.expect_err("it is not a page");
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
