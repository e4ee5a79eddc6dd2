//! The fake itself, which needs neither socket nor runtime.

use std::sync::Mutex;

use super::Request;
use super::faults::{Behaviour, Fault};
use super::log::Log;
use super::org::Organization;
use super::strike::Outcome;

/// A fake that is asked by a call instead of over HTTP, for tests in virtual time.
pub struct InMemory(Mutex<State>);

struct State {
    organization: Organization,
    behaviour: Behaviour,
    log: Log,
}

impl InMemory {
    /// Has `organization` and behaves as told.
    pub fn new(organization: Organization, behaviour: Behaviour) -> InMemory {
        let log = Log::new(&behaviour);
        InMemory(Mutex::new(State { organization, behaviour, log }))
    }

    /// Status, headers and body of the answer to a `GET` of a path that begins with `/v1`, with its query.
    ///
    /// Panics when a fault strikes that is more than an answer: `Reset`, `Hang`, `Slow`, `Truncated`.
    pub fn answer(&self, path_and_query: &str, key: &str) -> (u16, Vec<(&'static str, String)>, Vec<u8>) {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let authorization = Some(format!("Bearer {key}"));
        match self.decide(Request { authorization, ..Request::new("GET", path, query) }) {
            Outcome::Answer { answer, delay } if delay.is_zero() && answer.missing == 0 => {
                let mut headers = vec![("content-type", answer.content_type.to_owned())];
                headers.extend(answer.headers);
                (answer.status, headers, answer.body.to_vec())
            }
            Outcome::Answer { .. } | Outcome::Hang | Outcome::Reset => {
                panic!("{path_and_query}: this fault needs a connection")
            }
        }
    }

    /// All requests until now, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.with(|state| state.log.requests().to_vec())
    }

    /// Changes the organization between two requests.
    pub fn change(&self, change: impl FnOnce(&mut Organization)) {
        self.with(|state| change(&mut state.organization));
    }

    /// Ends all faults, and forgets the requests until now, also for the throttle.
    pub fn heal(&self) {
        self.fail(Vec::new());
    }

    /// From now on, these are the faults. The requests until now are forgotten.
    pub fn fail(&self, faults: Vec<Fault>) {
        self.with(|state| {
            state.behaviour.faults = faults;
            state.log = Log::new(&state.behaviour);
        });
    }

    pub(super) fn decide(&self, request: Request) -> Outcome {
        self.with(|State { organization, behaviour, log }| {
            let route = request.route().to_owned();
            let outcome = log.decide(request, organization, behaviour);
            for turn in behaviour.turns.extract_if(.., |turn| turn.covers(&route)) {
                (turn.change)(organization);
            }
            outcome
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().expect("no request and no change panics"))
    }
}
