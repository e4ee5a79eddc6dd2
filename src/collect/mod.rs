//! All responses that are needed, as many at a time as allowed.
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
mod settle;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::api::client::Client;
use crate::api::endpoint;
use crate::api::error::Error;
use crate::api::pagination::{ListRequest, Listed, Purpose, list};
use crate::api::parent::Parent;
use crate::api::wire::{Item, Role};
use crate::org::{Collection, Org, Source};
use crate::time::Time;
use assemble::assemble;
use responses::{ByParent, Responses};
use role_pool::{ListedRole, RolePool};

use nested::Target;
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
    let collector = Collector { client, ask, source: &source, said: RolePool::default(), tally };
    let mut responses = Responses::default();
    collector.lists(&mut responses).await;
    let wanted = collector.wanted(&mut responses);
    // What is cheap is read anew in any case.
    let full_because = match ask.since.filter(|_| !collector.slow_collections().is_empty()) {
        None => {
            collector.details(&mut responses, &wanted, true).await;
            None
        }
        Some((old, oldest)) => {
            let ((), changes) =
                tokio::join!(collector.details(&mut responses, &wanted, false), collector.changes(old, oldest));
            let full = changes.and_then(|events| collector.carry(&mut responses, old, &events)).err();
            collector.slow(&mut responses, &wanted).await;
            full
        }
    };
    collector.members(&mut responses).await;
    collector.mend(&mut responses).await;
    let help = responses.errors().filter_map(Error::advice).collect();
    Collected { org: collector.assemble(&mut responses), full_because, help }
}

struct Collector<'c> {
    client: &'c Client,
    ask: Ask<'c>,
    source: &'c Source,
    said: RolePool,
    tally: Tally<'c>,
}

impl Collector<'_> {
    fn assemble(&self, responses: &mut Responses) -> Org {
        responses.said = self.said.all();
        responses.settle();
        assemble(responses, self.ask.collections, self.source.clone())
    }

    fn needs(&self, collection: Collection) -> bool {
        self.ask.collections.contains(&collection)
    }

    /// One of the organization's own lists.
    async fn whole<T: DeserializeOwned + Item>(&self, collection: Collection, look: Purpose) -> Option<Listed<T>> {
        if !self.needs(collection) {
            return None;
        }
        let which = ListRequest { look, ..ListRequest::own(endpoint::of(collection)) };
        let listed = list(self.client, which, |done| self.tally.read(collection, done)).await;
        self.tally.read_whole(collection, listed.items.len());
        Some(listed)
    }

    /// One list of one thing.
    async fn one<T: DeserializeOwned + Item>(
        &self,
        collection: Collection,
        of: &Parent,
        archived: bool,
        look: Purpose,
    ) -> Listed<T> {
        let which = ListRequest { of: Some(of), archived, look, ..ListRequest::own(endpoint::of(collection)) };
        let listed = list(self.client, which, |_| {}).await;
        self.tally.asked(collection);
        listed
    }

    /// One list of each of these things.
    async fn each<T: DeserializeOwned + Item, U>(
        &self,
        collection: Collection,
        places: Vec<Target>,
        keep: impl Fn(T) -> U,
    ) -> ByParent<U> {
        if !self.needs(collection) {
            return ByParent::new();
        }
        self.tally.expect(collection, places.len());
        let keep = &keep;
        let asking = places.into_iter().map(async |Target { part, archived }| {
            let listed = self.one::<T>(collection, &part, archived, Purpose::First).await;
            (part, listed.map(keep))
        });
        futures_util::stream::iter(asking).buffer_unordered(self.client.concurrency).collect().await
    }

    /// The lists that others hang on.
    async fn lists(&self, responses: &mut Responses) {
        let (users, projects, groups, roles) = tokio::join!(
            self.whole(Collection::Users, Purpose::First),
            self.whole(Collection::Projects, Purpose::First),
            self.whole(Collection::Groups, Purpose::First),
            self.whole::<Role>(Collection::Roles, Purpose::First),
        );
        responses.users = users;
        responses.projects = projects;
        responses.groups = groups;
        responses.roles = roles.map(|roles| self.keep(roles));
    }

    fn keep(&self, roles: Listed<Role>) -> Listed<ListedRole> {
        roles.map(|role| self.said.keep(role))
    }
}
