//! All answers that are needed, as many at a time as allowed.
//!
//! First the organization's own lists. Then everything that has to be asked thing by thing, all endpoints side by side,
//! since each has a pace of its own: the one that takes longest begins at once and waits for nobody. Then, once, what
//! changed while we read.

mod mend;
mod progress;
mod since;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::de::DeserializeOwned;

use super::answers::{Answers, Parts};
use super::assemble::assemble;
use super::client::Client;
use super::error::Error;
use super::list::{Listed, Which, list};
use super::part::Part;
use super::said::{Assigned, Said};
use super::wire::{Item, Role};
use super::{endpoint, wire};
use crate::org::{Collection, Org, Source, Text, Time};

use Collection::{
    ApiKeys, GroupMembers, GroupRoles, ProjectGroupRoles, ProjectGroups, ProjectRoles, ProjectUserRoles, ProjectUsers,
    ServiceAccountRoles, ServiceAccounts, UserRoles,
};

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

/// A thing that lists are read for, and whether it is an archived project.
#[derive(Clone)]
struct Place {
    part: Part,
    archived: bool,
}

impl Place {
    fn of(id: &str) -> Self {
        Self { part: Part::of(id), archived: false }
    }

    fn within(project: &Part, id: &str) -> Self {
        Self { part: Part::within(&project.id, id), archived: false }
    }

    fn project(project: &wire::Project) -> Self {
        Self { part: Part::of(&project.id), archived: project.is_archived() }
    }
}

/// The users whose roles somebody wants.
struct Wanted {
    /// Those whom the list of users has.
    listed: BTreeSet<Text>,
    /// Of these, those whose roles in the organization somebody wants; `None` where that is everybody.
    here: Option<BTreeSet<Text>>,
    /// And in projects.
    in_projects: Option<BTreeSet<Text>>,
}

