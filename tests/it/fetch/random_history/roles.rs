//! What happens to roles, and who is given them.

use super::{Happening, choose, toggle};
use crate::support::fake::{Project, Role};

#[derive(Clone, Copy, Debug)]
pub enum What {
    UserRole,
    GroupRole,
    ProjectUserRole,
    ProjectGroupRole,
    AccountRole,
    Made,
    Deleted,
    Renamed,
    Permissions,
    Metadata,
    Predefined,
}

/// Those that come more often stand there twice.
pub const ALL: [What; 16] = [
    What::UserRole,
    What::UserRole,
    What::GroupRole,
    What::GroupRole,
    What::ProjectUserRole,
    What::ProjectUserRole,
    What::ProjectGroupRole,
    What::ProjectGroupRole,
    What::AccountRole,
    What::AccountRole,
    What::Made,
    What::Deleted,
    What::Renamed,
    What::Permissions,
    What::Metadata,
    What::Predefined,
];

impl Happening<'_> {
    pub(super) fn befall_roles(&mut self, what: What) -> Option<()> {
        let [first, second, third] = self.whom;
        let (added, role, principal) = match what {
            What::UserRole => {
                let role = choose(&mut self.organization.roles, second)?.id.clone();
                let user = choose(&mut self.organization.users, first)?;
                (toggle(&mut user.roles, &role), role, user.id.clone())
            }
            What::GroupRole => {
                let role = choose(&mut self.organization.roles, second)?.id.clone();
                let group = choose(&mut self.organization.groups, first)?;
                (toggle(&mut group.roles, &role), role, group.id.clone())
            }
            What::ProjectUserRole => {
                let (project, role) = self.project_and_role()?;
                let user = choose(&mut project.users, second)?;
                (toggle(&mut user.roles, &role), role, user.id.clone())
            }
            What::ProjectGroupRole => {
                let (project, role) = self.project_and_role()?;
                let group = choose(&mut project.groups, second)?;
                (toggle(&mut group.roles, &role), role, group.id.clone())
            }
            What::AccountRole => {
                let (project, role) = self.project_and_role()?;
                let account = choose(&mut project.service_accounts, second)?;
                (toggle(&mut account.roles, &role), role, account.id.clone())
            }
            What::Made => {
                self.role_made();
                return Some(());
            }
            What::Deleted => {
                let roles = self.roles();
                let id = custom(roles, third)?.id.clone();
                roles.retain(|role| role.id != id);
                self.note("role.deleted", &id);
                return Some(());
            }
            // What OpenAI changes in its own roles, the log does not tell.
            What::Predefined => {
                let role = self.organization.roles.iter_mut().filter(|role| role.predefined).nth(first % 2)?;
                toggle(&mut role.permissions, "api.new.thing");
                return Some(());
            }
            What::Renamed | What::Permissions | What::Metadata => return self.role_updated(what),
        };
        self.note_assignment(added, &role, &principal);
        Some(())
    }

    fn role_made(&mut self) {
        let id = format!("role_{}", self.fresh());
        let role = Role {
            id: id.clone(),
            name: format!("Made {id}"),
            permissions: vec!["api.files.read".to_owned()],
            created_at: Some(self.rfc3339()),
            ..Role::default()
        };
        self.roles().push(role);
        self.note("role.created", &id);
    }

    fn role_updated(&mut self, what: What) -> Option<()> {
        let (moment, fresh, third) = (self.rfc3339(), self.fresh(), self.whom[2]);
        let role = custom(self.roles(), third)?;
        match what {
            What::Renamed => role.name = format!("Renamed {fresh}"),
            What::Permissions => {
                toggle(&mut role.permissions, ["api.files.read", "api.groups.write"][third % 2]);
            }
            // No list shows it; only an assignment tells when the role last changed.
            What::UserRole
            | What::GroupRole
            | What::ProjectUserRole
            | What::ProjectGroupRole
            | What::AccountRole
            | What::Made
            | What::Deleted
            | What::Metadata
            | What::Predefined => {}
        }
        role.updated_at = Some(moment);
        let id = role.id.clone();
        self.note("role.updated", &id);
        Some(())
    }

    /// A project, and one of the roles that can be had in it.
    fn project_and_role(&mut self) -> Option<(&mut Project, String)> {
        let [first, _, third] = self.whom;
        let project = choose(&mut self.organization.projects, first)?;
        let own = project.roles.iter().map(|role| role.id.clone());
        let mut roles: Vec<String> = own.chain(["role-api-project-owner".to_owned()]).collect();
        let role = choose(&mut roles, third)?.clone();
        Some((project, role))
    }

    /// The roles of the organization or of a project.
    fn roles(&mut self) -> &mut Vec<Role> {
        let [first, second, _] = self.whom;
        let organization = &mut *self.organization;
        match choose(&mut organization.projects, first).filter(|_| second.is_multiple_of(2)) {
            Some(project) => &mut project.roles,
            None => &mut organization.roles,
        }
    }
}

fn custom(roles: &mut [Role], number: usize) -> Option<&mut Role> {
    let mut custom: Vec<&mut Role> = roles.iter_mut().filter(|role| !role.predefined).collect();
    let at = number.checked_rem(custom.len())?;
    Some(custom.swap_remove(at))
}
