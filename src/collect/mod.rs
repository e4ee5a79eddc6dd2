//! Collects all required responses, with as many concurrent requests as allowed.
//!
//! First come the organization's own lists. Then come the nested lists, all endpoints in parallel because each has its
//! own pace: the slowest one starts at once and waits for no other. Last comes one check for changes during collection.

mod assemble;
mod carried;
mod first;
mod identity;
mod incremental;
mod listed_users;
mod nested;
mod progress;
mod read_list;
mod reconcile;
mod responses;
mod role_pool;
mod settle;
#[cfg(test)]
pub(crate) mod tests;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::api::client::{Client, Purpose};
use crate::api::endpoint;
use crate::api::error::Error;
use crate::api::pagination::{Items, ListRequest, Listed, list};
use crate::api::parent::Parent;
use crate::api::wire::{Item, Role, User};
use crate::org::{Collection, Org, Parts, Source};
use crate::time::Time;
use assemble::assemble;
use first::{First, Queue};
use listed_users::ListedUsers;
use responses::Responses;
use role_pool::{ListedRole, RolePool};

pub use identity::Mixed;
pub use progress::Progress;
use progress::Tally;
use wanted::{Target, Wanted};

/// What to collect.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The collections, each with its ancestors.
    pub collections: &'a BTreeSet<Collection>,
    /// The organization in `--organization`, if any.
    pub organization: Option<&'a str>,
    /// The name in `--organization-name`, if any.
    pub name: Option<&'a str>,
    /// When the collection began: with a journal, at the first run.
    pub began: Time,
    /// When this run began.
    pub present: Time,
    /// An earlier collection to reuse, unless its oldest fact was read before this time.
    pub since: Option<(&'a Org, Time)>,
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// The organization. Its coverage records what could not be read.
    pub org: Org,
    /// Why everything was read again although there was an earlier collection.
    pub full_because: Option<String>,
    /// Why changes in the tenant above the organization cannot be seen, if data was reused.
    pub unseen: Option<String>,
    /// Set if the responses come from several organizations or from the wrong one. Then nothing may be used.
    pub mixed: Option<Mixed>,
    /// What can be done about what could not be read.
    pub help: BTreeSet<String>,
}

/// A collection that has read the organization's own lists.
pub struct Lists<'c> {
    /// The organization as far as the lists tell it.
    pub org: Org,
    collector: Collector<'c>,
    responses: Responses,
}

/// Reads the organization's own lists. [`Lists::rest`] reads what hangs on them.
pub async fn lists<'c>(
    client: &'c Client,
    order: Order<'c>,
    progress: &'c (dyn Fn(Progress) + Send + Sync),
) -> Lists<'c> {
    let source = Source { api: client.base().to_owned(), collected_at: order.began, ..Source::default() };
    let tally = Tally::new(client, progress);
    let collector = Collector { client, order, source, role_pool: RolePool::default(), first: First::default(), tally };
    let mut responses = Responses::default();
    collector.lists(&mut responses).await;
    let org = collector.assemble(&mut responses);
    Lists { org, collector, responses }
}

impl Lists<'_> {
    /// Reads these parts of everything else. Nothing fails: what could not be read stands in the coverage.
    pub async fn rest(self, parts: Parts) -> Collected {
        let Self { org, collector, mut responses } = self;
        if let Err(mixed) = collector.identity() {
            return Collected { org, full_because: None, unseen: None, mixed: Some(mixed), help: BTreeSet::new() };
        }
        let wanted = Wanted::new(&org, parts);
        drop(org);
        // Cheap lists are always read again.
        let mut unseen = None;
        let full_because = match collector.order.since.filter(|_| !collector.slow_collections().is_empty()) {
            None => {
                collector.details(&mut responses, &wanted, true).await;
                None
            }
            Some((old, oldest)) => {
                let ((), changes) =
                    tokio::join!(collector.details(&mut responses, &wanted, false), collector.changes(old, oldest));
                let carried = changes.and_then(|changes| {
                    collector.carry(&mut responses, old, &changes)?;
                    Ok(changes.unseen)
                });
                let full = match carried {
                    Ok(why) => {
                        unseen = why;
                        None
                    }
                    Err(why) => Some(why),
                };
                collector.slow(&mut responses, &wanted).await;
                full
            }
        };
        collector.members(&mut responses, &wanted).await;
        collector.mend(&mut responses, &wanted).await;
        let help = responses.errors().filter_map(Error::advice).collect();
        collector.first.clear();
        let mut org = collector.assemble(&mut responses);
        let mixed = match collector.identity() {
            Ok(organization) => {
                org.source.organization = organization;
                None
            }
            Err(mixed) => Some(mixed),
        };
        Collected { org, full_because, unseen, mixed, help }
    }
}

