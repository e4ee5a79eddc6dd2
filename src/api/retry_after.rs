//! How long the API asks us to wait before we ask again.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// What the headers or the message of an answer ask for, the most exact first: `retry-after-ms`, `Retry-After`
/// (seconds, fractions allowed, or an HTTP date), "try again after 6.937 seconds".
pub fn asked(headers: &HeaderMap, message: &str, now: SystemTime) -> Option<Duration> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let milliseconds = header("retry-after-ms").and_then(seconds).map(|duration| duration / 1000);
    let after = || header("retry-after").and_then(|text| seconds(text).or_else(|| until(text, now)));
    milliseconds.or_else(after).or_else(|| in_words(message))
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
}

fn until(text: &str, now: SystemTime) -> Option<Duration> {
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

fn in_words(message: &str) -> Option<Duration> {
    let (_, rest) = message.split_once("try again after ").or_else(|| message.split_once("try again in "))?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let unit = rest[end..].trim_start();
    let number = seconds(rest[..end].trim_end_matches('.'))?;
    if unit.starts_with("ms") { Some(number / 1000) } else { Some(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers = &'static [(&'static str, &'static str)];

    #[test]
    fn every_form_of_retry_after_is_understood() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        let real = "You've exceeded the rate limit, please slow down and try again after 6.937 seconds.";
        let table: [(Headers, &str, Option<u64>); 9] = [
            (&[("retry-after-ms", "250"), ("retry-after", "9")], "", Some(250)),
            (&[("retry-after", "2")], real, Some(2000)),
            (&[("retry-after", "0.5")], "", Some(500)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")], "", Some(3000)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT")], "", Some(0)),
            (&[("retry-after", "soon")], real, Some(6937)),
            (&[("retry-after", "-1")], "", None),
            (&[], "Please try again in 20ms.", Some(20)),
            (&[], "You're making too many requests, please slow down.", None),
        ];
        for (headers, message, expected) in table {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().expect("a header value"));
            }
            assert_eq!(asked(&map, message, now), expected.map(Duration::from_millis), "{headers:?} {message}");
        }
    }
}
