//! Records to an organization, one after the other.

use super::record::{
    AdminApiKey, ApiKey, End, Group, Held, Id, Invite, Project, ProjectGroup, ProjectUser, Role, ServiceAccount,
};
use crate::org::{Assignment, Builder, GroupIx, OutOfOrder, Places, ProjectIx, RoleIx, Via};

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
    holding: Holding,
}

/// What a user or service account holds, and its groups: filled for one after the other, and emptied by the builder.
#[derive(Default)]
pub struct Holding {
    pub assignments: Vec<Assignment>,
    pub memberships: Vec<GroupIx>,
}

impl Decoder {
    pub fn role(&mut self, builder: &mut Builder, role: Role<'_>) -> Result<(), String> {
        self.count(Kind::Role)?;
        let role = role.noun(&mut builder.symbols)?;
        builder.role(role).map_err(misplaced)
    }

    pub fn group(&mut self, builder: &mut Builder, group: Group<'_>) -> Result<(), String> {
        self.count(Kind::Group)?;
        let roles = find_roles(builder.places(), &group.roles)?;
        let group = group.noun(&mut builder.symbols);
        builder.group(group, roles).map_err(misplaced)
    }

    /// Checks whether users may come now.
    pub fn users_begin(&self) -> Result<(), String> {
        self.in_order(Kind::User)
    }

    /// Counts users.
    pub fn users(&mut self, count: usize) {
        self.counts[Kind::User as usize] += count;
    }

    pub fn project(&mut self, builder: &mut Builder, project: Project<'_>) -> Result<(), String> {
        self.count(Kind::Project)?;
        let roles = find_roles(builder.places(), &project.roles)?;
        let project = project.noun(&mut builder.symbols);
        builder.project(project, roles).map_err(misplaced)
    }

    pub fn project_user(&mut self, builder: &mut Builder, user: &ProjectUser<'_>) -> Result<(), String> {
        self.count(Kind::ProjectUser)?;
        self.holding.assign(builder.places(), &user.held)?;
        let project = find_project(builder, &user.project)?;
        let id = &user.user.0;
        let whose = builder.user_ix(id).ok_or_else(|| format!("there is no user {id}"))?;
        let user = user.noun(&mut builder.symbols, project, whose);
        builder.project_user(user, &mut self.holding.assignments).map_err(misplaced)
    }

    pub fn project_group(&mut self, builder: &mut Builder, group: &ProjectGroup<'_>) -> Result<(), String> {
        self.count(Kind::ProjectGroup)?;
        let roles = find_roles(builder.places(), &group.roles)?;
        let (project, of) = (find_project(builder, &group.project)?, find_group(builder.places(), &group.group)?);
        let group = group.noun(&mut builder.symbols, project, of);
        builder.project_group(group, roles).map_err(misplaced)
    }

    pub fn service_account(&mut self, builder: &mut Builder, account: ServiceAccount<'_>) -> Result<(), String> {
        self.count(Kind::ServiceAccount)?;
        self.holding.assign(builder.places(), &account.held)?;
        self.holding.join(builder.places(), &account.groups)?;
        let project = find_project(builder, &account.project)?;
        let account = account.noun(&mut builder.symbols, project);
        let Holding { assignments, memberships } = &mut self.holding;
        builder.service_account(account, assignments, memberships).map_err(misplaced)
    }

    pub fn api_key(&mut self, builder: &mut Builder, key: ApiKey<'_>) -> Result<(), String> {
        self.count(Kind::ApiKey)?;
        let project = find_project(builder, &key.project)?;
        let key = key.noun(&mut builder.symbols, project);
        builder.api_key(key).map_err(misplaced)
    }

    pub fn admin_api_key(&mut self, builder: &mut Builder, key: AdminApiKey<'_>) -> Result<(), String> {
        self.count(Kind::AdminApiKey)?;
        let key = key.noun(&mut builder.symbols);
        builder.admin_api_key(key).map_err(misplaced)
    }

    pub fn invite(&mut self, builder: &mut Builder, invite: Invite<'_>) -> Result<(), String> {
        self.count(Kind::Invite)?;
        let invite = invite.noun(&mut builder.symbols);
        builder.invite(invite).map_err(misplaced)
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
        self.in_order(kind)?;
        self.counts[kind as usize] += 1;
        Ok(())
    }

    fn in_order(&self, kind: Kind) -> Result<(), String> {
        if self.counts[kind as usize + 1..].iter().any(|count| *count > 0) {
            return Err("a record that is out of order".to_owned());
        }
        Ok(())
    }
}

impl Holding {
    pub fn join(&mut self, places: Places<'_>, groups: &[Id<'_>]) -> Result<(), String> {
        for group in groups {
            self.memberships.push(find_group(places, group)?);
        }
        Ok(())
    }

    pub fn assign(&mut self, places: Places<'_>, held: &Held<'_>) -> Result<(), String> {
        let ways = [(&held.unstated, Via::Unstated), (&held.direct, Via::Direct), (&held.inherited, Via::Inherited)];
        for (roles, way) in ways {
            self.assign_by(places, roles, way)?;
        }
        for (group, roles) in &held.group {
            self.assign_by(places, roles, Via::Group(find_group(places, group)?))?;
        }
        Ok(())
    }

    fn assign_by(&mut self, places: Places<'_>, roles: &[Id<'_>], via: Via) -> Result<(), String> {
        for role in roles {
            self.assignments.push(Assignment::new(find_role(places, role)?, via));
        }
        Ok(())
    }
}

/// The role with an id.
pub fn find_role(places: Places<'_>, id: &Id<'_>) -> Result<RoleIx, String> {
    places.role(&id.0).ok_or_else(|| format!("there is no role {}", id.0))
}

fn find_roles(places: Places<'_>, ids: &[Id<'_>]) -> Result<Vec<RoleIx>, String> {
    ids.iter().map(|id| find_role(places, id)).collect()
}

/// The group with an id.
pub fn find_group(places: Places<'_>, id: &Id<'_>) -> Result<GroupIx, String> {
    places.group(&id.0).ok_or_else(|| format!("there is no group {}", id.0))
}

fn misplaced(OutOfOrder(id): OutOfOrder) -> String {
    out_of_order(&id)
}

/// What to say of a record that does not sort after the last one.
pub fn out_of_order(id: &str) -> String {
    format!("{id} is out of order")
}

fn find_project(builder: &Builder, id: &Id<'_>) -> Result<ProjectIx, String> {
    builder.project_ix(&id.0).ok_or_else(|| format!("there is no project {}", id.0))
}
