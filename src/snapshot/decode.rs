//! Records to an organization, one after the other.

use super::record::{
    AdminApiKey, ApiKey, End, Group, Held, Id, Invite, Owner, Project, ProjectGroup, ProjectUser, Role, ServiceAccount,
    User,
};
use crate::org::{self, Assignment, Builder, GroupIx, Known, OutOfOrder, ProjectIx, RoleIx, Symbol, Via};

/// The kinds of record, in the order of the file.
#[derive(Clone, Copy)]
enum Kind {
    Role,
    Group,
    User,
    Project,
    ProjectUser,
    ProjectGroup,
    ServiceAccount,
    ApiKey,
    AdminApiKey,
    Invite,
}

const KINDS: usize = Kind::Invite as usize + 1;

/// Turns ids into places, record by record. Its errors say what is wrong with the line.
#[derive(Default)]
pub struct Decoder {
    counts: [usize; KINDS],
    assignments: Vec<Assignment>,
    memberships: Vec<GroupIx>,
}

impl Decoder {
    pub fn role(&mut self, builder: &mut Builder, role: Role<'_>) -> Result<(), String> {
        self.count(Kind::Role)?;
        let permissions = match role.permissions {
            Known::Missing => Known::Missing,
            Known::Value(permissions) if permissions.is_sorted_by(|a, b| a < b) => {
                Known::Value(permissions.iter().map(|permission| builder.symbols.intern(&permission.0)).collect())
            }
            Known::Value(_) | Known::Null => return Err("permissions that are not a sorted list".to_owned()),
        };
        let resource_type = word(builder, role.resource_type.as_ref());
        let role = org::Role {
            id: role.id,
            name: role.name,
            description: role.description,
            permissions,
            predefined_role: role.predefined_role,
            resource_type,
            created_at: role.created_at,
            updated_at: role.updated_at,
            created_by: role.created_by,
            listed: role.listed,
        };
        builder.role(role).map_err(out_of_order)
    }

    pub fn group(&mut self, builder: &mut Builder, group: Group<'_>) -> Result<(), String> {
        self.count(Kind::Group)?;
        let roles = group.roles.iter().map(|role| find_role(builder, role)).collect::<Result<_, _>>()?;
        let group_type = word(builder, group.group_type.as_ref());
        let group = org::Group {
            id: group.id,
            name: group.name,
            is_scim_managed: group.is_scim_managed,
            group_type,
            created_at: group.created_at,
            listed: group.listed,
        };
        builder.group(group, roles).map_err(out_of_order)
    }

    pub fn user(&mut self, builder: &mut Builder, user: User<'_>) -> Result<(), String> {
        self.count(Kind::User)?;
        self.assign(builder, &user.held)?;
        for group in &user.groups {
            self.memberships.push(find_group(builder, group)?);
        }
        let role = word(builder, user.role.as_ref());
        let user = org::User {
            id: user.id,
            name: user.name,
            email: user.email,
            role,
            is_service_account: user.is_service_account,
            is_scim_managed: user.is_scim_managed,
            enabled: user.enabled,
            banned: user.banned,
            added_at: user.added_at,
            created: user.created,
            api_key_last_used_at: user.api_key_last_used_at,
            listed: user.listed,
        };
        builder.user(user, &mut self.assignments, &mut self.memberships).map_err(out_of_order)
    }

    pub fn project(&mut self, builder: &mut Builder, project: Project<'_>) -> Result<(), String> {
        self.count(Kind::Project)?;
        let roles = project.roles.iter().map(|role| find_role(builder, role)).collect::<Result<_, _>>()?;
        let project = org::Project {
            id: project.id,
            name: project.name,
            status: word(builder, project.status.as_ref()),
            created_at: project.created_at,
            archived_at: project.archived_at,
        };
        builder.project(project, roles).map_err(out_of_order)
    }

    pub fn project_user(&mut self, builder: &mut Builder, user: &ProjectUser<'_>) -> Result<(), String> {
        self.count(Kind::ProjectUser)?;
        self.assign(builder, &user.held)?;
        let user = org::ProjectUser {
            project: find_project(builder, &user.project)?,
            user: builder.user_ix(&user.user.0).ok_or_else(|| format!("there is no user {}", user.user.0))?,
            role: word(builder, user.role.as_ref()),
            added_at: user.added_at,
        };
        builder.project_user(user, &mut self.assignments).map_err(out_of_order)
    }

    pub fn project_group(&mut self, builder: &mut Builder, group: &ProjectGroup<'_>) -> Result<(), String> {
        self.count(Kind::ProjectGroup)?;
        let roles = group.roles.iter().map(|role| find_role(builder, role)).collect::<Result<_, _>>()?;
        let group = org::ProjectGroup {
            project: find_project(builder, &group.project)?,
            group: find_group(builder, &group.group)?,
            created_at: group.created_at,
        };
        builder.project_group(group, roles).map_err(out_of_order)
    }

