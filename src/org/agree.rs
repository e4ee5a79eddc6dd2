//! Two views of inheritance: the sources that the API reports, and what follows from the groups. Grants combine both.
//! If they differ, something changed during collection or has not arrived yet (up to half an hour, according to
//! OpenAI's guide to RBAC).

use crate::cores;

use super::{GroupIx, Org, RoleIx, Text, UserIx, Via};

/// How many are reported in full; if the views differ everywhere, the first few are enough.
const TOLD: usize = 50;

/// One role of one user, about which the two views differ.
#[derive(Clone, Copy)]
struct Disagreement {
    user: UserIx,
    group: GroupIx,
    role: RoleIx,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    /// The user's group holds the role, and the list of the user's roles does not have it.
    Unlisted,
    /// The user is said to hold the role through the group, which does not list the user.
    NoMember,
    /// The user is said to hold the role through the group, which does not hold it.
    NotConferred,
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
        let (assignments, groups) = (self.assignments_of(user), self.groups_of(user));
        for &group in groups {
            for &role in self.roles_of_group(group) {
                if !assignments.iter().any(|assignment| assignment.role == role) {
                    tell(Disagreement { user, group, role, how: How::Unlisted });
                }
            }
        }
        for assignment in assignments {
            let (Via::Group(group), role) = (assignment.via(), assignment.role) else { continue };
            if self.knows_members(group) && groups.binary_search(&group).is_err() {
                tell(Disagreement { user, group, role, how: How::NoMember });
            } else if self.knows_group_roles(group) && self.roles_of_group(group).binary_search(&role).is_err() {
                tell(Disagreement { user, group, role, how: How::NotConferred });
            }
        }
    }

    fn sentence(&self, Disagreement { user, group, role, how }: Disagreement) -> String {
        let (user, group, role) = (self.user(user).id(), self.spoken_group(group), self.spoken_role(role));
        let said = || format!("the API reports that user {user} holds role {role} through group {group}");
        match how {
            How::Unlisted => format!(
                "user {user} is a member of group {group}, which holds role {role}; the API's list of the user's roles does not include it"
            ),
            How::NoMember => format!("{}, but that group does not list the user", said()),
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
