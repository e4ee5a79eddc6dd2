//! Two views of inheritance: the sources that the API reports, and what follows from the groups. Grants combine both.
//! If they differ, something changed during collection or has not arrived yet (up to half an hour, according to
//! OpenAI's guide to RBAC).

use crate::cores;

use super::{GroupIx, Org, RoleIx, Text, UserIx, Via};

/// How many are reported in full; if the views differ everywhere, the first few are enough.
const TOLD: usize = 50;

impl Org {
    /// Where the two views differ, in sentences, as far as both were read: the first few, and how many more.
    pub fn disagreements(&self) -> Vec<String> {
        let pieces = cores::ranges(self.users.len(), cores::FEWEST_READ, |users| {
            let (mut told, mut count) = (Vec::new(), 0);
            for at in users {
                self.disagreements_on(UserIx::new(at), |sentence| {
                    count += 1;
                    if told.len() < TOLD {
                        told.push(sentence());
                    }
                });
            }
            (told, count)
        });
        let count = pieces.iter().map(|(_, count)| count).sum::<usize>();
        let mut told: Vec<String> = pieces.into_iter().flat_map(|(told, _)| told).take(TOLD).collect();
        if count > told.len() {
            told.push(format!("and {} more disagreements", count - told.len()));
        }
        told
    }

    fn disagreements_on(&self, user: UserIx, mut tell: impl FnMut(&dyn Fn() -> String)) {
        if !self.knows_assignments(user) {
            return;
        }
        let assignments = self.assignments_of(user);
        let who = self.user(user).id();
        for &group in self.groups_of(user) {
            for &role in self.roles_of_group(group) {
                if !assignments.iter().any(|assignment| assignment.role == role) {
                    tell(&|| {
                        let (group, role) = (self.spoken_group(group), self.spoken_role(role));
                        format!(
                            "user {who} is a member of group {group}, which holds role {role}; the API's list of the user's roles does not include it"
                        )
                    });
                }
            }
        }
        for assignment in assignments {
            let Via::Group(group) = assignment.via() else { continue };
            let said = || {
                let (name, role) = (self.spoken_group(group), self.spoken_role(assignment.role));
                format!("the API reports that user {who} holds role {role} through group {name}")
            };
            if self.knows_members(group) && self.groups_of(user).binary_search(&group).is_err() {
                tell(&|| format!("{}, but that group does not list the user", said()));
            } else if self.knows_group_roles(group)
                && self.roles_of_group(group).binary_search(&assignment.role).is_err()
            {
                tell(&|| format!("{}, but that group does not hold it", said()));
            }
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
