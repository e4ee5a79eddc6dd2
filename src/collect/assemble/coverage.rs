//! What was read and what was not, as the responses show it.

use std::collections::{BTreeMap, BTreeSet};

use super::contradictions::contradictions;
use super::gap;
use crate::api::endpoint;
use crate::api::error::Error;
use crate::api::parent::Parent;
use crate::api::wire::Role;
use crate::collect::read_list::{AsList, ReadList};
use crate::collect::responses::{Responses, role_id};
use crate::org::{Collection, Coverage};

pub fn coverage(responses: &Responses, needs: &BTreeSet<Collection>) -> Coverage {
    let mut coverage = Coverage::default();
    for &collection in needs {
        coverage.of_mut(collection).asked = true;
    }
    lists(&mut coverage, responses);
    things(&mut coverage, responses);
    contradictions(&mut coverage, responses);
    not_asked(&mut coverage, responses, needs);
    for (&collection, gone) in &responses.gone {
        coverage.of_mut(collection).gone = gone.iter().map(Parent::label).collect();
    }
    for (collection, part, from) in responses.carried.parts() {
        // Nothing is reused for things that left during collection.
        if collection.parent().is_some_and(|listed_by| responses.is_gone(listed_by, part)) {
            continue;
        }
        coverage.of_mut(collection).carried.insert(part.label(), from);
    }
    unlisted(&mut coverage, responses);
    for ((collection, part), fields) in &responses.unclear {
        if !responses.is_gone(*collection, part) {
            coverage.of_mut(*collection).unclear.insert(part.label(), fields.clone());
        }
    }
    coverage
}

fn lists(coverage: &mut Coverage, responses: &Responses) {
    whole(coverage, Collection::Roles, responses.roles.as_ref());
    whole(coverage, Collection::Users, responses.users.as_ref());
    whole(coverage, Collection::Groups, responses.groups.as_ref());
    whole(coverage, Collection::Projects, responses.projects.as_ref());
    whole(coverage, Collection::AdminApiKeys, responses.admin_api_keys.as_ref());
    whole(coverage, Collection::Invites, responses.invites.as_ref());
}

fn things(coverage: &mut Coverage, responses: &Responses) {
    for (&collection, held) in &responses.held {
        parts(coverage, responses, collection, held);
    }
    parts(coverage, responses, Collection::GroupMembers, &responses.group_members);
    parts(coverage, responses, Collection::ProjectUsers, &responses.project_users);
    parts(coverage, responses, Collection::ProjectGroups, &responses.project_groups);
    parts(coverage, responses, Collection::ServiceAccounts, &responses.service_accounts);
    parts(coverage, responses, Collection::ApiKeys, &responses.api_keys);
}

/// What was not requested: the roles of users that no rule needs.
fn not_asked(coverage: &mut Coverage, responses: &Responses, needs: &BTreeSet<Collection>) {
    for &collection in needs {
        let Some(listed_by) = collection.parent() else { continue };
        let not_asked = responses
            .things(listed_by)
            .filter(|part| !responses.was_asked(collection, part) && !responses.is_gone(listed_by, part));
        coverage.of_mut(collection).not_asked = not_asked.map(|part| part.label()).collect();
    }
}

/// What is missing from lists that should contain it.
fn unlisted(coverage: &mut Coverage, responses: &Responses) {
    for (project, role) in responses.unlisted_roles() {
        match project {
            None => {
                let message = format!("role {role} is assigned, but is missing from the list of roles");
                coverage.of_mut(Collection::Roles).truncated.get_or_insert_with(|| gap(message));
            }
            // A project that left during collection has no gaps.
            Some(project) if responses.is_gone(Collection::Projects, &Parent::organization(project)) => {}
            Some(project) => {
                let message = format!(
                    "role {role} is assigned in project {project}, but is missing from that project's list of roles"
                );
                let gaps = &mut coverage.of_mut(Collection::ProjectRoles).gaps;
                gaps.entry(project.to_owned()).or_insert_with(|| gap(message));
            }
        }
    }
    for role in responses.roles.iter().flat_map(|roles| &roles.items).map(|role| responses.role(role)) {
        if role.permissions.value().is_none() {
            coverage
                .of_mut(Collection::Roles)
                .gaps
                .insert(role_id(role).to_owned(), gap(without_permissions(role_id(role))));
        }
    }
    for (project, roles) in responses.held(Collection::ProjectRoles) {
        let silent =
            roles.items.iter().map(|role| responses.role(role)).find(|role| role.permissions.value().is_none());
        if let Some(role) = silent.filter(|_| !responses.is_gone(Collection::Projects, project)) {
            let gaps = &mut coverage.of_mut(Collection::ProjectRoles).gaps;
            gaps.entry(project.label()).or_insert_with(|| gap(without_permissions(role_id(role))));
        }
    }
    misplaced(coverage, responses);
    for group in responses.unlisted_groups() {
        let truncated = &mut coverage.of_mut(Collection::Groups).truncated;
        truncated.get_or_insert_with(|| {
            gap(format!("roles are inherited from group {group}, which is missing from the list of groups"))
        });
        not_asked_about(coverage, group);
    }
}

