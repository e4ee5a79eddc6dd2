//! A circuit breaker for each endpoint. If a key may not read the roles of three users, it may not read those of ten
//! thousand, and hours of requests would not change that.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use super::endpoint::{self, Endpoint};
use super::error::{Error, Tripped};
use crate::org::Collection;

/// After this many failures in a row, all of them denials, the endpoint is assumed to deny everything.
const DENIALS: usize = 3;
/// After this many failures of any kind in a row, each after its retries, the endpoint is assumed to be down.
const FAILURES: usize = 20;

/// What happened at each endpoint. Two endpoints that share a path are separate here: denials for service accounts say
/// nothing about users.
#[derive(Debug)]
pub struct Breaker(BTreeMap<Option<Collection>, Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// Whether it ever responded successfully.
    answered: bool,
    /// Failures since it last answered, and how many of them were denials.
    failures: usize,
    denials: usize,
    given_up: Option<Tripped>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self(endpoint::all().map(|endpoint| (endpoint.feeds, Mutex::default())).collect())
    }
}

impl Breaker {
    /// Whether to go on asking.
    ///
    /// # Errors
    ///
    /// The breaker of the endpoint is open.
    pub fn check(&self, of: &Endpoint) -> Result<(), Tripped> {
        self.seen(of).given_up.clone().map_or(Ok(()), Err)
    }

    /// A request succeeded, now or in an earlier run.
    pub fn answered(&self, of: &Endpoint) {
        let mut seen = self.seen(of);
        seen.answered = true;
        seen.failures = 0;
        seen.denials = 0;
    }

    /// A request failed for good.
    pub fn failed(&self, of: &Endpoint, error: &Error) {
        let mut seen = self.seen(of);
        // A request that was never sent says nothing about the endpoint. Neither does a 404 from an endpoint that otherwise
        // responds.
        let unsent = matches!(error, Error::Deadline | Error::Tripped(_) | Error::Unkept);
        if unsent || (seen.answered && matches!(error, Error::NotFound { .. })) {
            return;
        }
        seen.failures += 1;
        seen.denials += usize::from(matches!(error, Error::Denied { .. }));
        let denies = !seen.answered && seen.denials >= DENIALS && seen.denials == seen.failures;
        if seen.given_up.is_none() && (denies || seen.failures >= FAILURES) {
            let failure = error.failure("");
            let (said, help) = (error.to_string(), error.advice());
            seen.given_up = Some(Tripped { denied: failure.denied, scope: failure.scope, said, help });
        }
    }

    fn seen(&self, of: &Endpoint) -> MutexGuard<'_, Seen> {
        self.0[&of.feeds].lock().expect("no thread panics while it looks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Error {
        Error::Denied { status: 403, scope: Some("api.x".to_owned()), message: String::new() }
    }

    fn not_found() -> Error {
        Error::NotFound { message: String::new() }
    }

    #[test]
    fn the_breaker_opens_for_an_endpoint_that_only_denies_and_not_for_one_that_answered() {
        let patience = Breaker::default();
        let [users, roles] = [Collection::Users, Collection::Roles].map(endpoint::of);
        patience.answered(roles);
        for _ in 0..DENIALS {
            patience.check(users).expect("not given up");
            patience.failed(users, &denied());
            patience.failed(roles, &denied());
        }
        let given_up = patience.check(users).expect_err("given up");
        assert_eq!((given_up.denied, given_up.scope.as_deref()), (true, Some("api.x")));
        for _ in DENIALS..FAILURES {
            patience.check(roles).expect("not given up");
            patience.failed(roles, &denied());
        }
        patience.check(roles).expect_err("given up");
    }

    #[test]
    fn not_found_does_not_open_the_breaker_of_an_endpoint_that_answers() {
        let patience = Breaker::default();
        let [users, accounts] = [Collection::ProjectUserRoles, Collection::ServiceAccountRoles].map(endpoint::of);
        patience.answered(users);
        for _ in 0..FAILURES {
            patience.check(accounts).expect("not given up");
            patience.failed(users, &not_found());
            patience.failed(accounts, &not_found());
        }
        patience.check(users).expect("they answer");
        patience.check(accounts).expect_err("they never did, though the path is the same");
    }
}
