//! Handles changes during collection. A list is read again at most once for new things and once for things that left.
//! What still does not match is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::Collector;
use super::nested::is_archived;
use super::wanted::{Target, Wanted};
use crate::api::client::Purpose;
use crate::api::error::Error;
use crate::api::parent::Parent;
use crate::api::wire::{Group, Item as _, Project, Role, Thing};
use crate::collect::responses::Responses;
use crate::org::Collection;

/// At most one in this many may leave between two readings of a list.
const FEW: usize = 20;

impl Collector<'_> {
    /// Reads again where two responses disagree.
    pub(crate) async fn mend(&self, responses: &mut Responses, wanted: &Wanted) {
        responses.role_versions = self.role_pool.all();
        self.new_groups(responses, wanted).await;
        responses.role_versions = self.role_pool.all();
        self.new_roles(responses).await;
        self.archived(responses).await;
        self.gone(responses).await;
    }

    /// A group that is not listed but grants roles may have been created during collection.
    async fn new_groups(&self, responses: &mut Responses, wanted: &Wanted) {
        // A truncated list is known to be incomplete anyway.
        let whole = responses.groups.as_ref().is_some_and(|groups| groups.truncated.is_none());
        if !whole || responses.unlisted_groups().is_empty() {
            return;
        }
        let Some(second) = self.whole::<Group, Vec<_>>(Collection::Groups, Purpose::Additions).await else { return };
        let Some(first) = &mut responses.groups else { return };
        first.requests += second.requests;
        let known: BTreeSet<&str> = first.items.iter().map(|group| group.id.as_str()).collect();
        let new: Vec<Group> = second.items.into_iter().filter(|group| !known.contains(group.id())).collect();
        let places: Vec<Target> = new.iter().map(|group| Target::of(&group.id)).collect();
        first.items.extend(new);
        let (members, roles) =
            tokio::join!(self.group_members(responses, places.clone()), self.held(Collection::GroupRoles, places),);
        responses.group_members.extend(members);
        responses.held.entry(Collection::GroupRoles).or_default().extend(roles);
        self.members(responses, wanted).await;
    }

    /// A role that is assigned but not listed may have been created during collection.
    async fn new_roles(&self, responses: &mut Responses) {
        let unlisted: BTreeSet<Option<String>> =
            responses.unlisted_roles().into_iter().map(|(project, _)| project.map(str::to_owned)).collect();
        for project in unlisted {
            let part = project.as_deref().map(Parent::organization);
            let second = match &part {
                None => self.whole::<Role, Vec<_>>(Collection::Roles, Purpose::Additions).await,
                Some(part) => Some(self.one(Collection::ProjectRoles, part, false, Purpose::Additions).await),
            };
            let Some(second) = second.map(|roles| self.keep(roles)) else { continue };
            responses.role_versions = self.role_pool.all();
            responses.add_roles(part.as_ref(), second);
        }
    }

    /// A project that refuses to list its users may have been archived during collection. One that was archived before
    /// and then refuses contradicts itself.
    async fn archived(&self, responses: &mut Responses) {
        let was_active = |id: &String| {
            let listed = responses.projects.iter().flat_map(|list| &list.items);
            listed.filter(|project| project.id == *id).any(|project| !project.is_archived())
        };
        let refused: BTreeSet<String> = [Collection::ProjectUsers, Collection::ServiceAccounts]
            .into_iter()
            .flat_map(|collection| responses.gaps(collection).0)
            .filter(|(_, error)| matches!(error, Error::Status { status: 400, .. }))
            .map(|(project, _)| project.id.to_string())
            .filter(was_active)
            .collect();
        if refused.is_empty() {
            return;
        }
        let Some(second) = self.whole::<Project, Vec<_>>(Collection::Projects, Purpose::Additions).await else {
            return;
        };
        let archived = second.items.iter().filter(|project| refused.contains(project.id.as_str()));
        archived.filter(|project| is_archived(project, &second)).for_each(|project| responses.archive(project));
    }

    /// A thing that was listed but then not found may have left during collection; reading the list again shows that.
    async fn gone(&self, responses: &mut Responses) {
        let mut lost: BTreeMap<(Collection, Option<Parent>), BTreeSet<Parent>> = BTreeMap::new();
        for collection in Collection::ALL {
            let Some(listed_by) = collection.parent() else { continue };
            let (gaps, asked) = responses.gaps(collection);
            let not_found = gaps.iter().filter(|(_, error)| matches!(error, Error::NotFound { .. }));
            let not_found: Vec<&Parent> = not_found.map(|(part, _)| *part).collect();
            // An endpoint that returns 404 for everybody is another matter.
            if not_found.len() == asked && asked > 1 {
                continue;
            }
            for part in not_found.into_iter().filter(|part| responses.lists(listed_by, part)) {
                let list = part.project.as_deref().map(Parent::organization);
                lost.entry((listed_by, list)).or_default().insert(part.clone());
            }
        }
        for ((collection, list), lost) in lost {
            let second = match &list {
                None => self.whole::<Thing, Vec<_>>(collection, Purpose::Removals).await,
                Some(project) => Some(self.one::<Thing>(collection, project, false, Purpose::Removals).await),
            };
            let Some(second) = second.filter(|second| second.truncated.is_none()) else { continue };
            let there: BTreeSet<&str> = second.items.iter().map(|thing| thing.id.as_str()).collect();
            let first = responses.things_in(collection, list.as_ref());
            let left = first.difference(&lost).filter(|part| !there.contains(part.id.as_str())).count();
            // If the second list lacks many more than those that were not found, it is incomplete.
            if left * FEW > there.len() || (there.is_empty() && collection == Collection::Users) {
                continue;
            }
            for part in lost.into_iter().filter(|part| !there.contains(part.id.as_str())) {
                if !self.still_elsewhere(responses, collection, &part).await {
                    responses.gone.entry(collection).or_default().insert(part);
                }
            }
        }
    }

    /// Whether another list that had a user or group still has it when read again, or cannot be read.
    async fn still_elsewhere(&self, responses: &Responses, collection: Collection, part: &Parent) -> bool {
        for (other, of) in responses.other_lists(collection, &part.id) {
            let second = self.one::<Thing>(other, &of, false, Purpose::Removals).await;
            if second.truncated.is_some() || second.items.iter().any(|thing| part.id == thing.id) {
                return true;
            }
        }
        false
    }
}
