//! An organization to lines.

use std::io::{self, Write};
use std::path::Path;

use super::VERSION;
use super::compress::Compression;
use super::error::Error;
use super::header::{ContentDigest, Failure, Header, Identity, Record};
use super::record::{
    AdminApiKey, ApiKey, End, Group, Invite, Line, Project, ProjectGroup, ProjectUser, Role, ServiceAccount, User,
};
use crate::atomic::{Readers, write_whole};
use crate::escape::shown;
use crate::org::{self, GroupIx, Org, ProjectIx, ServiceAccountIx, UserIx};

/// Writes a snapshot to a file: whole or not at all, readable by its owner only. Returns the digest of the content.
///
/// # Errors
///
/// What the system says.
pub fn save(org: &Org, path: &Path) -> Result<String, Error> {
    write_whole(path, Readers::Owner, |file| Compression::of(path).write(file, |to| write(org, to)))
        .map_err(|source| Error::Write { name: shown(path), source })
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
        lines.put(&Line::Role(Role::of(org, role)))?;
    }
    for at in 0..org.groups.len() {
        lines.put(&Line::Group(Group::of(org, GroupIx::new(at))))?;
    }
    for at in 0..org.users.len() {
        lines.put(&Line::User(Box::new(User::of(org, UserIx::new(at)))))?;
    }
    for at in 0..org.projects.len() {
        lines.put(&Line::Project(Project::of(org, ProjectIx::new(at))))?;
    }
    for at in 0..org.project_users.len() {
        lines.put(&Line::ProjectUser(ProjectUser::of(org, at)))?;
    }
    for at in 0..org.project_groups.len() {
        lines.put(&Line::ProjectGroup(ProjectGroup::of(org, at)))?;
    }
    for at in 0..org.service_accounts.len() {
        lines.put(&Line::ServiceAccount(ServiceAccount::of(org, ServiceAccountIx::new(at))))?;
    }
    for key in &org.api_keys {
        lines.put(&Line::ApiKey(ApiKey::of(org, key)))?;
    }
    for key in &org.admin_api_keys {
        lines.put(&Line::AdminApiKey(AdminApiKey::of(org, key)))?;
    }
    for invite in &org.invites {
        lines.put(&Line::Invite(Invite::of(org, invite)))?;
    }
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
        self.digest.lines(&self.buffer);
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
