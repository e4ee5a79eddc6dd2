//! Who is in which group or project: from a principal to its groups, from a group or a project to its members.

use smallvec::smallvec;

use super::{Family, Start, principal, within};
use crate::access::{Gaps, Routes, Step};
use crate::check::facts::Facts;
use crate::org::{Collection, Extent, GroupIx, Principal, ProjectIx, ServiceAccountIx, UserIx};
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
            return !facts.knows_memberships() || org.disputes_memberships_of(principal(start.kind, at));
        }
        if start.kind == Kind::Project {
            let members = within(&org.project_users, at, |member| member.project);
            into.extend(members.map(|place| org.project_users[place].user.at()));
            return !org.knows_project_users(ProjectIx::new(at));
        }
        let group = GroupIx::new(at);
        into.extend(org.members_of(group).iter().map(|user| user.at()));
        !org.knows_members(group) || org.disputes_memberships_of(Principal::Group(group))
    }

    fn paths(&self, _: &Facts<'_>, start: Start, place: usize) -> Routes {
        let here = Step::new(start.kind, start.at);
        let there = Step::new(start.relation.target(), place);
        // A path runs from the member.
        smallvec![if start.relation == Relation::Groups { smallvec![here, there] } else { smallvec![there, here] }]
    }

    fn gaps(&self, facts: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if start.kind == Kind::Project {
            return gaps.unread_of_project(Collection::ProjectUsers, start.at);
        }
        facts.org.disputes_of(principal(start.kind, start.at)).for_each(|why| gaps.note(why));
        if start.relation == Relation::Groups {
            let project = facts.unlisted_groups();
            return gaps.memberships(Extent { project, ..start.scopes });
        }
        let group = GroupIx::new(start.at);
        if !facts.org.knows_members(group) {
            gaps.unread_of_group(Collection::GroupMembers, group);
        }
    }
}
