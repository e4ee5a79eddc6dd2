//! What happens to projects and groups, and to whatever is no person: service accounts, keys, invites.

use super::{Happening, choose};
use crate::support::fake::{AdminApiKey, ApiKey, Group, Invite, Project, ProjectGroup, ServiceAccount};

#[derive(Clone, Copy, Debug)]
pub enum What {
    GroupInProject,
    GroupMade,
    GroupDeleted,
    GroupRenamed,
    ProjectMade,
    ProjectArchived,
    AccountMade,
    AccountDeleted,
    AccountWord,
    KeyMade,
    AdminKeyMade,
    InviteSent,
}

/// The one that comes more often stands there more than once.
pub const ALL: [What; 14] = [
    What::GroupInProject,
    What::GroupInProject,
    What::GroupInProject,
    What::GroupMade,
    What::GroupDeleted,
    What::GroupRenamed,
    What::ProjectMade,
    What::ProjectArchived,
    What::AccountMade,
    What::AccountDeleted,
    What::AccountWord,
    What::KeyMade,
    What::AdminKeyMade,
    What::InviteSent,
];

impl Happening<'_> {
    pub(super) fn befall_things(&mut self, what: What) -> Option<()> {
        let [first, second, third] = self.whom;
        let (moment, fresh) = (self.rfc3339(), self.fresh());
        let org = &mut *self.organization;
        match what {
            // Of this, the log tells nothing.
            What::GroupInProject => {
                let id = choose(&mut org.groups, second)?.id.clone();
                let groups = &mut choose(&mut org.projects, first)?.groups;
                let before = groups.len();
                groups.retain(|group| group.id != id);
                if groups.len() == before {
                    let role = ["role-api-project-owner", "role-api-project-viewer"][third % 2];
                    groups.push(ProjectGroup { id, roles: vec![role.to_owned()], added_at: moment });
                }
            }
            What::GroupMade => {
                let id = format!("group_{fresh}");
                let members = org.users.iter().skip(second % 3).take(2).map(|user| user.id.clone()).collect();
                let group = Group { id: id.clone(), name: id.clone(), created_at: moment, members, ..Group::default() };
                org.groups.push(group);
                self.note("group.created", &id);
            }
            What::GroupDeleted => {
                let id = choose(&mut org.groups, first)?.id.clone();
                org.groups.retain(|group| group.id != id);
                org.projects.iter_mut().for_each(|project| project.groups.retain(|group| group.id != id));
                self.note("group.deleted", &id);
            }
            What::GroupRenamed => {
                let group = choose(&mut org.groups, first)?;
                group.name = format!("Renamed {fresh}");
                let id = group.id.clone();
                self.note("group.updated", &id);
            }
            What::ProjectMade => {
                let id = format!("proj_{fresh}");
                let project = Project { id: id.clone(), name: id.clone(), created_at: moment, ..Project::default() };
                org.projects.push(project);
                self.note("project.created", &id);
            }
            What::ProjectArchived => {
                let project = choose(&mut org.projects, first)?;
                (project.archived, project.archived_at) = (true, Some(moment));
                let id = project.id.clone();
                self.note("project.archived", &id);
            }
            What::AccountMade | What::AccountDeleted | What::AccountWord => return self.befall_accounts(what),
            What::KeyMade => {
                let (id, owner) = (format!("key_{fresh}"), choose(&mut org.users, second)?.id.clone());
                let key = ApiKey { id: id.clone(), owner, created_at: moment, ..ApiKey::default() };
                choose(&mut org.projects, first)?.api_keys.push(key);
                self.note("api_key.created", &id);
            }
            What::AdminKeyMade => {
                let (id, owner) = (format!("key_{fresh}"), choose(&mut org.users, second)?.id.clone());
                org.admin_api_keys.push(AdminApiKey {
                    id: id.clone(),
                    owner,
                    created_at: moment,
                    ..Default::default()
                });
                self.note("api_key.created", &id);
            }
            What::InviteSent => {
                let id = format!("invite-{fresh}");
                org.invites.push(Invite { id: id.clone(), created_at: moment, ..Invite::default() });
                self.note("invite.sent", &id);
            }
        }
        Some(())
    }

    fn befall_accounts(&mut self, what: What) -> Option<()> {
        let [first, second, third] = self.whom;
        let (moment, fresh) = (self.rfc3339(), self.fresh());
        let role = ["owner", "member"].get(third % 3).map(|&word| word.to_owned());
        let accounts = &mut choose(&mut self.organization.projects, first)?.service_accounts;
        if matches!(what, What::AccountMade) {
            let id = format!("svc_{fresh}");
            let account = ServiceAccount { id: id.clone(), role, created_at: moment, ..ServiceAccount::default() };
            accounts.push(account);
            self.note("service_account.created", &id);
            return Some(());
        }
        let account = choose(accounts, second)?;
        let id = account.id.clone();
        if matches!(what, What::AccountWord) {
            account.role = role;
            self.note("service_account.updated", &id);
        } else {
            accounts.retain(|account| account.id != id);
            self.organization.groups.iter_mut().for_each(|group| group.members.retain(|member| *member != id));
            self.note("service_account.deleted", &id);
        }
        Some(())
    }
}