impl Wanted {
    fn has(&self, collection: Collection, id: &str) -> bool {
        let some = if collection == ProjectUserRoles { &self.in_projects } else { &self.here };
        // Of whom the list does not have, nobody can tell that they are not wanted.
        some.as_ref().is_none_or(|some| some.contains(id) || !self.listed.contains(id))
    }
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
    async fn whole<T: DeserializeOwned + Item>(&self, collection: Collection, again: bool) -> Option<Listed<T>> {
        if !self.needs(collection) {
            return None;
        }
        let which = Which { again, ..Which::own(endpoint::of(collection)) };
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
        again: bool,
    ) -> Listed<T> {
        let which = Which { of: Some(of), archived, again, ..Which::own(endpoint::of(collection)) };
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
            let listed = self.one::<T>(collection, &part, archived, false).await;
            (part, listed.map(keep))
        });
        futures_util::stream::iter(asking).buffer_unordered(self.client.concurrency).collect().await
    }

    async fn lists(&self, answers: &mut Answers) {
        let (users, projects, groups, roles, admin_api_keys, invites) = tokio::join!(
            self.whole(Collection::Users, false),
            self.whole(Collection::Projects, false),
            self.whole(Collection::Groups, false),
            self.whole::<Role>(Collection::Roles, false),
            self.whole(Collection::AdminApiKeys, false),
            self.whole(Collection::Invites, false),
        );
        answers.users = users;
        answers.projects = projects;
        answers.groups = groups;
        answers.roles = roles.map(|roles| self.keep(roles));
        answers.admin_api_keys = admin_api_keys;
        answers.invites = invites;
    }

    fn keep(&self, roles: Listed<Role>) -> Listed<Assigned> {
        roles.map(|role| self.said.keep(role))
    }

    fn wanted(&self, answers: &mut Answers) -> Wanted {
        let org = self.assemble(answers);
        let those = |collection| -> Option<BTreeSet<Text>> {
            let wanted = (self.ask.users)(&org, collection);
            let some = org.users.iter().zip(&wanted).filter(|(_, wanted)| **wanted);
            (!wanted.iter().all(|wanted| *wanted)).then(|| some.map(|(user, _)| user.id.clone()).collect())
        };
        let listed = org.users.iter().map(|user| user.id.clone()).collect();
        Wanted { here: those(UserRoles), in_projects: those(ProjectUserRoles), listed }
    }

    /// What has to be asked for each group, project, and whatever stands in projects; with `slow`, also for each user.
    async fn details(&self, answers: &mut Answers, wanted: &Wanted, slow: bool) {
        let users = if slow { users(answers, wanted) } else { Vec::new() };
        let groups: Vec<Place> =
            answers.groups.iter().flat_map(|groups| &groups.items).map(|group| Place::of(&group.id)).collect();
        let projects: Vec<Place> =
            answers.projects.iter().flat_map(|projects| &projects.items).map(Place::project).collect();
        let if_slow = |collection| Some(collection).filter(|_| slow);
        let all = |_: &str| true;
        let (
            user_roles,
            (project_users, project_user_roles),
            (service_accounts, service_account_roles),
            (project_groups, project_group_roles),
            group_members,
            group_roles,
            project_roles,
            api_keys,
        ) = tokio::join!(
            self.held(UserRoles, users),
            self.nested(ProjectUsers, if_slow(ProjectUserRoles), &projects, |id| wanted.has(ProjectUserRoles, id)),
            self.nested(ServiceAccounts, if_slow(ServiceAccountRoles), &projects, all),
            self.nested(ProjectGroups, Some(ProjectGroupRoles), &projects, all),
            self.each(GroupMembers, groups.clone(), |member| member),
            self.held(GroupRoles, groups),
            self.held(ProjectRoles, projects.clone()),
            self.each(ApiKeys, projects.clone(), |key| key),
        );
        answers.project_users = project_users;
        answers.service_accounts = service_accounts;
        answers.project_groups = project_groups;
        answers.group_members = group_members;
        answers.api_keys = api_keys;
        answers.held = BTreeMap::from([
            (UserRoles, user_roles),
            (GroupRoles, group_roles),
            (ProjectRoles, project_roles),
            (ProjectUserRoles, project_user_roles),
            (ProjectGroupRoles, project_group_roles),
            (ServiceAccountRoles, service_account_roles),
        ]);
    }

    /// What has to be asked for each user and service account, but for what is carried over.
    async fn slow(&self, answers: &mut Answers, wanted: &Wanted) {
        let within = |project: &Part, id: &str| Place::within(project, id);
        let members = answers.project_users.iter();
        let members = members.flat_map(|(project, users)| users.items.iter().map(|user| within(project, &user.id)));
        let members: Vec<Place> = members.filter(|place| wanted.has(ProjectUserRoles, &place.part.id)).collect();
        let accounts = answers.service_accounts.iter();
        let accounts =
            accounts.flat_map(|(project, accounts)| accounts.items.iter().map(|account| within(project, &account.id)));
        let new = |collection, places: Vec<Place>| -> Vec<Place> {
            places.into_iter().filter(|place| answers.carried.of(collection, &place.part).is_none()).collect()
        };
        let (users, members, accounts) = (
            new(UserRoles, users(answers, wanted)),
            new(ProjectUserRoles, members),
            new(ServiceAccountRoles, accounts.collect()),
        );
        let (user_roles, project_user_roles, service_account_roles) = tokio::join!(
            self.held(UserRoles, users),
            self.held(ProjectUserRoles, members),
            self.held(ServiceAccountRoles, accounts),
        );
        answers.held.extend([
            (UserRoles, user_roles),
            (ProjectUserRoles, project_user_roles),
            (ServiceAccountRoles, service_account_roles),
        ]);
    }

    /// A group or a project can have members that the list of users does not: service accounts, people of the wider
    /// tenant.
    async fn members(&self, answers: &mut Answers) {
        let listed: BTreeSet<&str> =
            answers.users.iter().flat_map(|users| &users.items).map(|user| user.id.as_str()).collect();
        let in_groups = answers.group_members.values().flat_map(|members| &members.items).map(|member| &member.id);
        let in_projects = answers.project_users.values().flat_map(|users| &users.items).map(|user| &user.id);
        let members = in_groups.chain(in_projects).map(String::as_str);
        let unlisted: BTreeSet<&str> = members.filter(|id| !listed.contains(id)).collect();
        let asked = answers.held(UserRoles);
        let new = unlisted
            .into_iter()
            .map(Place::of)
            .filter(|place| !asked.contains_key(&place.part) && answers.carried.of(UserRoles, &place.part).is_none());
        let roles = self.held(UserRoles, new.collect()).await;
        answers.held.entry(UserRoles).or_default().extend(roles);
    }

    /// The roles in the lists of these things.
    async fn held(&self, collection: Collection, places: Vec<Place>) -> Parts<Assigned> {
        self.each(collection, places, |role| self.said.keep(role)).await
    }

    /// A list of each project, and as soon as it is there, the roles of each thing in it that is wanted.
    async fn nested<T: DeserializeOwned + Item>(
        &self,
        of: Collection,
        roles: Option<Collection>,
        projects: &[Place],
        wanted: impl Fn(&str) -> bool,
    ) -> (Parts<T>, Parts<Assigned>) {
        let (mut lists, mut held) = (Parts::new(), Parts::new());
        if !self.needs(of) {
            return (lists, held);
        }
        self.tally.expect(of, projects.len());
        let wanted = &wanted;
        let mut asking: FuturesUnordered<_> = projects
            .iter()
            .map(async |Place { part, archived }| {
                let listed = self.one::<T>(of, part, *archived, false).await;
                let things = listed.items.iter().map(Item::id).filter(|id| wanted(id));
                let things = things.map(|id| Place::within(part, id)).collect();
                let held = match roles {
                    Some(roles) => self.held(roles, things).await,
                    None => Parts::new(),
                };
                (part.clone(), listed, held)
            })
            .collect();
        while let Some((project, listed, roles)) = asking.next().await {
            lists.insert(project, listed);
            held.extend(roles);
        }
        (lists, held)
    }
}

/// The users of the list whose roles somebody wants.
fn users(answers: &Answers, wanted: &Wanted) -> Vec<Place> {
    let listed = answers.users.iter().flat_map(|users| &users.items).map(|user| user.id.as_str());
    listed.filter(|id| wanted.has(UserRoles, id)).map(Place::of).collect()
}
