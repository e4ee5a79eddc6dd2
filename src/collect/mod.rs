//! All answers that are needed, as many at a time as allowed.
//!
//! First the organization's own lists. Then everything that has to be asked thing by thing, all endpoints side by side,
//! since each has a pace of its own: the one that takes longest begins at once and waits for nobody. Then, once, what
//! changed while we read.

mod assemble;
mod incremental;
mod nested;
mod progress;
mod reconcile;
mod responses;
mod role_pool;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::api::client::Client;
use crate::api::endpoint;
use crate::api::error::Error;
use crate::api::pagination::{Listed, Look, Which, list};
use crate::api::parent::Part;
use crate::api::wire::{Item, Role};
use crate::org::{Collection, Org, Source};
use crate::time::Time;
use assemble::assemble;
use responses::{Answers, Parts};
use role_pool::{Assigned, Said};

use nested::Place;
pub use progress::Progress;
use progress::Tally;

/// What to collect.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The collections, each with its ancestors.
    pub collections: &'a BTreeSet<Collection>,
    /// Whose roles to ask for in one of the two collections that are read user by user: given the organization as far
    /// as its lists tell it, one answer for each of its users.
    pub users: &'a (dyn Fn(&Org, Collection) -> Vec<bool> + Sync),
    /// An earlier collection, from which is taken what has not changed since; unless the oldest fact in it was read
    /// before this time.
    pub since: Option<(&'a Org, Time)>,
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// The organization. What could not be read stands in its coverage.
    pub org: Org,
    /// Why everything was read anew although there was an earlier collection.
    pub full_because: Option<String>,
    /// What can be done about what could not be read.
    pub help: BTreeSet<String>,
}

/// Collects what is asked for, at this time.
pub async fn collect(
    client: &Client,
    ask: Ask<'_>,
    now: Time,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Collected {
    let source = Source { api: client.base().to_owned(), collected_at: now };
    let tally = Tally::new(client, progress);
    let collector = Collector { client, ask, source: &source, said: Said::default(), tally };
    let mut answers = Answers::default();
    collector.lists(&mut answers).await;
    let wanted = collector.wanted(&mut answers);
    // What is cheap is read anew in any case.
    let full_because = match ask.since.filter(|_| !collector.slow_collections().is_empty()) {
        None => {
            collector.details(&mut answers, &wanted, true).await;
            None
        }
        Some((old, oldest)) => {
            let ((), changes) =
                tokio::join!(collector.details(&mut answers, &wanted, false), collector.changes(old, oldest));
            let full = changes.and_then(|events| collector.carry(&mut answers, old, &events)).err();
            collector.slow(&mut answers, &wanted).await;
            full
        }
    };
    collector.members(&mut answers).await;
    collector.mend(&mut answers).await;
    let help = answers.errors().filter_map(Error::advice).collect();
    Collected { org: collector.assemble(&mut answers), full_because, help }
}

struct Collector<'c> {
    client: &'c Client,
    ask: Ask<'c>,
    source: &'c Source,
    said: Said,
    tally: Tally<'c>,
}

impl Collector<'_> {
    fn assemble(&self, answers: &mut Answers) -> Org {
        answers.said = self.said.all();
        assemble(answers, self.ask.collections, self.source.clone())
    }

    fn needs(&self, collection: Collection) -> bool {
        self.ask.collections.contains(&collection)
    }

    /// One of the organization's own lists.
    async fn whole<T: DeserializeOwned + Item>(&self, collection: Collection, look: Look) -> Option<Listed<T>> {
        if !self.needs(collection) {
            return None;
        }
        let which = Which { look, ..Which::own(endpoint::of(collection)) };
        let listed = list(self.client, which, |done| self.tally.read(collection, done)).await;
        self.tally.read_whole(collection, listed.items.len());
        Some(listed)
    }

    /// One list of one thing.
    async fn one<T: DeserializeOwned + Item>(
        &self,
        collection: Collection,
        of: &Part,
        archived: bool,
        look: Look,
    ) -> Listed<T> {
        let which = Which { of: Some(of), archived, look, ..Which::own(endpoint::of(collection)) };
        let listed = list(self.client, which, |_| {}).await;
        self.tally.asked(collection);
        listed
    }

    /// One list of each of these things.
    async fn each<T: DeserializeOwned + Item, U>(
        &self,
        collection: Collection,
        places: Vec<Place>,
        keep: impl Fn(T) -> U,
    ) -> Parts<U> {
        if !self.needs(collection) {
            return Parts::new();
        }
        self.tally.expect(collection, places.len());
        let keep = &keep;
        let asking = places.into_iter().map(async |Place { part, archived }| {
            let listed = self.one::<T>(collection, &part, archived, Look::First).await;
            (part, listed.map(keep))
        });
        futures_util::stream::iter(asking).buffer_unordered(self.client.concurrency).collect().await
    }

    /// The lists that others hang on.
    async fn lists(&self, answers: &mut Answers) {
        let (users, projects, groups, roles) = tokio::join!(
            self.whole(Collection::Users, Look::First),
            self.whole(Collection::Projects, Look::First),
            self.whole(Collection::Groups, Look::First),
            self.whole::<Role>(Collection::Roles, Look::First),
        );
        answers.users = users;
        answers.projects = projects;
        answers.groups = groups;
        answers.roles = roles.map(|roles| self.keep(roles));
    }

    fn keep(&self, roles: Listed<Role>) -> Listed<Assigned> {
        roles.map(|role| self.said.keep(role))
    }
}
