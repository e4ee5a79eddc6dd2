//! What a check does not ask for.

use std::collections::{BTreeMap, BTreeSet};

use crate::org::{Collection, Kind, Org, Parts, ProjectIx};

/// The parts of collections that nobody asks for, of everything that there is, given the organization's own lists.
pub fn not_asked(all: &Org, listed: &Org, parts: &Parts) -> BTreeMap<Collection, BTreeSet<String>> {
    let place = |kind: Kind, id: &str| match kind {
        Kind::User => listed.users.find(id).filter(|at| listed.users.at(*at).listed()),
        Kind::Group => listed.groups.iter().position(|group| group.id == id && group.listed),
        Kind::Project => listed.projects.iter().position(|project| project.id == id),
        Kind::Role | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => None,
    };
    let project = |at: ProjectIx| all.project(at).id.to_string();
    let users: Vec<(Option<String>, String)> = all.users.iter().map(|user| (None, user.id().to_owned())).collect();
    let groups = all.groups.iter().filter(|group| group.listed).map(|group| (None, group.id.to_string())).collect();
    let projects: Vec<_> = all.projects.iter().map(|project| (None, project.id.to_string())).collect();
    let project_users =
        all.project_users.iter().map(|of| (Some(project(of.project)), all.user(of.user).id().to_owned()));
    let project_groups =
        all.project_groups.iter().map(|of| (Some(project(of.project)), all.group(of.group).id.to_string()));
    let accounts = all.service_accounts.iter().map(|account| (Some(project(account.project)), account.id.to_string()));
    let (project_users, project_groups, accounts) =
        (project_users.collect(), project_groups.collect(), accounts.collect());
    let mut not_asked = BTreeMap::new();
    for &collection in parts.of.keys() {
        let things: &Vec<(Option<String>, String)> = match collection.parent().expect("it is read for something") {
            Collection::Users => &users,
            Collection::Groups => &groups,
            Collection::ProjectUsers => &project_users,
            Collection::ProjectGroups => &project_groups,
            Collection::ServiceAccounts => &accounts,
            Collection::Projects
            | Collection::Roles
            | Collection::UserRoles
            | Collection::GroupRoles
            | Collection::GroupMembers
            | Collection::ProjectRoles
            | Collection::ProjectUserRoles
            | Collection::ProjectGroupRoles
            | Collection::ServiceAccountRoles
            | Collection::ApiKeys
            | Collection::AdminApiKeys
            | Collection::Invites => &projects,
        };
        let is_asked = |(project, id): &(Option<String>, String)| {
            let of = |&kind: &Kind| {
                (kind, place(kind, if kind == Kind::Project { project.as_ref().unwrap_or(id) } else { id }))
            };
            parts.have(collection, &collection.read_for().iter().map(of).collect::<Vec<_>>())
        };
        let label = |(project, id): &(Option<String>, String)| match project {
            Some(project) => format!("{project}/{id}"),
            None => id.clone(),
        };
        let ids: BTreeSet<String> = things.iter().filter(|thing| !is_asked(thing)).map(label).collect();
        not_asked.insert(collection, ids);
    }
    not_asked
}
