//! Lists that cannot be as they were sent: empty ones that never are, and ones that other lists contradict. They are
//! incomplete.

use std::collections::{BTreeMap, BTreeSet};

use super::gap;
use crate::api::parent::Parent;
use crate::api::wire::Project;
use crate::collect::responses::Responses;
use crate::org::{Collection, Coverage, Text};

pub fn contradictions(coverage: &mut Coverage, responses: &Responses) {
    let projects = Projects::new(responses);
    empty_lists(coverage);
    empty_roles(coverage, responses, &projects);
    invited(coverage, responses, &projects);
    in_projects(coverage, responses, &projects);
    groups_of_others(coverage, responses, &projects);
}

/// The listed projects that are still there.
struct Projects<'r> {
    by_id: BTreeMap<&'r str, &'r Project>,
    /// The ids of all, and of those that are gone, if the list was read to its end.
    listed: Option<BTreeSet<&'r str>>,
}

impl<'r> Projects<'r> {
    fn new(responses: &'r Responses) -> Self {
        let all = || responses.projects.iter().flat_map(|projects| &projects.items);
        let stays = |project: &&Project| !responses.is_gone(Collection::Projects, &Parent::organization(&project.id));
        let whole = responses.projects.as_ref().is_some_and(|projects| projects.truncated.is_none());
        Self {
            by_id: all().filter(stays).map(|project| (project.id.as_str(), project)).collect(),
            listed: whole.then(|| all().map(|project| project.id.as_str()).collect()),
        }
    }

    /// Whether it is there and not archived, as far as is known.
    fn is_active(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(|project| !project.is_archived())
    }

    /// Whether the whole list does not have it.
    fn lacks(&self, id: &str) -> bool {
        self.listed.as_ref().is_some_and(|listed| !listed.contains(id))
    }
}

/// Lists of the organization that are never empty.
fn empty_lists(coverage: &mut Coverage) {
    for collection in Collection::ALL.into_iter().filter(|collection| collection.parent().is_none()) {
        let record = coverage.of(collection);
        let is_empty = record.requests > 0 && record.items == 0 && record.truncated.is_none();
        if let Some(why) = collection.never_empty().filter(|_| is_empty) {
            coverage.of_mut(collection).truncated = Some(gap(why.to_owned()));
        }
    }
}

/// Projects without roles. What the API lists of an archived one, it does not say.
fn empty_roles(coverage: &mut Coverage, responses: &Responses, projects: &Projects<'_>) {
    let collection = Collection::ProjectRoles;
    let Some(why) = collection.never_empty() else { return };
    for (project, roles) in responses.held(collection) {
        if roles.items.is_empty() && roles.truncated.is_none() && projects.is_active(&project.id) {
            add_gap(coverage, collection, project, format!("project {}: {why}", project.id));
        }
    }
}

/// Invitations to projects that are not listed. One that was accepted or has expired may name a project that was deleted.
fn invited(coverage: &mut Coverage, responses: &Responses, projects: &Projects<'_>) {
    let is_over = |status: &Text| ["accepted", "expired"].contains(&status.as_str());
    for invite in responses.invites.iter().flat_map(|invites| &invites.items) {
        let open = !invite.status.value().is_some_and(is_over);
        let named = invite.projects.value().into_iter().flatten().filter(|_| open);
        for project in named.filter(|project| projects.lacks(&project.id)) {
            unlisted(coverage, &format!("invitation {} names", invite.id), &project.id);
        }
    }
}

/// What the list of users says about projects, and the lists of these projects do not.
fn in_projects(coverage: &mut Coverage, responses: &Responses, projects: &Projects<'_>) {
    let Some(users) = &responses.users else { return };
    for (id, members) in users.items.in_projects() {
        if projects.lacks(id) {
            unlisted(coverage, "the list of users names", id);
        }
        let project = Parent::organization(id);
        let Some(listed) = responses.project_users.get(&project).filter(|_| projects.is_active(id)) else { continue };
        let listed: BTreeSet<&str> = listed.items.iter().map(|user| user.id.as_str()).collect();
        let lacking = |user: &&Text| !listed.contains(user.as_str()) && !belongs_otherwise(responses, &project, user);
        if let Some(user) = members.iter().find(lacking) {
            let why = format!("the list of users and that of project {id} disagree on user {user}");
            add_gap(coverage, Collection::ProjectUsers, &project, why);
        }
    }
}

/// Whether somebody belongs to a project without being among its users: as an owner of the organization, by way of a
/// group, or as a service account.
fn belongs_otherwise(responses: &Responses, project: &Parent, user: &Text) -> bool {
    let part = Parent::organization(user);
    let is_owner = || {
        let user = responses.users.as_ref().and_then(|users| users.items.get(user));
        user.is_some_and(|user| user.role.value().is_some_and(|role| role == "owner"))
    };
    let in_group = || {
        let groups = responses.project_groups.get(project).into_iter().flat_map(|groups| &groups.items);
        let mut members =
            groups.filter_map(|group| responses.group_members.get(&Parent::organization(&group.group_id)));
        members.any(|members| members.items.iter().any(|member| member.id == *user))
    };
    let is_account = || {
        let accounts = responses.service_accounts.get(project).into_iter().flat_map(|accounts| &accounts.items);
        accounts.into_iter().any(|account| account.id == *user)
    };
    responses.is_gone(Collection::Users, &part) || is_owner() || in_group() || is_account()
}

/// Groups that are listed for one project and say that they belong to another.
fn groups_of_others(coverage: &mut Coverage, responses: &Responses, projects: &Projects<'_>) {
    let collection = Collection::ProjectGroups;
    let lists =
        || responses.project_groups.iter().filter(|(project, _)| projects.by_id.contains_key(project.id.as_str()));
    for (project, groups) in lists() {
        for group in &groups.items {
            let Some(other) = group.project_id.value().filter(|other| **other != project.id) else { continue };
            let (id, group) = (&project.id, &group.group_id);
            let why = format!("group {group} is listed for project {id}, but says that it belongs to project {other}");
            add_gap(coverage, collection, project, why.clone());
            let theirs = lists().find(|(project, _)| project.id == *other);
            let lacking = theirs.filter(|(_, theirs)| theirs.items.iter().all(|listed| listed.group_id != *group));
            if let Some((other, _)) = lacking {
                add_gap(coverage, collection, other, why);
            }
        }
    }
}

/// Something names a project that the list of projects lacks.
fn unlisted(coverage: &mut Coverage, says: &str, project: &str) {
    let why = format!("{says} project {project}, which is missing from the list of projects");
    coverage.of_mut(Collection::Projects).truncated.get_or_insert_with(|| gap(why));
}

fn add_gap(coverage: &mut Coverage, collection: Collection, project: &Parent, why: String) {
    coverage.of_mut(collection).gaps.entry(project.label()).or_insert_with(|| gap(why));
}