/// Roles in a list that contradicts their `resource_type`. The list of a project may repeat roles of the organization.
fn misplaced(coverage: &mut Coverage, responses: &Responses) {
    let is = |role: &Role, word: &str| role.resource_type.value().is_some_and(|of| of.eq_ignore_ascii_case(word));
    let Some(own) = responses.roles.as_ref().filter(|roles| roles.truncated.is_none()) else { return };
    let own: Vec<&Role> = own.items.iter().map(|role| responses.role(role)).collect();
    for role in own.iter().filter(|role| is(role, "api.project")).map(|role| role_id(role)) {
        let message =
            format!("role {role} is in the organization's list of roles, but its `resource_type` is api.project");
        coverage.of_mut(Collection::Roles).gaps.entry(role.to_owned()).or_insert_with(|| gap(message));
    }
    let own: BTreeSet<&str> = own.into_iter().map(role_id).collect();
    for (project, roles) in responses.held(Collection::ProjectRoles) {
        let mut roles = roles.items.iter().map(|role| responses.role(role));
        let stranger = roles.find(|role| is(role, "api.organization") && !own.contains(role_id(role)));
        if let Some(role) = stranger.filter(|_| !responses.is_gone(Collection::Projects, project)) {
            let message = format!(
                "role {} is in the list of project {}, but its `resource_type` is api.organization, whose list does not have it",
                role_id(role),
                project.label()
            );
            let gaps = &mut coverage.of_mut(Collection::ProjectRoles).gaps;
            gaps.entry(project.label()).or_insert_with(|| gap(message));
        }
    }
}

pub fn without_permissions(role: &str) -> String {
    format!("the API sent no `permissions` for role {role}")
}

fn not_asked_about(coverage: &mut Coverage, group: &str) {
    for collection in [Collection::GroupRoles, Collection::GroupMembers] {
        let message = format!("group {group} is not in the list of groups, so its data was not requested");
        if coverage.of(collection).asked {
            coverage.of_mut(collection).gaps.insert(group.to_owned(), gap(message));
        }
    }
}

fn whole(coverage: &mut Coverage, collection: Collection, list: Option<&impl AsList>) {
    let Some(ReadList { items, requests, truncated }) = list.map(AsList::read) else { return };
    let record = coverage.of_mut(collection);
    record.requests = requests;
    record.items = items as u64;
    record.truncated = truncated.map(|error| error.failure(endpoint::of(collection).template));
}

/// Records the responses to nested lists.
fn parts(coverage: &mut Coverage, responses: &Responses, collection: Collection, of: &BTreeMap<Parent, impl AsList>) {
    let endpoint = endpoint::of(collection);
    // When a breaker opens, chance decides which things were requested before.
    let given_up = of.values().any(|list| matches!(list.read().truncated, Some(Error::Tripped(_))));
    let listed_by = collection.parent().expect("it is read thing by thing");
    for (part, list) in of {
        let ReadList { items, requests, truncated } = list.read();
        let record = coverage.of_mut(collection);
        record.requests += requests;
        if responses.is_gone(listed_by, part) {
            continue;
        }
        record.items += items as u64;
        if let Some(error) = truncated {
            // An id that is not valid in a path has no path.
            let path = endpoint.path(&part.ids()).ok().filter(|_| !given_up);
            record.gaps.insert(part.label(), error.failure(&path.unwrap_or_else(|| endpoint.template.to_owned())));
        }
    }
}
