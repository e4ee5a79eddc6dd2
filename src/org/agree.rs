//! Two views of inheritance: the sources that the API reports, and what follows from the groups. Grants combine both.
//! If they differ, something changed during collection or has not arrived yet (up to half an hour, according to
//! OpenAI's guide to RBAC).

use fixedbitset::FixedBitSet;

use crate::cores;

use super::{Assignment, GroupIx, Org, Principal, RoleIx, ServiceAccountIx, Text, UserIx, Via};

/// How many are reported in full; if the views differ everywhere, the first few are enough.
const TOLD: usize = 50;

/// One role of somebody, about which the two views differ.
#[derive(Clone, Copy, Debug)]
struct Disagreement {
    who: Principal,
    group: GroupIx,
    role: RoleIx,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    /// Their group holds the role, and the list of their roles does not have it.
    Unlisted,
    /// They are said to hold the role through the group, which does not list them.
    NoMember,
    /// They are said to hold the role through the group, which does not hold it.
    NotConferred,
}

/// Memberships that roles tell of and groups do not: whether somebody is in such a group is unknown.
#[derive(Clone, Debug, Default)]
pub(super) struct Disputed {
    each: Vec<Disagreement>,
    users: FixedBitSet,
    service_accounts: FixedBitSet,
    groups: FixedBitSet,
}

impl Org {
    /// Where the two views differ, in sentences, as far as both were read: the first few, and how many more.
    pub fn disagreements(&self) -> Vec<String> {
        let pieces = cores::ranges(self.users.len(), cores::FEWEST_READ, |users| {
            let (mut first, mut count) = (Vec::new(), 0);
            for at in users {
                self.disagreements_on(UserIx::new(at), |disagreement| {
                    count += 1;
                    if first.len() < TOLD {
                        first.push(disagreement);
                    }
                });
            }
            (first, count)
        });
        let count = pieces.iter().map(|(_, count)| count).sum::<usize>();
        let first = pieces.into_iter().flat_map(|(first, _)| first).take(TOLD);
        let mut told: Vec<String> = first.map(|disagreement| self.sentence(disagreement)).collect();
        if count > told.len() {
            told.push(format!("and {} more disagreements", count - told.len()));
        }
        told
    }

    fn disagreements_on(&self, user: UserIx, mut tell: impl FnMut(Disagreement)) {
        if !self.knows_assignments(user) {
            return;
        }
        let (who, assignments, groups) = (Principal::User(user), self.assignments_of(user), self.groups_of(user));
        for &group in groups {
            for &role in self.roles_of_group(group) {
                if !assignments.iter().any(|assignment| assignment.role == role) {
                    tell(Disagreement { who, group, role, how: How::Unlisted });
                }
            }
        }
        for assignment in assignments {
            let (Via::Group(group), role) = (assignment.via(), assignment.role) else { continue };
            if self.knows_members(group) && groups.binary_search(&group).is_err() {
                tell(Disagreement { who, group, role, how: How::NoMember });
            } else if self.knows_group_roles(group) && self.roles_of_group(group).binary_search(&role).is_err() {
                tell(Disagreement { who, group, role, how: How::NotConferred });
            }
        }
    }

    /// Whether a role tells of a group that does not list the principal; of a group, of a member that it does not list.
    pub fn disputes_memberships_of(&self, principal: Principal) -> bool {
        let disputed = self.disputed();
        match principal {
            Principal::User(user) => disputed.users.contains(user.at()),
            Principal::ServiceAccount(account) => disputed.service_accounts.contains(account.at()),
            Principal::Group(group) => disputed.groups.contains(group.at()),
        }
    }

    /// Why the memberships of the principal, or of the group, are in dispute, in sentences.
    pub fn disputes_of(&self, principal: Principal) -> impl Iterator<Item = String> {
        let about = move |one: &&Disagreement| one.who == principal || Principal::Group(one.group) == principal;
        self.disputed().each.iter().filter(about).map(|&one| self.sentence(one))
    }

    fn disputed(&self) -> &Disputed {
        self.disputed.get_or_init(|| {
            let mut disputed = Disputed::default();
            // Most users hold no role through a group, and many responses do not say through which.
            if ![&self.assignments, &self.project_assignments, &self.account_assignments]
                .iter()
                .any(|rows| rows.items().iter().any(|assignment| matches!(assignment.via(), Via::Group(_))))
            {
                return disputed;
            }
            let of_user = |user| {
                let in_projects = self.projects_of(user).flat_map(|at| self.assignments_in_project(at));
                self.assignments_of(user).iter().chain(in_projects)
            };
            for user in (0..self.users.len()).map(UserIx::new) {
                self.dispute(Principal::User(user), self.groups_of(user), of_user(user), &mut disputed);
            }
            for account in (0..self.service_accounts.len()).map(ServiceAccountIx::new) {
                let (groups, assignments) = (self.groups_of_account(account), self.assignments_of_account(account));
                let as_user = self.as_user(account).into_iter().flat_map(of_user);
                let assignments = assignments.iter().chain(as_user);
                self.dispute(Principal::ServiceAccount(account), groups, assignments, &mut disputed);
            }
            disputed
        })
    }

    fn dispute<'o>(
        &self,
        who: Principal,
        groups: &[GroupIx],
        assignments: impl Iterator<Item = &'o Assignment>,
        disputed: &mut Disputed,
    ) {
        for assignment in assignments {
            let (Via::Group(group), role) = (assignment.via(), assignment.role) else { continue };
            if self.knows_members(group) && groups.binary_search(&group).is_err() {
                match who {
                    Principal::User(user) => disputed.users.grow_and_insert(user.at()),
                    Principal::ServiceAccount(account) => disputed.service_accounts.grow_and_insert(account.at()),
                    Principal::Group(_) => {}
                }
                disputed.groups.grow_and_insert(group.at());
                disputed.each.push(Disagreement { who, group, role, how: How::NoMember });
            }
        }
    }

    fn sentence(&self, Disagreement { who, group, role, how }: Disagreement) -> String {
        let (group, role) = (self.spoken_group(group), self.spoken_role(role));
        let (kind, id) = match who {
            Principal::User(user) => ("user", self.user(user).id()),
            Principal::ServiceAccount(account) => ("service account", self.service_account(account).id.as_str()),
            Principal::Group(of) => ("group", self.group(of).id.as_str()),
        };
        let said = || format!("the API reports that {kind} {id} holds role {role} through group {group}");
        match how {
            How::Unlisted => format!(
                "{kind} {id} is a member of group {group}, which holds role {role}; the API's list of the {kind}'s roles does not include it"
            ),
            How::NoMember => format!("{}, but that group does not list the {kind}", said()),
            How::NotConferred => format!("{}, but that group does not hold it", said()),
        }
    }

    fn spoken_group(&self, group: GroupIx) -> &Text {
        let group = self.group(group);
        group.name.value().unwrap_or(&group.id)
    }

    fn spoken_role(&self, role: RoleIx) -> &Text {
        let role = self.role(role);
        role.name.value().unwrap_or(&role.id)
    }
}