    pub fn service_account(&mut self, builder: &mut Builder, account: ServiceAccount<'_>) -> Result<(), String> {
        self.count(Kind::ServiceAccount)?;
        self.assign(builder, &account.held)?;
        for group in &account.groups {
            self.memberships.push(find_group(builder, group)?);
        }
        let account = org::ServiceAccount {
            id: account.id,
            project: find_project(builder, &account.project)?,
            name: account.name,
            role: word(builder, account.role.as_ref()),
            created_at: account.created_at,
        };
        builder.service_account(account, &mut self.assignments, &mut self.memberships).map_err(out_of_order)
    }

    pub fn api_key(&mut self, builder: &mut Builder, key: ApiKey<'_>) -> Result<(), String> {
        self.count(Kind::ApiKey)?;
        let key = org::ApiKey {
            id: key.id,
            project: find_project(builder, &key.project)?,
            name: key.name,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            owner_project_access: word(builder, key.owner_project_access.as_ref()),
            owner: owner(builder, key.owner),
        };
        builder.api_key(key).map_err(out_of_order)
    }

    pub fn admin_api_key(&mut self, builder: &mut Builder, key: AdminApiKey<'_>) -> Result<(), String> {
        self.count(Kind::AdminApiKey)?;
        let key = org::AdminApiKey {
            id: key.id,
            name: key.name,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            owner: owner(builder, key.owner),
            told_apart: key.told_apart,
        };
        builder.admin_api_key(key).map_err(out_of_order)
    }

    pub fn invite(&mut self, builder: &mut Builder, invite: Invite<'_>) -> Result<(), String> {
        self.count(Kind::Invite)?;
        let projects = invite.projects.map(|projects| {
            projects.into_iter().map(|project| (project.id, word(builder, project.role.as_ref()))).collect()
        });
        let invite = org::Invite {
            id: invite.id,
            email: invite.email,
            role: word(builder, invite.role.as_ref()),
            status: word(builder, invite.status.as_ref()),
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            accepted_at: invite.accepted_at,
            projects,
        };
        builder.invite(invite).map_err(out_of_order)
    }

    /// The closing line for the records so far.
    pub fn counted(&self, digest: String) -> End {
        let of = |kind: Kind| self.counts[kind as usize];
        End {
            roles: of(Kind::Role),
            groups: of(Kind::Group),
            users: of(Kind::User),
            projects: of(Kind::Project),
            project_users: of(Kind::ProjectUser),
            project_groups: of(Kind::ProjectGroup),
            service_accounts: of(Kind::ServiceAccount),
            api_keys: of(Kind::ApiKey),
            admin_api_keys: of(Kind::AdminApiKey),
            invites: of(Kind::Invite),
            digest,
        }
    }

    /// Counts a record and checks that no record of a later kind came before it.
    fn count(&mut self, kind: Kind) -> Result<(), String> {
        if self.counts[kind as usize + 1..].iter().any(|count| *count > 0) {
            return Err("a record that is out of order".to_owned());
        }
        self.counts[kind as usize] += 1;
        Ok(())
    }

    fn assign(&mut self, builder: &Builder, held: &Held<'_>) -> Result<(), String> {
        let ways = [(&held.unstated, Via::Unstated), (&held.direct, Via::Direct), (&held.inherited, Via::Inherited)];
        for (roles, way) in ways {
            self.assign_by(builder, roles, way)?;
        }
        for (group, roles) in &held.group {
            self.assign_by(builder, roles, Via::Group(find_group(builder, group)?))?;
        }
        Ok(())
    }

    fn assign_by(&mut self, builder: &Builder, roles: &[Id<'_>], via: Via) -> Result<(), String> {
        for role in roles {
            self.assignments.push(Assignment { role: find_role(builder, role)?, via });
        }
        Ok(())
    }
}

fn find_role(builder: &Builder, id: &Id<'_>) -> Result<RoleIx, String> {
    builder.role_ix(&id.0).ok_or_else(|| format!("there is no role {}", id.0))
}

fn find_group(builder: &Builder, id: &Id<'_>) -> Result<GroupIx, String> {
    builder.group_ix(&id.0).ok_or_else(|| format!("there is no group {}", id.0))
}

fn out_of_order(OutOfOrder(id): OutOfOrder) -> String {
    format!("{id} is out of order")
}

fn find_project(builder: &Builder, id: &Id<'_>) -> Result<ProjectIx, String> {
    builder.project_ix(&id.0).ok_or_else(|| format!("there is no project {}", id.0))
}

fn word(builder: &mut Builder, word: Known<&Id<'_>>) -> Known<Symbol> {
    word.map(|word| builder.symbols.intern(&word.0))
}

fn owner(builder: &mut Builder, owner: Owner<'_>) -> org::Owner {
    org::Owner { kind: word(builder, owner.kind.as_ref()), id: owner.id, name: owner.name }
}
