//! What happens to people: who comes and goes, and into which groups and projects.

use super::{Happening, choose, toggle};
use crate::support::fake::{ProjectUser, User};

#[derive(Clone, Copy, Debug)]
pub enum What {
    Member,
    AccountAsMember,
    Added,
    Deleted,
    CameBack,
    Word,
    InProject,
    CameBackToProject,
    WordInProject,
    KeyUsed,
}

/// Those that come more often stand there more than once.
pub const ALL: [What; 14] = [
    What::Member,
    What::Member,
    What::Member,
    What::AccountAsMember,
    What::Added,
    What::Deleted,
    What::CameBack,
    What::Word,
    What::Word,
    What::InProject,
    What::InProject,
    What::CameBackToProject,
    What::WordInProject,
    What::KeyUsed,
];

impl Happening<'_> {
    pub(super) fn befall_people(&mut self, what: What) -> Option<()> {
        let [first, second, third] = self.whom;
        let moment = self.rfc3339();
        let org = &mut *self.organization;
        match what {
            // Of the members of groups, the log tells nothing.
            What::Member => {
                let id = choose(&mut org.users, second)?.id.clone();
                toggle(&mut choose(&mut org.groups, first)?.members, &id);
            }
            What::AccountAsMember => {
                let id = choose(&mut choose(&mut org.projects, second)?.service_accounts, third)?.id.clone();
                toggle(&mut choose(&mut org.groups, first)?.members, &id);
            }
            What::Added => {
                let id = format!("user-{}", self.fresh());
                let user =
                    User { id: id.clone(), name: id.clone(), role: word(second), added_at: moment, ..User::default() };
                self.organization.users.push(user);
                self.note("user.added", &id);
            }
            What::Deleted => {
                // Somebody always stays: a list without any user is no list.
                let id = choose(org.users.get_mut(1..)?, first)?.id.clone();
                self.leaves(&id);
                self.note("user.deleted", &id);
            }
            What::CameBack => {
                let user = choose(&mut org.users, first)?;
                let back = User { roles: Vec::new(), added_at: moment, ..user.clone() };
                self.leaves(&back.id);
                self.note("user.deleted", &back.id);
                self.note("user.added", &back.id);
                self.organization.users.push(back);
            }
            What::Word => {
                let user = choose(&mut org.users, first)?;
                user.role = word(second);
                let id = user.id.clone();
                if third.is_multiple_of(2) {
                    self.note("user.updated", &id);
                }
            }
            What::InProject | What::CameBackToProject => {
                let id = choose(&mut org.users, second)?.id.clone();
                let project = choose(&mut org.projects, first)?;
                let was = project.users.iter().position(|member| member.id == id);
                let role = was.and_then(|at| project.users.remove(at).role);
                if was.is_none() || matches!(what, What::CameBackToProject) {
                    project.users.push(ProjectUser { id: id.clone(), role, roles: Vec::new(), added_at: moment });
                }
                if third.is_multiple_of(2) {
                    self.note("user.updated", &id);
                }
            }
            What::WordInProject => {
                let words = ["owner", "member", "viewer"];
                let member = choose(&mut choose(&mut org.projects, first)?.users, second)?;
                member.role = words.get(third % 4).map(|&word| word.to_owned());
            }
            What::KeyUsed => choose(&mut org.users, first)?.api_key_last_used_at = Some(moment),
        }
        Some(())
    }

    /// Whoever leaves the organization leaves its groups and projects.
    fn leaves(&mut self, id: &str) {
        let org = &mut *self.organization;
        org.users.retain(|user| user.id != id);
        org.groups.iter_mut().for_each(|group| group.members.retain(|member| member != id));
        org.projects.iter_mut().for_each(|project| project.users.retain(|member| member.id != id));
    }
}

/// A legacy word, or none.
fn word(number: usize) -> Option<String> {
    ["owner", "reader"].get(number % 3).map(|&word| word.to_owned())
}
