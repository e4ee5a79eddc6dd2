//! An organization to lines.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::VERSION;
use super::error::Error;
use super::header::{ContentDigest, Failure, Header, Identity, Record};
use super::record::{
    AdminApiKey, ApiKey, End, Group, Held, Id, Invite, InvitedProject, Line, Owner, Project, ProjectGroup, ProjectUser,
    Role, ServiceAccount, User,
};
use crate::atomic::write_whole;
use crate::escape::shown;
use crate::org::{
    self, Assignment, GroupIx, Known, Org, ProjectIx, RoleIx, ServiceAccountIx, Symbol, Text, UserIx, Via,
};

/// Writes a snapshot to a file: whole or not at all, readable by its owner only. Returns the digest of the content.
///
/// # Errors
///
/// What the system says.
pub fn save(org: &Org, path: &Path) -> Result<String, Error> {
    write_whole(path, |file| write(org, file)).map_err(|source| Error::Write { name: shown(path), source })
}

/// The digest of the content: of everything that was read, and of what was not. The same for the same state, whenever
/// it was read and in however many requests.
pub fn digest(org: &Org) -> String {
    content(org, &header(org), io::sink()).expect("nothing can go wrong with a sink")
}

/// Writes the lines of a snapshot. Returns the digest of the content.
///
/// # Errors
///
/// What the writer says.
pub fn write(org: &Org, mut writer: impl Write) -> io::Result<String> {
    let mut header = header(org);
    let digest = content(org, &header, io::sink())?;
    header.check = header.expected_check(&digest);
    put(&mut writer, &Line::Rolelint(header.clone()))?;
    content(org, &header, &mut writer)?;
    let end = End {
        roles: org.collected_roles().len(),
        groups: org.groups.len(),
        users: org.users.len(),
        projects: org.projects.len(),
        project_users: org.project_users.len(),
        project_groups: org.project_groups.len(),
        service_accounts: org.service_accounts.len(),
        api_keys: org.api_keys.len(),
        admin_api_keys: org.admin_api_keys.len(),
        invites: org.invites.len(),
        digest: digest.clone(),
    };
    put(&mut writer, &Line::End(end))?;
    writer.flush()?;
    Ok(digest)
}

fn put(writer: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, line)?;
    writer.write_all(b"\n")
}

/// Writes the records. Returns their digest.
fn content(org: &Org, header: &Header, writer: impl Write) -> io::Result<String> {
    let mut lines = Lines { writer, digest: ContentDigest::new(header), buffer: Vec::new() };
    let mut roles: Vec<&org::Role> = org.collected_roles().iter().collect();
    roles.sort_by(|a, b| a.id.cmp(&b.id));
    for role in roles {
        lines.put(&Line::Role(self::role(org, role)))?;
    }
    for at in 0..org.groups.len() {
        lines.put(&Line::Group(group(org, GroupIx::new(at))))?;
    }
    for at in 0..org.users.len() {
        lines.put(&Line::User(Box::new(user(org, UserIx::new(at)))))?;
    }
    projects(org, &mut lines)?;
    keys(org, &mut lines)?;
    Ok(lines.digest.finish())
}

struct Lines<W> {
    writer: W,
    digest: ContentDigest,
    buffer: Vec<u8>,
}

impl<W: Write> Lines<W> {
    fn put(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.buffer.clear();
        put(&mut self.buffer, line)?;
        self.digest.line(&self.buffer);
        self.writer.write_all(&self.buffer)
    }
}

fn header(org: &Org) -> Header {
    let record = |record: &org::CollectionCoverage| Record {
        requests: record.requests,
        items: record.items,
        cut: record.truncated.as_ref().map(Failure::from),
        gaps: record.gaps.iter().map(|(id, failure)| (id.clone(), Failure::from(failure))).collect(),
        unasked: record.not_asked.clone(),
        gone: record.gone.clone(),
        unclear: record.unclear.clone(),
        carried: record.carried.clone(),
    };
    let asked = org.coverage.iter().filter(|(_, record)| record.asked);
    Header {
        snapshot: VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        source: org.source.api.clone(),
        organization: Identity { id: org.source.organization.id.clone(), name: org.source.organization.name.clone() },
        collected_at: org.source.collected_at,
        coverage: asked.map(|(collection, of)| (collection.name().to_owned(), record(of))).collect(),
        check: String::new(),
    }
}

fn role<'o>(org: &'o Org, role: &org::Role) -> Role<'o> {
    let permissions = role.permissions.as_ref().map(|permissions| {
        let mut texts: Vec<Id<'_>> = permissions.iter().map(|&word| id(org.symbols.text(word))).collect();
        texts.sort();
        texts
    });
    Role {
        id: role.id.clone(),
        name: role.name.clone(),
        description: role.description.clone(),
        permissions,
        predefined_role: role.predefined_role,
        resource_type: word(org, role.resource_type),
        created_at: role.created_at,
        updated_at: role.updated_at,
        created_by: role.created_by.clone(),
        listed: role.listed,
    }
}

fn group(org: &Org, at: GroupIx) -> Group<'_> {
    let group = org.group(at);
    Group {
        id: group.id.clone(),
        name: group.name.clone(),
        is_scim_managed: group.is_scim_managed,
        group_type: word(org, group.group_type),
        created_at: group.created_at,
        listed: group.listed,
        roles: sorted(org.roles_of_group(at).iter().map(|&role| role_id(org, role))),
    }
}

