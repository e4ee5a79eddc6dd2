//! The limit on requests that the real Admin API has for each endpoint, whatever the ids in the path.

use std::collections::HashMap;
use std::time::Duration;

// Tokio's clock, which tests can pause.
use tokio::time::Instant;

use super::Request;
use super::answer::Answer;

/// How many requests an endpoint takes.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// This many in each window; at least 1.
    pub requests: usize,
    /// Begins with the first request that is let through after the one before has ended.
    pub window: Duration,
    /// Whether a 429 says how long to wait, in its text and in `retry-after-ms`. The real API does not always.
    pub says_when: bool,
}

/// The windows that are open now.
#[derive(Default)]
pub(super) struct Windows(HashMap<String, Window>);

struct Window {
    start: Instant,
    requests: usize,
    /// Somebody was told when it ends.
    promised: bool,
}

impl Windows {
    /// Counts a request, marks it if it is early, and returns the refusal if it is one too many.
    pub fn refuse(&mut self, throttle: Throttle, request: &mut Request) -> Option<Answer> {
        let now = Instant::now();
        let fresh = Window { start: now, requests: 0, promised: false };
        let window = self.0.entry(request.template()).or_insert(fresh);
        let left = throttle.window.saturating_sub(now - window.start);
        if left.is_zero() {
            *window = Window { start: now, requests: 0, promised: false };
        }
        request.early = window.promised;
        if window.requests < throttle.requests {
            window.requests += 1;
            return None;
        }
        window.promised = throttle.says_when;
        Some(if throttle.says_when { wait(left) } else { slow_down() })
    }
}

/// The 429 that says when to come back, rounded up so that a request at that time is not early.
fn wait(left: Duration) -> Answer {
    let milliseconds = left.as_nanos().div_ceil(1_000_000);
    let seconds = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    let message = format!("You've exceeded the rate limit, please slow down and try again after {seconds} seconds.");
    Answer::too_many_requests(Some(&message)).with("retry-after-ms", Some(milliseconds.to_string()))
}

/// The other 429 of the real API.
fn slow_down() -> Answer {
    Answer::too_many_requests(Some("You're making too many requests, please slow down."))
}
