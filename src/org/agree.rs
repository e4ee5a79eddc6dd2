//! Two views of inheritance: where the API says that a role comes from, and what follows from the groups. Grants join
//! them; where they differ, something changed while we read, or takes its time to arrive (up to half an hour, by
//! OpenAI's guide to RBAC).

use super::{GroupIx, Org, RoleIx, Text, UserIx, Way};

impl Org {
    /// Where the two views differ, in sentences, as far as both were read.
    pub fn disagreements(&self) -> Vec<String> {
        (0..self.users.len()).flat_map(|at| self.disagreements_on(UserIx::new(at))).collect()
    }

    fn disagreements_on(&self, user: UserIx) -> Vec<String> {
        let mut found = Vec::new();
        if !self.knows_assignments(user) {
            return found;
        }
        let assignments = self.assignments_of(user);
        let who = &self.user(user).id;
        let held = |role: RoleIx| assignments.iter().any(|assignment| assignment.role == role);
        for &group in self.groups_of(user) {
            for &role in self.roles_of_group(group).iter().filter(|role| !held(**role)) {
                let (group, role) = (self.spoken_group(group), self.spoken_role(role));
                found.push(format!(
                    "user {who} is a member of group {group}, which holds role {role}; the user's own list lacks it"
                ));
            }
        }
        for assignment in assignments {
            let Way::Group(group) = assignment.way else { continue };
            let (name, role) = (self.spoken_group(group), self.spoken_role(assignment.role));
            if self.knows_members(group) && self.groups_of(user).binary_search(&group).is_err() {
                found.push(format!(
                    "user {who} is said to hold role {role} through group {name}, whose members lack the user"
                ));
            } else if self.knows_group_roles(group) && !self.roles_of_group(group).contains(&assignment.role) {
                found.push(format!(
                    "user {who} is said to hold role {role} through group {name}, which does not hold it"
                ));
            }
        }
        found
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