fn user(org: &Org, at: UserIx) -> User<'_> {
    let user = org.user(at);
    User {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: word(org, user.role),
        is_service_account: user.is_service_account,
        is_scim_managed: user.is_scim_managed,
        enabled: user.enabled,
        banned: user.banned,
        added_at: user.added_at,
        created: user.created,
        api_key_last_used_at: user.api_key_last_used_at,
        listed: user.listed,
        groups: sorted(org.groups_of(at).iter().map(|&group| id(&org.group(group).id))),
        held: held(org, org.assignments_of(at)),
    }
}

fn held<'o>(org: &'o Org, assignments: &[Assignment]) -> Held<'o> {
    let by_way = |wanted: Via| {
        sorted(assignments.iter().filter(|a| a.via == wanted).map(|assignment| role_id(org, assignment.role)))
    };
    let mut group: BTreeMap<Id<'_>, Vec<Id<'_>>> = BTreeMap::new();
    for assignment in assignments {
        if let Via::Group(ix) = assignment.via {
            group.entry(id(&org.group(ix).id)).or_default().push(role_id(org, assignment.role));
        }
    }
    for roles in group.values_mut() {
        roles.sort();
    }
    Held { unstated: by_way(Via::Unstated), direct: by_way(Via::Direct), inherited: by_way(Via::Inherited), group }
}

fn projects<W: Write>(org: &Org, lines: &mut Lines<W>) -> io::Result<()> {
    let project_id = |project: ProjectIx| id(&org.project(project).id);
    for (at, project) in org.projects.iter().enumerate() {
        lines.put(&Line::Project(Project {
            id: project.id.clone(),
            name: project.name.clone(),
            status: word(org, project.status),
            created_at: project.created_at,
            archived_at: project.archived_at,
            roles: sorted(org.roles_of_project(ProjectIx::new(at)).iter().map(|&role| role_id(org, role))),
        }))?;
    }
    for (at, member) in org.project_users.iter().enumerate() {
        lines.put(&Line::ProjectUser(ProjectUser {
            project: project_id(member.project),
            user: id(&org.user(member.user).id),
            role: word(org, member.role),
            added_at: member.added_at,
            held: held(org, org.assignments_in_project(at)),
        }))?;
    }
    for (at, member) in org.project_groups.iter().enumerate() {
        lines.put(&Line::ProjectGroup(ProjectGroup {
            project: project_id(member.project),
            group: id(&org.group(member.group).id),
            created_at: member.created_at,
            roles: sorted(org.roles_in_project(at).iter().map(|&role| role_id(org, role))),
        }))?;
    }
    for (at, account) in org.service_accounts.iter().enumerate() {
        let ix = ServiceAccountIx::new(at);
        lines.put(&Line::ServiceAccount(ServiceAccount {
            project: project_id(account.project),
            id: account.id.clone(),
            name: account.name.clone(),
            role: word(org, account.role),
            created_at: account.created_at,
            groups: sorted(org.groups_of_account(ix).iter().map(|&group| id(&org.group(group).id))),
            held: held(org, org.assignments_of_account(ix)),
        }))?;
    }
    for key in &org.api_keys {
        lines.put(&Line::ApiKey(ApiKey {
            project: project_id(key.project),
            id: key.id.clone(),
            name: key.name.clone(),
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            owner_project_access: word(org, key.owner_project_access),
            owner: owner(org, &key.owner),
        }))?;
    }
    Ok(())
}

fn keys<W: Write>(org: &Org, lines: &mut Lines<W>) -> io::Result<()> {
    for key in &org.admin_api_keys {
        lines.put(&Line::AdminApiKey(AdminApiKey {
            id: key.id.clone(),
            name: key.name.clone(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            owner: owner(org, &key.owner),
            told_apart: key.told_apart,
        }))?;
    }
    for invite in &org.invites {
        let project = |(id, role): &(Text, Known<Symbol>)| InvitedProject { id: id.clone(), role: word(org, *role) };
        lines.put(&Line::Invite(Invite {
            id: invite.id.clone(),
            email: invite.email.clone(),
            role: word(org, invite.role),
            status: word(org, invite.status),
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            accepted_at: invite.accepted_at,
            projects: invite.projects.as_ref().map(|projects| projects.iter().map(project).collect()),
        }))?;
    }
    Ok(())
}

fn owner<'o>(org: &'o Org, owner: &org::Owner) -> Owner<'o> {
    Owner { kind: word(org, owner.kind), id: owner.id.clone(), name: owner.name.clone() }
}

fn id(text: &str) -> Id<'_> {
    Id(Cow::Borrowed(text))
}

fn role_id(org: &Org, role: RoleIx) -> Id<'_> {
    id(&org.role(role).id)
}

fn word(org: &Org, word: Known<Symbol>) -> Known<Id<'_>> {
    word.map(|word| id(org.symbols.text(word)))
}

fn sorted<'o>(ids: impl Iterator<Item = Id<'o>>) -> Vec<Id<'o>> {
    let mut ids: Vec<Id<'o>> = ids.collect();
    ids.sort();
    ids
}
