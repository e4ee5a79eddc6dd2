//! How long the API asks us to wait after too many requests.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::api::{Answer, Given, fetch};
use super::world;
use crate::api::retry_after::asked;

/// What the small organization is asked for first.
const PATHS: [&str; 2] = ["/organization/users", "/organization/groups"];

/// The input is an answer that refuses: a status, headers one a line, an empty line and a message. Whole numbers in it mean
/// what they say; there is no other request before that; and either the answer comes in the end or it is missing.
pub fn retry_after(data: &[u8]) {
    let Some(refusal) = refusal(data) else { return };
    let message = String::from_utf8_lossy(&refusal.body).into_owned();
    whole_numbers(&refusal.headers, asked(&refusal.headers, &message, SystemTime::UNIX_EPOCH));
    let mut script = world::script();
    let body = serde_json::json!({ "error": { "message": message } }).to_string().into_bytes();
    let refusal = Answer { body, ..refusal };
    for path in PATHS {
        script.refuse_once(path, refusal.clone());
    }
    let (collected, given) = fetch(&script, None);
    // Looked at afterwards: until a date, it is less by now.
    let wait = asked(&refusal.headers, &message, SystemTime::now());
    let mut by_path: BTreeMap<&str, Vec<&Given>> = BTreeMap::new();
    for given in &given {
        by_path.entry(&given.path).or_default().push(given);
    }
    for path in PATHS {
        match by_path[path][..] {
            [first, second, ..] => {
                let waited = second.at - first.at;
                assert!(wait.is_none_or(|wait| waited >= wait), "{waited:?} of {wait:?}");
                assert!(waited <= Duration::from_secs(301), "{waited:?}");
            }
            _ => assert!(!collected.org.coverage.complete(), "{path} was refused, and not asked for again"),
        }
    }
}

fn refusal(data: &[u8]) -> Option<Answer> {
    let text = str::from_utf8(data).ok()?;
    let (head, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next()?.parse().ok().filter(|status| matches!(status, 408 | 409 | 429 | 500..600))?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
    }
    Some(Answer { status, headers, body: message.as_bytes().to_vec() })
}

/// The plain case, read in the plain way: digits in the most exact of the headers.
fn whole_numbers(headers: &HeaderMap, asked: Option<Duration>) {
    let number = |name| {
        let text = headers.get(name)?.to_str().ok()?;
        let plain = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u64>().expect("nine digits at the most"))
    };
    if let Some(milliseconds) = number("retry-after-ms") {
        assert_eq!(asked.map(|asked| asked.as_millis()), Some(u128::from(milliseconds)));
    } else if let Some(seconds) = number("retry-after").filter(|_| !headers.contains_key("retry-after-ms")) {
        assert_eq!(asked, Some(Duration::from_secs(seconds)));
    }
}
