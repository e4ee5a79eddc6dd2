//! The projects that a thing is in.

use std::collections::BTreeSet;

use smallvec::smallvec;

use super::{Family, Start};
use crate::access::{Gaps, Routes, Step};
use crate::check::facts::Facts;
use crate::org::{Among, Collection, GroupIx, Org, ProjectIx, UserIx};
use crate::policy::{Kind, Relation};

/// `projects` and `project`.
pub struct Projects;

impl Family for Projects {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let (org, at) = (facts.org, start.at);
        if start.relation == Relation::Projects {
            return facts.projects(start.kind, at, into);
        }
        // Service accounts and keys belong to one project.
        let account = start.kind == Kind::ServiceAccount;
        into.push(if account { org.service_accounts[at].project.at() } else { org.api_keys[at].project.at() });
        false
    }

    fn paths(&self, _: &Facts<'_>, start: Start, place: usize) -> Routes {
        let leads = start.relation == Relation::Project || matches!(start.kind, Kind::User | Kind::Group);
        let path = || smallvec![Step::new(start.kind, start.at), Step::new(start.relation.target(), place)];
        leads.then(path).into_iter().collect()
    }

    fn gaps(&self, _: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if start.relation == Relation::Projects {
            gaps.open_projects(start.kind, start.at);
        }
    }
}

impl Facts<'_> {
    fn projects(&self, of: Kind, at: usize, into: &mut Vec<usize>) -> bool {
        let org = self.org;
        match of {
            Kind::Role => {
                let lists = |project: &usize| {
                    let roles = org.roles_of_project(ProjectIx::new(*project));
                    roles.binary_search_by_key(&at, |role| role.at()).is_ok()
                };
                into.extend((0..org.projects.len()).filter(lists));
                !org.knows_of_projects(Collection::ProjectRoles, Among::ALL)
            }
            Kind::Group => {
                let places = org.projects_of_group(GroupIx::new(at));
                into.extend(places.map(|place| org.project_groups[place].project.at()));
                !org.knows_all_project_groups()
            }
            Kind::Invite => {
                let invited = org.invites[at].projects.value();
                let place = |id: &str| org.projects.binary_search_by(|project| project.id.as_str().cmp(id)).ok();
                let places: BTreeSet<usize> = invited.into_iter().flatten().filter_map(|(id, _)| place(id)).collect();
                into.extend(places);
                !knows_projects_of_invite(org, at)
            }
            Kind::User | Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                let places = org.projects_of(UserIx::new(at));
                into.extend(places.map(|place| org.project_users[place].project.at()));
                !org.knows_all_project_users()
            }
        }
    }
}

/// Whether all projects that come with an invitation are among those that were read.
fn knows_projects_of_invite(org: &Org, at: usize) -> bool {
    let among = |id: &str| org.projects.binary_search_by(|project| project.id.as_str().cmp(id)).is_ok();
    org.invites[at].projects.value().is_some_and(|invited| invited.iter().all(|(id, _)| among(id)))
}

impl Gaps<'_, '_, '_> {
    fn open_projects(&mut self, kind: Kind, at: usize) {
        let org = self.access.org;
        match kind {
            Kind::Role => self.unread(Collection::ProjectRoles),
            Kind::Group => self.unread(Collection::ProjectGroups),
            Kind::Invite if org.invites[at].projects.is_missing() => {
                self.unsent("projects", kind, at);
            }
            Kind::Invite if knows_projects_of_invite(org, at) => {}
            Kind::Invite if !org.coverage.of(Collection::Projects).lists_all() => {
                self.unread(Collection::Projects);
            }
            Kind::Invite => {
                self.note("one of its projects is missing from the list of projects".to_owned());
            }
            Kind::User | Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                self.unread(Collection::ProjectUsers);
            }
        }
    }
}
