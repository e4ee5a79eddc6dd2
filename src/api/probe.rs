//! One cheap request to each endpoint: what this key may read, before anybody waits for it.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::client::Client;
use super::endpoint;
use super::wire::Page;
use crate::org::{Collection, Failure};

/// What one request to an endpoint showed.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What the endpoint feeds.
    pub collection: Collection,
    /// How it went.
    pub answer: Answer,
}

/// How a request went.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The endpoint answered, after so long.
    Allowed(Duration),
    /// It did not.
    Failed(Failure),
    /// There is no user, or no group, to ask about: its list is empty, or could not be read.
    NobodyToAskAbout,
}

#[derive(Deserialize)]
struct Thing {
    id: String,
}

/// Asks each endpoint for one thing; where it takes an id, about the first of the list.
pub async fn probe(client: &Client) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Vec::new();
    let mut first: Vec<(Collection, String)> = Vec::new();
    for collection in Collection::ALL {
        let known = |list: Collection| first.iter().find(|(of, _)| *of == list).map(|(_, id)| id.clone());
        let Some(id) = collection.parent().map_or(Some(String::new()), known) else {
            probes.push(Probe { collection, answer: Answer::NobodyToAskAbout });
            continue;
        };
        let began = Instant::now();
        let (answer, page) = match ask(client, collection, &id).await {
            Ok(page) => (Answer::Allowed(began.elapsed()), Some(page)),
            Err(failure) => (Answer::Failed(failure), None),
        };
        let thing = page.and_then(|page| page.data.into_iter().next());
        first.extend(thing.map(|thing| (collection, thing.id)));
        probes.push(Probe { collection, answer });
    }
    probes
}

async fn ask(client: &Client, collection: Collection, id: &str) -> Result<Page<Thing>, Failure> {
    let endpoint = endpoint::of(collection);
    let failed = |error: super::Error| error.failure(endpoint.template());
    let path = endpoint.path(id).map_err(failed)?;
    client.get(endpoint, &path, "limit=1").await.map_err(failed)
}
