//! Lines to an organization. Anything that the writer would not have written is an error.

use std::collections::HashSet;
use std::io::{self, BufRead};
use std::path::Path;

use super::compress::Compression;
use super::decode::Decoder;
use super::error::Error;
use super::header::{ContentDigest, Header};
use super::lines::{Reader, Wrong};
use super::record::Line;
use super::users;
use crate::bounded;
use crate::escape::shown;
use crate::org::{self, Builder, Collection, Coverage, Identity, Org, Source, Text, part_id};

/// A snapshot that was read completely.
#[derive(Debug)]
pub struct Read {
    /// The organization.
    pub org: Org,
    /// The digest of the content.
    pub digest: String,
}

/// Reads a snapshot from a file; `-` is standard input.
///
/// # Errors
///
/// The file cannot be read, is not a rolelint snapshot, of another version, cut off or damaged.
pub fn open(path: &Path) -> Result<Read, Error> {
    if path == Path::new("-") {
        return read("standard input", io::stdin().lock());
    }
    let name = shown(path);
    match bounded::open(path) {
        Ok(file) => read(&name, Compression::of(path).reader(file)),
        Err(source) => Err(Error::Read { name, source }),
    }
}

/// Reads a snapshot; `name` is what errors call it.
///
/// # Errors
///
/// As [`open`].
pub fn read(name: &str, lines: impl BufRead) -> Result<Read, Error> {
    let mut reader = Reader::new(name, lines);
    let header = reader.header()?;
    let coverage = coverage(&header).map_err(|what| reader.damaged(&what))?;
    let organization = Identity { id: header.organization.id.clone(), name: header.organization.name.clone() };
    let source = Source { api: header.source.clone(), organization, collected_at: header.collected_at };
    let mut builder = Builder::new(source);
    let mut filler = Decoder::default();
    let mut digest = ContentDigest::new(&header);
    let mut more = reader.next()?;
    let end = loop {
        if more && users::is_user(&reader.line) {
            users::read(&mut reader, &mut builder, &mut filler, &mut digest)?;
            more = !reader.line.is_empty();
        }
        if !more {
            return Err(reader.wrong(reader.number, Wrong::Cut));
        }
        let line: Line<'_> = serde_json::from_slice(&reader.line).map_err(|error| reader.unreadable(&error))?;
        let added = match line {
            Line::Rolelint(_) => Err("a second header".to_owned()),
            Line::Role(role) => filler.role(&mut builder, role),
            Line::Group(group) => filler.group(&mut builder, group),
            Line::User(_) => Err(users::NOT_OURS.to_owned()),
            Line::Project(project) => filler.project(&mut builder, project),
            Line::ProjectUser(user) => filler.project_user(&mut builder, &user),
            Line::ProjectGroup(group) => filler.project_group(&mut builder, &group),
            Line::ServiceAccount(account) => filler.service_account(&mut builder, account),
            Line::ApiKey(key) => filler.api_key(&mut builder, key),
            Line::AdminApiKey(key) => filler.admin_api_key(&mut builder, key),
            Line::Invite(invite) => filler.invite(&mut builder, invite),
            Line::End(end) => break end,
        };
        added.map_err(|what| reader.damaged(&what))?;
        digest.lines(&reader.line);
        more = reader.next()?;
    };
    let digest = digest.finish();
    let counted = filler.counted(digest.clone());
    if end != counted {
        let what = if end.digest == counted.digest { "the counts do" } else { "the digest does" };
        return Err(reader.damaged(&format!("{what} not match what was read")));
    }
    if reader.next()? {
        return Err(reader.damaged("there is data after the end"));
    }
    if header.check != header.expected_check(&digest) {
        reader.number = 1;
        return Err(reader.damaged("the header does not match the content"));
    }
    let org = builder.finish(coverage);
    match stray(&org) {
        Some(id) => Err(reader.damaged(&format!("the coverage names {id}, which does not exist"))),
        None => Ok(Read { org, digest }),
    }
}

fn coverage(header: &Header) -> Result<Coverage, String> {
    let mut coverage = Coverage::default();
    for (name, record) in &header.coverage {
        let collection = Collection::named(name).ok_or_else(|| format!("there is no collection {name}"))?;
        if collection.parent().is_some() && record.cut.is_some() {
            return Err(format!("{name} is not a list that can be truncated"));
        }
        *coverage.of_mut(collection) = org::CollectionCoverage {
            asked: true,
            requests: record.requests,
            items: record.items,
            truncated: record.cut.clone().map(Into::into),
            gaps: record.gaps.iter().map(|(id, failure)| (id.clone(), failure.clone().into())).collect(),
            not_asked: record.unasked.clone(),
            gone: record.gone.clone(),
            unclear: record.unclear.clone(),
            carried: record.carried.clone(),
        };
    }
    Ok(coverage)
}

/// A thing that the coverage names and that does not exist.
fn stray(org: &Org) -> Option<&str> {
    let roles: HashSet<&str> = org.roles.iter().map(|role| role.id.as_str()).collect();
    let groups: HashSet<&str> = org.groups.iter().map(|group| group.id.as_str()).collect();
    let projects: HashSet<&str> = org.projects.iter().map(|project| project.id.as_str()).collect();
    let user = |id: &str| org.users.find(id).is_some();
    let in_projects: HashSet<Text> = {
        let part = |project, id: &str| part_id(&org.project(project).id, id);
        let users = org.project_users.iter().map(|member| part(member.project, org.user(member.user).id()));
        let groups = org.project_groups.iter().map(|member| part(member.project, &org.group(member.group).id));
        let accounts = org.service_accounts.iter().map(|account| part(account.project, &account.id));
        users.chain(groups).chain(accounts).collect()
    };
    org.coverage.iter().find_map(|(collection, record)| {
        let named = record.gaps.keys().chain(&record.not_asked).chain(record.carried.keys());
        named.map(String::as_str).find(|id| match collection {
            Collection::Roles => !roles.contains(id),
            Collection::Users | Collection::UserRoles => !user(id),
            Collection::Groups | Collection::GroupRoles | Collection::GroupMembers => !groups.contains(id),
            Collection::Projects
            | Collection::ProjectUsers
            | Collection::ProjectGroups
            | Collection::ProjectRoles
            | Collection::ServiceAccounts
            | Collection::ApiKeys => !projects.contains(id),
            Collection::ProjectUserRoles | Collection::ProjectGroupRoles | Collection::ServiceAccountRoles => {
                !in_projects.contains(*id)
            }
            Collection::AdminApiKeys | Collection::Invites => true,
        })
    })
}
