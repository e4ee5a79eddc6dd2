//! Who is in which group or project: from a principal to its groups, from a group or a project to its members.

use super::{Family, Path, Start, within};
use crate::check::facts::Facts;
use crate::check::gaps::Gaps;
use crate::org::{Collection, Extent, GroupIx, ProjectIx, ServiceAccountIx, UserIx};
use crate::policy::{Kind, Relation};

/// `groups` and `members`.
pub struct Membership;

impl Family for Membership {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let (org, at) = (facts.org, start.at);
        if start.relation == Relation::Groups {
            let account = start.kind == Kind::ServiceAccount;
            let groups =
                if account { org.groups_of_account(ServiceAccountIx::new(at)) } else { org.groups_of(UserIx::new(at)) };
            into.extend(groups.iter().map(|group| group.at()));
            return !facts.knows_memberships();
        }
        if start.kind == Kind::Project {
            let members = within(&org.project_users, at, |member| member.project);
            into.extend(members.map(|place| org.project_users[place].user.at()));
            return !org.knows_project_users(ProjectIx::new(at));
        }
        let group = GroupIx::new(at);
        into.extend(org.members_of(group).iter().map(|user| user.at()));
        !org.knows_members(group)
    }

    fn paths(&self, facts: &Facts<'_>, start: Start, place: usize) -> Vec<Path> {
        let here = facts.thing(start.kind, start.at);
        let there = facts.thing(start.relation.target(), place);
        // A path runs from the member.
        vec![if start.relation == Relation::Groups { vec![here, there] } else { vec![there, here] }]
    }

    fn gaps(&self, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if start.relation == Relation::Groups {
            let project = gaps.facts.unlisted_groups.get();
            return gaps.open_memberships(Extent { project, ..start.scopes });
        }
        if start.kind == Kind::Project {
            return gaps.unread_of_project(Collection::ProjectUsers, start.at);
        }
        let group = GroupIx::new(start.at);
        if !gaps.facts.org.knows_members(group) {
            gaps.unread_of_group(Collection::GroupMembers, group);
        }
    }
}

impl Gaps<'_, '_, '_> {
    /// Notes why somebody may be in groups that were not read.
    pub(super) fn open_memberships(&mut self, scopes: Extent) {
        let org = self.facts.org;
        if org.knows_memberships_in(scopes) {
            return;
        }
        self.unread(Collection::Groups);
        self.unread(Collection::GroupMembers);
        if scopes.project {
            self.unread(Collection::ProjectGroups);
            if let Some(unlisted) = org.groups.iter().position(|group| !group.listed) {
                self.unread_of_group(Collection::GroupMembers, GroupIx::new(unlisted));
            }
        }
    }

    /// Notes why the part of a collection that belongs to a group is missing.
    pub(super) fn unread_of_group(&mut self, collection: Collection, group: GroupIx) {
        let org = self.facts.org;
        let id = &org.group(group).id;
        self.unread_of(collection, id);
        let recorded = org.coverage.failure(collection, id).is_some() || !org.coverage.of(collection).asked;
        if !org.group(group).listed && !recorded {
            let said = format!("group {id} is not in the list of groups, so its data was not requested");
            self.note(said);
        }
    }
}
