//! All answers that are needed, as many at a time as allowed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};

use super::assemble::{Answers, assemble};
use super::client::Client;
use super::list::{Listed, list};
use super::wire::{Item, Role};
use super::{endpoint, wire};
use crate::org::{Collection, Org, Source, Time};

/// How far a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The collection.
    pub collection: Collection,
    /// Things read so far: items of a list, or principals asked about.
    pub done: usize,
    /// How many there will be, where that is known.
    pub total: Option<usize>,
}

/// What to collect.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The collections, each with its parent if it has one.
    pub collections: &'a BTreeSet<Collection>,
    /// Whose roles to ask for: given the organization as far as its lists tell it, one answer for each of its users.
    pub users: &'a (dyn Fn(&Org) -> Vec<bool> + Sync),
}

/// Collects what is asked for, at this time. What could not be read stands in the organization's coverage.
pub async fn collect(client: &Client, ask: Ask<'_>, now: Time, progress: &(dyn Fn(Progress) + Send + Sync)) -> Org {
    let source = Source { api: client.base().to_owned(), collected_at: now };
    let collector = Collector { client, ask, needs: ask.collections, source: &source, progress };
    let mut answers = collector.lists().await;
    collector.details(&mut answers).await;
    collector.again(&mut answers).await;
    assemble(&answers, ask.collections, source)
}

struct Collector<'c> {
    client: &'c Client,
    ask: Ask<'c>,
    needs: &'c BTreeSet<Collection>,
    source: &'c Source,
    progress: &'c (dyn Fn(Progress) + Send + Sync),
}

/// One answer about one principal.
enum Detail {
    UserRoles(String, Listed<Role>),
    GroupRoles(String, Listed<Role>),
    GroupMembers(String, Listed<wire::Member>),
}

impl Collector<'_> {
    async fn whole<T: serde::de::DeserializeOwned + Item>(&self, collection: Collection) -> Option<Listed<T>> {
        if !self.needs.contains(&collection) {
            return None;
        }
        let report = |done| (self.progress)(Progress { collection, done, total: None });
        let listed = list(self.client, endpoint::of(collection), "", report).await;
        let done = listed.items.len();
        (self.progress)(Progress { collection, done, total: Some(done) });
        Some(listed)
    }

    async fn of<T: serde::de::DeserializeOwned + Item>(&self, collection: Collection, id: &str) -> Listed<T> {
        list(self.client, endpoint::of(collection), id, |_| {}).await
    }

    async fn lists(&self) -> Answers {
        let (roles, users, groups) =
            tokio::join!(self.whole(Collection::Roles), self.whole(Collection::Users), self.whole(Collection::Groups));
        Answers { roles, users, groups, ..Answers::default() }
    }

    /// What has to be asked for each user and each group.
    async fn details(&self, answers: &mut Answers) {
        let users: BTreeSet<String> =
            answers.users.iter().flat_map(|users| &users.items).map(|u| u.id.clone()).collect();
        let groups: Vec<String> =
            answers.groups.iter().flat_map(|groups| &groups.items).map(|g| g.id.clone()).collect();
        let mut asks = Vec::new();
        for id in groups {
            asks.push((Collection::GroupMembers, id.clone()));
            asks.push((Collection::GroupRoles, id));
        }
        if self.needs.contains(&Collection::UserRoles) {
            let listed = assemble(answers, self.needs, self.source.clone());
            let wanted = (self.ask.users)(&listed);
            let wanted = listed.users.iter().zip(wanted).filter(|(_, wanted)| *wanted);
            asks.extend(wanted.map(|(user, _)| (Collection::UserRoles, user.id.to_string())));
        }
        self.ask(asks, answers).await;

        // A group can have members that the list of users does not: service accounts, people of the wider tenant.
        let members = answers.group_members.values().flat_map(|members| &members.items).map(|member| member.id.clone());
        let unlisted: BTreeSet<String> = members.filter(|id| !users.contains(id)).collect();
        let asks = unlisted.into_iter().map(|id| (Collection::UserRoles, id)).collect();
        self.ask(asks, answers).await;
    }

    async fn ask(&self, asks: Vec<(Collection, String)>, answers: &mut Answers) {
        let asks: Vec<_> = asks.into_iter().filter(|(collection, _)| self.needs.contains(collection)).collect();
        let mut totals: BTreeMap<Collection, usize> = BTreeMap::new();
        for (collection, _) in &asks {
            *totals.entry(*collection).or_default() += 1;
        }
        let mut done: BTreeMap<Collection, usize> = BTreeMap::new();
        let asking = asks.into_iter().map(|(collection, id)| self.detail(collection, id));
        let mut details = futures_util::stream::iter(asking).buffer_unordered(self.client.concurrency);
        while let Some(detail) = details.next().await {
            let collection = match detail {
                Detail::UserRoles(id, listed) => {
                    answers.user_roles.insert(id, listed);
                    Collection::UserRoles
                }
                Detail::GroupRoles(id, listed) => {
                    answers.group_roles.insert(id, listed);
                    Collection::GroupRoles
                }
                Detail::GroupMembers(id, listed) => {
                    answers.group_members.insert(id, listed);
                    Collection::GroupMembers
                }
            };
            let count = done.entry(collection).or_default();
            *count += 1;
            (self.progress)(Progress { collection, done: *count, total: totals.get(&collection).copied() });
        }
    }

    fn detail(&self, collection: Collection, id: String) -> BoxFuture<'_, Detail> {
        async move {
            match collection {
                Collection::GroupRoles => Detail::GroupRoles(id.clone(), self.of(collection, &id).await),
                Collection::GroupMembers => Detail::GroupMembers(id.clone(), self.of(collection, &id).await),
                Collection::UserRoles | Collection::Roles | Collection::Users | Collection::Groups => {
                    Detail::UserRoles(id.clone(), self.of(Collection::UserRoles, &id).await)
                }
            }
        }
        .boxed()
    }

    /// A role that is assigned but not listed may have been made while we read: the list is read once more.
    async fn again(&self, answers: &mut Answers) {
        if answers.unlisted_roles().next().is_none() {
            return;
        }
        if let (Some(first), Some(mut second)) = (&answers.roles, self.whole::<Role>(Collection::Roles).await) {
            second.requests += first.requests;
            answers.roles = Some(second);
        }
    }
}
