//! Lines to an organization. Anything that the writer would not have written is an error.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::VERSION;
use super::decode::Decoder;
use super::error::Error;
use super::header::{ContentDigest, Header};
use super::record::Line;
use crate::bounded;
use crate::escape::{shown, visible};
use crate::org::{self, Builder, Collection, Coverage, Identity, Org, Source, Text, part_id};

/// The longest line, in bytes: the header names everything that could not be read.
const LONGEST_LINE: u64 = 256 << 20;

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
        Ok(file) => read(&name, BufReader::with_capacity(1 << 16, file)),
        Err(source) => Err(Error::Read { name, source }),
    }
}

/// Reads a snapshot; `name` is what errors call it.
///
/// # Errors
///
/// As [`open`].
pub fn read(name: &str, lines: impl BufRead) -> Result<Read, Error> {
    let mut reader = Reader { name, lines, line: Vec::new(), number: 0 };
    let header = reader.header()?;
    let coverage = coverage(&header).map_err(|what| reader.damaged(&what))?;
    let organization = Identity { id: header.organization.id.clone(), name: header.organization.name.clone() };
    let source = Source { api: header.source.clone(), organization, collected_at: header.collected_at };
    let mut builder = Builder::new(source);
    let mut filler = Decoder::default();
    let mut digest = ContentDigest::new(&header);
    let end = loop {
        if !reader.next()? {
            return Err(Error::Cut { name: name.to_owned(), line: reader.number });
        }
        let line: Line<'_> = serde_json::from_slice(&reader.line).map_err(|error| reader.unreadable(&error))?;
        let added = match line {
            Line::Rolelint(_) => Err("a second header".to_owned()),
            Line::Role(role) => filler.role(&mut builder, role),
            Line::Group(group) => filler.group(&mut builder, group),
            Line::User(user) => filler.user(&mut builder, *user),
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
        digest.line(&reader.line);
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

struct Reader<'n, B> {
    name: &'n str,
    lines: B,
    line: Vec<u8>,
    number: usize,
}

impl<B: BufRead> Reader<'_, B> {
    /// Reads the next line, its end included; false at the end of the file.
    fn next(&mut self) -> Result<bool, Error> {
        self.line.clear();
        let failed = |source| Error::Read { name: self.name.to_owned(), source };
        let read = self.lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line).map_err(failed)?;
        if read as u64 == LONGEST_LINE {
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "a line is too long")));
        }
        self.number += usize::from(read > 0);
        Ok(read > 0)
    }

    fn header(&mut self) -> Result<Header, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            rolelint: Version,
        }
        #[derive(Deserialize)]
        struct Version {
            snapshot: u32,
        }
        // A file that does not begin like a snapshot may have no line end, so it is not read up to one.
        let begins = self.lines.fill_buf().is_ok_and(|begin| begin.starts_with(b"{") || begin.is_empty());
        if !begins {
            return Err(Error::Foreign { name: self.name.to_owned() });
        }
        self.next()?;
        // First the version alone, because the rest of the header depends on it.
        let Ok(Versioned { rolelint: Version { snapshot } }) = serde_json::from_slice(&self.line) else {
            return Err(Error::Foreign { name: self.name.to_owned() });
        };
        if snapshot != VERSION {
            return Err(Error::Version { name: self.name.to_owned(), version: snapshot });
        }
        match serde_json::from_slice(&self.line) {
            Ok(Line::Rolelint(header)) => Ok(header),
            Ok(_) => Err(Error::Foreign { name: self.name.to_owned() }),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn unreadable(&self, error: &serde_json::Error) -> Error {
        if error.is_eof() && !self.line.ends_with(b"\n") {
            return Error::Cut { name: self.name.to_owned(), line: self.number };
        }
        self.damaged(&error.to_string())
    }

    fn damaged(&self, what: &str) -> Error {
        Error::Damaged { name: self.name.to_owned(), line: self.number, what: visible(what).into_owned() }
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
    let user = |id: &str| org.users.binary_search_by(|user| user.id.as_str().cmp(id)).is_ok();
    let in_projects: HashSet<Text> = {
        let part = |project, id: &Text| part_id(&org.project(project).id, id);
        let users = org.project_users.iter().map(|member| part(member.project, &org.user(member.user).id));
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
