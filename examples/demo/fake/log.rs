//! What has arrived so far, which is all the memory that the fake has, and the decision about each request.

use super::Request;
use super::faults::{Behaviour, Fault, What};
use super::org::Organization;
use super::pages::List;
use super::query::parameter;
use super::strike::{Outcome, honest, strike};
use super::throttle::Windows;

pub(super) struct Log {
    requests: Vec<Request>,
    /// For each fault, how many requests it has counted.
    counts: Vec<usize>,
    windows: Windows,
}

impl Log {
    pub fn new(behaviour: &Behaviour) -> Log {
        Log { requests: Vec::new(), counts: vec![0; behaviour.faults.len()], windows: Windows::default() }
    }

    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// Decides about a request and writes it down.
    pub fn decide(&mut self, mut request: Request, organization: &Organization, behaviour: &Behaviour) -> Outcome {
        let refusal = behaviour.throttle.and_then(|throttle| self.windows.refuse(throttle, &mut request));
        let mut outcome = match refusal {
            Some(answer) => answer.into(),
            None => self.admit(&mut request, organization, behaviour),
        };
        if let Outcome::Answer { answer, .. } = &mut outcome {
            let id = format!("req_fake_{}", self.requests.len() + 1);
            answer.headers.push(("x-request-id", id));
            let organization = behaviour.organization.as_ref().unwrap_or(&organization.id);
            if !answer.headers.iter().any(|(name, _)| *name == "openai-organization") {
                answer.headers.push(("openai-organization", organization.clone()));
            }
            answer.headers.extend(behaviour.date.clone().map(|date| ("date", date)));
            request.status = Some(answer.status);
        }
        self.requests.push(request);
        outcome
    }

    /// What becomes of a request that is not too many.
    fn admit(&mut self, request: &mut Request, organization: &Organization, behaviour: &Behaviour) -> Outcome {
        let page = self.page_number(request);
        let turn = self.requests.iter().filter(|earlier| earlier.path == request.path).count();
        let list = List::find(organization, request).map(|list| list.shaped(behaviour));
        let what = self.due(&behaviour.faults, request.route(), page);
        request.fault = what.map(What::name);
        match what {
            Some(what) => strike(what, request, list, turn),
            None => honest(list).into(),
        }
    }

    /// Which page of its list a request asks for, told from the cursors that were sent before.
    fn page_number(&self, request: &Request) -> usize {
        let Some(cursor) = parameter(request, "after") else {
            return 1;
        };
        let mut cursors = Vec::new();
        for earlier in self.requests.iter().filter(|earlier| earlier.path == request.path) {
            if let Some(cursor) = parameter(earlier, "after")
                && !cursors.contains(&cursor)
            {
                cursors.push(cursor);
            }
        }
        cursors.iter().position(|known| *known == cursor).unwrap_or(cursors.len()) + 2
    }

    /// The first fault that covers the request and is due.
    fn due<'a>(&mut self, faults: &'a [Fault], route: &str, page: usize) -> Option<&'a What> {
        for (fault, count) in faults.iter().zip(&mut self.counts) {
            if fault.covers(route) {
                *count += 1;
                if fault.when.strikes(*count, page) {
                    return Some(&fault.what);
                }
            }
        }
        None
    }
}
