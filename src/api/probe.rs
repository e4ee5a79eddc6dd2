//! One cheap request to each endpoint, to show what this key may read before a long collection.

use std::time::{Duration, Instant};

use super::client::Purpose;
use super::client::{Client, PageRequest};
use super::endpoint::{self, AUDIT_LOGS, Endpoint};
use super::error::Error;
use super::page::Page;
use super::parent::Parent;
use super::wire::{Item as _, Project, Thing};
use crate::org::{Collection, Failure};

/// What one request to an endpoint showed.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What the endpoint feeds; nothing, for the audit log.
    pub feeds: Option<Collection>,
    /// How it went.
    pub answer: Answer,
    /// How many 429 responses it sent, and how many requests per minute that leaves.
    pub limit: Option<(usize, f64)>,
}

/// How a request went.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The endpoint answered with what a check can use, after so long.
    Allowed(Duration),
    /// It did not.
    Failed {
        /// Why.
        failure: Failure,
        /// The scope that it usually requires, if the API did not say.
        scope: Option<&'static str>,
        /// What can be done about it.
        help: Option<String>,
    },
    /// There is no parent to use: the list of parents is empty or could not be read.
    NobodyToAskAbout,
}

/// Requests one item from each endpoint; a nested endpoint is tried with the first parent.
pub async fn probe(client: &Client) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Vec::new();
    let mut first: Vec<(Collection, Parent)> = Vec::new();
    for collection in Collection::ALL {
        let endpoint = endpoint::of(collection);
        let of = collection.parent().map(|parent| first.iter().find(|(list, _)| *list == parent).map(|(_, part)| part));
        let answer = match of {
            Some(None) => Answer::NobodyToAskAbout,
            Some(Some(part)) => {
                let part = part.clone();
                let (answer, thing) = ask(client, endpoint, Some(&part)).await;
                first.extend(thing.map(|id| (collection, Parent::within(&part.id, &id))));
                answer
            }
            None => {
                let (answer, thing) = ask(client, endpoint, None).await;
                first.extend(thing.map(|id| (collection, Parent::organization(&id))));
                answer
            }
        };
        probes.push(Probe { feeds: Some(collection), answer, limit: limit(client, endpoint) });
    }
    let (answer, _) = ask(client, &AUDIT_LOGS, None).await;
    probes.push(Probe { feeds: None, answer, limit: limit(client, &AUDIT_LOGS) });
    probes
}

fn limit(client: &Client, endpoint: &Endpoint) -> Option<(usize, f64)> {
    let (refusals, rate) = client.pace().learnt(endpoint);
    rate.filter(|_| refusals > 0).map(|rate| (refusals, rate))
}

/// How a request went, and the id of the first thing in its answer.
async fn ask(client: &Client, endpoint: &'static Endpoint, of: Option<&Parent>) -> (Answer, Option<String>) {
    let began = Instant::now();
    let asked = if endpoint.feeds == Some(Collection::Projects) {
        // Archived projects refuse these requests.
        let live = |project: &Project| !project.is_archived();
        page::<Project>(client, endpoint, of, 100)
            .await
            .map(|page| (is_empty(&page), page.data.into_iter().find(live).map(|project| project.id.into())))
    } else {
        page::<Thing>(client, endpoint, of, 1)
            .await
            .map(|page| (is_empty(&page), page.data.first().map(|thing| thing.id().to_owned())))
    };
    match asked {
        Ok((is_empty, first)) => {
            let answer = match endpoint.feeds.and_then(Collection::never_empty).filter(|_| is_empty) {
                None => Answer::Allowed(began.elapsed()),
                Some(why) => {
                    let failure = Failure { denied: false, message: why.to_owned(), scope: None };
                    Answer::Failed { failure, scope: None, help: None }
                }
            };
            (answer, first)
        }
        Err(error) => {
            // If the key itself is rejected, no scope is missing.
            let left_open = matches!(error, Error::Denied { status: 403, scope: None, .. } | Error::NotFound { .. });
            let scope = left_open.then_some(endpoint.scope);
            (Answer::Failed { failure: error.failure(endpoint.template), scope, help: error.advice() }, None)
        }
    }
}

fn is_empty<T>(page: &Page<T>) -> bool {
    page.data.is_empty() && page.has_more != Some(true)
}

async fn page<T: serde::de::DeserializeOwned>(
    client: &Client,
    endpoint: &'static Endpoint,
    of: Option<&Parent>,
    limit: u32,
) -> Result<Page<T>, Error> {
    let path = endpoint.path(&of.map(Parent::ids).unwrap_or_default())?;
    let query = format!("limit={limit}{}", endpoint.query);
    client.get(PageRequest { endpoint, path: &path, query: &query, or_empty: None, purpose: Purpose::First }).await
}
