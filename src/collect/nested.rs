//! Nested lists: those of each user, group and project, and of the things in projects.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::de::DeserializeOwned;

use super::Collector;
use super::wanted::{Target, Wanted};
use crate::api::client::Purpose;
use crate::api::pagination::Listed;
use crate::api::parent::Parent;
use crate::api::wire::{self, Item, Stamp};
use crate::collect::responses::{ByParent, HeldRoles, Responses};
use crate::org::Collection;

use Collection::{
    AdminApiKeys, ApiKeys, GroupMembers, GroupRoles, Invites, ProjectGroupRoles, ProjectGroups, ProjectRoles,
    ProjectUserRoles, ProjectUsers, ServiceAccountRoles, ServiceAccounts, UserRoles,
};

impl Target {
    fn project(project: &wire::Project, listed: &Listed<wire::Project>) -> Self {
        Self { part: Parent::organization(&project.id), archived: is_archived(project, listed) }
    }
}

/// Whether a project is archived for certain: the list says nothing else of it.
pub(super) fn is_archived(project: &wire::Project, listed: &Listed<wire::Project>) -> bool {
    let mut copies = listed.copies.iter().filter(|copy| copy.id == project.id);
    project.is_archived() && copies.all(wire::Project::is_archived)
}

impl Collector<'_> {
    /// The nested lists of groups, projects and things in projects; with `slow`, also those of users.
    pub(crate) async fn details(&self, responses: &mut Responses, wanted: &Wanted, slow: bool) {
        let users = if slow { users(responses, wanted) } else { Vec::new() };
        let groups: Vec<Target> =
            responses.groups.iter().flat_map(|groups| &groups.items).map(|group| Target::of(&group.id)).collect();
        let target = |projects: &Listed<wire::Project>| -> Vec<Target> {
            projects.items.iter().map(|project| Target::project(project, projects)).collect()
        };
        let projects: Vec<Target> = responses.projects.iter().flat_map(target).collect();
        let if_slow = |collection| Some(collection).filter(|_| slow);
        let (
            user_roles,
            (project_users, project_user_roles),
            (service_accounts, service_account_roles),
            (project_groups, project_group_roles),
            group_members,
            group_roles,
            project_roles,
            api_keys,
            admin_api_keys,
            invites,
        ) = tokio::join!(
            self.held(UserRoles, users),
            self.nested(ProjectUsers, if_slow(ProjectUserRoles), (&projects, wanted), |user: &wire::ProjectUser| {
                self.first.project_user(user);
            }),
            self.nested(ServiceAccounts, if_slow(ServiceAccountRoles), (&projects, wanted), |_| {}),
            self.nested(ProjectGroups, Some(ProjectGroupRoles), (&projects, wanted), |_| {}),
            self.group_members(responses, wanted.of(GroupMembers, &groups)),
            self.held(GroupRoles, wanted.of(GroupRoles, &groups)),
            self.held(ProjectRoles, wanted.of(ProjectRoles, &projects)),
            self.each(ApiKeys, wanted.of(ApiKeys, &projects), |_, keys: Listed<wire::ApiKey>| {
                keys.items.iter().for_each(|key| self.first.key(key));
                keys
            }),
            self.admin_api_keys(),
            self.whole::<_, Vec<_>>(Invites, Purpose::First),
        );
        responses.admin_api_keys = admin_api_keys;
        responses.invites = invites;
        responses.project_users = project_users;
        responses.service_accounts = service_accounts;
        responses.project_groups = project_groups;
        responses.group_members = group_members;
        responses.api_keys = api_keys;
        responses.held = BTreeMap::from([
            (UserRoles, user_roles),
            (GroupRoles, group_roles),
            (ProjectRoles, project_roles),
            (ProjectUserRoles, project_user_roles),
            (ProjectGroupRoles, project_group_roles),
            (ServiceAccountRoles, service_account_roles),
        ]);
    }

    /// The nested lists of users and service accounts, except those that are reused.
    pub(crate) async fn slow(&self, responses: &mut Responses, wanted: &Wanted) {
        let within = |project: &Parent, id: &str| Target::within(project, id);
        let members = responses.project_users.iter();
        let members = members.flat_map(|(project, users)| users.items.iter().map(|user| within(project, &user.id)));
        let members: Vec<Target> = members.filter(|place| wanted.has(ProjectUserRoles, &place.part)).collect();
        let accounts = responses.service_accounts.iter();
        let accounts =
            accounts.flat_map(|(project, accounts)| accounts.items.iter().map(|account| within(project, &account.id)));
        let new = |collection, places: Vec<Target>| -> Vec<Target> {
            places.into_iter().filter(|place| responses.carried.of(collection, &place.part).is_none()).collect()
        };
        let (users, members, accounts) = (
            new(UserRoles, users(responses, wanted)),
            new(ProjectUserRoles, members),
            new(ServiceAccountRoles, wanted.of(ServiceAccountRoles, &accounts.collect::<Vec<_>>())),
        );
        let (user_roles, project_user_roles, service_account_roles) = tokio::join!(
            self.held(UserRoles, users),
            self.held(ProjectUserRoles, members),
            self.held(ServiceAccountRoles, accounts),
        );
        responses.held.extend([
            (UserRoles, user_roles),
            (ProjectUserRoles, project_user_roles),
            (ServiceAccountRoles, service_account_roles),
        ]);
    }

    /// Groups and projects can have members that are not in the list of users: service accounts, people of the tenant,
    /// and users who joined during collection. And service accounts can be users.
    pub(crate) async fn members(&self, responses: &mut Responses, wanted: &Wanted) {
        let members = responses.group_members.values().flat_map(|members| &members.items);
        let in_projects = responses.project_users.values().flat_map(|members| &members.items);
        let all = members.map(|member| member.id.as_str()).chain(in_projects.map(|member| member.id.as_str()));
        let unlisted: BTreeSet<&str> = all.filter(|id| !responses.lists_user(id)).collect();
        let unlisted = unlisted.into_iter().map(Target::of).filter(|place| wanted.has(UserRoles, &place.part));
        let [users, members] = responses.accounts_as_users();
        let accounts =
            |collection, places: Vec<Target>| places.into_iter().filter(move |_| wanted.has_of_accounts(collection));
        let new = |collection, places: &mut dyn Iterator<Item = Target>| -> Vec<Target> {
            places.filter(|place| !responses.was_asked(collection, &place.part)).collect()
        };
        let (users, members) = (
            new(UserRoles, &mut unlisted.chain(accounts(UserRoles, users))),
            new(ProjectUserRoles, &mut accounts(ProjectUserRoles, members)),
        );
        let (user_roles, project_user_roles) =
            tokio::join!(self.held(UserRoles, users), self.held(ProjectUserRoles, members));
        responses.held.entry(UserRoles).or_default().extend(user_roles);
        responses.held.entry(ProjectUserRoles).or_default().extend(project_user_roles);
    }

    /// The members of these groups, without what the list of users says as well.
    pub(crate) async fn group_members(&self, responses: &Responses, places: Vec<Target>) -> ByParent<wire::Member> {
        let keep = |group: &Parent, mut members: Listed<wire::Member>| {
            members.items.iter().for_each(|member| self.first.member(group, &member.id));
            // Each of several copies counts.
            if members.copies.is_empty() {
                members.items.iter_mut().for_each(|member| responses.shorten(member));
            }
            members.items.shrink_to_fit();
            members
        };
        self.each(GroupMembers, places, keep).await
    }

    /// The roles in the lists of these things.
    pub(crate) async fn held(&self, collection: Collection, places: Vec<Target>) -> HeldRoles {
        let keep = |part: &Parent, roles: Listed<wire::Role>| {
            if collection == GroupRoles {
                roles.items.iter().for_each(|role| self.first.group_role(part, role));
            }
            let roles = roles.map(|role| self.role_pool.keep(Some(part), role));
            // Roles may still be added to the list of a project.
            if collection == ProjectRoles { Arc::new(roles) } else { self.role_pool.share(roles) }
        };
        self.each(collection, places, keep).await
    }

    async fn admin_api_keys(&self) -> Option<Listed<wire::ApiKey>> {
        let listed = self.whole::<_, Vec<_>>(AdminApiKeys, Purpose::First).await;
        listed.iter().flat_map(|keys| &keys.items).for_each(|key| self.first.key(key));
        listed
    }

    /// A list of each project that is needed and, as soon as it has arrived, the roles of each thing in it that is needed.
    async fn nested<T: DeserializeOwned + Item>(
        &self,
        of: Collection,
        roles: Option<Collection>,
        (projects, wanted): (&[Target], &Wanted),
        look: impl Fn(&T),
    ) -> (ByParent<T>, HeldRoles) {
        let (mut lists, mut held) = (ByParent::new(), HeldRoles::new());
        if !self.needs(of) {
            return (lists, held);
        }
        let projects = wanted.of(of, projects);
        self.tally.expect(of, projects.len());
        let look = &look;
        let mut asking: FuturesUnordered<_> = projects
            .iter()
            .map(async |Target { part, archived }| {
                let listed = self.one::<T>(of, part, *archived, Purpose::First).await;
                listed.items.iter().for_each(look);
                let things = listed.items.iter().map(|thing| Target::within(part, thing.id()));
                let held = match roles {
                    Some(roles) => self.held(roles, wanted.of(roles, &things.collect::<Vec<_>>())).await,
                    None => HeldRoles::new(),
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

/// The users in the list whose roles are needed, those who used the API last first.
fn users(responses: &Responses, wanted: &Wanted) -> Vec<Target> {
    let listed = responses.users.iter().flat_map(|users| users.items.iter());
    let mut users: Vec<(Reverse<Option<Stamp>>, Target)> = listed
        .map(|user| (Reverse(user.api_key_last_used_at.value().copied()), Target::of(&user.id)))
        .filter(|(_, user)| wanted.has(UserRoles, &user.part))
        .collect();
    users.sort_by_key(|(last_used, _)| *last_used);
    users.into_iter().map(|(_, user)| user).collect()
}