struct Collector<'c> {
    client: &'c Client,
    order: Order<'c>,
    source: Source,
    role_pool: RolePool,
    first: First,
    tally: Tally<'c>,
}

impl Collector<'_> {
    fn assemble(&self, responses: &mut Responses) -> Org {
        responses.role_versions = self.role_pool.all();
        responses.settle();
        assemble(responses, self.order.collections, self.source.clone(), self.order.present)
    }

    fn needs(&self, collection: Collection) -> bool {
        self.order.collections.contains(&collection)
    }

    /// One of the organization's own lists.
    async fn whole<T: DeserializeOwned + Item, I: Items<T>>(
        &self,
        collection: Collection,
        purpose: Purpose,
    ) -> Option<Listed<T, I>> {
        if !self.needs(collection) {
            return None;
        }
        let which = ListRequest { purpose, ..ListRequest::own(endpoint::of(collection)) };
        let listed: Listed<T, I> = list(self.client, which, |done| self.tally.read(collection, done)).await;
        self.tally.read_whole(collection, listed.items.len());
        Some(listed)
    }

    /// One nested list of one thing.
    async fn one<T: DeserializeOwned + Item>(
        &self,
        collection: Collection,
        of: &Parent,
        archived: bool,
        purpose: Purpose,
    ) -> Listed<T> {
        let which = ListRequest { of: Some(of), archived, purpose, ..ListRequest::own(endpoint::of(collection)) };
        let listed = list(self.client, which, |_| {}).await;
        self.tally.asked(collection);
        listed
    }

    /// One list of each of these things, as `keep` leaves it.
    async fn each<T: DeserializeOwned + Item, L>(
        &self,
        collection: Collection,
        places: Vec<Target>,
        keep: impl Fn(&Parent, Listed<T>) -> L,
    ) -> BTreeMap<Parent, L> {
        if !self.needs(collection) {
            return BTreeMap::new();
        }
        self.tally.expect(collection, places.len());
        let keep = &keep;
        let mut lists = Vec::with_capacity(places.len());
        // An iterator is asked for the next thing as soon as one more may be requested.
        let asking = Queue::new(&self.first, places).map(async |Target { part, archived }| {
            let listed = self.one::<T>(collection, &part, archived, Purpose::First).await;
            let kept = keep(&part, listed);
            (part, kept)
        });
        let mut asking = pin!(futures_util::stream::iter(asking).buffer_unordered(self.client.concurrency));
        while let Some(list) = asking.next().await {
            lists.push(list);
        }
        // A map that is made of all at once leaves no room in its nodes.
        lists.into_iter().collect()
    }

    /// The lists that nested lists depend on.
    async fn lists(&self, responses: &mut Responses) {
        let (users, projects, groups, roles) = tokio::join!(
            self.whole::<User, ListedUsers>(Collection::Users, Purpose::First),
            self.whole(Collection::Projects, Purpose::First),
            self.whole(Collection::Groups, Purpose::First),
            self.whole::<Role, Vec<_>>(Collection::Roles, Purpose::First),
        );
        users.iter().flat_map(|users| users.items.iter()).for_each(|user| self.first.user(&user));
        responses.users = users;
        responses.projects = projects;
        responses.groups = groups;
        responses.roles = roles.map(|roles| self.keep(roles));
    }

    fn keep(&self, roles: Listed<Role>) -> Listed<ListedRole> {
        roles.map(|role| self.role_pool.keep(None, role))
    }
}
