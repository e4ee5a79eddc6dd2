//! What changed while we read. A list is looked at once more for what is new, and once for who left, at most; what still
//! does not fit then is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::Collector;
use super::nested::Target;
use crate::api::client::Purpose;
use crate::api::error::Error;
use crate::api::parent::Parent;
use crate::api::wire::{Group, Item as _, Project, Role, Thing};
use crate::collect::responses::Responses;
use crate::org::Collection;

/// One in so many may leave unnoticed between two looks at a list.
const FEW: usize = 20;

impl Collector<'_> {
    /// Reads anew what two responses disagree on.
    pub(crate) async fn mend(&self, responses: &mut Responses) {
        responses.said = self.said.all();
        self.new_groups(responses).await;
        responses.said = self.said.all();
        self.new_roles(responses).await;
        self.archived(responses).await;
        self.gone(responses).await;
    }

    /// A group that roles are inherited from and that is not listed may have been made while we read.
    async fn new_groups(&self, responses: &mut Responses) {
        // Of a list that was cut short, it is known that it lacks some.
        let whole = responses.groups.as_ref().is_some_and(|groups| groups.cut.is_none());
        if !whole || responses.unlisted_groups().is_empty() {
            return;
        }
        let Some(second) = self.whole::<Group>(Collection::Groups, Purpose::ForNews).await else { return };
        let Some(first) = &mut responses.groups else { return };
        first.requests += second.requests;
        let known: BTreeSet<&str> = first.items.iter().map(|group| group.id.as_str()).collect();
        let new: Vec<Group> = second.items.into_iter().filter(|group| !known.contains(group.id())).collect();
        let places: Vec<Target> = new.iter().map(|group| Target::of(&group.id)).collect();
        first.items.extend(new);
        let (members, roles) = tokio::join!(
            self.each(Collection::GroupMembers, places.clone(), |member| member),
            self.held(Collection::GroupRoles, places),
        );
        responses.group_members.extend(members);
        responses.held.entry(Collection::GroupRoles).or_default().extend(roles);
        self.members(responses).await;
    }

    /// A role that is assigned and not listed may have been made while we read.
    async fn new_roles(&self, responses: &mut Responses) {
        let unlisted: BTreeSet<Option<String>> =
            responses.unlisted_roles().into_iter().map(|(project, _)| project.map(str::to_owned)).collect();
        for project in unlisted {
            let part = project.as_deref().map(Parent::organization);
            let second = match &part {
                None => self.whole::<Role>(Collection::Roles, Purpose::ForNews).await,
                Some(part) => Some(self.one(Collection::ProjectRoles, part, false, Purpose::ForNews).await),
            };
            let Some(second) = second.map(|roles| self.keep(roles)) else { continue };
            responses.said = self.said.all();
            responses.add_roles(part.as_ref(), second);
        }
    }

    /// A project that refuses to tell who is in it may have been archived while we read.
    async fn archived(&self, responses: &mut Responses) {
        let refused: BTreeSet<String> = [Collection::ProjectUsers, Collection::ServiceAccounts]
            .into_iter()
            .flat_map(|collection| responses.cuts(collection).0)
            .filter(|(_, error)| matches!(error, Error::Status { status: 400, .. }))
            .map(|(project, _)| project.id.to_string())
            .collect();
        if refused.is_empty() {
            return;
        }
        let Some(second) = self.whole::<Project>(Collection::Projects, Purpose::ForNews).await else { return };
        let archived = second.items.into_iter().filter(|project| refused.contains(&project.id));
        archived.filter(Project::is_archived).for_each(|project| responses.archive(&project));
    }

    /// Who was listed and then not found may have left while we read: the list tells.
    async fn gone(&self, responses: &mut Responses) {
        let mut lost: BTreeMap<(Collection, Option<Parent>), BTreeSet<Parent>> = BTreeMap::new();
        for collection in Collection::ALL {
            let Some(listed_by) = collection.parent() else { continue };
            let (cuts, asked) = responses.cuts(collection);
            let not_found = cuts.iter().filter(|(_, error)| matches!(error, Error::NotFound { .. }));
            let not_found: Vec<&Parent> = not_found.map(|(part, _)| *part).collect();
            // An endpoint that knows nobody is another matter.
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
                None => self.whole::<Thing>(collection, Purpose::ForTheGone).await,
                Some(project) => Some(self.one::<Thing>(collection, project, false, Purpose::ForTheGone).await),
            };
            let Some(second) = second.filter(|second| second.cut.is_none()) else { continue };
            let there: BTreeSet<&str> = second.items.iter().map(|thing| thing.id.as_str()).collect();
            let first = responses.things_in(collection, list.as_ref());
            let left = first.difference(&lost).filter(|part| !there.contains(part.id.as_str())).count();
            // A list that lacks many more than those who were not found was not read whole.
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

    /// Whether another list that had a user or group still has it, read once more; or cannot be read.
    async fn still_elsewhere(&self, responses: &Responses, collection: Collection, part: &Parent) -> bool {
        for (other, of) in responses.other_lists(collection, &part.id) {
            let second = self.one::<Thing>(other, &of, false, Purpose::ForTheGone).await;
            if second.cut.is_some() || second.items.iter().any(|thing| part.id == thing.id) {
                return true;
            }
        }
        false
    }
}
